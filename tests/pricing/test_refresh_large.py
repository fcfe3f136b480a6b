"""An offer file of any length is read in little memory: EC2's has hundreds of MB, and two of its prices are wanted."""

import json
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal

import pytest

from capplan.pricing.refresh.offer_file import offer_of
from capplan.pricing.refresh.products import Place
from tests.pricing.price_list import MACHINES, VERSION, Item, offer_csv, offer_json

MANY = 6_000
WORDS = "words " * 400
"""A product has as many attributes as make 1 to 2 KB."""
LITTLE = 4 * 2**20
"""Bytes: a few pieces of a file, and what the test holds of its own; the file has three times as many."""


def boxes(first: int, count: int) -> tuple[Item, ...]:
    return tuple(
        Item(f"BOX{i}", f"BoxUsage:m{i}.large", "Hrs", {"0": "0.0960000000"}, "RunInstances", location=WORDS)
        for i in range(first, first + count)
    )


def long_json() -> Iterator[bytes]:
    """AWS's order: all products, then all terms. Each part is made of small offers, so that it is never whole here."""
    head = {"formatVersion": "v1.0", "offerCode": "AmazonEC2", "version": VERSION, "publicationDate": "2026-12-01"}
    yield json.dumps(head).encode()[:-1] + b', "products": {'
    small = [MACHINES, *(boxes(first, 50) for first in range(0, MANY, 50))]
    for i, items in enumerate(small):
        yield (b", " if i else b"") + json.dumps(json.loads(offer_json("AmazonEC2", items))["products"]).encode()[1:-1]
    for i, kind in enumerate(("OnDemand", "Reserved")):
        yield (b'}, "terms": {"' if not i else b'}, "') + kind.encode() + b'": {'
        whole = [json.dumps(json.loads(offer_json("AmazonEC2", items))["terms"][kind])[1:-1] for items in small[:3]]
        yield ", ".join(filter(None, whole)).encode()
    yield b"}}}"


def long_csv() -> Iterator[bytes]:
    yield offer_csv("AmazonEC2", MACHINES)
    for first in range(0, MANY, 50):
        yield b"".join(offer_csv("AmazonEC2", boxes(first, 50)).splitlines(keepends=True)[6:])


@pytest.mark.parametrize("make", [long_json, long_csv])
def test_memory_does_not_grow_with_the_file(make: type[Iterator[bytes]]) -> None:
    size = sum(map(len, make()))
    assert size > 3 * LITTLE
    tracemalloc.start()
    try:
        wanted = ("NatGateway-Hours", "NatGateway-Bytes")
        offer = offer_of(make(), Place("us-east-1"), "f", lambda usage_type: usage_type.endswith(wanted))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert {product.sku: product.steps[0].usd for product in offer.products} == {
        "NH": Decimal("0.045"),
        "RH": Decimal(7),
        "NB": Decimal("0.045"),
    }
    assert peak < LITTLE, f"{peak / 2**20:.1f} MB for a file of {size / 2**20:.0f} MB"
