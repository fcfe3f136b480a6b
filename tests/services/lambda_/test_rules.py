"""Lambda's own rules: what is billed, how many run at once, what AWS refuses, how long code takes."""

import math
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capplan.quantities.distribution import fixed
from capplan.services.lambda_ import billing, sizing
from capplan.services.lambda_ import quota_checks as settings
from capplan.services.lambda_.advice import tuning
from capplan.services.lambda_.cold_start import model as cold_starts
from capplan.services.lambda_.concurrency import environments as concurrency
from capplan.services.lambda_.sources.batches import records_per_invocation

X86_GB_SECOND, REQUEST = Decimal("0.0000166667"), Decimal("0.0000002")


# --- what is billed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("handler", "init", "restore", "timeout", "init_billed", "billed"),
    [
        ("250.06", 0, 0, None, True, 251),
        ("250.06", "100.77", 0, None, False, 251),
        ("250.06", "100.77", 0, None, True, 351),  # the sum is rounded up, not each part: 350.83
        ("250", 0, 0, None, True, 250),
        ("3004.92", "111.23", 0, 3000, False, 3000),
        ("306.34", 0, 303, None, False, 610),
    ],
)
def test_a_started_millisecond_is_billed(
    handler: str, init: str | int, restore: int, timeout: int | None, *, init_billed: bool, billed: int
) -> None:
    call = billing.Invocation(Decimal(handler), Decimal(init), restore, timeout)
    assert billing.billed_ms(call, init_billed=init_billed) == billed


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
    day: date, package: billing.Package, runtime: billing.Runtime, *, billed: bool
) -> None:
    assert billing.init_is_billed(day, package, runtime) is billed


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
    paid = billing.above_allowance(billing.gb_seconds(requests, ms, mb), free_gb_seconds)
    assert round(billing.cost(paid, X86_GB_SECOND), 2) == Fraction(compute_usd)


def test_storage_is_billed_above_512_mb_only() -> None:
    assert billing.ephemeral_gb_seconds(1_680_000, 2048) == 2_520_000
    assert billing.ephemeral_gb_seconds(1_000_000, 512) == billing.ephemeral_gb_seconds(1_000_000, 128) == 0


def test_what_is_kept_ready_is_billed_in_started_grains() -> None:
    assert billing.provisioned_gb_seconds(100, 1536, 8 * 3600) == 4_320_000
    assert billing.provisioned_gb_seconds(1, 1024, 301) == 600
    assert billing.snapstart_cache_gb_seconds(60, 1024) == 10_800
    assert billing.poller_unit_hours(1, 1) == Fraction(1, 60)
    assert billing.poller_units(11, 10) == 2


def test_provisioned_concurrency_breaks_even_at_60_percent_or_never() -> None:
    share = billing.break_even_utilisation(Decimal("0.0000033334"), Decimal("0.0000133334"), Decimal("0.0000077778"))
    assert share == pytest.approx(0.6, abs=1e-4)
    assert billing.break_even_utilisation(1, 2, 2) is None


def test_a_failing_event_is_tried_again() -> None:
    assert billing.expected_attempts(Fraction(1, 10), 2) == Fraction(111, 100)
    assert billing.expected_attempts(1, 2) == 3


def test_the_management_fee_is_on_the_undiscounted_price() -> None:
    ec2, fee = billing.managed_instances_usd(1, 100, Fraction(1, 2))
    assert ec2 == 50
    assert fee == 15


def test_a_time_out_ends_a_fixed_duration() -> None:
    assert billing.expected_billed_ms(fixed(Decimal("45.2")), Decimal(3000)) == 46
    assert billing.expected_billed_ms(fixed(Decimal(9000)), Decimal(3000)) == 3000
    assert billing.capped_mean_ms(fixed(Decimal(9000)), Decimal(3000)) == 3000


# --- how many at once -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mean", "peak"), [(0, 0), (1, 5), (4, 11), (25, 41), (100, 131), (400, 462)]  # N + 3.09 sqrt N: 100 + 30.9
)  # fmt: skip
def test_peak_is_the_mean_and_3_09_times_its_root(mean: int, peak: int) -> None:
    assert concurrency.peak_concurrency(mean) == peak


@given(rate=st.integers(1, 10**6), ms=st.integers(1, 900_000), times=st.integers(1, 50))
def test_little_is_linear_in_rate_and_duration(rate: int, ms: int, times: int) -> None:
    once = concurrency.concurrency(rate, ms)
    assert concurrency.concurrency(rate * times, ms) == concurrency.concurrency(rate, ms * times) == once * times


@given(rate=st.integers(1, 10**5), limit=st.integers(1, 10_000), ms=st.integers(1, 900_000))
def test_no_more_runs_than_the_limit_and_what_does_not_run_is_refused(rate: int, limit: int, ms: int) -> None:
    served = concurrency.served_rate(rate, limit, ms)
    assert served <= rate
    assert concurrency.concurrency(served, ms) <= limit
    assert served + rate * concurrency.throttled_share(rate, limit, ms) == rate


def test_short_calls_need_concurrency_for_their_rate() -> None:
    assert concurrency.required_concurrency(30_000, 20) == 3000  # 600 at once, but 30,000 a second
    assert concurrency.max_rate(1000, 20) == 10_000
    assert concurrency.max_rate(1000, 500) == 2000


@given(offered=st.floats(0.01, 500), servers=st.integers(1, 600))
def test_erlang_refuses_less_with_one_more_and_never_less_than_overload(offered: float, servers: int) -> None:
    refused = concurrency.blocking(offered, servers)
    assert 0 <= refused < 1
    assert concurrency.blocking(offered, servers + 1) <= refused
    assert refused >= 1 - servers / offered - 1e-9


@given(offered=st.floats(0.01, 200), servers=st.integers(1, 20))
def test_erlang_by_recursion_is_its_sum(offered: float, servers: int) -> None:
    terms = [math.exp(k * math.log(offered) - math.lgamma(k + 1)) for k in range(servers + 1)]
    assert concurrency.blocking(offered, servers) == pytest.approx(terms[-1] / sum(terms))


@given(offered=st.floats(0.01, 200), refused=st.floats(1e-6, 0.5))
def test_the_smallest_capacity_is_enough_and_one_less_is_not(offered: float, refused: float) -> None:
    servers = concurrency.smallest_capacity(offered, refused)
    assert concurrency.blocking(offered, servers) <= refused < concurrency.blocking(offered, servers - 1)


@pytest.mark.parametrize(
    ("mapping", "reserved", "most"),
    [
        (concurrency.Mapping("kinesis", shards=12), None, 12),
        (concurrency.Mapping("dynamodb_stream", shards=100, parallelization_factor=10), None, 1000),
        (concurrency.Mapping("sqs_standard"), None, 1250),
        (concurrency.Mapping("sqs_standard", maximum_concurrency=50), 100, 50),
        (concurrency.Mapping("sqs_standard"), 100, 100),
        (concurrency.Mapping("sqs_fifo", message_groups=7), None, 7),
        (concurrency.Mapping("sqs_provisioned", pollers=200), None, 2000),
        (concurrency.Mapping("kafka_provisioned", pollers=4), None, 20),
    ],
)
def test_an_event_source_grows_to_its_own_bound(mapping: concurrency.Mapping, reserved: int | None, most: int) -> None:
    assert concurrency.event_source_concurrency(mapping, reserved) == most


def test_environments_are_added_a_thousand_in_ten_seconds() -> None:
    assert concurrency.seconds_to_capacity(5000, bucket_full=True) == 40
    assert concurrency.seconds_to_capacity(5000, bucket_full=False) == 50
    assert concurrency.seconds_to_capacity(500, bucket_full=True) == 0
    assert [concurrency.environments_at(5000, s) for s in (0, 10, 60)] == [1000, 2000, 5000]


def test_until_2023_a_region_had_a_burst_and_then_five_hundred_a_minute() -> None:
    found = concurrency.legacy_burst([5000, 5000, 1000], burst=3000, then_per_minute=500, account=10_000)
    assert found == ((3000, 500, 0), (2000, 1500, 0))


@pytest.mark.parametrize(
    ("rate", "batch", "window_ms", "polls", "records"),
    [
        (0, 100, None, 4, 1),
        (2, 100, 5000, 4, 10),  # 2 a second for 5 s
        (1000, 100, 5000, 4, 100),  # a full batch
        (Fraction(1, 100), 100, 5000, 4, 1),
        (1000, 100, None, 4, 100),
        (40, 100, None, 4, 10),  # 4 polls a second find something nearly always
    ],
)
def test_records_of_an_invocation(rate: Fraction, batch: int, window_ms: int | None, polls: int, records: int) -> None:
    window = None if window_ms is None else Decimal(window_ms)
    assert float(records_per_invocation(Fraction(rate), batch, window, 1, polls)) == pytest.approx(records, rel=1e-3)


# --- what AWS refuses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "broken"),
    [
        (settings.Settings(), ()),
        (settings.Settings(memory_mb=128, timeout_s=900, ephemeral_mb=10_240, layers=5), ()),
        (settings.Settings(memory_mb=127, timeout_s=901), ("memory", "timeout")),
        (settings.Settings("managed_instances", "async", memory_mb=32_768, timeout_s=5400), ()),
        (settings.Settings("managed_instances", memory_mb=1024, timeout_s=5400), ("memory", "timeout")),
        (settings.Settings("managed_instances", timeout_s=5400, source="kinesis"), ()),
        (settings.Settings("managed_instances", timeout_s=5400, source="mq"), ("timeout",)),
        (settings.Settings(zip_mb=51), ("zipped package",)),
        (settings.Settings(zip_mb=51, through_s3=True), ()),
        (settings.Settings(invocation="async", payload_kb=1025), ("payload",)),
        (settings.Settings(payload_kb=6144), ()),
        (settings.Settings(response_mb=7), ("response",)),
        (settings.Settings(invocation="stream", response_mb=200), ()),
        (settings.Settings(reserved=(500, 400)), ()),
        (settings.Settings(reserved=(500, 401)), ("reserved concurrency",)),
        (settings.Settings(reserved=(10,), provisioned_concurrency=11), ("provisioned above reserved concurrency",)),
        (settings.Settings(snapstart=True, ephemeral_mb=512), ()),
        (settings.Settings(snapstart=True, uses_efs=True), ("SnapStart with EFS",)),
        (settings.Settings(source="sqs_fifo", batch=11), ("batch",)),
        (settings.Settings(source="sqs_standard", batch=11, window_s=1), ()),
        (settings.Settings(source="sqs_standard", batch=11), ("an SQS batch above 10 without a window",)),
        (settings.Settings(source="kinesis", stream_age_s=-1, stream_retries=-1), ()),
        (settings.Settings(source="kinesis", stream_age_s=59), ("record age",)),
    ],
)
def test_limits_that_a_configuration_breaks(said: settings.Settings, broken: tuple[str, ...]) -> None:
    assert settings.broken_limits(said) == broken


def test_cores_vcpus_and_streams() -> None:
    steps = (1769, 1770, 3538, 3539, 10_240)
    assert [settings.cores(mb) for mb in steps] == [1, 2, 2, 3, 6]
    assert settings.vcpu(1769) == 1
    assert [settings.min_stream_s(mb) for mb in (1, 6, 200)] == [0, 0, 97]
    assert [settings.max_reservable(n) for n in (1000, 100, 10)] == [900, 0, 0]


# --- memory, fleets, cold starts --------------------------------------------------------------------------------------


def test_a_trimmed_mean_drops_both_ends() -> None:
    assert tuning.trimmed_mean([1, 2, 3, 4, 2000]) == 3
    assert tuning.trimmed_mean([1, 2, 3, 4, 2000], 0) == 402


@pytest.mark.parametrize(
    ("strategy", "weight", "best"), [("cost", 0, 128), ("speed", 0, 512), ("balanced", 0, 512), ("balanced", 1, 128)]
)
def test_strategies_of_power_tuning(strategy: tuning.Strategy, weight: int, best: int) -> None:
    rows = [(128, 100, 300), (256, 200, 200), (512, 300, 100)]
    candidates = [tuning.Candidate(mb, Fraction(cost), Fraction(ms)) for mb, cost, ms in rows]
    assert tuning.choose(candidates, strategy, weight).memory_mb == best


@given(floor=st.floats(1, 500), work=st.floats(1e4, 1e7))
def test_a_curve_is_found_again_from_its_own_points(floor: float, work: float) -> None:
    curve = tuning.MemoryCurve(floor, work)
    found = tuning.fit_curve({mb: curve.duration_ms(mb) for mb in (128, 512, 2048)})
    assert found.duration_ms(1024) == pytest.approx(curve.duration_ms(1024), rel=1e-6)
    assert found.duration_ms(10_240) == found.duration_ms(1769)


def test_a_million_calls_round_up_by_half_a_millisecond() -> None:
    # 99.5 ms + 0.5 ms at 1 GB: 100,000 GB-s and a million requests
    usd = tuning.usd_per_million(Decimal("99.5"), 1024, X86_GB_SECOND, REQUEST)
    assert usd == 100_000 * Fraction(X86_GB_SECOND) + Fraction(1, 5)


def test_a_fleet_by_aws_calculator() -> None:
    # 512 MB and 25% CPU a call: 4 calls in a 2 GB environment; 3 fit on 4 vCPU of which 1 is kept
    work, instance = sizing.Workload(100, 512, Fraction(1, 4), 16), sizing.Instance(4, 8, 2)
    assert sizing.size_fleet(work, instance) == sizing.Fleet(2048, 4, 25, 3, 9, 14, overfull=False)
    assert sizing.size_fleet(sizing.Workload(100, 512, Fraction(1, 8), 16), instance).overfull


def test_rare_calls_start_cold_with_exp_of_minus_rate_times_keep_alive() -> None:
    assert cold_starts.sparse_share(0.002, 300) == pytest.approx(math.exp(-0.6))
    assert cold_starts.fixed_interval_share(900, 1, 600) == 1
    assert cold_starts.fixed_interval_share(60, 1, 300) == 0


@given(rate=st.floats(0.001, 20), warm=st.floats(0.05, 5))
def test_formula_keeps_its_own_books(rate: float, warm: float) -> None:
    found = cold_starts.steady_state(cold_starts.Pool(rate, warm, warm + 1, 300))
    assert sum(found.instance_shares) == pytest.approx(1)
    assert 0 <= found.p_cold <= 1
    assert found.mean_running + found.mean_idle == pytest.approx(found.mean_instances)


def test_simulation_agrees_with_the_formula_and_with_itself() -> None:
    pool = cold_starts.Pool(0.1, 2.0, 2.3, 600)
    run, formula = cold_starts.simulate(pool, 500_000, 7), cold_starts.steady_state(pool)
    assert run == cold_starts.simulate(pool, 500_000, 7)
    assert run.mean_running == pytest.approx(formula.mean_running, rel=0.03)
    assert run.mean_instances == pytest.approx(formula.mean_instances, rel=0.05)


def test_a_full_pool_refuses_what_erlang_says() -> None:
    pool = cold_starts.Pool(5, 2.0, 2.0, 600, cap=10)
    assert cold_starts.simulate(pool, 20_000, 1).p_reject == pytest.approx(concurrency.blocking(10, 10), rel=0.05)
