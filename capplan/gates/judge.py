"""Gates judged against a plan. An unknown name or an unknown value is an error, never a pass."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from capplan.errors import CapplanError, Diagnostic
from capplan.gates.evaluate import Lookup, Outcome, outcome
from capplan.gates.observed import CHANGE, CHANGE_PERCENT, ObservedMetric, exact, shown_value
from capplan.language.gate_syntax import Gate, Name
from capplan.language.gate_tokens import GateError
from capplan.language.gate_units import SHARE, USD
from capplan.language.scenario import Scenario
from capplan.pipeline.results import Unjudged, Verdict, Waived
from capplan.reading.nearest import nearest

_SHORT = {"cost.change": "cost.monthly.change", "cost.change_percent": "cost.monthly.change_percent"}


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the plan is held against: observables by name; `why_none` where there is no baseline."""

    values: Mapping[str, Decimal] | None = None
    why_none: str = "it is a change against a baseline: give --baseline plan.json"


class _LaterError(GateError):
    """A gate that can be judged, but not with what was given: without a baseline, without a day."""


def judge(
    scenario: Scenario,
    known: Mapping[str, ObservedMetric],
    baseline: Baseline,
    today: date | None,
    *,
    allow_unjudged: bool = False,
) -> tuple[tuple[Verdict, ...], tuple[Unjudged, ...]]:
    """A verdict for each gate, in file order; with `lenient`, those apart that need a baseline or a day.

    Raises:
        CapplanError: A gate names something unknown, or something whose value is not known, or (unless lenient) needs
            a baseline or a day that was not given.
    """
    look = lookup(scenario, known, baseline)
    diagnostics: list[Diagnostic] = []
    verdicts: list[Verdict] = []
    later: list[Unjudged] = []
    for gate in scenario.gates:
        try:
            verdicts.append(_verdict(gate, outcome(gate.test, look), today))
        except _LaterError as error:
            if allow_unjudged:
                later.append(Unjudged(gate.text, gate.line, gate.column, gate.level, f"{error.message}: {error.hint}"))
            else:
                diagnostics.append(_mistake(scenario.file, gate, error))
        except GateError as error:
            diagnostics.append(_mistake(scenario.file, gate, error))
    if diagnostics:
        raise CapplanError(tuple(diagnostics))
    return tuple(verdicts), tuple(later)


def _mistake(file: str, gate: Gate, error: GateError) -> Diagnostic:
    if not gate.line:
        return Diagnostic(gate.source or file, 0, 0, f"{gate.text}: {error.message}", error.hint)
    if gate.inside is None:
        return Diagnostic(file, gate.line, gate.column, error.message, error.hint, gate.width, gate.excerpt)
    column = gate.column + gate.inside + error.at
    return Diagnostic(file, gate.line, column, error.message, error.hint, error.width, gate.excerpt)


# --- what is known under a name --------------------------------------------------------------------------------------


def lookup(scenario: Scenario, known: Mapping[str, ObservedMetric], baseline: Baseline) -> Lookup:
    """What stands under a name, or an error that names the nearest."""

    def look(name: Name) -> ObservedMetric:
        found = find(name.name, known, baseline)
        if found is None:
            raise _unknown(name, known, scenario)
        if found.value is None and found.why_unknown == baseline.why_none and baseline.values is None:
            raise _LaterError(f"'{name.name}' is not known", name.at, name.width, baseline.why_none)
        return found

    return look


def find(name: str, known: Mapping[str, ObservedMetric], baseline: Baseline) -> ObservedMetric | None:
    """What stands under a name, changes included; None where nothing does."""
    full = _SHORT.get(name, name)
    if full in known:
        return known[full]
    for ending in (CHANGE_PERCENT, CHANGE):
        if full.endswith(ending) and (now := known.get(full.removesuffix(ending))) is not None:
            return change(full.removesuffix(ending), now, baseline, percent=ending == CHANGE_PERCENT)
    return None


def change(name: str, now: ObservedMetric, baseline: Baseline, *, percent: bool) -> ObservedMetric:
    """By how much something has grown against the baseline: in its own unit, or as a share of what it was."""
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
    if not before:
        same = ObservedMetric(Fraction(0), unit)
        return (
            ObservedMetric(None, unit, why_unknown="it is 0 in the baseline, so no percentage says it")
            if now.value
            else same
        )
    return ObservedMetric((now.value - before) / abs(before), unit)


def changes(known: Mapping[str, ObservedMetric], baseline: Baseline) -> dict[str, ObservedMetric]:
    """The changes of what is money, where there is a baseline: to be listed; every other one can be asked for too."""
    if baseline.values is None:
        return {}
    return {
        f"{name}{CHANGE_PERCENT if percent else CHANGE}": change(name, now, baseline, percent=percent)
        for name, now in known.items()
        if now.unit == USD
        for percent in (False, True)
    }


def _unknown(name: Name, known: Mapping[str, ObservedMetric], scenario: Scenario) -> GateError:
    first = name.name.partition(".")[0]
    several = [r.address for r in scenario.resources.values() if r.name == first and r.label != first]
    if several:
        return GateError(
            f"'{first}' stands in more than one section", name.at, name.width, f"write {' or '.join(several)}"
        )
    close = nearest(name.name, (*known, *_SHORT)) or _nearest_of_its_own(name.name, known)
    hint = f"did you mean '{close}'?" if close else f"such as {', '.join(list(known)[:4])}; capplan gates lists all"
    return GateError(f"there is nothing called '{name.name}' to observe", name.at, name.width, hint)


def _nearest_of_its_own(name: str, known: Mapping[str, ObservedMetric]) -> str | None:
    """The nearest word of the same resource, where the resource itself is right or nearly so."""
    first, _, rest = name.partition(".")
    owners = dict.fromkeys(k.partition(".")[0] for k in known)
    owner = first if first in owners else nearest(first, owners)
    if owner is None:
        return None
    own = [k.partition(".")[2] for k in known if k.startswith(f"{owner}.")]
    close = nearest(rest, own)
    return f"{owner}.{close}" if close else None


# --- verdicts --------------------------------------------------------------------------------------------------------


def _verdict(gate: Gate, found: Outcome, today: date | None) -> Verdict:
    waived = _waived(gate, found, today)
    observed, unit = shown_value(found.observed, found.unit)
    state: Literal["pass", "fail", "waived"] = (
        "pass" if found.holds else "waived" if waived is not None and waived.state == "waived" else "fail"
    )
    return Verdict(
        gate=gate.text,
        line=gate.line,
        column=gate.column,
        level=gate.level,
        observed=observed,
        operator=found.operator,
        limit=shown_value(found.limit, found.unit)[0],
        unit=unit,
        margin=None if found.margin is None else exact(found.margin),
        verdict=state,
        subject=found.subject,
        names=found.names,
        source=gate.source,
        width=gate.width,
        waiver=waived,
    )


def _waived(gate: Gate, found: Outcome, today: date | None) -> Waived | None:
    waiver = gate.waiver
    if waiver is None:
        return None
    if today is None:
        raise _LaterError(
            f"its waiver ends with {waiver.expires}, and today is not known",
            0,
            len(gate.text),
            f"give --today, such as --today {waiver.expires}",
        )
    state: Literal["waived", "expired", "not_needed"] = (
        "not_needed" if found.holds else "waived" if today <= waiver.expires else "expired"
    )
    return Waived(waiver.owner, waiver.reason, waiver.expires, state)
