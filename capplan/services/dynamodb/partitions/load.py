"""How unevenly keys load partitions: the hottest keys one by one, all others by their distribution.

A partition is an equal slice of a uniform hash space, so a key lies in each with the same chance. The hottest 200,000
keys are placed one by one; further ones in groups of about one weight whose numbers per partition are drawn
(multinomial); groups so large that every partition has very many of them share one normal draw a partition.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from capplan.quantities.rounding import sig6
from capplan.record import Record
from capplan.services.dynamodb.keys.names import TIME_MINUTES
from capplan.services.dynamodb.keys.placement import mixed_places, named_places, partition_of
from capplan.services.dynamodb.keys.popularity import Keys, first_names
from capplan.services.dynamodb.keys.weights import Group, hottest_key_share, weights_of
from capplan.units import PERIOD_MINUTES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_DRAWN = 100_000
"""Above so many partitions nothing is drawn: the hottest key's own share and an even share of the rest stand for it."""
MAX_NAMED = 20_000
"""So many keys are placed by their names' hash; colder ones, of the same distribution, by the mixer."""
_NORMAL_KEYS = 1000
"""A group with more keys than this in the mean partition is drawn as a normal number."""
_HOT_KEYS = 1000
_MAX_MOMENTS = 28


class HotKey(Record, frozen=True):
    """One of the hottest keys: its name (None: by rank only), its share of all units, and its place in the hash space."""

    rank: int
    name: str | None
    share: float
    place: int


class PartitionLoads(Record, frozen=True, eq=False, dict=True):
    """How all units fall on the partitions.

    Attributes:
        shares: Each partition's share. Shape (partitions,), sums to 1.
        hottest_key_shares: The share of each partition's hottest key, no more than its own; 0 where all its keys are
            cold.
        name_keys: The hottest keys, the first the hottest; named when needed.
    """

    shares: "NDArray[np.float64]"
    hottest_key_shares: "NDArray[np.float64]"
    name_keys: Callable[[], tuple[HotKey, ...]] = tuple

    @cached_property
    def hot_keys(self) -> tuple[HotKey, ...]:
        """The hottest keys, the first the hottest."""
        return self.name_keys()

    @property
    def hottest(self) -> int:
        """Number of the hottest partition."""
        return int(self.shares.argmax())


@lru_cache(maxsize=1024)
def hottest_share(keys: Keys, partitions: int, seed: int = 0) -> Fraction:
    """The share of all units that the busiest of the partitions gets, 6 significant digits where it was drawn.

    Without a number of keys all are even. Keys that come and go with time: at the worst moment of the simulated period.
    """
    if partitions == 1:
        return Fraction(1)
    if keys.distinct is None:
        return Fraction(1, partitions)
    if partitions > MAX_DRAWN:
        key_share = hottest_key_share(keys.popularity, keys.distinct) / keys.shards
        return key_share + (1 - key_share) / partitions
    minute = worst_moment(keys, partitions, seed)
    return sig6(min(1.0, float(partition_loads(keys, partitions, seed, minute).shares.max())))


@lru_cache(maxsize=1024)
def worst_moment(keys: Keys, partitions: int, seed: int = 0) -> int:
    """The minute at which the keys in use lie worst; 0 where they are always the same."""
    minutes = moments(keys)
    if len(minutes) == 1:
        return minutes[0]
    return max(
        minutes, key=lambda minute: (float(partition_loads(keys, partitions, seed, minute).shares.max()), -minute)
    )


def moments(keys: Keys) -> tuple[int, ...]:
    """Minutes of the simulated period at which the keys in use differ: 0 alone without a time in their names."""
    if keys.names is None or not keys.names.time:
        return (0,)
    step = TIME_MINUTES[keys.names.time]
    return tuple(range(0, PERIOD_MINUTES, max(step, PERIOD_MINUTES // _MAX_MOMENTS // step * step)))


@lru_cache(maxsize=128)
def partition_loads(keys: Keys, partitions: int, seed: int = 0, minute: int = 0) -> PartitionLoads:
    """One draw of where the keys lie, and how that loads each partition. Needs a number of keys."""
    import numpy as np  # noqa: PLC0415  loads are computed for skewed tables only

    shares, hottest = np.zeros(partitions), np.zeros(partitions)
    weights, groups = weights_of(keys)
    places = _places(keys, len(weights), seed, minute)
    numbers = partition_of(places, partitions)
    each = np.repeat(weights, keys.shards) / keys.shards if keys.shards > 1 else weights
    shares += np.bincount(numbers, weights=each, minlength=partitions)
    np.maximum.at(hottest, numbers[: _HOT_KEYS * keys.shards], each[: _HOT_KEYS * keys.shards])
    _add_groups(shares, groups, keys.shards, seed)
    hot_shares, hot_places = each[:_HOT_KEYS].copy(), places[:_HOT_KEYS].copy()
    return PartitionLoads(shares, np.minimum(hottest, shares), lambda: _hot_keys(keys, hot_shares, hot_places, minute))


def _places(keys: Keys, count: int, seed: int, minute: int) -> "NDArray[np.uint64]":
    """Places of the hottest keys, a sharded key's shards one after the other."""
    import numpy as np  # noqa: PLC0415  the same

    unsharded = first_names(keys, min(count, MAX_NAMED // keys.shards), minute)
    names = unsharded if keys.shards == 1 else [f"{name}#{shard}" for name in unsharded for shard in range(keys.shards)]
    mixed = mixed_places(len(names), count * keys.shards - len(names), seed)
    return np.concatenate((named_places(keys.kind, names), mixed)) if names else mixed


def _add_groups(shares: "NDArray[np.float64]", groups: tuple[Group, ...], shards: int, seed: int) -> None:
    """Add the colder keys: how many of a group each partition holds, times their weight."""
    import numpy as np  # noqa: PLC0415  the same

    if not groups:
        return
    partitions = len(shares)
    rng = np.random.Generator(np.random.PCG64(seed))
    even = np.full(partitions, 1 / partitions)
    mean = variance = 0.0
    for count, weight in groups:
        keys, each = count * shards, weight / shards
        if keys > _NORMAL_KEYS * partitions:
            mean += keys * each / partitions
            variance += keys * each * each / partitions
        else:
            shares += rng.multinomial(keys, even) * each
    if mean:
        noise = rng.standard_normal(partitions)
        shares += np.maximum(0.0, mean + np.sqrt(variance) * (noise - noise.mean()))


def _hot_keys(
    keys: Keys, shares: "NDArray[np.float64]", places: "NDArray[np.uint64]", minute: int
) -> tuple[HotKey, ...]:
    out = []
    for i in range(len(shares)):
        rank, shard = divmod(i, keys.shards)
        name = keys.name(rank, minute)
        if name is not None and keys.shards > 1:
            name = f"{name}#{shard}"
        out.append(HotKey(i, name, float(shares[i]), int(places[i])))
    return tuple(out)
