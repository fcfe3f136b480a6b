"""Capacity modes of tables compared, each planned."""
