"""What is written in a scenario, flat: each value under its path, and each file it names by its hash. It plans nothing."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from capplan.language.scenario import Scenario

_APART = ("capplan", "gates")
"""Keys that change no figure: the language's number, and what is asked of the figures."""


def inputs_of(scenario: Scenario) -> dict[str, str]:
    """Values by path, `tables.orders.items: 40M`; gates apart; then `file NAME` with the first digits of its hash."""
    out = {path: text for path, text in _flat(scenario.data, "") if path.partition(".")[0] not in _APART}
    return out | {f"file {name}": f"sha256 {digest[:12]}" for name, digest in sorted(scenario.files.read.items())}


def _flat(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value:
        for i, inner in enumerate(value):
            yield from _flat(inner, f"{path}.{_called(inner, i)}")
    else:
        yield path, _text(value)


def _called(item: object, place: int) -> str:
    """A list's item by its name where it has one, so that one more before it does not move it."""
    name = item.get("name") if isinstance(item, Mapping) else None
    return name if isinstance(name, str) else str(place)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if value is None:
        return "null"
    return "[]" if value == [] else "{}" if value == {} else str(value)
