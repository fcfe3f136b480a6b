"""Data transfer: what leaves a Region, for the internet or for another Region, and what passes between its zones."""
