"""Prices charges: allowances, then tiers, over the whole account at once.

Quantities are whole numbers of 1e-10, so that shares add up to the last digit. Each line is rounded half up at 10
decimals of a dollar, as AWS bills; totals are sums of lines.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple, TypeVar

from capplan.model import Charge, Frequency
from capplan.pricing.catalogue import Catalogue, Price, allowances, is_stale
from capplan.record import Record

Steps = int
"""A quantity in whole numbers of 1e-10."""
_PER_UNIT = 10**10
_STEP = Decimal("1E-10")
_ONE = Decimal(1)
_WIDE = Context(prec=200, rounding=ROUND_HALF_UP)
"""Wide enough for every product to be exact."""
_Sku = tuple[str, str]
"""A Region, empty for the catalogue's, and a price key: tiers and allowances of a SKU are a Region's."""
_NumberT = TypeVar("_NumberT", int, Fraction)
"""Steps, or an exact quantity."""


class LineItem(Record, frozen=True):
    """A priced charge: quantity × list unit price = list cost, on every line."""

    id: str
    charge_id: str
    resource: str
    service: str
    price_key: str
    sku: str | None
    description: str
    consumed_quantity: Decimal
    consumed_unit: str
    pricing_quantity: Decimal
    pricing_unit: str
    list_unit_price: Decimal
    list_cost: Decimal
    contracted_cost: Decimal
    charge_frequency: Frequency
    price_source: str
    price_effective: date | None
    price_confidence: str
    price_checked: date | None
    stale: bool
    region: str = ""


class MissingPrice(Record, frozen=True):
    """A dimension the scenario uses that has no price, and the resources that use it.

    `beyond` is the quantity above which the price is unknown: 0 where there is none at all.
    """

    key: str
    resources: tuple[str, ...]
    beyond: Decimal
    region: str


class Rated(Record, frozen=True):
    """Line items in the order of their charges, and the prices that are missing."""

    lines: tuple[LineItem, ...]
    missing: tuple[MissingPrice, ...]


class _Part(NamedTuple):
    """A part of a charge's quantity with its unit price. Tier 0 is an allowance."""

    tier: int
    quantity: Steps
    usd: Decimal
    confidence: str


def rate(
    charges: Sequence[Charge],
    catalogue: Catalogue,
    *,
    free_tier: bool,
    discount: Decimal,
    today: date | None,
    owners: Mapping[str, str] | None = None,
) -> Rated:
    """Line items of all charges of an account.

    To rate again after a change, give it the charges of `touched` price keys only: no other line can change.

    Args:
        charges: Every charge of the account; a quantity of 0 gives no line.
        catalogue: The prices of the scenario's Region, by which those of others are found.
        free_tier: Whether monthly allowances are subtracted first.
        discount: Share by which contracted cost is below list cost. Range 0 to 1.
        today: The day from which a price's age is counted.
        owners: Resource by charge id, where it is not the first word of the id.
    """
    groups = _by_key(charges)
    free = _free(groups, charges, catalogue) if free_tier else {}
    lines: list[list[LineItem]] = [[] for _ in charges]
    missing = []
    for (region, key), members in groups.items():
        priced_in = catalogue.of(region)
        price = priced_in.price(key)
        paid = {i: quantity - free.get(i, 0) for i, quantity in members.items()}
        parts = None if price is None else _parts(price, paid, charges)
        if price is None or parts is None:
            names = (_owner(charges[i], owners) for i in members)
            missing.append(MissingPrice(key, tuple(dict.fromkeys(names)), _unknown_from(price), priced_in.region))
            continue
        stale = is_stale(price, today)
        for i in members:
            priced = [_Part(0, free[i], Decimal(0), price.confidence), *parts[i]] if free.get(i) else parts[i]
            owner = _owner(charges[i], owners)
            lines[i] = _lines(charges[i], owner, price, priced, discount, priced_in.region, stale=stale)
    return Rated(tuple(line for of_charge in lines for line in of_charge), tuple(missing))


def touched(keys: Iterable[str]) -> frozenset[str]:
    """Price keys whose lines may change with those of some keys: these, and those that share an allowance."""
    changed = frozenset(keys)
    return changed.union(*(a.keys for a in allowances() if not changed.isdisjoint(a.keys)))


def _by_key(charges: Sequence[Charge]) -> dict[_Sku, dict[int, Steps]]:
    """Quantities by Region, price key and index of the charge."""
    groups: dict[_Sku, dict[int, Steps]] = {}
    for i, charge in enumerate(charges):
        quantity = _steps(charge.quantity, charge.id)
        if quantity:
            groups.setdefault((charge.region, charge.price), {})[i] = quantity
    return groups


def _owner(charge: Charge, owners: Mapping[str, str] | None) -> str:
    return owners[charge.id] if owners else charge.id.partition(".")[0]


def _unknown_from(price: Price | None) -> Decimal:
    return next(t.begin for t in price.tiers if t.price is None) if price else Decimal(0)


def _free(
    groups: Mapping[_Sku, Mapping[int, Steps]], charges: Sequence[Charge], catalogue: Catalogue
) -> dict[int, Steps]:
    """The free quantity of every charge: the SKU's allowance, then the account's, the most expensive key first."""
    out: dict[int, Steps] = {}
    usd: dict[_Sku, Decimal] = {}
    for sku, members in groups.items():
        region, key = sku
        price = catalogue.of(region).price(key)
        if price is not None:
            usd[sku] = price.tiers[0].price or Decimal(0)
            _take(out, members, _steps(price.free, key), charges)
    for allowance in allowances():
        left, keys = _steps(allowance.quantity, ""), [sku for key in allowance.keys for sku in usd if sku[1] == key]
        for level in sorted({usd[key] for key in keys}, reverse=True):
            members = {i: q for key in keys if usd[key] == level for i, q in groups[key].items()}
            left -= _take(out, members, left, charges)
    return out


def _take(out: dict[int, Steps], members: Mapping[int, Steps], amount: Steps, charges: Sequence[Charge]) -> Steps:
    """Adds shares of an allowance to the free quantities of charges. Returns how much was taken."""
    rest = {i: q - out.get(i, 0) for i, q in members.items()}
    taken = min(amount, sum(rest.values()))
    if taken:
        for i, part in _spread(taken, rest, rest, charges).items():
            out[i] = out.get(i, 0) + part
    return taken


def _parts(price: Price, paid: Mapping[int, Steps], charges: Sequence[Charge]) -> dict[int, list[_Part]] | None:
    """The paid quantity of every charge, divided by tiers; None where a tier that is reached has no price."""
    first = price.tiers[0]
    if len(price.tiers) == 1 and first.price is not None:  # nearly every price
        return {i: [_Part(1, q, first.price, first.confidence)] if q else [] for i, q in paid.items()}
    sizes = slices(sum(paid.values()), [_steps(tier.begin, price.key) for tier in price.tiers])
    reached = [(n, tier, size) for n, (tier, size) in enumerate(zip(price.tiers, sizes, strict=True), 1) if size]
    out: dict[int, list[_Part]] = {i: [] for i in paid}
    rest = dict(paid)
    for number, tier, size in reached:
        if tier.price is None:
            return None
        last = number == reached[-1][0]
        for i, quantity in (rest if last else _spread(size, rest, paid, charges)).items():
            if quantity:
                out[i].append(_Part(number, quantity, tier.price, tier.confidence))
                if not last:
                    rest[i] -= quantity
    return out


def is_in_first_tier(price: Price, total: Steps) -> bool:
    """Whether a total is within the first tier: each charge then costs the same whatever the others are."""
    return price.tiers[0].price is not None and (
        len(price.tiers) == 1 or total <= _steps(price.tiers[1].begin, price.key)
    )


def steps_of(charge: Charge) -> Steps:
    """A charge's quantity in whole steps."""
    return _steps(charge.quantity, charge.id)


def slices(quantity: _NumberT, begins: Sequence[_NumberT]) -> list[_NumberT]:
    """How much of a quantity is in each tier, given the quantity from which each applies."""
    reached = [min(quantity, begin) for begin in begins]
    reached.append(quantity)
    return [end - begin for begin, end in pairwise(reached)]


def _spread(
    amount: Steps, rest: Mapping[int, Steps], weights: Mapping[int, Steps], charges: Sequence[Charge]
) -> dict[int, Steps]:
    """An amount in proportion to weights, never more than the rest of a charge; the remainder to the first id."""
    total = sum(weights.values())
    out = {i: min(amount * weight // total, rest[i]) for i, weight in weights.items()}
    left = amount - sum(out.values())
    for i in sorted(out, key=lambda i: charges[i].id) if left else ():
        more = min(left, rest[i] - out[i])
        out[i] += more
        left -= more
    return out


def _lines(
    charge: Charge,
    resource: str,
    price: Price,
    parts: Sequence[_Part],
    discount: Decimal,
    region: str,
    *,
    stale: bool,
) -> list[LineItem]:
    several = len(parts) > 1 and parts[-2].tier > 0  # an allowance comes first
    unit = price.unit or charge.unit
    lines = []
    for tier, steps, usd, confidence in parts:
        suffix = ".free" if tier == 0 else f".tier{tier}" if several else ""
        quantity = _decimal(steps)
        cost = list_cost(quantity, usd)
        contracted = list_cost(cost, _WIDE.subtract(_ONE, discount)) if discount else cost
        line = LineItem(
            charge.id + suffix, charge.id, resource, charge.service, charge.price, price.sku, charge.description,
            quantity, charge.unit, quantity, unit, usd, cost, contracted, charge.frequency, price.source,
            price.effective, confidence, price.checked, stale, region,
        )  # fmt: skip
        lines.append(line)
    return lines


def list_cost(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """A line's cost in USD: half up at 10 decimals."""
    return _WIDE.quantize(_WIDE.multiply(quantity, unit_price), _STEP)


def _steps(quantity: Fraction | Decimal, what: str) -> Steps:
    """A quantity in whole numbers of 1e-10, half up. A negative one, or NaN, is a bug of a service."""
    try:
        numerator, denominator = quantity.as_integer_ratio()
    except (ValueError, OverflowError):
        numerator, denominator = -1, 1
    if numerator < 0:
        raise AssertionError(f"{what}: {quantity}")
    return numerator * _PER_UNIT if denominator == 1 else (2 * numerator * _PER_UNIT + denominator) // (2 * denominator)


def _decimal(steps: Steps) -> Decimal:
    """The quantity without trailing zeros, never with a positive exponent."""
    whole, rest = divmod(steps, _PER_UNIT)
    return _WIDE.scaleb(Decimal(steps), -10).normalize(_WIDE) if rest else Decimal(whole)
