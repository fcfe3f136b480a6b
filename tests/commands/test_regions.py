"""`compare-regions`: each Region's total is that of the scenario with its `region`, and a missing price is no total."""

from decimal import Decimal

from capplan.commands.plan import plan
from capplan.commands.regions import compare_regions
from capplan.language.load import load
from tests.helpers import SCENARIOS

TEXT = """\
capplan: 1
name: Orders
region: {region}
tables:
  orders: {{item_size: 1 KB, items: 1M, access: [{{put: 100/s}}]}}
"""
HOME = load("-", text=TEXT.format(region="us-east-1"))


def test_each_region_is_the_scenario_planned_there() -> None:
    answer = compare_regions(HOME, ["eu-west-1", "sa-east-1"])
    assert [region.region for region in answer.regions] == ["us-east-1", "eu-west-1", "sa-east-1"], "the cheapest first"
    home = plan(HOME, findings=False).monthly_cost
    for region in answer.regions:
        there = plan(load("-", text=TEXT.format(region=region.region)), findings=False)
        assert region.monthly_cost == there.monthly_cost
        assert region.change == there.monthly_cost - home
        assert sum(region.cost_by_service.values(), Decimal(0)) == there.monthly_cost


def test_without_names_every_region_is_compared() -> None:
    answer = compare_regions(HOME)
    assert len(answer.regions) == 36
    costs = [region.monthly_cost for region in answer.regions if region.monthly_cost is not None]
    assert costs == sorted(costs)


def test_a_region_without_a_price_has_no_total() -> None:
    answer = compare_regions(load(str(SCENARIOS / "web-shop" / "scenario.yaml")), ["ap-south-2"])
    there = next(region for region in answer.regions if region.region == "ap-south-2")
    assert there.monthly_cost is None
    assert there.lacks == ("api_gateway.http.request", "stepfunctions.standard.state_transition"), (
        "nobody has read them"
    )
    assert answer.regions[-1] == there, "a Region without a total comes last"
