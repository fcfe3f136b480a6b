"""A limit that the account shares: when its loads need no closer look."""

import math
from decimal import Decimal

import pytest

from capplan.model import Context
from capplan.pipeline.pools import clearly_suffices

LIMIT = "lambda.concurrency"


@pytest.mark.parametrize(
    ("most", "quota", "in_use", "enough", "working"),
    [
        (0.0, 2, 0, True, "nothing, and one for rounding up: 0 + 1 < 2"),
        (0.0, 1, 0, False, "1 is not below 1"),
        (100.0, 133, 0, True, "(100 + 3.09 × 10) × 1.001 + 1 = 132.03 < 133"),
        (100.0, 132, 0, False, "132.03 is not below 132"),
        (100.0, 153, 20, True, "132.03 + 20 in use = 152.03 < 153"),
        (100.0, 152, 20, False, "152.03 is not below 152"),
        (10_000.0, 10_321, 0, True, "(10,000 + 3.09 × 100) × 1.001 + 1 = 10,320.31 < 10,321"),
        (10_000.0, 10_315, 0, False, "without the 1.001 it would be 10,310"),
        (math.inf, 10**12, 0, False, "what comes in bursts has no bound"),
        (-1.0, 10**12, 0, False, "a difference that rounding has made negative is looked at"),
    ],
)
def test_clearly_suffices(most: float, quota: int, in_use: int, enough: bool, working: str) -> None:  # noqa: FBT001  a table's column
    context = Context("us-east-1", quotas={LIMIT: Decimal(quota)}, in_use={LIMIT: Decimal(in_use)} if in_use else {})
    assert clearly_suffices(LIMIT, most, context) == enough, working


def test_the_default_quota_counts_where_the_scenario_has_none() -> None:
    # Lambda's is 1,000: (900 + 3.09 × 30) × 1.001 + 1 = 994.7; (910 + 3.09 × 30.17) × 1.001 + 1 = 1,005.2
    assert clearly_suffices(LIMIT, 900.0, Context("us-east-1"))
    assert not clearly_suffices(LIMIT, 910.0, Context("us-east-1"))


def test_what_has_no_quota_is_never_short() -> None:
    assert clearly_suffices("parcels.unknown", 1e12, Context("us-east-1"))
