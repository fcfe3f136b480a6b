"""The price files: dated, with source and confidence. It knows no rule of billing."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent.parent / "prices"
_STALE_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Tier:
    """A unit price and the paid quantity a month from which it applies. None: nobody has published it."""

    begin: Decimal
    price: Decimal | None
    confidence: str


@dataclass(frozen=True, slots=True)
class Price:
    """One dimension of the price list, as of its newest entry.

    Attributes:
        free: The allowance inside the SKU, before the paid tiers; used only with the free tier on.
        effective: The day it began to apply; None where that is not known.
        checked: The day someone last compared it with AWS's list; None where undated.
    """

    key: str
    tiers: tuple[Tier, ...]
    free: Decimal
    unit: str
    effective: date | None
    checked: date | None
    source: str
    confidence: str
    sku: str | None
    overridden: bool = False


@dataclass(slots=True)
class Catalogue:
    """A Region's prices, each service's file read on its first use."""

    region: str
    overrides: Mapping[str, Decimal]
    _found: dict[str, Price | None] = field(default_factory=dict)

    def price(self, key: str) -> Price | None:
        """The price of a dimension; None where there is none."""
        if key not in self._found:
            self._found[key] = self._look(key)
        return self._found[key]

    def _look(self, key: str) -> Price | None:
        if key in self.overrides:
            tier = Tier(Decimal(0), self.overrides[key], "scenario")
            return Price(key, (tier,), Decimal(0), "", None, None, "scenario", "scenario", None, overridden=True)
        service, _, rest = key.partition(".")
        raw = _file(self.region, service).get(rest)
        return None if raw is None or "tiers" not in raw[-1] else _price(key, raw[-1])

    def reserved(self, key: str) -> tuple[Decimal, Decimal] | None:
        """Upfront and hourly price of one reserved unit; None where there is none."""
        service, _, rest = key.partition(".")
        raw = _file(self.region, service).get(rest)
        return None if raw is None or "upfront" not in raw[-1] else (Decimal(raw[-1]["upfront"]), Decimal(raw[-1]["hourly"]))

    @property
    def sha256(self) -> str:
        """A fingerprint of the Region's four files and of the scenario's own prices."""
        digest = hashlib.sha256(_bytes_of(self.region))
        for key, price in sorted(self.overrides.items()):
            digest.update(f"{key}={price}\n".encode())
        return digest.hexdigest()


def load_prices(region: str, overrides: Mapping[str, Decimal]) -> Catalogue:
    """A Region's catalogue, with the scenario's own prices over it."""
    return Catalogue(region, overrides)


def regions() -> tuple[str, ...]:
    """Every Region with price files."""
    return tuple(_index()["regions"])


def newest_checked() -> date:
    """The newest check in any price file."""
    return date.fromisoformat(_index()["newest_checked"])


def is_stale(price: Price, today: date | None) -> bool:
    """Whether nobody has confirmed a price in the 24 months before a day (else before the newest check of all)."""
    if price.overridden:
        return False
    if price.checked is None:
        return price.confidence != "derived"
    day = today or newest_checked()
    months = (day.year - price.checked.year) * 12 + day.month - price.checked.month
    return months > _STALE_MONTHS or (months == _STALE_MONTHS and day.day > price.checked.day)


@lru_cache(maxsize=1)
def allowances() -> tuple[tuple[tuple[str, ...], Decimal], ...]:
    """What AWS gives the account outside any SKU: price keys that share it, and how much a month."""
    raw = json.loads((_FOLDER / "allowances.json").read_bytes())
    return tuple((tuple(one["keys"]), Decimal(one["quantity"])) for one in raw["allowances"])


def _price(key: str, raw: Mapping[str, Any]) -> Price:
    tiers = tuple(
        Tier(Decimal(t[0]), Decimal(t[1]), t[2] if len(t) > 2 else raw["confidence"])  # noqa: PLR2004  begin, price, confidence
        for t in raw["tiers"]
    )
    effective, checked = (date.fromisoformat(raw[k]) if raw[k] else None for k in ("effective", "checked"))
    return Price(key, tiers, Decimal(raw["free"]), raw["unit"], effective, checked, raw["source"], raw["confidence"], raw["sku"])  # fmt: skip


@lru_cache(maxsize=256)
def _file(region: str, service: str) -> Mapping[str, Any]:
    path = _FOLDER / region / f"{service}.json"
    if not path.is_file():
        return {}
    prices: Mapping[str, Any] = json.loads(path.read_bytes())["prices"]
    return prices


@lru_cache(maxsize=64)
def _bytes_of(region: str) -> bytes:
    return b"".join(path.read_bytes() for path in sorted((_FOLDER / region).glob("*.json")))


@lru_cache(maxsize=1)
def _index() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((_FOLDER / "index.json").read_bytes())
    return found
