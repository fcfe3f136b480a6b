"""A function simulated over time."""
