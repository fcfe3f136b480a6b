"""Drawn executions: their mean is the exact one, their parts fit together, the same seed gives the same figures."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from capplan.quantities.distribution import Distribution, mean
from capplan.services.stepfunctions.asl.definition import Definition
from capplan.services.stepfunctions.asl.read import parse
from capplan.services.stepfunctions.execution.clock import Clock
from capplan.services.stepfunctions.execution.draws import (
    TooManyStepsError,
    Weights,
    draw,
    generator,
    how_many,
    spread_of,
)
from capplan.services.stepfunctions.execution.expectation import everywhere, expect
from capplan.services.stepfunctions.execution.express import mean_billed_ms
from capplan.services.stepfunctions.execution.model import World
from tests.services.stepfunctions.shapes import ALL, POLLING, call

E = "States.TaskFailed"
FAILING = World(
    fails={
        name: {E: Fraction(1, 5)} for name in ("Book room", "Book car", "Charge", "Reserve", "Store", "Load", "Ask")
    },
    choices={"Done?": {"Ready": Fraction(1, 4), "Pause": Fraction(3, 4)}},
    items={"Orders": Fraction(5, 2), "Rows": Fraction(7)},
    attempt_ms=dict.fromkeys(("Book room", "Book car", "Submit", "Look", "Load"), Fraction(400)),
)
DRAWS = 20_000


def close(drawn: Any, exact: Fraction) -> bool:  # noqa: ANN401
    """Within five standard errors of a mean."""
    return bool(abs(drawn.mean() - float(exact)) <= 5 * drawn.std() / len(drawn) ** 0.5 + 1e-9)


@pytest.mark.parametrize("shape", ALL)
def test_the_mean_of_the_draws_is_the_exact_mean(shape: str) -> None:
    definition = parse(ALL[shape], 0)
    found = expect(definition.graph, FAILING)
    tasks = [name for name, state in definition.states.items() if state.type == "Task"]
    weights = Weights(entry=1.0, attempt=dict.fromkeys(tasks, 10.0))
    got = draw(definition.graph, FAILING, DRAWS, generator(1, shape), weights)
    assert close(got.entered, found.states_entered)
    assert close(got.retries, found.retries)
    assert close(got.events, found.history_events - 2), "the execution itself writes the other two"
    assert close(got.error < 0, found.p_success)
    attempts = everywhere(found, "attempts")
    assert close(got.cost, found.states_entered + found.retries + 10 * sum(attempts.values()))
    if shape in ("saga", "polling", "handed on"):
        assert close(got.ms, found.duration_ms)


def test_the_same_seed_gives_the_same_executions_and_another_others() -> None:
    graph = parse(POLLING, 0).graph
    first, again, other = (draw(graph, FAILING, 500, generator(seed, "m")).ms for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_poll_loop_has_the_geometric_law() -> None:
    got = draw(parse(POLLING, 0).graph, FAILING, DRAWS, generator(3, "m"))
    passes = (got.entered - 2) / 3
    assert abs((passes == 1).mean() - 0.25) < 0.02
    assert abs((passes > 8).mean() - 0.75**8) < 0.02
    assert spread_of(passes).p50 == 3, "1 - 0.75^3 = 58% pass three times at most, 44% twice"


def one(**more: Any) -> Definition:  # noqa: ANN401
    return parse({"StartAt": "A", "States": {"A": call("a", **more)}}, 0)


def test_a_duration_told_by_percentiles_is_drawn_from_its_law() -> None:
    law = Distribution(((Decimal("0.5"), Decimal(100)), (Decimal("0.99"), Decimal(1_000))))
    world = World(attempt_law={"A": law}, attempt_ms={"A": mean(law)})
    found = spread_of(draw(one().graph, world, 40_000, generator(1, "m")).ms)
    assert 95 < float(found.p50) < 105
    assert 900 < float(found.p99) < 1_100
    assert abs(float(found.mean) / float(mean(law)) - 1) < 0.05


def test_full_jitter_waits_half_as_long_in_the_mean() -> None:
    retry = [{"ErrorEquals": [E], "IntervalSeconds": 10, "MaxAttempts": 1, "JitterStrategy": "FULL"}]
    definition = one(Retry=retry)
    world = World(fails={"A": {E: Fraction(1)}})
    got = draw(definition.graph, world, DRAWS, generator(1, "m"))
    assert got.ms.max() <= 10_000
    assert close(got.ms, expect(definition.graph, world).duration_ms)


@pytest.mark.parametrize(
    ("concurrency", "items", "seconds", "working"),
    [
        (0, 40, 1, "forty at a time"),
        (0, 41, 2, "the last one waits"),
        (10, 25, 3, "ten, ten, five"),
        (1, 4, 4, "in turn"),
    ],
)
def test_an_inline_map_runs_its_items_in_slots(concurrency: int, items: int, seconds: int, working: str) -> None:
    item = {"StartAt": "I", "States": {"I": {"Type": "Wait", "Seconds": 1, "End": True}}}
    wide = {"Type": "Map", "MaxConcurrency": concurrency, "ItemProcessor": item, "End": True}
    definition = parse({"StartAt": "M", "States": {"M": wide}}, 0)
    world = World(items={"M": Fraction(items)})
    assert draw(definition.graph, world, 3, generator(1, "m")).ms.tolist() == [seconds * 1000] * 3, working
    assert expect(definition.graph, world).duration_ms == seconds * 1000
    law = Clock(world).law(definition.graph)
    assert law.mean() == pytest.approx(seconds * 1000, abs=1e-6)
    assert law.quantile(0.999) == pytest.approx(seconds * 1000)


def test_very_many_items_are_drawn_from_a_pool_and_keep_their_mean() -> None:
    definition = parse(ALL["distributed"], 0)
    world = World(items={"Rows": Fraction(1_000_000)}, attempt_ms={"Store": Fraction(100)})
    got = draw(definition.graph, world, 50, generator(1, "m"))
    assert got.child_entered.tolist() == [1_000_000] * 50
    assert got.ms.tolist() == [2_000_000] * 50, "1,000,000 / 50 at a time x 100 ms"


def test_what_would_never_end_is_refused() -> None:
    retry = [{"ErrorEquals": [E], "MaxAttempts": 99_999_999, "BackoffRate": 1}]
    with pytest.raises(TooManyStepsError):
        draw(one(Retry=retry).graph, World(fails={"A": {E: Fraction(1)}}), 2_000_000, generator(1, "m"))


def test_fewer_are_drawn_of_what_enters_many_states() -> None:
    assert [how_many(Fraction(n)) for n in (5, 2_000, 10**9)] == [10_000, 500, 200]


# --- the exact law of the clock ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["saga", "polling"])
def test_the_law_of_the_clock_has_the_mean_of_the_expectation(shape: str) -> None:
    definition = parse(ALL[shape], 0)
    law = Clock(FAILING).law(definition.graph)
    found = expect(definition.graph, FAILING)
    assert law.mean() == pytest.approx(float(found.duration_ms), rel=1e-5)
    failed = sum(float(series.sum()) for error, series in law.endings.items() if error is not None)
    assert failed == pytest.approx(float(1 - found.p_success), abs=1e-7)


def test_express_bills_each_execution_rounded_up() -> None:
    definition = parse(
        {
            "StartAt": "C",
            "States": {
                "C": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": True, "Next": "A"}], "Default": "B"},
                "A": call("a"),
                "B": call("b"),
            },
        },
        0,
    )
    world = World(
        choices={"C": {"A": Fraction(4, 5), "B": Fraction(1, 5)}}, attempt_ms={"A": Fraction(270), "B": Fraction(101)}
    )
    found = expect(definition.graph, world)
    billed = mean_billed_ms(definition.graph, world, found)
    assert billed == Fraction(4, 5) * 300 + Fraction(1, 5) * 200, "the mean of 300 and 200 ms, not 236.2 rounded up"


def test_drawn_rounding_comes_close_to_the_exact_one() -> None:
    law = Distribution(((Decimal("0.5"), Decimal(100)), (Decimal("0.99"), Decimal(1_000))))
    world = World(attempt_law={"A": law}, attempt_ms={"A": mean(law)})
    from capplan.quantities.distribution import expected_blocks

    definition = one()
    billed = mean_billed_ms(definition.graph, world, expect(definition.graph, world))
    assert abs(float(billed - expected_blocks(law, 100) * 100)) < 2
