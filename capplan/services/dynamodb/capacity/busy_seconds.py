"""What single seconds add to a minute's mean: requests of one key come at random (Poisson).

A partition's ceiling holds in every second. Keys that come together smooth each other and a partition that many share is
split before it is full, so it is the hottest key's own seconds that matter.
"""

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from capplan.flow import POISSON_SIGMAS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TABLE_FROM, _TABLE_TO, _TABLE_STEP = -8.0, 8.0, 0.002
SIGMAS = 6.0
"""More standard deviations below the ceiling than this, nothing worth counting is throttled."""


def mean_units_at_once(requests: Iterable[tuple[Fraction, Fraction]]) -> Fraction:
    """Units that come at once, in the mean over all units: Σ volume · units² / Σ volume · units.

    Args:
        requests: Volume, and units of one item's request, of each kind.
    """
    kinds = [(volume, units) for volume, units in requests if volume and units]
    if len(kinds) == 1:
        return kinds[0][1]
    pairs = [(volume * units, units) for volume, units in kinds]
    total = sum((weight for weight, _ in pairs), Fraction(0))
    return sum((weight * units for weight, units in pairs), Fraction(0)) / total if total else Fraction(1)


def busiest_second(mean: float, key: float, units_per_request: float) -> float:
    """Units in the busiest second of a minute: the mean, and 3.09 standard deviations of the hottest key's own units."""
    return mean + POISSON_SIGMAS * math.sqrt(key * units_per_request)


def excess(mean: "NDArray[np.float64]", deviation: "NDArray[np.float64]", limit: float) -> "NDArray[np.float64]":
    """What a normal load is above a limit, in the mean: E[(X - limit)+]. Same shape as `mean`.

    With z = (limit - mean) / deviation it is deviation · (φ(z) - z · (1 - Φ(z))); the bracket is read from a table. A
    normal goes below zero and a load does not, so it is never more than the mean.
    """
    import numpy as np  # noqa: PLC0415  only where something is throttled

    above = np.maximum(0.0, mean - limit)
    positive = np.maximum(deviation, 1e-12)
    z = (limit - mean) / positive
    grid, loss = _loss_table()
    near = positive * np.interp(z, grid, loss)
    return np.asarray(np.where((deviation > 0) & (np.abs(z) < _TABLE_TO), np.minimum(near, mean), above))


def _loss_table() -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """The unit normal loss function on a grid, computed once."""
    import numpy as np  # noqa: PLC0415  the same

    if not _LOSS:
        grid = np.arange(_TABLE_FROM, _TABLE_TO + _TABLE_STEP, _TABLE_STEP)
        loss = [
            math.exp(-z * z / 2) / math.sqrt(2 * math.pi) - z * 0.5 * math.erfc(z / math.sqrt(2)) for z in grid.tolist()
        ]
        _LOSS.append((grid, np.array(loss)))
    return _LOSS[0]


_LOSS: "list[tuple[NDArray[np.float64], NDArray[np.float64]]]" = []
