"""A table's access patterns: each kind of request with its units and its part of every charge. It holds no price."""

from collections.abc import Iterable
from fractions import Fraction

from capplan.calls import READS
from capplan.model import Context, Pattern
from capplan.services.dynamodb.requests import TABLE, is_transactional
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Arm, Usage, WorkUnits


def patterns(name: str, spec: Table, usage: Usage, ctx: Context) -> tuple[Pattern, ...]:  # noqa: ARG001  every room's signature
    """Every kind of request that reaches the table, as its callers wrote it."""
    return tuple(_pattern(name, spec, usage, one) for one in usage.works)


def _pattern(name: str, spec: Table, usage: Usage, one: WorkUnits) -> Pattern:
    access, month = one.work.access, one.work.flow.monthly
    parts = {
        charge: units * month / whole
        for arm in usage.arms
        for charge, units, whole in _driven(name, spec, arm, one)
        if units and whole
    }
    return Pattern(
        operation=access.op,
        what=_in_words(one),
        cause=one.work.cause,
        index=access.index,
        consistency=_level(one) if access.op in READS else None,
        requests=month,
        read_units=sum(one.units.read.values(), Fraction(0)),
        write_units=sum(one.units.write.values(), Fraction(0)),
        parts=parts,
    )


def _driven(name: str, spec: Table, arm: Arm, one: WorkUnits) -> Iterable[tuple[str, Fraction, Fraction]]:
    """(charge, units of one request, units of all a month) of an arm. Provisioned capacity falls on requests by units."""
    prefix = name if arm.index is None else f"{name}.{arm.index}"
    key = arm.index or TABLE
    tail = ("writes", "reads") if spec.on_demand else ("write-capacity", "read-capacity")
    yield f"{prefix}.{tail[0]}", one.units.write.get(key, Fraction(0)), arm.write.monthly
    yield f"{prefix}.{tail[1]}", one.units.read.get(key, Fraction(0)), arm.read.monthly


def _level(one: WorkUnits) -> str:
    return "transactional" if is_transactional(one.work.access) else one.work.access.consistency


def _in_words(one: WorkUnits) -> str:
    """The request as its author would say it: `query by-status, 25 items`, `get, strong`."""
    access = one.work.access
    words = [access.op if access.index is None else f"{access.op} {access.index}"]
    if access.items is not None:
        words.append(f"{access.items:f} item{'' if access.items == 1 else 's'}")
    if access.op in READS and _level(one) != "eventual":
        words.append(_level(one))
    elif access.transactional and access.op not in {"transact-get", "transact-write"}:
        words.append("transactional")
    named = (*(access.sets or ()), *(access.removes or ()))
    if named:
        words.append(f"changes {' '.join(named)}")
    if access.changes is not None:
        words.append(f"changes {' '.join(access.changes)}")
    return ", ".join(words)
