"""The promises of docs/promises.md: a test for each, named after its sentence, on the command line and shipped files."""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock
from xml.etree import ElementTree as ET

import pytest

from capplan.cli.app import COMMANDS
from tests.fuzz.answers import Answer, answer
from tests.helpers import HEAD
from tests.pricing.folder import SHIPPED as PRICES
from tests.pricing.folder import add_entry, copy_of, forget, use
from tests.promises.commands import NO_SOCKETS, ROOT, SHIPPED, SHOP, TODAY, start, start_all

D = Decimal
CENT = D("0.01")
SMALL = HEAD + "tables:\n  orders: {item_size: 1 KB, items: 1M, access: [{put: 20/s}]}\n"
WRONG = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "tests/language/wrong").glob("*.yaml")
    if path.with_suffix(".txt").exists() and path.with_suffix(".txt").read_text(encoding="utf-8").strip()
)


@lru_cache
def planned(path: str) -> Any:  # noqa: ANN401  any JSON
    """The plan of a shipped scenario, as its JSON says it."""
    found = said("estimate", path, "-f", "json", *TODAY)
    assert found.code == 0, found.err
    return json.loads(found.out)


def said(*words: str, cwd: Path = ROOT, text: str | None = None) -> Answer:
    """A command's answer, run in this process; a text is its standard input."""
    given = io.TextIOWrapper(io.BytesIO((text or "").encode()))
    with mock.patch.object(sys, "stdin", given), mock.patch.dict(os.environ, {"NO_COLOR": "1"}):
        return answer(words, cwd, limit_s=60)


def cents(amount: object) -> Decimal:
    return D(str(amount).replace(",", "")).quantize(CENT, ROUND_HALF_UP)


def values(data: Any, key: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401  any JSON
    """Every leaf of a JSON with the key it stands under."""
    inner = data.items() if isinstance(data, dict) else ((key, one) for one in data) if isinstance(data, list) else ()
    yield from ((key, data),) if not isinstance(data, dict | list) else ()
    for name, value in inner:
        yield from values(value, name)


# 1
@pytest.mark.parametrize("seed", range(3))
def test_unknown_is_never_zero(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a price away that the web shop pays; misspell a key; leave a value out."""
    keys = sorted({line["price_key"] for line in planned(SHOP)["line_items"] if line["price_confidence"] != "scenario"})
    key = Random(seed).choice(keys)  # noqa: S311  which price is missing, no secret
    service, _, dimension = key.partition(".")
    folder = copy_of(tmp_path / "prices", "us-east-1")
    file = folder / "us-east-1" / f"{service}.json"
    prices = json.loads(file.read_bytes())
    prices["prices"].pop(dimension, None)
    file.write_text(json.dumps(prices))
    use(folder, monkeypatch)
    try:
        found = said("estimate", SHOP, "-f", "json")
    finally:
        monkeypatch.undo()
        forget()
    assert found.code == 2 or key in json.dumps(json.loads(found.out)["not_included"]), f"{key} is gone, nobody says so"
    assert key in found.out
    assert found.code != 2 or "monthly_cost" not in found.out, "a total without all its prices"


def test_unknown_is_never_zero_in_what_is_written_or_left_out() -> None:
    text = (ROOT / SHOP).read_text(encoding="utf-8").replace("item_size: 3 KB", "item_sise: 3 KB")
    misspelt = said("estimate", "-", cwd=ROOT / "scenarios/web-shop", text=text)
    assert misspelt.code == 2
    assert "unknown key 'item_sise'" in misspelt.err

    assumed = {one["path"]: one["value"] for one in planned(SHOP)["assumptions"]}
    assert "functions.charge-card.architecture" in assumed, "what nobody wrote is assumed by name"
    assert all(value not in ("", None) for value in assumed.values())
    observed = {row["name"]: row for row in planned(SHOP)["observables"]}
    unknown = observed["charge-card.cold_starts"]
    assert unknown["value"] is None, "what cannot be known is null, not 0"
    assert unknown["why_unknown"]


# 2
PAGED = (
    "scenarios/orders/scenario.yaml",
    "scenarios/side-project/scenario.yaml",
    "scenarios/global-orders/scenario.yaml",
)
"""Those whose whole page is made too: it holds the answers of several commands."""


@pytest.mark.parametrize("path", SHIPPED)
def test_every_number_is_traceable(path: str, tmp_path: Path) -> None:
    plan = planned(path)
    for line in plan["line_items"]:
        exact = D(line["pricing_quantity"]) * D(line["list_unit_price"])
        assert D(line["list_cost"]) == exact.quantize(D("1e-10"), ROUND_HALF_UP), line["id"]
        assert all(line[key] for key in ("description", "price_source", "price_confidence")), line["id"]
        assert {"sku", "price_effective", "price_checked"} <= line.keys()
    dearest = max(plan["line_items"], key=lambda line: D(line["list_cost"]))
    told = said("explain", path, dearest["id"], *TODAY).out
    assert f"{D(dearest['list_cost']):.10f} " in told.replace(",", "")
    assert dearest["price_key"] in told

    names = ("table", "json", "markdown", "csv", "junit", "sarif", "github", *(("html",) if path in PAGED else ()))
    words = [word for name in names for word in ("-f", f"{name}={tmp_path / name}")]
    assert said("estimate", path, *TODAY, *words).code == 0
    texts = {name: (tmp_path / name).read_text(encoding="utf-8") for name in names}
    assert {name: total(name, text) for name, text in texts.items()} == dict.fromkeys(
        names, cents(plan["monthly_cost"])
    )


def total(name: str, text: str) -> Decimal:
    """The month's total, as a reader of that format finds it."""
    if name == "json":
        return cents(json.loads(text)["monthly_cost"])
    if name == "csv":
        rows = [row for row in csv.DictReader(io.StringIO(text)) if row["charge_frequency"] != "one_time"]
        return cents(sum(D(row["contracted_cost"]) for row in rows))
    if name == "junit":
        found = ET.fromstring(text).find(".//property[@name='monthly_cost']")  # noqa: S314  of our own making
        assert found is not None
        return cents(found.get("value"))
    if name == "sarif":
        return cents(json.loads(text)["runs"][0]["properties"]["scenarios"][0]["monthly_cost"])
    if name == "html":
        text = re.sub(r"<[^>]+>", " ", re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL))
    totals = re.findall(r"USD\s+([\d,]+\.\d\d)\s*(?:/|a)\s*month|([\d,]+\.\d\d) USD a month", text)
    assert totals, f"no total in {name}"
    return cents(next(filter(None, totals[0])))


# 3
ASKED = (
    ("estimate", SHOP, "-f", "json"),
    ("estimate", SHOP, "--details"),
    ("check", SHOP, "-f", "sarif"),
    ("compare-modes", "scenarios/side-project/scenario.yaml", "-f", "json"),
    ("simulate", "scenarios/side-project/scenario.yaml", "-f", "json"),
    ("workflow", "scenarios/order-saga/scenario.yaml", "--draws", "50"),
)


def test_same_input_same_bytes(tmp_path: Path) -> None:
    """Under other hashes, zones, languages, widths, homes and users; no path of this machine is in an answer."""
    worlds: list[dict[str, str]] = [
        {"PYTHONHASHSEED": "0", "TZ": "UTC", "LANG": "C.UTF-8"},
        {"PYTHONHASHSEED": "4711", "TZ": "Asia/Seoul", "LANG": "de_DE.UTF-8", "COLUMNS": "200", "HOME": str(tmp_path)},
        {"PYTHONHASHSEED": "99", "TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8", "LINES": "5", "USER": "other"},
    ]
    outs = [start_all(ASKED, env={"PYTHONUTF8": "1", **world}) for world in worlds]
    for words, first, *others in zip(ASKED, *outs, strict=True):
        assert first[0] == 0, words
        assert others == [first] * len(others), words
        assert str(ROOT) not in first[1]
        assert str(tmp_path) not in first[1]
    elsewhere = start_all([("estimate", "scenario.yaml", "-f", "json")], cwd=(ROOT / SHOP).parent)
    assert elsewhere[0][1] == outs[0][0][1].replace(SHOP, "scenario.yaml"), "another folder to start from"


# 4
OFFLINE: dict[str, tuple[tuple[str, ...], ...]] = {
    "estimate": ((SHOP, "-f", "html"),),
    "check": ((SHOP, "--budget", "1"),),
    "gates": ((SHOP,),),
    "diff": (("scenarios/orders/scenario.yaml", SHOP),),
    "compare-modes": (("scenarios/orders/scenario.yaml",),),
    "simulate": (("scenarios/orders/scenario.yaml",),),
    "size": (("scenarios/measured-items/tickets.jsonl",),),
    "explain": ((SHOP, "fulfil.transitions"),),
    "apply": ((SHOP, "1", "--diff"),),
    "optimize": (("scenarios/orders/scenario.yaml",),),
    "forecast": (("scenarios/orders/scenario.yaml", "--months", "2"),),
    "sweep": (("scenarios/orders/scenario.yaml", "--set", "tables.orders.items=1M,2M"),),
    "compare-regions": (("scenarios/orders/scenario.yaml", "eu-west-1"),),
    "init": (("{tmp}/new",),),
    "import": (("tests/importing/files/shop/template.yaml",),),
    "profile": (("{tmp}/trace.csv",),),
    "validate": ((SHOP,),),
    "schema": (("--for", "plan"),),
    "prices": (("list",), ("verify",), ("age",), ("diff", "us-east-1", "eu-west-1"), ("show", "lambda.request.arm64")),
    "verify": (("{tmp}/plan.json",),),
    "completion": (("bash",),),
    "workflow": ((SHOP, "fulfil", "--draws", "50"),),
    "drivers": (("scenarios/orders/scenario.yaml",),),
    "reconcile": (("scenarios/orders/scenario.yaml", "{tmp}/bill.csv"),),
    "mcp": (("--help",),),  # a server's event loop wakes itself through a pair of sockets that leave no machine
}
"""What each command is asked without a network."""


def test_no_network_unless_asked(tmp_path: Path) -> None:
    """Every command with all sockets refused; the same refusal stops `prices refresh`, so it does refuse."""
    assert set(OFFLINE) >= set(COMMANDS), "a new command has to show that it needs no network"
    (tmp_path / "plan.json").write_text(json.dumps(planned(SHOP)), encoding="utf-8")
    (tmp_path / "trace.csv").write_text("time,op,key\n2026-11-02T00:00:00Z,Get,k\n2026-11-02T00:00:01Z,Get,k\n")
    asked = [
        (command, *(word.format(tmp=tmp_path) for word in words))
        for command, every in OFFLINE.items()
        if command in COMMANDS
        for words in every
    ]
    (tmp_path / "bill.csv").write_text("no bill\n")
    refresh = (
        "prices",
        "refresh",
        "--from",
        "http://127.0.0.1:9",
        "--into",
        str(copy_of(tmp_path / "prices", "us-east-1")),
    )
    *offline, online = start_all([*asked, refresh], before=NO_SOCKETS)
    for words, (code, out, err) in zip(asked, offline, strict=True):
        assert "a socket" not in out + err, words
        assert code in ((0, 2) if words[0] in ("profile", "reconcile") else (0, 3)), (words, err)
    assert "a socket" in online[1] + online[2], "the hook refuses nothing"


# 5
@pytest.mark.parametrize("part", range(4))
def test_a_wrong_file_never_exits_0(part: int) -> None:
    """Every wrong scenario: exit 2, the file and each mistake's place and what is wrong, at once."""
    paths = WRONG[part::4]
    for path in paths:
        found = said("estimate", path, "-f", "json")
        assert (found.code, found.crash) == (2, ""), path
        errors = json.loads(found.out)["errors"]
        assert errors, path
        assert all(one["file"] and one["message"] for one in errors), path
        placed = [one for one in errors if one["line"] > 0]
        assert all(one["column"] > 0 for one in placed), path
    for command in ("check", "validate", "simulate", "compare-modes", "forecast", "gates", "explain"):
        assert said(command, "tests/language/wrong/functions-call-words.yaml").code == 2, command
    for words in (("import",), ("verify",), ("size",), ("estimate",), ("diff", SHOP)):
        assert said(*words, "pyproject.toml").code == 2, words
        assert said(*words, "no-such-file.json").code == 2, words


def test_a_wrong_file_lists_all_mistakes_at_once() -> None:
    text = (
        SMALL.replace("item_size: 1 KB", "item_size: 1 KV").replace("us-east-1", "us-esat-1").replace("20/s", "often")
    )
    found = said("check", "-", "-f", "json", text=text)
    assert found.code == 2
    errors = json.loads(found.out)["errors"]
    assert [(one["line"], one["column"] > 0, bool(one["hint"])) for one in errors] == [
        (3, True, True),
        (5, True, True),
        (5, True, True),
    ]


# 6
@pytest.mark.parametrize("path", ["scenarios/live-chat/scenario.yaml", "scenarios/seoul-delivery/scenario.yaml"])
def test_simulators_keep_the_books(path: str) -> None:
    """Offered = served + throttled (+ waiting), in every timeline of a shipped scenario."""
    found = json.loads(said("simulate", path, "-f", "json").out)
    books = [timeline["books"] for one in found["resources"] for timeline in one["timelines"]]
    assert books
    for book in books:
        parts = sum(D(value) for key, value in book.items() if key not in ("unit", "offered"))
        assert abs(D(book["offered"]) - parts) <= D(book["offered"]) * D("1e-5"), book


def throttled(capacity: str, rate: str) -> Decimal:
    text = HEAD + (
        "tables:\n  orders:\n    item_size: 1 KB\n    items: 1M\n"
        f"    capacity: {{mode: provisioned, write: {capacity}, read: 1}}\n    access: [{{put: {rate}}}]\n"
    )
    plan = json.loads(said("estimate", "-", "-f", "json", text=text).out)
    return D(next(row["value"] for row in plan["observables"] if row["name"] == "orders.throttled"))


def test_more_capacity_never_throttles_more_and_a_steady_load_meets_the_closed_form() -> None:
    """100 writes a second at 40 units, a burst of 300 × 40 units once: 60% is throttled, less what the burst lets through."""
    shares = [throttled(capacity, "100/s") for capacity in ("10", "40", "80", "100", "200")]
    assert shares == sorted(shares, reverse=True)
    assert shares[-2:] == [0, 0]
    burst = D(300 * 40) / (100 * 28 * 86_400)
    assert abs(shares[1] - (D("0.6") - burst)) < D("1e-4")


def test_more_traffic_never_costs_less_on_demand() -> None:
    texts = [SMALL.replace("20/s", f"{rate}/s") for rate in ("0", "0.001", "1", "20", "20.1", "500", "39000", "90000")]
    costs = [D(json.loads(said("estimate", "-", "-f", "json", text=text).out)["monthly_cost"]) for text in texts]
    assert costs == sorted(costs)
    assert costs[0] > 0, "what is stored costs without traffic"


# 7
def _nested(levels: int) -> str:
    return "tables: " + "{a: " * levels + "1" + "}" * levels + "\n"


HUGE = {
    "2 MB": HEAD + "tables:\n" + "".join(f"  t{i}: {{item_size: 1 KB, items: 1}}\n" for i in range(60_000)),
    "nested": HEAD + _nested(5_000),
    "aliases": HEAD
    + "a: &a [x, x]\n"
    + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    "long word": HEAD + f"tables: {{orders: {{item_size: {'9' * 100_000} KB}}}}\n",
    "large rate": SMALL.replace("20/s", "1e30/s"),
    "large factor": HEAD
    + "traffic: {w: {rate: 1/s, spikes: [{name: s, at: day 1 00:00, for: 1 h, times: 1e30x}]}}\n"
    + SMALL[len(HEAD) :].replace("20/s", "w"),
    "many items": SMALL.replace("items: 1M", "items: 1e40"),
    "mistakes": HEAD + "tables: {" + ", ".join(f"t{i}: {{x: 1}}" for i in range(5_000)) + "}\n",
    "not text": HEAD + "\x00\x01\x02",
}


@pytest.mark.skipif(os.name != "posix", reason="limits of a process")
@pytest.mark.parametrize("name", HUGE)
def test_bounded(name: str) -> None:
    """A hostile or huge file ends in a clear error within 5 s of processor time and 1 GB."""
    limits = (
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (5, 5))\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))"
    )
    done = start("estimate", "-", text=HUGE[name], before=limits)
    assert done.returncode == 2, done.stderr[-300:]
    told = done.stderr.decode()
    assert "error:" in told
    assert "Traceback" not in told
    assert len(told) < 60_000
    assert done.stdout == b""


# 8
GATES = [
    "gates: [cost.monthly <= NaN USD]",
    "gates: [cost.monthly <= nan]",
    "gates: [cost.montly <= 2500 USD]",
    "gates: [order.throttled < 1%]",
    "gates: [orders.throttled < 5 USD]",
    "gates: [cost.monthly]",
    "gates: [cost.monthly <= ]",
    "gates: ['']",
    "gates: [{warm: cost.monthly <= 2500 USD}]",
    "gate: [cost.monthly <= 2500 USD]",
    "gates: [cost.monthly <= 2500 USD]\ngates: [cost.monthly <= 1 USD]",
    "gates: [cost.change <= 5 USD]",
    "gates: [cost.monthly <= 2500]",
    "gates: {cost.monthly: 2500 USD}",
    "gates: [{deny: cost.monthly <= 1 USD, waiver: {owner: me, reason: sale, expires: 2020-01-01}}]",
]


@pytest.mark.parametrize("gate", GATES)
def test_a_gate_never_passes_by_accident(gate: str) -> None:
    found = said("check", "-", *TODAY, text=f"{SMALL}{gate}\n")
    assert found.code == (3 if "expires" in gate else 2), found.out
    assert "error:" in found.err or "1 of 1 gate failed" in found.out


# 9
def test_a_broken_gate_a_wrong_file_and_a_broken_tool_have_different_exit_codes(tmp_path: Path) -> None:
    """And the report is written before the verdict: on the screen, and in the file."""
    saved = tmp_path / "plan.json"
    words = ("check", "-", *TODAY, "-f", "table", "-f", f"json={saved}")
    gate = start(*words, "--budget", "1", text=SMALL)
    assert gate.returncode == 3
    assert "the gate fails" in gate.stdout.decode() or "fail" in gate.stdout.decode()
    assert json.loads(saved.read_text())["gates"][0]["verdict"] == "fail"
    saved.unlink()
    assert start(*words, text=SMALL.replace("items", "itmes")).returncode == 2
    assert start("check", "-", "--no-such-option", text=SMALL).returncode == 2
    bug = "import capplan.commands.plan as p\ndef plan(*a, **k): raise AssertionError('a bug')\np.plan = plan"
    broken = start(*words, text=SMALL, before=bug)
    assert broken.returncode == 1
    assert broken.stdout == b"", "no half output"
    assert not saved.exists()
    assert start(*words, "--strict", text=SMALL).returncode in (0, 4)
    strict = start("estimate", SHOP, "--strict", *TODAY)
    assert strict.returncode == 4
    assert strict.stdout, "the report is written first"


# 10
DEATHS = {
    "before it is opened": "if event == 'open' and str(arguments[0]).endswith('.tmp'): die()",
    "before it is renamed": "if event == 'os.rename': die()",
    "in the middle of its text": "if event == 'open' and str(arguments[0]).endswith('.tmp'): short()",
}


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("when", DEATHS)
def test_nothing_is_written_half(when: str, tmp_path: Path) -> None:
    """Killed at each step, and on a full disk: the old file is as it was, to the byte."""
    target = tmp_path / "plan.json"
    target.write_text("the old plan")
    hook = f"""
import os, resource, signal, sys
def die(): os.kill(os.getpid(), signal.SIGKILL)
def short():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
def hook(event, arguments):
    {DEATHS[when]}
sys.addaudithook(hook)
"""
    done = start("estimate", SHOP, "-f", f"json={target}", before=hook)
    assert done.returncode not in (0, 3), "it died, or said that it could not write"
    assert target.read_text() == "the old plan"
    done = start("estimate", SHOP, "-f", f"json={target}")
    assert done.returncode == 0
    assert json.loads(target.read_text())["schema"] == "capplan.plan/1", "what the dead one left is in nobody's way"


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_killed_at_any_moment_a_file_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    target = tmp_path / "plan.json"
    rng = Random(7)  # noqa: S311  moments, no secret
    for _ in range(5):
        target.write_text("the old plan")
        code = "from capplan.cli import main; main()"
        words = [sys.executable, "-c", code, "estimate", SHOP, "-q", "-f", f"json={target}"]
        with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            time.sleep(rng.uniform(0.05, 1.2))
            process.send_signal(signal.SIGKILL)
        text = target.read_text()
        assert text == "the old plan" or json.loads(text)["monthly_cost"]


# 11
@pytest.mark.parametrize(
    "place", ["../secret.asl.json", "/etc/passwd", "link.asl.json", "folder/../../secret.asl.json"]
)
def test_files_stay_where_they_belong(place: str, tmp_path: Path) -> None:
    """A scenario names a file above its folder, an absolute one, a link that leads out: none is read."""
    home = tmp_path / "home"
    (home / "folder").mkdir(parents=True)
    (tmp_path / "secret.asl.json").write_text('{"StartAt": "TOP-SECRET", "States": {}}')
    (home / "link.asl.json").symlink_to(tmp_path / "secret.asl.json")
    (home / "scenario.yaml").write_text(f"{HEAD}state_machines: {{m: {{definition: {place}}}}}\n")
    found = said("estimate", "scenario.yaml", cwd=home)
    assert found.code == 2
    assert "TOP-SECRET" not in found.out + found.err
    assert "root:" not in found.out + found.err


HOSTILE = "\x1b[2J\x07\u202e::error file=x::y</td><script>alert(1)</script>|`=1+1"


@pytest.mark.parametrize("name", ["table", "markdown", "csv", "html", "github", "junit", "sarif", "json"])
def test_text_of_a_scenario_drives_no_terminal_spreadsheet_page_or_log(name: str) -> None:
    tagged = "\n  more: {item_size: 1 KB, items: 1, tags: {team: '=HYPERLINK(1)'}, access: [{put: 1/s}]}\n"
    text = SMALL.replace("name: Test", f"name: {json.dumps(HOSTILE)}") + tagged[1:]
    text += f'gates: [{{deny: cost.monthly <= 1 USD, waiver: {{owner: "=cmd()", reason: {json.dumps(HOSTILE)}, expires: 2027-01-01}}}}]\n'
    found = said("check", "-", *TODAY, "-f", name, text=text)
    assert found.code == 0, found.err
    out = found.out
    shown = re.sub(r"<script\b.*?</script>", "", out, flags=re.DOTALL) if name == "html" else out
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
    if name == "html":
        assert "<script>alert" not in out
        assert "</td><script" not in out
    elif name == "csv":
        cells = [cell for row in csv.reader(io.StringIO(out)) for cell in row]
        assert not [cell for cell in cells if cell[:1] in "=+@\t" and cell]
    elif name == "github":
        assert all(re.match(r"::(error|warning|notice) ", line) for line in out.splitlines())
    elif name in ("table", "markdown"):
        assert not [line for line in out.splitlines() if line.lstrip().startswith("::")]
        assert name == "table" or "<script>" not in out


# 12
@pytest.mark.parametrize("path", SHIPPED)
def test_money_is_exact(path: str) -> None:
    """A price has the digits of its file, a cost is no float, the total is the sum of its lines to the last digit."""
    plan = planned(path)
    floats = [key for key, value in values(plan) if isinstance(value, float)]
    assert not [key for key in floats if re.search(r"cost|price|quantity|usd|saving", key, re.IGNORECASE)]
    monthly = [D(line["contracted_cost"]) for line in plan["line_items"] if line["charge_frequency"] != "one_time"]
    assert sum(monthly, D(0)) == D(plan["monthly_cost"])
    assert all(D(line["list_cost"]) == round(D(line["list_cost"]), 10) for line in plan["line_items"])
    of = {line["price_key"]: line for line in plan["line_items"] if line["price_confidence"] == "verified"}
    for key, line in of.items():
        service, _, dimension = key.partition(".")
        dated = json.loads((PRICES / line["region"] / f"{service}.json").read_bytes())["prices"].get(dimension)
        if dated is None:
            continue
        written = {D(tier["price"]) for entry in dated for tier in entry.get("tiers", ()) if tier["price"] is not None}
        assert D(line["list_unit_price"]) in written | {D(0)}, key


def test_a_tenth_three_times_is_three_tenths() -> None:
    """3 × 0.1 USD = 0.3 USD: in floating point it is 0.30000000000000004."""
    text = HEAD + ("prices: {secrets_manager.secret_month: 0.1 USD}\nsecrets: {a: {count: 3}}\n")
    found = said("estimate", "-", "-f", "json", text=text)
    assert found.code == 0, found.out
    costs = {line["price_key"]: line["list_cost"] for line in json.loads(found.out)["line_items"]}
    assert costs["secrets_manager.secret_month"] == "0.3"


# 13
def test_a_price_says_its_age() -> None:
    plan = planned(SHOP)
    for line in plan["line_items"]:
        assert line["price_source"]
        assert line["price_confidence"] in ("verified", "secondary", "derived", "scenario")
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", line["price_checked"]), line["id"]
    late = ("--today", "2031-01-01")
    assert "stale" in said("estimate", SHOP, *late).out
    old = json.loads(said("estimate", SHOP, *late, "-f", "json").out)
    assert old["prices"]["stale"]
    assert all(line["stale"] for line in old["line_items"])
    assert not any(line["stale"] for line in plan["line_items"])
    assert said("estimate", SHOP, "--strict", *late).code == 4
    before = said("estimate", SHOP, "--on", "2001-01-01")
    assert before.code == 2, "no price is known on that day"
    assert "2001-01-01" in before.err


def test_a_price_says_its_age_and_old_days_can_be_replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry of 2025 at twice today's price: `--on` of a day between the two plans with it."""
    folder = copy_of(tmp_path / "prices", "us-east-1")
    key = "dynamodb.on_demand.write_request_unit.standard"
    old = {"effective": "2025-01-01", "checked": "2025-01-02", "tiers": [{"begin": "0", "price": "0.00000125"}]}
    add_entry(folder, "us-east-1", key, at=0, **old)
    for path in (folder / "us-east-1").glob("*.json"):  # all else was known then, too
        file = json.loads(path.read_bytes())
        for dimension, entries in file["prices"].items():
            if f"{path.stem}.{dimension}" != key:
                entries[0] |= {"effective": "2020-01-01"}
        path.write_text(json.dumps(file))
    use(folder, monkeypatch)
    try:
        now, then = (
            {line["price_key"]: line for line in json.loads(found.out)["line_items"]}[key]
            for found in (said("estimate", "-", "-f", "json", *on, text=SMALL) for on in ((), ("--on", "2025-06-01")))
        )
    finally:
        monkeypatch.undo()
        forget()
    assert D(then["list_cost"]) == 2 * D(now["list_cost"])
    assert then["price_effective"] == "2025-01-01"
