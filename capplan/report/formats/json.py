"""Writes a record as JSON."""

import json

from capplan.plain import disarmed
from capplan.report.record import value_of


def to_json(record: object) -> str:
    """The text of a record: the same bytes for the same answer, in ASCII, so that no text in it drives a terminal."""
    return disarmed(json.dumps(value_of(record), indent=2, allow_nan=False)) + "\n"
