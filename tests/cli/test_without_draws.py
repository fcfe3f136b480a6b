"""Gates on a percentile or a chance: `diff` judges them over draws as `check` does; what makes many plans says that it does not."""

import json
from pathlib import Path

import pytest

from capplan.cli.app import run

# 164.25 USD at the likely 100/s; a tenth of the draws cost more than 170 USD, since the traffic reaches 200/s
RANGED = """\
capplan: 1
name: Orders
region: us-east-1
traffic: {buyers: {rate: {low: 50/s, likely: 100/s, high: 200/s}}}
tables: {orders: {item_size: 1 KB, items: 1k, access: [{put: buyers}], ttl: e}}
gates: [cost.monthly.p90 <= 170 USD, chance(cost.monthly > 170 USD) < 5%, cost.monthly <= 180 USD]
"""
DRAWN = ["cost.monthly.p90 <= 170 USD", "chance(cost.monthly > 170 USD) < 5%"]
COMMANDS = {
    "sweep": ("--set", "tables.orders.items=1k,2k"),
    "optimize": (),
    "compare-regions": ("us-east-2",),
}


def told(capsysbinary: pytest.CaptureFixture[bytes], *arguments: str) -> str:
    run(list(arguments))
    return capsysbinary.readouterr().out.decode()


@pytest.mark.parametrize("command", COMMANDS)
def test_an_answer_of_many_plans_says_that_it_is_at_the_likely_values(
    command: str, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(RANGED, encoding="utf-8")
    words = (command, str(path), *COMMANDS[command])
    assert json.loads(told(capsysbinary, *words, "-f", "json"))["without_draws"] == DRAWN
    screen = " ".join(told(capsysbinary, *words).split())
    assert (
        f"{DRAWN[0]} and 1 more: judged at the likely values of the ranges. capplan check judges over draws." in screen
    )
    path.write_text(RANGED.replace("{low: 50/s, likely: 100/s, high: 200/s}", "100/s"), encoding="utf-8")
    assert json.loads(told(capsysbinary, *words, "-f", "json"))["without_draws"] == [], "a point has no draws to miss"


def test_a_difference_is_judged_over_draws(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    before, after = tmp_path / "before.yaml", tmp_path / "after.yaml"
    before.write_text(RANGED.replace("high: 200/s", "high: 101/s"), encoding="utf-8")
    after.write_text(RANGED, encoding="utf-8")
    changed = json.loads(told(capsysbinary, "diff", str(before), str(after), "-f", "json"))
    assert changed["monthly_cost"]["change"] == "0", "the likely values are the same"
    assert [(gate["gate"], gate["base"], gate["head"]) for gate in changed["gates"][:2]] == [
        (gate, "ok", "BROKEN") for gate in DRAWN
    ]
