"""Reads the starts of resources that need no trigger: by their own schedule, or when data arrive."""

from fractions import Fraction

from capplan.flow import DemandFlow, steady
from capplan.language.scenario import Specs
from capplan.language.unchanged import Unchanged
from capplan.schedule import profile_of


def schedules_of(specs: Specs, unchanged: Unchanged) -> dict[str, DemandFlow]:
    """The starts of each such resource, by address (a traffic's name contains no dot)."""
    out: dict[str, DemandFlow] = {}
    for address, (type_, spec) in specs.items():
        start = type_.schedule(spec) if spec is not None else None
        known = None if start is None else unchanged.start(address, start)
        if known is not None:
            out[address] = known
        elif isinstance(start, str):
            out[address] = DemandFlow.of(profile_of(address, start), Fraction(1))
        elif start is not None:
            out[address] = DemandFlow.of(steady(address, recurring=True), start)
    return out
