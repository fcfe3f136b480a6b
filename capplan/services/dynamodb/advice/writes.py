"""Writes that could be written otherwise: transactions, and deletes that time to live would make. It prices nothing.

Source: DynamoDB Developer Guide, "Amazon DynamoDB Transactions: How it works", "Using time to live" (read 2026-11-23).
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan.model import Change, Charge, Line, Option, RequestStream
from capplan.quantities.distribution import mean
from capplan.quantities.rounding import to_quantity
from capplan.services.dynamodb.advice.reads import comes_with_traffic, sender
from capplan.services.dynamodb.items.storage import billed_bytes, gigabytes
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Usage
from capplan.units import MONTH_SECONDS

_WORD = "transact-write"
_KEPT = ("times", "chance", "condition_fails")
"""What a transaction says of all its members."""
_HOT_PER_MONTH = MONTH_SECONDS
"""Once a second: a hot path."""
_GROWTH_GB = 100
"""New gigabytes a month from which nothing being taken away is worth a word."""


def transactions(name: str, spec: Table, usage: Usage) -> Iterable[Option]:  # noqa: ARG001  every rule's signature
    """Write transactions that come at least once a second; told by the table of their first member."""
    for one in usage.works:
        work, line = one.work, one.work.line
        hot = work.flow.monthly >= _HOT_PER_MONTH and comes_with_traffic(work.flow)
        if line is None or not hot or line.written.get(_WORD) is None:
            continue
        if line.path in (line.whole, (*line.whole, _WORD, 0)):
            lines = _as_single_writes(line)
            if lines is not None:
                yield _without_transaction(name, work, line, lines)


def _without_transaction(name: str, work: RequestStream, line: Line, lines: list[dict[str, Any]]) -> Option:
    alone = len(lines) == 1 and "times" not in lines[0]
    said = (
        f"{sender(work)} writes one item of {name} in a transaction, at twice the units: a condition on a single write "
        "is all or nothing too."
        if alone
        else f"{sender(work)} writes {name} and more in one transaction, at twice the units; conditional writes one after "
        "the other would do where a half-done change can be seen and mended."
    )
    gives_up = "a repeated request is no longer known by its token" if alone else "no longer all or nothing"
    return Option("dynamodb.transaction", said, (Change(line.place, lines),), gives_up)


def _as_single_writes(line: Line) -> list[dict[str, Any]] | None:
    """The lines that write the same without a transaction; None where that cannot be said."""
    members, around = line.written[_WORD], {k: v for k, v in line.written.items() if k in _KEPT}
    if not isinstance(members, list):
        return _repeated(line.written)
    out = []
    for member in members:
        if not isinstance(member, Mapping) or "check" in member or member.keys() & around.keys():
            return None
        out.append({**member, **around})
    return out


def _repeated(written: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """A transaction without a list: so many puts."""
    items = written.get("items", Decimal(1))
    rest = {k: v for k, v in written.items() if k not in (_WORD, "items", "replays")}
    if items != 1 and "times" in rest:
        return None
    return [{"put": written[_WORD], **rest, **({} if items == 1 else {"times": items})}]


def deletes(name: str, spec: Table, usage: Usage) -> Iterable[Option]:
    """Deletes by request from a table without time to live."""
    found = [
        one.work.line
        for one in usage.works
        if one.work.access.op == "delete" and one.work.line is not None and one.work.line.path == one.work.line.whole
    ]
    if spec.ttl is not None or not found:
        return
    last_first = sorted(found, key=lambda line: [str(step).rjust(9) for step in line.whole], reverse=True)
    yield Option(
        "dynamodb.ttl",
        f"Items of {name} are deleted by requests, each at the units of a write; time to live deletes without any.",
        (Change(f"tables.{name}.ttl", "expires_at"), *(Change(line.place, None) for line in last_first)),
        "items go within days of their time, not at it; what decides on each delete must be a time",
    )


def growth(name: str, spec: Table, usage: Usage) -> Iterable[Option]:
    """A table to which items are only added."""
    works = [one.work for one in usage.works]
    if spec.ttl is not None or spec.item_size is None or any(work.access.op == "delete" for work in works):
        return
    added = sum((_added(work) for work in works), Fraction(0))
    more = gigabytes(billed_bytes(added, mean(spec.item_size)))
    if not spec.items or added < spec.items or more < _GROWTH_GB:
        return
    short = "ia" if spec.table_class == "standard-ia" else "standard"
    month = Charge(f"{name}.growth", f"dynamodb.storage.{short}_gb_month", "", more, "GB-month")
    yield Option(
        "dynamodb.ttl",
        f"{name} gains {to_quantity(more):,.0f} GB of items a month and nothing takes any away: each month adds {{month}} "
        "a month to the bill, above what this plan stores.",
        (Change(f"tables.{name}.ttl", "expires_at"),),
        "items go within days of their time, not at it",
        "risk",
        (("month", month),),
    )


def _added(work: RequestStream) -> Fraction:
    """New items a month."""
    access = work.access
    if access.op not in {"put", "batch-write", _WORD}:
        return Fraction(0)
    members = Fraction(access.items) if access.items is not None else Fraction(1)
    return work.flow.monthly * members * (1 - Fraction(access.replaces)) * (1 - Fraction(access.condition_fails))
