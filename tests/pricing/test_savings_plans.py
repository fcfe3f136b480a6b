"""Rates of Database Savings Plans: listed ones as they are, others as the share that all listed ones have."""

from decimal import Decimal

import pytest

from capplan.pricing.catalogue import Catalogue, known_keys, load_prices
from capplan.pricing.savings_plans import database_rate

PLAN = "dynamodb.database_savings_plan.1yr_no_upfront."
LISTED = [key.removeprefix(PLAN) for key in known_keys("dynamodb") if key.startswith(PLAN)]


class Unlisted(Catalogue, frozen=True):
    """The Region whose list was read, as if it had not been."""

    def price(self, key: str):  # type: ignore[no-untyped-def]  # noqa: ANN201
        """None for a rate of a plan."""
        return None if key.startswith(PLAN) else super().price(key)


@pytest.mark.parametrize("dimension", LISTED)
def test_the_derived_rates_are_the_twelve_that_aws_lists(dimension: str) -> None:
    listed = database_rate(load_prices("ap-south-2", {}), f"dynamodb.{dimension}")
    derived = database_rate(Unlisted("ap-south-2", {}), f"dynamodb.{dimension}")
    assert listed is not None
    assert derived is not None
    assert (listed.confidence, derived) == ("verified", (listed.usd, "derived"))


def test_twelve_rates_are_listed() -> None:
    assert len(LISTED) == 12


def test_a_plan_is_for_throughput_only() -> None:
    assert database_rate(load_prices("us-east-1", {}), "dynamodb.storage.standard_gb_month") is None
    rate = database_rate(load_prices("us-east-1", {}), "dynamodb.provisioned.wcu_hour.standard")
    assert rate == (Decimal("0.000572"), "derived")
