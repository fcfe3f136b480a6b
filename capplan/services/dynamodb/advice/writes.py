"""Writes that could cost less: transactions, and deletes that time to live would make.

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
from capplan.services.dynamodb.cost import class_suffix
from capplan.services.dynamodb.items.storage import billed_bytes, gigabytes
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.stored import new_items
from capplan.services.dynamodb.usage import Usage
from capplan.units import MONTH_SECONDS

_WORD = "transact-write"
_KEPT = ("times", "chance", "condition_fails")
"""What a transaction sets for all its members."""
_HOT_PER_MONTH = MONTH_SECONDS
"""Once a second: a hot path."""
_GROWTH_GB = 100
"""New gigabytes a month from which a table without deletes is worth a recommendation."""


def transactions(name: str, spec: Table, usage: Usage) -> Iterable[Option]:  # noqa: ARG001  every rule's signature
    """Write transactions that come at least once a second; recommended for the table of their first member."""
    for kind in usage.requests:
        line = kind.line
        hot = kind.flow.monthly >= _HOT_PER_MONTH and comes_with_traffic(kind.flow)
        if line is None or not hot or line.written.get(_WORD) is None:
            continue
        if line.path in (line.whole, (*line.whole, _WORD, 0)):
            lines = _as_single_writes(line)
            if lines is not None:
                yield _without_transaction(name, kind.stream, line, lines)


def _without_transaction(name: str, stream: RequestStream, line: Line, lines: list[dict[str, Any]]) -> Option:
    alone = len(lines) == 1 and "times" not in lines[0]
    message = (
        f"{sender(stream)} writes one item of {name} in a transaction, at twice the units: a single conditional write "
        "is atomic too."
        if alone
        else f"{sender(stream)} writes {name} and other items in one transaction, at twice the units; conditional writes "
        "one after the other are enough where partial writes can be detected and repaired."
    )
    gives_up = "a retried request is no longer recognized by its client token" if alone else "loses atomicity"
    noticed = (
        f"a write of {name} by {sender(stream)} that is sent again after a time-out is made again"
        if alone
        else f"{sender(stream)} may write {name} and not the other items of the request"
    )
    return Option("dynamodb.transaction", message, (Change(line.place, lines),), gives_up, changes_behavior=noticed)


def _as_single_writes(line: Line) -> list[dict[str, Any]] | None:
    """The lines that write the same without a transaction; None where the scenario cannot express it."""
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
    lines = [
        kind.line
        for kind in usage.requests
        if kind.access.op == "delete" and kind.line is not None and kind.line.path == kind.line.whole
    ]
    if spec.ttl is not None or not lines:
        return
    last_first = sorted(lines, key=lambda line: [str(step).rjust(9) for step in line.whole], reverse=True)
    yield Option(
        "dynamodb.ttl",
        f"Items of {name} are deleted by requests, each at the cost of a write; time to live deletes them for free.",
        (Change(f"tables.{name}.ttl", "expires_at"), *(Change(line.place, None) for line in last_first)),
        "TTL deletes items within days of expiry, not immediately; each delete must depend on a time",
        changes_behavior=f"reads of {name} find expired items for up to days",
    )


def growth(name: str, spec: Table, usage: Usage) -> Iterable[Option]:
    """A table to which items are only added."""
    if spec.ttl is not None or spec.item_size is None or any(kind.access.op == "delete" for kind in usage.requests):
        return
    added = sum((new_items(kind) for kind in usage.requests), Fraction(0))
    more = gigabytes(billed_bytes(added, mean(spec.item_size)))
    if not spec.items or added < spec.items or more < _GROWTH_GB:
        return
    price = f"dynamodb.storage.{class_suffix(spec)}_gb_month"
    month = Charge(f"{name}.growth", price, "", more, "GB-month")
    yield Option(
        "dynamodb.ttl",
        f"{name} grows by {to_quantity(more):,.0f} GB of items a month and nothing deletes any: each month adds {{month}} "
        "to the monthly bill, on top of this plan.",
        (Change(f"tables.{name}.ttl", "expires_at"),),
        "TTL deletes items within days of expiry, not immediately",
        "risk",
        (("month", month),),
    )
