"""Lists a scenario's values by path, and the hashes of the files that it names."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from capplan.language.scenario import Scenario

_LEFT_OUT = ("capplan", "gates")
"""Keys that change no figure: the language's version, and the gates."""


def inputs_of(scenario: Scenario) -> dict[str, str]:
    """Values by path, `tables.orders.items: 40M`, without gates; then `file NAME` with the first digits of its hash."""
    out = {path: text for path, text in _flat(scenario.data, "") if path.partition(".")[0] not in _LEFT_OUT}
    return out | {f"file {name}": f"sha256 {digest[:12]}" for name, digest in sorted(scenario.files.read.items())}


def _flat(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value:
        for i, inner in enumerate(value):
            yield from _flat(inner, f"{path}.{_step(inner, i)}")
    else:
        yield path, _text(value)


def _step(item: object, index: int) -> str:
    """An item's name where it has one, else its index: another item before a named one does not change its path."""
    name = item.get("name") if isinstance(item, Mapping) else None
    return name if isinstance(name, str) else str(index)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if value is None:
        return "null"
    return "[]" if value == [] else "{}" if value == {} else str(value)
