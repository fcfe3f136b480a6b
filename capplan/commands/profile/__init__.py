"""Measures traces: rows of requests to a small profile that a scenario's traffic may name."""
