"""Computes how many items a table holds a month later: what is put and kept, less what is deleted."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import ADDS_ITEMS, MeteredRequests, Usage


def new_items(kind: MeteredRequests) -> Fraction:
    """New items a month that requests of one kind put."""
    access = kind.access
    if access.op not in ADDS_ITEMS:
        return Fraction(0)
    items = Fraction(access.items) if access.items is not None else Fraction(1)
    return kind.served.monthly * items * (1 - Fraction(access.replaces)) * (1 - Fraction(access.condition_fails))


def items_after(spec: Table, usage: Usage) -> Mapping[str, object]:
    """`items` of the next month, where this one changes them; with `ttl`, the share of the items that does not expire."""
    kept = 1 - Fraction(spec.expires) if spec.ttl is not None else Fraction(1)
    more = sum((new_items(kind) for kind in usage.requests), Fraction(0)) * kept
    more -= sum((_deleted(kind) for kind in usage.requests), Fraction(0))
    after = max(Fraction(0), Fraction(spec.items) + more)
    if not more or (spec.item_size is None and spec.item is None and spec.items_file is None):
        return {}
    return {"items": Decimal(round(after))}


def _deleted(kind: MeteredRequests) -> Fraction:
    access = kind.access
    if access.op != "delete":
        return Fraction(0)
    return kind.served.monthly * (1 - Fraction(access.missing)) * (1 - Fraction(access.condition_fails))
