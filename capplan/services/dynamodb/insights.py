"""Contributor Insights of a table and its global indexes: the rules that DynamoDB makes, and the events that they see.

An item that is read or written is an event, two where there is a sort key; a query is one, whatever it returns. In throttled keys
mode only throttled requests are. What a cache answers is not seen.

Source: DynamoDB Developer Guide, "CloudWatch contributor insights for DynamoDB: How it works" (read 2026-11-30).
"""

from collections.abc import Iterable
from fractions import Fraction

from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.model import Implied, RequestStream
from capplan.services.dynamodb.items.index_entries import entry_writes, projected_attributes
from capplan.services.dynamodb.requests import READS, entries_touched, items_of
from capplan.services.dynamodb.spec import Index, Table
from capplan.services.dynamodb.usage import MeteredRequests, Usage

THROTTLED = "throttled"


def rule_count(mode: str, *, sort_key: bool) -> int:
    """Rules for a table or an index: of partition keys, of sort keys too, and of accessed keys beside throttled ones."""
    return (2 if sort_key else 1) * (1 if mode == THROTTLED else 2)


def event_count(spec: Table, access: Access, *, sort_key: bool) -> Fraction:
    """Events of one request at the table."""
    if access.op == "query":
        return Fraction(1)
    items = Fraction(entries_touched(spec, access)) if access.op == "scan" else items_of(access)
    return items * (2 if sort_key else 1)


def implied_insights(name: str, spec: Table, usage: Usage) -> Iterable[Implied]:
    """The rules of the table and of each index that has some, with their events."""
    every: list[tuple[str, str | None, bool, Index | None]] = [
        (name, spec.contributor_insights, spec.sort_key is not None, None),
        *(
            (f"{name}.{key}", index.contributor_insights, index.sort_key is not None, index)
            for key, index in spec.global_indexes().items()
        ),
    ]
    for label, mode, sort_key, index in every:
        if mode is not None:
            flows = [
                _events(spec, kind, mode, index, label.partition(".")[2], sort_key=sort_key) for kind in usage.requests
            ]
            total = DemandFlow.total(flows)
            access = Access.model_construct(op="match", target=label)
            streams = (RequestStream(access, total, f"tables.{name}"),) if total.terms else ()
            settings = {"rules": rule_count(mode, sort_key=sort_key), "on": "dynamodb"}
            yield Implied("insight_rules", f"DynamoDBContributorInsights-{label}", settings, streams)


def _events(
    spec: Table, kind: MeteredRequests, mode: str, index: Index | None, name: str, *, sort_key: bool
) -> DemandFlow:
    """Events a second of one kind of request."""
    access = kind.access
    if index is None:
        each = Fraction(0) if access.index is not None else event_count(spec, access, sort_key=sort_key)
    elif access.op in READS:
        each = event_count(spec, access, sort_key=sort_key) if access.index == name else Fraction(0)
    elif access.op == "check":
        each = Fraction(0)
    else:
        writes = entry_writes(access, index.key_attributes, projected_attributes(index))
        each = items_of(access) * writes * (2 if sort_key else 1)
    if mode == THROTTLED:
        offered = kind.flow.monthly
        each *= (offered - kind.served.monthly) / offered if offered else 0
    return kind.flow * each if each else DemandFlow.zero()
