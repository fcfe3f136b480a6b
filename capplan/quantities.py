"""Quantities with units: read from a scenario's text, and the one bridge between exact and simulated numbers. It prices nothing."""

import itertools
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, InstanceOf, WithJsonSchema
from pydantic_core import PydanticCustomError

from capplan import quantity_schema as schema
from capplan import units

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# --- the bridge -------------------------------------------------------------------------------------------------------

_TEN_DECIMALS = 10**10
_WIDE = Context(prec=500)
"""Wide enough for every figure to keep its digits."""


def sig6(value: float) -> Fraction:
    """A simulated figure as it enters the exact world: 6 significant digits, once."""
    return Fraction(Decimal(f"{value:.6g}"))


def to_quantity(value: Fraction | Decimal | int) -> Decimal:
    """A volume as a quantity: half up at 10 decimals, trailing zeros dropped."""
    top, bottom = value.as_integer_ratio()
    scaled = (2 * top * _TEN_DECIMALS + bottom) // (2 * bottom)
    whole, rest = divmod(scaled, _TEN_DECIMALS)
    return _plain(_WIDE.scaleb(Decimal(scaled), -10)) if rest else Decimal(whole)


def _plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros or an exponent."""
    short = _WIDE.normalize(value)
    return Decimal(int(short)) if short == short.to_integral_value() else short


def ceil_div(value: Fraction | Decimal | int, block: int) -> int:
    """How many blocks a value fills, rounded up; at least 1 where anything is rounded at all is the caller's rule."""
    return math.ceil(Fraction(value) / block)


# --- distributions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Distribution:
    """A size or a duration: one value, or percentiles joined by a log-normal law.

    `points` are (share below, value) pairs in growing order. One point is a fixed value. Two make a log-normal; more make
    a quantile table, log-normal between neighbours, its end pieces continued. `sample` are (value, how many) pairs in
    growing order that were measured: then the law is the sample's own, exactly, and `points` only its ends.
    """

    points: tuple[tuple[Decimal, Decimal], ...]
    sample: tuple[tuple[Decimal, int], ...] = ()

    @property
    def fixed(self) -> bool:
        """Whether every draw is the same value."""
        return len(self.points) == 1 or self.points[0][1] == self.points[-1][1]


def fixed(value: Decimal | int) -> Distribution:
    """A distribution that is always `value`."""
    return Distribution(((Decimal("0.5"), Decimal(value)),))


def measured(values: Mapping[Decimal, int]) -> Distribution:
    """The distribution of values that were measured, each so many times; at least one."""
    ordered = tuple(sorted(values.items()))
    least, most = ordered[0][0], ordered[-1][0]
    if least == most:
        return fixed(least)
    return Distribution(((Decimal(0), least), (Decimal(1), most)), ordered)


def _sampled(dist: Distribution, what: Callable[[Fraction], Fraction]) -> Fraction:
    """The mean of a function over a sample, exact."""
    whole = sum(count for _, count in dist.sample)
    return sum((what(Fraction(value)) * count for value, count in dist.sample), Fraction(0)) / whole


@lru_cache(maxsize=4096)
def _pieces(dist: Distribution) -> tuple[tuple[float, float, float, float], ...]:
    """Pieces (z from, z to, mu, sigma) of the quantile function exp(mu + sigma z)."""
    from statistics import NormalDist  # noqa: PLC0415  slow to import, wanted only for distributions

    z = [NormalDist().inv_cdf(float(share)) for share, _ in dist.points]
    y = [math.log(float(value)) for _, value in dist.points]
    out: list[tuple[float, float, float, float]] = []
    last = len(z) - 2
    for i in range(len(z) - 1):
        sigma = (y[i + 1] - y[i]) / (z[i + 1] - z[i])
        low = -math.inf if i == 0 else z[i]
        high = math.inf if i == last else z[i + 1]
        out.append((low, high, y[i] - sigma * z[i], sigma))
    return tuple(out)


def _phi(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def share_above(dist: Distribution, value: Decimal | Fraction | float) -> float:
    """The share of draws strictly above a value. Range 0 to 1."""
    if dist.fixed:
        return 1.0 if Fraction(dist.points[0][1]) > Fraction(value) else 0.0
    if dist.sample:
        return float(_sampled(dist, lambda one: Fraction(one > Fraction(value))))
    x = float(value)
    if x <= 0:
        return 1.0
    ln = math.log(x)
    for low, high, mu, sigma in _pieces(dist):
        top = mu + sigma * high if sigma else mu
        if ln <= top or math.isinf(high):
            z = (ln - mu) / sigma if sigma else (math.inf if ln >= mu else -math.inf)
            return 1.0 - _phi(max(low, min(high, z)))
    return 0.0


def quantile(dist: Distribution, share: float) -> float:
    """The value below which `share` of the draws lie."""
    if dist.fixed:
        return float(dist.points[0][1])
    if dist.sample:
        return _sample_quantile(dist, share)
    from statistics import NormalDist  # noqa: PLC0415

    z = NormalDist().inv_cdf(share)
    for low, high, mu, sigma in _pieces(dist):
        if low <= z <= high:
            return math.exp(mu + sigma * z)
    raise AssertionError(share)


def _sample_quantile(dist: Distribution, share: float) -> float:
    """The smallest measured value that at least this share of the sample does not exceed."""
    whole, below = sum(count for _, count in dist.sample), 0
    for value, count in dist.sample:
        below += count
        if below >= share * whole - 1e-9:
            return float(value)
    return float(dist.sample[-1][0])


@lru_cache(maxsize=4096)
def mean(dist: Distribution) -> Fraction:
    """The mean: exact for a fixed value or a sample, else 6 significant digits."""
    if dist.fixed:
        return Fraction(dist.points[0][1])
    if dist.sample:
        return _sampled(dist, lambda value: value)
    return sig6(_moment(dist, 1))


def _moment(dist: Distribution, power: int) -> float:
    """E[X^power] of log-normal pieces."""
    total = 0.0
    for low, high, mu, sigma in _pieces(dist):
        shift = power * sigma
        total += math.exp(power * mu + shift * shift / 2) * (_phi(high - shift) - _phi(low - shift))
    return total


_P99 = 2.3263478740408408
"""The standard normal's 99th percentile."""


@lru_cache(maxsize=4096)
def sum_of(dist: Distribution, count: Decimal) -> Distribution:
    """The sum of so many independent draws (count above 1): a log-normal with the sum's mean and variance."""
    one = float(mean(dist))
    square = float(_sampled(dist, lambda value: value * value)) if dist.sample else _moment(dist, 2)
    total, variance = one * float(count), max(0.0, square - one * one) * float(count)
    sigma = math.sqrt(math.log1p(variance / (total * total)))
    low = math.exp(math.log(total) - sigma * sigma / 2)
    points = ((Decimal("0.5"), low), (Decimal("0.99"), low * math.exp(_P99 * sigma)))
    return Distribution(tuple((share, _plain(_decimal(sig6(value)))) for share, value in points))


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def at_normals(dist: Distribution, z: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Draws: the values at standard normal numbers, of which each piece of the law takes its own."""
    import numpy as np  # noqa: PLC0415  only where something is drawn

    if dist.fixed:
        return np.full(z.shape, float(dist.points[0][1]))
    out = np.empty(z.shape)
    for low, high, mu, sigma in _pieces(dist):
        here = (z > low) & (z <= high)
        out[here] = np.exp(mu + sigma * z[here])
    return out


_STEPS = 1000


def capped_mean(dist: Distribution, cap: Fraction) -> Fraction:
    """E[min(X, cap)], from a thousand equal slices of the law; 6 significant digits."""
    slices = (min(quantile(dist, (i + 0.5) / _STEPS), float(cap)) for i in range(_STEPS))
    return sig6(math.fsum(slices) / _STEPS)


_EXACT_BLOCKS = 20_000


@lru_cache(maxsize=4096)
def expected_blocks(dist: Distribution, block: int, cap: Decimal | None = None) -> Fraction:
    """E[ceil(min(X, cap) / block)]: what is billed in started blocks, never the ceiling of a mean.

    Exact for a fixed value or a sample; otherwise the sum of the tail probabilities P(X > k·block), 6 significant digits. Past 20,000
    blocks the sum goes on as its integral (trapezoid rule), whose error is far below the digits kept.
    """
    if dist.fixed:
        value = dist.points[0][1] if cap is None else min(dist.points[0][1], cap)
        return Fraction(math.ceil(Fraction(value) / block))
    if dist.sample:
        top = None if cap is None else Fraction(cap)
        return _sampled(dist, lambda v: Fraction(math.ceil((v if top is None else min(v, top)) / block)))
    certain = quantile(dist, 1 - 1e-12)
    ceiling = certain if cap is None else min(certain, float(cap))
    blocks = math.ceil(ceiling / block)
    step, k, total = 1, 0, 0.0
    while k < blocks:
        step = 1 if k < _EXACT_BLOCKS else max(1, k // 2000)
        end = min(blocks, k + step)
        here, there = share_above(dist, k * block), share_above(dist, end * block)
        # a step of one is the term itself; a longer one is its trapezoid plus half of what falls inside
        total += here if end - k == 1 else (here + there) / 2 * (end - k) + (here - there) / 2
        k = end
    return sig6(total)


# --- reading text -----------------------------------------------------------------------------------------------------

_NUMBER = r"(?P<n>[+-]?\d{1,18}(?:\.\d{1,18})?(?:[eE][+-]?\d{1,2})?)"
_TEXT = re.compile(_NUMBER + r"\s*(?P<unit>[A-Za-zµ%/]*)")
COUNT_SCALE = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "B": 10**9, "G": 10**9, "T": 10**12}
BYTES_OF = {
    "B": 1,
    "byte": 1,
    "bytes": 1,
    "KB": 2**10,
    "KiB": 2**10,
    "MB": 2**20,
    "MiB": 2**20,
    "GB": 2**30,
    "GiB": 2**30,
    "TB": 2**40,
    "TiB": 2**40,
}
MS_OF: dict[str, Fraction] = {
    "us": Fraction(1, 1000),
    "µs": Fraction(1, 1000),
    "ms": Fraction(1),
    "s": Fraction(1000),
    "sec": Fraction(1000),
    "second": Fraction(1000),
    "seconds": Fraction(1000),
    "m": Fraction(60_000),
    "min": Fraction(60_000),
    "minute": Fraction(60_000),
    "minutes": Fraction(60_000),
    "h": Fraction(3_600_000),
    "hour": Fraction(3_600_000),
    "hours": Fraction(3_600_000),
    "d": Fraction(86_400_000),
    "day": Fraction(86_400_000),
    "days": Fraction(86_400_000),
}
_MOST_DAYS = 36_500
SECONDS_OF: dict[str, int] = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hour": 3600,
    "d": units.SECONDS_PER_DAY,
    "day": units.SECONDS_PER_DAY,
    "week": 7 * units.SECONDS_PER_DAY,
    "month": units.MONTH_SECONDS,
    "year": 12 * units.MONTH_SECONDS,
}


def _shown(found: object) -> str:
    """A value in a message: a list or a mapping is not spelled out."""
    return "a list" if isinstance(found, list) else "this" if isinstance(found, Mapping) else str(found)[:60]


def _fail(found: object, expected: str, example: str) -> PydanticCustomError:
    shown = (
        f"{found} has no unit" if isinstance(found, Decimal | int) and not isinstance(found, bool) else "wrong value"
    )
    return PydanticCustomError(
        "quantity",
        "{shown}",
        {"shown": shown, "hint": f"expected {expected}, such as {example}", "found": _shown(found)},
    )


def _at_most(value: Fraction, most: int, written: str, raw: object) -> Fraction:
    """A value no larger than anything has: past it, it is a slip of the keyboard."""
    if value > most:
        said = f"'{_shown(raw)}' is too large: at most {written}"
        told = {"shown": said, "hint": f"write {written} or less", "found": _shown(raw), "most": written}
        raise PydanticCustomError("quantity", "{shown}", told)
    return value


def _split(text: str) -> tuple[Fraction, str] | None:
    match = _TEXT.fullmatch(text.strip())
    if match is None:
        return None
    return Fraction(Decimal(match["n"])), match["unit"]


def _exact(value: Fraction) -> Decimal:
    """A finite decimal for a ratio whose denominator is 2s and 5s, else its first 18 digits."""
    return _plain(Decimal(value.numerator) / Decimal(value.denominator))


def _read_bytes(raw: object) -> Decimal:
    found = _split(raw) if isinstance(raw, str) else None
    if found is None or found[1] not in BYTES_OF or found[0] < 0:
        raise _fail(raw, "a size", "1.8 KB or 300 B")
    return _exact(_at_most(found[0] * BYTES_OF[found[1]], 10**6 * BYTES_OF["TB"], "1000000 TB", raw))


def read_ms(raw: object) -> Decimal:
    """Milliseconds from `45 ms` or `22 min`."""
    found = _split(raw) if isinstance(raw, str) else None
    if found is None or found[1] not in MS_OF or found[0] < 0:
        raise _fail(raw, "a duration", "45 ms or 22 min")
    return _exact(_at_most(found[0] * MS_OF[found[1]], _MOST_DAYS * int(MS_OF["d"]), f"{_MOST_DAYS} d", raw))


def read_count(raw: object) -> Decimal:
    """A number from `3`, `50k` or `2M`."""
    if isinstance(raw, Decimal) and raw >= 0:
        return raw
    if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0:
        return Decimal(raw)
    found = _split(raw) if isinstance(raw, str) else None
    if found is None or found[1] not in COUNT_SCALE or found[0] < 0:
        raise PydanticCustomError(
            "quantity",
            "{shown}",
            {"shown": "wrong value", "hint": "expected a count, such as 3, 50k or 2M", "found": _shown(raw)},
        )
    return _exact(_at_most(found[0] * COUNT_SCALE[found[1]], 1000 * COUNT_SCALE["T"], "1000T", raw))


def _read_whole(raw: object) -> int:
    value = read_count(raw)
    if value != value.to_integral_value():
        raise PydanticCustomError(
            "quantity",
            "{shown}",
            {"shown": f"{value} is not whole", "hint": "expected a whole number, such as 3", "found": _shown(raw)},
        )
    return int(value)


def _read_share(raw: object) -> Decimal:
    found = _split(raw) if isinstance(raw, str) else None
    if found is None or found[1] != "%" or not 0 <= found[0] <= 100:  # noqa: PLR2004  a hundred percent
        raise _fail(raw, "a share from 0% to 100%", "20%")
    return _exact(found[0] / 100)


def _read_factor(raw: object) -> Decimal:
    found = _split(raw) if isinstance(raw, str) else None
    if found is None or found[1] != "x" or found[0] < 0:
        raise _fail(raw, "a factor", "3x or 0.2x")
    return _exact(found[0])


def read_money(raw: object) -> Decimal:
    """An amount in USD from `2500 USD`."""
    found = _split(raw) if isinstance(raw, str) else None
    if found is None or found[1] != "USD" or found[0] < 0:
        raise _fail(raw, "an amount in USD", "2500 USD")
    return _exact(found[0])


def read_rate(raw: object) -> Fraction:
    """Requests per second from `60/s`, `150M/month`, `5k/min`; a month is 2,628,000 s."""
    if isinstance(raw, str) and raw.count("/") == 1:
        amount, per = (part.strip() for part in raw.split("/"))
        found = _split(amount)
        if found is not None and found[1] in COUNT_SCALE and per in SECONDS_OF and found[0] >= 0:
            return _at_most(found[0] * COUNT_SCALE[found[1]] / SECONDS_OF[per], COUNT_SCALE["B"], "1B/s", raw)
    raise _fail(raw, "a rate", "60/s or 150M/month")


def read_byte_rate(raw: object) -> Fraction:
    """Bytes per second from `300 GB/day` or `12 GB/h`."""
    if isinstance(raw, str) and raw.count("/") == 1:
        amount, per = (part.strip() for part in raw.split("/"))
        found = _split(amount)
        if found is not None and found[1] in BYTES_OF and per in SECONDS_OF and found[0] > 0:
            return _at_most(found[0] * BYTES_OF[found[1]] / SECONDS_OF[per], 1000 * BYTES_OF["TB"], "1000 TB/s", raw)
    raise _fail(raw, "an amount of data a time", "300 GB/day or 12 GB/h")


def _read_megabytes(raw: object) -> int:
    value = Fraction(_read_bytes(raw)) / units.BYTES_PER_MB
    if value.denominator != 1:
        raise PydanticCustomError(
            "quantity",
            "{shown}",
            {
                "shown": f"{raw} is not whole megabytes",
                "hint": "expected whole megabytes, such as 512 MB",
                "found": _shown(raw),
            },
        )
    return int(value)


RANGE_KEYS = frozenset({"low", "likely", "high"})
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,6})?)")


def _inside(read: Callable[[object], Any], key: str, raw: object) -> Any:  # noqa: ANN401  whatever `read` gives
    """A value under a key; what is wrong with it says where it stands."""
    try:
        return read(raw)
    except PydanticCustomError as error:
        raise PydanticCustomError("quantity", "{shown}", {**(error.context or {}), "at": key}) from None


def _likely(read: Callable[[object], Any]) -> Callable[[object], Any]:
    """The same reader, which also takes a range: all three are read, the likely one is the value."""

    def reader(raw: object) -> Any:  # noqa: ANN401  whatever `read` gives
        if isinstance(raw, Mapping) and raw.keys() == RANGE_KEYS:
            low, likely, high = (_inside(read, k, raw[k]) for k in ("low", "likely", "high"))
            if not low <= likely <= high:
                raise PydanticCustomError(
                    "quantity",
                    "{shown}",
                    {"shown": "a range must grow: low, likely, high", "hint": "put the smallest first", "found": ""},
                )
            return likely
        return read(raw)

    return reader


def _spread(read: Callable[[object], Decimal], example: str) -> Callable[[object], Distribution]:
    def reader(raw: object) -> Distribution:
        if isinstance(raw, Distribution):
            return raw
        if isinstance(raw, Mapping) and raw and all(isinstance(k, str) and _PERCENTILE.fullmatch(k) for k in raw):
            return _percentiles({k: _inside(read, k, v) for k, v in raw.items()}, example)
        return fixed(_likely(read)(raw))

    return reader


def _percentiles(given: Mapping[str, Decimal], example: str) -> Distribution:
    points = sorted((Decimal(key[1:]) / 100, value) for key, value in given.items())
    grows = all(a[1] <= b[1] for a, b in itertools.pairwise(points))
    inside = all(0 < share < 1 for share, _ in points)
    positive = all(value > 0 for _, value in points)
    if len(points) < 2 or not (grows and inside and positive):  # noqa: PLR2004  a law needs two points
        raise PydanticCustomError(
            "quantity",
            "{shown}",
            {"shown": "percentiles must be two or more, above 0, and grow", "hint": f"expected {example}", "found": ""},
        )
    return Distribution(tuple(points))


Size = Annotated[
    InstanceOf[Distribution],
    BeforeValidator(_spread(_read_bytes, "{p50: 1 KB, p99: 8 KB}")),
    WithJsonSchema(schema.SIZE),
]
"""Bytes, maybe as percentiles."""
Duration = Annotated[
    InstanceOf[Distribution],
    BeforeValidator(_spread(read_ms, "{p50: 45 ms, p99: 300 ms}")),
    WithJsonSchema(schema.DURATION),
]
"""Milliseconds, maybe as percentiles."""
Milliseconds = Annotated[Decimal, BeforeValidator(_likely(read_ms)), WithJsonSchema(schema.MILLISECONDS)]
Bytes = Annotated[Decimal, BeforeValidator(_likely(_read_bytes)), WithJsonSchema(schema.BYTES)]
Megabytes = Annotated[int, BeforeValidator(_likely(_read_megabytes)), WithJsonSchema(schema.MEGABYTES)]
Count = Annotated[Decimal, BeforeValidator(_likely(read_count)), WithJsonSchema(schema.COUNT)]
WholeCount = Annotated[int, BeforeValidator(_likely(_read_whole)), WithJsonSchema(schema.COUNT)]
Share = Annotated[Decimal, BeforeValidator(_likely(_read_share)), WithJsonSchema(schema.SHARE)]
Factor = Annotated[Decimal, BeforeValidator(_likely(_read_factor)), WithJsonSchema(schema.FACTOR)]
Money = Annotated[Decimal, BeforeValidator(_likely(read_money)), WithJsonSchema(schema.MONEY)]
Rate = Annotated[InstanceOf[Fraction], BeforeValidator(_likely(read_rate)), WithJsonSchema(schema.RATE)]
ByteRate = Annotated[InstanceOf[Fraction], BeforeValidator(_likely(read_byte_rate)), WithJsonSchema(schema.BYTE_RATE)]
"""Bytes per second."""
