"""A copy of the shipped price files that a test may change."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from capplan.pricing import catalogue

SHIPPED = Path(catalogue.__file__).parent.parent / "prices"


def forget() -> None:
    """Empty every cache of the catalogue."""
    for value in vars(catalogue).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()


def use(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the catalogue read a folder, until the test ends; `forget` is then due."""
    monkeypatch.setattr(catalogue, "FOLDER", folder)
    forget()


def copy_of(folder: Path, *regions: str) -> Path:
    """The shipped files of some Regions."""
    index = json.loads((SHIPPED / "index.json").read_bytes())
    index["regions"] = {region: index["regions"][region] for region in regions}
    folder.mkdir()
    (folder / "index.json").write_text(json.dumps(index))
    for file in ("allowances.json", "savings_plans.json"):
        shutil.copy(SHIPPED / file, folder / file)
    for region in regions:
        shutil.copytree(SHIPPED / region, folder / region)
    return folder


def add_entry(folder: Path, region: str, key: str, *, at: int = -1, **changes: object) -> Mapping[str, Any]:
    """Another dated entry of a price: the newest one, changed; at 0 it stands before all others."""
    service, _, dimension = key.partition(".")
    path = folder / region / f"{service}.json"
    file = json.loads(path.read_bytes())
    dated = file["prices"][dimension]
    entry = dated[-1] | changes
    dated.insert(at if at >= 0 else len(dated), entry)
    path.write_text(json.dumps(file))
    found: Mapping[str, Any] = entry
    return found
