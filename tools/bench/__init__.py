"""What the switch costs, beside others that do the same: `make bench`."""
