"""A value as it would be written in a scenario, on one line."""

from collections.abc import Mapping
from decimal import Decimal


def written(value: object) -> str:
    """`{mode: provisioned, write: 200}`; None is the absence of a key."""
    if value is None:
        return "(not written)"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {written(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(written(one) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
