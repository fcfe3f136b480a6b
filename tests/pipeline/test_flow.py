"""What gets through a graph: what follows a short resource sees what was served, and when; loops and pools settle."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import capplan
from capplan.model import Demand
from capplan.pipeline.flow import alike
from capplan.pipeline.meter import Metered, meter
from capplan.units import MONTH_SECONDS
from tests.helpers import scenario

RATE = "traffic: {web: {rate: 20/s}}\n"


def metered(body: str, folder: Path, traffic: str = RATE) -> Metered:
    return meter(scenario(traffic + body, folder), 0)


def rate(demand: Demand) -> float:
    return float(demand.flow.monthly / MONTH_SECONDS)


def served(demand: Demand, offered: Demand) -> float:
    streams = demand.admitted.streams if demand.admitted is not None else None
    volume = sum((s.arrivals.monthly for s in offered.requests), Fraction(0)) if streams is None else sum(
        (part.served for part in streams), Fraction(0)
    )  # fmt: skip
    return float(volume / MONTH_SECONDS)


def test_callees_and_streams_see_what_was_served(tmp_path: Path) -> None:
    # five of 20 a second start; each writes twice, and each write is a record that the reader takes one at a time
    result = metered(
        "tables:\n  t: {item_size: 1 KB, items: 1k, stream: new-image}\n"
        "functions:\n"
        "  f: {triggers: {traffic: web, via: sqs, batch: 1, maximum_concurrency: 5}, duration: 1 s, calls: [{put: t, times: 2}]}\n"
        "  reader: {triggers: {stream: t, batch: 1}, duration: 10 ms}\n",
        tmp_path,
    )
    rates = {
        address: rate(demand) for address, demand in result.demand.items() if address in result.as_declared.resources
    }
    assert rates == pytest.approx({"tables.t": 10, "functions.f": 5, "functions.reader": 10}, rel=1e-5)


def test_a_caller_that_waits_fails_with_its_callee_and_is_tried_again(tmp_path: Path) -> None:
    # g takes 5 of those that f sends; f fails with the rest, and its events are tried up to three times: 1 + p + p²
    result = metered(
        "functions:\n"
        "  f: {triggers: {traffic: web, via: sns}, duration: 200 ms, calls: [{invoke: g}]}\n"
        "  g: {duration: 1 s, reserved_concurrency: 5}\n",
        tmp_path,
    )
    f, g = result.demand["functions.f"], result.demand["functions.g"]
    assert g.admitted is not None
    (part,) = g.admitted.streams
    fails = float(part.dropped / (part.dropped + part.served))
    assert rate(g) == pytest.approx(5, rel=0.01)
    assert rate(f) == pytest.approx(20 * (1 + fails + fails**2), rel=1e-3)
    assert result.usage["functions.f"].dead_letters / MONTH_SECONDS == pytest.approx(20 * fails**3, rel=1e-3)


def test_two_calls_to_one_callee_are_both_waited_for(tmp_path: Path) -> None:
    # g throttles p of its requests; f makes four in two calls, so it fails with 1 − (1 − p)⁴ (each call has its own `times`)
    result = metered(
        "functions:\n"
        "  f: {triggers: {traffic: web, via: sns}, retries: 0, duration: 200 ms, calls: [{invoke: g}, {invoke: g, times: 3}]}\n"
        "  g: {duration: 100 ms, reserved_concurrency: 7}\n",
        tmp_path,
    )
    g = result.demand["functions.g"]
    assert g.admitted is not None
    parts = g.admitted.streams
    fails = float(
        sum((x.dropped for x in parts), Fraction(0)) / sum((x.dropped + x.served for x in parts), Fraction(0))
    )
    assert 0.05 < fails < 0.5
    dead = result.usage["functions.f"].dead_letters / MONTH_SECONDS
    assert dead == pytest.approx(20 * (1 - (1 - fails) ** 4), rel=1e-2)


TASK = (
    '{"StartAt": "Do", "States": {"Do": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true, '
    '"Parameters": {"FunctionName": "do"}, "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}]}}}'
)


def test_a_workflow_tries_throttled_calls_again_by_its_definition(tmp_path: Path) -> None:
    # 20 executions a second, five environments of one second: an attempt is throttled with p, so 1 + p + p² are made
    (tmp_path / "do.asl.json").write_text(TASK, encoding="utf-8")
    result = metered(
        "functions: {do: {duration: 1 s, reserved_concurrency: 5}}\n"
        "state_machines: {m: {type: express, definition: do.asl.json, triggers: web}}\n",
        tmp_path,
    )
    do = result.demand["functions.do"]
    assert do.admitted is not None
    (part,) = do.admitted.streams
    fails = float(part.dropped / (part.dropped + part.served))
    offered = float((part.dropped + part.served) / MONTH_SECONDS)
    assert fails == pytest.approx(0.9, abs=0.03)
    assert offered == pytest.approx(20 * (1 + fails + fails**2), rel=1e-3)
    assert rate(do) < 5


def test_an_api_rejects_what_the_account_does_not_take(tmp_path: Path) -> None:
    # 15,000 + 5,000 a second of an account's 10,000: half of each is rejected before the functions
    result = metered(
        "account: {quotas: {lambda.concurrency: 5000}}\n"
        "functions:\n"
        "  f: {triggers: {traffic: many, via: api-gateway-http}, duration: 20 ms}\n"
        "  g: {triggers: {traffic: few, via: api-gateway-rest}, duration: 20 ms}\n"
        "  url: {triggers: {traffic: few, via: function-url}, duration: 20 ms}\n",
        tmp_path,
        "traffic: {many: {rate: 15000/s}, few: {rate: 5000/s}}\n",
    )
    rates = {
        address: rate(demand) for address, demand in result.demand.items() if address in result.as_declared.resources
    }
    assert rates == pytest.approx({"functions.f": 7500, "functions.g": 2500, "functions.url": 5000})


def test_a_loop_settles_at_what_it_can_serve(tmp_path: Path) -> None:
    # 20 a second from outside and half of f's own writes: offered 20 + x / 2 at x = 12 served
    result = metered(
        "tables:\n  t: {item_size: 1 KB, items: 1k, stream: new-image}\n"
        "functions:\n"
        "  f: {triggers: [{traffic: web, via: sns}, {stream: t, batch: 1, filter: 50%}], duration: 1 s, "
        "reserved_concurrency: 12, calls: [{put: t}]}\n",
        tmp_path,
    )
    assert rate(result.demand["functions.f"]) == pytest.approx(12, rel=1e-3)
    assert rate(result.demand["tables.t"]) == pytest.approx(12, rel=1e-3)
    assert float(result.offered["functions.f"].flow.monthly / MONTH_SECONDS) == pytest.approx(26, rel=1e-3)


def test_members_of_a_pool_have_no_more_than_it(tmp_path: Path) -> None:
    # 90 of the account's 100 are shared by 80 erlangs of calls and 80 of events: events try again and get the larger part
    result = metered(
        "account: {quotas: {lambda.concurrency: 100}}\n"
        "functions:\n"
        "  calls: {triggers: web, duration: 4 s, timeout: 10 s}\n"
        "  events: {triggers: {traffic: web, via: sns}, duration: 4 s, timeout: 10 s}\n"
        "  apart: {triggers: web, duration: 100 ms, reserved_concurrency: 10}\n",
        tmp_path,
    )
    calls, events, apart = (result.demand[f"functions.{name}"] for name in ("calls", "events", "apart"))
    assert 4 * (rate(calls) + rate(events)) <= 90 * 1.001
    assert 4 * (rate(calls) + rate(events)) >= 88
    assert rate(events) > rate(calls)
    assert apart.admitted is None


def test_a_change_that_lets_the_same_through_is_alike(tmp_path: Path) -> None:
    body = "functions:\n  f: {{triggers: {{traffic: web, via: sns}}, duration: 1 s, reserved_concurrency: {}{}}}\n"
    once, arm, more = (
        metered(body.format(*words), tmp_path).demand["functions.f"].admitted
        for words in ((10, ""), (10, ", architecture: arm64"), (11, ""))
    )
    assert once is not None
    assert arm is not None
    assert more is not None
    assert alike(once, arm)
    assert not alike(once, more)


# --- what holds for every scenario ------------------------------------------------------------------------------------

VIA = (
    "",
    "via: sns",
    "via: sqs, batch: 1",
    "via: sqs, batch: 1, maximum_concurrency: {cap}",
    "via: kinesis, batch: 1, shards: {cap}",
)


def network(rates: list[int], kinds: list[int], cap: int, reserved: int) -> str:
    """Three functions in a row with triggers of their own, each bounded somewhere; the first calls the second, it the third."""
    traffic = "".join(f"  t{i}: {{rate: {rate}/s}}\n" for i, rate in enumerate(rates))
    lines = []
    for i, kind in enumerate(kinds):
        via = VIA[kind].format(cap=cap)
        calls = f", calls: [{{invoke: f{i + 1}, times: 2, async: {'true' if i else 'false'}}}]" if i < 2 else ""
        own = f", reserved_concurrency: {reserved}" if kind < 3 else ""
        trigger = f"{{traffic: t{i}, {via}}}" if via else f"t{i}"
        lines.append(f"  f{i}: {{triggers: [{trigger}], duration: 1 s{own}{calls}}}\n")
    return f"traffic:\n{traffic}functions:\n{''.join(lines)}"


networks = st.tuples(
    st.lists(st.integers(1, 30), min_size=3, max_size=3), st.lists(st.integers(0, 4), min_size=3, max_size=3)
)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(networks, st.integers(2, 20), st.integers(1, 20))
def test_offered_is_served_waiting_or_dropped(
    tmp_path: Path, drawn: tuple[list[int], list[int]], cap: int, reserved: int
) -> None:
    result = metered(network(*drawn, cap, reserved), tmp_path, traffic="")
    for address, demand in result.demand.items():
        if demand.admitted is None:
            assert demand == result.offered[address]
            continue
        for stream, part in zip(result.offered[address].requests, demand.admitted.streams, strict=True):
            offered = float(stream.arrivals.monthly)
            assert float(part.served + part.waiting + part.dropped) == pytest.approx(offered, rel=1e-6)
            assert min(part.served, part.waiting, part.dropped) >= 0


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(networks, st.integers(2, 10), st.integers(1, 10), st.integers(1, 10))
def test_more_capacity_never_serves_less_at_the_front(
    tmp_path: Path, drawn: tuple[list[int], list[int]], cap: int, reserved: int, more: int
) -> None:
    few, many = (metered(network(*drawn, cap + n, reserved + n), tmp_path, traffic="") for n in (0, more))
    first = "functions.f0"
    assert served(many.demand[first], many.offered[first]) >= served(few.demand[first], few.offered[first]) * (1 - 1e-4)


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 30), st.integers(2, 15), st.integers(0, 10))
def test_a_lower_cap_never_raises_the_load_of_calls(tmp_path: Path, per_s: int, cap: int, less: int) -> None:
    """Of calls that nobody makes again: where a caller is retried, a callee that throttles more makes it run more often."""
    kind, lower = 0, max(2, cap - less)
    loads = []
    for bound in (lower, cap):
        body = network([per_s, 1, 1], [kind, 0, 0], bound, bound)
        usage = metered(body, tmp_path, traffic="").usage["functions.f0"]
        loads.append(usage.concurrency.peak().per_second if usage.concurrency.terms else 0.0)
    assert loads[0] <= loads[1] + 1e-6


def test_a_failed_gate_on_the_account_has_its_quota_as_a_fix(tmp_path: Path) -> None:
    # 3,000 events at once in an account of 1,000: the advice to raise the quota is of the account, not of a resource
    planned = capplan.plan(
        scenario(
            "traffic: {tick: {schedule: rate(5 minutes)}}\n"
            "functions:\n"
            "  d: {triggers: tick, duration: 2 s, calls: [{invoke: w, times: 3000, async: true}]}\n"
            "  w: {duration: 2 s}\n"
            "gates: [w.concurrency.peak < 80% of limit]\n",
            tmp_path,
        ),
        allow_unjudged=False,
    )
    assert [gate.verdict for gate in planned.gates] == ["fail"]
