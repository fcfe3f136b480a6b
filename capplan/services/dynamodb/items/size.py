"""The size of an item by AWS's rules, from DynamoDB JSON such as {"id": {"S": "a"}}.

Source: DynamoDB Developer Guide, "DynamoDB item sizes and formats" (read 2026-11-23). The guide calls a number's size
approximate; the rule here agrees with measurements on the live service to the byte.
"""

import base64
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
"""Attributes by name, each a typed value."""

_CONTAINER_BYTES = 3


def item_bytes(item: Item) -> int:
    """Bytes of a whole item: names and values."""
    return sum(_text_bytes(name) + value_bytes(value) for name, value in item.items())


def value_bytes(typed: Mapping[str, Any]) -> int:  # noqa: PLR0911  one return a type
    """Bytes of one typed value, its attribute's name not counted."""
    ((kind, value),) = typed.items()
    match kind:
        case "S":
            return _text_bytes(value)
        case "N":
            return number_bytes(str(value))
        case "B":
            return _binary_bytes(value)
        case "BOOL" | "NULL":
            return 1
        case "SS":
            return sum(_text_bytes(member) for member in value)
        case "NS":
            return sum(number_bytes(str(member)) for member in value)
        case "BS":
            return sum(_binary_bytes(member) for member in value)
        case "L":
            return _CONTAINER_BYTES + sum(1 + value_bytes(member) for member in value)
        case "M":
            return _CONTAINER_BYTES + sum(1 + _text_bytes(key) + value_bytes(member) for key, member in value.items())
        case _:
            raise ValueError(f"{kind!r} is not a DynamoDB type: S, N, B, BOOL, NULL, SS, NS, BS, L or M")


def number_bytes(text: str) -> int:
    """Bytes of a number given as text, such as "-12.50" or "1E-100".

    One byte, one for each started pair of significant digits before the point and after it, one for a minus sign; zero
    is one byte. Zeros at either end are not significant, those between digits are.
    """
    sign, digits, before = _significant(text)
    if not digits:
        return 1
    count = len(digits)
    before_point = min(max(before, 0), count)
    return 1 + -(-before_point // 2) + -(-(count - before_point) // 2) + sign


def key_bytes(kind: str, value: str) -> bytes:
    """A key's bytes as DynamoDB orders and hashes them: S is UTF-8, B (base64) raw, N an order-preserving base-100
    form.
    """
    if kind == "S":
        return value.encode()
    if kind == "B":
        return base64.b64decode(value)
    sign, digits, before = _significant(value)
    if not digits:
        return bytes((128,))
    padded = ("0" if before % 2 else "") + digits
    padded += "0" if len(padded) % 2 else ""
    exponent = (before + before % 2) // 2
    pairs = [int(padded[i : i + 2]) for i in range(0, len(padded), 2)]
    return _negative_key(exponent, pairs) if sign else bytes(((exponent - 64) % 256, *(pair + 1 for pair in pairs)))


_NUMBER_PAIRS = 20


def _negative_key(exponent: int, pairs: list[int]) -> bytes:
    """Complemented, so that smaller numbers sort first; a last 102 closes a number of fewer than 20 pairs."""
    closing = (102,) if len(pairs) < _NUMBER_PAIRS else ()
    return bytes((~(exponent - 64) % 256, *(101 - pair for pair in pairs), *closing))


def same_value(left: Mapping[str, Any] | None, right: Mapping[str, Any] | None) -> bool:
    """Whether DynamoDB sees no change: numbers compare by value, sets and maps without order."""
    if left is None or right is None:
        return left is right
    return bool(_comparable(left) == _comparable(right))


def _comparable(typed: Mapping[str, Any]) -> Any:  # noqa: ANN401  whatever compares
    ((kind, value),) = typed.items()
    match kind:
        case "N":
            return kind, Decimal(str(value))
        case "NS":
            return kind, frozenset(Decimal(str(member)) for member in value)
        case "SS" | "BS":
            return kind, frozenset(value)
        case "L":
            return kind, tuple(_comparable(member) for member in value)
        case "M":
            return kind, {key: _comparable(member) for key, member in value.items()}
        case _:
            return kind, value


def _significant(text: str) -> tuple[int, str, int]:
    """Sign, significant digits ("" for zero) and how many of them stand before the point (negative: zeros after it)."""
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(f"{text!r} is not a DynamoDB number")
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)  # noqa: S101  a finite number has one
    written = "".join(map(str, digits)).lstrip("0")
    return sign, written.rstrip("0"), len(written) + exponent


def _text_bytes(text: str) -> int:
    return len(str(text).encode())


def _binary_bytes(value: str | bytes) -> int:
    return len(value) if isinstance(value, bytes) else len(base64.b64decode(value))
