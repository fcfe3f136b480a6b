"""Charges meet their prices: allowances, then tiers, over the whole account at once. It knows no service.

Each line is rounded half up at 10 decimals of a dollar, as AWS bills; totals are sums of lines.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, localcontext

from capplan.model import Charge, Frequency
from capplan.pricing.catalogue import Catalogue, Price, allowances, is_stale
from capplan.quantities import to_quantity

_STEP = Decimal("1E-10")
_WIDE = Context(prec=80)


@dataclass(frozen=True, slots=True)
class LineItem:
    """A charge that has met its price: quantity × list unit price = list cost, on every line."""

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


@dataclass(frozen=True, slots=True)
class MissingPrice:
    """A dimension the scenario uses and nobody has priced, and who uses it."""

    key: str
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rated:
    """Line items in the order of their charges, and what could not be rated."""

    lines: tuple[LineItem, ...]
    missing: tuple[MissingPrice, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """Some of a charge's quantity at one unit price. Tier 0 is the allowance."""

    tier: int
    quantity: Decimal
    price: Decimal
    confidence: str


def rate(charges: Sequence[Charge], catalogue: Catalogue, *, free_tier: bool, discount: Decimal, today: date | None) -> Rated:  # fmt: skip
    """Line items of all charges of an account.

    Args:
        charges: Every charge of the account and Region; those of zero quantity leave no line.
        catalogue: The Region's prices.
        free_tier: Whether monthly allowances are taken off first.
        discount: Share taken off list cost for contracted cost. Range 0 to 1.
        today: The day against which a price's age is held.
    """
    with localcontext(_WIDE):
        by_key: dict[str, list[tuple[Charge, Decimal]]] = {}
        for charge in charges:
            quantity = to_quantity(charge.quantity)
            assert quantity >= 0, charge.id  # noqa: S101  a room's books are wrong
            if quantity:
                by_key.setdefault(charge.price, []).append((charge, quantity))
        missing: dict[str, tuple[str, ...]] = {}
        parts: dict[str, list[_Part]] = {}
        free = _free(by_key, catalogue) if free_tier else {}
        for key, members in by_key.items():
            price = catalogue.price(key)
            found = None if price is None else _parts(members, price, free.get(key, Decimal(0)))
            if found is None:
                missing[key] = tuple(sorted({_resource(c) for c, _ in members}))
            else:
                parts.update(found)
        lines = [line for c in charges if c.id in parts for line in _lines(c, parts[c.id], catalogue, discount, today)]
        return Rated(tuple(lines), tuple(MissingPrice(k, r) for k, r in missing.items()))


def _resource(charge: Charge) -> str:
    """A charge's resource: its id without the charge's own word (and the index before it)."""
    return charge.id.rpartition(".")[0]


def _free(by_key: Mapping[str, Sequence[tuple[Charge, Decimal]]], catalogue: Catalogue) -> dict[str, Decimal]:
    """How much of each key is free: the SKU's own allowance, and those of the account, the dearest key first."""
    out = {key: price.free for key in by_key if (price := catalogue.price(key)) is not None}
    for keys, quantity in allowances():
        left = quantity
        used = [(key, price.tiers[0].price or Decimal(0)) for key in keys if key in by_key and (price := catalogue.price(key))]
        for key, _ in sorted(used, key=lambda pair: -pair[1]):
            taken = min(left, sum((q for _, q in by_key[key]), Decimal(0)))
            out[key] = out.get(key, Decimal(0)) + taken
            left -= taken
    return out


def _parts(members: Sequence[tuple[Charge, Decimal]], price: Price, free: Decimal) -> dict[str, list[_Part]] | None:
    """Every charge of one key cut along the allowance and the tiers; None where a tier reached has no price."""
    out: dict[str, list[_Part]] = {charge.id: [] for charge, _ in members}
    rest = {charge.id: quantity for charge, quantity in members}
    total = sum(rest.values(), Decimal(0))
    taken = min(free, total)
    if taken:
        for name, part in _spread(taken, rest).items():
            if part:
                out[name].append(_Part(0, part, Decimal(0), price.confidence))
                rest[name] -= part
    paid = total - taken
    reached = [t for t in price.tiers if t.begin < paid or t.begin == 0]
    if any(t.price is None for t in reached):
        return None
    weights = dict(rest)
    for number, tier in enumerate(reached, start=1):
        last = number == len(reached)
        piece = rest if last else _spread(reached[number].begin - tier.begin, weights)
        for name, quantity in dict(piece).items():
            if quantity and tier.price is not None:
                out[name].append(_Part(number, quantity, tier.price, tier.confidence))
                rest[name] -= quantity
    return out


def _spread(amount: Decimal, weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """An amount in proportion to weights, cut at 10 decimals, the remainder to the first name."""
    total = sum(weights.values(), Decimal(0))
    out = {name: (amount * w / total).quantize(_STEP, ROUND_DOWN).normalize() for name, w in weights.items()}
    first = min(name for name, w in weights.items() if w)
    out[first] += amount - sum(out.values(), Decimal(0))
    return out


def _lines(charge: Charge, parts: Sequence[_Part], catalogue: Catalogue, discount: Decimal, today: date | None) -> Iterable[LineItem]:  # fmt: skip
    price = catalogue.price(charge.price)
    assert price is not None  # noqa: S101  rate() has put it among the missing
    several = len([p for p in parts if p.tier]) > 1
    for part in parts:
        suffix = ".free" if part.tier == 0 else f".tier{part.tier}" if several else ""
        cost = (part.quantity * part.price).quantize(_STEP, ROUND_HALF_UP)
        contracted = (cost * (1 - discount)).quantize(_STEP, ROUND_HALF_UP) if discount else cost
        quantity = _plain(part.quantity)
        yield LineItem(
            charge.id + suffix, charge.id, _resource(charge), charge.service, charge.price, price.sku, charge.description,
            quantity, charge.unit, quantity, price.unit or charge.unit, part.price, cost, contracted, charge.frequency,
            price.source, price.effective, part.confidence, price.checked, is_stale(price, today),
        )  # fmt: skip


def _plain(value: Decimal) -> Decimal:
    """Without trailing zeros, never with an exponent."""
    short = value.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short
