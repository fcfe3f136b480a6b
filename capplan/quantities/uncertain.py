"""Values that nobody knows yet: what a range says, the draws of it, and each draw as a scenario writes it.

`low` and `high` are the least and the most the value can be, `likely` is where it is most likely, and what lies between is
the triangular distribution. `{p10, p50, p90}` are percentiles of what is known of it, log-normal between neighbors.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING

from capplan.quantities.distribution import Distribution, at_normals
from capplan.quantities.text import BYTES_OF, COUNT_SCALE, MS_OF, SECONDS_OF
from capplan.record import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RANGE_KEYS = frozenset({"low", "likely", "high"})
PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,6})?)")
_POINT = "p50"
_TEXT = re.compile(r"\s*([+-]?\d{1,18}(?:\.\d{1,18})?(?:[eE][+-]?\d{1,2})?)\s*([A-Za-zµ%]*)\s*(?:/\s*([A-Za-z]+)\s*)?")
_SIX_DIGITS = Context(prec=6, rounding=ROUND_HALF_EVEN)
_NO_QUANTITIES = ("next", "item", "tags")
"""Keys of mappings whose own keys are a scenario's names: those of states, attributes, tags."""
_STEPS = 20
"""A range of at least so many milliseconds is drawn in whole ones, as people measure and AWS bills."""
_SCALES: tuple[tuple[Mapping[str, int], str], ...] = (
    (COUNT_SCALE, ""),
    (BYTES_OF, "B"),
    ({unit: int(ms) for unit, ms in MS_OF.items() if ms >= 1}, "ms"),
)
"""Units that have a common one, and that one."""


class Uncertain(Record, frozen=True):
    """A range, in one unit.

    Attributes:
        low, likely, high: Of percentiles the lowest, the median and the highest.
        unit: What a scenario writes behind a value, such as ` B` or `/s`.
        points: The percentiles; None where low and high are the ends.
        raw: Values as written, by the value: a draw that is one of them is written as it stands.
        step: A draw is a multiple of this; 0 for six significant digits.
    """

    low: Decimal
    likely: Decimal
    high: Decimal
    unit: str
    points: Distribution | None
    raw: Mapping[Decimal, object]
    step: Decimal = Decimal(0)

    @property
    def fixed(self) -> bool:
        """Whether it is one value."""
        return self.low == self.high

    def written(self, value: Decimal) -> object:
        """A value as a scenario writes it."""
        if value in self.raw:
            return self.raw[value]
        return f"{value.normalize():f}{self.unit}" if self.unit else value

    def rounded(self, value: float) -> Decimal:
        """A draw to the digits that are written, within the ends."""
        if value == float(self.likely):
            return self.likely
        exact = round(Decimal(value) / self.step) * self.step if self.step else _SIX_DIGITS.create_decimal(value)
        if self.points is None:
            return max(self.low, min(self.high, exact))
        return min(Decimal(100), exact) if self.unit.startswith("%") and "/" not in self.unit else exact

    def at(self, shares: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """The values below which these shares of all draws lie, not rounded. Same shape as `shares`, above 0 and below 1."""
        import numpy as np  # noqa: PLC0415  only where something is drawn

        if self.fixed:
            return np.full(shares.shape, float(self.likely))
        if self.points is not None:
            from statistics import NormalDist  # noqa: PLC0415  slow to import

            normal = NormalDist().inv_cdf
            return at_normals(self.points, np.array([normal(float(share)) for share in shares]))
        low, likely, high = float(self.low), float(self.likely), float(self.high)
        width = high - low
        rising = low + np.sqrt(shares * width * (likely - low))
        falling = high - np.sqrt((1 - shares) * width * (high - likely))
        return np.where(shares * width <= likely - low, rising, falling)


def range_paths(
    data: object, known: object = None, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[str | int, ...]]:
    """The paths of ranges in a scenario's plain data; `known` is what was there before and has none."""
    if data is known:
        return
    if isinstance(data, Mapping):
        if path and path[-1] in _NO_QUANTITIES:
            return
        if is_range(data):
            yield path
            return
        before = known if isinstance(known, Mapping) else {}
        for key, value in data.items():
            yield from range_paths(value, before.get(key), (*path, str(key)))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from range_paths(value, None, (*path, i))


def is_range(raw: object) -> bool:
    """Whether plain data are a range: low, likely and high, or percentiles of what is neither a size nor a duration."""
    if not isinstance(raw, Mapping) or not raw:
        return False
    return raw.keys() == RANGE_KEYS or (_POINT in raw and is_percentiles_of_unknown(raw))


def is_percentiles_of_unknown(raw: Mapping[object, object]) -> bool:
    """Whether percentiles are those of a value nobody knows: those of sizes and durations say how requests vary."""
    if not raw or not all(isinstance(key, str) and PERCENTILE.fullmatch(key) for key in raw):
        return False
    parts = [_parts(value) for value in raw.values()]
    return all(part is not None and (part[2] or part[1] not in {*BYTES_OF, *MS_OF}) for part in parts)


def likely_of(raw: object) -> object:
    """The value of the point answer: the likely one, or the median, of a range; anything else as it is."""
    if isinstance(raw, Mapping) and is_range(raw):
        return raw["likely"] if raw.keys() == RANGE_KEYS else raw[_POINT]
    return raw


def uncertain_of(raw: Mapping[str, object], *, step: bool = False) -> Uncertain:
    """A range of a checked scenario.

    Args:
        raw: As written.
        step: Whether a draw must be a whole number of the likely value's unit.
    """
    keys = ("low", "likely", "high") if raw.keys() == RANGE_KEYS else tuple(sorted(raw, key=_share))
    parts = [_parts(raw[key]) for key in keys]
    amounts = [part for part in parts if part is not None]
    likely = amounts[keys.index("likely" if "likely" in keys else _POINT)]
    factor, unit = _common([amount for _, amount, _ in amounts], likely[1], whole=step)
    period = likely[2]
    values = [
        number * factor[amount] * (Decimal(SECONDS_OF[period]) / SECONDS_OF[per] if per in SECONDS_OF else 1)
        for number, amount, per in amounts
    ]
    space = " " if unit in BYTES_OF or unit in MS_OF or unit == "USD" else ""
    written = f"{space}{unit}" + (f"/{period}" if period else "")
    points = None
    if "likely" not in keys and values[0] != values[-1]:
        points = Distribution(tuple((_share(key) / 100, value) for key, value in zip(keys, values, strict=True)))
    middle = values[keys.index("likely" if "likely" in keys else _POINT)]
    digits = Decimal("0.000001") if unit == "%" and period else Decimal(0)  # those of growth
    whole = step or (not period and (unit == "B" or (unit == "ms" and values[-1] - values[0] >= _STEPS)))
    return Uncertain(
        values[0], middle, values[-1], written, points,
        {value: raw[key] for key, value in zip(keys, values, strict=True)}, Decimal(1) if whole else digits,
    )  # fmt: skip


def _share(key: str) -> Decimal:
    return Decimal(key[1:])


def _parts(raw: object) -> tuple[Decimal, str, str] | None:
    """A quantity's number, its unit and the time that it is per; None for what is no quantity."""
    if isinstance(raw, Decimal | int) and not isinstance(raw, bool):
        return Decimal(raw), "", ""
    match = _TEXT.fullmatch(raw) if isinstance(raw, str) else None
    return None if match is None else (Decimal(match[1]), match[2], match[3] or "")


def _common(units: list[str], likely: str, *, whole: bool) -> tuple[dict[str, Decimal], str]:
    """What each unit is in a common one, and that: bytes, milliseconds, plain numbers, or the likely value's own."""
    for scale, base in _SCALES:
        if all(unit in scale for unit in units):
            to = likely if whole else base
            return {unit: Decimal(scale[unit]) / scale.get(to, 1) for unit in units}, to
    return dict.fromkeys(units, Decimal(1)), likely
