"""What a scenario is asked for and uses in one Region is taken for another: it is what metering it there finds, too."""

import re

import pytest

from capplan.language.load import build, load
from capplan.language.scenario import Scenario
from capplan.model import Change
from capplan.pipeline.limits import limits_of
from capplan.pipeline.meter import Metered, meter
from capplan.pipeline.regions_alike import ByRegion, alike_by
from capplan.pipeline.what_if import apply
from capplan.pricing.catalogue import regions
from capplan.resource_type import MeteredResource
from tests.helpers import SCENARIOS

NAMES = sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.yaml"))
TABLE = """\
capplan: 1
name: Orders
region: us-east-1
tables:
  orders: {item_size: 1 KB, items: 1M, access: [{put: 100/s}]}
"""
REPLICA = TABLE.replace("items: 1M,", "items: 1M, replicas: [eu-west-1],")
TOPIC = """\
capplan: 1
name: Orders
region: us-east-1
traffic: {shop: {rate: 10/s}}
topics:
  orders: {message: 1 KB, type: standard, access: [{publish: shop}]}
"""
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
"""Where Python keeps the function of a series."""
FUNCTION = """\
capplan: 1
name: Orders
region: us-east-1
traffic: {shop: {rate: 10/s}}
functions:
  orders: {memory: 128 MB, duration: 10 ms, triggers: {traffic: shop, via: function-url}}
"""
FIFO = TOPIC.replace("standard", "fifo")
BEHIND_API = FUNCTION.replace("function-url", "api-gateway-http")


@pytest.mark.parametrize("name", NAMES)
def test_a_region_that_is_alike_has_the_same_demand_and_usage(name: str) -> None:
    scenario = load(str(SCENARIOS / name / "scenario.yaml"))
    first, second = _most_alike(scenario)
    by_region = ByRegion(0)
    by_region.meter(first)
    assert _as_text(by_region.meter(second)) == _as_text(meter(second, 0)), second.region


@pytest.mark.parametrize(
    ("text", "regions_", "alike"),
    [
        (TABLE, ("us-east-1", "eu-west-1"), True),
        (REPLICA, ("us-east-1", "us-east-2"), False),  # another Region takes the writes that are not replicated
        (TOPIC, ("eu-north-1", "eu-west-3"), True),  # 300 messages a second by default in both
        (TOPIC, ("us-east-1", "us-west-2"), False),  # 30,000 and 9,000 messages a second
        (FIFO, ("eu-north-1", "eu-west-3"), False),  # which quota counts its messages hangs on the Region
        (FUNCTION, ("us-east-1", "eu-south-2"), True),
        (BEHIND_API, ("us-east-1", "eu-south-2"), False),  # API Gateway takes 10,000 and 2,500 requests a second
    ],
)
def test_regions_are_alike_by_quotas_unless_a_resource_hangs_on_the_region(
    text: str, regions_: tuple[str, str], *, alike: bool
) -> None:
    first, second = (alike_by(_in(load("-", text=text), region)) for region in regions_)
    assert (first == second) is alike


def _in(scenario: Scenario, region: str) -> Scenario:
    data = apply(scenario.data, [Change("region", region)])
    return build(scenario.doc, scenario.files, scenario.sha256, data, scenario)


def _most_alike(scenario: Scenario) -> tuple[Scenario, Scenario]:
    """The scenario in two Regions of the most that are alike: of those, the codes of the most different lengths."""
    groups: dict[object, list[Scenario]] = {}
    for region in regions():
        if not any(region in str(replica) for replica in scenario.data.get("tables", {}).values()):
            there = _in(scenario, region)
            groups.setdefault(alike_by(there), []).append(there)
    most = max(groups.values(), key=len)
    most.sort(key=lambda one: len(one.region))
    return most[0], most[-1]


def _as_text(metered: Metered) -> list[str]:
    """All that a plan takes from it besides prices, exact to the last digit."""
    out = [str(metered.throttled)]
    for address, resource in metered.scenario.resources.items():
        seen = MeteredResource(resource.name, resource.spec, metered.usage[address], metered.context)
        flows = metered.offered[address].flow, metered.demand[address].flow
        hooks = resource.type.charge, resource.type.observe, resource.type.losses
        out += (f"{address} {flow.monthly} {flow.peak()}" for flow in flows)
        out += (f"{address} {hook(seen)}" for hook in hooks)
    out += map(str, limits_of(metered))
    return [_ADDRESS.sub("", text) for text in out]
