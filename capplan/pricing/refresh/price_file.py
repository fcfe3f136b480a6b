"""Reads and writes the price files: one line an entry's key, sources that are used, the index."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from capplan.pricing.catalogue import FOLDER
from capplan.reading.files import bytes_of
from capplan.reading.limits import MAX_SAVED_BYTES
from capplan.reading.writing import write_atomic

__all__ = ["FOLDER", "file_text", "read_file", "read_index", "write_file", "write_newest"]


def read_index(folder: Path) -> Mapping[str, Any]:
    """The index of a folder of price files. Raises CapplanError."""
    return _read(folder / "index.json")


def read_file(folder: Path, region: str, service: str) -> Mapping[str, Any]:
    """A service's file in a Region; empty where there is none."""
    path = folder / region / f"{service}.json"
    return _read(path) if path.is_file() else {"sources": {}, "prices": {}}


def _read(path: Path) -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads(bytes_of(path, path.as_posix(), MAX_SAVED_BYTES))
    return data


def write_file(
    folder: Path,
    region: str,
    service: str,
    location: str,
    sources: Mapping[str, Any],
    prices: Mapping[str, Sequence[Mapping[str, Any]]],
) -> None:
    """A service's file in a Region, in one step."""
    used = {name for dated in prices.values() for entry in dated for name in entry["source"].split(", ")}
    text = file_text(service, region, location, {name: sources[name] for name in sorted(used)}, prices)
    path = folder / region / f"{service}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, text)


def file_text(
    service: str,
    region: str,
    location: str,
    sources: Mapping[str, Any],
    prices: Mapping[str, Sequence[Mapping[str, Any]]],
) -> str:
    """A price file's text."""
    head = f'"service": "{service}",\n"region": "{region}",\n"location": {json.dumps(location)},'
    return f'{{\n{head}\n"sources": {_object(sources)},\n"prices": {_object(prices)}\n}}\n'


def write_newest(folder: Path, day: str) -> None:
    """The day of the newest check, where it is newer than the index has."""
    index = read_index(folder)
    if index["newest_checked"] < day:
        services, regions = json.dumps(index["services"]), _object(index["regions"])
        text = f'{{\n"newest_checked": "{day}",\n"services": {services},\n"regions": {regions}\n}}\n'
        write_atomic(folder / "index.json", text)


def _object(values: Mapping[str, Any]) -> str:
    rows = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
    return f"{{\n{rows}\n}}" if rows else "{}"
