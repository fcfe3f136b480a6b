"""Compares a plan with a bill: what differs, and why."""
