"""Values and changes of a scenario as they would be written: on one line, or as a block of YAML."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import yaml

from capplan.pipeline.results import FindingChange

_LONG = 60
"""A value of more characters goes on lines of its own."""


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


def block_yaml(changes: Iterable[FindingChange]) -> str:
    """The changes as a block of YAML: nested keys, short values in one line; a key to remove is a comment."""
    lines: list[str] = []
    before: list[str] = []
    for change in changes:
        *parents, last = change.path.split(".")
        shared = 0
        while shared < len(parents) and parents[: shared + 1] == before[: shared + 1]:
            shared += 1
        lines += ["  " * depth + _key(parents[depth]) for depth in range(shared, len(parents))]
        before = parents
        lines += _entry(last, change.new, len(parents))
    return "\n".join(lines)


def _key(step: str) -> str:
    return f"# item {int(step) + 1}:" if step.isdigit() else f"{step}:"


def _entry(key: str, value: object, depth: int) -> list[str]:
    indent = "  " * depth
    if value is None:
        return [f"{indent}# remove {key}"]
    text = yaml.safe_dump(_plain(value), default_flow_style=None, sort_keys=False, width=10_000, allow_unicode=True)
    lines = text.removesuffix("...\n").rstrip("\n").split("\n")
    if key.isdigit():
        return [f"{indent}{_key(key)}", *(f"{indent}{made}" for made in lines)]
    if isinstance(value, Mapping | list | tuple) and (len(lines) > 1 or len(lines[0]) > _LONG or lines[0][0] == "-"):
        return [f"{indent}{key}:", *(f"{indent}  {made}" for made in _lines(value))]
    return [f"{indent}{key}: {lines[0]}"]


def _lines(value: Mapping[str, object] | Sequence[object]) -> list[str]:
    """A mapping or list with an entry a line; what is inside an entry stays on its line."""
    if isinstance(value, Mapping):
        return [made for key, inner in value.items() for made in _entry(str(key), inner, 0)]
    return [f"- {written(inner)}" for inner in value]


def _plain(value: object) -> object:
    """A value as the YAML writer takes it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
