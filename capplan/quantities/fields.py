"""Types of a spec's fields: each reads its text, a range of three values or percentiles, and has its JSON Schema."""

import itertools
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator, InstanceOf, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from capplan.quantities import json_schema, text
from capplan.quantities.distribution import Distribution, fixed
from capplan.quantities.of_profile import is_profiled, profiled_failures, profiled_values
from capplan.quantities.text import quantity_error
from capplan.quantities.uncertain import PERCENTILE, RANGE_KEYS, is_percentiles_of_unknown


def _read_under(read: Callable[[object], Any], key: str, raw: object) -> Any:  # noqa: ANN401  whatever `read` gives
    """A value under a key; an error in it carries the key."""
    try:
        return read(raw)
    except PydanticCustomError as error:
        raise PydanticCustomError("quantity", "{shown}", {**(error.context or {}), "at": key}) from None


@lru_cache(maxsize=4096)
def _of_text(read: Callable[[object], Any], text: str) -> Any:  # noqa: ANN401  whatever `read` gives
    """What a text says; cached, as many resources say the same."""
    return read(text)


def ranged(read: Callable[[object], Any], order: Callable[[Any], Any] = lambda value: value) -> Callable[[object], Any]:
    """The same reader, which also takes a range: all its values are read, the likely one or the median is the value.

    `order` is what must grow from the lowest to the highest.
    """

    def reader(raw: object) -> Any:  # noqa: ANN401  whatever `read` gives
        if isinstance(raw, str):
            return _of_text(read, raw)
        if isinstance(raw, Mapping) and raw.keys() == RANGE_KEYS:
            low, likely, high = (_read_under(read, key, raw[key]) for key in ("low", "likely", "high"))
            if not order(low) <= order(likely) <= order(high):
                raise quantity_error("a range must grow: low, likely, high", "put the smallest first")
            return likely
        if isinstance(raw, Mapping) and is_percentiles_of_unknown(raw):
            if "p50" not in raw:
                hint = "add p50: it is the value of the point answer"
                raise quantity_error("percentiles of what is not known need p50", hint)
            values = {key: _read_under(read, key, raw[key]) for key in sorted(raw, key=lambda key: Decimal(key[1:]))}
            ordered = [order(value) for value in values.values()]
            outside = any(not 0 < Decimal(key[1:]) < 100 for key in values)  # noqa: PLR2004  percent
            grows = all(a <= b for a, b in itertools.pairwise(ordered))
            if len(values) < 2 or outside or not grows or ordered[0] <= 0:  # noqa: PLR2004  a curve needs two points
                hint = "write p10, p50 and p90, the smallest first"
                raise quantity_error("percentiles must be two or more, above 0, and grow", hint)
            return values["p50"]
        if isinstance(raw, Mapping) and raw.keys() & RANGE_KEYS:
            raise quantity_error(
                "a range has low, likely and high, and nothing else", "such as {low: 1, likely: 2, high: 5}"
            )
        if isinstance(raw, Mapping) and raw and all(isinstance(key, str) and PERCENTILE.fullmatch(key) for key in raw):
            hint = "where nobody knows it, write low, likely and high"
            raise quantity_error("percentiles are for what varies from request to request, and this does not", hint)
        return read(raw)

    return reader


def _distribution(
    read: Callable[[object], Decimal], example: str, measured: str
) -> Callable[[object, ValidationInfo], Distribution]:
    """A reader of a plain value, a range, percentiles, or what a profile measured."""

    def reader(raw: object, info: ValidationInfo) -> Distribution:
        if isinstance(raw, Distribution):
            return raw
        if is_profiled(raw):
            return profiled_values(raw, info.context, measured)
        if isinstance(raw, Mapping) and raw and all(isinstance(k, str) and PERCENTILE.fullmatch(k) for k in raw):
            return _percentiles({key: _read_under(ranged(read), key, value) for key, value in raw.items()}, example)
        return fixed(ranged(read)(raw))

    return reader


def _percentiles(values: Mapping[str, Decimal], example: str) -> Distribution:
    points = sorted((Decimal(key[1:]) / 100, value) for key, value in values.items())
    grows = all(a[1] <= b[1] for a, b in itertools.pairwise(points))
    inside = all(0 < share < 1 for share, _ in points)
    positive = all(value > 0 for _, value in points)
    if len(points) < 2 or not (grows and inside and positive):  # noqa: PLR2004  a log-normal needs two points
        raise quantity_error("percentiles must be two or more, above 0, and grow", f"expected {example}")
    return Distribution(tuple(points))


_BYTES = BeforeValidator(_distribution(text.read_bytes, "{p50: 1 KB, p99: 8 KB}", "bytes"))
_MS = BeforeValidator(_distribution(text.read_ms, "{p50: 45 ms, p99: 300 ms}", "duration_ms"))


def _failures(raw: object, info: ValidationInfo) -> Decimal:
    """A share, or that of a profile's failures."""
    share: Decimal = profiled_failures(raw, info.context) if is_profiled(raw) else ranged(text.read_share)(raw)
    return share


Size = Annotated[InstanceOf[Distribution], _BYTES, WithJsonSchema(json_schema.SIZE)]
"""Bytes, maybe as percentiles."""
Duration = Annotated[InstanceOf[Distribution], _MS, WithJsonSchema(json_schema.DURATION)]
"""Milliseconds, maybe as percentiles."""
Milliseconds = Annotated[Decimal, BeforeValidator(ranged(text.read_ms)), WithJsonSchema(json_schema.MILLISECONDS)]
Bytes = Annotated[Decimal, BeforeValidator(ranged(text.read_bytes)), WithJsonSchema(json_schema.BYTES)]
Megabytes = Annotated[int, BeforeValidator(ranged(text.read_megabytes)), WithJsonSchema(json_schema.MEGABYTES)]
Count = Annotated[Decimal, BeforeValidator(ranged(text.read_count)), WithJsonSchema(json_schema.COUNT)]
WholeCount = Annotated[int, BeforeValidator(ranged(text.read_whole)), WithJsonSchema(json_schema.COUNT)]
Share = Annotated[Decimal, BeforeValidator(ranged(text.read_share)), WithJsonSchema(json_schema.SHARE)]
FailedShare = Annotated[Decimal, BeforeValidator(_failures), WithJsonSchema(json_schema.FAILED_SHARE)]
"""A share, maybe of a profile's failures."""
Factor = Annotated[Decimal, BeforeValidator(ranged(text.read_factor)), WithJsonSchema(json_schema.FACTOR)]
Money = Annotated[Decimal, BeforeValidator(ranged(text.read_money)), WithJsonSchema(json_schema.MONEY)]
Rate = Annotated[InstanceOf[Fraction], BeforeValidator(ranged(text.read_rate)), WithJsonSchema(json_schema.RATE)]
"""Requests per second."""
ByteRate = Annotated[
    InstanceOf[Fraction], BeforeValidator(ranged(text.read_byte_rate)), WithJsonSchema(json_schema.BYTE_RATE)
]
"""Bytes per second."""
