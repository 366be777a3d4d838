"""The chip's UDP, on loopback sockets, and the devices that a test plays around it."""
