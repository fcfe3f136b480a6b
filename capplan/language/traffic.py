"""The section `traffic`: shapes of demand by name. It carries demand nowhere."""

from fractions import Fraction
from typing import get_args

from capplan import units
from capplan.flow import DemandFlow
from capplan.language.load_profiles import Daily, Spike, traffic_profile
from capplan.language.models import DailyCurve, Traffic, Weekday
from capplan.language.reader import Path, Reader
from capplan.schedule import read_schedule, schedule_profile


def traffic_of(reader: Reader) -> dict[str, DemandFlow]:
    """Every traffic's flow, by name."""
    out: dict[str, DemandFlow] = {}
    for name, raw in reader.section("traffic").items():
        told = reader.model(Traffic, raw, ("traffic", name), {})
        if told is None:
            out[name] = DemandFlow.zero()
            continue
        if (told.rate is None) == (told.schedule is None):
            reader.add_error(
                ["traffic", name],
                f"traffic '{name}' needs a rate or a schedule, one of them",
                "write rate: 60/s or schedule: cron(0 3 * * ? *)",
            )
        if told.schedule is not None and (told.daily or told.weekly or told.spikes):
            word = next(w for w in ("daily", "weekly", "spikes") if getattr(told, w))
            hint = "daily, weekly and spikes shape a rate; a schedule says when by itself"
            reader.add_error(["traffic", name, word], f"a schedule has no '{word}'", hint, key=True)
        _spikes(reader, told, ("traffic", name))
        if told.weekly and not any(told.weekly.get(day, 1) for day in get_args(Weekday)):
            reader.add_error(["traffic", name, "weekly"], "every day is 0x", "one day at least has traffic")
            continue
        out[name] = _traffic_flow(name, told)
    return out


def _spikes(reader: Reader, told: Traffic, path: Path) -> None:
    """A spike lies in the four weeks, whole."""
    for i, spike in enumerate(told.spikes):
        minutes = spike.for_ms / 60_000
        if not minutes or spike.at + minutes > units.WINDOW_MINUTES:
            reader.add_error(
                [*path, "spikes", i],
                "the spike does not lie in the four weeks",
                "it lasts more than 0 min and ends by day 28 24:00",
            )


def _traffic_flow(name: str, told: Traffic) -> DemandFlow:
    if told.schedule is not None:
        return DemandFlow.of(schedule_profile(name, read_schedule(told.schedule)), Fraction(1))
    curve = told.daily
    if isinstance(curve, DailyCurve):
        daily = Daily(float(curve.peak), float(curve.trough), curve.at)
    elif isinstance(curve, tuple):
        daily = Daily(hours=tuple(float(x) for x in curve))
    else:
        daily = Daily()
    spikes = tuple(Spike(s.name, s.at, Fraction(s.for_ms) / 1000, s.times) for s in told.spikes)
    shape = traffic_profile(name, daily, {str(day): factor for day, factor in told.weekly.items()}, spikes)
    return DemandFlow.of(shape, told.rate or Fraction(0))
