"""Reads a JSON offer file a product at a time: EC2's have hundreds of MB."""

from collections.abc import Iterator, Mapping
from typing import Any

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
    text,
    word,
)
from capplan.reading.json_stream import JsonStream

_HEAD = ("offerCode", "version", "publicationDate")

_Terms = dict[str, list[Mapping[str, Any]]]


def json_offer(pieces: Iterator[str], place: Place, is_wanted: IsWanted) -> Offer:
    """The products of a Region. What is not of the form raises ValueError, KeyError, TypeError or AttributeError."""
    stream, head = JsonStream(pieces), dict[str, str]()
    products: dict[str, Mapping[str, str]] = {}
    terms: dict[str, _Terms] = {}
    seen: set[str] = set()
    for key in stream.members():
        if key in seen:
            raise ValueError(f"duplicate key {key[:40]!a}")
        seen.add(key)
        if key == "products":
            products = _products(stream, place, is_wanted)
        elif key == "terms":
            if "products" not in seen:
                raise ValueError("its terms stand before its products")
            terms = {kind: _terms(stream, products) for kind in stream.members()}
        else:
            value: Any = stream.value()
            if key in _HEAD:
                head[key] = value
    stream.end()
    if missing := {"products", "terms"} - seen:
        raise ValueError(f"it has no {' and no '.join(sorted(missing))}")
    made = (_product(sku, attributes, terms) for sku, attributes in products.items())
    return offer(head["offerCode"], head["version"], head["publicationDate"], made)


def _products(stream: JsonStream, place: Place, is_wanted: IsWanted) -> dict[str, Mapping[str, str]]:
    """The attributes of the Region's products by SKU. Data transfer has the Region that it leaves."""
    out: dict[str, Mapping[str, str]] = {}
    for sku in stream.members():
        product: Any = stream.value()
        found = product["attributes"]
        code = found.get("regionCode") or found.get("fromRegionCode") or ""
        location = found.get("location") or found.get("fromLocation") or ""
        if place.has(code, location) and is_wanted(text(found.get("usagetype", ""))):
            if sku in out:
                raise ValueError(f"the SKU {sku[:40]!a} stands twice")
            out[word(sku)] = found
    return out


def _terms(stream: JsonStream, products: Mapping[str, object]) -> _Terms:
    """The terms of these products by SKU."""
    out: _Terms = {}
    for sku in stream.members():
        found: Any = stream.value()
        if sku in products:
            out[sku] = list(found.values())
    return out


def _product(sku: str, attributes: Mapping[str, str], terms: Mapping[str, _Terms]) -> Product:
    on_demand = terms.get(ON_DEMAND, {}).get(sku, [])
    newest = max(on_demand, key=lambda term: str(term["effectiveDate"]), default=None)
    leases = (
        reserved(term["termAttributes"]["LeaseContractLength"], map(_dimension, term["priceDimensions"].values()))
        for term in terms.get(RESERVED, {}).get(sku, [])
    )
    return Product(
        sku,
        attributes.get("usagetype", ""),
        text(attributes.get("operation", "")),
        attributes.get("location") or attributes.get("fromLocation") or "",
        () if newest is None else steps(map(_dimension, newest["priceDimensions"].values())),
        None if newest is None else day(newest["effectiveDate"]),
        tuple(one for one in leases if one is not None),
    )


def _dimension(found: Mapping[str, Any]) -> Step:
    return step(found.get("beginRange"), found.get("endRange"), found["pricePerUnit"]["USD"], found["unit"])
