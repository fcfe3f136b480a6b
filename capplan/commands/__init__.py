"""The computation of each command."""
