"""Resources that start by themselves: a schedule of their own, or data that arrive. It carries demand nowhere."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from capplan.flow import Flow, steady
from capplan.model import Kind
from capplan.schedule import read_schedule, schedule_shape


def own_starts(specs: Mapping[str, tuple[Kind[Any, Any], Any]]) -> dict[str, Flow]:
    """What starts each such resource, by its address (no traffic's name holds a dot)."""
    out: dict[str, Flow] = {}
    for address, (kind, spec) in specs.items():
        start = kind.own_start(spec) if spec is not None else None
        if isinstance(start, str):
            out[address] = Flow.of(schedule_shape(address, read_schedule(start)), Fraction(1))
        elif start is not None:
            out[address] = Flow.of(steady(address, recurring=True), start)
    return out
