"""What a JSON text may not contain: duplicate keys, half surrogate pairs, numbers that are not finite or too long."""

import re
from decimal import Decimal

from capplan.reading.scalars import Rejection, plain_value, shown

_HALF_SURROGATE = re.compile("[\ud800-\udfff]")


class RejectedError(ValueError):
    """A JSON text contains something capplan does not accept."""


def unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object without duplicate keys. Raises RejectedError."""
    mapping: dict[str, object] = {}
    for key, value in pairs:
        if key in mapping:
            raise RejectedError(f"duplicate key {shown(key)}")
        mapping[key] = value
    return mapping


def number(text: str) -> Decimal:
    """A number by the rules of scenarios: at most 18 digits. Raises RejectedError."""
    value = plain_value(text)
    if not isinstance(value, Decimal):
        raise RejectedError(value.message if isinstance(value, Rejection) else f"not JSON: {text}")
    return value


def check_depth(data: object, max_levels: int) -> None:
    """Raises RecursionError where a value is nested deeper than `max_levels`, RejectedError at half a surrogate pair."""
    levels, layer = 0, [data]
    while layer:
        if any(isinstance(value, str) and _HALF_SURROGATE.search(value) for value in layer):
            raise RejectedError("a surrogate escape without its other half")
        containers = [value for value in layer if isinstance(value, dict | list)]
        levels += bool(containers)
        if levels > max_levels:
            raise RecursionError
        layer = [child for container in containers for child in _children(container)]


def _children(container: dict[str, object] | list[object]) -> list[object]:
    """A mapping's keys and values, or a list's values."""
    return [*container, *container.values()] if isinstance(container, dict) else container
