"""Calls as a linear system."""

from fractions import Fraction

import pytest

from capplan.flow import DemandFlow, steady
from capplan.pipeline.solve import Edge, LoopError, arrivals

ONE = DemandFlow.of(steady("t", recurring=True), Fraction(1))
MONTH = 2_628_000


@pytest.mark.parametrize(
    ("edges", "expected", "working"),
    [
        ([("a", "b", "3")], {"a": 1, "b": 3}, "three calls each"),
        ([("a", "b", "1/2"), ("a", "c", "1/2"), ("b", "d", "2"), ("c", "d", "4")], {"d": 3}, "1 + 2 by two ways"),
        ([("a", "a", "1/2")], {"a": 2}, "1 / (1 - 1/2)"),
        ([("a", "b", "1"), ("b", "a", "3/4"), ("b", "c", "1")], {"a": 4, "b": 4, "c": 4}, "1 / (1 - 3/4) rounds"),
    ],
)
def test_arrivals(edges: list[tuple[str, str, str]], expected: dict[str, int], working: str) -> None:
    found = arrivals({"a": ONE}, [Edge(s, t, Fraction(n)) for s, t, n in edges])
    assert {k: found[k].monthly / MONTH for k in expected} == expected, working


@pytest.mark.parametrize("gain", ["1", "3/2", "2"])
def test_a_loop_that_never_dies_out_is_refused(gain: str) -> None:
    with pytest.raises(LoopError) as caught:
        arrivals({"a": ONE}, [Edge("a", "b", Fraction(1)), Edge("b", "a", Fraction(gain))])
    assert set(caught.value.nodes) == {"a", "b"}
