"""Computes the share of reads that a cache answers, from how its items are used: Che's approximation.

An LRU cache keeps what was read within its characteristic time, which is such that what it keeps fills it; an item read at a
rate r is in it with probability 1 - exp(-r t). An item that lives for a time T from when it was fetched is there for rT of
the 1 + rT reads of a cycle. Where both apply, the smaller of the two bounds the item.

Source: H. Che, Y. Tung, Z. Wang, "Hierarchical Web caching systems: modeling, design and experimental results" (IEEE JSAC 20,
2002); a test holds it against a simulated cache.
"""

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from capplan.quantities.distribution import mean
from capplan.quantities.rounding import sig6
from capplan.services.dynamodb.caches.nodes import NODES
from capplan.services.dynamodb.caches.spec import Cached
from capplan.services.dynamodb.keys.popularity import UNIFORM, Keys
from capplan.services.dynamodb.keys.table_keys import keys_of
from capplan.services.dynamodb.keys.weights import weights_of
from capplan.services.dynamodb.spec import Table
from capplan.units import BYTES_PER_GB, MS_PER_SECOND

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

USABLE_MEMORY = 0.75
"""The share of a node's memory that holds items: AWS does not publish it."""
_STEPS = 80
"""Halvings of the search for the characteristic time."""


def cached_items(spec: Table) -> Keys | None:
    """The items of a table as a cache sees them: how many, and how unevenly they are read; None where that is not known."""
    keys = keys_of(spec, None)
    if keys.distinct is not None:
        return keys
    return Keys(UNIFORM, int(spec.items)) if spec.items >= 1 else None


def items_that_fit(spec: Table, cached: Cached) -> float:
    """Items of the table that fit into its part of one node's memory: every node has the whole cache."""
    if spec.item_size is None:
        return 0.0
    memory = NODES[cached.cache.node].memory_gb * BYTES_PER_GB * USABLE_MEMORY / cached.sharing
    return memory / float(mean(spec.item_size))


def hit_rate(spec: Table, cached: Cached, reads_per_s: float) -> Fraction:
    """The share of gets that the item cache answers: as written, else by how the table's keys are used."""
    cache = cached.cache
    if cache.hit_rate is not None:
        return Fraction(cache.hit_rate)
    items = cached_items(spec)
    if items is None or not reads_per_s:
        return Fraction(0)
    per_key = max(1.0, float(spec.items) / (items.distinct or 1)) if spec.sort_key is not None else 1.0
    lifetime = float(cache.item_ttl) / MS_PER_SECOND or float("inf")
    return _by_popularity(items, per_key, reads_per_s, items_that_fit(spec, cached), lifetime)


@lru_cache(maxsize=1024)
def _by_popularity(items: Keys, per_key: float, reads_per_s: float, capacity: float, lifetime_s: float) -> Fraction:
    """The share of reads that hit, of keys with so many items each; a plan's what-ifs ask for the same ones again."""
    import numpy as np  # noqa: PLC0415  only where a popularity decides

    single, groups = weights_of(items)
    weights = np.concatenate((single, [weight for _, weight in groups])) / per_key
    counts = np.concatenate((np.ones(len(single)), [float(count) for count, _ in groups])) * per_key
    return sig6(che(weights, counts, reads_per_s, capacity, lifetime_s))


def che(
    weights: "NDArray[np.float64]",
    counts: "NDArray[np.float64]",
    reads_per_s: float,
    capacity: float,
    lifetime_s: float,
) -> float:
    """The share of reads that hit a cache of so many items.

    Args:
        weights: The share of the reads that one item of each group has. Shape (n,).
        counts: How many items each group has; weights x counts sum to 1. Shape (n,).
        reads_per_s: Of all items.
        capacity: Items that fit.
        lifetime_s: How long an item is kept from when it is fetched; infinite for ever.
    """
    import numpy as np  # noqa: PLC0415  only where a popularity decides

    rates = weights * reads_per_s
    bound = np.ones(len(rates)) if lifetime_s == float("inf") else rates * lifetime_s / (1 + rates * lifetime_s)

    def present(time_s: float) -> "NDArray[np.float64]":
        return np.minimum(bound, -np.expm1(-rates * time_s))

    if float((counts * bound).sum()) <= capacity:
        return float((weights * counts * bound).sum())
    low, high = 0.0, 1.0 / float(rates.max())
    while float((counts * present(high)).sum()) < capacity:
        low, high = high, 2 * high
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if float((counts * present(middle)).sum()) < capacity else (low, middle)
    return float((weights * counts * present(high)).sum())
