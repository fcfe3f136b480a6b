"""What a row of any bill becomes: how it is compared, or why it is set aside."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Context, Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal, NamedTuple

WIDE = Context(prec=120)
"""Wide enough for sums of bills to be exact."""
_LARGEST, _DIGITS = Decimal(10) ** 15, 60
_STEP = Decimal(10) ** -30
_TINY = Decimal(10) ** -20
ZERO = Decimal(0)

TAX, CREDIT, REFUND = "tax", "credits", "refunds and corrections"
SUPPORT, MARKETPLACE = "AWS Support", "AWS Marketplace"
UPFRONT, FEE, ONE_TIME = "upfront fees of commitments", "other fees and purchases", "one-time usage"
UNREADABLE, NO_MONTH = "not as many cells as columns", "no billing month"
UNKNOWN_KIND = "a kind of charge that capplan does not know"

Kind = Literal["usage", "commitment", "discount"]


class NotANumberError(ValueError):
    """A cell that should have been a number."""


class BillRow(NamedTuple):
    """A row of a bill.

    Attributes:
        kind: Usage; what a commitment costs beyond the usage it covers; a discount that has a row of its own.
        aside: Why it is not compared; empty where it is.
        month: Such as 2026-11.
        end: The day before which the charge ends; empty where unknown.
        service: AWS's code, or the name where there is none.
        key: capplan's own price key, in a plan that was exported.
        billed: As invoiced.
        amount: With what a commitment costs spread over the usage that it covers: what is compared.
        listed: At public prices; None where the bill does not say it.
        covered: Whether a commitment pays for it.
        hours: Hours of the month that its quantities are for, in a plan that was exported.
    """

    kind: Kind
    aside: str
    month: str
    end: str
    account: str
    currency: str
    service: str
    usage_type: str
    operation: str
    sku: str
    key: str
    region: str
    resource: str
    tags: tuple[tuple[str, str], ...]
    quantity: Decimal | None
    billed: Decimal
    amount: Decimal
    listed: Decimal | None
    covered: bool = False
    hours: str = ""


def number(text: str) -> Decimal | None:
    """A cell's figure; None for an empty one. Raises NotANumberError for text, infinity, or more than any bill has."""
    if text in ("", "NULL"):
        return None
    if len(text) > _DIGITS:
        raise NotANumberError(text)
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise NotANumberError(text) from None
    if not value.is_finite() or abs(value) >= _LARGEST:
        raise NotANumberError(text)
    return value.quantize(_STEP, context=WIDE) if (value and abs(value) < _TINY) or "e" in text.lower() else value


def amount(text: str) -> Decimal:
    """The same, 0 for an empty cell."""
    return number(text) or ZERO


def filled(text: str) -> str:
    """A cell's text; empty for NULL."""
    return "" if text == "NULL" else text


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day(text: str) -> str:
    """The day of a moment such as 2026-11-01T00:00:00Z; empty for anything else."""
    return text[:10] if _DAY.match(text) else ""


@lru_cache(maxsize=4096)
def end_day(text: str) -> str:
    """The day before which something ends: the next one where it ends within a day."""
    first = day(text)
    if not first or re.fullmatch(r"(?:[T ]00:00(?::00(?:\.0+)?)?)?(?:Z|[+]00(?::?00)?)?", text[10:]):
        return first
    try:
        return str(date.fromisoformat(first) + timedelta(days=1))
    except (ValueError, OverflowError):
        return first


def tags_of(pairs: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Tags without the `user:` that AWS writes before the ones of customers."""
    return tuple(sorted((re.sub(r"^user[:_]", "", key), str(value)) for key, value in pairs.items() if value))
