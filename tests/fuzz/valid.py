"""Changes and draws that the reader takes: what it refuses is taken back, so that a case gets as far as its command."""

import contextlib
import copy
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from capplan.errors import CapplanError
from capplan.language.load import load
from tests.fuzz.cases import Case, lay_out
from tests.fuzz.drawn import NAMES, Drawer
from tests.fuzz.mutate import mutated

Taken = Callable[[Any], bool]
_TRIES = 3


@contextlib.contextmanager
def reader_of(files: Mapping[str, Any]) -> Iterator[Taken]:
    """Whether a scenario beside some files is valid. Any error of the reader's own is a finding: it counts as taken."""

    def taken(data: object) -> bool:
        try:
            load("-", text=json.dumps(data, ensure_ascii=False))
        except CapplanError:
            return False
        except Exception:  # noqa: BLE001  the command will show it
            return True
        return True

    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        lay_out(Case("", files, ()), Path(name))
        yield taken


def changed(
    data: Any,  # noqa: ANN401  plain data
    files: Mapping[str, Any],
    rng: Random,
    grafts: Mapping[str, Sequence[Any]],
    times: int,
) -> Any:  # noqa: ANN401
    """A valid scenario with up to so many changes after which it is valid still."""
    with reader_of(files) as taken:
        for _ in range(times * _TRIES):
            other = mutated(data, rng, grafts, 1)
            if other != data and taken(other):
                data, times = other, times - 1
                if not times:
                    break
    return data


def drawn(schema: Mapping[str, Any], rng: Random, files: Mapping[str, Any]) -> dict[str, Any]:
    """A valid scenario: entries of a few sections with what they need, then one key after the other."""
    drawer, properties = Drawer(schema, rng), schema["properties"]
    sections = [key for key, part in properties.items() if "patternProperties" in part and key != "prices"]
    out: dict[str, Any] = {"capplan": 1, "name": "Drawn", "region": rng.choice(("us-east-1", "eu-central-1"))}
    out["traffic"] = {
        "a": {"rate": rng.choice(("3/s", "60/s", "15/day", "2k/min"))},
        "b": {"schedule": "rate(5 minutes)"},
    }
    with reader_of(files) as taken:
        for section in dict.fromkeys(("tables", *rng.sample(sections, rng.randint(1, 4)))):
            of = drawer.resolved(next(iter(properties[section]["patternProperties"].values())))
            for name in rng.sample(NAMES, rng.randint(1, 2)):
                _add_entry(out, section, name, drawer, of, taken)
    return out


def _add_entry(
    out: dict[str, Any], section: str, name: str, drawer: Drawer, of: Mapping[str, Any], taken: Taken
) -> None:
    rng = drawer.rng
    known = of.get("properties", {})
    for _ in range(_TRIES):
        entry = {key: drawer.value(known[key], 2) for key in of.get("required", ())}
        if known.get("triggers"):
            entry["triggers"] = rng.choice(("a", "b"))
        if _takes(out, section, name, entry, taken):
            break
    else:
        return
    for key in rng.sample(sorted(known), min(len(known), rng.randint(2, 9))):
        _takes(out, section, name, {**out[section][name], key: drawer.value(known[key], 2)}, taken)


def _takes(out: dict[str, Any], section: str, name: str, entry: dict[str, Any], taken: Taken) -> bool:
    """Writes an entry where the scenario is valid with it."""
    before = copy.copy(out.get(section))
    out[section] = {**(before or {}), name: entry}
    if taken(out):
        return True
    if before is None:
        del out[section]
    else:
        out[section] = before
    return False
