"""Reads that could cost less: strongly consistent ones, and scans on a request path.

Source: DynamoDB Developer Guide, "DynamoDB read consistency", "Best practices for querying and scanning data" (read
2026-11-23).
"""

from collections.abc import Iterable

from capplan.flow import DemandFlow
from capplan.model import Change, Option, RequestStream
from capplan.services.dynamodb.requests import entries_touched, is_transactional
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Usage

_MANY_ITEMS = 100
"""A scan of no more items is as good as a query."""
_QUERIED_ITEMS = 25
"""Items of the query that replaces a scan."""


def comes_with_traffic(flow: DemandFlow) -> bool:
    """Whether users wait for it: it comes with traffic, not by a schedule."""
    return any(shape.recurring for shape, _ in flow.terms)


def sender(stream: RequestStream) -> str:
    """Who sends it, by name."""
    return stream.cause.partition(".")[2] or stream.cause


def strong_reads(name: str, spec: Table, usage: Usage) -> Iterable[Option]:  # noqa: ARG001  every rule's signature
    """Reads that ask for consistency: strong."""
    strong = [
        kind
        for kind in usage.requests
        if kind.line is not None and kind.access.consistency == "strong" and not is_transactional(kind.access)
    ]
    if not strong:
        return
    senders = ", ".join(dict.fromkeys(f"{kind.access.op} of {sender(kind.stream)}" for kind in strong))
    yield Option(
        "dynamodb.strong-read",
        f"{name} is read strongly consistent, at twice the units ({senders}); eventually consistent reads are enough "
        "where slightly stale data is acceptable.",
        tuple(Change(kind.line.at("consistency"), "eventual") for kind in strong if kind.line is not None),
        "a read right after a write may return the old item",
        changes_behavior=f"{senders} on {name} may return the item before the last write",
    )


def scans(name: str, spec: Table, usage: Usage) -> Iterable[Option]:
    """Scans of many items that come with traffic."""
    for kind in usage.requests:
        access, line = kind.access, kind.line
        if line is None or access.op != "scan" or not comes_with_traffic(kind.flow):
            continue
        items = entries_touched(spec, access)
        if items > _MANY_ITEMS:
            where = f"{name}.{access.index}" if access.index else name
            yield Option(
                "dynamodb.scan-on-request-path",
                f"{sender(kind.stream)} scans {items:,f} items of {where} in every request; a query by a key would "
                f"read only the items it needs, {_QUERIED_ITEMS} in this plan.",
                (
                    Change(line.at("scan"), None),
                    Change(line.at("query"), line.written["scan"]),
                    Change(line.at("items"), _QUERIED_ITEMS),
                ),
                "the attribute queried must be a key of the table or of an index",
            )
