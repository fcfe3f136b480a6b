"""Recommendations for a stream."""
