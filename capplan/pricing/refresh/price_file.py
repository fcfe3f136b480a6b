"""Reads and writes the price files: one line an entry's key, sources that are used, the index."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from capplan.errors import CapplanError, Diagnostic
from capplan.pricing.catalogue import FOLDER
from capplan.reading.files import bytes_of
from capplan.reading.limits import MAX_SAVED_BYTES
from capplan.reading.writing import write_atomic

__all__ = ["FOLDER", "file_text", "index_text", "read_file", "read_index", "write_file", "write_newest"]

_HINT = "it is no price file of capplan's: take it back from version control, or install capplan anew"
_OF_ENTRY = {"unit", "effective", "checked", "confidence", "source", "sku"}


def read_index(folder: Path) -> Mapping[str, Any]:
    """The index of a folder of price files. Raises CapplanError."""
    path = folder / "index.json"
    data = _read(path)
    if not isinstance(data.get("regions"), dict) or not isinstance(data.get("newest_checked"), str):
        raise _error(path, "it has no Regions, or no day of the newest check")
    return data


def read_file(folder: Path, region: str, service: str) -> Mapping[str, Any]:
    """A service's file in a Region; empty where there is none. Raises CapplanError."""
    path = folder / region / f"{service}.json"
    if not path.is_file():
        return {"sources": {}, "prices": {}}
    data = _read(path)
    try:
        dict(data["sources"])
        for dated in data["prices"].values():
            for entry in dated:
                _check(entry, data["sources"])
    except (KeyError, TypeError, AttributeError, ValueError, InvalidOperation) as error:
        raise _error(path, f"an entry is not of the form of capplan/prices/README.md: {str(error)[:80]}") from None
    return data


def _check(entry: Mapping[str, Any], sources: Mapping[str, Any]) -> None:
    """Whether an entry can be compared and written again."""
    if missing := _OF_ENTRY - entry.keys():
        raise ValueError(f"no {min(missing)}")
    if missing := set(entry["source"].split(", ")) - sources.keys():
        raise ValueError(f"no source {min(missing)}")
    figures = [entry[name] for name in ("upfront_per_unit", "hourly_per_unit") if "tiers" not in entry]
    figures += [entry["free"], *(tier["begin"] for tier in entry["tiers"])] if "tiers" in entry else []
    figures += [tier["price"] for tier in entry.get("tiers", ()) if tier["price"] is not None]
    if not figures or not all(Decimal(one).is_finite() for one in figures) or entry.get("tiers") == []:
        raise ValueError("no figures")


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(bytes_of(path, path.as_posix(), MAX_SAVED_BYTES))
    except (ValueError, RecursionError) as error:
        raise _error(path, f"not JSON: {str(error)[:80]}") from None
    if not isinstance(data, dict):
        raise _error(path, "no object")
    return data


def _error(path: Path, message: str) -> CapplanError:
    return CapplanError((Diagnostic(path.as_posix(), 0, 0, message, _HINT),))


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
        write_atomic(folder / "index.json", index_text(day, index["services"], index["regions"]))


def index_text(newest_checked: str, services: Sequence[str], regions: Mapping[str, str]) -> str:
    """The index's text."""
    head = f'"newest_checked": "{newest_checked}",\n"services": {json.dumps(services)},'
    return f'{{\n{head}\n"regions": {_object(regions)}\n}}\n'


def _object(values: Mapping[str, Any]) -> str:
    rows = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
    return f"{{\n{rows}\n}}" if rows else "{}"
