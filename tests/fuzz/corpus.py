"""The files the fuzzer begins with, and the cases it makes of them, one a number."""

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import yaml

from capplan.language.schema import scenario_schema
from tests.commands.reconcile.build import BILLS, SHOP, cur_row
from tests.commands.reconcile.test_adds_up import random_row
from tests.commands.reconcile.test_causes import PLANNED
from tests.commands.test_ordinary import MACHINE, ordinary
from tests.fuzz import valid
from tests.fuzz.cases import Case
from tests.fuzz.drawn import Drawer
from tests.fuzz.machines import Machines
from tests.fuzz.mutate import HOSTILE, grafts_of, mutated, places, scrambled
from tests.helpers import HEAD, SCENARIOS
from tests.importing import test_hostile_files as foreign
from tests.pricing.price_list import STATES, TABLES, price_list

ROOT = SCENARIOS.parent
_BLOCK = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
_MOST_BYTES = 300_000
"""Larger files of others are passed over: each run stays short."""


class Home(NamedTuple):
    """A scenario as plain data, and the files beside it."""

    data: Any
    files: Mapping[str, Any]


@lru_cache
def shipped() -> tuple[Home, ...]:
    """The shipped scenarios."""
    paths = sorted(SCENARIOS.glob("*/scenario.yaml"))
    return tuple(Home(_plain(path.read_text(encoding="utf-8")), _beside(path.parent)) for path in paths)


@lru_cache
def homes() -> tuple[Home, ...]:
    """The shipped scenarios, those of the docs, and the wrong ones that are YAML."""
    found = list(shipped())
    shop = _beside(SCENARIOS / "web-shop")
    texts = [
        block for page in sorted((ROOT / "docs").glob("*.md")) for block in _BLOCK.findall(page.read_text("utf-8"))
    ]
    texts += [path.read_text("utf-8", "replace") for path in sorted((ROOT / "tests/language/wrong").glob("*.yaml"))]
    found += [Home(data, shop) for text in texts if isinstance(data := _plain(text), dict) and "capplan" in data]
    return tuple(found)


def _beside(folder: Path) -> dict[str, Any]:
    """The other files of a scenario's folder, definitions as plain data."""
    others = sorted(path for path in folder.iterdir() if path.is_file() and path.name != "scenario.yaml")
    texts = {path.name: path.read_text(encoding="utf-8") for path in others}
    return {name: json.loads(text) if name.endswith(".json") else text for name, text in texts.items()}


def _plain(text: str) -> Any:  # noqa: ANN401  plain data
    """A YAML file as plain data; None where it is none."""
    try:
        data = yaml.safe_load(text)
        return json.loads(json.dumps(data, default=str))  # days are texts, keys too
    except (yaml.YAMLError, TypeError, ValueError, RecursionError):
        return None


@lru_cache
def grafts() -> dict[str, list[Any]]:
    """The values seen under each key of those scenarios."""
    return grafts_of([home.data for home in homes()])


def _field(folder: str, *patterns: str) -> Iterator[Any]:
    """Other people's files, where CAPPLAN_FIELD_FILES says they are."""
    root = os.environ.get("CAPPLAN_FIELD_FILES")
    paths = sorted(p for pattern in patterns for p in (Path(root) / folder).rglob(pattern)) if root else []
    for path in paths:
        if path.is_file() and path.stat().st_size < _MOST_BYTES:
            data = _plain(path.read_text(encoding="utf-8", errors="replace"))
            if isinstance(data, dict | list):
                yield data


@lru_cache
def definitions() -> tuple[Any, ...]:
    """State machines as plain data."""
    own = [data for home in homes() for data in home.files.values() if isinstance(data, dict) and "States" in data]
    return (MACHINE, *own[:6], *_field("asl", "*.json", "*.yaml"))


@lru_cache
def templates() -> tuple[Any, ...]:
    """What `import` reads: templates, plans, answers of AWS's API."""
    files = ROOT / "tests" / "importing" / "files"
    own = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(files.glob("*.json"))]
    made = [
        getattr(foreign, name) for name in ("_TABLE", "_FUNCTION", "_RUNS", "_JOB", "_HISTORY", "_MODEL", "_METRIC")
    ]
    made += [getattr(foreign, name) for name in ("_TUNING", "_QUOTA", "_USAGE")]
    return (*own, *made, *definitions()[:3], *_field("inputs", "*.json", "*.yaml", "*.yml", "*.template"))


PROFILE = {
    "schema": "capplan.profile/1",
    "timezone": "UTC",
    "rows": 61,
    "rows_used": 60,
    "traffic": {"rate": "100/s", "daily": ["3", *["0.5"] * 23], "weekly": {"sat": "0.5x"}},
    "keys": {"distinct": 7, "hottest": [{"key": "k1", "share": "0.2"}, {"key": "k2", "share": "0.1"}]},
}
_TRACE = "time,op,key,bytes,duration\n" + "".join(
    f"2026-11-02T00:00:{second:02}Z,Get,k{second % 7},{second * 100},{second}\n" for second in range(60)
)
_PRICES = {
    "dynamodb.on_demand.write_request_unit.standard": "0.0000007 USD",
    "dynamodb.backup.pitr_gb_month": "0.18 USD",
    "lambda.request.x86_64": "0.0000002 USD",
    "eu-west-1": {"lambda.duration.arm64": "0.000012 USD"},
}
_SHOP = {
    "capplan": 1,
    "name": "Shop",
    "region": "us-east-1",
    "traffic": {"shoppers": {"profile": "profile.json"}, "nightly": {"schedule": "rate(5 minutes)"}},
    "tables": {
        "orders": {
            "item_size": "1 KB",
            "items": "1M",
            "access": [{"put": "shoppers"}],
            "partition_key": {"name": "id", "popularity": {"profile": "profile.json"}},
        }
    },
    "functions": {"pay": {"duration": "200 ms", "memory": "512 MB", "triggers": "nightly"}},
    "gates": ["cost.monthly <= 300 USD"],
}
_PLAIN_FORMATS = ("table", "json", "markdown", "html")
_PLAN_FORMATS = (*_PLAIN_FORMATS, "junit", "sarif", "github", "csv")
_REGIONS = ("us-east-1", "eu-west-1", "ap-northeast-2", "nowhere-1")
_FILE = "scenario.yaml"


def _command(rng: Random, data: Any) -> tuple[str, ...]:  # noqa: ANN401  plain data
    """A command about a scenario, with a format and some options."""
    name = rng.choices(
        ("estimate", "check", "gates", "explain", "validate", "compare-modes", "simulate", "workflow", "forecast",
         "sweep", "compare-regions", "optimize", "apply", "diff"),
        (30, 12, 5, 5, 4, 8, 6, 6, 5, 4, 3, 3, 4, 4),
    )[0]  # fmt: skip
    words: list[str] = [name, _FILE]
    if name == "explain":
        words += rng.choice((["1"], ["2"], [], ["orders.writes"], [f"{_some_name(rng, data)}.requests"], ["x\x1b[2J"]))
    elif name == "simulate":
        words += rng.choice(([], [], [_some_name(rng, data)]))
    elif name == "workflow":
        words += [*rng.choice(([], ["fulfil"], ["m"])), "--draws", "50"]
    elif name == "sweep":
        words += [
            "--set",
            rng.choice(("tables.orders.items=1..5M", "traffic.web.rate=1/s..1k/s", "region=us-east-1,eu-west-1")),
            "--steps",
            "3",
        ]
    elif name == "compare-regions":
        words += rng.sample(_REGIONS, 2)
    elif name == "apply":
        words += ["1", "--diff"]
    elif name == "forecast":
        words += ["--months", rng.choice(("1", "3", "24"))]
    elif name == "diff":
        words += [_FILE]
    known = _PLAN_FORMATS if name in ("estimate", "check") else ("table", "json", "markdown")
    words += ["-f", rng.choice(known)]
    if name in ("estimate", "check"):
        words += rng.choice(([], [], [], ["--strict"], ["--budget", rng.choice(("0", "1", "1e15", "NaN", "-1"))], ["--today", "2030-01-01"],
                             ["--set", f"tables.{_some_name(rng, data)}.items={rng.choice(('0', '1e30', 'x', '5M'))}"], ["--on", "2026-10-01"]))  # fmt: skip
    return (*words, "--seed", "1") if name != "validate" else tuple(words)


def _some_name(rng: Random, data: Any) -> str:  # noqa: ANN401  plain data
    """The name of a resource, or another word."""
    parts = [part for part in data.values() if isinstance(part, dict) and part] if isinstance(data, dict) else []
    word = str(rng.choice(sorted(map(str, rng.choice(parts))))) if parts else "orders"
    return word.replace("\x00", "") if not word.startswith("-") else "orders"


def _times(rng: Random) -> int:
    return rng.choices((0, 1, 2, 3, 8), (10, 40, 25, 15, 10))[0]


def _shrunk(data: dict[str, Any], rng: Random) -> dict[str, Any]:
    """Some of a scenario's sections, the head always: what they name may be gone."""
    kept = {key for key, part in data.items() if not isinstance(part, dict | list) or rng.random() < 0.8}
    return {key: part for key, part in data.items() if key in kept}


def _scenario(rng: Random) -> Case:
    """Drawn, ordinary or shipped. Two of three are valid, so that more than the reader is asked."""
    origin, is_valid = rng.random(), rng.random() < 0.67
    files: Mapping[str, Any] = {"m.asl.json": MACHINE}
    if origin < 0.3:
        data = valid.drawn(_schema(), rng, files) if is_valid else Drawer(_schema(), rng).scenario()
    elif origin < 0.5:
        data = _plain(HEAD + ordinary(rng.randrange(10**6)))
    else:
        home = rng.choice(shipped() if is_valid else homes())
        data, files = (_shrunk(home.data, rng) if not is_valid and rng.random() < 0.3 else home.data), home.files
    if is_valid:
        data = valid.changed(data, files, rng, grafts(), _times(rng))
        return Case("scenario", {_FILE: data, **files}, _command(rng, data))
    data = mutated(data, rng, grafts(), _times(rng))
    content = scrambled(yaml.safe_dump(data, sort_keys=False), rng) if rng.random() < 0.1 else data
    return Case("scenario", {_FILE: content, **files}, _command(rng, data))


@lru_cache
def _schema() -> dict[str, Any]:
    return scenario_schema()


def _definition(rng: Random) -> Case:
    made = definitions()
    machine = mutated(rng.choice(made), rng, _definition_grafts(), _times(rng))
    if rng.random() < 0.5:
        home = rng.choice([home for home in homes() if any(isinstance(v, dict) for v in home.files.values())])
        name = rng.choice([name for name, value in home.files.items() if isinstance(value, dict)])
        machine = mutated(home.files[name], rng, _definition_grafts(), _times(rng))
        words = rng.choice((("workflow", _FILE, "--draws", "50"), ("estimate", _FILE), ("simulate", _FILE)))
        return Case(
            "definition",
            {**home.files, _FILE: home.data, name: machine},
            (*words, "-f", rng.choice(_PLAIN_FORMATS[:3])),
        )
    data = {
        "capplan": 1, "name": "M", "region": "us-east-1", "traffic": {"t": {"rate": "2/s"}},
        "state_machines": {"m": {"definition": "m.asl.json", "triggers": "t", "type": rng.choice(("standard", "express"))}},
    }  # fmt: skip
    words = rng.choice((("workflow", _FILE, "--draws", "50"), ("estimate", _FILE), ("import", "m.asl.json")))
    return Case("definition", {_FILE: data, "m.asl.json": machine}, (*words, "-f", rng.choice(_PLAIN_FORMATS[:3])))


def _machine(rng: Random) -> Case:
    """A drawn definition, and what the scenario says of its states."""
    drawer = Machines(rng)
    machine = drawer.definition()
    said = {name: value for name, value in drawer.overrides.items() if value and rng.random() < 0.8}
    settings = {
        "definition": "m.asl.json", "triggers": "t", "states": said, "type": rng.choice(("standard", "standard", "express")),
    }  # fmt: skip
    data = {
        "capplan": 1, "name": "M", "region": "us-east-1", "traffic": {"t": {"rate": rng.choice(("2/s", "15/day", "400/s"))}},
        "tables": {"a": {"item_size": "1 KB"}}, "queues": {"q": {"message": "2 KB"}},
        "functions": {"f": {"duration": {"p50": "80 ms", "p99": "2 s"}}}, "jobs": {"j": {"duration": "9 min", "workers": 2}},
        "state_machines": {"m": settings},
    }  # fmt: skip
    if rng.random() < 0.2:
        machine = mutated(machine, rng, _definition_grafts(), 1)
    words = rng.choice(
        (("workflow", _FILE, "--draws", "50"), ("workflow", _FILE, "--draws", "50"), ("estimate", _FILE), ("estimate", _FILE),
         ("simulate", _FILE), ("import", "m.asl.json"), ("check", _FILE), ("optimize", _FILE))
    )  # fmt: skip
    known = ("table", "json") if words[0] == "import" else _PLAIN_FORMATS[:3]
    return Case("machine", {_FILE: data, "m.asl.json": machine}, (*words, "-f", rng.choice(known)))


@lru_cache
def _definition_grafts() -> dict[str, list[Any]]:
    return grafts_of(definitions()[:40])


def _template(rng: Random) -> Case:
    data = mutated(rng.choice(templates()), rng, _template_grafts(), _times(rng))
    content = scrambled(json.dumps(data, indent=1), rng) if rng.random() < 0.1 else data
    words = ("import", "given.json", *rng.choice(((), (), ("-f", "json"), ("-o", "new.yaml"))))
    return Case("template", {"given.json": content}, words)


@lru_cache
def _template_grafts() -> dict[str, list[Any]]:
    return grafts_of(templates()[:60])


def _trace(rng: Random) -> Case:
    """Rows of requests, as CSV or as JSON lines, some of their values changed."""
    head, *lines = _TRACE.splitlines()
    rows = [dict(zip(head.split(","), line.split(","), strict=True)) for line in lines]
    columns = list(rows[0])
    for row in rng.sample(rows, min(len(rows), _times(rng) * rng.choice((1, 1, 20)))):
        row[rng.choice(columns)] = rng.choice(
            (*(str(value) for value in HOSTILE), "9" * 30, "1e308", "2026-11-02", "-0")
        )
    if rng.random() < 0.4:
        name, content = "trace.json", "".join(f"{json.dumps(row)}\n" for row in rows)
    else:
        table = io.StringIO()
        writer = csv.DictWriter(table, columns)
        writer.writeheader()
        writer.writerows(rows)
        name, content = "trace.csv", table.getvalue()
    changed = scrambled(content, rng) if rng.random() < 0.4 else content
    more = rng.choice(((), (), ("--hash-keys",), ("--only", "operation=Get"), ("--timezone", "+09:00"), ("--details",)))
    return Case("profile", {name: changed}, ("profile", name, *more, "-f", rng.choice(("table", "json", "markdown"))))


def _profile(rng: Random) -> Case:
    if rng.random() < 0.5:
        return _trace(rng)
    profile = mutated(PROFILE, rng, grafts(), _times(rng))
    words = (rng.choice(("estimate", "validate", "simulate")), _FILE, "-f", rng.choice(("table", "json")))
    return Case("profile", {_FILE: _SHOP, "profile.json": profile}, words)


def _prices(rng: Random) -> Case:
    prices = mutated(_PRICES, rng, grafts_of([_PRICES]), _times(rng))
    content = scrambled(json.dumps(prices), rng) if rng.random() < 0.1 else prices
    home = rng.choice(homes()[:16])
    words = (
        rng.choice(("estimate", "check", "forecast")),
        _FILE,
        "--prices",
        "rates.yaml",
        "-f",
        rng.choice(("table", "json")),
    )
    return Case("prices", {**home.files, _FILE: home.data, "rates.yaml": content}, words)


@lru_cache
def _offers() -> dict[str, Any]:
    """A price list as AWS serves it, by path: JSON files as plain data."""
    files = price_list(AmazonStates=STATES, AmazonDynamoDB=TABLES)
    return {
        f"list{path}": json.loads(body) if path.endswith(".json") else body.decode() for path, body in files.items()
    }


@lru_cache
def _offer_grafts() -> dict[str, list[Any]]:
    return grafts_of(list(_offers().values()))


def _refresh(rng: Random) -> Case:
    """AWS's offer files, one of them changed."""
    files = dict(_offers())
    name = rng.choice(sorted(files))
    if isinstance(files[name], str):
        files[name] = scrambled(files[name], rng)
    else:
        files[name] = mutated(files[name], rng, _offer_grafts(), _times(rng))
        if rng.random() < 0.1:
            files[name] = scrambled(json.dumps(files[name]), rng)
    words = ["prices", "refresh", "--from", "list", "--dry-run", "--today", "2026-12-02", "--region", "us-east-1"]
    words += ["--service", rng.choice(("dynamodb", "stepfunctions"))]
    words += rng.choice(([], ["--csv"], ["--confirm"]))
    return Case("refresh", files, (*words, "-f", rng.choice(("table", "json", "markdown"))))


def _bill(rng: Random) -> Case:
    """A month's bill of rows that AWS could write, some of their cells changed, beside a scenario."""
    rows = [*(cur_row(**row) for row in PLANNED.values()), *(random_row(rng) for _ in range(rng.randint(0, 30)))]
    for row in rng.sample(rows, min(len(rows), _times(rng))):
        cell = rng.choice(sorted(row))
        row[cell] = rng.choice((*(str(value) for value in HOSTILE), f"{row[cell]}0", "", "1e300", "-1", "9" * 30))
    columns = list(dict.fromkeys(key for row in rows for key in row))
    table = io.StringIO()
    writer = csv.DictWriter(table, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    content: Any = table.getvalue()
    name = "bill.csv"
    if rng.random() < 0.2:
        path = rng.choice(sorted(one for one in BILLS.iterdir() if one.suffix in (".csv", ".json")))
        content, name = path.read_text(encoding="utf-8"), path.name
        if path.suffix == ".json":
            data = json.loads(content)
            content = mutated(data, rng, grafts_of([data]), _times(rng))
    if isinstance(content, str) and rng.random() < 0.3:
        content = scrambled(content, rng)
    words = rng.choice(
        (("reconcile", "shop.yaml", name), ("reconcile", "shop.yaml", name, "--apply"), ("reconcile", "shop.yaml", name, "--details"),
         ("check", "shop.yaml", "--bill", name), ("import", name))
    )  # fmt: skip
    known = ("table", "json") if words[0] == "import" else ("table", "json", "markdown")
    return Case("bill", {"shop.yaml": Path(SHOP).read_text("utf-8"), name: content}, (*words, "-f", rng.choice(known)))


@lru_cache
def saved() -> tuple[Any, ...]:
    """Saved answers as plain data."""
    from tests.json_answers import answer

    named = ("orders", "side-project", "live-chat")
    texts = [answer("estimate", f"scenarios/{name}/scenario.yaml", "-f", "json") for name in named]
    return tuple(json.loads(text) for text in texts)


def _saved(rng: Random) -> Case:
    data = mutated(rng.choice(saved()), rng, _saved_grafts(), _times(rng))
    content = scrambled(json.dumps(data, indent=1), rng) if rng.random() < 0.1 else data
    files = {"base.json": content, "head.json": rng.choice(saved()), _FILE: homes()[0].data}
    words: tuple[str, ...] = rng.choice(
        (("verify", "base.json"), ("diff", "base.json", "head.json"), ("diff", "head.json", "base.json"),
         ("diff", "base.json", _FILE), ("check", _FILE, "--baseline", "base.json", "--budget-delta", "5%"))
    )  # fmt: skip
    return Case("saved", files, (*words, "-f", rng.choice(("table", "json", "markdown"))))


@lru_cache
def _saved_grafts() -> dict[str, list[Any]]:
    return grafts_of(saved())


KINDS: Mapping[str, tuple[int, Callable[[Random], Case]]] = {
    "scenario": (50, _scenario),
    "definition": (8, _definition),
    "machine": (10, _machine),
    "template": (10, _template),
    "profile": (5, _profile),
    "prices": (4, _prices),
    "refresh": (3, _refresh),
    "bill": (5, _bill),
    "saved": (5, _saved),
}
"""How often each kind is drawn, in a hundred, and what makes a case of it."""


def case_of(seed: int, number: int, kinds: tuple[str, ...] = ()) -> Case:
    """The case with a number under a seed: always the same."""
    rng = Random(f"{seed}/{number}")  # noqa: S311  drawn cases, no secret
    names = kinds or tuple(KINDS)
    name = rng.choices(names, [KINDS[one][0] for one in names])[0]
    return KINDS[name][1](rng)


def size(case: Case) -> int:
    """The number of values in all files of a case."""
    return sum(
        sum(1 for _ in places(content)) if not isinstance(content, str | bytes) else 1 + len(content) // 40
        for content in case.files.values()
    )
