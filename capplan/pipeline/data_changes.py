"""Finds the changes that turn a scenario's plain data into other data."""

from collections.abc import Iterable, Mapping
from typing import Any

from capplan.model import Change


def data_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """Changes by which `what_if.apply` makes the new data of the old, each as deep as it can be written."""
    return tuple(_of_mapping("", old, new))


def _of_mapping(place: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[Change]:
    for key, value in new.items():
        yield from _of_value(f"{place}{key}", old.get(key), value)
    yield from (Change(f"{place}{key}", None) for key in old if key not in new)


def _of_value(path: str, old: Any, new: Any) -> Iterable[Change]:  # noqa: ANN401  plain data
    if old is new or (type(old) is type(new) and old == new):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping) and old and new:
        yield from _of_mapping(f"{path}.", old, new)
    elif isinstance(old, list) and isinstance(new, list) and _item_by_item(old, new):
        for i, (some, other) in enumerate(zip(old, new, strict=True)):
            yield from _of_value(f"{path}.{i}", some, other)
    else:
        yield Change(path, new)


def _item_by_item(old: list[Any], new: list[Any]) -> bool:
    """Whether items stand where they stood; a list written at an item's place would replace it by its items."""
    return len(old) == len(new) and not any(isinstance(item, list) or item is None for item in new)
