"""What is set for the account is a row of its own: it is no resource's, and joins none."""

from pathlib import Path

from capplan.commands.plan import plan
from capplan.language.load import load
from capplan.pipeline.meter import meter
from capplan.pipeline.price import catalogue_of, price
from capplan.pipeline.ranking import rows_of
from capplan.record import replace
from tests.helpers import SCENARIOS


def test_a_change_of_the_account_joins_no_other() -> None:
    scenario = load(str(Path(SCENARIOS) / "orders" / "scenario.yaml"))
    found = next(one for one in plan(scenario).findings if one.change)
    of_account = replace(found, change=(replace(found.change[0], path="account.commitments"),))
    base = price(meter(scenario, 0), catalogue_of(scenario), None)
    assert len(rows_of([("account", of_account), ("account", of_account)], base)) == 2
