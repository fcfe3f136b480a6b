"""The month's cold starts: the same by steps one at a time, by a series of them at once, and with a schedule that never changes."""

from decimal import Decimal
from fractions import Fraction

import pytest

from capplan import units
from capplan.flow import DemandFlow
from capplan.language.load_profiles import Daily, Spike, traffic_profile
from capplan.record import replace
from capplan.services.lambda_.cold_start.month import Pools, cold_share, mean_environments
from capplan.services.lambda_.concurrency.provisioned import Ready

_DAY = Daily(3.0, 0.2, 1200)
_SALE = Spike("sale", 16_000, Fraction(1800), Decimal(20))


@pytest.mark.parametrize(
    ("rate", "spikes", "tenants", "provisioned"),
    [
        ("1/1000000000000", (), 1, 0),
        ("1/500", (), 1, 0),
        ("3", (_SALE,), 1, 0),
        ("3", (_SALE,), 7, 0),
        ("40", (), 1, 5),
        ("2000", (_SALE,), 1, 40),
    ],
)
def test_steps_of_a_series_are_those_of_a_formula(
    rate: str, spikes: tuple[Spike, ...], tenants: int, provisioned: int
) -> None:
    profile = traffic_profile("web", _DAY, {"sat": Decimal("1.4")}, spikes)
    pools = Pools(0.12, 0.5, 600, tenants)
    flows = [DemandFlow.of(p, Fraction(rate)) for p in (profile, replace(profile, through="web", flat=False))]
    by_formula, by_series = (cold_share(flow, pools, Ready(provisioned)) for flow in flows)
    assert by_series == pytest.approx(by_formula, rel=1e-9)
    assert mean_environments(flows[1], pools) == pytest.approx(mean_environments(flows[0], pools), rel=1e-9)
    minute_by_minute = Ready(provisioned, (provisioned,) * units.PERIOD_MINUTES)
    assert cold_share(flows[1], pools, minute_by_minute) == pytest.approx(by_formula, rel=1e-9)
