"""Where AWS's price list has each price of a service: offers, usage types and operations, kept as data beside the service."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from capplan.services import FOLDERS, SERVICES

_HERE = Path(__file__).parent


class Listed(NamedTuple):
    """Where a price stands.

    Attributes:
        key: The price key, without the service.
        offer: The offer's code.
        usage_types: Names without the Region before them; Regions differ in some.
        operation: None where any.
        units: What AWS calls the unit; a price in any other is not taken.
    """

    key: str
    offer: str
    usage_types: tuple[str, ...]
    operation: str | None
    units: tuple[str, ...]


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
        tuple(_listed(key, one, data["offer"]) for key, one in data["prices"].items()),
        data.get("reserved", {}),
        plan.get("offer", ""),
        tuple(_listed(key, one, plan["offer"]) for key, one in plan.get("prices", {}).items()),
    )


def _listed(key: str, one: Mapping[str, Any], offer: str) -> Listed:
    usage, unit = one["usage_type"], one["unit"]
    return Listed(
        key,
        one.get("offer", offer),
        (usage,) if isinstance(usage, str) else tuple(usage),
        one.get("operation"),
        (unit,) if isinstance(unit, str) else tuple(unit),
    )
