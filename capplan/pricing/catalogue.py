"""Finds prices in the dated price files, with their source and confidence."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from capplan.record import Record

FOLDER = Path(__file__).parent.parent / "prices"
_STALE_MONTHS = 24
_RESERVED_PARTS = {"hourly": "hourly_per_unit", "upfront": "upfront_per_unit"}
"""Reserved capacity has two prices under one key: `dynamodb.reserved.1yr.wcu.hourly` and `….upfront`."""
SCENARIO = "scenario"
"""Source and confidence of a price that the user gave."""


class Tier(Record, frozen=True):
    """A unit price and the monthly quantity, after allowances, from which it applies. None: the price is unknown."""

    begin: Decimal
    price: Decimal | None
    confidence: str


class Price(Record, frozen=True):
    """A dimension of the price list, as of its newest entry.

    Attributes:
        key: Service and dimension, such as "lambda.duration.arm64".
        tiers: In growing order, the first from 0; each prices only its slice.
        free: The SKU's allowance, before the tiers; used only with the free tier on.
        unit: AWS's name of the priced unit; empty for a price of the user without a listed one.
        effective: The day it began to apply; None where unknown.
        checked: The day it was last compared with AWS's list; None where undated.
        source: Where it was read.
        confidence: "verified", "secondary" or "derived"; a tier may differ.
        overridden: Whether the user gave it.
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


class Allowance(Record, frozen=True):
    """A monthly free quantity of the whole account, and the price keys that share it."""

    keys: tuple[str, ...]
    quantity: Decimal


class Catalogue(Record, frozen=True):
    """A Region's prices, each service's file read on first use; the user's prices come first.

    A price of the user's for another Region has that Region before its key: "eu-west-1/dynamodb.export_s3.full_gb".
    """

    region: str
    overrides: Mapping[str, Decimal]
    day: date | None = None
    """The day whose prices are given; None for the newest."""
    _prices: dict[str, Price | None] = {}
    _elsewhere: dict[str, "Catalogue"] = {}

    def price(self, key: str) -> Price | None:
        """The price of a dimension; None where there is none."""
        if key not in self._prices:
            self._prices[key] = self._find(key)
        return self._prices[key]

    def of(self, region: str) -> "Catalogue":
        """The prices of a Region; of an empty name its own."""
        if not region or region == self.region:
            return self
        if region not in self._elsewhere:
            self._elsewhere[region] = Catalogue(region, _own(region, self.overrides), self.day)
        return self._elsewhere[region]

    def _find(self, key: str) -> Price | None:
        listed = _listed(self.region, key, self.day)
        if key not in self.overrides:
            return listed
        tiers = (Tier(Decimal(0), self.overrides[key], SCENARIO),)
        free, unit, sku = (listed.free, listed.unit, listed.sku) if listed else (Decimal(0), "", None)
        return Price(key, tiers, free, unit, None, None, SCENARIO, SCENARIO, sku, overridden=True)

    def reserved(self, key: str) -> tuple[Decimal, Decimal] | None:
        """Upfront and hourly price of one reserved unit; None where there is none."""
        entry = _entry(self.region, key, self.day)
        if entry is None or "upfront_per_unit" not in entry:
            return None
        return Decimal(entry["upfront_per_unit"]), Decimal(entry["hourly_per_unit"])

    @property
    def sha256(self) -> str:
        """A fingerprint of the Region's price files, the allowances and the user's prices."""
        return self.fingerprint(())

    def fingerprint(self, others: Iterable[str]) -> str:
        """The same with the price files of other Regions."""
        digest = hashlib.sha256(_bytes_of(self.region))
        for other in sorted(others):
            digest.update(_bytes_of(other))
        if self.day is not None:
            digest.update(f"on={self.day}\n".encode())
        for key, price in sorted(self.overrides.items()):
            digest.update(f"{key}={price}\n".encode())
        return digest.hexdigest()


def load_prices(region: str, overrides: Mapping[str, Decimal], day: date | None = None) -> Catalogue:
    """A Region's catalogue, as of a day or of the newest entries; of a Region without files only the user's prices."""
    own = _own(region, overrides)
    return Catalogue(region, {**overrides, **own} if own else overrides, day)


def _own(region: str, overrides: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The user's prices that are written for one Region."""
    head = f"{region}/"
    return {key.removeprefix(head): usd for key, usd in overrides.items() if key.startswith(head)}


def regions() -> tuple[str, ...]:
    """Every Region with price files."""
    return tuple(_index()["regions"])


@lru_cache(maxsize=1)
def services() -> tuple[str, ...]:
    """Every service with a price file in any Region: those of the index in its order, then others by name."""
    on_disk = {path.stem for region in regions() for path in (FOLDER / region).glob("*.json")}
    listed = tuple(_index()["services"])
    return (*listed, *sorted(on_disk.difference(listed)))


@lru_cache(maxsize=64)
def known_keys(service: str) -> tuple[str, ...]:
    """Every price key of a service in any Region, sorted."""
    return tuple(sorted({f"{service}.{key}" for region in regions() for key in _file(region, service)["prices"]}))


def newest_checked() -> date:
    """The newest check in any price file."""
    return date.fromisoformat(_index()["newest_checked"])


def is_stale(price: Price, today: date | None) -> bool:
    """Whether it was last checked more than 24 months before a day (without a day: before the newest check of all)."""
    if price.overridden:
        return False
    if price.checked is None:
        return True
    day = today or newest_checked()
    months = (day.year - price.checked.year) * 12 + day.month - price.checked.month
    return months > _STALE_MONTHS or (months == _STALE_MONTHS and day.day > price.checked.day)


@lru_cache(maxsize=1)
def allowances() -> tuple[Allowance, ...]:
    """The account's free quantities that belong to no SKU."""
    raw = json.loads((FOLDER / "allowances.json").read_bytes())
    return tuple(Allowance(tuple(entry["keys"]), Decimal(entry["quantity"])) for entry in raw["allowances"])


@lru_cache(maxsize=1024)
def _listed(region: str, key: str, day: date | None = None) -> Price | None:
    """A price from the files."""
    base, _, part = key.rpartition(".")
    if part in _RESERVED_PARTS:
        entry = _entry(region, base, day)
        if entry is None or _RESERVED_PARTS[part] not in entry:
            return None
        tiers = [{"begin": "0", "price": entry[_RESERVED_PARTS[part]]}]
        return _price(region, key, {**entry, "free": "0", "tiers": tiers})
    entry = _entry(region, key, day)
    return None if entry is None else _price(region, key, entry)


def history(region: str, key: str) -> list[Price]:
    """Every dated entry of a dimension, the oldest first; the last is used."""
    service, _, dimension = key.partition(".")
    entries = _file(region, service)["prices"].get(dimension, ())
    return [price for entry in entries if (price := _price(region, key, entry)) is not None]


def _price(region: str, key: str, entry: Mapping[str, Any]) -> Price | None:
    """An entry as a price; None for one of reserved capacity, which has another form."""
    if "tiers" not in entry:
        return None
    sources, confidence = _file(region, key.partition(".")[0])["sources"], entry["confidence"]
    tiers = tuple(
        Tier(Decimal(t["begin"]), _amount(t["price"]), t.get("confidence", confidence)) for t in entry["tiers"]
    )
    origin = "; ".join(sources[name]["origin"] for name in entry["source"].split(", "))
    effective, checked = _day(entry["effective"]), _day(entry["checked"])
    return Price(
        key, tiers, Decimal(entry["free"]), entry["unit"], effective, checked, origin, confidence, entry["sku"]
    )


def _entry(region: str, key: str, day: date | None) -> Mapping[str, Any] | None:
    """The last of a dimension's dated entries, or the last that is known to apply on a day."""
    entries = _entries(region, key)
    if day is not None:
        entries = [entry for entry in entries if (since := _since(entry)) is not None and since <= day]
    return entries[-1] if entries else None


def _entries(region: str, key: str) -> list[Mapping[str, Any]]:
    service, _, dimension = key.partition(".")
    return list(_file(region, service)["prices"].get(dimension, ()))


def _since(entry: Mapping[str, Any]) -> date | None:
    """The first day on which an entry is known to apply: it began, or somebody read it; None where it is undated."""
    return min(filter(None, (_day(entry["effective"]), _day(entry["checked"]))), default=None)


def known_since(region: str, key: str) -> date | None:
    """The first day for which any entry of a price is known; None where there is none, or none has a day."""
    base, _, part = key.rpartition(".")
    entries = _entries(region, base if part in _RESERVED_PARTS else key)
    return min(filter(None, map(_since, entries)), default=None)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


@lru_cache(maxsize=1024)
def _file(region: str, service: str) -> Mapping[str, Any]:
    """A service's file in a Region; empty where there is none."""
    path = FOLDER / region / f"{service}.json"
    if region not in regions() or not path.is_file():
        return {"sources": {}, "prices": {}}
    content: Mapping[str, Any] = json.loads(path.read_bytes())
    return content


@lru_cache(maxsize=64)
def _bytes_of(region: str) -> bytes:
    files = sorted((FOLDER / region).glob("*.json")) if region in regions() else []
    return b"".join(path.read_bytes() for path in [*files, FOLDER / "allowances.json"])


@lru_cache(maxsize=1)
def _index() -> Mapping[str, Any]:
    index: Mapping[str, Any] = json.loads((FOLDER / "index.json").read_bytes())
    return index


@lru_cache(maxsize=64)
def keys_by_sku(region: str) -> Mapping[str, tuple[str, ...]]:
    """Price keys by AWS's SKU in a Region."""
    out: dict[str, tuple[str, ...]] = {}
    for service in services():
        for key, entries in _file(region, service)["prices"].items():
            sku = entries[-1]["sku"]
            if sku:
                out[sku] = (*out.get(sku, ()), f"{service}.{key}")
    return out


def location(region: str) -> str:
    """AWS's name of a Region, such as US East (N. Virginia); empty where no price file has it."""
    return next((str(name) for service in services() if (name := _file(region, service).get("location"))), "")
