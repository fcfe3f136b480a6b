"""Lists what a scenario's figures hang on: its ranges, the quantities that it writes, and defaults that nobody wrote."""

import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from typing import Any, Literal

from capplan.language.ranges import RangedInput, ranged_inputs
from capplan.language.scenario import Scenario
from capplan.model import Assumption, Change
from capplan.quantities.text import BYTES_OF, COUNT_SCALE, MS_OF
from capplan.quantities.uncertain import PERCENTILE, is_range
from capplan.record import Record

Given = Literal["range", "written", "default"]
"""Where an input's value comes from: a range, the scenario, or nobody."""
_NOT_OF_THE_WORKLOAD = ("capplan", "gates", "launches", "prices", "commitments", "name", "region", "timezone", "unit")
"""Keys at the top that are no inputs of the workload."""
_NOT_QUANTITIES = ("next", "item", "tags")
_QUANTITY = re.compile(
    r"\s*(?P<number>[+-]?[\d,]*\d(?:\.\d+)?)\s*(?P<unit>[A-Za-zµ%]*)(?P<per>\s*/\s*[A-Za-z]+)?(?P<rest>.*)"
)
_DIGITS = Context(prec=6)
_WIDE = (0.1, 0.9)
"""The shares of draws below the two values of a range: eight of ten lie between."""


class Step(Record, frozen=True):
    """How far a quantity that is no range is moved: `down` and `up` are what it is multiplied by; `text` as it was asked."""

    down: Fraction
    up: Fraction
    text: str

    @property
    def spread(self) -> Fraction:
        """The distance of the two values, as a share of the value."""
        return self.up - self.down


class Move(Record, frozen=True):
    """An input at one of its two values."""

    text: str
    changes: tuple[Change, ...]


class Input(Record, frozen=True):
    """An input and its two values.

    Attributes:
        path: Where it stands, or would.
        value: What it is.
        low, high: Each as the ways to write it, the first that is valid counts: some quantities are whole numbers.
        spread: The distance of the two values, as a share of the value.
    """

    path: str
    given: Given
    value: str
    low: tuple[Move, ...]
    high: tuple[Move, ...]
    spread: Fraction


def inputs_of(scenario: Scenario, defaults: Mapping[str, Assumption], step: Step) -> tuple[Input, ...]:
    """All inputs: ranges first, then what is written, then defaults."""
    ranges = [made for one in ranged_inputs(scenario) if (made := _of_range(one)) is not None]
    written = [
        made for path, raw in _quantities(scenario.data, ()) if (made := _of_written(path, raw, step)) is not None
    ]
    taken = {one.path for one in (*ranges, *written)}
    unwritten = [
        made
        for path, note in defaults.items()
        if path not in taken and (made := _of_default(path, note, step)) is not None
    ]
    return (*ranges, *written, *unwritten)


def _of_range(one: RangedInput) -> Input | None:
    """A range between its 10th and its 90th percentile."""
    import numpy as np  # noqa: PLC0415  only where there is a range

    low, high = (one.value.rounded(float(value)) for value in one.value.at(np.array(_WIDE)))
    if low == high or not one.value.likely:
        return None
    spread = Fraction(high - low) / Fraction(one.value.likely)
    down, up = (Move(one.text(end), (Change(one.name, one.value.written(end)),)) for end in (low, high))
    return Input(one.name, "range", one.text(one.value.likely), (down,), (up,), spread)


def _of_written(path: str, raw: object, step: Step) -> Input | None:
    if isinstance(raw, Mapping):
        parts = {str(key): _scaled(value, step.down) for key, value in raw.items()}
        more = {str(key): _scaled(value, step.up) for key, value in raw.items()}
        if not all(parts.values()) or not all(more.values()):
            return None
        low, high = ({key: values[0] for key, values in part.items()} for part in (parts, more))  # type: ignore[index]
        now = ", ".join(f"{key} {_text(value)}" for key, value in raw.items())
        return Input(
            path, "written", now, (Move(_factor(step.down), (Change(path, low),)),),
            (Move(_factor(step.up), (Change(path, high),)),), step.spread,
        )  # fmt: skip
    low_values, high_values = _scaled(raw, step.down), _scaled(raw, step.up)
    if low_values is None or high_values is None:
        return None
    return Input(path, "written", _text(raw), _moves(path, low_values), _moves(path, high_values), step.spread)


def _of_default(path: str, note: Assumption, step: Step) -> Input | None:
    """A default that is a quantity at two values; one that is not, but may be otherwise, at that."""
    low, high = _scaled(note.value, step.down, words=True), _scaled(note.value, step.up, words=True)
    if low is not None and high is not None:
        return Input(path, "default", note.value, _moves(path, low), _moves(path, high), step.spread)
    if note.instead and note.calls_factor == 1:
        return Input(path, "default", note.value, (), (Move("otherwise", note.instead),), Fraction(1))
    return None


def _moves(path: str, values: tuple[object, ...]) -> tuple[Move, ...]:
    return tuple(Move(_text(value), (Change(path, value),)) for value in values)


def _factor(factor: Fraction) -> str:
    return f"×{float(factor):.3g}"


def _text(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _scaled(raw: object, factor: Fraction, *, words: bool = False) -> tuple[object, ...] | None:
    """A quantity times a factor, then rounded to a whole number away from what it is; None for what is no quantity, or 0."""
    if isinstance(raw, Decimal):
        return _numbers(raw, factor) if raw else None
    match = _QUANTITY.fullmatch(raw) if isinstance(raw, str) else None
    if match is None or not (match["unit"] or match["per"]) or (match["rest"].strip() and not words):
        return None
    if match["unit"] not in ("", "%", "x", "USD", *BYTES_OF, *MS_OF, *COUNT_SCALE):
        return None
    number = Decimal(match["number"].replace(",", ""))
    if not number:
        return None
    assert isinstance(raw, str)  # noqa: S101  it has matched
    end = match.end("unit") if words else len(raw)
    before, after = raw[: match.start("number")], raw[match.end("number") : end]
    most = Decimal(100) if match["unit"] == "%" and "/" not in raw and number <= 100 else None  # noqa: PLR2004  percent
    values = [min(value, most) if most is not None else value for value in _numbers(number, factor)]
    return tuple(f"{before}{value:f}{after}".strip() for value in dict.fromkeys(values))


def _numbers(number: Decimal, factor: Fraction) -> tuple[Decimal, ...]:
    exact = _DIGITS.divide(number * factor.numerator, Decimal(factor.denominator)).normalize()
    exact = Decimal(f"{exact:f}")
    whole = exact.to_integral_value(ROUND_CEILING if factor > 1 else ROUND_FLOOR)
    return (exact, whole) if whole != exact and whole else (exact,)


def _quantities(data: Any, path: tuple[str, ...]) -> Iterator[tuple[str, object]]:  # noqa: ANN401  plain data
    """Every quantity that is written, by its path; percentiles of one are one."""
    if isinstance(data, Mapping):
        if is_range(data) or (path and path[-1] in _NOT_QUANTITIES):
            return
        if data and all(PERCENTILE.fullmatch(str(key)) for key in data):
            yield ".".join(path), data
            return
        for key, value in data.items():
            if path or key not in _NOT_OF_THE_WORKLOAD:
                yield from _quantities(value, (*path, str(key)))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            if not isinstance(value, Decimal):  # numbers of a list are a curve, or names
                yield from _quantities(value, (*path, str(i)))
    elif isinstance(data, Decimal | str):
        yield ".".join(path), data
