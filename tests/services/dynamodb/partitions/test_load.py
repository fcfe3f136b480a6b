"""How keys load partitions, and which share of requests is throttled."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from capplan.services.dynamodb.keys.popularity import Keys, Popularity
from capplan.services.dynamodb.keys.weights import hottest_key_share
from capplan.services.dynamodb.partitions.load import hottest_share, partition_loads
from capplan.services.dynamodb.partitions.throttling import throttled_share
from tests.reference.dynamodb.hashed_keys import requests_by_partition

ZIPF = Popularity("zipf", exponent=0.9)
HOT = Popularity("hot", hot_keys=1, hot_share=Decimal("0.98"))


@pytest.mark.parametrize("law", [Popularity(), ZIPF, HOT, Popularity("zipf", exponent=1.0), Popularity("zipf")])
@pytest.mark.parametrize(("distinct", "partitions", "shards"), [(5, 4, 1), (1_000_000, 16, 1), (300, 8, 10)])
def test_shares_of_partitions_add_up(law: Popularity, distinct: int, partitions: int, shards: int) -> None:
    loads = partition_loads(Keys(law, distinct, shards), partitions, 7)
    assert loads.shares.shape == (partitions,)
    assert loads.shares.sum() == pytest.approx(1, abs=1e-9)
    assert (loads.hottest_key_shares <= loads.shares).all()
    assert requests_by_partition(loads, 10**12).sum() == 10**12, "every request has a partition"


def test_without_a_number_of_keys_the_load_is_even() -> None:
    assert hottest_share(Keys(), 8) == Fraction(1, 8)
    assert hottest_share(Keys(ZIPF, 100), 1) == 1


def test_the_hottest_partition_holds_the_hottest_key() -> None:
    assert hottest_key_share(HOT, 5) == Fraction("0.98")
    assert hottest_share(Keys(HOT, 5), 4) >= Fraction("0.98")
    assert hottest_share(Keys(HOT, 5, 50), 4) < Fraction("0.4"), "fifty shards lie apart"


def test_the_same_seed_gives_the_same_loads() -> None:
    first = hottest_share(Keys(ZIPF, 10**6), 16, 3)
    partition_loads.cache_clear()
    hottest_share.cache_clear()
    assert hottest_share(Keys(ZIPF, 10**6), 16, 3) == first
    assert hottest_share(Keys(ZIPF, 10**6), 16, 4) != first


def test_many_keys_and_partitions_are_drawn_fast_and_in_law() -> None:
    shares = partition_loads(Keys(ZIPF, 10**10), 1000, 1).shares
    assert shares.sum() == pytest.approx(1, abs=1e-9)
    assert 1.0 < shares.max() * 1000 < 30


def test_a_zipf_tail_in_buckets_agrees_with_its_keys() -> None:
    weights = np.arange(1, 1_000_001, dtype=float) ** -0.9
    assert float(hottest_key_share(ZIPF, 1_000_000)) == pytest.approx(1 / weights.sum(), rel=1e-5)


def test_a_hot_partition_throttles_what_passes_its_ceiling() -> None:
    rates = np.array([2000.0, 100.0])
    throttled = throttled_share(rates, np.array([0.75, 0.25]), 1000)
    assert throttled.tolist() == pytest.approx([0.25, 0]), "1,500 on one partition: 500 of 2,000 throttled"


def test_seconds_throttle_a_little_below_the_ceiling() -> None:
    shares, one_key = np.array([1.0]), np.array([1.0])
    means, seconds = (throttled_share(np.array([990.0]), shares, 1000, tops) for tops in (None, one_key))
    assert means[0] == 0
    deviation = 990**0.5
    z = 10 / deviation
    loss = deviation * (0.3989423 * np.exp(-z * z / 2) - z * 0.3753)  # 1 - Φ(0.3178) = 0.3753
    assert seconds[0] == pytest.approx(loss / 990, rel=1e-3)


def test_many_rates_are_between_few() -> None:
    rates = np.linspace(1, 30_000, 5000)
    loads = partition_loads(Keys(HOT, 1000), 32, 1)
    at_once = throttled_share(rates, loads.shares, 1000, loads.hottest_key_shares)
    one_by_one = np.array(
        [throttled_share(np.array([x]), loads.shares, 1000, loads.hottest_key_shares)[0] for x in rates[::97]]
    )
    assert at_once[::97] == pytest.approx(one_by_one, abs=2e-4)
