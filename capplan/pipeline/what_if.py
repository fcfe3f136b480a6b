"""Plans a changed scenario again: a change is written into the plain data, which is then read and planned anew."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import date
from decimal import Decimal
from typing import Any

from capplan.language.load import build
from capplan.language.reader import value_at
from capplan.model import Change
from capplan.pipeline.meter import meter
from capplan.pipeline.price import Priced, price


def apply(data: Mapping[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """A copy of the scenario's plain data with some values set, or removed (None).

    A number in a path is an index of a list; a list set there replaces that item by its items.
    """
    out = dict(data)
    for change in changes:
        *parents, last = change.path.split(".")
        parent: Any = out
        for step in parents:
            parent = _copied(parent, step)
        if isinstance(parent, list):
            i, value = int(last), _plain_value(change.to)
            parent[i : i + 1] = [] if value is None else value if isinstance(value, list) else [value]
        elif change.to is None:
            parent.pop(last, None)
        else:
            parent[last] = _plain_value(change.to)
    return out


def _copied(parent: Any, step: str) -> Any:  # noqa: ANN401  plain data
    """The value at a step, replaced by a copy; a plain value or a missing one becomes a mapping.

    Values off the path of a change stay the same object, by which `build` knows what it need not read again.
    """
    key: Any = int(step) if isinstance(parent, list) else step
    inner = parent[key] if isinstance(parent, list) else parent.get(key)
    parent[key] = copy(inner) if isinstance(inner, dict | list) else {} if inner is None else {"name": inner}
    return parent[key]


def _plain_value(value: object) -> object:
    """A value as the YAML reader returns it: numbers are Decimals."""
    if isinstance(value, Mapping):
        return {str(k): _plain_value(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_value(v) for v in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return value


def in_order(data: Mapping[str, Any], changes: Iterable[Change]) -> tuple[Change, ...]:
    """Changes of several options in an order in which none moves the place of another.

    Values are set first; then the items of lists are replaced, the last of a list first; keys are removed at the end, and
    with them what another option wrote under them.
    """
    listed = tuple({change.path: change for change in changes}.values())
    items = [c for c in listed if _is_item(data, c.path)]
    removals = [c for c in listed if c.to is None and c not in items]
    removals.sort(key=lambda c: -c.path.count("."))
    values = [c for c in listed if c not in items and c not in removals]
    items.sort(key=lambda c: (c.path.rpartition(".")[0], -int(c.path.rpartition(".")[2])))
    return (*values, *items, *removals)


def _is_item(data: Mapping[str, Any], path: str) -> bool:
    """Whether a path is that of a list's item."""
    parent, _, last = path.rpartition(".")
    return last.isdecimal() and isinstance(written(data, parent), list)


def exclusive(some: Iterable[Change], others: Iterable[Change]) -> bool:
    """Whether two options cannot both be applied: they set the same path, or one sets what is above the other's."""
    mine = tuple(some)
    return any(_contradict(a, b) or _contradict(b, a) for b in others for a in mine)


def _contradict(a: Change, b: Change) -> bool:
    if a.path == b.path:
        return a.to != b.to
    return b.path.startswith(f"{a.path}.") and a.to is not None


def written(data: Mapping[str, Any], path: str) -> object:
    """The value at a dotted path of plain data; None where there is none."""
    return value_at(data, path.split("."))


def what_if(base: Priced, changes: Sequence[Change], today: date | None, near: Priced | None = None) -> Priced:
    """The changed scenario, planned again.

    Args:
        base: The plan.
        changes: What is changed in it.
        today: As of the plan.
        near: The plan with some of the changes: what it has in common with all of them is taken from it.
    """
    known, scenario = near or base, base.metered.scenario
    data = apply(scenario.data, changes)
    changed = build(scenario.doc, scenario.files, scenario.sha256, data, known.metered.as_declared)
    return price(meter(changed, base.metered.context.seed, base=known.metered), base.catalogue, today, known)
