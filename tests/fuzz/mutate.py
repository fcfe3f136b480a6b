"""Changes plain data as careless and hostile hands would: one place at a time, most of the file stays right."""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

Path = tuple[Any, ...]
_QUANTITY = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)(.*)", re.DOTALL)
_NUMBERS: tuple[str, ...] = (
    "0",
    "0.000000000000000001",
    "1e-9",
    "0.001",
    "0.5",
    "1",
    "2",
    "7",
    "99.99",
    "1000",
    "65535",
    "1e6",
    "1e9",
)
_NUMBERS += ("1e12", "1e15", "999999999999999999", "1e18", "1e30", "9" * 60)
_FACTORS = (0.0, 1e-6, 0.001, 0.1, 0.5, 0.9, 1.1, 2, 3, 10, 100, 1000, 1e6)
_UNITS: tuple[str, ...] = (
    "",
    "%",
    "x",
    " B",
    " KB",
    " MB",
    " GB",
    " TB",
    " ms",
    " s",
    " min",
    " h",
    " d",
    "/s",
    "/min",
    "/day",
)
_UNITS += ("/month", " USD", "k", "M", "T/s", "KB/s", " KB/day")
HOSTILE: tuple[Any, ...] = (
    None, "", " ", -1, True, False, [], {}, [[]], [{}], 0, 1, 2**63, 10**30, -0.5, 1e-300, 1e300, "1e999", ".nan", "NaN",
    "Infinity", "-5/s", "\x1b[31mred", "\x07", "::error::x", "=1+1", "<script>alert(1)</script>", "\u202eabc", "a\nb",
    "| b |", "`x`", "../../etc/passwd", "/dev/zero", "x" * 5000, "no", "0x10", "1_000", "20:00", "\u0000", "\ud83d",
    "\u0661\u0662/s", "cron(0 0 31 2 ? *)", "rate(0 minutes)", "arn:aws:lambda:::", "{{}}", "$.x", "{% 1/0 %}",
)  # fmt: skip


def places(data: object, path: Path = ()) -> Iterator[Path]:
    """Every place in plain data, the whole first."""
    yield path
    inside: Any = data.items() if isinstance(data, Mapping) else enumerate(data) if isinstance(data, list) else ()
    for key, inner in inside:
        yield from places(inner, (*path, key))


def at(data: Any, path: Path) -> Any:  # noqa: ANN401  plain data
    """The value at a place."""
    for step in path:
        data = data[step]
    return data


def mutated(data: Any, rng: Random, grafts: Mapping[str, Sequence[Any]], times: int) -> Any:  # noqa: ANN401  plain data
    """The data with some changes; `grafts` are values seen under each key."""
    data = copy.deepcopy(data)
    for _ in range(times):
        found = [path for path in places(data) if path]
        if not found:
            break
        _change(data, rng.choice(found), rng, grafts)
    return data


def _change(data: Any, path: Path, rng: Random, grafts: Mapping[str, Sequence[Any]]) -> None:  # noqa: ANN401
    parent, key = at(data, path[:-1]), path[-1]
    kind = rng.random()
    if kind < 0.5:
        parent[key] = _other(parent[key], rng, grafts.get(str(key), ()))
    elif kind < 0.62:
        parent[key] = rng.choice(HOSTILE)
    elif kind < 0.7:
        del parent[key]
    elif kind < 0.9 and isinstance(parent, dict):
        _graft(parent, rng, grafts)
    elif isinstance(parent, list):
        parent.insert(rng.randrange(len(parent) + 1), copy.deepcopy(rng.choice(parent)))
    else:
        _rename(parent, key, rng)


def _other(value: Any, rng: Random, seen: Sequence[Any]) -> Any:  # noqa: ANN401, PLR0911  plain data, a kind each
    """Another value of the same kind: a number of another size, or what stands under that key elsewhere."""
    if seen and rng.random() < 0.4:
        return copy.deepcopy(rng.choice(seen))
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        grown = value * rng.choice(_FACTORS)
        return int(grown) if isinstance(value, int) and rng.random() < 0.8 else grown
    if isinstance(value, str):
        return _other_text(value, rng)
    if isinstance(value, list):
        return rng.sample(value, rng.randrange(len(value) + 1))
    if isinstance(value, dict):
        kept = [key for key in value if rng.random() < 0.7]
        return {key: value[key] for key in kept}
    return rng.choice(HOSTILE)


def _other_text(value: str, rng: Random) -> str:
    match = _QUANTITY.fullmatch(value)
    if match is None:
        cut = rng.randrange(len(value) + 1)
        return rng.choice((value[:cut], value[cut:], value + value, value.upper(), value + "\x1b[2J", value.lower()))
    chance = rng.random()
    if chance < 0.4:
        return f"{float(match[1]) * rng.choice(_FACTORS):.6f}".rstrip("0").rstrip(".") + match[2]
    if chance < 0.8:
        return rng.choice(_NUMBERS) + match[2]
    return match[1] + rng.choice(_UNITS)


def _graft(parent: dict[str, Any], rng: Random, grafts: Mapping[str, Sequence[Any]]) -> None:
    """Sets a key that stands beside one of these keys elsewhere, or any key."""
    beside = [key for one in parent for key in grafts.get(f"beside {one}", ())]
    key = rng.choice(beside or sorted(k for k in grafts if not k.startswith("beside ")) or ["x"])
    parent[key] = copy.deepcopy(rng.choice(grafts.get(key) or HOSTILE))


def _rename(parent: dict[Any, Any], key: Any, rng: Random) -> None:  # noqa: ANN401
    value = parent[key]
    new = rng.choice((f"{key}s", str(key).upper(), "", "\x1b[31m", "a b", "::error::", *map(str, parent)))
    kept = list(parent.items())
    parent.clear()
    parent.update({(new if k == key else k): v for k, v in kept if k != new or k == key})
    parent.setdefault(new, value)


def grafts_of(documents: Sequence[Any]) -> dict[str, list[Any]]:
    """The values under each key of some documents, and the keys that stand beside each (`beside KEY`)."""
    found: dict[str, list[Any]] = {}
    for data in documents:
        for path in places(data):
            value = at(data, path)
            if path and isinstance(path[-1], str):
                found.setdefault(path[-1], []).append(value)
            if isinstance(value, Mapping):
                for key in value:
                    if isinstance(key, str):
                        found.setdefault(f"beside {key}", []).extend(k for k in value if isinstance(k, str))
    return {key: values[:200] for key, values in found.items()}


def scrambled(text: str, rng: Random) -> str | bytes:
    """A text with some of its characters or lines lost, doubled or replaced; now and then no UTF-8 any more."""
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.choice((0, 1, 1, 3, 20, 200)))
        new = rng.choice(
            ("", text[start:end] * 2, *(v for v in HOSTILE if isinstance(v, str)), "\t", ": ", "- ", "{", "]")
        )
        text = text[:start] + new + text[end:]
    raw = text.encode("utf-8", "surrogatepass")
    return raw[: len(raw) // 2] + b"\xff\xfe" + raw[len(raw) // 2 :] if rng.random() < 0.05 else text
