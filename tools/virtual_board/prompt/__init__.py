"""The prompt: its lines, what is typed and printed, and the serial port."""
