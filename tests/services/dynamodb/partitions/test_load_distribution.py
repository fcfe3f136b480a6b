"""Loads drawn from their distribution against every key hashed one by one: Kolmogorov-Smirnov at fixed seeds, and moments by hand."""

import math
from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np
import pytest
from numpy.typing import NDArray

from capplan.services.dynamodb.keys.placement import mixed_places, named_places, partition_of
from capplan.services.dynamodb.keys.popularity import Keys, Popularity
from capplan.services.dynamodb.keys.weights import weights_of
from capplan.services.dynamodb.partitions import load
from capplan.services.dynamodb.partitions.load import partition_loads
from tests.reference.dynamodb.hash_order import key_bucket
from tests.reference.dynamodb.hashed_keys import loads, requests_by_partition

DRAWS = 150
PARTITIONS = 8
LAWS = {
    "uniform": Popularity(),
    "zipf 0.6": Popularity("zipf", exponent=0.6),
    "zipf 0.9": Popularity("zipf", exponent=0.9),
    "zipf 1": Popularity("zipf", exponent=1.0),
    "zipf 1.2": Popularity("zipf", exponent=1.2),
    "hot": Popularity("hot", hot_keys=10, hot_share=Decimal("0.3")),
}


def ks_distance(one: Sequence[float] | NDArray[np.float64], other: Sequence[float] | NDArray[np.float64]) -> float:
    """The largest gap between two samples' distribution functions."""
    a, b = np.sort(np.asarray(one)), np.sort(np.asarray(other))
    both = np.concatenate((a, b))
    gaps = np.searchsorted(a, both, side="right") / len(a) - np.searchsorted(b, both, side="right") / len(b)
    return float(np.abs(gaps).max())


def ks_limit(n: int, m: int, alpha: float = 0.001) -> float:
    """What the distance stays under in all but `alpha` of the cases where both samples are of one law."""
    return math.sqrt(-math.log(alpha / 2) / 2) * math.sqrt((n + m) / (n * m))


def brute_force(law: Popularity, distinct: int, partitions: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Each key thrown into a partition of its own."""
    if law.law == "zipf":
        weights = np.arange(1, distinct + 1, dtype=np.float64) ** -law.exponent
    else:
        weights = np.full(distinct, 1.0)
        if law.law == "hot":
            share = float(law.hot_share)
            weights[:] = (1 - share) / (distinct - law.hot_keys)
            weights[: law.hot_keys] = share / law.hot_keys
    places = rng.integers(0, partitions, distinct)
    return np.asarray(np.bincount(places, weights=weights / weights.sum(), minlength=partitions), dtype=np.float64)


STATISTICS: dict[str, Callable[[NDArray[np.float64]], float]] = {
    "hottest": lambda shares: float(shares.max()),
    "coldest": lambda shares: float(shares.min()),
    "first": lambda shares: float(shares[0]),
    "spread": lambda shares: float((shares**2).sum()),
}


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("law", LAWS)
def test_loads_have_the_distribution_of_hashing(law: str, statistic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With few keys one by one and a low bar for the normal draw, every way of drawing is in the sample."""
    from capplan.services.dynamodb.keys import weights as key_weights

    monkeypatch.setattr(key_weights, "MAX_SINGLE", 200)
    monkeypatch.setattr(load, "_NORMAL_KEYS", 400)
    for cached in (key_weights.rank_weights, partition_loads):
        cached.cache_clear()
    of, rng = STATISTICS[statistic], np.random.Generator(np.random.PCG64(99))
    distinct = 20_000
    ours = [of(partition_loads(Keys(LAWS[law], distinct), PARTITIONS, seed).shares) for seed in range(DRAWS)]
    theirs = [of(brute_force(LAWS[law], distinct, PARTITIONS, rng)) for _ in range(DRAWS)]
    for cached in (key_weights.rank_weights, partition_loads):
        cached.cache_clear()
    assert ks_distance(ours, theirs) < ks_limit(DRAWS, DRAWS)


def test_the_distance_tells_laws_apart() -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    zipf = [float(brute_force(LAWS["zipf 0.9"], 20_000, 8, rng).max()) for _ in range(DRAWS)]
    even = [float(brute_force(LAWS["uniform"], 20_000, 8, rng).max()) for _ in range(DRAWS)]
    assert ks_distance(zipf, even) > ks_limit(DRAWS, DRAWS)


def test_the_mixer_has_the_law_of_the_hash() -> None:
    hashed = named_places("S", (f"user#{i}" for i in range(20_000))) / 2**64
    mixed = mixed_places(0, 20_000, 3) / 2**64
    assert ks_distance(hashed, mixed) < ks_limit(20_000, 20_000)
    flat = (np.arange(20_000) + 0.5) / 20_000
    assert ks_distance(mixed, flat) < 1.95 / math.sqrt(20_000)


def test_places_by_name_are_the_observed_ones() -> None:
    names = [f"user#{i}" for i in range(200)]
    assert partition_of(named_places("S", names), 4096).tolist() == [key_bucket("S", name, 4096) for name in names]


def test_every_key_hashed_lies_somewhere() -> None:
    counts = loads(100_000, 10, 7)
    assert counts.sum() == 100_000
    chi_square = float((((counts - 10_000) ** 2) / 10_000).sum())
    assert chi_square < 27.9, "99.9% of the time with 9 degrees of freedom"
    assert (np.bincount(partition_of(mixed_places(0, 100_000, 7), 10), minlength=10) == counts).all()


@pytest.mark.parametrize("law", LAWS)
def test_weights_of_billions_of_keys_sum_to_one(law: str) -> None:
    single, groups = weights_of(Keys(LAWS[law], 10**10))
    assert math.fsum(single) + math.fsum(n * w for n, w in groups) == pytest.approx(1, abs=1e-9)
    assert len(single) + sum(n for n, _ in groups) == 10**10


def test_a_trillion_requests_on_ten_billion_keys_add_up() -> None:
    drawn = partition_loads(Keys(LAWS["zipf 0.9"], 10**10), 1000, 1)
    got = requests_by_partition(drawn, 10**12, 1)
    assert got.sum() == 10**12
    z = (got - drawn.shares * 1e12) / np.sqrt(drawn.shares * 1e12)
    assert abs(float(z.std()) - 1) < 0.15, "each partition's requests spread as Poisson's around its load"
