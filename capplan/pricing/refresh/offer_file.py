"""Reads AWS's bulk offer files, JSON and CSV, and the rates of a Savings Plan, into the products of one Region."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.json_rules import RejectedError, unique_keys

_HEADER_LINES = 5
_ON_DEMAND, _RESERVED = "OnDemand", "Reserved"
_UPFRONT_UNIT = "Quantity"
_ANY = "Any"
"""The location of products that belong to no Region, such as an account's allowance."""


class Step(NamedTuple):
    """A tier of a product: USD for one unit, for the usage from `begin` on."""

    begin: Decimal
    usd: Decimal
    unit: str


class Reserved(NamedTuple):
    """Reserved capacity: years, USD upfront and USD an hour, each for one unit."""

    years: int
    upfront: Decimal
    hourly: Decimal
    unit: str


class Product(NamedTuple):
    """What AWS charges for in a Region."""

    sku: str
    usage_type: str
    operation: str
    location: str
    steps: tuple[Step, ...]
    effective: str | None
    reserved: tuple[Reserved, ...] = ()


class Offer(NamedTuple):
    """One file: its version and the day it was published, and the products of one Region."""

    code: str
    version: str
    published: str
    products: tuple[Product, ...]


def offer_of(raw: bytes, region: str, name: str, location: str = "") -> Offer:
    """The products of a Region in an offer file, which is JSON or CSV. Raises CapplanError for what is neither.

    A file of 2016 has no Region codes: there the location's name decides.
    """
    text = _text(raw, name)
    try:
        if text.lstrip().startswith("{"):
            return _from_json(_json(text), region, location)
        return _from_csv(text, region, location)
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation, IndexError) as error:
        what = f"{type(error).__name__}: {error}"[:120]
        raise _error(name, f"not of an offer file's form: {what}") from None


def plan_rates(raw: bytes, region: str, name: str) -> Offer:
    """The discounted rates of a Region in a Savings Plan's file, of 1 year without upfront payment."""
    text = _text(raw, name)
    try:
        if text.lstrip().startswith("{"):
            return _plan_json(_json(text), region)
        return _plan_csv(text, region)
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation, IndexError) as error:
        what = f"{type(error).__name__}: {error}"[:120]
        raise _error(name, f"not of a Savings Plan file's form: {what}") from None


def json_of(raw: bytes, name: str) -> Mapping[str, Any]:
    """A JSON file, such as an index. Raises CapplanError."""
    try:
        return _json(_text(raw, name))
    except (TypeError, ValueError) as error:
        raise _error(name, f"not JSON: {str(error)[:120]}") from None


# --- JSON -------------------------------------------------------------------------------------------------------------


def _from_json(data: Mapping[str, Any], region: str, location: str) -> Offer:
    terms = data["terms"]
    products = []
    for sku, product in data["products"].items():
        attributes = product["attributes"]
        if not _is_there(attributes.get("regionCode", ""), attributes.get("location", ""), region, location):
            continue
        on_demand = list(terms.get(_ON_DEMAND, {}).get(sku, {}).values())
        reserved = [_reserved_term(term) for term in terms.get(_RESERVED, {}).get(sku, {}).values()]
        newest = max(on_demand, key=lambda term: str(term["effectiveDate"]), default=None)
        products.append(
            Product(
                sku,
                attributes.get("usagetype", ""),
                attributes.get("operation", ""),
                attributes.get("location", ""),
                () if newest is None else _steps(_dimension(d) for d in newest["priceDimensions"].values()),
                None if newest is None else newest["effectiveDate"][:10],
                tuple(one for one in reserved if one is not None),
            )
        )
    return Offer(data["offerCode"], data["version"], data["publicationDate"], tuple(products))


def _is_there(code: str, place: str, region: str, location: str) -> bool:
    return code == region if code else bool(location) and place == location and place != _ANY


def _dimension(dimension: Mapping[str, Any]) -> Step:
    return Step(_figure(dimension.get("beginRange") or "0"), _usd(dimension["pricePerUnit"]), dimension["unit"])


def _usd(price: Mapping[str, str]) -> Decimal:
    return _figure(price["USD"])


def _reserved_term(term: Mapping[str, Any]) -> Reserved | None:
    attributes = term["termAttributes"]
    return _reserved(attributes["LeaseContractLength"], [_dimension(d) for d in term["priceDimensions"].values()])


def _reserved(lease: str, dimensions: Sequence[Step]) -> Reserved | None:
    upfront = [one for one in dimensions if one.unit == _UPFRONT_UNIT]
    hourly = [one for one in dimensions if one.unit != _UPFRONT_UNIT]
    if lease not in ("1yr", "3yr") or len(upfront) != 1 or len(hourly) != 1:
        return None
    paid = upfront[0].usd.quantize(Decimal("0.0001"))  # the file has the noise of binary fractions here
    return Reserved(int(lease[0]), paid, hourly[0].usd, hourly[0].unit)


def _steps(dimensions: Iterator[Step]) -> tuple[Step, ...]:
    """In order of usage; the file has them in none."""
    return tuple(sorted(dimensions, key=lambda step: step.begin))


# --- CSV --------------------------------------------------------------------------------------------------------------


def _rows(text: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The lines before the table by name, and the rows of the table by the names of its columns."""
    lines = list(csv.reader(io.StringIO(text)))
    head = {line[0]: line[1] for line in lines[:_HEADER_LINES]}
    names = lines[_HEADER_LINES]
    rows = lines[_HEADER_LINES + 1 :]
    if any(len(row) != len(names) for row in rows):
        raise ValueError("a row is cut off")
    return head, [dict(zip(names, row, strict=True)) for row in rows]


def _from_csv(text: str, region: str, location: str) -> Offer:
    head, rows = _rows(text)
    by_sku: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        if _is_there(row.get("Region Code", ""), row["Location"], region, location):
            by_sku.setdefault(row["SKU"], []).append(row)
    products = tuple(_csv_product(sku, found) for sku, found in by_sku.items())
    return Offer(head["OfferCode"], head["Version"], head["Publication Date"], products)


def _csv_product(sku: str, rows: Sequence[Mapping[str, str]]) -> Product:
    on_demand = [row for row in rows if row["TermType"] == _ON_DEMAND]
    newest = max((row["EffectiveDate"] for row in on_demand), default=None)
    leases: dict[str, list[Step]] = {}
    for row in rows:
        if row["TermType"] == _RESERVED:
            leases.setdefault(row["LeaseContractLength"], []).append(_csv_step(row))
    reserved = (_reserved(lease, steps) for lease, steps in leases.items())
    return Product(
        sku,
        rows[0]["usageType"],
        rows[0].get("operation", ""),
        rows[0]["Location"],
        _steps(_csv_step(row) for row in on_demand if row["EffectiveDate"] == newest),
        None if newest is None else newest[:10],
        tuple(one for one in reserved if one is not None),
    )


def _csv_step(row: Mapping[str, str]) -> Step:
    if row["Currency"] != "USD":
        raise ValueError(f"prices in {row['Currency']}")
    return Step(_figure(row["StartingRange"] or "0"), _figure(row["PricePerUnit"]), row["Unit"])


# --- Savings Plans ----------------------------------------------------------------------------------------------------


def _plan_json(data: Mapping[str, Any], region: str) -> Offer:
    products = []
    for term in data["terms"]["savingsPlan"]:
        lease = term["leaseContractLength"]
        if (str(lease["duration"]), lease["unit"]) != ("1", "year"):
            continue
        for rate in term["rates"]:
            if rate.get("discountedRegionCode", region) == region and rate["discountedRate"]["currency"] == "USD":
                step = Step(Decimal(0), _figure(rate["discountedRate"]["price"]), rate["unit"])
                usage, operation = rate["discountedUsageType"], rate.get("discountedOperation", "")
                effective = term["effectiveDate"][:10]
                products.append(Product(rate["discountedSku"], usage, operation, "", (step,), effective))
    return Offer(data["offerCode"], data["version"], data["publicationDate"], tuple(products))


def _plan_csv(text: str, region: str) -> Offer:
    head, rows = _rows(text)
    products = tuple(
        Product(
            row["DiscountedSKU"],
            row["DiscountedUsageType"],
            row["DiscountedOperation"],
            "",
            (Step(Decimal(0), _figure(row["DiscountedRate"]), row["Unit"]),),
            row["EffectiveDate"][:10],
        )
        for row in rows
        if (row["LeaseContractLength"], row["LeaseContractLengthUnit"]) == ("1", "year")
        and (row["PurchaseOption"], row["Currency"], row["DiscountedRegionCode"]) == ("No Upfront", "USD", region)
    )
    return Offer(head["OfferCode"], head["Version"], head["Publication Date"], products)


# --- text and figures -------------------------------------------------------------------------------------------------


def _text(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _error(name, "not UTF-8") from None


def _json(text: str) -> Mapping[str, Any]:
    try:
        data = json.loads(text, object_pairs_hook=unique_keys)
    except (RejectedError, RecursionError) as error:
        raise ValueError(str(error)) from None
    if not isinstance(data, dict):
        raise TypeError("no object")
    return data


def _figure(text: str) -> Decimal:
    """A figure of the file: a decimal text, never negative."""
    figure = Decimal(text)
    if not figure.is_finite() or figure < 0 or len(text) > 100:  # noqa: PLR2004  the longest seen has 58
        raise ValueError(f"no price: {text[:40]}")
    return figure


def _error(name: str, message: str) -> CapplanError:
    hint = "the file is cut off, or not AWS's: try again"
    return CapplanError((Diagnostic(name, 0, 0, message, hint),))
