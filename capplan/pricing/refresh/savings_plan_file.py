"""Reads the discounted rates of a Savings Plan's file, of 1 year without upfront payment, JSON or CSV."""

from collections.abc import Iterator, Mapping
from typing import Any

from capplan.pricing.refresh.csv_table import csv_table
from capplan.pricing.refresh.products import Offer, Product, day, offer, step, steps, text, word

_OPTION = "No Upfront"
_LEASE = ("1", "year")


def json_rates(data: Mapping[str, Any], region: str, service: str) -> Offer:
    """The rates of a service in a Region: others of the plan have the same usage types."""
    options = {one["sku"]: one["attributes"].get("purchaseOption", _OPTION) for one in data.get("products", ())}
    products = []
    for term in data["terms"]["savingsPlan"]:
        lease = term["leaseContractLength"]
        if (str(lease["duration"]), lease["unit"]) != _LEASE or options.get(term["sku"], _OPTION) != _OPTION:
            continue
        for rate in term["rates"]:
            of = rate.get("discountedServiceCode", service), rate.get("discountedRegionCode", region)
            if of == (service, region):
                paid = rate["discountedRate"]
                if paid["currency"] != "USD":
                    raise ValueError(f"rates in {paid['currency']!a}")
                names = rate["discountedUsageType"], rate.get("discountedOperation", "")
                products.append(
                    _product(rate["discountedSku"], names, paid["price"], rate["unit"], term["effectiveDate"])
                )
    return offer(data["offerCode"], data["version"], data["publicationDate"], products)


def csv_rates(pieces: Iterator[str], region: str, service: str) -> Offer:
    """The same of a CSV file."""
    head, rows = csv_table(pieces)
    products = [
        _product(
            row["DiscountedSKU"],
            (row["DiscountedUsageType"], row["DiscountedOperation"]),
            row["DiscountedRate"],
            row["Unit"],
            row["EffectiveDate"],
        )
        for row in rows
        if (row["LeaseContractLength"], row["LeaseContractLengthUnit"]) == _LEASE
        and (row["PurchaseOption"], row["Currency"]) == (_OPTION, "USD")
        and (row["DiscountedServiceCode"], row["DiscountedRegionCode"]) == (service, region)
    ]
    return offer(head["OfferCode"], head["Version"], head["Publication Date"], products)


def _product(sku: str, names: tuple[str, str], usd: str, unit: str, effective: str) -> Product:
    return Product(word(sku), text(names[0]), text(names[1]), "", steps([step("0", None, usd, unit)]), day(effective))
