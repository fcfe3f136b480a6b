"""`forecast.breaks_in`: months before the first in which another gate fails or a limit is exceeded."""

from datetime import date
from decimal import Decimal

import pytest

from capplan.commands.plan import plan
from capplan.errors import CapplanError
from capplan.gates.judge import Baseline
from capplan.language.load import load
from capplan.pipeline.results import Verdict

HEAD = "capplan: 1\nname: Orders\nregion: us-east-1\n"


def text(gates: str, traffic: str = ", growth: 10%/month", more: str = ", ttl: e", rest: str = "") -> str:
    return (
        f"{HEAD}traffic: {{buyers: {{rate: 100/s{traffic}}}}}\n"
        f"tables: {{orders: {{item_size: 1 KB, items: 0, access: [{{put: buyers}}]{more}}}}}\n{rest}gates: [{gates}]\n"
    )


def verdict(written: str, *, today: date | None = None) -> Verdict:
    answer = plan(load("-", text=written), findings=False, today=today, allow_unjudged=False)
    return next(gate for gate in answer.gates if gate.names == ("forecast.breaks_in",))


# 100/s x 2,628,000 s x 0.625 USD/M = 164.25 USD a month; times 1.1, 1.21, 1.331: above 200 USD in month 4, after 3
@pytest.mark.parametrize(
    ("gate", "passes", "observed"),
    [
        ("forecast.breaks_in >= 3 months", True, 3),
        ("forecast.breaks_in > 3 months", False, 3),
        ("forecast.breaks_in >= 4 months", False, 3),
        ("4 months <= forecast.breaks_in", False, 3),
        ("forecast.breaks_in == 3 months", True, 3),
        ("forecast.breaks_in >= 1 month", True, 2),  # two months are planned, and hold: it is 2 or more
        ("not forecast.breaks_in < 3 months", True, 3),
    ],
)
def test_a_budget_breaks_in_its_month(gate: str, *, passes: bool, observed: int) -> None:
    found = verdict(text(f"cost.monthly <= 200 USD, {gate}"))
    assert (found.verdict == "pass") is passes
    assert (found.observed, found.unit) == (Decimal(observed), "months")
    if observed == 3:
        assert found.why == "breaks in month 4: cost.monthly <= 200 USD"


def test_a_limit_counts_as_a_gate_does() -> None:
    # 30,000/s of writes, an on-demand table takes 40,000: 33,000, 36,300, 39,930, 43,923 in month 5
    found = verdict(text("forecast.breaks_in >= 12 months").replace("rate: 100/s", "rate: 30000/s"))
    assert (found.observed, found.verdict == "fail") == (Decimal(4), True)
    assert "orders dynamodb" in found.why
    assert "month 5" in found.why


def test_what_is_broken_today_breaks_in_no_month() -> None:
    found = verdict(text("cost.monthly <= 100 USD, forecast.breaks_in >= 1 month"))
    assert (found.observed, found.why) == (Decimal(0), "breaks today: cost.monthly <= 100 USD")


def test_without_growth_it_passes_and_says_so() -> None:
    found = verdict(text("cost.monthly <= 200 USD, forecast.breaks_in >= 24 months", traffic=""))
    assert (found.verdict, found.why) == ("pass", "nothing grows, and nothing is broken today")


def test_what_is_stored_grows_too() -> None:
    # 275.1 GB more each month at 0.25 USD (see test_forecast): 164.25, 233.03, 301.80
    found = verdict(text("cost.monthly <= 300 USD, forecast.breaks_in >= 2 months", traffic="", more=""))
    assert (found.observed, found.verdict == "pass") == (Decimal(2), True)


def test_a_budget_of_the_command_line_is_one_of_them() -> None:
    scenario = load("-", text=text("forecast.breaks_in >= 6 months"), budget=Decimal(200))
    answer = plan(scenario, findings=False)
    assert answer.failed_gates == ("forecast.breaks_in >= 6 months",)


def test_two_such_gates_do_not_judge_each_other() -> None:
    answer = plan(load("-", text=text("forecast.breaks_in >= 2 months, forecast.breaks_in < 2 months")), findings=False)
    assert [gate.observed for gate in answer.gates] == [3, 3]
    assert [gate.verdict for gate in answer.gates] == ["pass", "fail"]


SEASON = ", yearly: {dec: 2x}"


def test_a_season_needs_a_day() -> None:
    gates = "cost.monthly <= 250 USD, forecast.breaks_in >= 3 months"
    scenario = load("-", text=text(gates, traffic=SEASON))
    assert [one.gate for one in plan(scenario, findings=False).unjudged] == ["forecast.breaks_in >= 3 months"]
    with pytest.raises(CapplanError, match="is not known") as caught:
        plan(scenario, findings=False, allow_unjudged=False)
    assert "give --today" in caught.value.diagnostics[0].hint
    # from October: December is the third, 164.25 x 744/730 x 2 = 334.80
    assert verdict(text(gates, traffic=SEASON), today=date(2026, 10, 7)).observed == 2


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        ("forecast.breaks_in >= 6", "a number of months"),
        ("forecast.breaks_in >= 6 d", "a number of months"),
        ("forecast.breaks_in * 2 >= 6 months", "a number of months"),
        ("forecast.breaks_in >= cost.monthly", "a number of months"),
        ("forecast.breaks_in >= 121 months", "1 to 120 months"),
        ("forecast.breaks_in >= 0 months", "1 to 120 months"),
        ("cost.monthly <= 6 months", "its limit is a number of months"),
        ("forecast.break_in >= 6 months", "unknown metric"),
    ],
)
def test_wrong_gates(gate: str, message: str) -> None:
    with pytest.raises(CapplanError) as caught:
        plan(load("-", text=text(gate)), findings=False)
    assert message in caught.value.diagnostics[0].message
    if "unknown" in message:
        assert caught.value.diagnostics[0].hint == "did you mean 'forecast.breaks_in'?"


def test_recommendations_are_given_although_a_gate_asks_for_months_to_come() -> None:
    plain = plan(load("-", text=text("cost.monthly <= 200 USD")))
    asking = plan(load("-", text=text("cost.monthly <= 200 USD, forecast.breaks_in >= 6 months")))
    assert [row.action for row in asking.recommendations] == [row.action for row in plain.recommendations]


# 164.25 USD at the likely 100/s; the traffic reaches 200/s, so that more than a tenth of the draws cost more than 170 USD
RANGED = f"""{HEAD}traffic: {{buyers: {{rate: {{low: 50/s, likely: 100/s, high: 200/s}}, growth: 1%/month}}}}
tables: {{orders: {{item_size: 1 KB, items: 0, access: [{{put: buyers}}], ttl: e}}}}
"""


def drawn(gates: str) -> dict[str, Verdict]:
    answer = plan(load("-", text=f"{RANGED}gates: [{gates}]\n"), findings=False, draws=40)
    return {gate.gate: gate for gate in answer.gates}


@pytest.mark.parametrize("gate", ["cost.monthly.p90 <= 170 USD", "chance(cost.monthly > 170 USD) < 5%"])
def test_what_fails_today_over_draws_is_broken_today(gate: str) -> None:
    found = drawn(f"{gate}, forecast.breaks_in >= 2 months")
    assert found[gate].verdict == "fail"
    asking = found["forecast.breaks_in >= 2 months"]
    assert (asking.verdict, asking.observed, asking.why) == ("fail", Decimal(0), f"breaks today: {gate}")


def test_months_to_come_under_ranges_say_at_what_they_are_judged() -> None:
    found = drawn("cost.monthly.p90 <= 900 USD, forecast.breaks_in >= 2 months")["forecast.breaks_in >= 2 months"]
    assert (found.verdict, found.observed) == ("pass", Decimal(3))
    assert found.why == "nothing breaks in 3 months (months to come at the likely values, not over draws)"


def test_a_chance_that_holds_today_is_not_broken_by_the_likely_values() -> None:
    """At 100/s it would be 100%: the draws say that it is less, and months to come have none."""
    gate = "chance(cost.monthly > 160 USD) <= 90%"
    found = drawn(f"{gate}, forecast.breaks_in >= 2 months")
    assert found[gate].verdict == "pass"
    asking = found["forecast.breaks_in >= 2 months"]
    assert (asking.verdict, asking.observed) == ("pass", Decimal(3))
    assert asking.why.endswith(f"not judged in months to come: {gate}")


def test_a_change_against_a_baseline_that_fails_is_broken_today() -> None:
    scenario = load("-", text=text("cost.change <= 4 USD, forecast.breaks_in >= 2 months", traffic=""))
    baseline = Baseline({"cost.monthly.change": Decimal(160)})  # 164.25 is 4.25 more
    answer = plan(scenario, findings=False, baseline=baseline)
    assert [gate.verdict for gate in answer.gates] == ["fail", "fail"]
    assert answer.gates[1].observed == 0


def test_verdicts_stand_as_their_gates_do() -> None:
    gates = ["cost.monthly <= 200 USD", "forecast.breaks_in >= 1 month", "cost.yearly <= 2000 USD"]
    answer = plan(load("-", text=text(", ".join(gates))), findings=False)
    assert [gate.gate for gate in answer.gates] == gates
    # the last needs a baseline, the first a day (launches have one): neither is known to `estimate`
    gates = ["forecast.breaks_in >= 1 month", "cost.yearly <= 2000 USD", "cost.monthly.change <= 5 USD"]
    launch = "launches: [{at: 2027-03, traffic: buyers, times: 2x}]\n"
    answer = plan(load("-", text=text(", ".join(gates), rest=launch)), findings=False)
    assert [gate.gate for gate in answer.unjudged] == [gates[0], gates[2]]
