"""Concurrency, scaling, event sources and Erlang's formula, against hand-computed rows, laws and closed forms."""

import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capplan.flow import DemandFlow, steady
from capplan.record import replace
from capplan.services.lambda_.concurrency import environments, erlang
from capplan.services.lambda_.concurrency.provisioned import Ready, provisioned_at, spillover_share
from capplan.services.lambda_.concurrency.rate_steps import minutes_of, rate_steps
from capplan.services.lambda_.sources.batches import records_per_invocation
from capplan.services.lambda_.sources.event_source_mappings import EventSourceMapping, max_concurrency
from capplan.services.lambda_.spec import Provisioned
from capplan.units import PERIOD_MINUTES
from tests.helpers import scenario
from tests.reference.lambda_ import concurrency


@pytest.mark.parametrize(
    ("mean", "peak"), [(0, 0), (1, 5), (4, 11), (25, 41), (100, 131), (400, 462)]  # N + 3.09 sqrt N: 100 + 30.9
)  # fmt: skip
def test_peak_is_the_mean_and_3_09_times_its_root(mean: int, peak: int) -> None:
    assert environments.peak_concurrency(mean) == peak


@given(rate=st.integers(1, 10**6), ms=st.integers(1, 900_000), times=st.integers(1, 50))
def test_little_is_linear_in_rate_and_duration(rate: int, ms: int, times: int) -> None:
    once = concurrency.concurrency(rate, ms)
    assert concurrency.concurrency(rate * times, ms) == concurrency.concurrency(rate, ms * times) == once * times


@given(rate=st.integers(1, 10**5), limit=st.integers(1, 10_000), ms=st.integers(1, 900_000))
def test_no_more_runs_than_the_limit_and_the_rest_is_throttled(rate: int, limit: int, ms: int) -> None:
    served = concurrency.served_rate(rate, limit, ms)
    assert served <= rate
    assert concurrency.concurrency(served, ms) <= limit
    assert served + rate * concurrency.throttled_share(rate, limit, ms) == rate


def test_short_calls_need_concurrency_for_their_rate() -> None:
    assert concurrency.required_concurrency(30_000, 20) == 3000  # 600 at once, but 30,000 a second
    assert concurrency.max_rate(1000, 20) == 10_000
    assert concurrency.max_rate(1000, 500) == 2000


@given(offered=st.floats(0.01, 500), servers=st.integers(1, 600))
def test_erlang_blocks_less_with_one_more_and_never_less_than_overload(offered: float, servers: int) -> None:
    blocked = erlang.blocking(offered, servers)
    assert 0 <= blocked < 1
    assert erlang.blocking(offered, servers + 1) <= blocked
    assert blocked >= 1 - servers / offered - 1e-9


@given(offered=st.floats(0.01, 20_000), share=st.floats(0.0, 1.5))
def test_erlang_by_recursion_is_its_sum(offered: float, share: float) -> None:
    servers = 1 + int(offered * share)
    logs = [k * math.log(offered) - math.lgamma(k + 1) for k in range(servers + 1)]
    terms = [math.exp(log - max(logs)) for log in logs]
    assert erlang.blocking(offered, servers) == pytest.approx(terms[-1] / sum(terms), rel=1e-6)


@given(offered=st.floats(0.01, 200), blocked=st.floats(1e-6, 0.5))
def test_the_smallest_capacity_is_enough_and_one_less_is_not(offered: float, blocked: float) -> None:
    servers = erlang.smallest_capacity(offered, blocked)
    assert erlang.blocking(offered, servers) <= blocked < erlang.blocking(offered, servers - 1)


@given(times=st.fractions(0, 1, max_denominator=1000), starts=st.integers(1, 97))
def test_a_schedule_within_provisioned_concurrency_spills_nothing(times: Fraction, starts: int) -> None:
    profile = replace(steady("nightly", recurring=False), flat=False, starts=tuple(range(starts)))
    assert spillover_share(DemandFlow.of(profile, times), 1.0, Ready(1)) == 0


@pytest.mark.parametrize(
    ("scheduled", "share"),
    [
        ([("cron(0 8 ? * MON-FRI *)", "10 h")], Fraction(50, 168)),  # 5 of 7 days, 10 of 24 hours
        (
            [("cron(0 8 ? * MON-FRI *)", "10 h"), ("cron(0 12 ? * SUN *)", "90 min")],
            Fraction(103, 336),
        ),  # 51.5 of 168 h
        ([("cron(5 3 * * ? *)", "20 min")], Fraction(20, 1440)),  # not on a quarter of an hour
        ([("cron(0 0 1 * ? *)", "24 h")], Fraction(1, 28)),  # one day of the four weeks
    ],
)
def test_environments_at_scheduled_times_serve_their_share_of_flat_traffic(
    scheduled: list[tuple[str, str]], share: Fraction
) -> None:
    times = tuple({"at": at, "for": length, "environments": 50} for at, length in scheduled)
    ready = provisioned_at(Provisioned.model_validate({"scheduled": times}))
    flow = DemandFlow.of(steady("x", recurring=True), Fraction(10))  # one of fifty is busy on average
    assert 1 - spillover_share(flow, 0.1, ready) == pytest.approx(float(share), rel=1e-9)


def test_the_minutes_of_all_steps_are_the_period(tmp_path: Path) -> None:
    body = 'traffic: {x: {rate: 10/s, daily: {peak: 3x, trough: 0.2x, at: "12:00"}, weekly: {sat: 0.5x}}}\nfunctions: {f: {triggers: x, duration: 1 s}}\n'
    [flow] = [f for name, f in scenario(body, tmp_path).flows_by_name.items() if name == "x"]
    assert sorted(minute for step in rate_steps(flow) for minute in minutes_of(step)) == list(range(PERIOD_MINUTES))


@pytest.mark.parametrize(
    ("mapping", "reserved", "maximum"),
    [
        (EventSourceMapping("kinesis", shards=12), None, 12),
        (EventSourceMapping("dynamodb_stream", shards=100, parallelization_factor=10), None, 1000),
        (EventSourceMapping("sqs_standard"), None, 1250),
        (EventSourceMapping("sqs_standard", maximum_concurrency=50), 100, 50),
        (EventSourceMapping("sqs_standard"), 100, 100),
        (EventSourceMapping("sqs_fifo", message_groups=7), None, 7),
        (EventSourceMapping("sqs_provisioned", pollers=200), None, 2000),
        (EventSourceMapping("kafka_provisioned", pollers=4), None, 20),
    ],
)
def test_an_event_source_scales_up_to_its_maximum(
    mapping: EventSourceMapping, reserved: int | None, maximum: int
) -> None:
    assert max_concurrency(mapping, reserved) == maximum


def test_environments_are_added_a_thousand_in_ten_seconds() -> None:
    assert environments.seconds_to_add(5000, bucket_full=True) == 40
    assert environments.seconds_to_add(5000, bucket_full=False) == 50
    assert environments.seconds_to_add(500, bucket_full=True) == 0
    assert [concurrency.environments_at(5000, s) for s in (0, 10, 60)] == [1000, 2000, 5000]


def test_until_2023_a_region_had_a_burst_and_then_five_hundred_a_minute() -> None:
    by_minute = concurrency.legacy_burst([5000, 5000, 1000], burst=3000, then_per_minute=500, account=10_000)
    assert by_minute == ((3000, 500, 0), (2000, 1500, 0))


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
