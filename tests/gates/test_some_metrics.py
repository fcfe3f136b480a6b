"""The metrics that a gate names, computed alone, are those of the whole list."""

import pytest

from capplan.gates.kept import metrics_of, some_metrics
from capplan.language.load import load
from capplan.pipeline.meter import meter
from capplan.pipeline.price import Priced, catalogue_of, price
from tests.helpers import SCENARIOS


@pytest.fixture(scope="module")
def priced() -> Priced:
    scenario = load(str(SCENARIOS / "web-shop" / "scenario.yaml"))
    return price(meter(scenario, 0), catalogue_of(scenario), None)


def test_the_cost_of_a_service_needs_no_other_metric(priced: Priced) -> None:
    every, some = metrics_of(priced), some_metrics(["cost.dynamodb", "cost.lambda"], priced)
    assert len(some) < len(every) / 4
    assert {name: every[name] for name in some} == some


@pytest.mark.parametrize(
    "name", ["cost.not_included", "cost.one_time", "limits.headroom", "orders.cost", "traffic.x.cost"]
)
def test_a_metric_that_hangs_on_more_is_that_of_the_whole_list(name: str, priced: Priced) -> None:
    assert some_metrics([name], priced).get(name) == metrics_of(priced).get(name)
