"""Reads a CSV offer file a row at a time; terms and products stand in one table."""

from collections.abc import Iterator, Mapping, Sequence

from capplan.pricing.refresh.csv_table import csv_table
from capplan.pricing.refresh.products import (
    ON_DEMAND,
    RESERVED,
    IsWanted,
    Offer,
    Place,
    Product,
    Step,
    day,
    offer,
    reserved,
    step,
    steps,
    word,
)

_Row = Mapping[str, str]


def csv_offer(pieces: Iterator[str], place: Place, is_wanted: IsWanted) -> Offer:
    """The products of a Region. What is not of the form raises ValueError or KeyError."""
    head, rows = csv_table(pieces)
    by_sku: dict[str, list[_Row]] = {}
    for row in rows:
        if place.has(_either(row, "Region Code", "From Region Code"), _location(row)) and is_wanted(row["usageType"]):
            by_sku.setdefault(word(row["SKU"]), []).append(row)
    products = (_product(sku, found) for sku, found in by_sku.items())
    return offer(head["OfferCode"], head["Version"], head["Publication Date"], products)


def _either(row: _Row, name: str, other: str) -> str:
    """The first of two columns that says something; data transfer has its own for where it leaves."""
    return row.get(name) or row.get(other) or ""


def _location(row: _Row) -> str:
    return _either(row, "Location", "From Location")


def _product(sku: str, rows: Sequence[_Row]) -> Product:
    on_demand = [row for row in rows if row["TermType"] == ON_DEMAND]
    newest = max((row["EffectiveDate"] for row in on_demand), default=None)
    leases: dict[str, list[Step]] = {}
    for row in rows:
        if row["TermType"] == RESERVED:
            leases.setdefault(row["LeaseContractLength"], []).append(_step(row))
    found = (reserved(lease, its) for lease, its in leases.items())
    return Product(
        sku,
        rows[0]["usageType"],
        rows[0].get("operation", ""),
        _location(rows[0]),
        steps(_step(row) for row in on_demand if row["EffectiveDate"] == newest),
        None if newest is None else day(newest),
        tuple(one for one in found if one is not None),
    )


def _step(row: _Row) -> Step:
    if row["Currency"] != "USD":
        raise ValueError(f"prices in {row['Currency'][:10]!a}")
    return step(row["StartingRange"], row["EndingRange"], row["PricePerUnit"], row["Unit"])
