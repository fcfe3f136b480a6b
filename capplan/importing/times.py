"""Reads times as AWS's tools write them: seconds or milliseconds since 1970, ISO 8601, and the console's `2026/11/01 00:05:00`."""

import re
from datetime import UTC, datetime
from decimal import Decimal

_TIME = re.compile(
    r"(\d{4})[-/](\d\d?)[-/](\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(\.\d{1,9})?)?)?\s*(Z|UTC|[+-]\d\d:?\d\d)?"
)
_ZONE = re.compile(r"[+-]\d\d:\d\d")
_EPOCH = re.compile(r"\d{9,13}(?:\.\d{1,9})?")
_MILLISECONDS_FROM = 10**11
"""A larger number counts milliseconds."""


def seconds_of(text: str) -> Decimal | None:
    """Seconds since 1970 of a time; UTC where it names no zone; None for anything else."""
    text = text.strip()
    if _EPOCH.fullmatch(text):
        number = Decimal(text)
        return number / 1000 if number >= _MILLISECONDS_FROM else number
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        at = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return Decimal(int(at.timestamp())) + Decimal(match[7] or 0) - _offset(match[8] or "Z")


def has_zone(text: str) -> bool:
    """Whether a time says which zone it is in."""
    match = _TIME.fullmatch(text.strip())
    return bool(match and match[8]) or _EPOCH.fullmatch(text.strip()) is not None


def zone_minutes(zone: str) -> int:
    """Minutes of a time zone such as `+09:00` from UTC."""
    return _offset(zone) // 60 if _ZONE.fullmatch(zone) else 0


def _offset(zone: str) -> int:
    if zone in ("Z", "UTC"):
        return 0
    seconds = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
    return seconds if zone[0] == "+" else -seconds
