"""A table simulated over time."""
