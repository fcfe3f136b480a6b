"""`capplan mcp`, asked by the SDK's own client over standard input and output of a real process."""

import contextlib
import gc
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from capplan.cli.app import run
from capplan.cli.mcp import forget
from capplan.cli.tools import call
from capplan.flow import DemandFlow
from tests.commands.reconcile.build import BILLS, SHOP
from tests.helpers import HEAD, WEB_SHOP

pytest.importorskip("mcp")
import anyio
from mcp import Client, StdioServerParameters, stdio_client

ROOT = Path(__file__).parents[2]
SMALL = HEAD + "tables:\n  orders: {item_size: 1 KB, items: 1k, access: [{put: 20/s}]}\n"
RANGED = SMALL.replace("20/s", "{low: 10/s, likely: 20/s, high: 40/s}") + "gates: [cost.monthly.p90 <= 70 USD]\n"
Call = tuple[str, dict[str, Any]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A served folder with the web shop in `shop/`, beside what must not be read."""
    shutil.copytree(Path(WEB_SHOP).parent, tmp_path / "served" / "shop")
    (tmp_path / "secret.yaml").write_text("name: do not read me\n")
    (tmp_path / "out").mkdir()
    served = tmp_path / "served"
    (served / "prod.yaml").write_text("traffic: {shoppers: {rate: 80/s}}\n")
    (served / "rates.yaml").write_text("dynamodb.on_demand.write_request_unit.standard: 0.0000005 USD\n")
    (served / "ranged.yaml").write_text(RANGED)
    shutil.copy(SHOP, served / "billed.yaml")
    shutil.copy(BILLS / "cur_2.csv", served / "bill.csv")
    (served / "bills").mkdir()
    return served


def ask(folder: Path, calls: Sequence[Call], *options: str) -> list[tuple[bool, Any]]:
    """Whether each answer is an error, and its JSON."""

    async def session() -> list[tuple[bool, Any]]:
        async with Client(server(folder, *options)) as client:
            answers = [await client.call_tool(name, arguments) for name, arguments in calls]
            return [(bool(answer.is_error), json.loads(answer.content[0].text)) for answer in answers]  # type: ignore[union-attr]

    return anyio.run(session)


def server(folder: Path, *options: str) -> Any:  # noqa: ANN401  the SDK's transport
    """The server as a process, spoken to over its standard input and output."""
    arguments = ["-W", "error", "-m", "capplan", "mcp", str(folder), *options]
    return stdio_client(
        StdioServerParameters(
            command=sys.executable,
            args=arguments,
            env={"PYTHONPATH": os.pathsep.join((str(ROOT), *filter(None, (os.environ.get("PYTHONPATH"),))))},
            cwd=ROOT,
        )
    )


def answer(folder: Path, tool: str, **arguments: Any) -> Any:  # noqa: ANN401  plain JSON
    """The answer of one call that is no error."""
    ((is_error, found),) = ask(folder, [(tool, arguments)])
    assert not is_error, found
    return found


def test_the_tools_are_those_of_the_command_line_and_only_apply_may_write(folder: Path) -> None:
    async def listed(*options: str) -> dict[str, Any]:
        async with Client(server(folder, *options)) as client:
            assert client.server_info is not None
            assert client.server_info.name == "capplan"
            return {tool.name: tool for tool in (await client.list_tools()).tools}

    tools = anyio.run(listed)
    assert list(tools) == ["validate", "estimate", "check", "compare-modes", "explain", "apply", "prices"]
    assert all(tool.annotations.read_only_hint for tool in tools.values())
    assert all(tool.input_schema["additionalProperties"] is False for tool in tools.values())
    assert all({"fields", "top"} <= tool.input_schema["properties"].keys() for tool in tools.values())
    writable = anyio.run(listed, "--write-to", str(folder))
    assert [name for name, tool in writable.items() if not tool.annotations.read_only_hint] == ["apply"]


SAME: list[tuple[str, dict[str, Any], list[str]]] = [
    ("validate", {}, []),
    ("estimate", {}, []),
    ("estimate", {"top": 2}, ["--top", "2"]),
    ("estimate", {"set": ["region=eu-west-1"]}, ["--set", "region=eu-west-1"]),
    ("estimate", {"fields": ["line_items.id", "limits"], "top": 3}, ["--fields", "line_items.id,limits", "--top", "3"]),
    ("estimate", {"overlay": ["prod.yaml"]}, ["--overlay", "prod.yaml"]),
    ("estimate", {"prices": ["rates.yaml"]}, ["--prices", "rates.yaml"]),
    ("estimate", {"scenario": "ranged.yaml", "draws": 50, "seed": 3}, ["--draws", "50", "--seed", "3"]),
    ("check", {"budget": 1000}, ["--budget", "1000"]),
    ("check", {"scenario": "ranged.yaml"}, []),
    ("check", {"scenario": "billed.yaml", "bill": ["bill.csv"]}, ["--bill", "bill.csv"]),
    (
        "check",
        {"scenario": "billed.yaml", "bill": ["bill.csv"], "max_unexplained": "20%", "map": ["other=api"]},
        ["--bill", "bill.csv", "--max-unexplained", "20%", "--map", "other=api"],
    ),
    (
        "check",
        {"baseline": "saved.json", "budget_delta": "1%", "prices": ["rates.yaml"], "overlay": ["prod.yaml"]},
        ["--baseline", "saved.json", "--budget-delta", "1%", "--prices", "rates.yaml", "--overlay", "prod.yaml"],
    ),
    ("compare-modes", {"table": "orders"}, ["orders"]),
    ("compare-modes", {"table": "stock", "times": ["3x"]}, ["stock", "--times", "3x"]),
    ("explain", {"line": "orders.writes", "overlay": ["prod.yaml"]}, ["orders.writes", "--overlay", "prod.yaml"]),
    ("explain", {}, []),
    ("explain", {"line": "orders.writes"}, ["orders.writes"]),
    ("explain", {"line": "3"}, ["3"]),
    ("apply", {"numbers": [3]}, ["3", "--diff"]),
]


def test_a_tool_answers_what_the_command_line_answers(folder: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    shop = "shop/scenario.yaml"
    with contextlib.chdir(folder):
        run(["estimate", shop, "-f", "json", "-o", "saved.json"])
    answers = ask(folder, [(tool, {"scenario": shop, **arguments}) for tool, arguments, _ in SAME])
    capfdbinary.readouterr()
    for (tool, given, words), (_, found) in zip(SAME, answers, strict=True):
        with contextlib.chdir(folder):
            run([tool, given.get("scenario", shop), *words, "-f", "compact"])
        assert found == json.loads(capfdbinary.readouterr().out), (tool, words)


def test_rules_and_prices_need_no_scenario(folder: Path) -> None:
    rule, price, regions = ask(
        folder,
        [
            ("explain", {"rule": "dynamodb.ttl"}),
            ("prices", {"key": "lambda.duration.arm64", "region": "us-east-1"}),
            ("prices", {"fields": ["regions.region"]}),
        ],
    )
    assert [one["id"] for one in rule[1]["rules"]] == ["dynamodb.ttl"]
    assert price[1]["prices"][0]["tiers"][0]["price"] == "0.0000133334"
    assert {"region": "ap-northeast-2"} in regions[1]["regions"]


def test_a_scenario_may_be_given_as_its_text(folder: Path) -> None:
    found = answer(folder, "estimate", text=SMALL)
    assert found["scenario"] == {"name": "Test", "region": "us-east-1"}
    # 20 puts/s of 1 KB = 1 unit each, 2,628,000 s: 52,560,000 units × 0.000000625 USD
    assert found["line_items"][0] == {"id": "orders.writes", "contracted_cost": "32.85"}


def test_mistakes_are_the_diagnostics_of_the_command_line(folder: Path) -> None:
    ((is_error, found),) = ask(folder, [("estimate", {"text": SMALL.replace("items", "itmes")})])
    assert is_error
    assert found["schema"] == "capplan.errors/1"
    (one,) = found["errors"]
    assert (one["file"], one["line"], one["column"]) == ("<text>", 5, 29)
    assert one["message"] == "unknown key 'itmes'"
    assert "'items'" in one["hint"]


def test_a_failed_gate_is_an_answer_and_says_what_would_pass(folder: Path) -> None:
    found = answer(folder, "check", scenario="shop/scenario.yaml", budget=1500)
    assert found["verdict"] == "fail"
    assert found["gates"][0]["gate"] == "cost.monthly <= 1500 USD"
    assert found["gates"][0]["ways"][0]["command"].startswith("capplan apply shop/scenario.yaml ")


def test_gates_on_ranges_are_judged_over_draws(folder: Path) -> None:
    ((_, found),) = ask(folder, [("check", {"scenario": "ranged.yaml"})])
    (gate,) = found["gates"]
    assert "of 10,000 draws" in gate["why"]


def test_a_scenario_as_baseline_has_the_same_prices(folder: Path) -> None:
    given = {"scenario": "shop/scenario.yaml", "baseline": "shop/scenario.yaml", "prices": ["rates.yaml"]}
    found = answer(folder, "check", **given, budget_delta="0%", fields=["baseline.monthly_cost", "monthly_cost"])
    assert found["baseline"]["monthly_cost"] == found["monthly_cost"]
    assert found["monthly_cost"] != answer(folder, "estimate", scenario="shop/scenario.yaml")["monthly_cost"]


def test_a_change_is_held_against_a_baseline(folder: Path) -> None:
    text = (folder / "shop" / "scenario.yaml").read_text(encoding="utf-8")
    (folder / "shop" / "dearer.yaml").write_text(text.replace("rate: 60/s", "rate: 66/s"), encoding="utf-8")
    found = answer(
        folder,
        "check",
        scenario="shop/dearer.yaml",
        baseline="shop/scenario.yaml",
        budget_delta="5%",
        fields=["baseline"],
    )
    assert 0.05 < float(found["baseline"]["change_share"]) < 0.1


HIDDEN = "do not read me"
OUTSIDE: list[dict[str, Any]] = [
    {"scenario": "../secret.yaml"},
    {"scenario": "shop/../../secret.yaml"},
    {"scenario": "/etc/passwd"},
    {"scenario": "link.yaml"},
    {"scenario": "elsewhere/secret.yaml"},
    {"scenario": "."},
    {"scenario": ""},
    {"scenario": "\0"},
    {"scenario": "shop"},
    {"scenario": "-"},
    {"text": HEAD + "state_machines: {s: {definition: ../secret.yaml, triggers: t}}\ntraffic: {t: {rate: 1/s}}\n"},
    {"text": HEAD + "tables: {t: {item: /etc/passwd, items: 1k}}\n"},
    *(
        {"text": SMALL, which: [name]}
        for which in ("overlay", "prices")
        for name in ("../secret.yaml", "link.yaml", "elsewhere/secret.yaml", "/etc/passwd", "-")
    ),
]
OUTSIDE_OF_CHECK: list[dict[str, Any]] = [
    *(
        {"text": SMALL, "bill": [name]}
        for name in ("../secret.yaml", "link.yaml", "elsewhere", "/etc/passwd", "-", "*")
    ),
    *(
        {"text": SMALL, "baseline": name}
        for name in ("../secret.json", "link.json", "HEAD", "HEAD:shop/scenario.yaml", "-")
    ),
]


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_nothing_outside_of_the_served_folder_is_read(folder: Path) -> None:
    (folder / "link.yaml").symlink_to(folder.parent / "secret.yaml")
    (folder / "elsewhere").symlink_to(folder.parent)
    (folder / "link.json").symlink_to(folder.parent / "secret.yaml")
    asked: list[Call] = [*(("estimate", one) for one in OUTSIDE), *(("check", one) for one in OUTSIDE_OF_CHECK)]
    for arguments, (is_error, found) in zip(asked, ask(folder, asked), strict=True):
        assert is_error, arguments
        assert found["schema"] == "capplan.errors/1"
        assert HIDDEN not in json.dumps(found)
        assert "root:" not in json.dumps(found)
        assert "capplan failed" not in json.dumps(found), arguments


HOSTILE: list[tuple[str, dict[str, Any], str]] = [
    ("estimate", {}, "scenario"),
    ("estimate", {"scenario": "shop/scenario.yaml", "text": SMALL}, "scenario"),
    ("estimate", {"scenario": 7}, "scenario"),
    ("estimate", {"scenario": "x" * 301}, "scenario"),
    ("estimate", {"text": "# " + "x" * 2**20}, "<text>"),
    ("estimate", {"text": "[" * 100_000}, "<text>"),
    ("estimate", {"text": "a: &a [x, x]\nb: *a\n"}, "<text>"),
    ("estimate", {"text": SMALL, "field": ["monthly_cost"]}, "field"),
    ("estimate", {"text": SMALL, "fields": ["monthly_costs"]}, "fields"),
    ("estimate", {"text": SMALL, "fields": ["." * 300]}, "fields"),
    ("estimate", {"text": SMALL, "fields": ["a"] * 201}, "fields"),
    ("estimate", {"text": SMALL, "top": 0}, "top"),
    ("estimate", {"text": SMALL, "top": 10**30}, "top"),
    ("estimate", {"text": SMALL, "budget": "NaN"}, "budget"),
    ("estimate", {"text": SMALL, "budget": "1e99999"}, "budget"),
    ("estimate", {"text": SMALL, "today": "2026-02-30"}, "today"),
    ("estimate", {"text": SMALL, "on": "yesterday"}, "on"),
    ("estimate", {"text": SMALL, "set": ["region"]}, "set"),
    ("estimate", {"text": SMALL, "set": ["tables.ordres.items=1"]}, "set"),
    ("check", {"text": SMALL, "budget_delta": "5%"}, "budget_delta"),
    ("check", {"text": SMALL, "baseline": "../secret.yaml"}, "baseline"),
    ("check", {"text": SMALL, "bill": ["bills"]}, "bill"),
    ("check", {"text": SMALL, "map": ["a=b"]}, "map"),
    ("check", {"text": SMALL, "bill": ["bill.csv"], "max_unexplained": "lots"}, "max_unexplained"),
    ("estimate", {"text": SMALL, "draws": 10**9}, "draws"),
    ("estimate", {"text": SMALL, "seed": -1}, "seed"),
    ("estimate", {"text": SMALL, "prices": ["shop/scenario.yaml"]}, ""),
    ("compare-modes", {"text": SMALL, "times": ["0x"]}, "times"),
    ("compare-modes", {"text": SMALL, "times": ["2x"] * 11}, "times"),
    ("explain", {"text": SMALL, "line": "9" * 300}, ""),
    ("explain", {"text": SMALL, "line": "nothing"}, ""),
    ("explain", {"rule": "../x"}, "explain"),
    ("apply", {"text": SMALL, "numbers": [10**400]}, ""),
    ("apply", {"text": SMALL, "numbers": []}, "numbers"),
    ("apply", {"text": SMALL, "numbers": ["one"]}, "numbers.0"),
    ("compare-modes", {"text": SMALL, "table": "nothing"}, ""),
    ("prices", {"region": "../../etc"}, ""),
    ("prices", {"key": "x", "region": "us-east-1"}, ""),
    ("simulate", {"text": SMALL}, "tool"),
]


def test_hostile_arguments_are_refused_in_our_words_and_the_server_goes_on(folder: Path) -> None:
    *refused, last = ask(folder, [*((tool, given) for tool, given, _ in HOSTILE), ("estimate", {"text": SMALL})])
    for (tool, given, place), (is_error, found) in zip(HOSTILE, refused, strict=True):
        which = f"{tool} {str(given)[:120]}: {str(found)[:300]}"
        assert is_error, which
        assert found["schema"] == "capplan.errors/1"
        assert all(one["message"] for one in found["errors"])
        assert "capplan failed" not in json.dumps(found), which
        assert "pydantic" not in json.dumps(found), which
        assert len(json.dumps(found)) < 4000, which
        if place:
            assert found["errors"][0]["file"] == place, which
    assert last[0] is False


def test_apply_writes_only_where_it_may_and_what_the_command_line_writes(folder: Path) -> None:
    shop, out = "shop/scenario.yaml", folder.parent / "out"
    ((is_error, found),) = ask(folder, [("apply", {"scenario": shop, "numbers": [3], "write": "x.yaml"})])
    assert is_error
    assert found["errors"][0]["message"] == "this server is read-only"
    (out / "folder.yaml").mkdir()
    (out / "link.yaml").symlink_to(folder.parent / "secret.yaml")
    places = [
        "../escaped.yaml",
        str(folder / shop),
        "link.yaml",
        "folder.yaml",
        "run.sh",
        ".bashrc",
        "",
        "no/such.yaml",
    ]
    calls = [("apply", {"scenario": shop, "numbers": [3], "write": place}) for place in places]
    *refused, done = ask(
        folder, [*calls, ("apply", {"scenario": shop, "numbers": [3], "write": "x.yaml"})], "--write-to", str(out)
    )
    assert [is_error for is_error, _ in refused] == [True] * len(places)
    assert done[1]["written"] == "x.yaml"
    assert sorted(path.name for path in out.iterdir()) == ["folder.yaml", "link.yaml", "x.yaml"]
    assert HIDDEN in (folder.parent / "secret.yaml").read_text()
    assert (folder / shop).read_text(encoding="utf-8") == Path(WEB_SHOP).read_text(encoding="utf-8")
    line = [sys.executable, "-m", "capplan", "apply", str(folder / shop), "3", "-o", str(out / "y.yaml")]
    subprocess.run(line, check=True, capture_output=True, cwd=ROOT)
    assert (out / "x.yaml").read_text() == (out / "y.yaml").read_text()


def test_calls_made_at_once_are_answered_each_with_its_own(folder: Path) -> None:
    async def session() -> list[str]:
        found = [""] * 6
        async with Client(server(folder)) as client, anyio.create_task_group() as tasks:

            async def one(n: int) -> None:
                text = SMALL.replace("20/s", f"{n + 1}/s")
                done = await client.call_tool(
                    "estimate", {"text": text, "fields": ["line_items.consumed_quantity"], "top": 1}
                )
                found[n] = json.loads(done.content[0].text)["line_items"][0]["consumed_quantity"]  # type: ignore[union-attr]

            for n in range(6):
                tasks.start_soon(one, n)
        return found

    assert anyio.run(session) == [str((n + 1) * 2_628_000) for n in range(6)]


def test_a_server_forgets_what_it_planned() -> None:
    """What is kept of a plan is gone, however often one is made: the same number of demands lives after each."""

    def alive() -> int:
        call("estimate", {"scenario": WEB_SHOP.removeprefix(f"{ROOT}/")}, None)
        forget()
        return sum(isinstance(one, DemandFlow) for one in gc.get_objects())

    with contextlib.chdir(ROOT):
        assert alive() == alive() == alive()


def test_nothing_but_messages_is_on_standard_output(folder: Path) -> None:
    """The protocol by hand: each line that comes out is JSON-RPC, whatever is asked, and the end of input ends it."""
    begin = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": begin},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "estimate", "arguments": {"text": SMALL}},
        },
    ]
    line = [sys.executable, "-m", "capplan", "mcp", str(folder)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(line, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        answers = []
        for message in ["this is no JSON\n", *(json.dumps(message) + "\n" for message in messages)]:
            process.stdin.write(message)
            process.stdin.flush()
            if '"id"' in message:
                answers.append(json.loads(process.stdout.readline()))
                while answers[-1].get("id") is None:  # the error of the line that was no message
                    answers.append(json.loads(process.stdout.readline()))
        process.stdin.close()
        rest = process.stdout.read()
        assert process.wait(10) == 0
    assert all(one["jsonrpc"] == "2.0" for one in answers)
    assert rest == ""
    assert answers[-1]["id"] == 2


@pytest.mark.parametrize(
    ("options", "named"), [(["nowhere"], "FOLDER"), ([".", "--write-to", "nowhere"], "--write-to")]
)
def test_a_folder_that_is_not_there_is_said(options: list[str], named: str) -> None:
    line = [sys.executable, "-m", "capplan", "mcp", *options]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, input="")
    assert done.returncode == 2
    assert f"Invalid value for {named}: expected a folder, found 'nowhere'" in done.stderr
    assert done.stdout == ""
