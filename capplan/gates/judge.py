"""Judges gates against a plan. An unknown name or value is an error, never a pass."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from capplan.errors import CapplanError, Diagnostic
from capplan.gates.bill import NO_BILL
from capplan.gates.drawn import Drawn, Spread
from capplan.gates.evaluate import Lookup, Outcome, outcome
from capplan.gates.observed import CHANGE, CHANGE_PERCENT, ObservedMetric, exact, shown_value
from capplan.language.gate_syntax import (
    BY_UNIT,
    FORECAST,
    Chance,
    Comparison,
    Gate,
    Join,
    Name,
    Not,
    Test,
    Value,
    names_in,
    percentile_of,
)
from capplan.language.gate_tokens import GateError
from capplan.language.gate_units import SHARE, USD, Unit
from capplan.language.scenario import Scenario
from capplan.pipeline.results import Unjudged, Verdict, Waived
from capplan.reading.nearest import nearest
from capplan.record import Record, replace

_CENT = Decimal("0.01")
_PERCENTILE = re.compile(r"p\d+(?:\.\d+)?")
NO_DRAWS = "at the likely values: no draws were made"
_SHORT = {"cost.change": "cost.monthly.change", "cost.change_percent": "cost.monthly.change_percent"}


class Baseline(Record, frozen=True):
    """What gates compare a plan with: metrics by name of a baseline (`why_none` says why there is none) and of a bill."""

    values: Mapping[str, Decimal] | None = None
    why_none: str = "it is a change against a baseline: give --baseline plan.json"
    bill: Mapping[str, Decimal | None] | None = None


class _UnjudgedError(GateError):
    """A gate that needs a baseline or a day, and none was given; or months to come that were not planned."""


def judge(
    scenario: Scenario,
    metrics: Mapping[str, ObservedMetric],
    baseline: Baseline,
    today: date | None,
    *,
    allow_unjudged: bool = False,
    drawn: Drawn | None = None,
) -> tuple[tuple[Verdict, ...], tuple[Unjudged, ...]]:
    """A verdict for each gate, in file order; with `allow_unjudged`, those that lack a baseline or a day apart.

    A percentile or a chance is that of the draws; without any it is the point itself, and 0% or 100%.

    Raises:
        CapplanError: A gate names an unknown metric, or one whose value is unknown, or (unless `allow_unjudged`) needs
            a baseline or a day that was not given.
    """
    look = lookup(scenario, metrics, baseline, drawn)
    diagnostics: list[Diagnostic] = []
    verdicts: list[Verdict] = []
    unjudged: list[Unjudged] = []
    for gate in scenario.gates:
        try:
            result = outcome(gate.test, look)
            verdicts.append(
                _verdict(
                    gate, result, today, _sampling(gate, result, metrics, drawn, with_ranges=bool(scenario.ranges))
                )
            )
        except _UnjudgedError as error:
            if allow_unjudged:
                unjudged.append(
                    Unjudged(gate.text, gate.line, gate.column, gate.level, f"{error.message}: {error.hint}")
                )
            else:
                diagnostics.append(_diagnostic(scenario.file, gate, error))
        except GateError as error:
            diagnostics.append(_diagnostic(scenario.file, gate, error))
    if diagnostics:
        raise CapplanError(tuple(diagnostics))
    return tuple(verdicts), tuple(unjudged)


def _diagnostic(file: str, gate: Gate, error: GateError) -> Diagnostic:
    if not gate.line:
        return Diagnostic(gate.source or file, 0, 0, f"{gate.text}: {error.message}", error.hint)
    if gate.inside is None:
        return Diagnostic(file, gate.line, gate.column, error.message, error.hint, gate.width, gate.excerpt)
    column = gate.column + gate.inside + error.at
    return Diagnostic(file, gate.line, column, error.message, error.hint, error.width, gate.excerpt)


def lookup(
    scenario: Scenario, metrics: Mapping[str, ObservedMetric], baseline: Baseline, drawn: Drawn | None = None
) -> Lookup:
    """The metric of a name; raises GateError with the nearest name where there is none."""

    def look(name: Name | Chance) -> ObservedMetric:
        if isinstance(name, Chance):
            _check_chance(name, metrics)
            point = outcome(name.of, look)
            return ObservedMetric(Fraction(point.passes) if drawn is None else drawn.chance(name.of).value, SHARE)
        metric = _find(name.name, metrics, baseline)
        of = None if metric is not None else percentile_of(name.name)
        if of is not None:
            plain = replace(name, name=of[0])
            if of[0] not in metrics and _find(of[0], metrics, baseline) is not None:
                hint = "write cost.monthly.p90 <= 3000 USD"
                raise GateError(f"'{of[0]}' is a change, and has no percentile", name.at, name.width, hint)
            metric = look(plain)
            return metric if drawn is None else replace(metric, value=drawn.percentile(plain, of[1]).value)
        if metric is None:
            raise _unknown(name, metrics, scenario)
        needs_baseline = metric.why_unknown == baseline.why_none and baseline.values is None
        needs_bill = metric.why_unknown == NO_BILL
        if metric.value is None and (needs_baseline or needs_bill or name.name.startswith(FORECAST)):
            raise _UnjudgedError(f"'{name.name}' is not known", name.at, name.width, metric.why_unknown)
        return metric

    return look


def _check_chance(chance: Chance, metrics: Mapping[str, ObservedMetric]) -> None:
    """Raises GateError where a chance is of percentiles alone, which are the same in every draw."""
    names = list(names_in(chance.of))
    if names and all(name.name not in metrics and percentile_of(name.name) for name in names):
        message = f"'{names[0].name}' is one figure of all draws: its chance can only be 0% or 100%"
        raise GateError(message, names[0].at, names[0].width, "leave out the percentile, or chance()")


def _find(name: str, metrics: Mapping[str, ObservedMetric], baseline: Baseline) -> ObservedMetric | None:
    """The metric or change of a name; None where there is none."""
    full = _SHORT.get(name, name)
    if full in metrics:
        return metrics[full]
    for ending in (CHANGE_PERCENT, CHANGE):
        if full.endswith(ending) and (now := metrics.get(full.removesuffix(ending))) is not None:
            return change(full.removesuffix(ending), now, baseline, percent=ending == CHANGE_PERCENT)
    return None


def change(name: str, now: ObservedMetric, baseline: Baseline, *, percent: bool) -> ObservedMetric:
    """The increase of a metric over the baseline: in its unit, or as a share of its former value."""
    unit = SHARE if percent else now.unit
    if baseline.values is None:
        return ObservedMetric(None, unit, why_unknown=baseline.why_none)
    if now.value is None:
        return ObservedMetric(None, unit, why_unknown=now.why_unknown)
    was = baseline.values.get(name)
    if was is None and now.unit != USD:
        return ObservedMetric(None, unit, why_unknown="the baseline does not have it")
    before = Fraction(was) if was is not None else Fraction(0)
    if not percent:
        return ObservedMetric(now.value - before, unit)
    if now.value and not before:
        return ObservedMetric(None, unit, why_unknown="it is 0 in the baseline, so there is no percentage")
    return ObservedMetric((now.value - before) / (abs(before) or 1), unit)


def changes(metrics: Mapping[str, ObservedMetric], baseline: Baseline) -> dict[str, ObservedMetric]:
    """The changes of all amounts of money, for the list; a gate may name the change of any other metric too."""
    if baseline.values is None:
        return {}
    return {
        f"{name}{CHANGE_PERCENT if percent else CHANGE}": change(name, now, baseline, percent=percent)
        for name, now in metrics.items()
        if now.unit == USD
        for percent in (False, True)
    }


def _unknown(name: Name, metrics: Mapping[str, ObservedMetric], scenario: Scenario) -> GateError:
    plain, _, last = name.name.rpartition(".")
    if _PERCENTILE.fullmatch(last) and plain in metrics:
        return GateError(f"unknown percentile '{last}'", name.at, name.width, f"p1 to p99: write {plain}.p90")
    first = name.name.partition(".")[0]
    several = [r.address for r in scenario.resources.values() if r.name == first and r.label != first]
    if several:
        return GateError(f"'{first}' is in more than one section", name.at, name.width, f"write {' or '.join(several)}")
    if name.name.rpartition(".")[2] in BY_UNIT and (unit := next(iter(scenario.flows_by_name), "")):
        return GateError(f"'{name.name}' needs a unit", name.at, name.width, f"write {name.name}({unit})")
    close = nearest(name.name, (*metrics, *_SHORT)) or _nearest_of_resource(name.name, metrics)
    hint = f"did you mean '{close}'?" if close else f"such as {', '.join(list(metrics)[:4])}; capplan gates lists all"
    return GateError(f"unknown metric '{name.name}'", name.at, name.width, hint)


def _nearest_of_resource(name: str, metrics: Mapping[str, ObservedMetric]) -> str | None:
    """The nearest metric of the same resource, where the resource itself is right or nearly so."""
    first, _, rest = name.partition(".")
    owners = dict.fromkeys(k.partition(".")[0] for k in metrics)
    owner = first if first in owners else nearest(first, owners)
    if owner is None:
        return None
    close = nearest(rest, [k.partition(".")[2] for k in metrics if k.startswith(f"{owner}.")])
    return f"{owner}.{close}" if close else None


def without_draws(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """The gates on a percentile or a chance that were judged at the likely values of the ranges."""
    return tuple(verdict.gate for verdict in verdicts if verdict.why == NO_DRAWS)


def over_draws(test: Test, metrics: Mapping[str, ObservedMetric]) -> bool:
    """Whether a gate names a chance or a percentile of the draws."""
    return next(_of_draws(test, metrics), None) is not None


def _of_draws(node: Test | Value, metrics: Mapping[str, ObservedMetric]) -> Iterator[Chance | Name]:
    match node:
        case Chance():
            yield node
        case Name(name=name):
            if name not in metrics and percentile_of(name) is not None:
                yield node
        case Not(of=of):
            yield from _of_draws(of, metrics)
        case Comparison(left=left, right=right) | Join(left=left, right=right):
            yield from _of_draws(left, metrics)
            yield from _of_draws(right, metrics)
        case _:
            for part in (getattr(node, "left", None), getattr(node, "right", None)):
                if part is not None:
                    yield from _of_draws(part, metrics)


def _sampling(
    gate: Gate, result: Outcome, metrics: Mapping[str, ObservedMetric], drawn: Drawn | None, *, with_ranges: bool
) -> str:
    """How sure a verdict over draws is, and whether its limit lies within that; empty for any other."""
    found = list(_of_draws(gate.test, metrics))
    if not found:
        return ""
    if drawn is None:
        return NO_DRAWS if with_ranges else "there are no ranges: this is the point answer"
    spread = _spread(found[0], drawn)
    said = [_shown(edge, result.unit) for edge in (spread.low, spread.high)]
    draws = drawn.of(name.name for name in names_in(gate.test)).draws
    text = f"of {draws:,} draws; 95% sampling error {said[0]} to {said[1]}"
    alone = len(found) == 1 and result.subject in (getattr(found[0], "text", ""), getattr(found[0], "name", ""))
    if not alone:
        return f"of {draws:,} draws"
    within = spread.low < spread.high and spread.low <= result.limit <= spread.high
    more = ", more --draws may decide otherwise" if draws == drawn.draws else ""
    return f"{text}: the limit lies within it{more}" if within else text


def _spread(node: Chance | Name, drawn: Drawn) -> Spread:
    if isinstance(node, Chance):
        return drawn.chance(node.of)
    name, share = percentile_of(node.name) or (node.name, Fraction(1, 2))
    return drawn.percentile(replace(node, name=name), share)


def _shown(value: Fraction, unit: Unit) -> str:
    number, symbol = shown_value(value, unit)
    if symbol == "%":
        return f"{float(number) * 100:.4g}%"
    cents = symbol == "USD" and (not number or abs(number) >= _CENT)
    return f"{float(number):,.2f} USD" if cents else f"{float(number):,.6g} {symbol}".rstrip()


def _verdict(gate: Gate, result: Outcome, today: date | None, why: str = "") -> Verdict:
    waived = _waived(gate, result, today)
    observed, unit = shown_value(result.observed, result.unit)
    state: Literal["pass", "fail", "waived"] = (
        "pass" if result.passes else "waived" if waived is not None and waived.state == "waived" else "fail"
    )
    return Verdict(
        gate=gate.text,
        line=gate.line,
        column=gate.column,
        level=gate.level,
        observed=observed,
        operator=result.operator,
        limit=shown_value(result.limit, result.unit)[0],
        unit=unit,
        margin=None if result.margin is None else exact(result.margin),
        verdict=state,
        subject=result.subject,
        names=result.names,
        source=gate.source,
        width=gate.width,
        waiver=waived,
        why=why,
    )


def _waived(gate: Gate, result: Outcome, today: date | None) -> Waived | None:
    waiver = gate.waiver
    if waiver is None:
        return None
    if today is None:
        raise _UnjudgedError(
            f"its waiver ends with {waiver.expires}, and today is not known",
            0,
            len(gate.text),
            f"give --today, such as --today {waiver.expires}",
        )
    state: Literal["waived", "expired", "not_needed"] = (
        "not_needed" if result.passes else "waived" if today <= waiver.expires else "expired"
    )
    return Waived(waiver.owner, waiver.reason, waiver.expires, state)
