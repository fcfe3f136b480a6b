"""Scores capplan against case files: figures of AWS pages, bills and measurements."""
