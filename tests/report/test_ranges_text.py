"""What the ranges mean, on the screen: percentiles, sampling errors, fewer draws, and all or none only where it is so."""

from decimal import Decimal

from capplan.pipeline.results import Band, GateRange, LimitRange, RangeInput, Ranges
from capplan.record import replace
from capplan.report.document import Document
from capplan.report.formats.terminal import terminal_text
from capplan.report.style import Style
from capplan.report.views.ranges import gate_ranges_blocks, ranges_blocks

D = Decimal


def band(point: str, p10: str, p50: str, p90: str) -> Band:
    low, middle, high = ((D(value) - D("0.1"), D(value) + D("0.1")) for value in (p10, p50, p90))
    return Band(D(point), D(p10), D(p50), D(p90), low, middle, high, D(0))


RANGES = Ranges(
    draws=10_000,
    seed=7,
    plans=74,
    method="columns",
    checked=10,
    largest_difference=D("0.000472"),
    inputs=(RangeInput("traffic.shoppers.rate", "40/s", "60/s", "120/s", percentiles=False),),
    monthly_cost=band("1924.59", "1684.79", "2365.31", "3402.37"),
    limits=(
        LimitRange("orders", "dynamodb.partition.write", 10_000, band("0.5", "0.04", "0.3", "0.6"), D("0.0003"), (D(0), D("0.001"))),
        LimitRange("orders", "dynamodb.item_size", 28, band("0.9", "0.9", "0.9", "0.9"), D(0), (D(0), D("0.1"))),
    ),
    gates=(
        GateRange("cost.monthly <= 2500 USD", 9, 10_000, D("0.99996"), (D("0.9997"), D("0.99999"))),
        GateRange("orders.throttled < 0.1%", 10, 28, D(1), (D("0.879"), D(1))),
        GateRange("cost.monthly.p90 < 9 USD", 11, 10_000, None, None, "judged over the draws"),
    ),
)  # fmt: skip


def text(ranges: Ranges, width: int = 120) -> str:
    blocks = tuple(ranges_blocks(ranges))
    return terminal_text(Document("Shop", "", blocks), Style(width=width))


def test_the_screen() -> None:
    shown = " ".join(text(RANGES).split())
    assert "Ranges 10,000 draws of 1 range, seed 7" in shown
    assert "USD a month 1,924.59 1,684.79 2,365.31 3,402.37" in shown
    assert "95% sampling error 1,684.69 to 1,684.89 2,365.21 to 2,365.41 3,402.27 to 3,402.47" in shown
    assert "orders: writes to one partition 50% 4.0% 30% 60% ! 0.03% of draws" in shown
    assert "90% 90% 90% 90% 0% of 28 draws" in shown
    assert "cost.monthly <= 2500 USD >99.9% of draws >99.9% to >99.9%" in shown
    assert "orders.throttled < 0.1% 100% of 28 draws 87.9% to 100%" in shown
    assert "columns of 74 plans; 10 draws planned whole differ by at most 0.047%" in shown
    assert "counted over fewer draws" in shown


def test_it_fits_a_narrow_screen() -> None:
    assert max(len(line) for line in text(RANGES, 80).splitlines()) <= 80


def test_one_value_has_no_sampling_error() -> None:
    same = replace(RANGES.monthly_cost, **{f"p{p}_error": (D(5), D(5)) for p in (10, 50, 90)})
    assert " to " not in text(replace(RANGES, monthly_cost=same)).split("Headroom")[0].split("sampling error")[1]


def test_draws_planned_one_by_one_say_so() -> None:
    whole = replace(
        RANGES, method="plans", draws=28, note="columns do not hold (the monthly cost differs by 9%)", limits=()
    )
    shown = " ".join(text(whole).split())
    assert "28 draws, each planned whole." in shown
    assert "columns do not hold (the monthly cost differs by 9%)" in shown


def test_check_shows_the_gates_alone() -> None:
    assert gate_ranges_blocks(replace(RANGES, gates=())) == []
    assert len(gate_ranges_blocks(RANGES)) == 3
