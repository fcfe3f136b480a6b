"""A state machine simulated over time."""
