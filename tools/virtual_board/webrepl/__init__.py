"""WebREPL: a client's session, its password, its files, and the websocket around them."""
