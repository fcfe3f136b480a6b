"""Cold starts: how many, how long."""
