"""`compare-modes`: modes, commitments, the choice and what would change it, and how it is shown."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import capplan
from capplan.commands.compare.choose import alternatives, choose, limits_of, pareto, with_regret
from capplan.commands.compare.commitments import commit, plan_month, reserve
from capplan.pipeline.results import AtMultiple, ModeOption, Modes
from capplan.record import replace
from capplan.report.formats.json import to_json
from capplan.report.formats.terminal import terminal_text
from capplan.report.records.modes import modes_record
from capplan.report.style import Style
from capplan.report.views.compare_modes import modes_document
from tests.helpers import scenario

D = Decimal
FLAT = """tables:
  orders: {item_size: 1 KB, access: [{put: 700/s}]}
"""
DAILY = """traffic:
  web:
    rate: 300/s
    daily: {peak: 3x, trough: 0.1x, at: "20:00"}
tables:
  orders:
    item_size: 1 KB
    access: [{put: web}]
    indexes:
      by-day: {partition_key: day, project: keys-only, entry_size: 100 B}
"""


def modes(body: str, folder: Path) -> Modes:
    return capplan.compare_modes(scenario(body, folder))


def by_id(found: Modes, index: str | None = None) -> dict[str, ModeOption]:
    return {o.id: o for t in found.tables if t.index == index for o in t.options}


# --- costs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("option", "usd", "working"), [
    ("on-demand", "1149.75", "700 x 2,628,000 s x 0.625/M"),
    ("provisioned-peak", "332.2449", "700 x 730 h x 0.00065, and 1 RCU x 730 h x 0.00013"),
    ("auto-scaled-70", "474.9949", "1,000 WCU, and 4 alarms at 0.10"),
    ("auto-scaled-50", "664.7949", "1,400 WCU, and 4 alarms"),
    ("provisioned-peak/reserved-1y", "153.0029", "7 x (150 / 12 + 730 x 0.0128) and the RCU"),
    ("provisioned-peak/reserved-3y", "76.4859", "7 x (180 / 36 + 730 x 0.0081) and the RCU"),
    ("provisioned-peak/standard-ia", "414.0268", "700 x 730 h x 0.00081, and 1 RCU x 730 h x 0.00016"),
])  # fmt: skip
def test_a_flat_table_by_hand(option: str, usd: str, working: str, tmp_path: Path) -> None:
    assert by_id(modes(FLAT, tmp_path))[option].monthly_cost == D(usd), working


def test_a_savings_plan_by_hand(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(f"capplan: 1\nname: Test\nregion: ap-south-2\n{FLAT}", encoding="utf-8")
    found = by_id(capplan.compare_modes(capplan.load(str(tmp_path / "scenario.yaml"))))
    month = D(700 * 2_628_000) * D("0.0000005822")
    assert found["on-demand/savings-plan"].monthly_cost == pytest.approx(month, rel=D("1E-5"))
    assert found["on-demand/savings-plan"].commitment is not None
    assert "USD an hour for 1 year" in found["on-demand/savings-plan"].commitment


def test_where_aws_list_was_not_read_the_rates_are_derived_and_say_so(tmp_path: Path) -> None:
    """us-east-1: 700 x 2,628,000 s x 0.625/M x 0.82."""
    plan = by_id(modes(FLAT, tmp_path))["on-demand/savings-plan"]
    assert plan.monthly_cost == pytest.approx(D("942.795"), rel=D("1E-5"))
    assert plan.commitment is not None
    assert plan.commitment.endswith("for 1 year, at derived rates")


def test_what_is_paid_once_for_warm_throughput_is_no_spend_of_an_hour(tmp_path: Path) -> None:
    """A plan commits to an hour of requests: 700 x 2,628,000 s x 0.625/M x 0.82, with or without a warmed index."""
    warmed = FLAT.replace("1 KB,", "1 KB, warm: {write: 100k},")
    plan = by_id(modes(warmed, tmp_path))["on-demand/savings-plan"]
    assert plan.monthly_cost == by_id(modes(FLAT, tmp_path))["on-demand/savings-plan"].monthly_cost


def test_reserved_capacity_is_only_for_standard_provisioned_tables(tmp_path: Path) -> None:
    ids = [o for o in by_id(modes(FLAT, tmp_path)) if "reserved" in o]
    assert ids
    assert not [o for o in ids if "standard-ia" in o or o.startswith("on-demand")]


def test_blocks_are_chosen_by_the_hours_above_each() -> None:
    """A block for a year costs 30% of its price: it pays where more than 46% of the hours reach into it."""
    price, offer = D("0.00065"), (D("1.5"), D("0.000128"))
    hours = np.concatenate((np.full(400, 350.0), np.full(272, 150.0)))
    effective = Fraction("1.5") / 8760 + Fraction("0.000128")
    assert float(effective / Fraction(price)) == pytest.approx(0.46, abs=0.01)
    assert reserve(hours, price, offer, 1) == 3, "350 in 60% of the hours: three blocks full there, the fourth half"
    assert reserve(np.full(672, 99.0), price, offer, 1) == 1, "99 of 100 used"
    assert reserve(np.full(672, 40.0), price, offer, 1) == 0, "40 of 100 used is less than 46"


def test_reserving_the_chosen_blocks_is_never_worse_than_one_more_or_less() -> None:
    price, offer = D("0.00065"), (D("1.8"), D("0.000081"))
    hours = 500 + 450 * np.sin(np.arange(672) * 2 * np.pi / 24)
    effective = float(Fraction("1.8") / (8760 * 3) + Fraction("0.000081"))

    def cost(blocks: int) -> float:
        return 100 * blocks * 672 * effective + float(np.maximum(0, hours - 100 * blocks).sum()) * float(price)

    best = reserve(hours, price, offer, 3)
    assert min(range(12), key=cost) == best


def test_a_commitment_is_where_one_dollar_more_no_longer_pays() -> None:
    plan = np.concatenate((np.full(600, 8.0), np.full(72, 80.0)))
    usual, weights = plan / 0.8, np.full(672, 730 / 672)
    best = commit(plan, usual, weights)
    assert best == 8.0
    assert all(plan_month(best, plan, usual, weights) <= plan_month(c, plan, usual, weights) for c in (0, 7.9, 8.1, 80))


# --- modes over time --------------------------------------------------------------------------------------------------


def test_a_mode_belongs_to_the_table_and_its_indexes(tmp_path: Path) -> None:
    found = modes(DAILY, tmp_path)
    table, index = found.tables
    assert (table.index, index.index, index.recommended) == (None, "by-day", None)
    whole, own = by_id(found)["provisioned-peak"], by_id(found, "by-day")["provisioned-peak"]
    assert own.monthly_cost is not None
    assert whole.monthly_cost == pytest.approx(2 * own.monthly_cost, rel=D("0.01")), "the entries are one unit too"
    assert own.throttled_share is None


def test_settings_stay_as_made_for_today_at_every_multiple(tmp_path: Path) -> None:
    at = {a.multiple: a for a in by_id(modes(DAILY, tmp_path))["provisioned-peak"].at}
    assert len({a.monthly_cost for a in at.values()}) == 1
    assert at[D(1)].throttled_share == 0
    assert (at[D(2)].throttled_share or 0) > 0
    on_demand = {a.multiple: a.monthly_cost for a in by_id(modes(DAILY, tmp_path))["on-demand"].at}
    assert on_demand[D(2)] == pytest.approx(2 * (on_demand[D(1)] or D(0)))


def test_more_traffic_never_costs_less(tmp_path: Path) -> None:
    for option in by_id(modes(DAILY, tmp_path)).values():
        costs = [a.monthly_cost for a in option.at if a.monthly_cost is not None]
        assert costs == sorted(costs), option.id


def test_a_higher_target_costs_less_and_throttles_no_less(tmp_path: Path) -> None:
    found = by_id(modes(DAILY, tmp_path))
    costs = [found[f"auto-scaled-{t}"].monthly_cost or D(0) for t in (50, 70, 90)]
    shares = [found[f"auto-scaled-{t}"].throttled_share or D(0) for t in (50, 70, 90)]
    assert costs == sorted(costs, reverse=True)
    assert shares == sorted(shares)


def test_the_ends_of_what_nobody_publishes_enclose_the_middle(tmp_path: Path) -> None:
    known = [o for o in by_id(modes(DAILY, tmp_path)).values() if o.throttled_range is not None]
    assert known
    for option in known:
        assert option.throttled_range is not None
        assert option.throttled_range[0] <= (option.throttled_share or 0) <= option.throttled_range[1]


# --- the choice -------------------------------------------------------------------------------------------------------


def option(name: str, costs: tuple[int, int], shares: tuple[str, str], commitment: str | None = None) -> ModeOption:
    at = tuple(AtMultiple(m, D(c), D(s)) for m, c, s in zip((D(1), D(2)), costs, shares, strict=True))
    return ModeOption(
        name, "provisioned", "standard", {}, commitment, at[0].monthly_cost, at[0].throttled_share, False, "", (), at
    )


CHEAP = option("auto-scaled-70", (10, 20), ("0.004", "0.004"))
STEADY = option("on-demand", (30, 60), ("0", "0"))
HELD = option("provisioned-peak", (25, 25), ("0", "0.01"))
LATER = option("provisioned-peak/reserved-3y", (8, 8), ("0", "0.01"), "300 WCU reserved for 3 years")


def regretted(options: list[ModeOption], tolerated: str = "0") -> list[ModeOption]:
    return with_regret(options, limits_of(options, D(tolerated)))


def chosen(options: list[ModeOption], tolerated: str = "0", as_written: str = "none") -> str | None:
    return choose(regretted(options, tolerated), D(tolerated), as_written)


@pytest.mark.parametrize(("tolerated", "best", "working"), [
    ("0", "on-demand", "the only one that throttles nothing at 1x and at 2x"),
    ("0.005", "auto-scaled-70", "the gate allows its 0.4%"),
    ("0.02", "auto-scaled-70", "10 and 20: held at the peak costs 15 more today"),
])  # fmt: skip
def test_the_least_regret_among_those_that_keep_the_limit(tolerated: str, best: str, working: str) -> None:
    assert chosen([CHEAP, STEADY, HELD, LATER], tolerated) == best, working


def test_regret_is_against_the_best_at_each_multiple() -> None:
    regret = {o.id: o.regret for o in regretted([CHEAP, STEADY, HELD], "0.02")}
    assert regret == {"auto-scaled-70": 0, "on-demand": 40, "provisioned-peak": 15}


def test_where_everything_throttles_the_least_throttled_is_chosen() -> None:
    assert chosen([CHEAP, option("b", (99, 99), ("0.001", "0.001"))]) == "b"


@pytest.mark.parametrize(("options", "as_written", "best", "working"), [
    ([option("b", (90, 90), ("0.3", "0.9")), option("a", (99, 99), ("0.3", "0.6"))], "b", "a", "b throttles more at 2x"),
    ([option("b", (90, 90), ("0.3", "0.6")), option("a", (99, 99), ("0.3", "0.6"))], "a", "a", "the mode is no cause"),
    ([option("b", (90, 90), ("0.3", "0.6")), option("a", (99, 99), ("0.4", "0.6"))], "a", "b", "a throttles more today"),
    ([option("b", (500, 600), ("0", "0")), option("a", (502, 602), ("0", "0"))], "a", "b", "2 USD are"),
        ([option("auto-scaled-90", (5, 5), ("0", "0")), option("a", (99, 99), ("0", "0"))], "a", "a", "90% is no default"),
])  # fmt: skip
def test_the_choice_between_two(options: list[ModeOption], as_written: str, best: str, working: str) -> None:
    assert chosen(options, as_written=as_written) == best, working


def test_steps_are_not_written_to_save_cents() -> None:
    steps = {
        "capacity": {"mode": "provisioned", "scheduled": [{"at": f"day {n} 10:00", "write": 10} for n in range(5)]}
    }
    planned = replace(option("scheduled", (100, 100), ("0", "0")), settings=steps)
    assert chosen([planned, option("auto-scaled-70", (101, 101), ("0", "0"))]) == "scheduled", "a dollar"
    few = option("auto-scaled-70", (100, 100), ("0", "0"))
    dearer = replace(few, monthly_cost=D("100.04"), at=tuple(replace(a, monthly_cost=D("100.04")) for a in few.at))
    assert chosen([planned, dearer]) == "auto-scaled-70", "4 cents"


def test_a_target_above_the_recommended_one_is_offered_with_what_it_throttles() -> None:
    options = [replace(option("auto-scaled-90", (50, 60), ("0", "0")), throttled_range=(D(0), D("0.02"))), STEADY]
    options[1] = option("on-demand", (90, 180), ("0", "0"))
    (said, *_) = alternatives(regretted(options), options[1], D(0), None)
    assert said == (
        "a utilization above the 70% that AWS recommends is acceptable: auto-scaled-90, 40.00 cheaper; it throttles 0.0% "
        "to 2.0%, by how delays and bursts turn out"
    )


def test_a_full_partition_keeps_the_table_as_it_is(tmp_path: Path) -> None:
    """60% of 2,500 writes a second go to one key: no mode serves it, so none is recommended instead."""
    hot = "partition_key: {name: id, distinct: 1000, popularity: {hot: {keys: 1, share: 60%}}}"
    for capacity in ("", "capacity: {mode: provisioned, write: 3000, read: 5}, "):
        found = modes(f"tables: {{hot: {{item_size: 1 KB, {hot}, {capacity}access: [{{put: 2500/s}}]}}}}\n", tmp_path)
        assert found.tables[0].recommended == found.tables[0].as_written


def test_the_front_is_what_nothing_beats() -> None:
    marked = {o.id for o in pareto([CHEAP, STEADY, HELD]) if o.pareto}
    assert marked == {"auto-scaled-70", "provisioned-peak"}


def test_what_would_have_to_be_so_for_another_choice() -> None:
    options = regretted([CHEAP, STEADY, HELD, LATER])
    said = alternatives(options, STEADY, D(0), None)
    assert said == (
        "0.4% throttled is acceptable: auto-scaled-70, 20.00 cheaper",
        "the load stays three years: provisioned-peak/reserved-3y, 22.00 cheaper (300 WCU reserved for 3 years)",
    )


def test_a_gate_says_what_is_tolerated(tmp_path: Path) -> None:
    gated = modes(DAILY + 'gates: ["orders.throttled < 50%", {warn: orders.throttled < 30%}]\n', tmp_path)
    assert gated.tables[0].tolerated == D("0.3")


def test_where_every_mode_throttles_the_mode_is_not_the_cause(tmp_path: Path) -> None:
    hot = "tables: {hot: {item_size: 1 KB, partition_key: {name: id, distinct: 1}, access: [{put: 2000/s}]}}\n"
    said, stays = modes(hot, tmp_path).tables[0].unless
    assert stays.startswith("it stays so: auto-scaled-70, ")
    assert said.startswith("every mode throttles this load, so the mode is not the cause: TableWriteKeyRange")


def test_an_idle_table_has_nothing_to_commit_to(tmp_path: Path) -> None:
    found = by_id(modes("tables: {idle: {item_size: 1 KB, items: 1M}}\n", tmp_path))
    assert "on-demand/savings-plan" not in found
    assert found["on-demand/standard-ia"].monthly_cost is not None


def test_bought_reservations_are_said_to_be_left_out(tmp_path: Path) -> None:
    body = "commitments: [{reserved: wcu, units: 100}]\n" + FLAT.replace(
        "access", "capacity: {mode: provisioned, write: 800, read: 1}, access"
    )
    assert any("commitments" in words for words in modes(body, tmp_path).not_simulated)


# --- the record and the screen ----------------------------------------------------------------------------------------


def test_the_record_adds_to_the_contract_and_changes_nothing(tmp_path: Path) -> None:
    record = json.loads(to_json(modes_record(modes(DAILY, tmp_path))))
    assert record["schema"] == "capplan.modes/1"
    assert record["multiples"] == ["0.5", "1", "2"]
    table = record["tables"][0]
    assert {"name", "index", "break_even_utilisation", "recommended", "options"} <= table.keys()
    keys = {
        "id",
        "mode",
        "table_class",
        "settings",
        "commitment",
        "monthly_cost",
        "throttled_share",
        "pareto",
        "reason",
    }
    assert all(keys <= o.keys() for o in table["options"])
    assert record["account"]["monthly_cost_as_written"] is not None


def test_the_screen_fits_80_columns_and_names_the_choice(tmp_path: Path) -> None:
    found = modes(DAILY, tmp_path)
    for details in (False, True):
        text = terminal_text(modes_document(found), Style(80), details=details)
        assert text.isascii()
        assert all(len(line) <= 80 for line in text.splitlines()), max(text.splitlines(), key=len)
        assert "\n > " in text, "the recommended mode is marked"
        assert "\n If " in text, "when another is better"
        assert text.splitlines()[-1].startswith("+--"), "the verdict comes last"


def test_the_same_scenario_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (to_json(modes_record(modes(DAILY, tmp_path))) for _ in range(2))
    assert first == second
