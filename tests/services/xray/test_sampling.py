"""X-Ray's sampling: one a second and a share of the others, decided where a request enters."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import capplan
from capplan.pipeline.results import Plan
from capplan.services.xray.sampling import recorded
from tests.helpers import scenario


def planned(body: str, folder: Path) -> Plan:
    return capplan.plan(scenario(body, folder), findings=False)


def traces(plan: Plan) -> Decimal:
    return next((Decimal(r.usage["traces"]) for r in plan.resources if r.kind == "xray.sampling_rule"), Decimal(0))


@pytest.mark.parametrize(
    ("requests", "expected"), [("0.5", "0.5"), ("1", "1"), ("100", "5.95"), ("10000", "500.95"), ("0", "0")]
)
def test_the_first_of_a_second_and_five_percent_of_the_others(requests: str, expected: str) -> None:
    assert recorded(Fraction(requests), Fraction(1), Fraction("0.05")) == Fraction(expected)


def test_what_is_not_traced_is_no_trace(tmp_path: Path) -> None:
    plan = planned("traffic: {t: {rate: 100/s}}\nfunctions: {f: {duration: 10 ms, triggers: t}}\n", tmp_path)
    assert traces(plan) == 0


def test_it_is_decided_once_where_a_request_enters(tmp_path: Path) -> None:
    """100/s into f, which calls g: 5.95 traces a second, not twice as many; g alone behind an untraced f is a root."""
    body = (
        "traffic: {{t: {{rate: 100/s}}}}\nfunctions:\n"
        "  f: {{duration: 10 ms, triggers: t, tracing: {f}, calls: [{{invoke: g}}]}}\n"
        "  g: {{duration: 10 ms, tracing: active}}\n"
    )
    both = planned(body.format(f="active"), tmp_path)
    assert traces(both) == Decimal("5.95") * 2_628_000
    assert traces(planned(body.format(f="pass-through"), tmp_path)) == traces(both)
    segments = next(p for p in both.limits if p.check.limit == "xray.segments")
    assert segments.check.load == Decimal("23.8")  # two functions with two segments each
    cost = next(r for r in both.resources if r.name == "Default").monthly_cost
    assert cost == pytest.approx(Decimal("5.95") * 2_628_000 * Decimal("0.000005"))


def test_a_rule_of_ones_own(tmp_path: Path) -> None:
    """No reservoir and 10%: 2,000 requests an hour are 146,000 traces a month, processed by Insights at 1.00 a million."""
    body = (
        "traffic: {t: {rate: 2000/h}}\nsampling_rules: {Default: {reservoir: 0, rate: 10%, insights: true, read: 3M}}\n"
        "functions: {f: {duration: 10 ms, triggers: t, tracing: active}}\n"
    )
    plan = planned(body, tmp_path)
    assert traces(plan) == 146_000
    lines = {line.id: line.list_cost for line in plan.lines if line.service == "xray"}
    assert lines == {
        "Default.traces": Decimal("0.73"), "Default.read": Decimal("1.5"), "Default.insights": Decimal("0.146"),
    }  # fmt: skip


def test_uneven_traffic_is_sampled_minute_by_minute(tmp_path: Path) -> None:
    """Less than at the mean rate all the time: a busy minute has a smaller share of its requests recorded."""
    body = (
        "traffic: {t: {rate: 3/s, daily: {peak: 3x, trough: 0.2x, at: '20:00'}}}\n"
        "functions: {f: {duration: 10 ms, triggers: t, tracing: active}}\n"
    )
    at_the_mean = recorded(Fraction(3), Fraction(1), Fraction("0.05")) * 2_628_000
    assert 0.5 * at_the_mean < traces(planned(body, tmp_path)) < at_the_mean
