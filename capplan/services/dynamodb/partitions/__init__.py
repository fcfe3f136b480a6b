"""Partitions: how many, the load on each, splits, and what they throttle."""
