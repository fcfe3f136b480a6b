"""The law of an execution's duration: sums, the slowest, the first that fails; sums by hand in the comments."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from capplan.quantities.distribution import Distribution, expected_blocks, mean
from capplan.services.stepfunctions.asl.definition import Definition
from capplan.services.stepfunctions.asl.read import parse
from capplan.services.stepfunctions.execution.clock import Clock, divisor_of
from capplan.services.stepfunctions.execution.draws import draw, generator
from capplan.services.stepfunctions.execution.expectation import expect
from capplan.services.stepfunctions.execution.express import mean_billed_ms
from capplan.services.stepfunctions.execution.model import World
from capplan.services.stepfunctions.execution.retries import tries
from tests.services.stepfunctions.shapes import ALL, call

F = Fraction
E = "States.TaskFailed"
VARIED = Distribution(((Decimal("0.5"), Decimal(300)), (Decimal("0.99"), Decimal(2_000))))


def read(**states: Any) -> Definition:  # noqa: ANN401
    return parse({"StartAt": next(iter(states)), "States": states}, 0)


def wait(seconds: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    end = {} if "Next" in more else {"End": True}
    return {"Type": "Wait", "Seconds": seconds, **end, **more}


def level(**states: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"StartAt": next(iter(states)), "States": states}


def poll(prefix: str, seconds: int) -> dict[str, Any]:
    """A Wait and a Choice that goes back to it."""
    rule = {"Variable": "$.done", "BooleanEquals": True, "Next": f"{prefix} done"}
    choice = {"Type": "Choice", "Choices": [rule], "Default": f"{prefix} wait"}
    return {
        "StartAt": f"{prefix} wait",
        "States": {
            f"{prefix} wait": wait(seconds, Next=f"{prefix}?"),
            f"{prefix}?": choice,
            f"{prefix} done": {"Type": "Succeed"},
        },
    }


def polls(**times: int) -> dict[str, dict[str, Fraction]]:
    return {f"{p}?": {f"{p} done": F(1, n), f"{p} wait": 1 - F(1, n)} for p, n in times.items()}


def parallel(*branches: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"Type": "Parallel", "Branches": list(branches), "End": True, **more}


# --- sums and slowest -------------------------------------------------------------------------------------------------


def test_the_slowest_of_two_geometric_loops() -> None:
    # E max(A, B) of geometric numbers with exit chances a, b is 1/a + 1/b - 1/(1 - (1-a)(1-b)) passes: 2 + 4 - 1.6 = 4.4
    definition = read(P=parallel(poll("a", 10), poll("b", 10)))
    found = expect(definition.graph, World(choices=polls(a=2, b=4)))
    assert float(found.duration_ms) == pytest.approx(44_000, rel=1e-5)


@pytest.mark.parametrize("items", [2, 10, 40])
def test_the_slowest_item_ends_a_map(items: int) -> None:
    # P(max <= k) = (1 - (3/4)^k)^n, so E max = sum of 1 - (1 - (3/4)^k)^n over k
    definition = read(M={"Type": "Map", "ItemProcessor": poll("a", 5), "End": True})
    found = expect(definition.graph, World(choices=polls(a=4), items={"M": F(items)}))
    passes = sum(1 - (1 - 0.75**k) ** items for k in range(400))
    assert float(found.duration_ms) == pytest.approx(5_000 * passes, rel=1e-4)


def test_items_beyond_the_slots_wait_for_one_that_ends() -> None:
    definition = read(M={"Type": "Map", "MaxConcurrency": 2, "ItemProcessor": poll("a", 5), "End": True})
    world = World(choices=polls(a=4), items={"M": F(9)})
    got = draw(definition.graph, world, 20_000, generator(5, "m")).ms
    assert float(expect(definition.graph, world).duration_ms) == pytest.approx(got.mean(), rel=0.02)


@pytest.mark.parametrize("items", [3, 31, 60])
def test_one_at_a_time_stops_at_the_first_failure(items: int) -> None:
    # Started items: (1 - 0.9^n) / 0.1, of 100 ms each; the law has the same mean
    item = level(T=call("t"))
    definition = read(M={"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": item, "End": True})
    world = World(fails={"T": {E: F(1, 10)}}, attempt_ms={"T": F(100)}, items={"M": F(items)})
    whole_ms = 100 * (1 - 0.9**items) / 0.1
    assert float(expect(definition.graph, world).duration_ms) == pytest.approx(whole_ms, rel=1e-9)
    assert Clock(world).law(definition.graph).mean() == pytest.approx(whole_ms, rel=1e-6)
    for draws in (2_000, 20_000):  # above 300,000 items they are drawn from a pool
        got = draw(definition.graph, world, draws, generator(1, "m"))
        assert got.ms.mean() == pytest.approx(whole_ms, rel=0.06)
        assert (got.entered.mean() - 1) * 100 == pytest.approx(whole_ms, rel=0.06)


def test_the_first_that_fails_ends_a_parallel() -> None:
    failing = level(W=wait(3, Next="X"), X={"Type": "Fail", "Error": "No"})
    definition = read(P=parallel(failing, level(L=wait(60))))
    found = expect(definition.graph, World())
    assert (found.duration_ms, found.errors) == (Fraction(3_000), {"No": Fraction(1)})


def test_which_error_comes_first_is_a_question_of_time() -> None:
    # The second branch fails after 1 s in half of the executions, the first after 2 s in half: Early 1/2, Late 1/4
    late = level(A=wait(2, Next="T"), T=call("t"))
    early = level(B=wait(1, Next="U"), U=call("u"))
    world = World(fails={"T": {"Late": F(1, 2)}, "U": {"Early": F(1, 2)}})
    found = expect(read(P=parallel(late, early)).graph, world)
    assert float(found.errors["Early"]) == pytest.approx(0.5, abs=1e-6)
    assert float(found.errors["Late"]) == pytest.approx(0.25, abs=1e-6)
    assert float(found.duration_ms) == pytest.approx(0.5 * 1_000 + 0.5 * 2_000, rel=1e-5)


@pytest.mark.parametrize("shape", ALL)
def test_the_law_and_the_draws_have_the_mean_of_the_expectation(shape: str) -> None:
    definition = parse(ALL[shape], 0)
    tasks = [name for name, state in definition.states.items() if state.task is not None]
    world = World(
        fails={name: {E: F(1, 5)} for name in tasks},
        items={name: F(7) for name, state in definition.states.items() if state.map is not None},
        attempt_ms=dict.fromkeys(tasks, mean(VARIED)),
        attempt_law=dict.fromkeys(tasks, VARIED),
    )
    found = float(expect(definition.graph, world).duration_ms)
    law = Clock(world).law(definition.graph)
    got = draw(definition.graph, world, 20_000, generator(2, shape)).ms
    assert law.mean() == pytest.approx(found, rel=2e-3)
    assert abs(got.mean() - found) <= 5 * got.std() / len(got) ** 0.5 + 2e-3 * found
    assert law.quantile(0.9) == pytest.approx(float(np.quantile(got, 0.9)), rel=0.05)


# --- retries ----------------------------------------------------------------------------------------------------------


def retry(**budgets: int) -> list[dict[str, Any]]:
    return [{"ErrorEquals": [e], "MaxAttempts": n, "IntervalSeconds": 1, "BackoffRate": 1} for e, n in budgets.items()]


def _walked(budget: tuple[int, ...], p: Fraction) -> tuple[Fraction, Fraction]:
    """Attempts and probability of success, every sequence of errors walked through."""
    attempts, ok = F(1), 1 - p * len(budget)
    for i, left in enumerate(budget):
        if left:
            more, fine = _walked((*budget[:i], left - 1, *budget[i + 1 :]), p)
            attempts, ok = attempts + p * more, ok + p * fine
    return attempts, ok


@pytest.mark.parametrize("budgets", [(1, 1), (2, 3), (2, 1, 3), (4, 4, 2)])
def test_several_retriers_count_their_own_attempts(budgets: tuple[int, ...]) -> None:
    names = dict(zip("ABC", budgets, strict=False))
    state = read(T=call("t", Retry=retry(**names))).states["T"]
    p = F(3, 10)
    tried = tries(state.retry, dict.fromkeys(names, p))
    attempts, ok = _walked(budgets, p)
    assert abs(tried.attempts - attempts) < F(1, 10**40)
    assert abs(tried.p_success - ok) < F(1, 10**40)


@pytest.mark.parametrize(("share", "attempts"), [(F(1, 5), 2.5), (F(1, 4), 4.0), (F(3, 10), 10.0)])
def test_three_retriers_of_a_hundred_attempts_answer_at_once(share: Fraction, attempts: float) -> None:
    # Far from their budgets, attempts are 1 / (1 - 3p); each after the first waits 1 s
    definition = read(T=call("t", Retry=retry(A=100, B=100, C=100)))
    world = World(fails={"T": dict.fromkeys("ABC", share)}, attempt_ms={"T": F(100)})
    found = expect(definition.graph, world)
    assert float(found.duration_ms) == pytest.approx(100 * attempts + 1_000 * (attempts - 1), rel=1e-6)
    assert Clock(world).law(definition.graph).mean() == pytest.approx(float(found.duration_ms), rel=1e-4)


def test_budgets_that_run_out_together_are_counted_in_every_order() -> None:
    definition = read(T=call("t", Retry=retry(A=30, B=30, C=30)))
    world = World(fails={"T": dict.fromkeys("ABC", F(1, 3))}, attempt_ms={"T": F(100)})
    found, law = expect(definition.graph, world), Clock(world).law(definition.graph)
    assert found.p_success < F(1, 10**30)
    assert law.mean() == pytest.approx(float(found.duration_ms), rel=1e-4)


# --- Express ----------------------------------------------------------------------------------------------------------


def test_express_bills_every_retried_execution_rounded_up() -> None:
    # 180 ms in 9 of 10: 200 billed; 180 + 1,000 + 180 = 1,360 in 9 of 100: 1,400; 180 + 1,000 + 180 + 2,000 + 180 = 3,540
    # in the last 1 of 100 whatever its end: 3,600. 0.9 x 200 + 0.09 x 1,400 + 0.01 x 3,600 = 342
    entry = {"ErrorEquals": [E], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 2}
    definition = read(T=call("t", Retry=[entry]))
    world = World(fails={"T": {E: F(1, 10)}}, attempt_ms={"T": F(180)})
    billed = mean_billed_ms(definition.graph, world, expect(definition.graph, world))
    assert float(billed) == pytest.approx(342, abs=1e-3)


def test_express_bills_varied_durations_after_a_retry_rounded_up() -> None:
    # Once in ten a first attempt fails and the second starts 1 s later: E ceil(X) x 0.9 + 0.1 x E ceil(X + 1,000 + Y); of a
    # sum of two varied durations the rounding adds half a step
    entry = {"ErrorEquals": [E], "IntervalSeconds": 1, "MaxAttempts": 1}
    definition = read(T=call("t", Retry=[entry]))
    world = World(fails={"T": {E: F(1, 10)}}, attempt_ms={"T": mean(VARIED)}, attempt_law={"T": VARIED})
    billed = mean_billed_ms(definition.graph, world, expect(definition.graph, world))
    once = float(expected_blocks(VARIED, 100)) * 100
    assert float(billed) == pytest.approx(0.9 * once + 0.1 * (2 * float(mean(VARIED)) + 1_000 + 50), rel=2e-3)


@pytest.mark.parametrize(
    ("amounts", "divisor"),
    [([6, 4], F(2)), ([F(1, 2), F(3, 4)], F(1, 4)), ([0, 5], F(5)), ([], None), ([F(1, 3), F(1, 2)], F(1, 6))],
)
def test_a_lattice_holds_every_fixed_amount(amounts: list[Fraction], divisor: Fraction | None) -> None:
    assert divisor_of(iter([F(a) for a in amounts])) == divisor
