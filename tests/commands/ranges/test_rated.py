"""Rated columns cost what `pricing.rating` says of each of their rows."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from capplan.commands.ranges.planned import Key
from capplan.commands.ranges.rated import costs_of
from capplan.model import Charge
from capplan.pricing.catalogue import load_prices
from capplan.pricing.rating import rate

KEYS = (
    "lambda.request.arm64",
    "lambda.request.x86_64",
    "lambda.duration.arm64",
    "lambda.duration.x86_64",
    "stepfunctions.standard.transition",
    "dynamodb.storage.standard_gb_month",
)
QUANTITIES = (0, 1, 999_999, 1_000_001, 30_000_000, 7_000_000_000, 20_000_000_000)


@pytest.mark.parametrize("free_tier", [False, True])
@pytest.mark.parametrize("discount", ["0", "0.05"])
def test_columns_cost_what_plans_do(free_tier: bool, discount: str) -> None:  # noqa: FBT001
    catalogue = load_prices("us-east-1", {}, None)
    keys = [key for key in KEYS if catalogue.price(key) is not None]
    assert len(keys) > 4
    random = np.random.default_rng(0)
    columns = {
        Key("quantity", f"r{place}.{i}", key): random.choice(QUANTITIES, 50).astype(float)
        for i, key in enumerate(keys)
        for place in range(2)
    }
    costs = costs_of(columns, catalogue, free_tier=free_tier, discount=float(discount))
    total = np.sum(list(costs.values()), axis=0)
    for row in range(50):
        charges = [Charge(key.name, key.key, "", Fraction(int(column[row])), "") for key, column in columns.items()]
        lines = rate(charges, catalogue, free_tier=free_tier, discount=Decimal(discount), today=None).lines
        assert total[row] == pytest.approx(float(sum(line.contracted_cost for line in lines)), rel=1e-9, abs=1e-6)


def test_a_price_that_nobody_knows_is_no_number() -> None:
    column = {Key("quantity", "r.x", "lambda.nothing"): np.array([0.0, 1.0])}
    (cost,) = costs_of(column, load_prices("us-east-1", {}, None), free_tier=False, discount=0.0).values()
    assert cost[0] == 0
    assert np.isnan(cost[1])
