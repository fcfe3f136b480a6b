"""Reads the traffic that a profile of a trace measured: its minutes as they were, or its rate and shape."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from capplan.errors import CapplanError, Diagnostic
from capplan.language.models import Traffic
from capplan.language.replay import Replay, replay_of
from capplan.reading.files import Files
from capplan.reading.profiles import read_profile
from capplan.reading.scalars import shown

SHAPE = ("daily", "weekly", "spikes", "noise")
"""Keys of a traffic that shape its rate; beside a profile, one of them replaces its minutes."""


def with_profile(raw: Mapping[str, Any], files: Files, timezone: object) -> Mapping[str, Any]:
    """A traffic with the rate and the shape of the profile that it names; what is written beside it stays.

    Where the profile's minutes are replayed, it has their rate and no shape.

    Raises:
        CapplanError: With line 0, where the file cannot be read or is no profile.
    """
    name = raw.get("profile")
    if not isinstance(name, str) or "schedule" in raw:  # the two together are an error, told once
        return raw
    file = files.display(name)
    data = read_profile(files, name)
    replay = replay_in(raw, files)
    if replay is not None:
        _check_zone(data, file, name, timezone)
        return {"rate": f"{replay.per_second:.15f}/s", **raw}
    if raw.get("replay") is True and not any(key in raw for key in SHAPE):  # those are an error of their own
        raise _error(file, f"{shown(name)} has no whole week of minutes", "leave out replay: its shape is used")
    measured = data.get("traffic")
    if not isinstance(measured, Mapping) or not measured:
        raise _error(file, f"{shown(name)} gives no traffic", "its trace is too short, or has no rows")
    _check_zone(data, file, name, timezone)
    taken = {key: _plain(value) for key, value in measured.items()}
    try:
        Traffic.model_validate(taken)
    except ValidationError:
        raise _error(file, f"the traffic of {shown(name)} cannot be read", "it was edited: write it again") from None
    return {**taken, **raw}


def replay_in(raw: Mapping[str, Any], files: Files) -> Replay | None:
    """The minutes that a traffic replays; None where it names no profile, keys beside it shape its rate, or the profile has
    no whole week of minutes.

    Raises:
        CapplanError: With line 0, where the file cannot be read or is no profile.
    """
    name = raw.get("profile")
    if not isinstance(name, str) or "schedule" in raw or raw.get("replay") is False or any(key in raw for key in SHAPE):
        return None
    try:
        return replay_of(read_profile(files, name))
    except ValueError:
        file = files.display(name)
        raise _error(file, f"the minutes of {shown(name)} cannot be read", "it was edited: write it again") from None


def zone_seconds(timezone: object) -> int:
    """Seconds of a scenario's time zone from UTC."""
    zone = timezone if isinstance(timezone, str) and timezone != "UTC" else "+00:00"
    offset = datetime.fromisoformat(f"2000-01-01T00:00{zone}").utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _check_zone(data: Mapping[str, Any], file: str, name: str, timezone: object) -> None:
    own = timezone if isinstance(timezone, str) else "UTC"
    if data.get("timezone") != own:
        hint = f"profile it again with --timezone {own}"
        raise _error(
            file, f"the shape of {shown(name)} is in {data.get('timezone')}, the scenario's times in {own}", hint
        )


def _plain(value: object) -> object:
    """Hours as numbers; JSON has figures as texts."""
    return [Decimal(str(one)) for one in value] if isinstance(value, list) and _are_figures(value) else value


def _are_figures(values: list[object]) -> bool:
    return all(isinstance(one, str) and one.replace(".", "", 1).isdigit() for one in values)


def _error(file: str, message: str, hint: str) -> CapplanError:
    return CapplanError((Diagnostic(file, 0, 0, message, hint),))
