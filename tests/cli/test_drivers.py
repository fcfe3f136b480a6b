"""`capplan drivers` and the options of `capplan forecast`, as they are typed."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ORDERS = str(ROOT / "scenarios" / "orders" / "scenario.yaml")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "capplan", *arguments]
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False, timeout=120)


@pytest.mark.parametrize("by", ["20", "0%", "100%", "1x", "0.5x", "-20%", "abc", "20 %%"])
def test_a_step_that_moves_nothing_or_everything_is_told(by: str) -> None:
    done = run("drivers", ORDERS, "--by", by)
    assert done.returncode == 2
    assert "such as 20% or 2x" in " ".join(done.stderr.replace("│", " ").split())


def test_every_format_has_the_same_inputs() -> None:
    answer = json.loads(run("drivers", ORDERS, "-f", "json").stdout)
    rows = list(csv.DictReader(io.StringIO(run("drivers", ORDERS, "-f", "csv").stdout)))
    assert answer["schema"] == "capplan.drivers/1"
    assert [one["path"] for one in answer["drivers"]] == [one["path"] for one in rows]
    page, table = run("drivers", ORDERS, "-f", "html").stdout, run("drivers", ORDERS, "--details").stdout
    for one in answer["drivers"]:
        assert one["path"] in page
        assert one["path"] in table


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "2027-13"), "expected a month, such as 2027-01"),
        (("--draws", "-1"), "--draws"),
        (("--months", "121"), "expected at most 120"),
    ],
)
def test_wrong_options_of_a_forecast(arguments: tuple[str, ...], said: str) -> None:
    done = run("forecast", ORDERS, *arguments)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())


def test_months_of_the_calendar_say_how_long_they_are() -> None:
    months = json.loads(run("forecast", ORDERS, "--months", "2", "--from", "2028-01", "-f", "json").stdout)["months"]
    assert [month["hours"] for month in months] == ["744", "696"]  # 2028 is a leap year
    mean = json.loads(
        run("forecast", ORDERS, "--months", "1", "--from", "2028-01", "--mean-months", "-f", "json").stdout
    )
    assert mean["months"][0]["hours"] == "730"


def test_mean_months_without_a_first_month_are_an_error() -> None:
    done = run("forecast", ORDERS, "--months", "1", "--mean-months")
    assert done.returncode == 2
    assert "--from 2027-01" in done.stderr
