"""The JSON Schema of quantities, for editors: which texts stand for a size, a duration, a rate. It reads no value."""

from collections.abc import Iterable
from typing import Any

NUMBER = r"\+?[0-9]{1,18}(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,2})?"
QUANTITY = "x-quantity"
"""The keyword that says which quantity a schema is of; editors pass over it."""
Schema = dict[str, Any]


def _text(units: Iterable[str], *, optional: bool = False) -> Schema:
    """A text of a number and one of these units."""
    listed = "|".join(sorted(set(units), key=lambda unit: (-len(unit), unit)))
    return {"type": "string", "pattern": rf"^\s*{NUMBER}\s*({listed}){'?' if optional else ''}\s*$"}


def _ranged(quantity: str, *plain: Schema) -> Schema:
    """A plain value, or a range of three."""
    value: Schema = plain[0] if len(plain) == 1 else {"anyOf": list(plain)}
    keys = ("low", "likely", "high")
    whole: Schema = {
        "type": "object",
        "properties": dict.fromkeys(keys, value),
        "required": list(keys),
        "additionalProperties": False,
    }
    return {"anyOf": [*plain, whole], QUANTITY: quantity}


def _spread(quantity: str, plain: Schema) -> Schema:
    """A plain value, a range, or percentiles."""
    percentiles: Schema = {
        "type": "object",
        "patternProperties": {r"^p[0-9]{1,2}(\.[0-9]{1,6})?$": plain},
        "additionalProperties": False,
        "minProperties": 2,
    }
    ranged = _ranged(quantity, plain)
    return {**ranged, "anyOf": [*ranged["anyOf"], percentiles]}


_NOT_NEGATIVE: Schema = {"type": "number", "minimum": 0}
_BYTES = ("B", "byte", "bytes", "KB", "KiB", "MB", "MiB", "GB", "GiB", "TB", "TiB")
_MS = (
    *("us", "µs", "ms", "s", "sec", "second", "seconds", "m", "min", "minute", "minutes"),
    *("h", "hour", "hours", "d", "day", "days"),
)
_PER = ("s", "sec", "second", "min", "minute", "h", "hour", "d", "day", "week", "month", "year")
_SCALE = ("k", "K", "M", "B", "G", "T")

SIZE = _spread("size", _text(_BYTES))
DURATION = _spread("duration", _text(_MS))
MILLISECONDS = _ranged("duration", _text(_MS))
BYTES = _ranged("size", _text(_BYTES))
MEGABYTES = _ranged("megabytes", _text(_BYTES))
COUNT = _ranged("count", _NOT_NEGATIVE, _text(_SCALE, optional=True))
SHARE = _ranged("share", {"type": "string", "pattern": r"^\s*\+?(100(\.0+)?|[0-9]{1,2}(\.[0-9]{1,18})?)\s*%\s*$"})
FACTOR = _ranged("factor", _text(("x",)))
MONEY = _ranged("money", _text(("USD",)))
_PERIOD = rf"\s*/\s*({'|'.join(sorted(_PER))})\s*$"
RATE = _ranged("rate", {"type": "string", "pattern": rf"^\s*{NUMBER}\s*({'|'.join(_SCALE)})?{_PERIOD}"})
BYTE_RATE = _ranged("rate", {"type": "string", "pattern": rf"^\s*{NUMBER}\s*({'|'.join(_BYTES)}){_PERIOD}"})
