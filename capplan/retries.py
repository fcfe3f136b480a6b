"""Computes how often something that may fail is tried, and what is given up: each attempt fails with the same chance."""

from fractions import Fraction

from capplan.quantities.rounding import sig6


def attempts(fails: Fraction, retried: int) -> Fraction:
    """Mean attempts of which each fails with the chance p: 1 + p + p² and so on, up to so many retries."""
    if not fails:
        return Fraction(1)
    if fails == 1:
        return Fraction(retried + 1)
    return sig6((1 - float(fails) ** (retried + 1)) / (1 - float(fails)))


def given_up(fails: Fraction, retried: int) -> Fraction:
    """The share that fails at every attempt. Range 0 to 1."""
    return sig6(float(fails) ** (retried + 1)) if fails else Fraction(0)
