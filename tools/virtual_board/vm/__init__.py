"""MicroPython as a child process, and the answers to its calls."""
