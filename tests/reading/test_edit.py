"""A text is edited where its data differ; every other byte stays, and what is read back is what was asked for."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import capplan
from capplan.errors import CapplanError
from capplan.language.load import load
from capplan.model import Change
from capplan.pipeline.what_if import apply, in_order
from capplan.reading.edit import edited, same
from capplan.reading.yaml_reader import read_yaml
from capplan.reading.yaml_text import entry, flow
from tests.helpers import SCENARIOS

NAMES = sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.yaml"))


def with_change(text: str, *changes: tuple[str, Any]) -> str:
    doc = read_yaml(text, "a.yaml")
    assert isinstance(doc.data, dict)
    return edited(text, doc, apply(doc.data, in_order(doc.data, [Change(path, to) for path, to in changes])))


@pytest.mark.parametrize(
    ("text", "path", "to", "after"),
    [
        # a value, behind which a comment stays
        ("a: 1 # one\nb: 2\n", "a", 3, "a: 3 # one\nb: 2\n"),
        ("a:   1\n", "a", "x: y", 'a: "x: y"\n'),
        ("a: 'it''s'\nb: 2\n", "a", "no", 'a: "no"\nb: 2\n'),
        ("a: {b: 1, c: 2}\n", "a.b", "5 GB", "a: {b: 5 GB, c: 2}\n"),
        # keys that are added: in lines, in brackets, at the end of a text without a last line break
        ("a:\n  b: 1 # one\nc: 2\n", "a.d", True, "a:\n  b: 1 # one\n  d: true\nc: 2\n"),
        ("a: {b: 1}\n", "a.d", "x", "a: {b: 1, d: x}\n"),
        ("a: {}\n", "a.d", "x", "a: {d: x}\n"),
        ("a:\n  b: 1", "a.c", 2, "a:\n  b: 1\n  c: 2"),
        ("a:\n  b: {c: 1}\n\n# about d\nd: 1\n", "a.e", 1, "a:\n  b: {c: 1}\n  e: 1\n\n# about d\nd: 1\n"),
        # keys that are removed: the first, the last, all of them, the first behind a dash
        ("a:\n  b: 1 # one\n  c: 2\n", "a.b", None, "a:\n  c: 2\n"),
        ("a:\n  b: 1\n  # about c\n  c: 2\nd: 3\n", "a.b", None, "a:\n  # about c\n  c: 2\nd: 3\n"),
        ("a: {b: 1, c: 2, d: 3}\n", "a.c", None, "a: {b: 1, d: 3}\n"),
        ("a: {b: 1, c: 2}\n", "a.c", None, "a: {b: 1}\n"),
        ("a: {b: 1, c: 2}\n", "a.b", None, "a: {c: 2}\n"),
        ("a:\n  b: 1\nc: 2\n", "a.b", None, "a: {}\nc: 2\n"),
        ("a:\n  - b: 1\n    c: 2\n", "a.0.b", None, "a:\n  - c: 2\n"),
        ("a: 1\nb: 2", "b", None, "a: 1"),
        # items of lists: replaced by several, removed, in lines and in brackets
        ("a:\n  - u # first\n  - v\n", "a.0", ["p", "q"], "a:\n  - p\n  - q # first\n  - v\n"),
        ("a: [u, v]\n", "a.0", ["p", "q"], "a: [p, q, v]\n"),
        ("a: [u, v, w]\n", "a.1", None, "a: [u, w]\n"),
        ("a: [u, v]\n", "a.1", None, "a: [u]\n"),
        ("a:\n- u\n- v\n- w\n", "a.1", None, "a:\n- u\n- w\n"),
        ("a:\n  - {get: t}\n  - {put: t}\n", "a.1.times", 3, "a:\n  - {get: t}\n  - {put: t, times: 3}\n"),
        # a long value takes lines of its own, and the comment stays behind the key
        (
            "t:\n  capacity: on-demand  # why\n  items: 1\n",
            "t.capacity",
            {"mode": "provisioned", "write": {"min": 10, "max": 2000, "target": "70%"}, "read": 1},
            "t:\n  capacity:  # why\n    mode: provisioned\n    write: {min: 10, max: 2000, target: 70%}\n    read: 1\n  items: 1\n",
        ),
        ("a: 1\r\nb:\r\n  c: 2\r\n", "b.d", 3, "a: 1\r\nb:\r\n  c: 2\r\n  d: 3\r\n"),
        ("a: >-\n  folded\n  text\nb: 1\n", "a", "x", "a: x\nb: 1\n"),
    ],
)
def test_only_what_differs_is_written(text: str, path: str, to: object, after: str) -> None:
    assert with_change(text, (path, to)) == after


def test_several_changes_of_one_mapping_keep_their_order() -> None:
    text = "j:\n  type: spark\n  workers: 2 # two\n  timeout: 5 min\nk: 1\n"
    changed = with_change(
        text, ("j.workers", None), ("j.timeout", None), ("j.type", "shell"), ("j.dpus", 1), ("j.x", 2)
    )
    assert changed == "j:\n  type: shell\n  dpus: 1\n  x: 2\nk: 1\n"
    changed = with_change("j: {a: 1, b: 2, c: 3}\n", ("j.b", None), ("j.c", None), ("j.d", 4))
    assert changed == "j: {a: 1, d: 4}\n"


def test_items_removed_by_several_changes_are_the_ones_that_were_named() -> None:
    assert with_change("a: [p, q, r, s]\n", ("a.1", None), ("a.2", None)) == "a: [p, s]\n"
    assert with_change("a: [p, q, r]\n", ("a.0", ["u", "v"]), ("a.2", None)) == "a: [u, v, q]\n"


@pytest.mark.parametrize("name", NAMES)
def test_every_recommendation_is_written_and_read_back(name: str) -> None:
    """Lines that a change does not concern are all still there, in their order."""
    path = SCENARIOS / name / "scenario.yaml"
    scenario, text = load(str(path)), path.read_text(encoding="utf-8")
    plan = capplan.plan(scenario)
    changes = [[Change(c.path, c.new) for c in row.change] for row in plan.recommendations if row.change]
    chosen = plan.combined.numbers if plan.combined is not None else ()
    changes.append([Change(c.path, c.new) for n in chosen for c in plan.recommendations[n - 1].change])
    for listed in changes:
        data = apply(scenario.data, in_order(scenario.data, listed))
        after = edited(text, scenario.doc, data)
        assert same(read_yaml(after, "again.yaml").data, data)
        kept = after.splitlines()
        gone = [line for line in text.splitlines() if line not in kept]
        assert not [line for line in gone if line.lstrip().startswith("#")], "a comment of its own line is never lost"
        assert len(gone) <= 4 * len(listed) + 4


def test_a_text_that_cannot_be_edited_is_an_error_not_a_wrong_file() -> None:
    text = "a:\n  -\n    # - no item\n    b: 1\n  - x\n"
    doc = read_yaml(text, "a.yaml")
    with pytest.raises(CapplanError, match="cannot be edited in its place"):
        edited(text, doc, {"a": ["z"]})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("cron(0 3 * * ? *)", "cron(0 3 * * ? *)"),
        ("70%", "70%"),
        ("10:30", '"10:30"'),
        ("yes", '"yes"'),
        ("5.1", '"5.1"'),
        ("a, b", '"a, b"'),
        ("", '""'),
        ("# x", '"# x"'),
        ("{date}", '"{date}"'),
        (Decimal("1E+3"), "1000"),
        (True, "true"),
        (["a", {"b": Decimal(1)}], "[a, {b: 1}]"),
    ],
)
def test_values_are_written_so_that_they_are_read_back(value: Any, text: str) -> None:  # noqa: ANN401  any value
    assert flow(value) == text
    back = read_yaml("\n".join(entry("k", value, 0)), "k.yaml").data
    assert isinstance(back, dict)
    assert same(back["k"], value)


def test_true_is_not_one(tmp_path: Path) -> None:
    del tmp_path
    assert not same(True, Decimal(1))
    assert same({"a": [Decimal("1.0")]}, {"a": [Decimal(1)]})
