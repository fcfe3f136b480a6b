"""Reads everything that comes from outside: within limits, safely, and with the position of each value."""
