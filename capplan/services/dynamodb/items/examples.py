"""Example items as users have them, plain or in DynamoDB JSON, converted to typed attributes.

Source of the bounds: DynamoDB Developer Guide, "Supported data types and naming rules", "Constraints" (read 2026-11-23).
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from capplan.services.dynamodb.items.size import Item
from capplan.services.dynamodb.quotas import NESTING_MAX, NUMBER_DIGITS_MAX

_MAX_EXPONENT = 125
_MIN_EXPONENT = -130

Typed = dict[str, Any]


class ItemError(ValueError):
    """Why something is not an item: at an attribute, in words for its author."""


_SHAPES: Mapping[str, tuple[type, ...]] = {
    "S": (str,),
    "N": (str, Decimal),
    "B": (str,),
    "BOOL": (bool,),
    "NULL": (bool,),
    "L": (list,),
    "M": (dict,),
    "SS": (list,),
    "NS": (list,),
    "BS": (list,),
}
"""What DynamoDB JSON has as a value of each type."""


def items_of(value: object) -> list[object]:
    """The items in a JSON value: itself, a list's, or those in `Item` or `Items` of an API response or an export."""
    if isinstance(value, list):
        return value
    if isinstance(value, Mapping) and isinstance(value.get("Items"), list) and "Count" in value:
        return list(value["Items"])
    if isinstance(value, Mapping) and isinstance(value.get("Item"), Mapping) and _looks_typed(value["Item"]):
        return [value["Item"]]
    return [value]


def typed_item(raw: object) -> Item:
    """An item with a type for each attribute; DynamoDB JSON as it is, plain values by AWS's own mapping.

    Plain: text S, number N, true or false BOOL, null NULL, list L, mapping M. Sets and binary need DynamoDB JSON.

    Raises:
        ItemError: It is not an item.
    """
    if not isinstance(raw, Mapping) or not raw:
        raise ItemError("an item has attributes with values, such as {id: a1, total: 12.5}")
    marked = [name for name, value in raw.items() if _is_typed(value)]
    if len(marked) == len(raw):
        return {str(name): _checked(value, str(name), 1) for name, value in raw.items()}
    if marked:
        plain = next(name for name in raw if name not in marked)
        raise ItemError(f"'{marked[0]}' is DynamoDB JSON and '{plain}' is plain: write all in one form")
    return {str(name): _plain(value, str(name), 1) for name, value in raw.items()}


def updated(item: Item, sets: Mapping[str, Any], removes: Iterable[str] = ()) -> Item:
    """The item after an update: attributes written (plain or in DynamoDB JSON), others removed.

    Raises:
        ItemError: A value that DynamoDB does not store.
    """
    removed = frozenset(removes)
    new = {str(name): _any(value, str(name)) for name, value in sets.items()}
    return {name: value for name, value in {**item, **new}.items() if name not in removed}


def _any(value: object, path: str) -> Typed:
    return _checked(value, path, 1) if _is_typed(value) else _plain(value, path, 1)


def _looks_typed(raw: Mapping[str, Any]) -> bool:
    return bool(raw) and all(_is_typed(value) for value in raw.values())


def _is_typed(value: object) -> bool:
    """Whether a value is written with a type, such as {"S": "a"}."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return False
    ((kind, inner),) = value.items()
    return isinstance(inner, _SHAPES.get(kind, ()))


def _plain(value: object, path: str, depth: int) -> Typed:
    _check_depth(path, depth)
    if isinstance(value, bool):
        return {"BOOL": value}
    if value is None:
        return {"NULL": True}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, Decimal | int):
        return {"N": _number(str(value), path)}
    if isinstance(value, list | tuple):
        return {"L": [_plain(inner, f"{path}[{i}]", depth + 1) for i, inner in enumerate(value)]}
    if isinstance(value, Mapping):
        return {"M": {str(key): _plain(inner, f"{path}.{key}", depth + 1) for key, inner in value.items()}}
    raise ItemError(f"'{path}' is not a value that DynamoDB stores")


def _checked(value: object, path: str, depth: int) -> Typed:
    """A value in DynamoDB JSON, everything in it checked."""
    _check_depth(path, depth)
    if not isinstance(value, Mapping) or not _is_typed(value):
        raise ItemError(f"'{path}' has no type: expected S, N, B, BOOL, NULL, SS, NS, BS, L or M, such as {{S: text}}")
    ((kind, inner),) = value.items()
    match kind:
        case "N":
            return {"N": _number(str(inner), path)}
        case "B":
            return {"B": _binary(inner, path)}
        case "L":
            return {"L": [_checked(member, f"{path}[{i}]", depth + 1) for i, member in enumerate(inner)]}
        case "M":
            return {"M": {str(key): _checked(member, f"{path}.{key}", depth + 1) for key, member in inner.items()}}
        case "SS" | "NS" | "BS":
            return {kind: _members(kind, inner, path)}
        case _:
            return {kind: inner}


def _check_depth(path: str, depth: int) -> None:
    if depth > NESTING_MAX.value + 1:
        raise ItemError(f"'{path.partition('.')[0]}' is nested deeper than {NESTING_MAX}")


def _members(kind: str, inner: list[object], path: str) -> list[str]:
    read: Callable[[Any, str], str] = {"SS": _text, "NS": lambda v, p: _number(str(v), p), "BS": _binary}[kind]
    members = [read(member, path) for member in inner]
    if not members:
        raise ItemError(f"'{path}' is an empty set, which DynamoDB rejects")
    if len(set(_values(kind, members))) < len(members):
        raise ItemError(f"the set '{path}' holds a member twice")
    return members


def _values(kind: str, members: Iterable[str]) -> Iterable[object]:
    return (Decimal(member) for member in members) if kind == "NS" else members


def _text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise ItemError(f"the set '{path}' holds {value}, which is not text")
    return value


def _binary(value: object, path: str) -> str:
    try:
        base64.b64decode(_text(value, path), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ItemError(f"'{path}' is binary, which is written in base64") from error
    return str(value)


def _number(text: str, path: str) -> str:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ItemError(f"'{path}' is not a number: {text[:40]}")
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    if len(digits) > NUMBER_DIGITS_MAX.value:
        raise ItemError(f"'{path}' has {len(digits)} significant digits; DynamoDB stores {NUMBER_DIGITS_MAX.value}")
    if digits and not _MIN_EXPONENT <= number.adjusted() <= _MAX_EXPONENT:
        raise ItemError(f"'{path}' is out of DynamoDB's range, 1E-130 to 9.9E+125")
    return text.strip()
