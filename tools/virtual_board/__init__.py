"""The virtual board: MicroPython for Unix, with a model of the ESP8266 around it."""
