"""Lays the prices of an offer file beside those of a price file: what is new, unchanged, missing, or not to be believed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal, NamedTuple, Protocol

from capplan.pricing.refresh.products import Offer, Product, Step

Outcome = Literal[
    "new", "changed", "unchanged", "missing", "unknown unit", "ambiguous", "jumped", "unreadable", "unread"
]
HELD: tuple[Outcome, ...] = ("unknown unit", "ambiguous", "jumped", "unreadable", "unread")
"""What is not written: a jump until it is confirmed, the others never."""
_JUMP = 10
"""A price that is this many times what it was, or its part, is a mistake until somebody confirms it."""
_PREFIX = re.compile(r"[A-Z]{2,4}\d?|[a-z]{2}(?:-[a-z]+)+-\d")
"""A Region before a usage type: APN2, EU; KMS has its code, ap-northeast-2."""
YEARS = (1, 3)
"""The lengths of reservations."""
_NO_PREFIX = "IA"
"""Looks like a Region before a usage type, and is Infrequent Access."""

Entry = dict[str, Any]
Dated = dict[str, list[Entry]]


class WhereListed(Protocol):
    """Where a price stands in an offer."""

    @property
    def key(self) -> str: ...  # noqa: D102
    @property
    def usage_types(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def operation(self) -> str | None: ...  # noqa: D102
    @property
    def units(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def per(self) -> int: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102


class KeyChange(NamedTuple):
    """What became of one price.

    Attributes:
        before, after: USD of the first tier; None where there is none. Of a price that is held back: what the file has.
        said: Why it is held back.
    """

    key: str
    outcome: Outcome
    before: Decimal | None
    after: Decimal | None
    said: str = ""


def merged(
    old: Mapping[str, Sequence[Entry]],
    offer: Offer,
    listed: Iterable[WhereListed],
    reserved: Mapping[str, str],
    source: str,
    today: date,
    *,
    confirmed: bool = False,
) -> tuple[Dated, list[KeyChange]]:
    """The dated entries of a price file with those of an offer, and what became of each price.

    Args:
        old: The file's entries by key, the oldest first.
        offer: The products of the Region.
        listed: Where each price stands.
        reserved: Usage types of reserved capacity by key, where {} stands for years.
        source: The id of the source.
        today: The day the offer is read.
        confirmed: Whether prices that jumped are taken.
    """
    out: Dated = {key: list(entries) for key, entries in old.items()}
    changes = []
    for where in listed:
        made = _entry(where, offer, source, today)
        if isinstance(made, KeyChange):
            if made.outcome != "missing" or out.get(where.key):
                changes.append(made._replace(before=_first(out.get(where.key))))
            continue
        changes.append(_added(out, where.key, made, confirmed=confirmed))
    for key, usage_type in reserved.items():
        for years, entry in _reserved(offer, usage_type, source, today):
            changes.append(_added(out, key.format(years), entry, confirmed=confirmed))
    return dict(sorted(out.items())), changes


def not_listed(
    old: Mapping[str, Sequence[Entry]],
    listed: Iterable[WhereListed],
    reserved: Iterable[str],
    outcome: Outcome,
    why: str,
) -> list[KeyChange]:
    """What became of the prices of an offer that there is not, or that could not be read: they are as they were."""
    keys = [*(where.key for where in listed), *(key.format(years) for key in reserved for years in YEARS)]
    is_shown = outcome != "missing"
    return [KeyChange(key, outcome, _first(old.get(key)), None, why) for key in keys if is_shown or old.get(key)]


def is_named(usage_type: str, name: str) -> bool:
    """Whether a usage type is a name, with or without a Region before it."""
    if usage_type == name:
        return True
    prefix = usage_type.removesuffix(f"-{name}")
    return prefix not in (usage_type, _NO_PREFIX) and _PREFIX.fullmatch(prefix) is not None


def _entry(where: WhereListed, offer: Offer, source: str, today: date) -> Entry | KeyChange:
    """The entry of a price, or why there is none."""
    found = [
        product
        for product in offer.products
        if product.steps
        and any(is_named(product.usage_type, name) for name in where.usage_types)
        and (where.operation is None or product.operation.lower() == where.operation.lower())
    ]
    if not found:
        return KeyChange(where.key, "missing", None, None, f"no {' or '.join(where.usage_types)} in {offer.code}")
    if len({product.steps for product in found}) > 1:
        skus = ", ".join(product.sku for product in found)
        return KeyChange(where.key, "ambiguous", None, found[0].steps[-1].usd, f"several prices: {skus}")
    product = found[0]
    units = {step.unit for step in product.steps}
    if len(units) != 1 or not {_alike(unit) for unit in units} <= {_alike(unit) for unit in where.units}:
        said = f"per {' and '.join(sorted(units))}, expected {' or '.join(where.units)}"
        return KeyChange(where.key, "unknown unit", None, product.steps[-1].usd, said)
    if gap := _gap(product.steps):
        return KeyChange(where.key, "unreadable", None, product.steps[-1].usd, gap)
    free, tiers = _tiers(product.steps, where.per)
    return {"free": free, "tiers": tiers, "unit": where.unit or product.steps[0].unit, **_known(product, source, today)}


def _alike(unit: str) -> str:
    """Offers differ in what they call one unit: Request, Requests; Minutes, minutes."""
    return unit.casefold().removesuffix("s")


def _gap(steps: Sequence[Step]) -> str:
    """What part of the usage has no tier, or two; empty for none."""
    if steps[0].begin:
        return f"no tier below {_digits(steps[0].begin)}: is the file cut off?"
    for one, after in pairwise(steps):
        if one.begin >= after.begin or (one.end is not None and one.end != after.begin):
            return f"its tiers have a gap before {_digits(after.begin)}: is the file cut off?"
    last = steps[-1].end
    return "" if last is None else f"no tier above {_digits(last)}: is the file cut off?"


def _known(product: Product, source: str, today: date) -> Entry:
    return {
        "effective": product.effective,
        "checked": today.isoformat(),
        "confidence": "verified",
        "source": source,
        "sku": product.sku,
    }


def _tiers(steps: Sequence[Step], per: int) -> tuple[str, list[Entry]]:
    """The allowance (a leading tier at no price), and the paid tiers counted from its end; `per` units are one of ours."""
    free = steps[1].begin if len(steps) > 1 and not steps[0].usd else Decimal(0)
    paid = [step for step in steps if step.begin >= free]
    tiers = [{"begin": _digits((step.begin - free) / per), "price": _digits(step.usd * per)} for step in paid]
    return _digits(free / per), tiers


def _reserved(offer: Offer, usage_type: str, source: str, today: date) -> Iterable[tuple[int, Entry]]:
    for product in offer.products:
        if not is_named(product.usage_type, usage_type):
            continue
        for term in product.reserved:
            head = {"upfront_per_unit": _digits(term.upfront), "hourly_per_unit": _digits(term.hourly)}
            unit = term.unit.removesuffix("-Hrs")
            yield term.years, {**head, "unit": unit, **_known(product, source, today), "effective": None}


def _added(out: Dated, key: str, entry: Entry, *, confirmed: bool) -> KeyChange:
    """Adds an entry to those of its key, unless it jumped."""
    dated = out.get(key, [])
    before, after = _first(dated), _first([entry])
    if not dated:
        out[key] = [entry]
        return KeyChange(key, "new", None, after)
    if _figures(dated[-1]) == _figures(entry):
        is_third = len(dated) > 1 and _figures(dated[-2]) == _figures(entry)
        out[key] = [*(dated[:-1] if is_third else dated), entry]  # of a price that stays, its first and last reading
        return KeyChange(key, "unchanged", before, after)
    jump = _jump(dated[-1], entry)
    if jump and not confirmed:
        return KeyChange(key, "jumped", before, after, jump)
    out[key] = [*dated, entry]
    return KeyChange(key, "changed", before, after)


def _jump(old: Entry, new: Entry) -> str:
    """How a price moved tenfold or more, up or down; empty where it did not."""
    for before, after in zip(_prices(old), _prices(new), strict=False):
        if before is None or after is None or before == after:
            continue
        if not before or not after or not 1 / Decimal(_JUMP) < after / before < _JUMP:
            return f"{_digits(before)} became {_digits(after)} USD"
    return ""


def _prices(entry: Entry) -> list[Decimal | None]:
    if "tiers" not in entry:
        return [Decimal(entry["upfront_per_unit"]), Decimal(entry["hourly_per_unit"])]
    return [None if tier["price"] is None else Decimal(tier["price"]) for tier in entry["tiers"]]


def _figures(entry: Entry) -> object:
    """What makes two entries the same price."""
    begins = [Decimal(tier["begin"]) for tier in entry.get("tiers", ())]
    return _prices(entry), begins, Decimal(entry.get("free", 0))


def _first(dated: Sequence[Entry] | None) -> Decimal | None:
    return _prices(dated[-1])[0] if dated else None


def _digits(amount: Decimal) -> str:
    plain = format(amount, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
