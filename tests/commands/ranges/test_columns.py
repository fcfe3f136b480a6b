"""Columns: figures of known formulas are found again from a few dozen points."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capplan.commands.ranges.along import Off, Points, between, plans_along
from capplan.commands.ranges.columns import Columns, Planned

Formula = Callable[[Any], Any]
LIKELY, LOW, HIGH = (
    np.array([60.0, 0.02, 1800.0, 3.0]),
    np.array([40.0, 0.01, 900.0, 1.0]),
    np.array([110.0, 0.05, 4000.0, 6.0]),
)


def kb(size: Any) -> Any:  # noqa: ANN401  an array or a number
    return np.ceil(size / 1024)


FORMULAS: dict[str, Formula] = {
    "a constant": lambda x: 0 * x[0] + 7,
    "one range": lambda x: 2.5 * x[0],
    "a sum": lambda x: x[0] + 100 * x[1] + x[3],
    "a product": lambda x: x[0] * x[1] * x[3],
    "a product beside a constant": lambda x: 500 + x[0] * x[1] * x[3],
    "whole KB": lambda x: x[0] * kb(x[2]),
    "two paths": lambda x: x[0] * (2 + 3 * x[1]) + 20 * x[3],
    "two paths of one size": lambda x: (x[0] * x[3] + 30) * kb(x[2]),
    "all at once": lambda x: x[0] * (kb(x[2]) * (1 + x[1]) + x[3]) + 10,
}


def made(formula: Formula, seed: int = 0) -> tuple[Columns, Any, Any]:
    random = np.random.default_rng(seed)
    draws = LOW + (HIGH - LOW) * random.random((400, 4))
    draws[:, 2] = draws[:, 2].round()

    def plan(rows: Any) -> Any:  # noqa: ANN401  arrays
        return np.array([[float(formula(row))] for row in rows])

    def distance(one: Any, other: Any) -> Off:  # noqa: ANN401  arrays
        return Off(float(abs(one - other)[0] / max(abs(one[0]), 1e-9)))

    ranges = {i: Points(np.sort(draws[:, i]), 1.0 if i == 2 else 0.0, i == 2) for i in range(4)}
    base = plan(LIKELY[None, :])[0]
    of_each = plans_along(base, LIKELY, ranges, plan, distance)
    fit = np.vstack([draws.min(axis=0), draws.max(axis=0), draws[:12]])
    return Columns(base, of_each, Planned(fit, plan(fit))), draws[12:], plan(draws[12:])


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_is_found_again(name: str) -> None:
    columns, draws, truth = made(FORMULAS[name])
    assert columns.at(draws) == pytest.approx(truth, rel=2e-3)
    assert columns.fits[0].error < 2e-3


def test_a_figure_that_columns_do_not_tell_says_so() -> None:
    columns, _, _ = made(lambda x: np.floor(x[0] * x[3] / 37) % 5 * x[2])
    assert columns.fits[0].error > 0.05


def test_a_function_of_another_figure_is_taken_from_it() -> None:
    random = np.random.default_rng(1)
    draws = LOW + (HIGH - LOW) * random.random((60, 4))

    def plan(rows: Any) -> Any:  # noqa: ANN401  arrays
        load = rows[:, 0] * rows[:, 3]
        return np.stack([load, np.maximum(0, 1 - 200 / load)], axis=1)  # what is throttled above 200

    ranges = {i: Points(np.sort(draws[:, i]), 0.0, False) for i in range(4)}
    base = plan(LIKELY[None, :])[0]
    along = plans_along(base, LIKELY, ranges, plan, lambda a, b: Off(float(np.abs(a - b).max())))
    columns = Columns(base, along, Planned(draws[:24], plan(draws[:24])))
    assert columns.fits[1].kind == "function"
    assert columns.at(draws[24:])[:, 1] == pytest.approx(plan(draws[24:])[:, 1], abs=0.05)


@settings(max_examples=30)
@given(weights=st.lists(st.floats(0.1, 5), min_size=3, max_size=3), seed=st.integers(0, 100))
def test_products_of_sums_are_exact(weights: list[float], seed: int) -> None:
    a, b, c = weights
    columns, draws, truth = made(lambda x: (a * x[0] + b) * (x[1] + c) * x[3], seed)
    assert columns.at(draws) == pytest.approx(truth, rel=1e-5)


def test_a_step_of_whole_kb_is_found_with_two_plans() -> None:
    points = Points(np.arange(900.0, 4001.0), 1.0, True)
    assert between(points, 1228.0, 2500.0) == [2048.0, 2049.0]
    assert between(points, 2048.0, 2049.0) == []
    assert between(points, 2100.0, 2900.0) == [2500.0]
    assert between(points._replace(step=0.0, is_bytes=False), 1.0, 2.0) == [1.5]
