"""Scores case files: figures of AWS pages, bills and measurements against capplan's. It holds no figure of its own."""
