"""What Glue bills: AWS's own examples first, then minimums, catalog and durations as distributions."""

from decimal import Decimal
from fractions import Fraction

import pytest

from capplan.quantities.distribution import Distribution, fixed
from capplan.services.glue import billing

STANDARD, FLEX = Decimal("0.44"), Decimal("0.29")


DAY_MS = Decimal(86_400_000)


@pytest.mark.parametrize(
    ("dpus", "seconds", "minimum", "price", "usd", "working"),
    [
        (6, 900, 60, STANDARD, "0.66", "AWS Glue pricing page: 6 DPU x 15 min x 0.44"),
        (6, 600, 60, STANDARD, "0.44", "AWS Lake Formation pricing page: 6 DPU x 10 min x 0.44"),
        (6, 1200, 60, FLEX, "0.58", "AWS Glue pricing page, Flex: 6 DPU x 20 min x 0.29"),
        (5, 1440, 60, STANDARD, "0.88", "AWS Glue pricing page, session: 5 DPU x 24 min x 0.44"),
        (2, 1800, 600, STANDARD, "0.44", "AWS Glue pricing page, crawler: 2 DPU x 30 min x 0.44"),
        (10, 28_800, 60, STANDARD, "35.2", "a hung job to the default time-out of 8 h: 80 DPU-hours"),
        (10, 30, 60, STANDARD, str(Fraction(11, 150)), "the minimum of a minute"),
    ],
)
def test_aws_examples(dpus: int, seconds: int, minimum: int, price: Decimal, usd: str, working: str) -> None:
    billed = billing.expected_billed_s(fixed(seconds * 1000), minimum, DAY_MS)
    assert billing.dpu_hours(dpus, billed) * Fraction(price) == Fraction(usd), working


@pytest.mark.parametrize(
    ("ms", "minimum", "billed", "working"),
    [
        (59_000, 60, 60, "below the minute"),
        (60_000, 60, 60, "on it"),
        (60_001, 60, 61, "a started second counts"),
        (599_000, 600, 600, "Glue 1.0: ten minutes"),
    ],
)
def test_a_run_is_billed_by_started_seconds_above_its_minimum(ms: int, minimum: int, billed: int, working: str) -> None:
    assert billing.expected_billed_s(fixed(ms), minimum, DAY_MS) == billed, working


@pytest.mark.parametrize(
    ("kind", "version", "minimum"),
    [
        ("spark", "0.9", 600),
        ("spark", "1.0", 600),
        ("spark", "2.0", 60),
        ("spark", "6.0", 60),
        ("python-shell", "1.0", 60),
    ],
)
def test_only_old_spark_has_ten_minutes(kind: str, version: str, minimum: int) -> None:
    assert billing.minimum_s(kind, version) == minimum


@pytest.mark.parametrize(
    ("version", "minutes"), [("4.0", 2880), ("5.0", 480), ("5.1", 480), ("6.0", 480), ("10.0", 480)]
)
def test_the_default_time_out_follows_the_version(version: str, minutes: int) -> None:
    assert billing.default_timeout_minutes(version) == minutes


def test_a_fixed_duration_is_billed_exactly() -> None:
    day = Decimal(86_400_000)
    assert billing.expected_billed_s(fixed(1_800_001), 60, day) == 1801
    assert billing.expected_billed_s(fixed(1_000), 60, day) == 60
    assert billing.expected_billed_s(fixed(7_200_000), 60, Decimal(3_600_000)) == 3600, "stopped at the time-out"


def test_a_spread_duration_bills_the_mean_of_started_seconds_with_the_minimum() -> None:
    around_the_minute = Distribution(((Decimal("0.5"), Decimal(60_000)), (Decimal("0.95"), Decimal(90_000))))
    day = Decimal(86_400_000)
    with_minimum = float(billing.expected_billed_s(around_the_minute, 60, day))
    without = float(billing.expected_billed_s(around_the_minute, 1, day))
    assert without == pytest.approx(62.35, abs=0.1), "log-normal mean 61.9 s and half a second of rounding"
    assert with_minimum == pytest.approx(67.4, abs=0.5), "half of the runs are lifted to 60 s"
