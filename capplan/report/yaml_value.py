"""Values and changes of a scenario as they would be written, on one line."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from capplan.pipeline.results import FindingChange


def written(value: object) -> str:
    """`{mode: provisioned, write: 200}`; None is a key to remove."""
    if value is None:
        return "(remove)"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(written(inner) for inner in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def change_words(changes: Iterable[FindingChange]) -> str:
    """Each change as `path: value`."""
    return ", ".join(f"{change.path}: {written(change.new)}" for change in changes)
