"""`sweep`: values of a setting, each planned as `--set` plans it, and where a gate or a limit breaks between two."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from capplan.cli.settings import changes_of, with_changes
from capplan.commands.plan import plan
from capplan.commands.sweep import Sweep, SweepError, sweep, swept_setting
from capplan.language.load import load
from capplan.language.scenario import Scenario

TEXT = """\
capplan: 1
name: Orders
region: us-east-1
traffic: {buyers: {rate: 100/s}}
tables:
  orders: {item_size: 1 KB, items: 1M, access: [{put: buyers}]}
gates: [cost.monthly <= 300 USD]
"""
BASE = load("-", text=TEXT)


def at(values: Sequence[tuple[str, str]]) -> Scenario:
    changed: Scenario = with_changes(BASE, changes_of([f"{path}={value}" for path, value in values]))
    return changed


def swept(*texts: str, steps: int = 9) -> Sweep:
    pairs = [text.partition("=") for text in texts]
    settings = [swept_setting(path, values, steps) for path, _, values in pairs]
    return sweep(at, [setting for setting in settings if setting is not None])


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("10/s..50/s", ("10/s", "20/s", "30/s", "40/s", "50/s")),  # less than tenfold: equal differences
        ("10/s..1000/s", ("10/s", "31.6/s", "100/s", "316/s", "1000/s")),  # equal factors of the root of 10
        ("1..5", ("1", "2", "3", "4", "5")),
        ("0 ms..40 ms", ("0 ms", "10 ms", "20 ms", "30 ms", "40 ms")),
        ("128 MB,256 MB", ("128 MB", "256 MB")),
        ("a, b ,c", ("a", "b", "c")),
    ],
)
def test_the_values_of_a_setting(text: str, values: tuple[str, ...]) -> None:
    setting = swept_setting("x", text, 5)
    assert setting is not None
    assert setting.values == values
    assert setting.is_range == (".." in text)


@pytest.mark.parametrize("text", ["60/s", "cron(0 8,20 * * ? *)", "[a, b]", "{a: 1, b: 2}", "on-demand"])
def test_a_single_value_is_not_swept(text: str) -> None:
    assert swept_setting("x", text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [("50/s..10/s", "does not go up"), ("1 MB..2 s", "different units"), ("a..b", "not a number"), ("1,,2", "empty")],
)
def test_values_that_cannot_be_read(text: str, said: str) -> None:
    with pytest.raises(SweepError, match=said):
        swept_setting("x", text)


def test_each_point_is_the_plan_of_that_value() -> None:
    answer = swept("traffic.buyers.rate=100/s..300/s", steps=3)
    for point in answer.points:
        alone = plan(at([("traffic.buyers.rate", point.values[0])]), findings=False)
        assert point.monthly_cost == alone.monthly_cost


def test_the_break_is_where_the_gate_fails() -> None:
    # A write of 1 KB is one unit: r x 2,628,000 s x 0.625 USD/M and the storage of 1M items of 1,124 bytes, 0.25 USD/GB:
    # 300 USD = r x 1.6425 + 0.26, so r = 182.5/s.
    answer = swept("traffic.buyers.rate=100/s..300/s", steps=3)
    (found,) = [one for one in answer.breaks if one.gate]
    assert found.gate == "cost.monthly <= 300 USD"
    assert not found.mends
    rate = Decimal(found.at.removesuffix("/s"))
    assert Decimal("182.4") <= rate <= Decimal(183)
    assert plan(at([("traffic.buyers.rate", found.at)]), findings=False).gates[0].verdict == "fail"


def test_two_settings_are_planned_in_all_combinations() -> None:
    answer = swept("traffic.buyers.rate=1/s,2/s", "tables.orders.item_size=1 KB,2 KB,3 KB")
    assert [point.values for point in answer.points] == [
        ("1/s", "1 KB"), ("1/s", "2 KB"), ("1/s", "3 KB"), ("2/s", "1 KB"), ("2/s", "2 KB"), ("2/s", "3 KB"),
    ]  # fmt: skip
    assert not answer.breaks


def test_a_value_that_is_refused_says_why() -> None:
    answer = swept("tables.orders.item_size=1 KB,401 KB")
    assert answer.points[0].monthly_cost is not None
    assert answer.points[1].monthly_cost is None
    assert "400 KB" in answer.points[1].why_not


def test_too_many_combinations_are_refused() -> None:
    with pytest.raises(SweepError, match="too many"):
        swept("traffic.buyers.rate=1/s..9/s", "tables.orders.items=1..9", steps=30)
