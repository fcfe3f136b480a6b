"""Figures as they are shown: extremes stay short."""

from decimal import Decimal

import pytest

from capplan.report import numbers


@pytest.mark.parametrize(
    ("headroom", "free", "over"),
    [
        ("-0.36", "-36%", "36% over"),
        ("-9.5", "-950%", "950% over"),
        ("-10", "<-999%", "11x the limit"),
        ("-39.1", "<-999%", "40x the limit"),
        ("-19360333333333333333", "<-999%", "2e+19x the limit"),
    ],
)
def test_a_limit_exceeded_many_times_stays_short(headroom: str, free: str, over: str) -> None:
    assert numbers.free(Decimal(headroom)) == free
    assert numbers.over(Decimal(headroom)) == over


@pytest.mark.parametrize(
    ("amount", "text"), [("9.4", "9.4"), ("12000", "12k"), ("1000000000000", "1T"), ("5.81e20", "6e+20")]
)
def test_a_rate_of_any_size_stays_short(amount: str, text: str) -> None:
    assert numbers.rate(Decimal(amount)) == text
