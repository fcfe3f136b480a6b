"""Where AWS's price list has each price of a service: offers, usage types and operations, kept as data beside the service."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from capplan.pricing.refresh.merge import YEARS
from capplan.services import FOLDERS, SERVICES

_HERE = Path(__file__).parent
_EACH_REGION = "{region}"
"""In a key: one for each Region, whose code of usage types stands for {code}."""


class Listed(NamedTuple):
    """Where a price stands.

    Attributes:
        key: The price key, without the service.
        offer: The offer's code.
        usage_types: Names without the Region before them; Regions differ in some.
        operation: None where any.
        units: What AWS calls the unit; a price in any other is not taken.
        per: How many of AWS's units are one of the price.
        unit: What the price is for, where that is not AWS's unit.
    """

    key: str
    offer: str
    usage_types: tuple[str, ...]
    operation: str | None
    units: tuple[str, ...]
    per: int = 1
    unit: str = ""


class Mapped(NamedTuple):
    """A service's prices; the usage types of its reserved capacity by key, where {} is for years; its Savings Plan."""

    service: str
    prices: tuple[Listed, ...]
    reserved: Mapping[str, str]
    savings_plan: str
    plan_prices: tuple[Listed, ...]

    @property
    def offers(self) -> tuple[str, ...]:
        """The offers in which its prices stand."""
        return tuple(dict.fromkeys(listed.offer for listed in self.prices))

    @property
    def keys(self) -> frozenset[str]:
        """The price keys that stand somewhere, without the service."""
        listed = {one.key for one in (*self.prices, *self.plan_prices)}
        return frozenset({*listed, *(key.format(years) for key in self.reserved for years in YEARS)})


@lru_cache(maxsize=1)
def mapped() -> Mapping[str, Mapped | None]:
    """Every service by id; None where nobody has mapped it yet."""
    return {service.id: _read(service.id, folder) for service, folder in zip(SERVICES, FOLDERS, strict=True)}


def _read(service: str, folder: str) -> Mapped | None:
    path = _HERE / folder / "offers.json"
    if not path.is_file():
        return None
    data = json.loads(path.read_bytes())
    plan = data.get("savings_plan", {})
    return Mapped(
        service,
        tuple(made for key, one in data["prices"].items() for made in _listed(key, one, data["offer"])),
        data.get("reserved", {}),
        plan.get("offer", ""),
        tuple(made for key, one in plan.get("prices", {}).items() for made in _listed(key, one, plan["offer"])),
    )


def _listed(key: str, one: Mapping[str, Any], offer: str) -> Iterator[Listed]:
    names, units = _several(one["usage_type"]), _several(one["unit"])
    where = Listed(
        key, one.get("offer", offer), names, one.get("operation"), units, one.get("per", 1), one.get("is", "")
    )
    if _EACH_REGION not in key:
        yield where
        return
    codes: dict[str, list[str]] = {}
    for code, region in usage_regions().items():
        if code:
            codes.setdefault(region, []).append(code)
    for region, its in codes.items():
        yield where._replace(
            key=key.format(region=region), usage_types=tuple(name.format(code=code) for name in names for code in its)
        )


def _several(found: str | Sequence[str]) -> tuple[str, ...]:
    return (found,) if isinstance(found, str) else tuple(found)


@lru_cache(maxsize=1)
def usage_regions() -> Mapping[str, str]:
    """Region by the code that stands before a usage type; the empty one is that of usage types without one."""
    codes: Mapping[str, str] = json.loads((_HERE / "usage_regions.json").read_bytes())["codes"]
    return codes
