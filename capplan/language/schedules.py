"""Resources that start by themselves: a schedule of their own, or data that arrive. It carries demand nowhere."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from capplan.flow import DemandFlow, steady
from capplan.resource_type import ResourceType
from capplan.schedule import read_schedule, schedule_profile


def schedules_of(specs: Mapping[str, tuple[ResourceType[Any, Any], Any]]) -> dict[str, DemandFlow]:
    """What starts each such resource, by its address (no traffic's name holds a dot)."""
    out: dict[str, DemandFlow] = {}
    for address, (kind, spec) in specs.items():
        start = kind.schedule(spec) if spec is not None else None
        if isinstance(start, str):
            out[address] = DemandFlow.of(schedule_profile(address, read_schedule(start)), Fraction(1))
        elif start is not None:
            out[address] = DemandFlow.of(steady(address, recurring=True), start)
    return out
