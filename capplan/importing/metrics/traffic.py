"""Writes a fitted metric as the scenario's traffic, with what was measured and how far it can be trusted."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from capplan import units
from capplan.importing import written
from capplan.importing.metrics.fit import Fit, FittedSpike, fit
from capplan.importing.metrics.series import Series, filled, missing
from capplan.record import Record, replace

_DAY = units.SECONDS_PER_DAY
_MONDAY = 4 * _DAY
_PERIOD_DAYS = units.PERIOD_DAYS
_MIN_NOISE, _MAX_NOISE = 0.02, 1.0
_COUNTED = ("", "Count", "None")
_PER_SECOND = "Count/Second"
_NOT_A_SUM = re.compile(
    r"\b(?:avg|average|max(?:imum)?|min(?:imum)?|p\d\d(?:\.\d+)?|percent(?:age)?)\b|utili[sz]ation\b"
)
"""Words of a label that say it is no count."""


class MeasuredTraffic(Record, frozen=True):
    """A traffic of the scenario, and what to say of it.

    Attributes:
        data: Keys and values of the traffic; empty where the metric is no count.
        told: Comments: the time it covers, what the shape explains, gaps, assumptions.
        reason: Why it gives no traffic; empty where it does.
    """

    data: dict[str, Any] = {}
    told: tuple[str, ...] = ()
    reason: str = ""


def measured_traffic(series: Series, zone_minutes: int = 0) -> MeasuredTraffic:
    """The traffic that a metric shows; times are in a zone of so many minutes from UTC."""
    reason = _why_not(series)
    if reason:
        return MeasuredTraffic(reason=reason)
    whole = filled(per_period(series))
    found = fit(whole, zone_minutes * 60)
    if not found.rate:
        return MeasuredTraffic(reason="it is 0 all the time")
    spikes, elsewhere = _in_period(found.spikes, series, zone_minutes * 60)
    data: dict[str, Any] = {"rate": written.rate(found.rate)}
    if found.curve is not None:
        at = written.clock(found.curve.at_minute)
        data["daily"] = {
            "peak": written.factor(found.curve.peak),
            "trough": written.factor(found.curve.trough),
            "at": at,
        }
    elif found.hours:
        data["daily"] = [Decimal(written.digits(hour, 3)) for hour in found.hours]
    if found.weekly:
        data["weekly"] = {day: written.factor(times) for day, times in found.weekly.items()}
    if spikes:
        data["spikes"] = spikes
    if found.noise is not None and _MIN_NOISE <= found.noise <= _MAX_NOISE:
        data["noise"] = written.share(Decimal(written.digits(found.noise, 2)))
    return MeasuredTraffic(data, tuple(_told(series, whole, found, elsewhere)))


def _why_not(series: Series) -> str:
    label = f"{series.name} {series.metric}".casefold().replace("_", " ")
    checks = (
        (not series.points, "it has no points"),
        (not series.period_seconds, "one point does not say how long its period is: ask for a longer time"),
        (
            series.statistic in ("Maximum", "Minimum")
            or (series.statistic == "Average" and series.unit != _PER_SECOND),
            f"{series.statistic} of {series.unit or 'a metric'} is no count over time: ask for --statistics Sum",
        ),
        (
            series.statistic != "SampleCount" and series.unit not in (*_COUNTED, _PER_SECOND),
            f"its unit is {series.unit}, not a count",
        ),
        (
            not series.statistic and _NOT_A_SUM.search(label) is not None,
            "by its label it is no count over time: ask for the statistic Sum",
        ),
        (any(point.value < 0 for point in series.points), "it is below 0 at times"),
    )
    return next((reason for wrong, reason in checks if wrong), "")


def per_period(series: Series) -> Series:
    """Counts of a period, also where the source gives them per second."""
    if series.unit != _PER_SECOND or series.statistic == "SampleCount":
        return series
    points = tuple(replace(p, value=p.value * series.period_seconds) for p in series.points)
    return replace(series, points=points)


def _in_period(spikes: Sequence[FittedSpike], series: Series, zone: int) -> tuple[list[dict[str, Any]], int]:
    """Spikes of the last four whole weeks as the language writes them, and how many lie before.

    The scenario's month has each spike once: those of earlier months are not added to it.
    """
    last = series.points[-1].at + zone
    first_day = (series.points[0].at + zone - _MONDAY) // _DAY // 7 * 7
    last_day = (last - _MONDAY) // _DAY // 7 * 7 + 6
    start = max(first_day, last_day - _PERIOD_DAYS + 1)
    out: list[tuple[int, dict[str, Any]]] = []
    for spike in spikes:
        at = spike.at + zone - _MONDAY - start * _DAY
        minute = at // 60
        minutes = -(-spike.seconds // 60)
        if at < 0 or minute + minutes > _PERIOD_DAYS * units.MINUTES_PER_DAY:
            continue
        day = datetime.fromtimestamp(spike.at + zone, UTC).date().isoformat()
        moment = f"day {minute // units.MINUTES_PER_DAY + 1} {written.clock(minute % units.MINUTES_PER_DAY)}"
        times = written.factor(spike.times)
        out.append((minute, {"name": day, "at": moment, "for": written.duration(spike.seconds * 1000), "times": times}))
    return [entry for _, entry in sorted(out, key=lambda pair: pair[0])], len(spikes) - len(out)


def _told(series: Series, whole: Series, found: Fit, elsewhere: int) -> list[str]:
    """What the numbers rest on."""
    first, last = (
        datetime.fromtimestamp(point.at, UTC).date().isoformat() for point in (series.points[0], series.points[-1])
    )
    period = written.duration(series.period_seconds * 1000)
    out = [f"measured: {len(series.points):,} points of {period}, {first} to {last}"]
    if found.explained is not None:
        out.append(
            f"the shape explains {written.digits(found.explained * 100, 2)}% of the variance; "
            f"a point is off it by {written.digits(found.residual * 100, 2)}% of the rate (standard deviation)"
        )
    gaps = missing(series)
    if gaps and len(whole.points) > len(series.points):
        out.append(f"{gaps:,} periods without a point count as 0: {series.metric} is sent only when something happens")
    elif gaps:
        out.append(f"{gaps:,} periods without a point are left out of the mean")
    if not series.complete:
        out.append("CloudWatch says PartialData: ask for the rest")
    if not series.statistic:
        out.append("the source does not name the statistic: read as Sum")
    if series.zone and series.zone != "UTC":
        out.append(f"times without a zone are {series.zone}")
    if found.days < 1:
        out.append("less than a day: no shape of the day")
    elif found.days < 7:  # noqa: PLR2004  a week
        out.append("less than a week: no shape of the week")
    if elsewhere:
        out.append(f"{elsewhere} spikes before the last four weeks are left out")
    return out
