"""Recommendations for a function."""
