"""Reads that could be written otherwise: strong ones, and scans on a request path. It never says what that would save.

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
"""A scan of no more is as good as a query."""
_QUERIED_ITEMS = 25
"""What a query in a scan's place is planned with."""


def comes_with_traffic(flow: DemandFlow) -> bool:
    """Whether people wait for it: it comes with traffic, not by a schedule."""
    return any(shape.recurring for shape, _ in flow.terms)


def sender(work: RequestStream) -> str:
    """Who sends it, by name."""
    return work.cause.partition(".")[2] or work.cause


def strong_reads(name: str, spec: Table, usage: Usage) -> Iterable[Option]:  # noqa: ARG001  every rule's signature
    """Reads that ask for consistency: strong."""
    found = [
        one.work
        for one in usage.works
        if one.work.line is not None
        and one.work.access.consistency == "strong"
        and not is_transactional(one.work.access)
    ]
    if not found:
        return
    senders = ", ".join(dict.fromkeys(f"{work.access.op} of {sender(work)}" for work in found))
    yield Option(
        "dynamodb.strong-read",
        f"{name} is read strongly consistent, at twice the units ({senders}); eventual reads would do where an answer "
        "a moment old does.",
        tuple(Change(work.line.at("consistency"), "eventual") for work in found if work.line is not None),
        "a read right after a write may see the item as it was",
    )


def scans(name: str, spec: Table, usage: Usage) -> Iterable[Option]:
    """Scans of many items that come with traffic."""
    for one in usage.works:
        work, line = one.work, one.work.line
        if line is None or work.access.op != "scan" or not comes_with_traffic(work.flow):
            continue
        items = entries_touched(spec, work.access)
        if items > _MANY_ITEMS:
            where = f"{name}.{work.access.index}" if work.access.index else name
            yield Option(
                "dynamodb.scan-on-request-path",
                f"{sender(work)} scans {items:,f} items of {where} in every request; a query by a key would evaluate "
                f"only what it wants, {_QUERIED_ITEMS} items in this plan.",
                (
                    Change(line.at("scan"), None),
                    Change(line.at("query"), line.written["scan"]),
                    Change(line.at("items"), _QUERIED_ITEMS),
                ),
                "the attribute asked for has to be a key, of the table or of an index",
            )
