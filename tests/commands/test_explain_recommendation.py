"""A recommendation is explained by the plan with it beside the plan without."""

import json
from decimal import Decimal

import pytest

import capplan
from capplan.commands.explain_recommendation import explain_recommendation
from capplan.errors import CapplanError
from capplan.language.load import load
from tests.cli.test_cli import run
from tests.helpers import WEB_SHOP

PLAN = capplan.plan(load(WEB_SHOP))


@pytest.mark.parametrize("row", PLAN.recommendations, ids=lambda row: row.rule)
def test_the_charges_that_differ_add_up_to_the_saving(row: object) -> None:
    number = row.number  # type: ignore[attr-defined]
    explained = explain_recommendation(load(WEB_SHOP), number)
    less = sum(((x.cost_before or Decimal(0)) - (x.cost_after or Decimal(0)) for x in explained.lines), Decimal(0))
    assert explained.cost_before - explained.cost_after == less
    saving = PLAN.recommendations[number - 1].monthly_saving
    assert saving is None or saving == less
    assert explained.rule is not None
    assert explained.rule.source
    assert {f.number for f in explained.findings} == {number}


def test_an_unknown_number_says_which_there_are() -> None:
    with pytest.raises(CapplanError) as error:
        explain_recommendation(load(WEB_SHOP), 99)
    assert error.value.diagnostics[0].hint == f"capplan estimate shows 1 to {len(PLAN.recommendations)}"


def test_the_screen_says_why_what_to_write_and_how_to_go_back() -> None:
    number = next(str(r.number) for r in PLAN.recommendations if r.rule == "glue.flex")
    text = run("explain", WEB_SHOP, number).stdout
    for words in (
        "Run settlement with Flex",
        "AWS Glue Developer Guide",
        "execution_class: flex",
        "undo",
        "capplan apply",
    ):
        assert words in text
    record = json.loads(run("explain", WEB_SHOP, number, "-f", "json").stdout)
    assert record["schema"] == "capplan.recommendation/1"
    assert record["recommendation"]["undo"] == "remove jobs.settlement.execution_class"
