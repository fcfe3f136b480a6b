"""Calls as a linear system."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from capplan.flow import DemandFlow, LoadProfile, Peak, steady
from capplan.pipeline.solve import Edge, LoopError, arrivals, components
from capplan.units import PERIOD_MINUTES

ONE = DemandFlow.of(steady("t", recurring=True), Fraction(1))
MONTH = 2_628_000


@pytest.mark.parametrize(
    ("edges", "expected", "working"),
    [
        ([("a", "b", "3")], {"a": 1, "b": 3}, "three calls each"),
        ([("a", "b", "1/2"), ("a", "c", "1/2"), ("b", "d", "2"), ("c", "d", "4")], {"d": 3}, "1 + 2 by two ways"),
        ([("a", "a", "1/2")], {"a": 2}, "1 / (1 - 1/2)"),
        ([("a", "b", "1"), ("b", "a", "3/4"), ("b", "c", "1")], {"a": 4, "b": 4, "c": 4}, "1 / (1 - 3/4) rounds"),
        ([("a", "b", "2"), ("b", "a", "1/4"), ("b", "c", "3")], {"a": 2, "b": 4, "c": 12}, "a = 1 + b/4, b = 2a"),
        (
            [("a", "b", "1"), ("b", "c", "1"), ("c", "b", "1/2"), ("c", "d", "1"), ("d", "d", "1/3")],
            {"a": 1, "b": 2, "c": 2, "d": 3}, "b = 1 + c/2, c = b; d = c + d/3",
        ),
        (
            [("a", "b", "1/2"), ("b", "c", "1/2"), ("c", "a", "1/2"), ("a", "c", "1/4"), ("b", "a", "1/2")],
            {"a": 2, "b": 1, "c": 1}, "a = 1 + c/2 + b/2, b = a/2, c = b/2 + a/4",
        ),
        ([("a", "b", "0"), ("b", "a", "5"), ("c", "d", "7")], {"a": 1, "b": 0, "c": 0, "d": 0}, "nobody calls b and c"),
        ([("a", "b", "1"), ("a", "b", "2"), ("c", "b", "4")], {"b": 3, "c": 0}, "two calls of one resource add up"),
        ([], {"a": 1}, "nothing is called"),
    ],
)  # fmt: skip
def test_arrivals(edges: list[tuple[str, str, str]], expected: dict[str, int], working: str) -> None:
    found = arrivals({"a": ONE}, [Edge(s, t, Fraction(n)) for s, t, n in edges])
    assert {k: found[k].monthly / MONTH for k in expected} == expected, working


def test_two_sources_meet_in_a_loop() -> None:
    """With a = 1 + b/2 and b = 2 + a/2, a = 8/3 and b = 10/3."""
    found = arrivals({"a": ONE, "b": ONE * 2}, [Edge("a", "b", Fraction(1, 2)), Edge("b", "a", Fraction(1, 2))])
    assert {node: flow.monthly / MONTH for node, flow in found.items()} == {"a": Fraction(8, 3), "b": Fraction(10, 3)}


def test_a_call_comes_over_the_duration_of_its_caller() -> None:
    """6 a second in minute 10; each makes two calls over 3 minutes: 4 a second in each of them."""
    series = np.zeros(PERIOD_MINUTES)
    series[10] = 6
    start = DemandFlow.of(LoadProfile("t", True, Fraction(360), Peak(6, 10), False, series.copy), Fraction(1))
    found = arrivals({"a": start}, [Edge("a", "b", Fraction(2), Fraction(180_000)), Edge("a", "c", Fraction(2))])
    assert [found["b"].at(minute) for minute in range(9, 14)] == pytest.approx([0, 4, 4, 4, 0])
    assert [found["c"].at(minute) for minute in range(9, 14)] == [0, 12, 0, 0, 0], "at once where it says nothing"


@pytest.mark.parametrize("gain", ["1", "3/2", "2"])
def test_a_loop_that_never_dies_out_is_refused(gain: str) -> None:
    with pytest.raises(LoopError, match=r"^a -> b -> a$") as caught:
        arrivals({"a": ONE}, [Edge("a", "b", Fraction(1)), Edge("b", "a", Fraction(gain))])
    assert caught.value.nodes == ("a", "b", "a")


@pytest.mark.parametrize(
    ("edges", "loop"),
    [
        ([("a", "a", "1")], "a a"),
        # b and c call each other; a, which b calls at times, is not of the loop that grows
        ([("a", "b", "1"), ("b", "c", "3"), ("c", "b", "2"), ("b", "a", "1/9")], "b c b"),
        # of three calls of a the one that is made most often is followed
        ([("a", "b", "1"), ("a", "c", "3"), ("a", "d", "2"), ("b", "a", "1"), ("c", "a", "1"), ("d", "a", "1")], "a c a"),
        # c, which a calls most often, is said to call a, but never does
        ([("a", "a", "1"), ("a", "c", "3"), ("c", "a", "0")], "a a"),
        # as often: the one that stands first
        ([("a", "b", "2"), ("a", "c", "2"), ("b", "a", "1"), ("c", "a", "1")], "a b a"),
    ],
)  # fmt: skip
def test_the_loop_that_is_named_is_the_one_of_most_requests(edges: list[tuple[str, str, str]], loop: str) -> None:
    with pytest.raises(LoopError) as caught:
        arrivals({"a": ONE}, [Edge(s, t, Fraction(n)) for s, t, n in edges])
    assert caught.value.nodes == tuple(loop.split())


@pytest.mark.parametrize(
    ("nodes", "calls", "groups"),
    [
        ("a b c", "ab bc", "a b c"),
        ("c b a", "ab bc", "a b c"),
        ("b a c", "ab bc", "a b c"),
        ("a b c d", "ab ac bd cd", "a c b d"),  # a way to d by b and one by c
        ("a b c d", "ab bc cb cd", "a bc d"),
        ("d c b a", "ab bc cb cd", "a cb d"),
        ("a b", "aa ab", "a b"),
        ("a b c", "ab ba ac ca", "abc"),  # two loops that meet in a
        ("a b c d", "ab bc ca cd dc", "abcd"),
        ("a b c d", "ab ba cd dc bc", "ab cd"),
        ("a b c d", "ab ba cd dc da", "cd ab"),
        ("a b c d e", "ab bc cd db ce", "a bcd e"),
    ],
)
def test_callers_come_before_those_they_call(nodes: str, calls: str, groups: str) -> None:
    outgoing: dict[str, list[Edge]] = {}
    for call in calls.split():
        outgoing.setdefault(call[0], []).append(Edge(call[0], call[1], Fraction(1)))
    assert ["".join(group) for group in components(nodes.split(), outgoing)] == groups.split()


def test_a_long_chain_of_calls_needs_no_stack() -> None:
    nodes = [str(n) for n in range(5_000)]
    outgoing = {a: [Edge(a, b, Fraction(1))] for a, b in pairwise(nodes)}
    assert components(nodes, outgoing) == [[node] for node in nodes]
