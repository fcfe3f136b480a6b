"""Metrics of CloudWatch, read and fitted into traffic."""
