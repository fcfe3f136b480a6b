"""Computes the traffic of a month to come: its growth, the time of the year, what is launched until then."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.language.billed_month import BilledMonth
from capplan.language.load_profiles import week_levels
from capplan.language.models import GROWTH, MONTHS, Head, Launch, Traffic
from capplan.language.profiles import with_profile
from capplan.language.scenario import Scenario
from capplan.model import Change
from capplan.quantities.rounding import sig6
from capplan.record import Record
from capplan.schedule import runs_in
from capplan.units import MONTHS_PER_YEAR

MAX_MONTHS = 120
"""As far ahead as a forecast looks."""


class Month(Record, frozen=True):
    """A month: how many come before it (`after`), and its place in the calendar (year, month from 1) where that is known.

    `mean`: whether it is taken to be 730 hours long all the same.
    """

    after: int
    calendar: tuple[int, int] | None = None
    mean: bool = False

    @property
    def hours(self) -> int:
        """How long it is: as the calendar has it, or 730."""
        if self.calendar is None or self.mean:
            return units.MONTH_HOURS
        return monthrange(*self.calendar)[1] * 24

    @property
    def label(self) -> str:
        """`2027-03`, or `month 4`."""
        if self.calendar is None:
            return f"month {self.after + 1}"
        return f"{self.calendar[0]}-{self.calendar[1]:02d}"


def months_from(first: tuple[int, int] | None, count: int, *, mean: bool = False) -> tuple[Month, ...]:
    """So many months, the first of them in a year and a month; with `mean`, each of 730 hours."""
    if first is None:
        return tuple(Month(i) for i in range(count))
    start = first[0] * MONTHS_PER_YEAR + first[1] - 1
    calendar = [divmod(start + i, MONTHS_PER_YEAR) for i in range(count)]
    return tuple(Month(i, (year, month + 1), mean) for i, (year, month) in enumerate(calendar))


def needs_calendar(scenario: Scenario) -> str:
    """The path of what only a calendar month can say; empty where there is nothing."""
    for name, traffic in _traffic(scenario).items():
        if traffic.yearly:
            return f"traffic.{name}.yearly"
    return next((f"launches.{i}.at" for i, one in enumerate(_launches(scenario)) if isinstance(one.at, tuple)), "")


def multiples(scenario: Scenario, month: Month) -> Mapping[str, Fraction]:
    """What each traffic with a rate is multiplied by in a month, by name."""
    return _multiples(_traffic(scenario), _launches(scenario), month)


def _multiples(traffic: Mapping[str, Traffic], launches: Iterable[Launch], month: Month) -> dict[str, Fraction]:
    out: dict[str, Fraction] = {}
    for name, one in traffic.items():
        if one.rate is None:
            continue
        factor = grown(one.growth, month.after)
        if one.yearly and month.calendar is not None:
            of_year = {str(at): times for at, times in one.yearly.items()}
            factor *= Fraction(of_year.get(MONTHS[month.calendar[1] - 1], Decimal(1)))
        for launch in launches:
            if launch.traffic == name and _has_come(launch, month):
                factor *= Fraction(launch.times)
        out[name] = factor
    return out


def grown(growth: str | None, months: int) -> Fraction:
    """`6%/month` after so many months, to 12 digits; growth of a year is spread evenly over its months."""
    if growth is None or not months:
        return Fraction(1)
    match = GROWTH.fullmatch(growth)
    assert match is not None  # noqa: S101  the model has checked it
    percent = Fraction(growth.partition("%")[0])
    years = Fraction(1, MONTHS_PER_YEAR) if growth.endswith("year") else Fraction(1)
    return Fraction(f"{float(1 + percent / 100) ** float(months * years):.12g}")


def changes_by_month(scenario: Scenario, steps: Iterable[Month]) -> Iterator[tuple[Change, ...]]:
    """The rates of each month, as changes of the scenario."""
    traffic, launches = _traffic(scenario), _launches(scenario)
    for month in steps:
        yield tuple(
            Change(f"traffic.{name}.rate", f"{float(rate * factor):.12f}/s")
            for name, factor in _multiples(traffic, launches, month).items()
            if factor != 1 and (rate := traffic[name].rate) is not None
        )


def billed_month(scenario: Scenario, year: int, month: int) -> BilledMonth:
    """A month of the calendar, with the volume of each traffic and of each start in it."""
    first, days = monthrange(year, month)
    hours = days * 24
    volumes: dict[str, Fraction] = {}
    for name, traffic in _traffic(scenario).items():
        for profile, _ in scenario.flows_by_name[name].terms:
            here = (
                _seconds(traffic, first, days, profile.monthly)
                if traffic.schedule is None
                else runs_in(traffic.schedule, year, month)
            )
            volumes[name] = here / profile.monthly
    for address, resource in scenario.resources.items():
        start = resource.type.schedule(resource.spec)
        flow = scenario.flows_by_name.get(address)
        if isinstance(start, str) and flow is not None and flow.monthly:
            volumes[address] = runs_in(start, year, month) / flow.monthly
    return BilledMonth(hours, volumes)


def _seconds(traffic: Traffic, first: int, days: int, monthly: Fraction) -> Fraction:
    """Seconds of mean rate in a month that begins on a weekday (0 is Monday): its own weekdays, and its spikes once."""
    spikes = monthly - units.MONTH_SECONDS
    if not traffic.weekly:
        return days * units.SECONDS_PER_DAY + spikes
    levels = week_levels({str(day): factor for day, factor in traffic.weekly.items()})
    return sig6(sum(levels[(first + day) % 7] for day in range(days))) * units.SECONDS_PER_DAY + spikes


def _traffic(scenario: Scenario) -> Mapping[str, Traffic]:
    section = scenario.data.get("traffic") or {}
    return {
        name: Traffic.model_validate(with_profile(raw, scenario.files, scenario.timezone))
        for name, raw in section.items()
    }


def _launches(scenario: Scenario) -> tuple[Launch, ...]:
    return Head.model_validate(
        {key: value for key, value in scenario.data.items() if key in Head.model_fields}
    ).launches


def _has_come(launch: Launch, month: Month) -> bool:
    if isinstance(launch.at, int):
        return month.after >= launch.at - 1
    return month.calendar is not None and month.calendar >= launch.at
