"""The scenario of each month to come: the rates of its traffic, and what the months before have left in store."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from capplan.language.gate_syntax import Gate, on_forecast
from capplan.language.load import build
from capplan.language.months import Month, billed_month, changes_by_month
from capplan.language.scenario import Scenario
from capplan.model import Change
from capplan.pipeline.meter import Metered, meter
from capplan.pipeline.what_if import apply
from capplan.record import replace


class MonthAhead(NamedTuple):
    """A month, its scenario, and what is metered of it. A month in which all is as in the one before has the same scenario."""

    month: Month
    scenario: Scenario
    metered: Metered


def months_ahead(
    scenario: Scenario, steps: Sequence[Month], seed: int, near: Sequence[Metered] = ()
) -> Iterator[MonthAhead]:
    """Month by month.

    Args:
        scenario: As it is in the first month.
        steps: The months.
        seed: Random seed.
        near: For each month what was metered of a scenario that is nearly the same: what is so is taken from it.
    """
    stored: dict[str, object] = {}
    before: MonthAhead | None = None
    counted: MonthAhead | None = None
    known: tuple[object, ...] = ()
    for i, (month, rates) in enumerate(zip(steps, changes_by_month(scenario, steps), strict=True)):
        if before is not None and before is not counted:
            stored |= _left(before.metered)
            counted = before
        changes = [*rates, *(Change(path, value) for path, value in stored.items())]
        billed = None if month.calendar is None or month.mean else billed_month(scenario, *month.calendar)
        if before is None or known != (changes, billed):
            at = scenario
            if changes:
                data = apply(scenario.data, changes)
                at = build(scenario.doc, scenario.files, scenario.sha256, data, scenario)
            at = replace(at, gates=of_one_month(scenario), billed_month=billed)
            like = None if before is None else before.metered
            if near and (like is None or near[i].as_declared.flows_by_name == at.flows_by_name):
                like = near[i]
            before = MonthAhead(month, at, meter(at, seed, base=like))
            known = changes, billed
        yield before._replace(month=month)


def of_one_month(scenario: Scenario) -> tuple[Gate, ...]:
    """The scenario's gates, and those of the command line, which stand in no file; without those on a forecast."""
    return tuple(gate for gate in scenario.gates if not on_forecast(gate))


def _left(metered: Metered) -> dict[str, object]:
    """What a month leaves in store for the next, as paths of the scenario and values."""
    return {
        f"{address}.{key}": value
        for address, resource in metered.as_declared.resources.items()
        for key, value in resource.type.next_month(metered.resource(address)).items()
    }
