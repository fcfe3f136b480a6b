"""Computes how often EventBridge calls a target that fails, and what it gives up.

Amazon EventBridge User Guide, "Retry policies and dead-letter queues" (read 2026-11-30): up to 185 retries in 24 hours.
"""

from fractions import Fraction

from capplan.quantities.rounding import sig6


def attempts(fails: Fraction, retried: int) -> Fraction:
    """Mean calls of one event of which each fails with the same chance p: 1 + p + p² and so on."""
    if not fails:
        return Fraction(1)
    if fails == 1:
        return Fraction(retried + 1)
    return sig6((1 - float(fails) ** (retried + 1)) / (1 - float(fails)))


def given_up(fails: Fraction, retried: int) -> Fraction:
    """The share of events that fail at every call. Range 0 to 1."""
    return sig6(float(fails) ** (retried + 1)) if fails else Fraction(0)
