"""Execution environments: how many at once, provisioned ones, the rate over the month."""
