"""Computes how often SNS delivers a message that its subscriber does not take.

Amazon SNS Developer Guide, "Message delivery retries" (read 2026-11-30): server errors and 429 are tried again.
"""

from fractions import Fraction

from capplan.quantities.rounding import sig6


def retries(phases: tuple[int, ...]) -> int:
    """Retries of a policy: those of its phases together."""
    return sum(phases)


def attempts(fails: Fraction, retried: int) -> Fraction:
    """Mean attempts of a delivery of which each fails with the same chance p: 1 + p + p² and so on."""
    if not fails:
        return Fraction(1)
    if fails == 1:
        return Fraction(retried + 1)
    return sig6(float((1 - _given_up(fails, retried)) / (1 - fails)))


def given_up(fails: Fraction, retried: int) -> Fraction:
    """The share of deliveries that fail at every attempt. Range 0 to 1."""
    return sig6(float(_given_up(fails, retried))) if fails else Fraction(0)


def _given_up(fails: Fraction, retried: int) -> Fraction:
    return Fraction(float(fails) ** (retried + 1))
