"""Plans a scenario: demand, usage, limits, line items, recommendations and gates."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TypeVar

from capplan import __version__
from capplan.commands.forecast.breaks_in import Ahead, ahead_of, with_why
from capplan.commands.open_questions import ranked_questions, unranked
from capplan.gates.bill import bill_metrics
from capplan.gates.judge import Baseline, changes, judge
from capplan.gates.kept import KeptGates
from capplan.gates.observables import aliases, losses, observables
from capplan.gates.observed import Listed, ObservedMetric, observed
from capplan.language.gate_syntax import Gate, on_forecast
from capplan.language.scenario import Scenario
from capplan.model import Excluded
from capplan.pipeline.access_patterns import patterns_of
from capplan.pipeline.assumptions import assumptions, excluded
from capplan.pipeline.inputs import inputs_of
from capplan.pipeline.limits import limits_of
from capplan.pipeline.meter import Metered, meter
from capplan.pipeline.not_included import not_included
from capplan.pipeline.open_answers import reached
from capplan.pipeline.price import (
    Priced,
    catalogue_of,
    cost_by_region,
    cost_by_service,
    cost_by_tag,
    missing_prices,
    monthly,
    price,
    prices_of,
)
from capplan.pipeline.recommendations import Advice, advice_of
from capplan.pipeline.results import Plan, PlannedResource, Unjudged, Verdict
from capplan.pipeline.run_costs import runs_of
from capplan.pipeline.traffic_costs import traffic_costs, unit_cost
from capplan.pricing.rating import rate
from capplan.record import replace
from capplan.timeline import no_progress

JudgedT = TypeVar("JudgedT", Verdict, Unjudged)


def plan(  # noqa: PLR0913  an argument for each option of several commands
    scenario: Scenario,
    *,
    today: date | None = None,
    seed: int = 0,
    findings: bool = True,
    baseline: Baseline | None = None,
    allow_unjudged: bool = True,
    draws: int = 0,
    metered: Metered | None = None,
    progress: Callable[[float, str], None] = no_progress,
) -> Plan:
    """The plan of a scenario.

    Args:
        scenario: The scenario.
        today: The day with which the age of prices and waivers are compared; None where it is not known.
        seed: Random seed.
        findings: Whether recommendations are computed.
        baseline: The plan with which gates on a change compare, and the bill of those on one.
        draws: Draws of the scenario's ranges; 0 for the answer at their likely values alone.
        metered: The scenario with its demand and usage, for whoever has metered it already.
        allow_unjudged: Whether gates without the baseline or the day that they need are listed as not evaluated; else
            they are errors.
        progress: Called from time to time with the share done (0 to 1) and what is being computed.

    Raises:
        CapplanError: A price is missing, a call loop grows without bound, or a gate uses an unknown metric.
    """
    progress(0, "demand and capacity")
    metered = metered or meter(scenario, seed)
    is_open = bool(scenario.questions) and scenario.allow_open
    unknown = reached(scenario, metered.offered) if is_open else frozenset[str]()
    priced = price(metered, catalogue_of(scenario), today, unknown=unknown)
    if priced.missing:
        raise missing_prices(scenario, priced.missing)
    needed = sum(question.needed for question in scenario.questions) if is_open else 0
    scenario = priced.metered.scenario
    limits = () if needed else limits_of(priced.metered)  # a load without its traffic would look like headroom
    traffic_sources = traffic_costs(priced)

    base = baseline or Baseline()
    of_bill = bill_metrics(base.bill)

    @cache
    def known() -> dict[str, ObservedMetric]:
        return observables(scenario, priced, limits, traffic_sources) | (of_bill if base.bill is not None else {})

    names = {**of_bill, **known(), **aliases(scenario, known())} if scenario.gates else {}
    judged = replace(scenario, gates=()) if needed else scenario
    ranges = None
    if scenario.ranges and draws and not needed:
        from capplan.commands.ranges.evaluate import evaluate  # noqa: PLC0415  numpy is for scenarios with ranges only

        ranges = evaluate(priced, names, draws, today=today, gates=judged.gates, progress=progress)
    drawn = None if ranges is None else ranges.drawn
    ahead = Ahead({})
    to_come = tuple(filter(on_forecast, judged.gates))
    of_today = replace(judged, gates=tuple(gate for gate in judged.gates if gate not in to_come)) if to_come else judged
    may_wait = allow_unjudged or bool(to_come)
    verdicts, unjudged = judge(of_today, names, base, today, allow_unjudged=may_wait, drawn=drawn)
    if to_come:
        ahead = ahead_of(judged, today, seed, verdicts, drawn=drawn is not None)
        metrics = {**names, **ahead.metrics}
        refused = bool(unjudged) and not allow_unjudged  # then the error tells of those on months to come too
        asked = judged if refused else replace(judged, gates=to_come)
        later, open_later = judge(asked, metrics, base, today, allow_unjudged=allow_unjudged, drawn=drawn)
        verdicts = _as_written(judged.gates, (*verdicts, *later))
        unjudged = _as_written(judged.gates, (*unjudged, *open_later))
    if needed:
        unjudged = tuple(
            Unjudged(g.text, g.line, g.column, g.level, f"{needed} questions are open") for g in scenario.gates
        )
    advice = (
        advice_of(priced, limits, today, KeptGates(priced, names), progress) if findings and not needed else Advice()
    )
    if not allow_unjudged and advice.findings and any(gate.verdict != "pass" for gate in verdicts):
        from capplan.gates.suggested_fixes import with_suggested_fixes  # noqa: PLC0415  only where a gate fails

        verdicts = with_suggested_fixes(priced, verdicts, advice.recommendations, advice.findings, base, today)
    verdicts = with_why(verdicts, scenario, ahead) if ahead.why else verdicts
    total = priced.monthly_cost
    monthly_lines = [x for x in priced.lines if x.charge_frequency != "one_time"]
    return Plan(
        version=__version__,
        name=scenario.name,
        region=scenario.region,
        file=scenario.file,
        sha256=scenario.sha256,
        seed=seed,
        prices=prices_of(priced),
        monthly_cost=total,
        yearly_cost=total * 12,
        one_time_cost=sum((x.contracted_cost for x in priced.lines if x.charge_frequency == "one_time"), Decimal(0)),
        list_cost=sum((x.list_cost for x in monthly_lines), Decimal(0)),
        discount=scenario.account.discount,
        free_tier=scenario.account.free_tier,
        free_tier_saves=_free_tier_saves(priced, today),
        fixed_cost=_fixed_cost(priced),
        cost_by_service=cost_by_service(priced),
        cost_by_tag={f"{key}={value}": cost for (key, value), cost in cost_by_tag(priced).items()},
        cost_by_region=cost_by_region(priced),
        resources=_resources(priced),
        lines=priced.lines,
        traffic_sources=traffic_sources,
        limits=limits,
        findings=advice.findings,
        rules_looked=advice.rules,
        assumptions=assumptions(priced, today),
        excluded=(
            *excluded(priced),
            *(Excluded(a, "an answer is open that its cost hangs on") for a in sorted(unknown)),
        ),
        not_included=not_included(priced),
        unit_cost=unit_cost(priced),
        gates=verdicts,
        runs=runs_of(priced),
        unjudged=unjudged,
        observed=Listed(lambda: (*observed(known()), *observed(changes(known(), base)), *observed(ahead.metrics))),
        lost=observed(losses(scenario, priced)),
        inputs=inputs_of(scenario),
        patterns=patterns_of(priced),
        recommendations=advice.recommendations,
        combined=advice.combined,
        open_questions=()
        if not is_open
        else ranked_questions(scenario, today, seed)
        if findings
        else unranked(scenario),
        ranges=None if ranges is None else ranges.ranges,
    )


def _as_written(gates: Sequence[Gate], judged: Iterable[JudgedT]) -> tuple[JudgedT, ...]:
    places = [(gate.text, gate.line, gate.column) for gate in gates]
    return tuple(sorted(judged, key=lambda one: places.index((one.gate, one.line, one.column))))


def _resources(priced: Priced) -> tuple[PlannedResource, ...]:
    costs = priced.cost_by_resource
    metered = priced.metered
    return tuple(
        PlannedResource(
            r.name,
            r.type.id,
            costs[a],
            r.type.summary(metered.usage[a]),
            r.label,
            a,
            r.type.id.partition(".")[0],
            dict(getattr(r.spec, "tags", None) or {}),
            r.line,
            r.implied_by,
        )
        for a, r in metered.scenario.resources.items()
    )


def _fixed_cost(priced: Priced) -> Decimal:
    flows = {c.id: c.flow for charges in priced.charges.values() for c in charges}
    return sum(
        (x.contracted_cost for x in priced.lines if flows[x.charge_id] is None and x.charge_frequency != "one_time"),
        Decimal(0),
    )


def _free_tier_saves(priced: Priced, today: date | None) -> Decimal | None:
    scenario = priced.metered.scenario
    if scenario.account.free_tier:
        return None
    charges = [c for cs in priced.charges.values() for c in cs]
    rated = rate(charges, priced.catalogue, free_tier=True, discount=scenario.account.discount, today=today)
    return priced.monthly_cost - monthly(rated.lines)
