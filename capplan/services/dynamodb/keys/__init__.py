"""Partition keys: names, popularity, and where they lie."""
