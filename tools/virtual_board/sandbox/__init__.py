"""The limits that the system sets to the interpreter's process."""
