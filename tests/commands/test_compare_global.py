"""`compare-modes` on a global table: what may be reserved, and a savings plan over several Regions."""

from decimal import Decimal
from pathlib import Path

import pytest

import capplan
from tests.helpers import scenario

D = Decimal
GLOBAL = """tables:
  orders: {item_size: 1 KB, replicas: [eu-west-1], access: [{put: 700/s}]}
"""


def test_every_region_is_in_every_mode(tmp_path: Path) -> None:
    """700 rWCU x 730 h x 0.00065 and x 0.000735; replicated units cannot be reserved; a plan covers both Regions."""
    found = capplan.compare_modes(scenario(GLOBAL, tmp_path))
    options = {o.id: o.monthly_cost for t in found.tables for o in t.options}
    month = 700 * 2_628_000
    assert options["on-demand"] == month * (D("0.000000625") + D("0.000000705"))
    reads = 730 * (D("0.00013") + D("0.000147"))
    assert options["provisioned-peak"] == 700 * 730 * (D("0.00065") + D("0.000735")) + reads
    plan = options["on-demand/savings-plan"]
    assert plan is not None
    assert options["on-demand"] is not None
    assert plan == pytest.approx(options["on-demand"] * D("0.82"), rel=D("1E-5"))
    assert options["provisioned-peak/reserved-1y"] == options["provisioned-peak"]
