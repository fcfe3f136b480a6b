"""Quantities with units: how they are written, rounded, distributed, and typed in the scenario's specs."""
