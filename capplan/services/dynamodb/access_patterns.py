"""A table's access patterns: each kind of request with its units and its part of every charge."""

from collections.abc import Iterable
from fractions import Fraction

from capplan.model import Pattern
from capplan.services.dynamodb.requests import READS, is_transactional
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import DIRECTIONS, MeteredRequests, ThroughputTarget, Usage


def patterns(name: str, spec: Table, usage: Usage) -> tuple[Pattern, ...]:
    """Every kind of request that the table serves, as its callers wrote it."""
    callers = usage.requests if usage.asked is None else usage.requests[: len(usage.asked.requests)]
    return tuple(_pattern(name, spec, usage, kind) for kind in callers)


def _pattern(name: str, spec: Table, usage: Usage, kind: MeteredRequests) -> Pattern:
    access, month = kind.access, kind.served.monthly
    parts = _parts(name, spec, usage, kind)
    if usage.asked is not None:
        i = next(i for i, one in enumerate(usage.requests) if one is kind)
        month = usage.asked.requests[i].flow.monthly
        for region, used in usage.replicas.items():
            parts |= _parts(f"{name}.{region}", spec, used, used.requests[i])
    return Pattern(
        operation=access.op,
        what=_in_words(kind),
        cause=kind.stream.cause,
        index=access.index,
        consistency=_consistency(kind) if access.op in READS else None,
        requests=month,
        read_units=sum(kind.units.read.values(), Fraction(0)),
        write_units=sum(kind.units.write.values(), Fraction(0)),
        parts=parts,
    )


def _parts(name: str, spec: Table, usage: Usage, kind: MeteredRequests) -> dict[str, Fraction]:
    """Its part of each charge in one Region."""
    return {
        charge: units * kind.served.monthly / total
        for target in usage.targets
        for charge, units, total in _charged(name, spec, target, kind)
        if units and total
    }


def _charged(
    name: str, spec: Table, target: ThroughputTarget, kind: MeteredRequests
) -> Iterable[tuple[str, Fraction, Fraction]]:
    """(charge, units of one request, units of all a month) of a table or index. Provisioned capacity is shared out by
    units.
    """
    for direction in DIRECTIONS:
        charge = f"{target.label(name)}.{direction}{'s' if spec.on_demand else '-capacity'}"
        yield charge, kind.units.of(direction).get(target.key, Fraction(0)), target.served[direction].monthly


def _consistency(kind: MeteredRequests) -> str:
    return "transactional" if is_transactional(kind.access) else kind.access.consistency


def _in_words(kind: MeteredRequests) -> str:
    """The request as its author would write it: `query by-status, 25 items`, `get, strong`."""
    access = kind.access
    words = [access.op if access.index is None else f"{access.op} {access.index}"]
    if access.items is not None:
        words.append(f"{access.items:f} item{'' if access.items == 1 else 's'}")
    if access.op in READS and _consistency(kind) != "eventual":
        words.append(_consistency(kind))
    elif access.transactional and access.op not in {"transact-get", "transact-write"}:
        words.append("transactional")
    updated = (*(access.sets or ()), *(access.removes or ()))
    if updated:
        words.append(f"changes {' '.join(updated)}")
    if access.changes is not None:
        words.append(f"changes {' '.join(access.changes)}")
    return ", ".join(words)
