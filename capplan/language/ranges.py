"""The inputs of a scenario that are ranges, and the scenario with one value for each of them."""

from collections.abc import Iterable, Mapping
from copy import copy
from decimal import Decimal
from typing import Any

from capplan.errors import CapplanError
from capplan.language.load import build
from capplan.language.scenario import Scenario
from capplan.quantities.uncertain import Uncertain, range_paths, uncertain_of
from capplan.record import Record, replace


class RangedInput(Record, frozen=True):
    """A value of the scenario that is a range.

    Attributes:
        path: Where it stands.
        value: What is known of it.
    """

    path: tuple[str | int, ...]
    value: Uncertain

    @property
    def name(self) -> str:
        """The path with dots, as in `Scenario.ranges`."""
        return ".".join(map(str, self.path))

    def text(self, value: Decimal) -> str:
        """A value of it for people: `60/s`."""
        written = self.value.written(value)
        return f"{written:f}" if isinstance(written, Decimal) else str(written)


Values = Mapping[str, Decimal]
"""Values of ranged inputs by their name, each in the unit of its range; an input that is left out has its likely value."""


def ranged_inputs(scenario: Scenario) -> tuple[RangedInput, ...]:
    """The ranges of a scenario, in the order in which they are written.

    Where the language takes whole numbers only (of workers, of MB), so are the draws.

    Raises:
        CapplanError: A value between the ends is not valid.
    """
    if not scenario.ranges:
        return ()
    inputs = tuple(
        RangedInput(path, uncertain_of(_at_path(scenario.data, path))) for path in range_paths(scenario.data)
    )
    try:
        at(scenario, inputs, {one.name: _between(one.value) for one in inputs})
    except CapplanError:
        return tuple(_whole_if_needed(scenario, one) for one in inputs)
    return inputs


def at(scenario: Scenario, inputs: Iterable[RangedInput], values: Values) -> Scenario:
    """The scenario with one value for each of its ranges: those that are given, the likely one of the others.

    Raises:
        CapplanError: It is not valid with these values.
    """
    data = dict(scenario.data)
    for one in inputs:
        _write(data, one.path, one.value.written(values.get(one.name, one.value.likely)))
    try:
        drawn = build(scenario.doc, scenario.files, scenario.sha256, data, scenario)
    except CapplanError as error:
        raise _said(error, inputs, values) from None
    return replace(drawn, gates=scenario.gates)  # gates of the command line, such as --budget, stand in no file


def _between(value: Uncertain) -> Decimal:
    """A value between the ends that is not likely to be whole."""
    return value.rounded(float(value.low) + 0.4321 * float(value.high - value.low))


def _whole_if_needed(scenario: Scenario, one: RangedInput) -> RangedInput:
    try:
        at(scenario, (one,), {one.name: _between(one.value)})
    except CapplanError:
        whole = RangedInput(one.path, uncertain_of(_at_path(scenario.data, one.path), step=True))
        at(scenario, (whole,), {whole.name: _between(whole.value)})
        return whole
    return one


def _said(error: CapplanError, inputs: Iterable[RangedInput], values: Values) -> CapplanError:
    """The error, with the values that caused it: the file itself is valid."""
    named = [f"{one.name} at {one.text(values[one.name])}" for one in inputs if one.name in values]
    with_ = f" (with {', '.join(named)})" if named else ""
    return CapplanError(tuple(replace(d, message=f"{d.message}{with_}") for d in error.diagnostics), error.summary)


def _at_path(data: Any, path: Iterable[str | int]) -> Any:  # noqa: ANN401  plain data
    for step in path:
        data = data[step]
    return data


def _write(data: dict[str, Any], path: tuple[str | int, ...], value: object) -> None:
    """Set a value; what is off the path stays the same object, by which `build` knows what it need not read again."""
    parent: Any = data
    for step in path[:-1]:
        parent[step] = copy(parent[step])
        parent = parent[step]
    parent[path[-1]] = value
