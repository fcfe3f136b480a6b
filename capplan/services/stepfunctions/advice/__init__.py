"""Recommendations for a state machine."""
