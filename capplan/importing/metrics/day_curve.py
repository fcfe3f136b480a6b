"""Fits the language's curve of a day (peak, trough, time of the peak) to 24 hourly factors."""

import math
from typing import TYPE_CHECKING, NamedTuple

from capplan.record import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_STEP_MINUTES = 5
_STEPS = 24 * 60 // _STEP_MINUTES
_EXPONENTS = tuple(2 ** (n / 4) for n in range(-4, 25))
"""From a flat top (0.5) to a peak of two hours (64)."""
_FINER = tuple(2 ** (n / 32) for n in range(-8, 9))
"""Factors around the best exponent."""
_LEAST_EXPLAINED = 0.85
"""Of the hours' variance; below it the 24 numbers themselves are written."""


class Curve(Record, frozen=True):
    """`daily: {peak, trough, at}`, and the share of the hours' variance that it explains."""

    peak: float
    trough: float
    at_minute: int
    explained: float


def fitted_curve(hours: "NDArray[np.float64]") -> Curve | None:
    """The curve nearest to 24 factors of mean 1, least squares; None where no curve of one peak explains them."""
    import numpy as np  # noqa: PLC0415

    shifts = (np.arange(_STEPS)[None, :] - np.arange(_STEPS)[:, None]) % _STEPS
    coarse = max((_best(hours, exponent, shifts), exponent) for exponent in _EXPONENTS)
    curve = max(_best(hours, coarse[1] * factor, shifts) for factor in _FINER)
    return _as_curve(curve) if curve.explained >= _LEAST_EXPLAINED and curve.trough < 1 < curve.peak else None


class _Candidate(NamedTuple):
    """A curve, compared by what it explains."""

    explained: float
    peak: float
    trough: float
    at_minute: int


def _as_curve(candidate: _Candidate) -> Curve:
    return Curve(candidate.peak, candidate.trough, candidate.at_minute, candidate.explained)


def _best(hours: "NDArray[np.float64]", exponent: float, shifts: "NDArray[np.int64]") -> _Candidate:
    """The best curve of an exponent: for each time of the peak its swing has a closed form."""
    import numpy as np  # noqa: PLC0415

    shape = ((1 + np.cos(np.arange(_STEPS) * 2 * math.pi / _STEPS)) / 2) ** exponent
    mean = float(shape.mean())
    by_shift = (shape[shifts] - mean).reshape(_STEPS, 24, -1).mean(axis=2)
    swing = by_shift @ (hours - 1) / (by_shift**2).sum(axis=1)
    swing = np.clip(swing, 0.0, 1 / mean)  # a trough is not below 0
    error = ((1 + swing[:, None] * by_shift - hours) ** 2).sum(axis=1)
    place = int(error.argmin())
    explained = 1 - float(error[place]) / float(((hours - 1) ** 2).sum())
    trough = 1 - float(swing[place]) * mean
    return _Candidate(explained, trough + float(swing[place]), trough, place * _STEP_MINUTES)
