"""What follows by itself: resources of their own, in every part of the answer, and never in their cause's cost."""

from decimal import Decimal
from pathlib import Path

import pytest

import capplan
from capplan.errors import CapplanError
from capplan.model import Change
from capplan.pipeline.alternatives import alternative
from capplan.pipeline.meter import meter
from capplan.pipeline.price import Priced, catalogue_of, price
from capplan.pipeline.results import Plan, PlannedResource
from capplan.pipeline.what_if import what_if
from tests.helpers import HEAD, scenario

GROUP = "log_groups./aws/lambda/f"


def priced(body: str, folder: Path, region: str = "us-east-1") -> Priced:
    loaded = scenario(body, folder, HEAD.replace("us-east-1", region))
    return price(meter(loaded, 0), catalogue_of(loaded), None)


def planned(body: str, folder: Path, region: str = "us-east-1") -> Plan:
    return capplan.plan(scenario(body, folder, HEAD.replace("us-east-1", region)), findings=False)


def one(plan: Plan, address: str) -> PlannedResource:
    return next(r for r in plan.resources if r.address == address)


def function(words: str = "", rate: str = "100/s", more: str = "") -> str:
    return (
        f"traffic: {{t: {{rate: {rate}}}}}\n{more}"
        f"functions: {{f: {{memory: 128 MB, duration: 100 ms, triggers: t{words}}}}}\n"
    )


def test_a_functions_logs_are_a_resource_of_their_own(tmp_path: Path) -> None:
    """104.8576 M invocations x 1,024 B = 100 GB at 0.50, 15 GB-months of them at 0.03."""
    plan = planned(function(rate="104.8576M/month"), tmp_path)
    group = one(plan, GROUP)
    assert (group.name, group.label, group.kind) == ("/aws/lambda/f", "/aws/lambda/f", "cloudwatch_logs.log_group")
    assert (group.implied_by, group.service) == (("functions.f",), "cloudwatch_logs")
    assert group.line == one(plan, "functions.f").line
    assert group.monthly_cost == Decimal("50.45")
    assert group.usage == {"gb_written": 100, "gb_stored": 15}
    without = planned(function(", logs: false", rate="104.8576M/month"), tmp_path)
    assert one(without, "functions.f").monthly_cost == one(plan, "functions.f").monthly_cost
    assert plan.monthly_cost - without.monthly_cost == group.monthly_cost
    assert [r.address for r in without.resources] == ["functions.f"]


def test_it_takes_part_in_every_answer(tmp_path: Path) -> None:
    plan = planned(function() + "gates: ['`/aws/lambda/f.cost` > 0 USD', cost.cloudwatch_logs > 0 USD]\n", tmp_path)
    observed = {o.name: o.value for o in plan.observed}
    assert observed["/aws/lambda/f.cost"] == one(plan, GROUP).monthly_cost
    assert [gate.verdict for gate in plan.gates] == ["pass", "pass"]
    assert {line.id for line in plan.lines if line.resource == "/aws/lambda/f"} == {
        "/aws/lambda/f.ingest", "/aws/lambda/f.storage",
    }  # fmt: skip
    assert any(limit.check.limit == "cloudwatch_logs.put_log_events" for limit in plan.limits)
    assert sum(source.monthly_cost for source in plan.traffic_sources) == plan.monthly_cost
    assert plan.cost_by_service["cloudwatch_logs"] == one(plan, GROUP).monthly_cost


def test_where_a_region_has_no_price_it_is_named_and_the_plan_goes_on(tmp_path: Path) -> None:
    plan = planned(function(), tmp_path, "eu-west-3")
    assert one(plan, GROUP).monthly_cost == 0
    named = {cost.what: cost for cost in plan.not_included}
    assert named["CloudWatch Logs: logs that AWS services write"].why.endswith(
        "no price of cloudwatch_logs.ingest.vended_standard_gb is known in eu-west-3"
    )
    assert next(o.value for o in plan.observed if o.name == "cost.not_included") is None


def test_what_a_scenario_declares_needs_its_price(tmp_path: Path) -> None:
    with pytest.raises(CapplanError, match="no price in eu-west-3"):
        planned("log_groups: {/app/x: {written: 10 GB}}\n", tmp_path, "eu-west-3")


def test_beyond_the_last_tier_that_was_read_it_is_named_too(tmp_path: Path) -> None:
    """In Seoul the price of the first 10 TB is known: 20 M/s x 1 KB are more, and so are a hundred functions together."""
    known = planned(function(rate="1000/s"), tmp_path, "ap-northeast-2")
    assert one(known, GROUP).monthly_cost > 0
    beyond = planned(function(", logs: {size: 100 KB}", rate="1000/s"), tmp_path, "ap-northeast-2")
    assert "CloudWatch Logs: logs that AWS services write" in {cost.what for cost in beyond.not_included}
    assert {line.id for line in beyond.lines if line.resource == "/aws/lambda/f"} == {"/aws/lambda/f.storage"}


def test_several_causes_share_one(tmp_path: Path) -> None:
    body = (
        "traffic: {t: {rate: 100/s}}\nfunctions:\n"
        "  f: {duration: 100 ms, triggers: t, logs: {group: /app}}\n"
        "  g: {duration: 100 ms, triggers: t, logs: {group: /app}}\n"
    )
    plan = planned(body, tmp_path)
    both = one(plan, "log_groups./app")
    assert both.implied_by == ("functions.f", "functions.g")
    assert both.monthly_cost == 2 * one(planned(function(), tmp_path), GROUP).monthly_cost


def test_a_declared_one_gets_what_follows_besides_its_own(tmp_path: Path) -> None:
    """Its class and its retention are what it says: at half the price, 30 of 730/24 days kept."""
    declared = "log_groups: {/aws/lambda/f: {class: infrequent-access, retention: 30 d, written: 100 GB}}\n"
    plan = planned(function(rate="104.8576M/month", more=declared), tmp_path)
    group = one(plan, GROUP)
    assert group.implied_by == ()
    lines = {line.id.rpartition(".")[2]: line.list_cost for line in plan.lines if line.resource == "/aws/lambda/f"}
    assert lines["ingest"] == 25
    assert lines["other-ingest"] == 25
    assert abs(lines["storage"] - Decimal("0.266301")) < Decimal("0.000001")  # 15 GB x 720/730 x 0.018
    assert [r.address for r in plan.resources].count(GROUP) == 1


# --- what-ifs ---------------------------------------------------------------------------------------------------------

CHANGES = [
    ("f", Change("functions.f.memory", "256 MB")),
    ("f", Change("functions.f.logs", {"class": "infrequent-access"})),
    ("f", Change("functions.f.logs", False)),
    ("f", Change("functions.f.logs", {"group": "/aws/lambda/g"})),
    ("g", Change("functions.g.logs", {"retention": "7 d"})),
]


@pytest.mark.parametrize(("name", "change"), CHANGES, ids=[f"{c.path} {c.to}" for _, c in CHANGES])
@pytest.mark.parametrize(
    "declared", ["", "log_groups: {/aws/lambda/g: {retention: 30 d}}\n"], ids=["implied", "declared"]
)
def test_an_alternative_is_the_plan_of_the_changed_scenario(
    name: str, change: Change, declared: str, tmp_path: Path
) -> None:
    """Planned in part or as a whole, the answer is that of reading the changed scenario."""
    body = (
        f"traffic: {{t: {{rate: 100/s}}}}\n{declared}functions:\n"
        "  f: {memory: 128 MB, duration: 100 ms, triggers: t}\n  g: {memory: 128 MB, duration: 100 ms, triggers: t}\n"
    )
    base = priced(body, tmp_path)
    part = alternative(base, f"functions.{name}", [change], None)
    whole = what_if(base, [change], None)
    anew = price(meter(whole.metered.as_declared, 0), base.catalogue, None)
    assert part.monthly_cost == whole.monthly_cost == anew.monthly_cost
    for one_ in (part.priced, whole):
        assert dict(one_.cost_by_resource) == dict(anew.cost_by_resource)
        assert dict(one_.metered.usage) == dict(anew.metered.usage)
        assert {k: len(v) for k, v in one_.metered.pools.items()} == {k: len(v) for k, v in anew.metered.pools.items()}
        assert one_.metered.implied == anew.metered.implied


def test_changes_of_two_functions_are_planned_side_by_side(tmp_path: Path) -> None:
    body = (
        "traffic: {t: {rate: 100/s}}\nfunctions:\n"
        "  f: {memory: 128 MB, duration: 100 ms, triggers: t}\n  g: {memory: 128 MB, duration: 100 ms, triggers: t}\n"
    )
    base = priced(body, tmp_path)
    after = what_if(base, [Change("functions.f.logs", False), Change("functions.g.memory", "256 MB")], None)
    again = what_if(after, [Change("functions.f.logs", {"size": "2 KB"})], None)
    assert GROUP not in after.metered.usage
    assert again.cost_by_resource[GROUP] == base.cost_by_resource[GROUP] * 2
