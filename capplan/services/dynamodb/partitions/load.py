"""How unevenly keys load partitions, in law: the hottest keys one by one, all others together. It never hashes request
by request.

A partition is an equal slice of a uniform hash space, so a key lies in each with the same chance. The hottest 200,000
keys are placed one by one; further ones in groups of about one weight whose numbers per partition are drawn
(multinomial); groups so large that every partition has very many of them share one normal draw a partition.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from capplan.quantities.rounding import sig6
from capplan.services.dynamodb.keys.names import TIME_MINUTES
from capplan.services.dynamodb.keys.placement import mixed_places, named_places, partition_of
from capplan.services.dynamodb.keys.popularity import Keys, first_names
from capplan.services.dynamodb.keys.weights import Group, hottest_key_share, weights_of
from capplan.units import WINDOW_MINUTES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_DRAWN = 100_000
"""Above so many partitions nothing is drawn: the hottest key's own part and an even part of the rest stand for it."""
MOST_NAMED = 20_000
"""So many keys are placed by their names' hash; colder ones, of the same law, by the mixer."""
_NORMAL_KEYS = 1000
"""A group with more keys than this in the mean partition is drawn as a normal number."""
_TOLD = 1000
_MOST_MOMENTS = 28


@dataclass(frozen=True, slots=True)
class HotKey:
    """One of the hottest keys: its name (None: by rank only), its part of all units, and its place in the hash space."""

    rank: int
    name: str | None
    share: float
    place: int


@dataclass(frozen=True, eq=False)
class Heat:
    """How all units fall on the partitions.

    Attributes:
        shares: Each partition's part. Shape (partitions,), sums to 1.
        tops: The part of each partition's hottest key, no more than its share; 0 where all its keys are cold.
        name_keys: The hottest keys, the first the hottest; named when somebody asks.
    """

    shares: "NDArray[np.float64]"
    tops: "NDArray[np.float64]"
    name_keys: Callable[[], tuple[HotKey, ...]] = tuple

    @cached_property
    def hottest(self) -> tuple[HotKey, ...]:
        """The hottest keys, the first the hottest."""
        return self.name_keys()

    @property
    def peak(self) -> int:
        """Which partition is the hottest."""
        return int(self.shares.argmax())


@lru_cache(maxsize=1024)
def hottest_share(keys: Keys, partitions: int, seed: int = 0) -> Fraction:
    """The part of all units that the busiest of the partitions gets, 6 significant digits where it was drawn.

    Without a number of keys all are even. Keys that come and go with time: at the worst moment of the window.
    """
    if partitions == 1:
        return Fraction(1)
    if keys.distinct is None:
        return Fraction(1, partitions)
    if partitions > MOST_DRAWN:
        top = hottest_key_share(keys.popularity, keys.distinct) / keys.shards
        return top + (1 - top) / partitions
    minute = worst_moment(keys, partitions, seed)
    return sig6(min(1.0, float(heat_of(keys, partitions, seed, minute).shares.max())))


@lru_cache(maxsize=1024)
def worst_moment(keys: Keys, partitions: int, seed: int = 0) -> int:
    """The minute at which the keys in use lie worst; 0 where they are always the same."""
    every = moments(keys)
    if len(every) == 1:
        return every[0]
    return max(every, key=lambda minute: (float(heat_of(keys, partitions, seed, minute).shares.max()), -minute))


def moments(keys: Keys) -> tuple[int, ...]:
    """Minutes of the window at which the keys in use differ: 0 alone without a time in their names."""
    if keys.names is None or not keys.names.time:
        return (0,)
    step = TIME_MINUTES[keys.names.time]
    every = max(step, WINDOW_MINUTES // _MOST_MOMENTS // step * step)
    return tuple(range(0, WINDOW_MINUTES, every))


@lru_cache(maxsize=128)
def heat_of(keys: Keys, partitions: int, seed: int = 0, minute: int = 0) -> Heat:
    """One draw of where the keys lie, and how hot that makes each partition. Needs a number of keys."""
    import numpy as np  # noqa: PLC0415  heat is computed for skewed tables only

    shares, tops = np.zeros(partitions), np.zeros(partitions)
    single, groups = weights_of(keys)
    places = _places(keys, len(single), seed, minute)
    where = partition_of(places, partitions)
    each = np.repeat(single, keys.shards) / keys.shards if keys.shards > 1 else single
    shares += np.bincount(where, weights=each, minlength=partitions)
    np.maximum.at(tops, where[: _TOLD * keys.shards], each[: _TOLD * keys.shards])
    _drawn(shares, groups, keys.shards, seed)
    hot, where_hot = each[:_TOLD].copy(), places[:_TOLD].copy()
    return Heat(shares, np.minimum(tops, shares), lambda: _hottest(keys, hot, where_hot, minute))


def _places(keys: Keys, count: int, seed: int, minute: int) -> "NDArray[np.uint64]":
    """Places of the hottest keys, a sharded key's shards one after the other."""
    import numpy as np  # noqa: PLC0415  the same

    told = first_names(keys, min(count, MOST_NAMED // keys.shards), minute)
    named = len(told)
    names = told if keys.shards == 1 else [f"{name}#{shard}" for name in told for shard in range(keys.shards)]
    rest = (count - named) * keys.shards
    mixed = mixed_places(named * keys.shards, rest, seed)
    return np.concatenate((named_places(keys.kind, names), mixed)) if names else mixed


def _drawn(shares: "NDArray[np.float64]", groups: tuple[Group, ...], shards: int, seed: int) -> None:
    """Add the colder keys: how many of a group each partition holds, times their weight."""
    import numpy as np  # noqa: PLC0415  the same

    if not groups:
        return
    partitions = len(shares)
    rng = np.random.Generator(np.random.PCG64(seed))
    even = np.full(partitions, 1 / partitions)
    level = variance = 0.0
    for count, weight in groups:
        keys, each = count * shards, weight / shards
        if keys > _NORMAL_KEYS * partitions:
            level += keys * each / partitions
            variance += keys * each * each / partitions
        else:
            shares += rng.multinomial(keys, even) * each
    if level:
        noise = rng.standard_normal(partitions)
        shares += np.maximum(0.0, level + np.sqrt(variance) * (noise - noise.mean()))


def _hottest(keys: Keys, each: "NDArray[np.float64]", places: "NDArray[np.uint64]", minute: int) -> tuple[HotKey, ...]:
    told = min(len(each), _TOLD)
    out = []
    for i in range(told):
        rank, shard = divmod(i, keys.shards)
        name = keys.name(rank, minute)
        if name is not None and keys.shards > 1:
            name = f"{name}#{shard}"
        out.append(HotKey(i, name, float(each[i]), int(places[i])))
    return tuple(out)


def requests_by_partition(heat: Heat, requests: int, seed: int = 0) -> "NDArray[np.int64]":
    """One draw of how many of so many requests each partition gets (multinomial). Shape (partitions,); sums to it."""
    import numpy as np  # noqa: PLC0415  the same

    rng = np.random.Generator(np.random.PCG64(seed))
    return rng.multinomial(requests, heat.shares / heat.shares.sum())
