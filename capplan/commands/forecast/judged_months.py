"""Computes of each month to come what it costs, which gates fail and which limits are exceeded, and no more of its plan."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from capplan.commands.forecast.months_ahead import MonthAhead, months_ahead
from capplan.commands.plan import plan
from capplan.gates.bill import bill_metrics
from capplan.gates.judge import Baseline, judge
from capplan.gates.kept import some_metrics
from capplan.language.gate_syntax import names_in
from capplan.language.months import Month
from capplan.language.scenario import Scenario
from capplan.pipeline.limits import limits_of
from capplan.pipeline.meter import Metered
from capplan.pipeline.price import Priced, catalogue_of, cost_by_service, missing_prices, price


class JudgedMonth(NamedTuple):
    """A month, with what its plan says of it. A month in which all is as in the one before has the same scenario.

    Attributes:
        ahead: The month and its scenario.
        monthly_cost: USD.
        cost_by_service: USD.
        failed_gates: As written.
        exceeded_limits: As resource and limit.
        priced: Its prices, for the next month; None where it was planned whole.
    """

    ahead: MonthAhead
    monthly_cost: Decimal
    cost_by_service: Mapping[str, Decimal]
    failed_gates: tuple[str, ...]
    exceeded_limits: tuple[tuple[str, str], ...]
    priced: Priced | None = None


def judged_months(scenario: Scenario, steps: Sequence[Month], today: date | None, seed: int) -> Iterator[JudgedMonth]:
    """Month by month.

    Args:
        scenario: As it is in the first month.
        steps: The months.
        today: The day with which waivers and the age of prices are compared.
        seed: Random seed.

    Raises:
        CapplanError: As of `plan`.
    """
    before: JudgedMonth | None = None
    for ahead in months_ahead(scenario, steps, seed):
        is_same = before is not None and ahead.scenario is before.ahead.scenario
        before = before._replace(ahead=ahead) if before is not None and is_same else _judged(ahead, today, seed, before)
        yield before


def _judged(ahead: MonthAhead, today: date | None, seed: int, before: JudgedMonth | None) -> JudgedMonth:
    if ahead.scenario.questions:  # what an answer leaves out of open questions, a whole plan knows
        whole = plan(ahead.scenario, today=today, seed=seed, findings=False)
        return JudgedMonth(ahead, whole.monthly_cost, whole.cost_by_service, whole.failed_gates, whole.exceeded_limits)
    base = None if before is None or before.priced is None else before.priced
    if base is not None and base.metered.scenario.billed_month != ahead.scenario.billed_month:
        base = None  # lines of a month of another length
    catalogue = catalogue_of(ahead.scenario) if base is None else base.catalogue
    priced = price(ahead.metered, catalogue, today, base)
    if priced.missing:
        raise missing_prices(ahead.scenario, priced.missing)
    return JudgedMonth(
        ahead, priced.monthly_cost, cost_by_service(priced), _failed(priced, today), _exceeded(priced.metered), priced
    )


def _failed(priced: Priced, today: date | None) -> tuple[str, ...]:
    scenario = priced.metered.scenario
    names = {name.name for gate in scenario.gates for name in names_in(gate.test)}
    if not names:
        return ()
    metrics = {**bill_metrics(None), **some_metrics(names, priced)}
    verdicts, _ = judge(scenario, metrics, Baseline(), today, allow_unjudged=True)
    return tuple(verdict.gate for verdict in verdicts if verdict.verdict == "fail")


def _exceeded(metered: Metered) -> tuple[tuple[str, str], ...]:
    return tuple((limit.check.resource, limit.check.limit) for limit in limits_of(metered) if limit.breached)
