"""Recommendations on a table's requests, items and indexes."""

from collections.abc import Iterable

from capplan.model import Option
from capplan.services.dynamodb.advice.indexes import narrow_projections, unread_indexes
from capplan.services.dynamodb.advice.item_sizes import compressed, just_over, split, uneven
from capplan.services.dynamodb.advice.reads import scans, strong_reads
from capplan.services.dynamodb.advice.writes import deletes, growth, transactions
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Usage


def advise(name: str, spec: Table, usage: Usage) -> Iterable[Option]:
    """Options worth pricing, rule by rule."""
    for rule in (
        strong_reads,
        scans,
        unread_indexes,
        narrow_projections,
        just_over,
        uneven,
        compressed,
        split,
        transactions,
        deletes,
        growth,
    ):
        yield from rule(name, spec, usage)
