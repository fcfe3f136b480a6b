"""check, gates and diff from the command line: baselines of every kind, several answers in one run, exit codes."""

import csv
import io
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from capplan.cli.app import run
from tests.helpers import HEAD

BODY = """\
traffic:
  shoppers: {{rate: {rate}/s}}
tables:
  orders: {{item_size: 1 KB, items: 1M}}
functions:
  place: {{triggers: shoppers, duration: 100 ms, memory: 128 MB, calls: [{{put: orders}}]}}
"""
GATES = """\
gates:
  - cost.monthly < 500 USD
  - {warn: orders.headroom > 99%}
"""


def written(folder: Path, rate: int = 50, gates: str = "", name: str = "scenario.yaml") -> str:
    path = folder / name
    path.write_text(HEAD + BODY.format(rate=rate) + gates, encoding="utf-8")
    return str(path)


def told(capsysbinary: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, str, str]:
    code = run(list(arguments))
    out, err = capsysbinary.readouterr()
    return code, out.decode(), err.decode()


def git(folder: Path, *arguments: str) -> None:
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    env = {**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, env=env)  # noqa: S607


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit of a scenario at 50/s; the working folder is its root."""
    git(tmp_path, "init", "-q", "-b", "main")
    written(tmp_path)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "first")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ((), 0),
        (("--fail-on", "warn"), 3),
        (("--budget", "1"), 3),
        (("--budget", "1", "--strict"), 3),
        (("--strict",), 4),
        (("--budget-delta", "5%"), 2),
        (("--budget-delta", "5 EUR", "--baseline", "x.json"), 2),
        (("--baseline", "no-such.json"), 2),
        (("--budget", "nan"), 2),
        (("--budget", "1e15"), 2),
        (("--budget", "0.12345678901"), 2),
        (("--today", "tomorrow"), 2),
        (("-f", "xml"), 2),
    ],
)
def test_exit_codes_are_those_of_the_contract(
    extra: tuple[str, ...], code: int, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert told(capsysbinary, "check", written(tmp_path, gates=GATES), *extra)[0] == code


def test_the_report_is_written_before_the_verdict_and_in_every_form_at_once(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = written(tmp_path, gates=GATES)
    names = {"json": "plan.json", "junit": "report.xml", "sarif": "a.sarif", "markdown": "a.md", "csv": "a.csv"}
    forms = [x for form, name in names.items() for x in ("-f", f"{form}={tmp_path / name}")]
    code, out, _ = told(capsysbinary, "check", path, "--budget", "1", *forms, "-f", "github")
    assert code == 3
    assert out.startswith("::error file=")
    plan = json.loads((tmp_path / "plan.json").read_text())
    assert [g["verdict"] for g in plan["gates"]] == ["pass", "fail", "fail"]
    cost = plan["monthly_cost"]
    assert f'name="monthly_cost" value="{cost}"' in (tmp_path / "report.xml").read_text()
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text())))
    assert {row["monthly_cost"] for row in rows} == {cost}
    assert (
        json.loads((tmp_path / "a.sarif").read_text())["runs"][0]["properties"]["scenarios"][0]["monthly_cost"] == cost
    )


def test_a_saved_plan_is_a_baseline(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    base = str(tmp_path / "base.json")
    assert told(capsysbinary, "estimate", written(tmp_path), "-f", f"json={base}")[0] == 0
    path = written(tmp_path, rate=55)
    for delta, code in (("9%", 3), ("11%", 0), ("1", 3), ("1000", 0), ("-1", 3)):
        assert told(capsysbinary, "check", path, "--baseline", base, "--budget-delta", delta)[0] == code, delta
    _, out, _ = told(capsysbinary, "check", path, "--baseline", base, "-f", "json")
    record = json.loads(out)
    before = json.loads(Path(base).read_text())["monthly_cost"]
    assert record["baseline"]["monthly_cost"] == before
    names = {o["name"]: o["value"] for o in record["observables"]}
    assert names["cost.monthly.change"] == record["baseline"]["change"]
    assert 0 < float(names["orders.cost.change_percent"]) <= 0.1


def test_several_scenarios_each_find_their_own_baseline(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    paths = []
    for name in ("A", "B"):
        path = Path(written(tmp_path, name=f"{name}.yaml"))
        path.write_text(path.read_text().replace("name: Test", f"name: {name}"))
        paths.append(str(path))
    base = str(tmp_path / "base.json")
    assert told(capsysbinary, "check", *paths, "-f", f"json={base}")[0] == 0
    assert told(capsysbinary, "check", *reversed(paths), "--baseline", base, "--budget-delta", "0")[0] == 0
    other = Path(paths[0])
    other.write_text(other.read_text().replace("name: A", "name: C"))
    code, _, err = told(capsysbinary, "check", paths[0], "--baseline", base)
    assert code == 2
    assert "it holds no plan of 'C'" in err
    code, _, err = told(capsysbinary, "check", *paths, "--baseline", base, "--budget-delta", "0")
    assert code == 2
    assert f"{base} has no plan of 'C'" in " ".join(err.split())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON"),
        ("{}", "it has no schema"),
        ("[]", "it holds no plan"),
        ('{"schema": "capplan.modes/1"}', "its schema is 'capplan.modes/1'"),
        ('{"schema": "capplan.plan/1"}', "'capplan_version' is missing or not what it should be"),
        ('{"schema": "capplan.plan/1", "schema": "x"}', "duplicate key 'schema'"),
        ('{"schema": "capplan.plan/1", "monthly_cost": NaN}', "NaN is not a number"),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_a_wrong_baseline_is_never_a_pass(
    text: str, says: str, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    base = tmp_path / "base.json"
    base.write_text(text)
    code, out, err = told(capsysbinary, "check", written(tmp_path), "--baseline", str(base), "--budget-delta", "5")
    assert (code, out) == (2, "")
    assert says in err


@pytest.mark.parametrize("cost", ["NaN", "Infinity", "1e400", "", "x", None, 1.5, True, "9" * 200])
def test_a_baseline_whose_money_is_no_money_is_refused(
    cost: object, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path, base = written(tmp_path), tmp_path / "base.json"
    told(capsysbinary, "estimate", path, "-f", f"json={base}")
    base.write_text(json.dumps({**json.loads(base.read_text()), "monthly_cost": cost}))
    code, out, _ = told(capsysbinary, "check", path, "--baseline", str(base), "--budget-delta", "5")
    assert (code, out) == (2, "")


# --- git -------------------------------------------------------------------------------------------------------------


def test_a_revision_is_a_baseline_with_a_path_and_alone(
    repository: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    written(repository, rate=55)
    for base in ("HEAD:scenario.yaml", "HEAD:./scenario.yaml", "HEAD", "main", "main@{0}"):
        assert told(capsysbinary, "check", "scenario.yaml", "--baseline", base, "--budget-delta", "9%")[0] == 3, base
        assert told(capsysbinary, "check", "scenario.yaml", "--baseline", base, "--budget-delta", "11%")[0] == 0, base


def test_a_scenario_that_is_new_did_cost_nothing(repository: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    written(repository, name="new.yaml")
    code, out, _ = told(capsysbinary, "check", "new.yaml", "--baseline", "HEAD", "--budget-delta", "1000")
    assert code == 0
    assert "USD a month, +" in out
    code, _, err = told(capsysbinary, "check", "new.yaml", "--baseline", "HEAD", "--budget-delta", "5%")
    assert code == 2
    assert "it is 0 in the baseline" in err


@pytest.mark.parametrize(
    ("base", "says"),
    [
        ("nope", "unknown git revision 'nope'"),
        ("nope:scenario.yaml", "unknown git revision 'nope'"),
        ("HEAD~9", "unknown git revision 'HEAD~9'"),
        ("HEAD:no.yaml", "'no.yaml' is not in git at 'HEAD'"),
        ("HEAD:../scenario.yaml", "'../scenario.yaml' is outside of this git repository"),
        ("--output=x:scenario.yaml", "cannot open"),
    ],
)
def test_a_wrong_revision_is_the_users_to_mend(
    base: str, says: str, repository: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    before = sorted(p.name for p in repository.iterdir())
    code, out, err = told(capsysbinary, "check", "scenario.yaml", f"--baseline={base}")
    assert (code, out) == (2, "")
    assert says in err
    assert sorted(p.name for p in repository.iterdir()) == before


def test_what_has_no_earlier_version_is_said(
    repository: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (repository / "scenario.yaml").read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))
    code, _, err = told(capsysbinary, "check", "-", "--baseline", "HEAD")
    assert code == 2
    assert "standard input has no earlier version" in err
    outside = written(repository.parent, name=f"{repository.name}.yaml")
    code, _, err = told(capsysbinary, "check", outside, "--baseline", "HEAD")
    assert code == 2
    assert "outside of this git repository" in err


def test_outside_of_a_repository_git_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    code, _, err = told(capsysbinary, "diff", "HEAD~1", written(tmp_path))
    assert code == 2
    assert "this is not a git repository" in err


def test_the_files_beside_a_scenario_are_those_of_the_revision(
    repository: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    machine = (
        "functions:\n  f: {duration: 10 ms}\ntraffic: {t: {rate: 1/s}}\nstate_machines:\n"
        "  m: {type: standard, definition: m.asl.json, triggers: t}\n"
    )
    (repository / "flow").mkdir()
    (repository / "flow" / "scenario.yaml").write_text(HEAD + machine)
    states = '{"StartAt": "A", "States": {"A": {"Type": "Pass", %s}}}'
    (repository / "flow" / "m.asl.json").write_text(states % '"End": true')
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "flow")
    two = states.replace("}}}", "}, %s}}") % ('"Next": "B"', '"B": {"Type": "Pass", "End": true}')
    (repository / "flow" / "m.asl.json").write_text(two)
    code, out, err = told(capsysbinary, "diff", "HEAD", "flow/scenario.yaml", "-f", "json")
    assert code == 0, err
    record = json.loads(out)
    assert [x["path"] for x in record["inputs"]] == ["file m.asl.json"]
    assert float(record["monthly_cost"]["change"]) > 0
    (repository / "flow" / "scenario.yaml").write_text(HEAD + machine.replace("m.asl.json", "../m.asl.json"))
    git(repository, "commit", "-q", "-a", "-m", "outside")
    code, _, err = told(capsysbinary, "diff", "HEAD:flow/scenario.yaml", "scenario.yaml")
    assert code == 2
    assert "is outside the scenario's folder" in err


# --- diff ------------------------------------------------------------------------------------------------------------


def differing(folder: Path) -> tuple[str, str]:
    base = written(folder, gates=GATES, name="base.yaml")
    head = Path(written(folder, rate=100, gates=GATES.replace("500", "90"), name="head.yaml"))
    text = head.read_text().replace("functions:", "  audit: {item_size: 1 KB, items: 5k}\nfunctions:")
    head.write_text(text)
    return base, str(head)


def test_a_diff_says_what_was_written_and_what_it_does(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    code, out, _ = told(capsysbinary, "diff", *differing(tmp_path))
    assert code == 0
    rows = [line.split() for line in out.splitlines()]
    assert ["traffic.shoppers.rate", "−", "50/s", "+", "100/s"] in rows
    assert ["tables.audit.items", "+", "5k"] in rows
    assert next(row for row in rows if row[:1] == ["audit"])[1] == "new"
    costs = [r for r in rows if r and r[0] in ("place", "orders", "audit")]
    changes = [abs(float(r[3].replace(",", "").lstrip("<+"))) for r in costs]
    assert changes == sorted(changes, reverse=True), "the largest change first"
    total = next(r for r in rows if r[:1] == ["Total"])
    assert float(total[3]) == pytest.approx(float(total[2].replace(",", "")) - float(total[1]), abs=0.011)
    assert out.splitlines()[-1].startswith("╰"), "the verdict comes last"
    assert "cost.monthly < 90 USD" in out


def test_a_diff_of_saved_plans_is_that_of_their_scenarios(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    def record(*arguments: str) -> dict[str, Any]:
        code, out, err = told(capsysbinary, "diff", *arguments, "-f", "json")
        assert code == 0, err
        found: dict[str, Any] = json.loads(out)
        del found["base"]["source"], found["head"]["source"]
        return found

    scenarios = differing(tmp_path)
    saved = []
    for path in scenarios:
        saved.append(path.replace(".yaml", ".json"))
        told(capsysbinary, "estimate", path, "-f", f"json={saved[-1]}")
    assert record(*saved) == record(*scenarios) == record(saved[0], scenarios[1])


def test_a_diff_adds_up_and_turns_round(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    base, head = differing(tmp_path)
    there = json.loads(told(capsysbinary, "diff", base, head, "-f", "json")[1])
    back = json.loads(told(capsysbinary, "diff", head, base, "-f", "json")[1])
    same = json.loads(told(capsysbinary, "diff", base, base, "-f", "json")[1])
    total = float(there["monthly_cost"]["change"])
    for part in ("resources", "line_items", "cost_by_service"):
        assert sum(float(x["change"]) for x in there[part]) == pytest.approx(total, abs=1e-8)
    assert float(back["monthly_cost"]["change"]) == -total
    assert same["inputs"] == []
    assert same["monthly_cost"]["change"] == "0"
    assert all(x["change"] == "0" for x in same["resources"])


@pytest.mark.parametrize("form", ["table", "json", "markdown", "github", "csv"])
def test_a_diff_is_equal_to_the_cent_in_every_form(
    form: str, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    base, head = differing(tmp_path)
    record = json.loads(told(capsysbinary, "diff", base, head, "-f", "json")[1])
    change, text = record["monthly_cost"]["change"], told(capsysbinary, "diff", base, head, "-f", form)[1]
    expected = change if form in ("json", "csv") else f"+{float(change):.2f}"
    assert expected in text


def test_a_plan_that_does_not_say_what_was_written_is_compared_for_the_rest(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path, base = written(tmp_path), tmp_path / "base.json"
    told(capsysbinary, "estimate", path, "-f", f"json={base}")
    old = {k: v for k, v in json.loads(base.read_text()).items() if k not in ("inputs", "observables", "file")}
    base.write_text(json.dumps(old))
    code, out, _ = told(capsysbinary, "diff", str(base), written(tmp_path, rate=60))
    assert code == 0
    assert "has no copy of its scenario" in " ".join(out.split())
    assert "Changed in the scenario" not in out
    delta = ("--baseline", str(base), "--budget-delta", "1%")
    assert told(capsysbinary, "check", path, *delta)[0] == 3, "the bill itself is in every plan"


# --- gates, step summary ---------------------------------------------------------------------------------------------


def test_gates_lists_observables_by_a_word(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    path = written(tmp_path)
    code, out, _ = told(capsysbinary, "gates", path, "orders.thr")
    assert code == 0
    assert [line.split() for line in out.split("\n\n")[1].splitlines()[2:]] == [["orders.throttled", "0%", "<=", "0%"]]
    names = [o["name"] for o in json.loads(told(capsysbinary, "gates", path, "-f", "json")[1])["observables"]]
    rows = list(csv.DictReader(io.StringIO(told(capsysbinary, "gates", path, "-f", "csv")[1])))
    assert names == [row["observable"] for row in rows]
    assert len(names) == len(set(names)) > 30


def test_the_steps_summary_is_markdown_after_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    path = written(tmp_path, gates=GATES)
    assert told(capsysbinary, "check", path)[0] == 0
    assert summary.read_text() == "before\n", "only where annotations are asked for"
    code, out, _ = told(capsysbinary, "check", path, "-f", "github")
    assert code == 0
    assert summary.read_text().startswith("before\n<!-- capplan: Test -->\n**Test** us-east-1")
    assert r"**\! no gate of 2 failed, 1 warning**" in summary.read_text()
    assert out.splitlines()[-1].startswith("::notice ")


def test_the_answers_hold_to_their_schemas(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    from capplan.report.record import answer_schema
    from capplan.report.records.answers import ANSWERS

    base, head = differing(tmp_path)
    asked = {
        "plan": ("check", head, "--baseline", base, "--budget-delta", "1"),
        "diff": ("diff", base, head),
        "gates": ("gates", head),
    }
    for name, arguments in asked.items():
        answer = json.loads(told(capsysbinary, *arguments, "-f", "json")[1])
        jsonschema.validate(answer, answer_schema(name, ANSWERS[name]))


def test_a_scenarios_schema_knows_gates_with_waivers() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    from capplan.language.schema import scenario_schema

    waiver = {"owner": "a", "reason": "b", "expires": "2026-12-01"}
    for gate, good in (
        ("cost.monthly <= 5 USD and not orders.cost == 1 USD", True),
        ({"warn": "cost.monthly ≤ 5 USD"}, True),
        ({"deny": "cost.monthly < 5 USD", "waiver": waiver}, True),
        ({"waiver": waiver}, False),
        ({"warn": "a.b < 1", "deny": "a.b < 1"}, False),
        ({"deny": "a.b < 1", "waiver": {"owner": "a"}}, False),
        ("cost.monthly", False),
    ):
        text = {"capplan": 1, "name": "a", "region": "us-east-1", "gates": [gate]}
        assert jsonschema.Draft202012Validator(scenario_schema()).is_valid(text) is good, gate


def test_the_recommended_mode_is_written_and_is_then_the_one_as_written(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "s.yaml"
    body = "tables:\n  t:  # hot\n    item_size: 1 KB\n    items: 1k\n    ttl: e\n    access: [{put: 200/s}]\n"
    path.write_text(HEAD + body, encoding="utf-8")
    code, out, err = told(capsysbinary, "compare-modes", str(path), "t", "--apply")
    assert code == 0
    assert "--apply" in out, "the frame names the command"
    assert f"written to {path}: tables.t.capacity" in err
    assert "t:  # hot\n" in path.read_text(encoding="utf-8")
    _, out, err = told(capsysbinary, "compare-modes", str(path), "t", "--apply", "-f", "json")
    table = json.loads(out)["tables"][0]
    assert table["recommended"] == table["as_written"] or "nothing written" in err
    assert "nothing written" in err
    assert told(capsysbinary, "compare-modes", str(path), "--apply")[0] == 2, "which table?"
