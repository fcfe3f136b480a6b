"""The command line: exit codes, formats, streams."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import HEAD, WEB_SHOP

SMALL = HEAD + "tables:\n  orders: {item_size: 1 KB, items: 1k, access: [{put: 20/s}]}\n"


def run(*arguments: str, text: str | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "capplan", *arguments],
        capture_output=True,
        text=True,
        input=text,
        check=False,
        encoding="utf-8",
        env={**os.environ, **env},
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--version"], 0),
        (["--help"], 0),
        ([], 2),
        (["estimate", WEB_SHOP], 0),
        (["check", WEB_SHOP], 0),
        (["check", WEB_SHOP, "--budget", "10"], 3),
        (["estimate", WEB_SHOP, "--strict"], 4),
        (["compare-modes", WEB_SHOP], 0),
        (["estimate", "nowhere.yaml"], 2),
        (["estimate", WEB_SHOP, "--format", "xml"], 2),
        (["estimate", WEB_SHOP, "--budget", "nan"], 2),
        (["estimate", WEB_SHOP, "--today", "tomorrow"], 2),
        (["estimat", WEB_SHOP], 2),
    ],
)
def test_exit_codes(arguments: list[str], code: int) -> None:
    done = run(*arguments)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


def test_a_pipe_gets_100_columns_without_color() -> None:
    for command in ("estimate", "check", "compare-modes"):
        out = run(command, WEB_SHOP).stdout
        assert "\x1b" not in out
        assert all(len(line) <= 100 and line == line.rstrip() for line in out.splitlines()), command
        assert run(command, WEB_SHOP, PYTHONIOENCODING="ascii").stdout.isascii(), "what the pipe's encoding takes"


def test_the_report_comes_before_the_verdict() -> None:
    done = run("check", WEB_SHOP, "--budget", "10")
    assert "1 of 6 gates failed" in done.stdout
    assert "cost.monthly" in done.stdout


def test_a_warning_breaks_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(SMALL + "gates: [{warn: cost.monthly < 1 USD}]\n")
    assert run("check", str(path)).returncode == 0
    assert run("check", str(path), "--fail-on", "warn").returncode == 3


def test_standard_input_and_json(tmp_path: Path) -> None:
    done = run("estimate", "-", "-f", "json", text=SMALL)
    assert json.loads(done.stdout)["schema"] == "capplan.plan/1"
    target = tmp_path / "plan.json"
    assert run("estimate", "-", "-f", f"json={target}", "-f", "table", text=SMALL).stdout.startswith("Test  us-east-1")
    assert json.loads(target.read_text())["scenario"]["name"] == "Test"


def test_errors_are_json_where_json_is_asked_for() -> None:
    done = run("estimate", "-", "-f", "json", text=SMALL.replace("items", "itmes"))
    assert done.returncode == 2
    record = json.loads(done.stdout)
    assert record["schema"] == "capplan.errors/1"
    assert record["errors"][0]["line"] == 5


def test_several_files_are_checked_at_once(tmp_path: Path) -> None:
    other = tmp_path / "s.yaml"
    other.write_text(SMALL)
    out = run("check", WEB_SHOP, str(other), "--budget", "5000").stdout
    assert "Web shop" in out
    assert "Test" in out
