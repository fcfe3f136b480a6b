"""Capacity over time: modes, auto scaling, burst, throttling."""
