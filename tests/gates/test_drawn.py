"""Gates over draws: percentiles, chances, how sure both are, and what no draw may let pass."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from capplan.errors import CapplanError
from capplan.gates.drawn import Drawn, chance, percentile
from capplan.gates.judge import Baseline, judge
from capplan.gates.observed import ObservedMetric
from capplan.language.gate_syntax import names_in, read_gate
from capplan.language.gate_tokens import GateError
from capplan.language.gate_units import SHARE, USD
from capplan.language.load import load
from capplan.pipeline.results import Verdict

HUNDRED = np.arange(1.0, 101.0)  # 1 to 100 USD
METRICS = {
    "cost.monthly": ObservedMetric(Fraction(50), USD),
    "orders.throttled": ObservedMetric(Fraction(0), SHARE),
    "peak": ObservedMetric(Fraction(10), limit=Fraction(100)),
}
DRAWN = Drawn(
    {"cost.monthly": HUNDRED, "orders.throttled": np.where(HUNDRED > 96, 0.01, 0.0), "peak": HUNDRED},
    {"peak": np.full(100, 100.0)},
    {"cost.monthly": Fraction(50), "orders.throttled": Fraction(0), "peak": Fraction(10)},
)


def verdict(gate: str, drawn: Drawn | None = DRAWN) -> Verdict:
    text = f"capplan: 1\nname: x\nregion: us-east-1\ngates: ['{gate}']\n"
    (found,), _ = judge(load("-", text=text), METRICS, Baseline(), None, drawn=drawn)
    return found


# of 100 draws, 1 to 100 USD: 90% do not exceed 90; 10 exceed 90; 4 are throttled; 20 are at or above 80% of the limit + 1
GATES = [
    ("cost.monthly.p90 <= 90 USD", "pass", Decimal(90)),
    ("cost.monthly.p90 < 90 USD", "fail", Decimal(90)),
    ("cost.monthly.p50 <= 49 USD", "fail", Decimal(50)),
    ("cost.monthly.p99 - cost.monthly.p1 <= 98 USD", "pass", Decimal(98)),
    ("chance(cost.monthly > 90 USD) <= 10%", "pass", Decimal("0.1")),
    ("chance(cost.monthly > 90 USD) < 10%", "fail", Decimal("0.1")),
    ("chance(orders.throttled > 0.1%) < 5%", "pass", Decimal("0.04")),
    ("chance(cost.monthly > 90 USD or orders.throttled > 0.1%) <= 10%", "pass", Decimal("0.1")),
    ("chance(not cost.monthly > 90 USD and not orders.throttled > 0.1%) >= 90%", "pass", Decimal("0.9")),
    ("chance(peak > 80% of limit) <= 20%", "pass", Decimal("0.2")),
    ("chance(2 * cost.monthly > cost.monthly.p90) < 50%", "fail", Decimal("0.55")),  # 46 to 100
    ("100% - chance(cost.monthly > 90 USD) >= 90%", "pass", Decimal("0.9")),
]


@pytest.mark.parametrize(("gate", "state", "observed"), GATES)
def test_gates_over_draws(gate: str, state: str, observed: Decimal) -> None:
    found = verdict(gate)
    assert (found.verdict, found.observed) == (state, observed)
    assert "of 100 draws" in found.why


WITHOUT = [
    ("cost.monthly.p90 <= 90 USD", "pass", Decimal(50)),
    ("chance(cost.monthly > 40 USD) < 10%", "fail", Decimal(1)),
    ("chance(cost.monthly > 60 USD) < 10%", "pass", Decimal(0)),
]


@pytest.mark.parametrize(("gate", "state", "observed"), WITHOUT)
def test_without_ranges_a_percentile_is_the_point_and_a_chance_all_or_nothing(
    gate: str, state: str, observed: Decimal
) -> None:
    found = verdict(gate, None)
    assert (found.verdict, found.observed) == (state, observed)
    assert found.why == "there are no ranges: this is the point answer"


def test_a_plain_gate_is_judged_at_the_point() -> None:
    found = verdict("cost.monthly <= 60 USD")
    assert (found.verdict, found.observed, found.why) == ("pass", Decimal(50), "")


def test_a_limit_within_the_sampling_error_says_so() -> None:
    # the ranks of P90's 95% interval are 90 ± 1.96 × √(100 × 0.9 × 0.1) = 84.1 to 95.9, so the 85th and the 96th draw
    assert verdict("cost.monthly.p90 <= 95 USD").why.endswith(
        "the limit lies within it, more --draws may decide otherwise"
    )
    assert verdict("cost.monthly.p90 <= 99 USD").why == "of 100 draws; 95% sampling error 85.00 USD to 96.00 USD"
    # Wilson: (0.04 + 1.9207 / 100 ± 1.96 × √(0.04 × 0.96 / 100 + 3.8415 / 40000)) / 1.038415
    assert verdict("chance(orders.throttled > 0.1%) < 30%").why == "of 100 draws; 95% sampling error 1.566% to 9.837%"


def test_what_is_not_known_in_a_draw_never_passes() -> None:
    holes = Drawn({"cost.monthly": np.array([1.0, np.nan])}, {}, {})
    for gate in (
        "chance(cost.monthly > 90 USD) < 10%",
        "cost.monthly.p90 <= 90 USD",
        "not chance(cost.monthly > 9 USD) > 1%",
    ):
        with pytest.raises(CapplanError, match="not known in 1 of 2 draws"):
            verdict(gate, holes)


def test_metrics_that_columns_do_not_tell_are_taken_from_fewer_draws() -> None:
    few = Drawn({"cost.monthly": np.array([1.0]), "orders.throttled": np.array([0.5])}, {}, {})
    both = Drawn({"cost.monthly": HUNDRED, "orders.throttled": HUNDRED}, {}, {}, few, {"orders.throttled"})
    assert both.chance(read_gate("orders.throttled > 0.1%")).value == 1
    assert both.chance(read_gate("orders.throttled > 0.1% and cost.monthly > 2 USD")).value == 0
    assert both.chance(read_gate("cost.monthly > 2 USD")).value == Fraction(98, 100)


def test_a_metric_that_is_called_a_percentile_is_that_metric() -> None:
    text = "capplan: 1\nname: x\nregion: us-east-1\ngates: [settlement.run.p95 < 9 USD]\n"
    metrics = {"settlement.run.p95": ObservedMetric(Fraction(5), USD)}
    (found,), _ = judge(load("-", text=text), metrics, Baseline(), None, drawn=DRAWN)
    assert (found.observed, found.why) == (Decimal(5), "")


def test_the_names_in_a_chance_are_those_of_the_gate() -> None:
    test = read_gate("chance(a.b > 1 and c.d < 2%) < 5% and e.f.p90 > 1")
    assert [name.name for name in names_in(test)] == ["a.b", "c.d", "e.f.p90"]


@pytest.mark.parametrize("text", ["chance(1 USD < 2 USD) < 10%", "chance(cost.monthly > 1 USD) + 1", "chance() < 5%"])
def test_wrong_chances(text: str) -> None:
    with pytest.raises((GateError, CapplanError)):
        load("-", text=f"capplan: 1\nname: x\nregion: us-east-1\ngates: ['{text}']\n")


def test_a_percentile_is_a_draw_and_its_error_two_others() -> None:
    spread = percentile(HUNDRED, Fraction(1, 2))
    assert [float(edge) for edge in spread] == [50, 41, 60]  # 50 ± 1.96 × 5 = 40.2 to 59.8
    assert percentile(np.full(9, 0.1), Fraction(9, 10), Fraction(1, 10)).value == Fraction(1, 10)  # the point, exactly


@pytest.mark.parametrize(("passing", "draws"), [(0, 10), (10, 10), (1, 1), (500, 10_000)])
def test_a_chance_lies_within_its_error(passing: int, draws: int) -> None:
    spread = chance(passing, draws)
    assert 0 <= spread.low <= spread.value <= spread.high <= 1
    assert spread.low < spread.high


def test_a_command_that_does_not_draw_says_so() -> None:
    text = (
        "capplan: 1\nname: x\nregion: us-east-1\ntraffic: {t: {rate: {low: 1/s, likely: 2/s, high: 3/s}}}\n"
        "gates: [cost.monthly.p90 < 99 USD]\n"
    )
    (found,), _ = judge(load("-", text=text), METRICS, Baseline(), None)
    assert (found.observed, found.why) == (Decimal(50), "at the likely values: no draws were made")


@pytest.mark.parametrize("drawn", [None, Drawn({"cost.monthly": HUNDRED}, {}, {})])
def test_a_chance_of_a_percentile_is_an_error(drawn: Drawn | None) -> None:
    with pytest.raises(CapplanError, match=r"its chance can only be 0% or 100%"):
        verdict("chance(cost.monthly.p90 > 5 USD) < 5%", drawn)


@pytest.mark.parametrize("percentile", ["p0", "p100", "p190"])
def test_a_percentile_is_p1_to_p99(percentile: str) -> None:
    with pytest.raises(CapplanError, match=f"unknown percentile '{percentile}'") as raised:
        verdict(f"cost.monthly.{percentile} <= 5 USD")
    assert raised.value.diagnostics[0].hint == "p1 to p99: write cost.monthly.p90"
