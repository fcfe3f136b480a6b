"""`traffic: {NAME: {profile: FILE}}`: the measured rate and shape, what is written beside it, and files that are no profile."""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from capplan.commands.forecast.forecast import forecast
from capplan.errors import CapplanError
from capplan.language.load import load

SHAPE = {"rate": "100/s", "daily": ["3", *["0.5"] * 23], "weekly": {"sat": "0.5x"}}
"""What a profile has as its traffic; figures in a list are texts, as in every answer."""
WRITTEN = "rate: 100/s, daily: [3" + ", 0.5" * 23 + "], weekly: {sat: 0.5x}"


def scenario(folder: Path, traffic: str, head: str = "", profile: Mapping[str, object] | None = None) -> str:
    data = {"schema": "capplan.profile/1", "timezone": "UTC", "traffic": SHAPE, **(profile or {})}
    (folder / "profile.json").write_text(json.dumps(data))
    path = folder / "scenario.yaml"
    path.write_text(
        f"capplan: 1\nname: Shop\nregion: us-east-1\n{head}traffic: {{shoppers: {{{traffic}}}}}\n"
        "tables: {orders: {item_size: 1 KB, items: 1M, access: [{put: shoppers}]}}\n"
    )
    return str(path)


@pytest.mark.parametrize(
    ("beside", "written"),
    [
        ("", WRITTEN),
        (", rate: 7/s", WRITTEN.replace("100/s", "7/s")),
        (", weekly: {sun: 2x}", WRITTEN.replace("sat: 0.5x", "sun: 2x")),
    ],
)
def test_a_profile_stands_for_what_it_measured(tmp_path: Path, beside: str, written: str) -> None:
    measured = load(scenario(tmp_path, f"profile: profile.json{beside}")).flows_by_name["shoppers"]
    by_hand = load(scenario(tmp_path, written)).flows_by_name["shoppers"]
    assert (measured.monthly, measured.peak()) == (by_hand.monthly, by_hand.peak())


def test_a_profile_grows_as_a_rate_does(tmp_path: Path) -> None:
    measured = forecast(load(scenario(tmp_path, "profile: profile.json, growth: 10%/month")), 3, fixes=False)
    by_hand = forecast(load(scenario(tmp_path, f"{WRITTEN}, growth: 10%/month")), 3, fixes=False)
    assert [month.monthly_cost for month in measured.months] == [month.monthly_cost for month in by_hand.months]
    assert measured.months[2].traffic["shoppers"] == Decimal("1.21")


@pytest.mark.parametrize(
    ("traffic", "head", "profile", "said"),
    [
        ("profile: none.json", "", {}, "none.json'"),
        ("profile: ../profile.json", "", {}, "outside the scenario's folder"),
        ("profile: profile.json", "", {"schema": "capplan.plan/1"}, "profile.json' is no profile"),
        ("profile: profile.json", "", {"traffic": {}}, "gives no traffic"),
        ("profile: profile.json", "", {"traffic": {"rate": "often"}}, "cannot be read"),
        ("profile: profile.json", 'timezone: "+09:00"\n', {}, "is in UTC, the scenario's times in +09:00"),
        ("profile: profile.json, schedule: rate(5 minutes)", "", {}, "'schedule' does not apply to a profile"),
        ("profile: 5", "", {}, "expected"),
    ],
)
def test_what_is_no_profile_is_an_error_where_it_is_named(
    tmp_path: Path, traffic: str, head: str, profile: dict[str, object], said: str
) -> None:
    with pytest.raises(CapplanError) as raised:
        load(scenario(tmp_path, traffic, head, profile))
    found = raised.value.diagnostics
    assert [one.line for one in found] == [5 if head else 4]
    assert said in f"{found[0].message} {found[0].hint}"
