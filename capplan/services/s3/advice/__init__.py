"""Recommendations for a bucket."""
