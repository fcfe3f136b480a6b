"""What the partitions of a table refuse at a level of traffic. It never builds an array of minutes × partitions.

Source: DynamoDB Developer Guide, "Burst and adaptive capacity" (read 2026-11-23): a partition's ceiling holds whatever
the table has left, and burst never lifts it.
"""

from typing import TYPE_CHECKING

from capplan.services.dynamodb.capacity.busy_seconds import SIGMAS, excess

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_GRID = 400
"""Levels at which the refusal is computed. Between them it is a line over 1 / level, which it is but where a partition
just reaches its ceiling.
"""
DUST = 1e-7
"""A smaller part is refused in theory only: one second in years."""
_MOST_NEAR = 4096
"""Partitions looked at with their seconds; colder ones are far from their ceiling or as even as the rest."""


def refused_part(
    levels: "NDArray[np.float64]",
    shares: "NDArray[np.float64]",
    limit: float,
    tops: "NDArray[np.float64] | None" = None,
    grain_units: float = 1.0,
) -> "NDArray[np.float64]":
    """The part of all units that partitions at their ceiling refuse, at each level. Range 0 to 1.

    Args:
        levels: Units offered per second, above 0. Shape (minutes,).
        shares: Each partition's part of them. Shape (partitions,).
        limit: A partition's ceiling, units per second.
        tops: The part of each partition's hottest key; with it, single seconds count.
        grain_units: Units that come at once.
    """
    import numpy as np  # noqa: PLC0415  only where something is refused

    if tops is None or not tops.any():
        return _of_means(levels, shares, limit)
    order = np.argsort(shares)[::-1][:_MOST_NEAR]
    near, keys = shares[order], tops[order]
    most = float(levels.max())
    reach = near * most + SIGMAS * np.sqrt(keys * most * grain_units) > limit
    if not reach.any():
        return np.zeros(len(levels))
    hot, keys = near[reach], keys[reach]
    rest = np.delete(shares, order[reach])
    grid = np.unique(levels)
    if len(grid) > _GRID:
        grid = 1 / np.linspace(1 / _first(hot, keys * grain_units, limit), 1 / most, _GRID)
    lost = np.array([float(excess(hot * x, np.sqrt(keys * x * grain_units), limit).sum()) / x for x in grid.tolist()])
    lost += _of_means(grid, rest, limit) if len(rest) else 0.0
    found = np.interp(-1 / levels, -1 / grid, lost)
    return np.asarray(np.where(found > DUST, found, 0.0))


def _first(shares: "NDArray[np.float64]", variances: "NDArray[np.float64]", limit: float) -> float:
    """The level at which a first partition comes near its ceiling: share · x + 6 · √(variance · x) = limit."""
    import numpy as np  # noqa: PLC0415  the same

    spread = SIGMAS * np.sqrt(variances)
    roots = (np.sqrt(spread**2 + 4 * shares * limit) - spread) / (2 * shares)
    return float((roots**2).min())


def _of_means(levels: "NDArray[np.float64]", shares: "NDArray[np.float64]", limit: float) -> "NDArray[np.float64]":
    """Σ over partitions of max(0, share − limit / level), by sums over the sorted shares."""
    import numpy as np  # noqa: PLC0415  the same

    each = limit / levels
    ordered = np.sort(shares)
    above = np.concatenate((np.cumsum(ordered[::-1])[::-1], [0.0]))
    first = np.searchsorted(ordered, each, side="right")
    return np.asarray(np.maximum(0.0, above[first] - (len(ordered) - first) * each))
