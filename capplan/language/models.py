"""The models of a scenario's parts that belong to no service: its head, account and traffic."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from capplan.quantities import json_schema
from capplan.quantities.fields import Count, Factor, Milliseconds, Rate, Share, WholeCount, ranged
from capplan.schedule import ScheduleError, read_schedule
from capplan.spec_config import SPEC_CONFIG
from capplan.units import MONTHS_PER_YEAR

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
PATH_NAME = re.compile(r"[A-Za-z0-9/][A-Za-z0-9_/-]{0,255}")
"""Of resources that AWS names by a path, such as a log group."""
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_MOMENT = re.compile(r"day (\d{1,2}) ([01]\d|2[0-3]):([0-5]\d)")
GROWTH = re.compile(r"[+-]?\d{1,4}(\.\d{1,6})?%/(month|year)")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])|month ([1-9]\d{0,2})")
_EXPRESSION = re.compile(r"\s*(?:cron|rate|at)\(.+\)\s*")
_ZONE = re.compile(r"[+-](0\d|1[0-4]):[0-5]\d|UTC")


def _pattern(form: re.Pattern[str]) -> WithJsonSchema:
    """The pattern that an editor checks a text with."""
    return WithJsonSchema({"type": "string", "pattern": f"^(?:{form.pattern})$"})


class Model(BaseModel):
    """A part of the file: frozen, strict, without unknown keys."""

    model_config = SPEC_CONFIG


def _wrong(raw: object, hint: str, shown: str = "wrong value") -> PydanticCustomError:
    return PydanticCustomError("quantity", "{shown}", {"shown": shown, "hint": hint, "found": str(raw)[:60]})


def _clock(raw: object) -> int:
    match = _CLOCK.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        raise _wrong(raw, 'expected a time of day in quotes, such as "20:00"')
    return int(match[1]) * 60 + int(match[2])


def _moment(raw: object) -> int:
    match = _MOMENT.fullmatch(raw) if isinstance(raw, str) else None
    if match is None or not 1 <= int(match[1]) <= 28:  # noqa: PLR2004  four weeks
        raise _wrong(raw, 'expected a time in the four weeks, such as "day 12 10:00" (day 1 to 28)')
    return (int(match[1]) - 1) * 1440 + int(match[2]) * 60 + int(match[3])


def _growth(raw: object) -> str:
    if not (isinstance(raw, str) and GROWTH.fullmatch(raw)):
        raise _wrong(raw, "expected growth such as 6%/month")
    return raw


def _growth_of_year(growth: str) -> float:
    """What a year's growth multiplies by: growth by month and by year in one range are compared by it."""
    factor = 1 + float(growth.partition("%")[0]) / 100
    return factor if growth.endswith("year") else factor**MONTHS_PER_YEAR


def _growth_range(raw: object) -> str:
    if isinstance(raw, Mapping) and {"month", "year"} <= {str(value).rpartition("/")[2] for value in raw.values()}:
        raise _wrong(raw, "expected growth by month, or by year, in the whole range", "growth by month and by year")
    growth: str = ranged(_growth, _growth_of_year)(raw)
    return growth


def _month(raw: object) -> tuple[int, int] | int:
    match = _MONTH.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        raise _wrong(raw, "expected a month, such as 2027-03, or month 4 of the forecast")
    return int(match[3]) if match[3] else (int(match[1]), int(match[2]))


def _zone(raw: object) -> str:
    if not (isinstance(raw, str) and _ZONE.fullmatch(raw)):
        raise _wrong(raw, 'expected a fixed offset in quotes, such as "+09:00"')
    return raw


def _schedule(raw: object) -> str:
    if not isinstance(raw, str):
        raise _wrong(raw, "expected cron(0 3 * * ? *) or rate(5 minutes)")
    try:
        read_schedule(raw)
    except ScheduleError as error:
        raise _wrong(raw, str(error)) from None
    return raw


def _version(raw: object) -> int:
    if not (isinstance(raw, Decimal | int) and raw == 1):
        raise _wrong(raw, "this capplan reads version 1 of the language: write capplan: 1")
    return 1


class DailyCurve(Model):
    """The load profile of a day, with its peak at `at`."""

    peak: Factor
    """The peak rate as a multiple of the mean, such as 3x."""
    trough: Factor
    """The lowest rate as a multiple of the mean, such as 0.2x."""
    at: Annotated[int, BeforeValidator(_clock), _pattern(_CLOCK)]
    """The time of the peak, in quotes, such as "20:00"."""


class SpikeSpec(Model):
    """A spike that occurs once a month."""

    name: str = "spike"
    """Its name in answers."""
    at: Annotated[int, BeforeValidator(_moment), _pattern(_MOMENT)]
    """When it starts, such as "day 12 10:00"."""
    for_ms: Annotated[Milliseconds, Field(alias="for")]
    """How long it lasts, such as 30 min."""
    times: Factor
    """Its rate as a multiple of the traffic's rate, such as 8x."""
    unplanned: bool = False
    """Whether nobody knows beforehand when it comes: nothing is then scheduled for it (false)."""


def _daily(raw: object) -> object:
    if isinstance(raw, list):
        if len(raw) != 24 or not all(isinstance(x, Decimal) and x >= 0 for x in raw) or not any(raw):  # noqa: PLR2004
            shown = f"expected 24 numbers, found {len(raw)}" if len(raw) != 24 else "wrong numbers"  # noqa: PLR2004
            raise _wrong("", '24 numbers, one per hour, not all 0; or {peak: 3x, trough: 0.2x, at: "20:00"}', shown)
        return tuple(raw)
    if isinstance(raw, DailyCurve | tuple):
        return raw
    if not isinstance(raw, Mapping):
        raise _wrong(raw, 'expected {peak: 3x, trough: 0.2x, at: "20:00"} or 24 numbers')
    curve = DailyCurve.model_validate(raw)
    if not curve.trough < 1 < curve.peak:
        shown = f"a day from {curve.trough}x to {curve.peak}x cannot have a mean of 1x"
        raise _wrong("", "expected trough below 1x and peak above 1x", shown)
    return curve


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


CalendarMonth = Literal["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
MONTHS: tuple[str, ...] = get_args(CalendarMonth)


class Traffic(Model):
    """Requests from outside: a rate with its load profile, or a schedule."""

    rate: Rate | None = None
    """The mean rate over the month without spikes, such as 60/s or 150M/month."""
    schedule: Annotated[str, BeforeValidator(_schedule), _pattern(_EXPRESSION)] | None = None
    """AWS's schedule expression: cron(0 3 * * ? *) or rate(5 minutes)."""
    profile: str | None = None
    """A profile that `capplan profile` wrote of a trace, profile.json: its minutes as they were, where it has a week of them,
    else its rate and shape. A key beside it replaces the measured one, such as rate: 200/s."""
    replay: bool | None = None
    """Whether the minutes of the profile are used one by one; false uses the shape fitted to them (true where it has a week
    of minutes, and none of daily, weekly, spikes and noise is beside it)."""
    daily: Annotated[DailyCurve | tuple[Decimal, ...] | None, BeforeValidator(_daily)] = None
    """The load profile of a day: {peak: 3x, trough: 0.2x, at: "20:00"} or 24 numbers."""
    weekly: Mapping[Weekday, Factor] = Field(default_factory=dict)
    """Weekdays as a multiple of a day that is not listed: {sat: 1.4x}."""
    spikes: Annotated[
        tuple[SpikeSpec, ...], BeforeValidator(lambda raw: tuple(raw) if isinstance(raw, list) else raw)
    ] = ()
    """Spikes that occur once a month: {name, at, for, times}."""
    yearly: Mapping[CalendarMonth, Factor] = Field(default_factory=dict)
    """Months as a multiple of a month that is not listed: {nov: 1.5x, dec: 2x}; what forecast uses."""
    noise: Annotated[Share, Field(le=1)] | None = None
    """How far a minute is off the curve, as a standard deviation: 15%; real traffic has 10% to 20%. Without it the curve is
    smooth."""
    growth: Annotated[str, BeforeValidator(_growth_range), WithJsonSchema(json_schema.GROWTH)] | None = None
    """Growth, such as 6%/month or 40%/year; what forecast uses."""


class Account(Model):
    """The AWS account of the workload."""

    free_tier: bool = False
    """Whether the Free Tier's monthly allowances apply to this workload (false)."""
    discount: Share = Decimal(0)
    """A discount on every list price, such as 5%."""
    quotas: Mapping[str, Count] = Field(default_factory=dict)
    """The account's quotas that differ from AWS's defaults: {lambda.concurrency: 3000}."""
    in_use: Mapping[str, Count] = Field(default_factory=dict)
    """What other workloads use of a quota: {lambda.concurrency: 200}."""


_BLOCK_UNITS = 100


def _blocks(units: int) -> int:
    if units < _BLOCK_UNITS or units % _BLOCK_UNITS:
        raise _wrong(units, "reserved capacity comes in blocks of 100 units: expected 100, 200, 300 and so on")
    return units


def _years(raw: object) -> object:
    if raw not in (1, 3):
        raise _wrong(raw, "reserved capacity is for 1 or 3 years")
    return int(raw) if isinstance(raw, Decimal) else raw


class Commitment(Model):
    """Reserved capacity already bought; it is billed whether used or not."""

    reserved: Literal["wcu", "rcu"]
    """What is reserved: wcu (writes) or rcu (reads) of provisioned Standard tables."""
    units: Annotated[WholeCount, AfterValidator(_blocks)]
    """How many units, in hundreds."""
    years: Annotated[int, BeforeValidator(_years)] = 1
    """The term: 1 or 3 years (1)."""


class Launch(Model):
    """Something that multiplies a traffic from a month on."""

    at: Annotated[tuple[int, int] | int, BeforeValidator(_month), _pattern(_MONTH)]
    """The month, such as 2027-03, or month 4 of the forecast."""
    traffic: str
    """The name of the traffic."""
    times: Factor
    """What its rate is multiplied by from then on, such as 1.5x."""


class Head(Model):
    """The head of the file: everything except traffic, resources, gates and prices."""

    capplan: Annotated[Literal[1], BeforeValidator(_version), WithJsonSchema({"const": 1})]
    """The version of the language: 1."""
    name: str
    """The workload's name."""
    region: str
    """AWS's code of the Region, such as us-east-1."""
    timezone: Annotated[str, BeforeValidator(_zone), _pattern(_ZONE)] = "UTC"
    """A fixed UTC offset for all times in the file, such as "+09:00" (UTC)."""
    unit: str | None = None
    """The traffic that is the unit of business: the cost of everything is given per one of it, such as orders."""
    account: Account = Account.model_construct()
    """The AWS account: free_tier, discount, quotas, in_use."""
    launches: Annotated[
        tuple[Launch, ...], BeforeValidator(lambda raw: tuple(raw) if isinstance(raw, list) else raw)
    ] = ()
    """What multiplies a traffic from a month on: [{at: 2027-03, traffic: shoppers, times: 1.5x}]; what forecast uses."""
    commitments: Annotated[
        tuple[Commitment, ...], BeforeValidator(lambda raw: tuple(raw) if isinstance(raw, list) else raw)
    ] = ()
    """Reserved capacity already bought: [{reserved: wcu, units: 300, years: 1}]."""
