"""Ranges: what they say, how draws of them are spread, and how a draw is written."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capplan.quantities.uncertain import is_range, likely_of, range_paths, uncertain_of

TRIANGLE = [
    # low, likely, high, share, value: below the likely one low + √(share × width × (likely − low)),
    # above it high − √((1 − share) × width × (high − likely))
    (0, 50, 100, 0.5, 50.0),
    (0, 50, 100, 0.125, 25.0),  # √(0.125 × 100 × 50) = √625
    (0, 50, 100, 0.875, 75.0),
    (0, 0, 100, 0.75, 50.0),  # 100 − √(0.25 × 100 × 100)
    (40, 60, 120, 0.25, 60.0),  # (60 − 40) / (120 − 40): the share below the likely value
    (7, 7, 7, 0.9, 7.0),
]


@pytest.mark.parametrize(("low", "likely", "high", "share", "value"), TRIANGLE)
def test_between_the_ends_the_distribution_is_triangular(
    low: int, likely: int, high: int, share: float, value: float
) -> None:
    uncertain = uncertain_of({"low": Decimal(low), "likely": Decimal(likely), "high": Decimal(high)})
    assert uncertain.at(np.array([share]))[0] == pytest.approx(value)


def test_percentiles_are_met() -> None:
    uncertain = uncertain_of({"p10": "40/s", "p50": "60/s", "p90": "120/s"})
    assert uncertain.at(np.array([0.1, 0.5, 0.9])) == pytest.approx([40, 60, 120])
    # between two of them log-normal: at z = 0.6408, half of P90's z of 1.2816, the geometric mean of 60 and 120
    assert uncertain.at(np.array([0.739]))[0] == pytest.approx((60 * 120) ** 0.5, rel=1e-3)


WRITTEN: list[tuple[Mapping[str, Any], float, object]] = [
    ({"low": "900 B", "likely": "1.8 KB", "high": "1 MB"}, 1234.4, "1234 B"),
    ({"low": "30 ms", "likely": "45 ms", "high": "1 s"}, 99.7, "100 ms"),
    ({"low": "1 ms", "likely": "2 ms", "high": "5 ms"}, 1.23456789, "1.23457 ms"),
    ({"low": "60/s", "likely": "10k/min", "high": "1M/h"}, 12_000.0, "12000/min"),
    ({"low": "100M/month", "likely": "150M/month", "high": "1B/month"}, 150_000_000.0, "150M/month"),
    ({"low": "1 GB/day", "likely": "300 GB/day", "high": "1 TB/day"}, 549_755_813_888.0, "549756000000 B/day"),
    ({"low": "1%", "likely": "2%", "high": "5%"}, 2.34567891, "2.34568%"),
    ({"low": "1x", "likely": "2x", "high": "5x"}, 2.5, "2.5x"),
    ({"low": Decimal(1), "likely": "2k", "high": "1M"}, 1500.0, Decimal(1500)),
    ({"low": "3%/month", "likely": "6%/month", "high": "9%/month"}, 7.0, "7%/month"),
    ({"low": "0%/month", "likely": "6%/month", "high": "9%/month"}, 0.012345678, "0.012346%/month"),
    ({"low": Decimal(1), "likely": Decimal(3), "high": Decimal(9)}, 9.4, Decimal(9)),
    ({"low": "900 B", "likely": "1.4 KB", "high": "1 MB"}, 1433.6, "1.4 KB"),
    ({"p10": "50%", "p50": "80%", "p90": "95%"}, 112.0, "100%"),
]


@pytest.mark.parametrize(("raw", "value", "written"), WRITTEN)
def test_a_draw_is_written_in_the_scenarios_units(raw: Mapping[str, Any], value: float, written: object) -> None:
    uncertain = uncertain_of(raw)
    assert uncertain.written(uncertain.rounded(value)) == written


def test_the_values_of_the_range_are_written_as_they_stand() -> None:
    uncertain = uncertain_of({"low": "900 B", "likely": "1.8 KB", "high": "1 MB"})
    values = [uncertain.low, uncertain.likely, uncertain.high]
    assert [uncertain.written(value) for value in values] == ["900 B", "1.8 KB", "1 MB"]


RANGES: list[tuple[object, bool]] = [
    ({"low": "1/s", "likely": "2/s", "high": "3/s"}, True),
    ({"p10": "1/s", "p50": "2/s", "p90": "3/s"}, True),
    ({"p50": Decimal(3), "p90": "5k"}, True),
    ({"p50": "45 ms", "p99": "300 ms"}, False),  # how requests vary
    ({"p50": "1 KB", "p99": "8 KB"}, False),
    ({"p10": "1/s", "p90": "3/s"}, False),  # no value of the point answer
    ({"low": "1/s", "high": "3/s"}, False),
    ({"p50": {"item_size": "1 KB"}, "p99": {}}, False),  # two tables
    ({}, False),
    ("60/s", False),
]


@pytest.mark.parametrize(("raw", "expected"), RANGES)
def test_what_is_a_range(raw: object, expected: bool) -> None:  # noqa: FBT001
    assert is_range(raw) is expected
    assert (likely_of(raw) == raw) is not expected


def test_ranges_are_found_inside_lists_and_percentiles() -> None:
    three = {"low": "1 ms", "likely": "2 ms", "high": "3 ms"}
    data = {
        "functions": {"a": {"duration": {"p50": three, "p99": "9 ms"}, "calls": [{"get": "t"}, {"times": three}]}},
        "state_machines": {"m": {"states": {"Choose": {"next": {"low": "5%", "likely": "90%", "high": "5%"}}}}},
    }
    assert list(range_paths(data)) == [("functions", "a", "duration", "p50"), ("functions", "a", "calls", 1, "times")]


@given(
    ends=st.lists(st.integers(0, 10**9), min_size=3, max_size=3).map(sorted),
    shares=st.lists(st.floats(0.001, 0.999), min_size=2, max_size=20).map(sorted),
)
def test_draws_lie_between_the_ends_and_grow(ends: list[int], shares: list[float]) -> None:
    low, likely, high = (Decimal(end) for end in ends)
    uncertain = uncertain_of({"low": low, "likely": likely, "high": high})
    drawn = uncertain.at(np.array(shares))
    assert all(low <= uncertain.rounded(float(value)) <= high for value in drawn)
    assert (np.diff(drawn) >= -1e-6 * float(high)).all()
