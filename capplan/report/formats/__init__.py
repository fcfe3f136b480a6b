"""Writes answers in one format each, safe for whoever reads it."""
