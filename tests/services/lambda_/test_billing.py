"""Billed time, GB-seconds and requests against the pricing page's examples, and bills that capplan does not plan."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from capplan.quantities.distribution import fixed
from capplan.services.lambda_ import billing
from tests.reference.lambda_ import billing as unplanned
from tests.reference.lambda_ import microvms, sizing

X86_GB_SECOND, REQUEST = Decimal("0.0000166667"), Decimal("0.0000002")


@pytest.mark.parametrize(
    ("duration", "init", "timeout", "billed"),
    [
        ("250.06", None, 900_000, 251),
        ("250.06", "100.77", 900_000, 351),  # the sum is rounded up, not each part: 350.83
        ("250", None, 900_000, 250),
        ("3004.92", None, 3000, 3000),
        ("3004.92", "111.23", 3000, 3112),
    ],
)
def test_a_started_millisecond_is_billed(duration: str, init: str | None, timeout: int, billed: int) -> None:
    ran, timeout_ms = fixed(Decimal(duration)), Decimal(timeout)
    warm = billing.expected_billed_ms(ran, timeout_ms)
    extra = billing.init_extra_ms(ran, fixed(Decimal(init)), ran, timeout_ms) if init is not None else 0
    assert warm + extra == billed


@pytest.mark.parametrize(
    ("day", "package", "runtime", "billed"),
    [
        (date(2025, 7, 31), "zip", "managed", False),
        (date(2025, 8, 1), "zip", "managed", True),
        (date(2022, 1, 1), "image", "container", True),
        (date(2022, 1, 1), "zip", "custom", True),
        (date(2026, 1, 1), "zip", "snapstart", False),
    ],
)
def test_init_is_billed_since_august_2025(
    day: date, package: unplanned.Package, runtime: unplanned.Runtime, *, billed: bool
) -> None:
    assert unplanned.init_is_billed(day, package, runtime) is billed


@pytest.mark.parametrize(
    ("kb", "requests"), [(0, 1), (1, 1), (256, 1), (257, 2), (320, 2), (321, 3), (384, 3), (512, 5), (1024, 13)]
)
def test_an_event_is_one_request_and_one_more_for_each_64_kb_past_256(kb: int, requests: int) -> None:
    assert billing.async_requests(kb) == requests


@pytest.mark.parametrize(
    ("requests", "ms", "mb", "free_gb_seconds", "compute_usd"),
    [
        (7_440_000, 2000, 1024, 0, "248.00"),  # telemetry
        (6_000_000, 280, 4096, 400_000, "105.33"),  # inference
        (30_000_000, 1000, 1024, 0, "500.00"),  # SQS in provisioned mode
        (3_000_000, 500, 1536, 400_000, "30.83"),  # streaming
    ],
)
def test_examples_of_aws_pricing_page(requests: int, ms: int, mb: int, free_gb_seconds: int, compute_usd: str) -> None:
    paid = unplanned.above_allowance(billing.gb_seconds(requests, ms, mb), free_gb_seconds)
    assert round(unplanned.cost(paid, X86_GB_SECOND), 2) == Fraction(compute_usd)


def test_storage_is_billed_above_512_mb_only() -> None:
    assert billing.ephemeral_gb_seconds(1_680_000, 2048) == 2_520_000
    assert billing.ephemeral_gb_seconds(1_000_000, 512) == billing.ephemeral_gb_seconds(1_000_000, 128) == 0


def test_provisioned_concurrency_is_billed_in_started_five_minutes() -> None:
    assert billing.provisioned_gb_seconds(100, 1536, 8 * 3600) == 4_320_000
    assert billing.provisioned_gb_seconds(1, 1024, 301) == 600
    assert billing.snap_start_gb_seconds(60, 1024) == 10_800
    assert billing.poller_unit_hours(1, 1) == Fraction(1, 60)
    assert billing.poller_units(11, 10) == 2


def test_provisioned_concurrency_breaks_even_at_60_percent_or_never() -> None:
    share = unplanned.break_even_utilization(Decimal("0.0000033334"), Decimal("0.0000133334"), Decimal("0.0000077778"))
    assert share == pytest.approx(0.6, abs=1e-4)
    assert unplanned.break_even_utilization(1, 2, 2) is None


def test_a_failing_event_is_retried() -> None:
    assert billing.expected_attempts(Fraction(1, 10), 2) == Fraction(111, 100)
    assert billing.expected_attempts(1, 2) == 3


def test_the_management_fee_is_on_the_undiscounted_price() -> None:
    ec2, fee = unplanned.managed_instances_usd(1, 100, Fraction(1, 2))
    assert ec2 == 50
    assert fee == 15


def test_a_timeout_ends_a_fixed_duration() -> None:
    assert billing.expected_billed_ms(fixed(Decimal("45.2")), Decimal(3000)) == 46
    assert billing.expected_billed_ms(fixed(Decimal(9000)), Decimal(3000)) == 3000
    assert billing.capped_mean_ms(fixed(Decimal(9000)), Decimal(3000)) == 3000


# --- not planned -----------------------------------------------------------------------------------------------------


def test_a_trimmed_mean_drops_both_ends() -> None:
    assert unplanned.trimmed_mean([1, 2, 3, 4, 2000]) == 3
    assert unplanned.trimmed_mean([1, 2, 3, 4, 2000], 0) == 402


def test_a_million_calls_round_up_by_half_a_millisecond() -> None:
    # 99.5 ms + 0.5 ms at 1 GB: 100,000 GB-s and a million requests
    usd = unplanned.usd_per_million(Decimal("99.5"), 1024, X86_GB_SECOND, REQUEST)
    assert usd == 100_000 * Fraction(X86_GB_SECOND) + Fraction(1, 5)


def test_a_fleet_by_aws_calculator() -> None:
    # 512 MB and 25% CPU a call: 4 calls in a 2 GB environment; 3 fit on 4 vCPU of which 1 is snapshots
    work, instance = sizing.Workload(100, 512, Fraction(1, 4), 16), sizing.Instance(4, 8, 2)
    assert sizing.size_fleet(work, instance) == sizing.Fleet(2048, 4, 25, 3, 9, 14, overfull=False)
    assert sizing.size_fleet(sizing.Workload(100, 512, Fraction(1, 8), 16), instance).overfull


def test_microvms_by_aws_example() -> None:
    """AWS Lambda pricing page: 100 developers for 20 days, at 4 vCPU and 8 GB a quarter of the time."""
    levels = (microvms.Level(4_500_000, 4, 8), microvms.Level(13_500_000, 1, 2))
    snapshots = microvms.Snapshots(12_000, 12_000, 2_000, 2, 5, 2, 22_000)
    compute = microvms.vcpu_seconds(levels) * Fraction("0.0000276944") + microvms.gb_seconds(levels) * Fraction(
        "0.0000036667"
    )
    moved = microvms.written_gb(snapshots) * Fraction("0.0038") + microvms.read_gb(snapshots) * Fraction("0.00155")
    assert float(compute) == pytest.approx(1103.38, abs=0.02)
    assert moved == Fraction("134.6")
    assert float(microvms.stored_gb_months(snapshots, 720) * Fraction("0.08")) == pytest.approx(3.24, abs=0.005)
