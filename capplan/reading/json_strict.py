"""What a JSON text may not hold: keys written twice, half characters, numbers that are none. It opens and positions nothing."""

import re
from decimal import Decimal

from capplan.reading.scalars import Refusal, plain_value, shown

_HALF = re.compile("[\ud800-\udfff]")


class RefusedError(Exception):
    """Something in a JSON text that is not taken."""


def unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object, if no key stands in it twice. Raises RefusedError."""
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise RefusedError(f"key {shown(key)} is written twice")
        found[key] = value
    return found


def number(text: str) -> Decimal:
    """A number by the rules of scenarios: at most 18 digits. Raises RefusedError."""
    value = plain_value(text)
    if not isinstance(value, Decimal):
        raise RefusedError(value.message if isinstance(value, Refusal) else f"not JSON: {text}")
    return value


def check_depth(data: object, most: int) -> None:
    """Raises RecursionError where a value is nested deeper than that, RefusedError where it holds half a character."""
    levels, layer = 0, [data]
    while layer:
        if any(isinstance(value, str) and _HALF.search(value) for value in layer):
            raise RefusedError("a surrogate escape without its other half")
        inner = [value for value in layer if isinstance(value, dict | list)]
        levels += bool(inner)
        if levels > most:
            raise RecursionError
        layer = [part for value in inner for part in _parts(value)]


def _parts(value: dict[str, object] | list[object]) -> list[object]:
    """What stands in a mapping, keys included, or in a list."""
    return [*value, *value.values()] if isinstance(value, dict) else value
