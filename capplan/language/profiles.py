"""Reads the traffic that a profile of a trace measured: what a scenario's `profile: FILE` stands for."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from capplan.errors import CapplanError, Diagnostic
from capplan.language.models import Traffic
from capplan.reading.files import Files
from capplan.reading.profiles import read_profile
from capplan.reading.scalars import shown


def with_profile(raw: Mapping[str, Any], files: Files, timezone: object) -> Mapping[str, Any]:
    """A traffic with the rate and the shape of the profile that it names; what is written beside it stays.

    Raises:
        CapplanError: With line 0, where the file cannot be read or is no profile.
    """
    name = raw.get("profile")
    if not isinstance(name, str) or "schedule" in raw:  # the two together are an error, told once
        return raw
    file = files.display(name)
    data = read_profile(files, name)
    measured = data.get("traffic")
    if not isinstance(measured, Mapping) or not measured:
        raise _error(file, f"{shown(name)} gives no traffic", "its trace is too short, or has no rows")
    own = timezone if isinstance(timezone, str) else "UTC"
    if data.get("timezone") != own:
        hint = f"profile it again with --timezone {own}"
        raise _error(
            file, f"the shape of {shown(name)} is in {data.get('timezone')}, the scenario's times in {own}", hint
        )
    taken = {key: _plain(value) for key, value in measured.items()}
    try:
        Traffic.model_validate(taken)
    except ValidationError:
        raise _error(file, f"the traffic of {shown(name)} cannot be read", "it was edited: write it again") from None
    return {**taken, **raw}


def _plain(value: object) -> object:
    """Hours as numbers; JSON has figures as texts."""
    return [Decimal(str(one)) for one in value] if isinstance(value, list) and _are_figures(value) else value


def _are_figures(values: list[object]) -> bool:
    return all(isinstance(one, str) and one.replace(".", "", 1).isdigit() for one in values)


def _error(file: str, message: str, hint: str) -> CapplanError:
    return CapplanError((Diagnostic(file, 0, 0, message, hint),))
