"""`make bench`: what the switch costs, compared with other servers that do the same."""
