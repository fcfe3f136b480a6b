"""What else could be written for a table: its capacity mode, its class, a sharded key. It never says what that would
save.
"""

import math
from decimal import Decimal
from fractions import Fraction

from capplan.flow import Flow
from capplan.model import Change, Context, Option
from capplan.services.dynamodb.hot_keys import hot_key_options
from capplan.services.dynamodb.spec import AUTO_SCALED_TARGET, Table
from capplan.services.dynamodb.usage import Usage, peak_units

_TARGET = "70%"
_CLASSES = ("standard", "standard-ia")
_SCALING_LAGS = "a sudden rise throttles for minutes, until scaling follows"


def options(name: str, spec: Table, usage: Usage, ctx: Context) -> tuple[Option, ...]:
    """Settings worth pricing."""
    if not usage.requests.terms and not usage.table_bytes:
        return ()
    return (_other_mode(name, spec, usage), _other_class(name, spec), *hot_key_options(name, spec, usage, ctx.seed))


def _other_mode(name: str, spec: Table, usage: Usage) -> Option:
    if spec.on_demand:
        changes = _provisioned(name, spec, usage, scaled=True)
        message = f"{name} pays per request; auto scaled capacity at {_TARGET} would serve it."
        return Option("dynamodb.capacity-mode", message, changes, _SCALING_LAGS)
    message = f"{name} holds provisioned capacity; on demand it would pay per request."
    return Option("dynamodb.capacity-mode", message, _on_demand(name, spec))


def _other_class(name: str, spec: Table) -> Option:
    other = _CLASSES[1 - _CLASSES.index(spec.table_class)]
    message = (
        f"{name} is in class {spec.table_class}; {other} splits its bill another way between storage and throughput."
    )
    return Option(
        "dynamodb.table-class", message, (Change(f"tables.{name}.class", other),), "two class changes in 30 days"
    )


def mode_options(name: str, spec: Table, usage: Usage, ctx: Context) -> tuple[tuple[str, Option], ...]:  # noqa: ARG001  as above
    """Every mode and class to compare, as (id, option)."""
    modes = (
        ("on-demand", _on_demand(name, spec), ""),
        ("provisioned-peak", _provisioned(name, spec, usage, scaled=False), "paid for whether used or not"),
        (f"auto-scaled-{AUTO_SCALED_TARGET * 100:.0f}", _provisioned(name, spec, usage, scaled=True), _SCALING_LAGS),
    )
    out = []
    for table_class, suffix in (("standard", ""), ("standard-ia", "/standard-ia")):
        class_change = Change(f"tables.{name}.class", table_class)
        for mode, changes, gives_up in modes:
            option = Option("dynamodb.capacity-mode", f"{name}: {mode}{suffix}", (*changes, class_change), gives_up)
            out.append((f"{mode}{suffix}", option))
    return tuple(out)


def _on_demand(name: str, spec: Table) -> tuple[Change, ...]:
    """Per request; settings of provisioned indexes go."""
    indexes = [index for index, one in spec.indexes.items() if one.capacity is not None]
    gone = (Change(f"tables.{name}.indexes.{index}.capacity", None) for index in indexes)
    return (Change(f"tables.{name}.capacity", "on-demand"), *gone)


def _provisioned(name: str, spec: Table, usage: Usage, *, scaled: bool) -> tuple[Change, ...]:
    """Capacity for the table and each global index; an on-demand maximum goes."""
    changes = [] if spec.throughput is None else [Change(f"tables.{name}.throughput", None)]
    for arm in usage.arms:
        units = {"write": _units(arm.write, scaled=scaled), "read": _units(arm.read, scaled=scaled)}
        where = f"tables.{name}" if arm.index is None else f"tables.{name}.indexes.{arm.index}"
        changes.append(Change(f"{where}.capacity", {"mode": "provisioned", **units} if arm.index is None else units))
    return tuple(changes)


def _units(flow: Flow, *, scaled: bool) -> object:
    """The peak rounded up, or bounds that let auto scaling follow it."""
    peak = peak_units(flow)
    if not scaled:
        return max(1, math.ceil(peak))
    most = max(1, math.ceil(peak / Fraction(Decimal(AUTO_SCALED_TARGET))))
    return {"min": 1, "max": most, "target": _TARGET}
