"""A month to come is judged as its plan judges it, and each change is planned once however much it mends."""

import pytest

from capplan.commands.forecast import fixes as module
from capplan.commands.forecast.fixes import Held
from capplan.commands.forecast.forecast import forecast
from capplan.commands.forecast.judged_months import judged_months
from capplan.commands.plan import plan
from capplan.errors import CapplanError
from capplan.language.load import load
from capplan.language.months import months_from

SHOP = """
capplan: 1
name: Shop
region: us-east-1
traffic: {shoppers: {rate: 60/s, growth: 60%/month, daily: {peak: 3x, trough: 0.2x, at: "20:00"}}}
tables:
  orders:
    item_size: 3 KB
    items: 5M
    capacity: {mode: provisioned, write: 2000, read: 300}
    access: [{put: shoppers}]
functions:
  pay: {memory: 512 MB, duration: 900 ms, triggers: shoppers, calls: [{get: orders}]}
gates:
  - cost.monthly <= 2000 USD
  - cost.monthly.p90 <= 4000 USD
  - functions.pay.cost + orders.cost <= 2500 USD
  - cost.monthly.change_percent <= 5%
  - bill.total <= 9000 USD
  - orders.throttled <= 0.1%
  - limits.headroom >= 20%
  - cost.per(shoppers) <= 0.001 USD
"""


@pytest.mark.parametrize("first", [None, (2026, 12)], ids=["months of 730 hours", "months of the calendar"])
def test_a_month_is_judged_as_its_plan_is(first: tuple[int, int] | None) -> None:
    found = list(judged_months(load("-", text=SHOP), months_from(first, 5), None, 0))
    for month in found:
        whole = plan(month.ahead.scenario, findings=False)
        assert (month.monthly_cost, month.cost_by_service) == (whole.monthly_cost, whole.cost_by_service)
        assert (month.failed_gates, month.exceeded_limits) == (whole.failed_gates, whole.exceeded_limits)
    assert found[0].failed_gates != found[-1].failed_gates, "and something breaks on the way"
    assert found[-1].exceeded_limits


def test_a_month_is_planned_once_for_all_that_breaks_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    planned: list[object] = []

    def counted(scenario: object, **options: object) -> object:
        planned.append(scenario)
        return plan(scenario, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "plan", counted)
    breaks = forecast(load("-", text=SHOP), 5).breaks
    assert len(planned) == len({one.index for one in breaks}) < len(breaks)


def test_a_change_that_cannot_be_planned_cannot_be_the_second_time_either() -> None:
    text = SHOP.replace("name: Shop", "name: Shop\nunit: shoppers").replace("60/s, growth: 60%", "1M/s, growth: 900%")
    held = Held(load("-", text=text), months_from(None, 60), 0)
    for _ in range(2):
        with pytest.raises(CapplanError):
            held.until("no gate")
