"""Field types that several sections of Glue share: names, schedules, Glue versions."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from capplan import units
from capplan.schedule import ScheduleError, read_schedule

VERSIONS = ("0.9", "1.0", "2.0", "3.0", "4.0", "5.0", "5.1", "6.0")
MS_PER_MINUTE = units.MS_PER_SECOND * units.SECONDS_PER_MINUTE


def _error(raw: object, hint: str) -> PydanticCustomError:
    detail = {"shown": "wrong value", "hint": hint, "found": str(raw)[:60]}
    return PydanticCustomError("quantity", "{shown}", detail)


def _read_version(raw: object) -> str:
    """A Glue version; YAML reads a bare 5.0 as a number."""
    text = str(raw) if isinstance(raw, str | Decimal) else ""
    if text not in VERSIONS:
        raise _error(raw, f"expected one of {', '.join(VERSIONS)}")
    return text


def _read_schedule(raw: object) -> str:
    try:
        read_schedule(raw if isinstance(raw, str) else "")
    except ScheduleError as error:
        hint = str(error) if isinstance(raw, str) else "expected cron(0 3 * * ? *) or rate(5 minutes)"
        raise _error(raw, hint) from None
    return str(raw)


Schedule = Annotated[str, BeforeValidator(_read_schedule)]
Version = Annotated[str, BeforeValidator(_read_version)]


def duplicates(names: Sequence[str]) -> list[str]:
    """Names that occur more than once, sorted."""
    return sorted({name for name in names if names.count(name) > 1})
