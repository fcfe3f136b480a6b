"""How a bill names what capplan prices: services, usage types and Regions, kept as data beside each service."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from capplan.services import FOLDERS, SERVICES
from capplan.services.offers import mapped

_HERE = Path(__file__).parent
ANY_CODE = "*"
"""A service whose usage types stand under the codes of others too, such as data transfer."""


class UsageType(NamedTuple):
    """A line of a bill: the usage type without its Region, and the price key.

    Attributes:
        key: The price key.
        operation: None where any.
        per: How many of the bill's units are one unit of the price.
    """

    key: str
    name: str
    operation: str | None
    per: int = 1


class Billed(NamedTuple):
    """A service as bills have it.

    Attributes:
        service: Its id.
        codes: Product codes of AWS.
        names: What Cost Explorer and FOCUS call it; the first is written.
        category, subcategory: FOCUS's.
        monthly: Price keys, without the service, whose unit is a month though their names do not say so.
    """

    service: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    category: str
    subcategory: str
    monthly: frozenset[str]
    usage_types: tuple[UsageType, ...]


@lru_cache(maxsize=1)
def billed() -> Mapping[str, Billed]:
    """Every service by id."""
    return {service.id: _read(service.id, folder) for service, folder in zip(SERVICES, FOLDERS, strict=True)}


def _read(service: str, folder: str) -> Billed:
    data = json.loads((_HERE / folder / "bill.json").read_bytes())
    listed = mapped()[service]
    known = [
        UsageType(f"{service}.{one.key}", name, one.operation, one.per)
        for one in (listed.prices if listed is not None else ())
        for name in one.usage_types
    ]
    more = [
        UsageType(f"{service}.{key}", name, one.get("operation"), one.get("per", 1))
        for key, one in data["usage_types"].items()
        for name in _names(one)
    ]
    return Billed(
        service,
        tuple(data["codes"]),
        tuple(data["names"]),
        data["category"],
        data["subcategory"],
        frozenset(data.get("monthly", ())),
        (*known, *more),
    )


def _names(one: Mapping[str, Any]) -> tuple[str, ...]:
    name = one["usage_type"]
    return (name,) if isinstance(name, str) else tuple(name)


def is_monthly(key: str, unit: str) -> bool:
    """Whether a price is for a month, whatever the month's length: a GB-month, an alarm, a key."""
    service, _, rest = key.partition(".")
    return "month" in key or "month" in unit.lower() or unit == "GB-Mo" or rest in billed()[service].monthly
