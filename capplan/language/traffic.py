"""Reads the section `traffic`: a rate over time, by name."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, get_args

from capplan import units
from capplan.errors import CapplanError
from capplan.flow import DemandFlow, LoadProfile
from capplan.language.load_profiles import Daily, Spike, traffic_profile, with_noise
from capplan.language.models import DailyCurve, Traffic, Weekday
from capplan.language.profiles import SHAPE, replay_in, with_profile, zone_seconds
from capplan.language.reader import RATED, Path, Reader
from capplan.language.replay import replayed
from capplan.language.wording import describe
from capplan.schedule import profile_of


def traffic_of(reader: Reader, unanswered: Collection[str] = ()) -> dict[str, DemandFlow]:
    """The requests per second of each traffic, by name; those whose rate is not answered yet send nothing."""
    out: dict[str, DemandFlow] = {}
    for name, raw in reader.section("traffic").items():
        if isinstance(raw, str):
            word = "schedule" if "(" in raw else "rate"
            mark = reader.doc.locate(["traffic", name])
            reader.add_error(
                ["traffic", name],
                f"expected keys and values under '{name}', found {describe(mark)}",
                f"write {name}: {{{word}: {raw[:60]}}}"
                if RATED.fullmatch(raw.strip())
                else f"such as {name}: {{rate: 60/s}}",
            )
            out[name] = DemandFlow.zero()
            continue
        spec = reader.model(Traffic, _with_profile(reader, name, raw), ("traffic", name), {})
        if spec is None or name in unanswered:
            out[name] = DemandFlow.zero()
            continue
        if spec.profile is not None and spec.schedule is not None:
            hint = "a schedule sets its own times: keep one of the two"
            reader.add_error(["traffic", name, "schedule"], "'schedule' does not apply to a profile", hint, key=True)
        elif spec.profile is None and (spec.rate is None) == (spec.schedule is None):
            reader.add_error(
                ["traffic", name],
                f"traffic '{name}' needs either a rate or a schedule",
                "write rate: 60/s or schedule: cron(0 3 * * ? *)",
            )
        shaped = [key for key in ("daily", "weekly", "yearly", "spikes", "noise") if getattr(spec, key)]
        if spec.schedule is not None and shaped:
            key = shaped[0]
            hint = "daily, weekly, yearly, spikes and noise shape a rate; a schedule sets its own times"
            reader.add_error(["traffic", name, key], f"'{key}' does not apply to a schedule", hint, key=True)
        _spikes(reader, spec, ("traffic", name))
        if spec.weekly and not any(spec.weekly.get(day, 1) for day in get_args(Weekday)):
            reader.add_error(
                ["traffic", name, "weekly"], "every day of the week is 0x", "at least one day needs traffic"
            )
            continue
        if spec.replay is not None:
            _check_replay(reader, spec, raw, name)
        out[name] = _replayed(reader, name, raw, spec) or _traffic_flow(name, spec)
    return out


def _check_replay(reader: Reader, spec: Traffic, raw: Mapping[str, Any], name: str) -> None:
    """Adds an error where `replay` has nothing to replay."""
    path = ["traffic", name, "replay"]
    shaped = [key for key in SHAPE if key in raw]
    if spec.profile is None:
        hint = "such as profile: profile.json; capplan profile FILES -o profile.json writes one"
        reader.add_error(path, "'replay' needs a profile", hint, key=True)
    elif spec.replay and shaped:
        hint = "keep one of the two: the minutes as they were, or a shape"
        reader.add_error(path, f"'{shaped[0]}' does not apply to a replay", hint, key=True)


def _replayed(reader: Reader, name: str, raw: Any, spec: Traffic) -> DemandFlow | None:  # noqa: ANN401  plain data
    """The flow of a traffic that replays the minutes of its profile; None where it has none, or they cannot be read."""
    if spec.profile is None or not isinstance(raw, Mapping):
        return None
    try:
        replay = replay_in(raw, reader.files)
    except CapplanError:
        return None  # told where the profile was read first
    if replay is None:
        return None
    return DemandFlow.of(replayed(name, replay, zone_seconds(reader.data.get("timezone"))), spec.rate or Fraction(0))


def _with_profile(reader: Reader, name: str, raw: Any) -> Any:  # noqa: ANN401  plain data
    """A traffic with what its profile measured; errors are put where the profile is named."""
    if not isinstance(raw, Mapping):
        return raw
    try:
        return with_profile(raw, reader.files, reader.data.get("timezone"))
    except CapplanError as error:
        for found in error.diagnostics:
            reader.add_error(["traffic", name, "profile"], found.message, found.hint)
        return raw


def _spikes(reader: Reader, spec: Traffic, path: Path) -> None:
    """Adds an error for each spike that is not inside the four weeks."""
    for i, spike in enumerate(spec.spikes):
        minutes = spike.for_ms / 60_000
        if not minutes or spike.at + minutes > units.PERIOD_MINUTES:
            reader.add_error(
                [*path, "spikes", i],
                "the spike is not inside the four weeks",
                "it must last more than 0 min and end by day 28 24:00",
            )


def _traffic_flow(name: str, spec: Traffic) -> DemandFlow:
    if spec.schedule is not None:
        return DemandFlow.of(profile_of(name, spec.schedule), Fraction(1))
    curve = spec.daily
    if isinstance(curve, DailyCurve):
        daily = Daily(float(curve.peak), float(curve.trough), curve.at)
    elif isinstance(curve, tuple):
        daily = Daily(hours=tuple(float(x) for x in curve))
    else:
        daily = Daily()
    spikes = tuple(Spike(s.name, s.at, Fraction(s.for_ms) / 1000, s.times, s.unplanned) for s in spec.spikes)
    weekly = tuple((str(day), factor) for day, factor in spec.weekly.items())
    return DemandFlow.of(_profile(name, daily, weekly, spikes, spec.noise), spec.rate or Fraction(0))


@lru_cache(maxsize=128)
def _profile(
    name: str, daily: Daily, weekly: tuple[tuple[str, Decimal], ...], spikes: tuple[Spike, ...], noise: Decimal | None
) -> LoadProfile:
    """One object for each shape, at whatever rate: what is computed of its minutes is known in a what-if, draw or month."""
    profile = traffic_profile(name, daily, dict(weekly), spikes)
    return profile if noise is None else with_noise(profile, float(noise))
