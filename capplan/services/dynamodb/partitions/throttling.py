"""The share of units that a table's partitions throttle at a rate of traffic.

Source: DynamoDB Developer Guide, "Burst and adaptive capacity" (read 2026-11-23): a partition's ceiling applies whatever
capacity the table has left, and burst never lifts it.
"""

from typing import TYPE_CHECKING

from capplan.services.dynamodb.capacity.busy_seconds import SIGMAS, excess

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_GRID = 400
"""Rates at which the share is computed. Between them it is a line over 1 / rate, which it is but where a partition just
reaches its ceiling.
"""
_AT_ONCE = 2**15
"""Loads, of partitions at rates, that are computed at once: few enough for a processor's own memory."""
EPSILON = 1e-7
"""A smaller share is throttled in theory only: one second in years."""
_MAX_NEAR = 4096
"""Partitions whose single seconds count; colder ones are far from their ceiling or as even as the rest."""


def throttled_share(
    rates: "NDArray[np.float64]",
    shares: "NDArray[np.float64]",
    ceiling: float,
    hottest_key_shares: "NDArray[np.float64] | None" = None,
    units_per_request: float = 1.0,
) -> "NDArray[np.float64]":
    """The share of all units that partitions at their ceiling throttle, at each rate. Range 0 to 1.

    Args:
        rates: Units offered per second, above 0. Shape (minutes,).
        shares: Each partition's share of them. Shape (partitions,).
        ceiling: A partition's ceiling, units per second.
        hottest_key_shares: The share of each partition's hottest key; with it, single seconds count.
        units_per_request: Units that come at once.
    """
    import numpy as np  # noqa: PLC0415  only where something is throttled

    if hottest_key_shares is None or not hottest_key_shares.any():
        return _of_means(rates, shares, ceiling)
    order = np.argsort(shares)[::-1][:_MAX_NEAR]
    near, keys = shares[order], hottest_key_shares[order]
    peak = float(rates.max())
    reach = near * peak + SIGMAS * np.sqrt(keys * peak * units_per_request) > ceiling
    if not reach.any():
        return np.zeros(len(rates))
    hot, keys = near[reach], keys[reach]
    rest = np.delete(shares, order[reach])
    grid = np.unique(rates)
    if len(grid) > _GRID:
        grid = 1 / np.linspace(1 / _first_rate(hot, keys * units_per_request, ceiling), 1 / peak, _GRID)
    lost = _of_seconds(grid, hot, keys, ceiling, units_per_request)
    lost += _of_means(grid, rest, ceiling) if len(rest) else 0.0
    throttled = np.interp(-1 / rates, -1 / grid, lost)
    return np.asarray(np.where(throttled > EPSILON, throttled, 0.0))


def _of_seconds(
    rates: "NDArray[np.float64]", shares: "NDArray[np.float64]", keys: "NDArray[np.float64]", ceiling: float,
    units_per_request: float,
) -> "NDArray[np.float64]":  # fmt: skip
    """Σ over partitions of what single seconds are above the ceiling, over each rate; some rates at a time."""
    import numpy as np  # noqa: PLC0415  the same

    lost = np.empty(len(rates))
    step = max(1, _AT_ONCE // len(shares))
    for start in range(0, len(rates), step):
        some = rates[start : start + step, np.newaxis]
        above = excess(shares * some, np.sqrt(keys * some * units_per_request), ceiling)
        lost[start : start + step] = above.sum(axis=1)
    return lost / rates


def _first_rate(shares: "NDArray[np.float64]", variances: "NDArray[np.float64]", ceiling: float) -> float:
    """The rate at which a first partition comes near its ceiling: share · x + 6 · √(variance · x) = ceiling."""
    import numpy as np  # noqa: PLC0415  the same

    spread = SIGMAS * np.sqrt(variances)
    roots = (np.sqrt(spread**2 + 4 * shares * ceiling) - spread) / (2 * shares)
    return float((roots**2).min())


def _of_means(rates: "NDArray[np.float64]", shares: "NDArray[np.float64]", ceiling: float) -> "NDArray[np.float64]":
    """Σ over partitions of max(0, share - ceiling / rate), by sums over the sorted shares: no array of minutes ×
    partitions.
    """
    import numpy as np  # noqa: PLC0415  the same

    each = ceiling / rates
    ordered = np.sort(shares)
    above = np.concatenate((np.cumsum(ordered[::-1])[::-1], [0.0]))
    first = np.searchsorted(ordered, each, side="right")
    return np.asarray(np.maximum(0.0, above[first] - (len(ordered) - first) * each))
