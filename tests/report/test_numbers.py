"""Figures as they are shown: extremes stay short, no power of ten, the same figure for the same amount."""

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capplan.quantities.text import figure, lasting, with_unit
from capplan.report import numbers
from capplan.report.style import Style, safe
from capplan.report.views.workflow_figures import amount as workflow_amount
from capplan.services.dynamodb.simulation.events import number as event_number
from capplan.services.stepfunctions.advice.workflow_type import lasting as option_lasting
from capplan.services.stepfunctions.cost import short


@pytest.mark.parametrize(
    ("headroom", "free", "over"),
    [
        ("-0.36", "−36%", "36% over"),
        ("-9.5", "−950%", "950% over"),
        ("-10", "<−999%", "11x the limit"),
        ("-39.1", "<−999%", "40x the limit"),
        ("-19360333333333333333", "<−999%", ">999x the limit"),
        ("-998.4", "<−999%", "999x the limit"),
        ("-998.5", "<−999%", ">999x the limit"),
    ],
)
def test_a_limit_exceeded_many_times_stays_short(headroom: str, free: str, over: str) -> None:
    assert numbers.free(Decimal(headroom)) == free
    assert numbers.over(Decimal(headroom)) == over


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0"),
        ("0.0000000052", "<0.0001"),
        ("0.00096", "0.00096"),
        ("9.4", "9.4"),
        ("9.96", "10"),
        ("12000", "12k"),
        ("999400", "999k"),
        ("999600", "1M"),
        ("1000000000000", "1T"),
        ("5.81e20", ">999T"),
    ],
)
def test_a_rate_of_any_size_stays_short(amount: str, text: str) -> None:
    assert numbers.rate(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (numbers.usd(Decimal("-1234.5")), "−1,234.50"),
        (numbers.usd(Decimal("-0.001")), "−<0.01"),
        (numbers.share(Decimal("-0.0123")), "−1.2%"),
        (numbers.quantity(Decimal(-7)), "−7"),
        (numbers.rate(Decimal("-2.5")), "−2.5"),
        (numbers.value(Decimal("-0.5"), "%"), "−50%"),
        (numbers.value(Decimal(-40), "ms"), "−40 ms"),
        (numbers.change(Decimal(200), Decimal(-50)), "−50.00 (−25%)"),
        (numbers.change(Decimal(200), Decimal(50)), "+50.00 (+25%)"),
    ],
)
def test_below_zero_stands_a_minus_sign_and_in_ascii_a_hyphen(text: str, shown: str) -> None:
    assert text == shown
    assert safe(text, Style(ascii=True)) == shown.replace("−", "-")
    assert safe(text, Style(ascii=False)) == shown


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        ("0", "0 ms"),
        ("0.0000479", "<0.0001 ms"),
        ("45", "45 ms"),
        ("999.9", "1,000 ms"),
        ("2000", "2 s"),
        ("90000", "1.5 min"),
        ("345600000", "4 d"),
    ],
)
def test_a_duration_is_never_a_power_of_ten(ms: str, text: str) -> None:
    assert lasting(Decimal(ms)) == text


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        ("1", "runs", "1 run"),
        ("2", "runs", "2 runs"),
        ("1", "environments", "1 environment"),
        ("1", "entries", "1 entry"),
        ("1", "ms", "1 ms"),
        ("1", "RRU/s", "1 RRU/s"),
        ("0.5", "requests", "0.5 requests"),
        ("12", "", "12"),
    ],
)
def test_one_of_a_unit_is_singular(amount: str, unit: str, text: str) -> None:
    assert with_unit(amount, unit) == text


WRITERS: dict[str, Callable[[Fraction], str]] = {
    "figure": figure,
    "figure, two digits": lambda x: figure(x, 2),
    "rate": lambda x: numbers.rate(_decimal(x)),
    "share": lambda x: numbers.share(_decimal(x)),
    "quantity": lambda x: numbers.quantity(_decimal(x)),
    "value in ms": lambda x: numbers.value(_decimal(x), "ms"),
    "value in %": lambda x: numbers.value(_decimal(x), "%"),
    "usd": lambda x: numbers.usd(_decimal(x)),
    "lasting": lasting,
    "lasting of an option": option_lasting,
    "amount of a workflow": workflow_amount,
    "short of Step Functions": short,
    "number of an event": lambda x: event_number(float(x)),
}
_POWER = re.compile(r"\d[eE][+-]?\d")
_SCALES: dict[str, int | Fraction] = {"": 1, "k": 10**3, "M": 10**6, "B": 10**9, "T": 10**12, "%": Fraction(1, 100)}
_SCALES |= {" ms": 1, " s": 1000, " min": 60_000, " h": 3_600_000, " d": 86_400_000}


def _decimal(x: Fraction) -> Decimal:
    return Decimal(x.numerator) / Decimal(x.denominator)


@given(digits=st.integers(1, 999_999), exponent=st.integers(-16, 18))
def test_no_writer_of_figures_prints_a_power_of_ten_or_another_amount(digits: int, exponent: int) -> None:
    """Every writer at every magnitude: what it prints, read back, is the amount within its last digit shown (5%)."""
    amount = Fraction(digits) * Fraction(10) ** exponent / 1000
    for name, write in WRITERS.items():
        text = write(amount)
        assert not _POWER.search(text), (name, text)
        match = re.fullmatch(r"([<>]?)([\d,]+(?:\.\d+)?)([kMBT%]?)((?: (?:ms|s|min|h|d))?)", text)
        assert match is not None, (name, text)
        sign, figures, letter, unit = match.groups()
        scale = Fraction(_SCALES[letter]) * (_SCALES[unit] if "lasting" in name else 1)
        shown = Fraction(figures.replace(",", "")) * scale
        if sign == "<":
            assert amount < shown, (name, text)
        elif sign == ">":
            assert amount > shown, (name, text)
        else:
            last = Fraction(1, 10 ** len(figures.partition(".")[2])) * scale
            assert abs(shown - amount) <= max(last * Fraction(51, 100), amount / 20), (name, text)
