"""Recommendations for queues."""
