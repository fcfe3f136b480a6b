"""Turns records (structs and named tuples) into JSON values and JSON Schemas, and JSON values into records.

A key is the field's name: `from_` stands for `from`, and a struct's field may have another name there. Figures
are strings of digits, unknown is null. In a schema a field without a default is required; descriptions are the docstrings.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

from msgspec import Struct
from msgspec.structs import fields as struct_fields

from capplan.quantities.rounding import to_quantity
from capplan.report.numbers import of_float

Schema = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
RecordT = TypeVar("RecordT")
_LEFT_OUT_IF_NONE = frozenset({"ranges"})
"""Keys of what most answers have nothing of."""
MAX_FIGURE_CHARACTERS = 100
MAX_FIGURE = Decimal(10) ** 30
_FIGURE: Schema = {
    "type": "string",
    "pattern": r"^-?[0-9]+(\.[0-9]+)?$",
    "description": "A decimal with all its digits.",
}
_SIMPLE: Mapping[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    Decimal: _FIGURE,
    Fraction: _FIGURE,
    float: _FIGURE,
    date: {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    object: {},
}


class RecordError(Exception):
    """A JSON value that is not of a record's form; `path` leads to the place, such as "limits.0.load"."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class _Field(NamedTuple):
    """A field of a record, its key in JSON, its type, and whether the key must be there."""

    name: str
    key: str
    type: Any
    required: bool


def taken(record: type[RecordT], source: object, /, **given: object) -> RecordT:
    """A record with the fields that are given; the others are the source's attributes of the same name."""
    kind: Any = record
    names = [name for name, _ in _keys(kind) if name not in given]
    return record(**{name: getattr(source, name) for name in names}, **given)


# --- to JSON ---------------------------------------------------------------------------------------------------------


def value_of(record: object) -> Any:  # noqa: ANN401, PLR0911  plain JSON; a line a type
    """A record, or anything in one, as a JSON value."""
    if record is None or isinstance(record, str | bool | int):
        return record
    if isinstance(record, Decimal):
        return number(record)
    if isinstance(record, float):
        if not math.isfinite(record):
            raise ValueError(f"{record} has no place in JSON")
        return number(of_float(record))
    if isinstance(record, Fraction):
        return number(to_quantity(record))
    if isinstance(record, Mapping):
        return {str(key): value_of(value) for key, value in record.items()}
    if _is_record(type(record)):
        kind: Any = type(record)
        values = {key: value_of(getattr(record, name)) for name, key in _keys(kind)}
        return {key: value for key, value in values.items() if value is not None or key not in _LEFT_OUT_IF_NONE}
    if isinstance(record, Sequence):
        return [value_of(value) for value in record]
    return str(record)


def number(value: Decimal | None) -> str | None:
    """All digits of a Decimal, without an exponent or trailing zeros; None stays None."""
    if value is None:
        return None
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _is_record(kind: type) -> bool:
    return hasattr(kind, "_fields") or issubclass(kind, Struct)


@lru_cache
def _keys(kind: Any) -> tuple[tuple[str, str], ...]:  # noqa: ANN401  a record's class
    """The names of a record's fields and their keys, in the order of the answer."""
    if issubclass(kind, Struct):
        return tuple(zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True))
    return tuple((name, name.rstrip("_")) for name in kind._fields)


# --- schemas ---------------------------------------------------------------------------------------------------------


def answer_schema(name: str, record: type) -> Schema:
    """The JSON Schema of an answer."""
    return {"$schema": DRAFT, "title": f"capplan {name}", **_schema(record)}


def _schema(kind: Any) -> Schema:  # noqa: ANN401, PLR0911  any type of a field; a line a form
    if kind in _SIMPLE:
        return dict(_SIMPLE[kind])
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}
    if origin in (Union, UnionType):
        return {"anyOf": [_schema(argument) for argument in arguments]}
    if origin is tuple and arguments[-1] is not Ellipsis:
        length = len(arguments)
        return {"type": "array", "prefixItems": [_schema(a) for a in arguments], "minItems": length, "maxItems": length}
    if origin is tuple:
        return {"type": "array", "items": _schema(arguments[0])}
    if origin is not None:  # a Mapping
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    properties = {field.key: _schema(field.type) for field in _fields(kind)}
    for key, description in _described(kind):
        properties[key]["description"] = description
    required = [field.key for field in _fields(kind) if field.required]
    first, *_ = (kind.__doc__ or "").split("\n\n")
    return {"type": "object", "description": " ".join(first.split()), "properties": properties, "required": required}


def _described(kind: type) -> Iterator[tuple[str, str]]:
    """Keys and what the docstring says of them under `Attributes:`; several names may share one line."""
    from inspect import cleandoc  # noqa: PLC0415  heavy, and only a schema needs it

    keys = dict(_keys(kind))
    _, _, part = cleandoc(kind.__doc__ or "").partition("Attributes:\n")
    for names, text in re.findall(r"^ {4}(\w+(?:, \w+)*): (.*(?:\n {8}.*)*)", part, re.MULTILINE):
        for name in names.split(", "):
            if name in keys:
                yield keys[name], " ".join(text.split())


def _required(kind: type[Struct]) -> set[str]:
    return {field.name for field in struct_fields(kind) if field.required}


@lru_cache
def _fields(kind: Any) -> tuple[_Field, ...]:  # noqa: ANN401  a record's class
    hints = get_type_hints(kind)
    needed = set(kind._fields) - set(kind._field_defaults) if hasattr(kind, "_fields") else _required(kind)
    return tuple(_Field(name, key, hints[name], name in needed) for name, key in _keys(kind))


# --- from JSON -------------------------------------------------------------------------------------------------------


def record_from(record: type[RecordT], data: object) -> RecordT:
    """The record a JSON value holds; keys that it has no field for are left.

    Raises:
        RecordError: A key is missing, or a value is of another form.
    """
    value: RecordT = _read(record, data, ())
    return value


_Path = tuple[str | int, ...]


def _read(kind: Any, data: Any, path: _Path) -> Any:  # noqa: ANN401, C901, PLR0911, PLR0912  any type, any JSON; a line a form
    if kind is object:
        return data
    if kind in (Decimal, Fraction, float):
        return kind(_figure(data, path))
    if kind is date:
        return _day(data, path)
    if kind in _SIMPLE:
        return data if type(data) is kind else _wrong(path)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return data if data in arguments else _wrong(path)
    if origin in (Union, UnionType):
        return _either(arguments, data, path)
    if origin is tuple:
        if not isinstance(data, list):
            return _wrong(path)
        if arguments[-1] is Ellipsis:
            return tuple(_read(arguments[0], value, (*path, i)) for i, value in enumerate(data))
        if len(data) != len(arguments):
            return _wrong(path)
        return tuple(
            _read(kind, value, (*path, i)) for i, (kind, value) in enumerate(zip(arguments, data, strict=True))
        )
    if not isinstance(data, Mapping):
        return _wrong(path)
    if origin is not None:  # a Mapping
        return {key: _read(arguments[1], value, (*path, key)) for key, value in data.items()}
    values = {}
    for field in _fields(kind):
        if field.key in data:
            values[field.name] = _read(field.type, data[field.key], (*path, field.key))
        elif field.required:
            _wrong((*path, field.key))
    return kind(**values)


def _either(kinds: Sequence[Any], data: object, path: _Path) -> Any:  # noqa: ANN401  any type's value
    """The first type that takes the value."""
    error = RecordError("")
    for kind in kinds:
        try:
            return _read(kind, data, path)
        except RecordError as caught:
            error = max(error, caught, key=lambda e: len(e.path))
    raise error


def _figure(data: object, path: _Path) -> Decimal:
    """A string of digits, or a whole number."""
    whole = isinstance(data, int) and not isinstance(data, bool)
    if not whole and not (isinstance(data, str) and len(data) <= MAX_FIGURE_CHARACTERS):
        _wrong(path)
    try:
        value = Decimal(str(data))
    except ArithmeticError:
        return _wrong(path)
    return value if value.is_finite() and abs(value) <= MAX_FIGURE else _wrong(path)


def _day(data: object, path: _Path) -> date:
    try:
        return date.fromisoformat(data) if isinstance(data, str) else _wrong(path)
    except ValueError:
        return _wrong(path)


def _wrong(path: _Path) -> NoReturn:
    raise RecordError(".".join(str(step) for step in path))
