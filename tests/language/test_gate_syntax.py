"""The grammar of gates: what is understood, and what an error says and where."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capplan.gates.evaluate import Outcome, outcome
from capplan.gates.observed import ObservedMetric
from capplan.language.gate_syntax import MAX_LEVELS, Chance, Name, Test, names_in, read_gate
from capplan.language.gate_tokens import MAX_LENGTH, GateError
from capplan.language.gate_units import BYTE, MS, PER_MS, RATIO, SHARE, USD

KNOWN = {
    "cost.monthly": ObservedMetric(Fraction(200), USD),
    "orders.cost": ObservedMetric(Fraction(50), USD),
    "place-order.cost": ObservedMetric(Fraction(20), USD),
    "orders.throttled": ObservedMetric(Fraction(1, 1000), SHARE),
    "place-order.peak": ObservedMetric(Fraction(300), limit=Fraction(1000)),
    "orders.requests": ObservedMetric(Fraction(2_000_000)),
    "job.duration": ObservedMetric(Fraction(90_000), MS),
    "orders.rate": ObservedMetric(Fraction(60, 1000), PER_MS),
    "orders.stored": ObservedMetric(Fraction(2**30), BYTE),
    "2x.cost": ObservedMetric(Fraction(3), USD),
    "cost.tag.team=a/b": ObservedMetric(Fraction(7), USD),
    "cost.tag.team=a b": ObservedMetric(Fraction(8), USD),
    "orders.unknown": ObservedMetric(None, USD, why_unknown="it is not measured"),
    "zero.cost": ObservedMetric(Fraction(0), USD),
}


def look(name: Name | Chance) -> ObservedMetric:
    assert isinstance(name, Name)
    if name.name not in KNOWN:
        raise GateError("unknown", name.at, name.width)
    return KNOWN[name.name]


def judged(text: str) -> Outcome:
    return outcome(read_gate(text), look)


@pytest.mark.parametrize(
    ("text", "holds", "observed", "limit"),
    [
        ("cost.monthly <= 200 USD", True, 200, 200),
        ("cost.monthly < 200 USD", False, 200, 200),
        ("cost.monthly<=200USD", True, 200, 200),
        ("200 USD >= cost.monthly", True, 200, 200),
        ("cost.monthly ≤ 200 USD", True, 200, 200),
        ("cost.monthly == 200 USD", True, 200, 200),
        ("cost.monthly != 200 USD", False, 200, 200),
        ("not cost.monthly > 200 USD", True, 200, 200),
        ("orders.cost + place-order.cost < 100 USD", True, 70, 100),
        ("orders.cost − place-order.cost < 100 USD", True, 30, 100),
        ("orders.cost - place-order.cost * 2 > 5 USD", True, 10, 5),
        ("(orders.cost - place-order.cost) * 2 > 5 USD", True, 60, 5),
        ("(orders.cost - place-order.cost) × 2 > 5 USD", True, 60, 5),
        ("orders.cost / cost.monthly < 30%", True, Fraction(1, 4), Fraction(3, 10)),
        ("orders.cost ÷ cost.monthly < 0.3", True, Fraction(1, 4), Fraction(3, 10)),
        ("orders.cost / orders.requests < 0.00003 USD", True, Fraction(1, 40000), Fraction(3, 100000)),
        ("orders.cost < 30% of cost.monthly", True, 50, 60),
        ("orders.cost < place-order.cost", False, 50, 20),
        ("place-order.peak < 80% of limit", True, 300, 800),
        ("80% of limit > place-order.peak", True, 300, 800),
        ("place-order.peak < 20% of limit + 50", False, 300, 250),
        ("orders.throttled < 0.1%", False, Fraction(1, 1000), Fraction(1, 1000)),
        ("orders.throttled <= 0.1 %", True, Fraction(1, 1000), Fraction(1, 1000)),
        ("2 * orders.throttled <= 0.2%", True, Fraction(2, 1000), Fraction(2, 1000)),
        ("orders.requests * orders.throttled <= 2k", True, 2000, 2000),
        ("job.duration < 2 min", True, 90_000, 120_000),
        ("job.duration / 2 < 45.5 s", True, 45_000, 45_500),
        ("orders.rate < 100/s", True, Fraction(60, 1000), Fraction(100, 1000)),
        ("orders.rate < 3.6k/min + 1/s", True, Fraction(60, 1000), Fraction(61, 1000)),
        ("orders.stored <= 1 GB", True, 2**30, 2**30),
        ("2x.cost < 4 USD", True, 3, 4),
        ("cost.tag.team=a/b < 8 USD", True, 7, 8),
        ('"cost.tag.team=a b" < 9 USD', True, 8, 9),
        ("`cost.tag.team=a b` < 9 USD", True, 8, 9),
        ("-orders.cost > -60 USD", True, -50, -60),
        ("orders.cost > -(-40 USD)", True, 50, 40),
    ],
)
def test_a_comparison_is_what_its_words_say(
    text: str, holds: object, observed: Fraction | int, limit: Fraction | int
) -> None:
    found = judged(text)
    assert (found.passes, found.observed, found.limit) == (holds, observed, limit)


@pytest.mark.parametrize(
    ("text", "holds", "subject"),
    [
        ("orders.cost < 60 USD and place-order.cost < 30 USD", True, "orders.cost"),
        ("orders.cost < 60 USD and place-order.cost < 10 USD", False, "place-order.cost"),
        ("orders.cost < 10 USD or place-order.cost < 30 USD", True, "place-order.cost"),
        ("orders.cost < 10 USD OR place-order.cost < 19 USD", False, "place-order.cost"),
        ("not (orders.cost < 60 USD and place-order.cost < 30 USD)", False, "orders.cost"),
        ("not (orders.cost < 60 USD or place-order.cost < 10 USD)", False, "orders.cost"),
        ("orders.cost < 1 USD or orders.cost > 40 USD and place-order.cost > 10 USD", True, "orders.cost"),
        ("(orders.cost < 1 USD or orders.cost > 40 USD) and place-order.cost > 30 USD", False, "place-order.cost"),
        ("not not orders.cost < 60 USD", True, "orders.cost"),
    ],
)
def test_the_comparison_that_decides_is_the_one_shown(text: str, holds: object, subject: str) -> None:
    found = judged(text)
    assert (found.passes, found.subject) == (holds, subject)


ERRORS = """
                                     |0 | a gate compares a metric with a limit, found nothing
cost.monthly                         |0 | a gate is a comparison: a limit is missing
cost.monthly <                       |14| expected a metric or a figure, found nothing
cost.monthly < 5 USD 6               |21| expected and, or, or the end, found '6'
cost.monthly < 5 EUR                 |17| unknown unit 'EUR'
cost.monthly < 5 usd                 |17| unknown unit 'usd'
cost.monthly < $5                    |15| unexpected character '$'
cost.monthly < 2,500 USD             |16| unexpected character ','
cost.monthly = 5 USD                 |13| unexpected character '='
cost.monthly < 5 USD && 1 < 2        |21| unexpected character '&'
1 USD < cost.monthly < 5 USD         |21| one comparison at a time
(cost.monthly < 5 USD                |21| expected ')', found nothing
cost.monthly + (1 < 2) < 5 USD       |16| expected a figure, found a comparison
cost.monthly and 1 < 2               |0 | a gate is a comparison: a limit is missing
cost.monthly < 5 USD of limit        |15| expected a percentage before 'of'
cost.monthly < 80% of                |21| expected 'limit' or a metric, found nothing
1 < 80% of limit                     |4 | 'of limit' needs one metric on the other side, found none
a.b + c.d < 80% of limit             |12| 'of limit' needs one metric on the other side, found 2
cost.monthly < 1234567890123456 USD  |15| a figure has at most 15 digits, and 10 after the point
cost.monthly < nan                   |15| unknown
cost.monthly < 1e3 USD               |16| unknown unit 'e'
'cost.monthly < 5 USD                |0 | unexpected character '''
cost.monthly < 5                     |0 | 'cost.monthly' is an amount, its limit is a plain number
orders.throttled < 0.1               |0 | 'orders.throttled' is a percentage, its limit is a plain number
job.duration < 5 USD                 |0 | 'job.duration' is a duration, its limit is an amount
cost.monthly + job.duration < 5 USD  |0 | an amount cannot be added to a duration
cost.monthly - orders.throttled < 5 USD|0| a percentage cannot be subtracted from an amount
cost.monthly / zero.cost < 5         |0 | division by zero
orders.cost < 80% of limit           |14| 'orders.cost' has no limit
orders.unknown < 5 USD               |0 | 'orders.unknown' is not known
1 < 2 or orders.unknown < 5 USD      |9 | 'orders.unknown' is not known
orders.cost * job.duration < 5 USD   |0 | 'orders.cost * job.duration' is measured in USD·ms, its limit is an amount
"""


@pytest.mark.parametrize("row", [line for line in ERRORS.splitlines() if line])
def test_an_error_says_what_and_where(row: str) -> None:
    text, at, message = row.split("|", 2)
    with pytest.raises(GateError) as error:
        judged(text.rstrip())
    assert (str(error.value.at), error.value.message) == (at.strip(), message.strip())
    assert error.value.hint


def test_every_limit_holds_one_below_and_refuses_one_above() -> None:
    deep = "(" * MAX_LEVELS + "1 < 2" + ")" * MAX_LEVELS
    assert judged(deep).passes
    with pytest.raises(GateError, match="nested deeper"):
        read_gate(f"({deep})")
    for nested in ("not " * (MAX_LEVELS + 1) + "1 < 2", "-" * (MAX_LEVELS + 1) + "1 < 2"):
        with pytest.raises(GateError, match="nested deeper"):
            read_gate(nested)
    long = "1 < 2" + " " * (MAX_LENGTH - 5)
    assert judged(long).passes
    with pytest.raises(GateError, match="characters long"):
        read_gate(long + " ")


@given(st.text(alphabet="ab.cost 0123<>=()%USDandornotlimit+-*/'\"`≤÷\n\x1b", max_size=60))
def test_any_text_is_a_gate_or_an_error_inside_of_it(text: str) -> None:
    found: GateError | Test
    try:
        found = read_gate(text)
    except GateError as error:
        found = error
    if isinstance(found, GateError):
        assert 0 <= found.at <= len(text)
        assert found.message
        return
    for name in names_in(found):
        assert text[name.at : name.at + name.width].strip("'\"`") == name.name


_FIGURES = st.integers(0, 1000).map(lambda n: f"{n} USD")
_COMPARED = st.tuples(_FIGURES, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), _FIGURES).map(" ".join)


@given(st.recursive(_COMPARED, lambda inner: st.one_of(
    st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map(lambda t: f"({t[0]}){t[1]}({t[2]})"),
    inner.map(lambda t: f"not ({t})"),
), max_leaves=8))  # fmt: skip
def test_and_or_not_mean_what_python_means(text: str) -> None:
    python = eval(text.replace(" USD", ""))  # noqa: S307  the oracle: text of our own making
    found = judged(text)
    assert found.passes is python
    if found.margin is not None:
        assert (found.margin >= 0) or not found.passes
        assert (found.margin <= 0) or found.passes


def test_a_ratio_is_a_share_or_a_number_and_nothing_else() -> None:
    assert judged("orders.cost / cost.monthly < 30%").unit in (SHARE, RATIO)
    with pytest.raises(GateError):
        judged("orders.cost / cost.monthly < 30 USD")
