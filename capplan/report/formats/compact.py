"""Writes an answer as one line of JSON for an agent: its short form, or the fields that were asked for."""

import json
from collections.abc import Sequence
from typing import Any

from capplan.plain import disarmed
from capplan.report.short import short


def compact(answer: Any, fields: Sequence[str] = (), top: int | None = None) -> str:  # noqa: ANN401  plain JSON
    """The short form of an answer's JSON, in ASCII. Raises CapplanError for a field that it does not have."""
    return one_line(short(answer, fields, top))


def one_line(value: Any) -> str:  # noqa: ANN401  plain JSON
    """A JSON value without spaces, with a line break at its end."""
    return disarmed(json.dumps(value, separators=(",", ":"), allow_nan=False)) + "\n"
