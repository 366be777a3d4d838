"""The hardware of the chip: pins, flash, WiFi and clock."""
