"""Measured durations as a scenario has them: a mean of a few, percentiles of many."""

from collections.abc import Sequence
from decimal import Decimal

from capplan.importing import written

_FOR_PERCENTILES, _FOR_P95, _FOR_P99 = 5, 20, 100
"""So many measurements at least for a p90, a p95 and a p99: each has one measurement above it."""


def measured_duration(milliseconds: Sequence[Decimal]) -> object:
    """Percentiles `{p50, p95}` of many measurements, the mean of a few; None of none."""
    if not milliseconds:
        return None
    values = sorted(milliseconds)
    mean = sum(values, Decimal(0)) / len(values)
    if len(values) < _FOR_PERCENTILES or values[0] == values[-1]:
        return written.duration(mean)
    high = 90 if len(values) < _FOR_P95 else 95
    points = {"p50": _percentile(values, 50), f"p{high}": _percentile(values, high)}
    if len(values) >= _FOR_P99:
        points["p99"] = _percentile(values, 99)
    if len(set(points.values())) < len(points):
        return written.duration(mean)
    return {word: written.duration(value) for word, value in points.items()}


def _percentile(values: Sequence[Decimal], percent: int) -> Decimal:
    """The value below or at which so many percent lie, between two of them by proportion."""
    place = Decimal(percent) * (len(values) - 1) / 100
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)
