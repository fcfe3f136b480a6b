"""Recommendations for a table."""
