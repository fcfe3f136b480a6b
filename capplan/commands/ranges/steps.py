"""Finds the steps of a figure along a range, as of billed KB or of whole reads: q × ceil(x / s) beside a constant."""

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FEWEST = 5
"""Plans along a range from which steps are looked for."""
_SAME = 1e-5
"""Figures have six digits."""
_DIVISORS = (1, 2, 3, 4, 5)
"""The smallest difference of two plans may be so many steps."""
_MOST_STEPS, _WIDTHS = 512, 8
"""Steps that are looked for, and widths that are weighed where several are possible."""


class Steps(NamedTuple):
    """`constant` + `height` × ceil(x / `width`)."""

    constant: float
    height: float
    width: float

    def at(self, values: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """The figure at values of the range."""
        out: NDArray[np.float64] = self.constant + self.height * np.ceil(values / self.width - 1e-9)
        return out


def steps_of(values: "NDArray[np.float64]", figures: "NDArray[np.float64]") -> Steps | None:
    """The steps on which all plans along a range lie; None where they lie on none, or nothing shows that there are any.

    Args:
        values: Of the range, in growing order, above 0.
        figures: The figure at each.
    """
    scale = float(np.abs(figures).max(initial=0.0))
    if len(values) < _FEWEST or not scale or values[0] <= 0:
        return None
    moves = np.diff(figures)
    if (moves < -_SAME * scale).any() or not (np.abs(moves) <= _SAME * scale).any():  # no two plans on one step
        return None
    jumps = moves[moves > _SAME * scale]
    if len(jumps) < 2:  # noqa: PLR2004  one jump is known between its two plans, and no width of steps
        return None
    for divisor in _DIVISORS:
        height = float(jumps.min()) / divisor
        levels = (figures - figures[0]) / height
        if np.abs(levels - levels.round()).max() <= max(1e-3, 2 * _SAME * scale / height) and levels[-1] < _MOST_STEPS:
            found = _width(values, levels.round())
            if found is not None:
                width, first = found
                return Steps(float(figures[0]) - height * first, height, float(width))
    return None


def _width(values: "NDArray[np.float64]", levels: "NDArray[np.float64]") -> tuple[Fraction, int] | None:
    """The simplest width of steps on which the plans lie, and the step of the first."""
    first = np.arange(1, _MOST_STEPS)[:, None]
    number = levels[None, :] + first
    low = (values / number).max(axis=1)
    with np.errstate(divide="ignore"):
        high = np.where(number > 1, values / np.maximum(number - 1, 1e-300), np.inf).min(axis=1)
    possible = np.flatnonzero(low < high)[:_WIDTHS]
    widths = [(simplest(float(low[k]), float(high[k])), int(first[k, 0])) for k in possible if np.isfinite(high[k])]
    return min(widths, key=lambda one: one[0].denominator, default=None)


def simplest(low: float, high: float) -> Fraction:
    """The ratio with the smallest denominator that is at least `low` and below `high`."""
    exact_low, exact_high = Fraction(low) * (1 - Fraction(1, 10**12)), Fraction(high)
    for denominator in range(1, 1001):
        numerator = -(-exact_low.numerator * denominator // exact_low.denominator)
        if Fraction(numerator, denominator) < exact_high:
            return Fraction(numerator, denominator)
    return (exact_low + exact_high) / 2
