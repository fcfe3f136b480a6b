"""Reads a profile of a trace that a scenario names."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePath
from typing import Any

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.files import Files
from capplan.reading.saved_json import parse_saved_json
from capplan.reading.scalars import shown

SCHEMA = "capplan.profile/1"


def read_profile(files: Files, name: str) -> Mapping[str, Any]:
    """The data of a profile in the scenario's folder. Raises CapplanError, with line 0 where it is no profile."""
    return profile_of(files.read_text(name), files.display(name))


@lru_cache(maxsize=16)
def profile_of(text: str, file: str) -> Mapping[str, Any]:
    """The data of a profile's text. Raises CapplanError, with line 0 where it is none.

    Cached: a plan made again does not read again.
    """
    hint = "write one: capplan profile FILES -o profile.json"
    data = parse_saved_json(text, file, hint)
    if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
        raise CapplanError((Diagnostic(file, 0, 0, f"{shown(PurePath(file).name)} is no profile", hint),))
    return data
