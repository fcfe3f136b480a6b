"""What AWS's offer files say of a Region: products with their tiers, reservations and words, each checked as it is read."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

ON_DEMAND, RESERVED = "OnDemand", "Reserved"
"""Kinds of terms."""
UPFRONT_UNIT = "Quantity"
_ANY = "Any"
"""The location of products that belong to no Region, such as an account's allowance."""
_WORD = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_MAX_FIGURE = 100
"""The longest figure seen has 58 characters."""
_DIGITS = range(-40, 19)
"""Of a figure's first digit: the power of ten."""

IsWanted = Callable[[str], bool]
"""Whether a usage type is one whose products are kept."""


class Step(NamedTuple):
    """A tier of a product: USD for one unit, for the usage from `begin` to `end` (None: whatever is more)."""

    begin: Decimal
    end: Decimal | None
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


class Place(NamedTuple):
    """A Region: its code, and its name where files have no codes, as in 2016."""

    region: str
    location: str = ""

    def has(self, code: str, location: str) -> bool:
        """Whether a product with this code, or without one with this location, is of the Region."""
        if code:
            return code == self.region
        return bool(self.location) and location == self.location and location != _ANY


def offer(code: str, version: str, published: str, products: Iterable[Product]) -> Offer:
    """An offer whose words can stand in a price file."""
    return Offer(word(code), word(version), word(published), tuple(products))


def step(begin: str | None, end: str | None, usd: str, unit: str) -> Step:
    """A tier from the texts of a file."""
    last = None if end in (None, "", "Inf") else figure(end)
    return Step(figure(begin or "0"), last, figure(usd), text(unit))


def steps(found: Iterable[Step]) -> tuple[Step, ...]:
    """In order of usage; the file has them in none."""
    return tuple(sorted(found, key=lambda one: one.begin))


def reserved(lease: str, dimensions: Iterable[Step]) -> Reserved | None:
    """A reservation from its fee and its hourly price; None for another form."""
    every = list(dimensions)
    upfront = [one for one in every if one.unit == UPFRONT_UNIT]
    hourly = [one for one in every if one.unit != UPFRONT_UNIT]
    if lease not in ("1yr", "3yr") or len(upfront) != 1 or len(hourly) != 1:
        return None
    paid = upfront[0].usd.quantize(Decimal("0.0001"))  # the file has the noise of binary fractions here
    return Reserved(int(lease[0]), paid, hourly[0].usd, hourly[0].unit)


def figure(text: str) -> Decimal:
    """A figure of the file: a decimal text, never negative."""
    found = Decimal(text)
    if not found.is_finite() or found < 0 or len(text) > _MAX_FIGURE or (found and found.adjusted() not in _DIGITS):
        raise ValueError(f"no price: {text[:40]}")
    return found


def day(text: str) -> str:
    """The day of a date with or without a time."""
    return date.fromisoformat(text[:10]).isoformat()


def text(found: object) -> str:
    """A value that is a text."""
    if not isinstance(found, str):
        raise TypeError
    return found


def word(text: str) -> str:
    """A code, a version, a SKU."""
    if not _WORD.fullmatch(text):
        raise ValueError(f"no code: {text[:40]!a}")
    return text
