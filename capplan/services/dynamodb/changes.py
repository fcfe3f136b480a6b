"""Counts the items that a request changes: what is replicated, exported and backed up continuously."""

from fractions import Fraction

from capplan.calls import Access
from capplan.services.dynamodb.requests import READS, items_of


def changed_items(access: Access) -> Fraction:
    """Items that one request changes."""
    if access.op in READS or access.op == "check":
        return Fraction(0)
    return items_of(access) * (1 - Fraction(access.condition_fails)) * (1 - Fraction(access.missing))
