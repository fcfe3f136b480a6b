"""Glue jobs."""
