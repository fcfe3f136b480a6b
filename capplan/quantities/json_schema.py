"""The JSON Schema of quantities, for editors: which texts stand for a size, a duration, a rate."""

from collections.abc import Iterable
from typing import Any

from capplan.quantities.text import BYTES_OF, COUNT_SCALE, MS_OF, SECONDS_OF

NUMBER = r"\+?[0-9]{1,18}(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,2})?"
QUANTITY = "x-quantity"
"""The keyword that says which quantity a schema is of; editors pass over it."""
Schema = dict[str, Any]


def _text(units: Iterable[str], *, optional: bool = False) -> Schema:
    """A text of a number and one of these units."""
    listed = "|".join(sorted(units, key=lambda unit: (-len(unit), unit)))
    return {"type": "string", "pattern": rf"^\s*{NUMBER}\s*({listed}){'?' if optional else ''}\s*$"}


def ranged(quantity: str, *plain: Schema, percentiles: bool = True) -> Schema:
    """A plain value, or a range: of three values, or (but for sizes and durations) percentiles of what is not known."""
    value: Schema = plain[0] if len(plain) == 1 else {"anyOf": list(plain)}
    keys = ("low", "likely", "high")
    range_of_three: Schema = {
        "type": "object",
        "properties": dict.fromkeys(keys, value),
        "required": list(keys),
        "additionalProperties": False,
    }
    unknown = [_percentiles(value, "p50")] if percentiles else []
    return {"anyOf": [*plain, range_of_three, *unknown], QUANTITY: quantity}


def _distribution(quantity: str, plain: Schema) -> Schema:
    """A plain value, a range, percentiles, which may be ranges too, or what a profile measured."""
    value = ranged(quantity, plain, percentiles=False)
    return _or_profiled({**value, "anyOf": [*value["anyOf"], _percentiles({"anyOf": value["anyOf"]})]})


def _or_profiled(value: Schema) -> Schema:
    """A value, or that of a profile: of the one that traffic names, or {profile: profile.json, target: orders}."""
    texts: Schema = {"type": "object", "properties": {"profile": {"type": "string"}, "target": {"type": "string"}}}
    return {**value, "anyOf": [*value["anyOf"], {"const": "profile"}, {**texts, "required": ["profile"], **_CLOSED}]}


def _percentiles(value: Schema, *required: str) -> Schema:
    return {
        "type": "object",
        "patternProperties": {r"^p[0-9]{1,2}(\.[0-9]{1,6})?$": value},
        "additionalProperties": False,
        "minProperties": 2,
        **({"required": list(required)} if required else {}),
    }


_CLOSED: Schema = {"additionalProperties": False}
_NOT_NEGATIVE: Schema = {"type": "number", "minimum": 0}
_SCALE = [scale for scale in COUNT_SCALE if scale]
_PERIOD = rf"\s*/\s*({'|'.join(sorted(SECONDS_OF))})\s*$"

SIZE = _distribution("size", _text(BYTES_OF))
DURATION = _distribution("duration", _text(MS_OF))
MILLISECONDS = ranged("duration", _text(MS_OF), percentiles=False)
BYTES = ranged("size", _text(BYTES_OF), percentiles=False)
MEGABYTES = ranged("megabytes", _text(BYTES_OF), percentiles=False)
COUNT = ranged("count", _NOT_NEGATIVE, _text(_SCALE, optional=True))
SHARE = ranged("share", {"type": "string", "pattern": r"^\s*\+?(100(\.0+)?|[0-9]{1,2}(\.[0-9]{1,18})?)\s*%\s*$"})
FAILED_SHARE = _or_profiled(SHARE)
FACTOR = ranged("factor", _text(("x",)))
MONEY = ranged("money", _text(("USD",)))
RATE = ranged("rate", {"type": "string", "pattern": rf"^\s*{NUMBER}\s*({'|'.join(_SCALE)})?{_PERIOD}"})
GROWTH = ranged("growth", {"type": "string", "pattern": r"^[+-]?[0-9]{1,4}(\.[0-9]{1,6})?%/(month|year)$"})
BYTE_RATE = ranged("rate", {"type": "string", "pattern": rf"^\s*{NUMBER}\s*({'|'.join(BYTES_OF)}){_PERIOD}"})
