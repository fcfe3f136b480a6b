"""Scheduled scaling: capacity steps at set times as a scenario writes them, and the bounds in force in each minute.

An action with `for` lasts that long, then what was in force before; one without lasts until the next. A plain number
is the minimum capacity of an auto scaled table, and the capacity of a static one.

Source: Application Auto Scaling User Guide, "Scheduled scaling" (read 2026-11-23).
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from capplan.quantities.fields import Milliseconds, WholeCount
from capplan.schedule import ScheduleError, read_schedule
from capplan.services.dynamodb.capacity.scaling import Bounds
from capplan.spec_config import DEFERRED, SPEC_CONFIG
from capplan.units import MINUTES_PER_DAY, PERIOD_DAYS, PERIOD_MINUTES

_MOMENT = re.compile(r"day (\d{1,2}) ([01]\d|2[0-3]):([0-5]\d)")
_MS_PER_MINUTE = 60_000


def _error(shown: str, hint: str) -> PydanticCustomError:
    return PydanticCustomError("quantity", "{shown}", {"shown": shown, "hint": hint, "found": ""})


class StepUnits(BaseModel):
    """New bounds of one direction."""

    model_config = SPEC_CONFIG

    min: Annotated[WholeCount, Field(ge=1)] | None = None
    """Minimum capacity units from then on."""
    max: Annotated[WholeCount, Field(ge=1)] | None = None
    """Maximum capacity units from then on."""
    exactly: bool = Field(default=False, exclude=True, repr=False)
    """Set where a plain number is written."""


_WHOLE: TypeAdapter[int] = TypeAdapter(Annotated[WholeCount, Field(ge=1)], config=DEFERRED)


def _units(raw: object) -> object:
    if isinstance(raw, StepUnits | Mapping):
        if isinstance(raw, Mapping) and "exactly" in raw:
            raise _error("unknown key 'exactly'", "expected {min, max}, or a number of units")
        return raw
    try:
        return {"min": _WHOLE.validate_python(raw), "exactly": True}
    except ValidationError as error:
        raise _error("not a capacity", "expected whole units such as 2800, or {min, max}") from error


def _at(raw: object) -> str:
    """A moment of the simulated period or a schedule expression, as written."""
    moment = _MOMENT.fullmatch(raw) if isinstance(raw, str) else None
    if moment is not None and 1 <= int(moment[1]) <= PERIOD_DAYS:
        return str(raw)
    if isinstance(raw, str) and raw.startswith(("cron(", "rate(")):
        try:
            read_schedule(raw)
        except ScheduleError as error:
            raise _error("not a schedule", str(error)) from None
        return raw
    raise _error("not a moment", 'expected "day 12 09:30" (day 1 to 28) or cron(0 8 ? * MON-FRI *)')


class Scheduled(BaseModel):
    """One capacity step at a set time."""

    model_config = SPEC_CONFIG

    at: Annotated[str, BeforeValidator(_at)]
    """When: "day 12 09:30", or a schedule expression such as cron(0 8 ? * MON-FRI *)."""
    for_ms: Annotated[Milliseconds | None, Field(alias="for")] = None
    """How long; until the next step where it is not given."""
    write: Annotated[StepUnits, BeforeValidator(_units)] | None = None
    """Write capacity units: a number, or {min, max}."""
    read: Annotated[StepUnits, BeforeValidator(_units)] | None = None
    """Read capacity units: a number, or {min, max}."""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.write is None and self.read is None:
            raise _error("this step changes nothing", "write write: 2800, read: {min: 300}, or both")
        return self

    def minutes(self) -> tuple[int, ...]:
        """The minutes of the simulated period at which it comes."""
        moment = _MOMENT.fullmatch(self.at)
        if moment is None:
            return read_schedule(self.at).minutes
        return ((int(moment[1]) - 1) * MINUTES_PER_DAY + int(moment[2]) * 60 + int(moment[3]),)

    @property
    def once(self) -> bool:
        """Whether it comes once a month, as a spike does."""
        return _MOMENT.fullmatch(self.at) is not None


def bounds_over_time(
    minimum: int, maximum: int, actions: Sequence[Scheduled], direction: str, *, quota: int
) -> tuple[Bounds, ...]:
    """The bounds from minute to minute, the first at 0; the simulated period repeats, so the last step lasts into it.

    Args:
        minimum: As written.
        maximum: As written; equal for a static capacity.
        actions: The scheduled actions.
        direction: "write" or "read".
        quota: What no bound passes.
    """
    lasting: list[tuple[int, int, int]] = []
    passing: list[tuple[int, int, int, int]] = []
    for action in actions:
        units: StepUnits | None = getattr(action, direction)
        if units is None:
            continue
        low, high = _applied(units, minimum, maximum, quota)
        for start in action.minutes():
            if action.for_ms is None:
                lasting.append((start, low, high))
            else:
                passing.append((start, start + math.ceil(action.for_ms / _MS_PER_MINUTE), low, high))
    lasting.sort()
    moments = {0, *(start for start, _, _ in lasting), *(minute for step in passing for minute in step[:2])}
    out: list[Bounds] = []
    for minute in sorted(m for m in moments if m < PERIOD_MINUTES):
        bounds = Bounds(minute, *_in_force(minute, lasting, passing, (minimum, maximum)))
        if not out or (out[-1].minimum, out[-1].maximum) != (bounds.minimum, bounds.maximum):
            out.append(bounds)
    return tuple(out)


def once_minutes(actions: Sequence[Scheduled]) -> tuple[tuple[int, int], ...]:
    """Minute ranges of steps that come once a month."""
    return tuple(
        (start, min(PERIOD_MINUTES, start + math.ceil(action.for_ms / _MS_PER_MINUTE)))
        for action in actions
        if action.once and action.for_ms is not None
        for start in action.minutes()
    )


def _applied(units: StepUnits, minimum: int, maximum: int, quota: int) -> tuple[int, int]:
    static = minimum == maximum
    low = minimum if units.min is None else units.min
    high = (low if static else maximum) if units.max is None else units.max
    if units.min is None:
        low = min(low, high)
    low = min(low, quota)
    return low, low if static and units.exactly else min(quota, max(low, high))


def _in_force(
    minute: int,
    lasting: Sequence[tuple[int, int, int]],
    passing: Sequence[tuple[int, int, int, int]],
    written: tuple[int, int],
) -> tuple[int, int]:
    """The newest step still in force; as written where there is none."""
    now = [(start, low, high) for start, end, low, high in passing if start <= minute < end]
    if now:
        return max(now)[1:]
    before = [step for step in lasting if step[0] <= minute] or list(lasting)
    return before[-1][1:] if before else written
