"""Reads AWS's schedule expressions, `cron(…)` with six fields and `rate(…)`, as runs per year and start minutes.

Source: EventBridge User Guide, "Cron and rate expressions" (read 2026-11-23).
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from capplan import units
from capplan.flow import LoadProfile, Peak
from capplan.record import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_RATE = re.compile(r"rate\(\s*(\d{1,9})\s+(minute|minutes|hour|hours|day|days)\s*\)")
_CRON = re.compile(r"cron\(\s*(.*?)\s*\)", re.DOTALL)
_UNIX_FIELDS = 5
_EXAMPLE = "write cron(0 3 * * ? *) or rate(5 minutes)"


class ScheduleError(ValueError):
    """A schedule expression that AWS rejects, with a hint in its text."""


class Schedule(Record, frozen=True):
    """Runs per year (averaged over the weekday a year begins with), and start minutes in the simulated period."""

    per_year: Fraction
    minutes: tuple[int, ...]


@lru_cache(maxsize=1024)
def read_schedule(text: str) -> Schedule:
    """Runs per year and the minutes of the four-week simulated period (day 1 a Monday and the 1st) at which they start.

    Raises:
        ScheduleError: If AWS rejects the expression, or it names a year.
    """
    rate = _RATE.fullmatch(text.strip())
    if rate:
        return _rate(int(rate[1]), rate[2])
    cron = _CRON.fullmatch(text.strip())
    if cron is None:
        unix = text.split()
        if len(unix) == _UNIX_FIELDS:
            raise ScheduleError(f"not a schedule expression: {_from_unix(unix)}")
        raise ScheduleError(f"not a schedule expression: {_EXAMPLE}")
    fields = cron[1].split()
    if len(fields) != 6:  # noqa: PLR2004  AWS's six fields
        example = _from_unix(fields) if len(fields) == _UNIX_FIELDS else _EXAMPLE
        raise ScheduleError(
            f"AWS's cron has six fields (minutes hours day-of-month month day-of-week year), found {len(fields)}: {example}"
        )
    return _cron(*fields)


def runs_in(text: str, year: int, month: int) -> Fraction:
    """Runs of an expression, which `read_schedule` accepts, in one month of the calendar (UTC)."""
    first_weekday, length = monthrange(year, month)
    rate = _RATE.fullmatch(text.strip())
    if rate:
        return _rate(int(rate[1]), rate[2]).per_year * length / units.DAYS_PER_YEAR
    cron = _CRON.fullmatch(text.strip())
    assert cron is not None  # noqa: S101  read_schedule has accepted it
    minutes, hours, dom, months, dow, _ = cron[1].split()
    if month not in _values(months, 1, 12, _MONTHS, "month"):
        return Fraction(0)
    sunday_is_0 = first_weekday + 1  # Python's Monday is 0
    days = sum(_falls(dom, dow, day, length, (sunday_is_0 + day - 1) % 7) for day in range(1, length + 1))
    return Fraction(days * len(_values(minutes, 0, 59, (), "minutes")) * len(_values(hours, 0, 23, (), "hours")))


def _from_unix(fields: list[str]) -> str:
    """What to write for Unix's five fields; its weekdays are numbered from 0, AWS's from 1, so those are not guessed."""
    minute, hour, dom, month, dow = fields
    if dow == "*" and all(re.fullmatch(r"[0-9*,/-]+", field) for field in fields):
        return f"write cron({minute} {hour} {dom} {month} ? *)"
    if dom == "*" and re.fullmatch(r"[A-Za-z]{3}([,-][A-Za-z]{3})*", dow):
        return f"write cron({minute} {hour} ? {month} {dow.upper()} *)"
    return _EXAMPLE


def _rate(value: int, unit: str) -> Schedule:
    if value < 1 or (value == 1) == unit.endswith("s"):
        raise ScheduleError("a rate is 1 or more, its unit singular for 1: rate(1 minute), rate(5 minutes)")
    step = value * {"minute": 1, "hour": 60, "day": units.MINUTES_PER_DAY}[unit.rstrip("s")]
    per_year = Fraction(units.DAYS_PER_YEAR * units.MINUTES_PER_DAY, step)
    return Schedule(per_year, tuple(range(0, units.PERIOD_MINUTES, step)))


def _cron(minutes: str, hours: str, dom: str, month: str, dow: str, year: str) -> Schedule:
    if year != "*":
        raise ScheduleError("a year other than * is not supported yet: a plan is for a recurring month")
    if (dom == "?") == (dow == "?"):
        raise ScheduleError("exactly one of day-of-month and day-of-week is ?: cron(0 3 * * ? *)")
    minute_set = _values(minutes, 0, 59, (), "minutes")
    hour_set = _values(hours, 0, 23, (), "hours")
    months = _values(month, 1, 12, _MONTHS, "month")
    per_day = len(minute_set) * len(hour_set)
    days = _days_a_year(dom, dow, months)
    period_days = [d for d in range(1, units.PERIOD_DAYS + 1) if _falls(dom, dow, d, 28, (d % 7))]
    if not days:
        raise ScheduleError("this never runs: no month has such a day")
    starts = [(d - 1) * units.MINUTES_PER_DAY + h * 60 + m for d in period_days for h in hour_set for m in minute_set]
    return Schedule(days * per_day, tuple(sorted(starts)))


def _days_a_year(dom: str, dow: str, months: Iterable[int]) -> Fraction:
    """Days per year that match, averaged over the seven weekdays a 365-day year may begin with."""
    matching_months, count = set(months), 0
    for first in range(7):
        weekday = first
        for number, length in enumerate(_LENGTHS, start=1):
            for day in range(1, length + 1):
                count += number in matching_months and _falls(dom, dow, day, length, weekday)
                weekday = (weekday + 1) % 7
    return Fraction(count, 7)


def _falls(dom: str, dow: str, day: int, length: int, weekday: int) -> bool:
    """Whether a day of a month (weekday 0 is Sunday) matches both day fields."""
    if dom != "?":
        return _falls_on_date(dom, day, length, weekday)
    return any(_falls_on_weekday(part, day, length, weekday) for part in dow.split(","))


def _falls_on_date(dom: str, day: int, length: int, weekday: int) -> bool:
    if dom == "L":
        return day == length
    if dom.endswith("W"):
        return day == _nearest_weekday(dom, day, length, weekday)
    return day in _values(dom, 1, 31, (), "day-of-month")


def _nearest_weekday(dom: str, day: int, length: int, weekday: int) -> int:
    """The weekday (Monday to Friday) nearest to a date, within its month."""
    target = length if dom == "LW" else int(dom[:-1]) if dom[:-1].isdigit() else 0
    if not 1 <= target <= 31:  # noqa: PLR2004  dates of a month
        raise ScheduleError(f"'{dom}' is not a day of the month: write a date before W, such as 3W")
    if target > length:
        return 0
    on = (weekday + target - day) % 7
    if on == 6:  # noqa: PLR2004  Saturday
        return target - 1 if target > 1 else target + 2
    if on == 0:
        return target + 1 if target < length else target - 2
    return target


def _falls_on_weekday(part: str, day: int, length: int, weekday: int) -> bool:
    if "#" in part:
        name, _, nth = part.partition("#")
        if nth not in {"1", "2", "3", "4", "5"}:
            raise ScheduleError(f"'{part}': write 1 to 5 after #, such as 6#3 for the third Friday")
        return weekday + 1 in _values(name, 1, 7, _DAYS, "day-of-week") and (day - 1) // 7 + 1 == int(nth)
    if part.endswith("L") and part != "L":
        return weekday + 1 in _values(part[:-1], 1, 7, _DAYS, "day-of-week") and day > length - 7
    if part == "L":
        return weekday == 6  # noqa: PLR2004  Saturday
    return weekday + 1 in _values(part, 1, 7, _DAYS, "day-of-week")


@lru_cache(maxsize=4096)
def _values(field: str, low: int, high: int, names: tuple[str, ...], what: str) -> tuple[int, ...]:
    """The numbers of a field: *, 1, 1-5, 1,3, 0/15, MON-FRI."""
    values: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        start = low if span == "*" else _number(first, names, field, what)
        end = high if span == "*" or (slash and not dash) else _number(last, names, field, what) if dash else start
        if slash and (not step.isdigit() or int(step) < 1):
            raise ScheduleError(f"{what} '{field}': write a step of 1 or more after /")
        if not (low <= start <= high and low <= end <= high):
            raise ScheduleError(f"{what} '{field}' is outside {low} to {high}")
        span_values = range(start, end + 1) if start <= end else (*range(start, high + 1), *range(low, end + 1))
        values.update(list(span_values)[:: int(step) if slash else 1])
    return tuple(sorted(values))


def _number(text: str, names: tuple[str, ...], field: str, what: str) -> int:
    if text.upper() in names:
        return names.index(text.upper()) + 1
    if text.isdigit():
        return int(text)
    raise ScheduleError(f"{what} '{field}' is not understood: {_EXAMPLE}")


@lru_cache(maxsize=256)
def profile_of(name: str, expression: str) -> LoadProfile:
    """The load profile of one unit per run of an expression. The same profile each time: what it starts is then known in a
    what-if or another month.

    Raises:
        ScheduleError: If AWS rejects the expression.
    """
    return schedule_profile(name, read_schedule(expression))


def schedule_profile(name: str, schedule: Schedule, offset_minutes: int = 0) -> LoadProfile:
    """The load profile of one unit per run: runs per month, and starts (UTC, shifted by the time zone)."""
    starts = tuple(sorted((m - offset_minutes) % units.PERIOD_MINUTES for m in schedule.minutes))
    busiest = starts[0] if starts else 0

    def expand() -> "NDArray[np.float64]":
        import numpy as np  # noqa: PLC0415

        rates = np.zeros(units.PERIOD_MINUTES)
        np.add.at(rates, np.array(starts, dtype=int), 1 / units.SECONDS_PER_MINUTE)
        return rates

    peak = Peak(1 / units.SECONDS_PER_MINUTE if starts else 0.0, busiest)
    return LoadProfile(name, False, schedule.per_year / units.MONTHS_PER_YEAR, peak, False, expand, starts=starts)
