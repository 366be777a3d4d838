"""TCP on the board: lwIP and its socket objects, over connections on the PC's loopback."""
