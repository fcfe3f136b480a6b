"""Mutated and drawn inputs for every command, and the laws that each answer has to keep."""
