"""The syntax of a gate: `name.observable < 80% of limit`. It judges nothing."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pydantic_core import PydanticCustomError

from capplan import quantities

_GATE = re.compile(r"\s*(?P<name>[A-Za-z0-9_.-]+)\s*(?P<op><=|>=|<|>)\s*(?P<limit>.+?)\s*")
_OF_LIMIT = re.compile(r"(.+?)\s+of\s+limit")
SHORT = "cost.monthly <= 2500 USD"
EXAMPLE = "write cost.monthly <= 2500 USD, orders.throttled < 0.1% or place-order.concurrency.peak < 80% of limit"


class GateError(ValueError):
    """A gate that cannot be read; its text says what was expected."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate: an observable held against a limit, and where it stands in the file (line 0: the command line)."""

    text: str
    name: str
    operator: Literal["<", "<=", ">", ">="]
    limit: Decimal
    unit: str
    of_limit: bool
    level: Literal["deny", "warn"]
    line: int
    column: int
    width: int = 1
    excerpt: str = ""


def read_gate(text: str, level: Literal["deny", "warn"], line: int, column: int, excerpt: str = "") -> Gate:
    """A gate from its text. Raises GateError."""
    match = _GATE.fullmatch(text)
    if match is None:
        raise GateError(f"expected an observable, then <, <=, > or >=, then a limit: {SHORT}")
    limit_text = match["limit"]
    of = _OF_LIMIT.fullmatch(limit_text)
    value, unit = _limit(of[1] if of else limit_text)
    if of and unit != "%":
        raise GateError("before 'of limit' stands a percentage: 80% of limit")
    operator: Literal["<", "<=", ">", ">="] = match["op"]  # type: ignore[assignment]
    return Gate(text.strip(), match["name"], operator, value, unit, bool(of), level, line, column, len(text), excerpt)


def _limit(text: str) -> tuple[Decimal, str]:
    """A limit's value and unit: USD, %, ms or none. A share is given as 0 to 1."""
    if text.endswith("%"):
        found = re.fullmatch(r"([+-]?\d{1,15}(?:\.\d{1,10})?)\s*%", text)
        if found is None:
            raise GateError(f"'{text[:40]}' is not a percentage, such as 0.1%")
        return Decimal(found[1]) / 100, "%"
    readers = ((quantities.read_money, "USD"), (quantities.read_ms, "ms"), (quantities.read_count, ""))
    for read, unit in readers:
        try:
            plain = re.fullmatch(r"\d{1,15}(\.\d{1,10})?", text)
            return read(Decimal(text) if plain and not unit else text), unit
        except PydanticCustomError:
            continue
    raise GateError(f"'{text[:40]}' is not a limit, such as 2500 USD, 0.1%, 3 s, 50k or 80% of limit")
