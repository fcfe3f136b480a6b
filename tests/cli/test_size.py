"""`capplan size`: an item's bytes attribute by attribute, its units, and what a million requests cost."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ITEM = '{"id": {"S": "a1"}, "total": {"N": "129.95"}, "note": {"S": "%s"}}'
"""4 + (5 + 4) + (4 + n) bytes."""


def _run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "capplan", "size", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)


def _json(*arguments: str, stdin: str = "") -> dict[str, Any]:
    answer = _run(*arguments, "-f", "json", stdin=stdin)
    assert (answer.returncode, answer.stderr) == (0, "")
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def _units(found: dict[str, Any]) -> dict[str, str]:
    return {
        f"{one['operation']} {one['consistency']}": one["read_units"]
        if one["write_units"] == "0"
        else one["write_units"]
        for one in found["operations"]
    }


def test_an_item_is_told_attribute_by_attribute(tmp_path: Path) -> None:
    path = tmp_path / "item.json"
    path.write_text(ITEM % ("x" * 4083), encoding="utf-8")
    found = _json(str(path))
    assert found["item_bytes"] == 4100
    assert {one["name"]: (one["mean_bytes"], one["types"]) for one in found["attributes"]} == {
        "note": ("4087", ["S"]),
        "total": ("9", ["N"]),
        "id": ("4", ["S"]),
    }
    assert _units(found) == {
        "get eventual": "1",
        "get strong": "2",
        "get transactional": "4",
        "query eventual": "13",
        "query strong": "26",
        **{f"{op} standard": "5" for op in ("put", "update", "delete")},
        **{f"{op} transactional": "10" for op in ("put", "update", "delete")},
    }, "25 x 4,100 = 102,500 bytes are 26 blocks of 4 KB"
    assert found["billed_storage_bytes"] == "4200"
    assert all(one["usd_per_million"] is None for one in found["operations"]), "no Region, no price"


def test_plain_typed_standard_input_and_yaml_are_the_same(tmp_path: Path) -> None:
    plain, other = tmp_path / "plain.json", tmp_path / "item.yaml"
    plain.write_text('{"id": "a1", "total": 129.95, "note": "hello"}', encoding="utf-8")
    other.write_text("id: a1\ntotal: 129.95\nnote: hello\n", encoding="utf-8")
    sizes = {_json(str(path))["bytes"]["mean"] for path in (plain, other)}
    assert {*sizes, _json("-", stdin=ITEM % "hello")["bytes"]["mean"]} == {"22"}


def test_many_items_are_a_distribution() -> None:
    lines = "\n".join(ITEM % ("x" * n) for n in (100, 100, 100, 2083))
    found = _json("-", "--region", "us-east-1", stdin=lines)
    assert (found["items"], found["bytes"]["min"], found["bytes"]["max"]) == (4, "117", "2100")
    put = next(one for one in found["operations"] if one["operation"] == "put")
    assert (put["write_units"], put["units_at_mean_size"]) == ("1.5", "1"), (
        "1, 1, 1 and 3; the mean of 613 bytes takes 1"
    )
    assert put["usd_per_million"] == "0.9375", "1.5 x 0.625"
    text = _run("-", stdin=lines).stdout
    assert "The mean size underestimates the write units by 50%" in text
    assert max(len(line) for line in text.splitlines()) <= 100


@pytest.mark.parametrize(
    ("stdin", "options", "message"),
    [
        ("", (), "no item in this file"),
        ("{", (), "not JSON: expecting property name enclosed in double quotes"),
        ('{"id": {"S": "a"}, "n": 1}', (), "'id' is DynamoDB JSON and 'n' is plain: write all in one form"),
        (ITEM % "x", ("--region", "us-est-1"), "there are no prices for Region 'us-est-1'"),
    ],
)
def test_what_is_no_item_is_told_and_ends_2(stdin: str, options: tuple[str, ...], message: str) -> None:
    answer = _run("-", *options, stdin=stdin)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert message in answer.stderr
    as_json = _run("-", *options, "-f", "json", stdin=stdin)
    assert json.loads(as_json.stdout)["errors"][0]["message"] == message


def test_text_of_an_item_cannot_drive_the_terminal() -> None:
    answer = _run("-", stdin='{"id\\u001b[31m": "a"}')
    assert answer.returncode == 0
    assert "\x1b" not in answer.stdout


def test_the_page_on_dynamodb_shows_what_is_said_today() -> None:
    page = (Path(__file__).parents[2] / "docs" / "dynamodb.md").read_text(encoding="utf-8")
    command, _, shown = page.partition("```console\n$ capplan size ")[2].partition("```")[0].partition("\n")
    assert _run(*command.split()).stdout == shown
