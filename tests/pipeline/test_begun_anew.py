"""Which resources a changed plan walks through again, and from where: whom the change may reach, callers first."""

from fractions import Fraction
from typing import Any

import pytest

from capplan.calls import Access
from capplan.flow import DemandFlow, steady
from capplan.model import Demand, RequestStream, SharedLimit
from capplan.pipeline.demand import Sender, emitted, taken
from capplan.pipeline.flow import Network, Round, _begun_anew, _Pass

ORDER = (("a",), ("b",), ("loop1", "loop2"), ("reader",), ("apart",))
"""a calls b and is called by nobody, b calls the loop, whose stream the reader reads; nobody calls what is apart."""
READS = {
    "a": [""],
    "b": ["a"],
    "loop1": [taken("b"), "loop2"],
    "loop2": ["loop1"],
    "reader": [emitted("loop2")],
    "apart": [""],
}
WEB = steady("web", recurring=True)
ALL = frozenset(READS)
HALF = Fraction(1, 2)
SHORT = {"lambda.concurrency": SharedLimit(Fraction(10), DemandFlow.zero(), 2)}


def flow(rate: int) -> DemandFlow:
    return DemandFlow.of(WEB, Fraction(rate))


def demand(rate: int) -> Demand:
    return Demand((RequestStream(Access(op="put"), flow(rate), "traffic.web"),))


EXACT = {address: demand(7) for address in READS}


def network(known: frozenset[str]) -> Network:
    """A network of which only what a walk begins with is set: each node has 7 requests a second, but no starts."""
    nobody: Any = None
    stream = demand(7).requests[0]
    return Network(
        scenario=nobody,
        context=nobody,
        senders={a: [Sender(stream, node) for node in nodes] for a, nodes in READS.items()},
        flows={address: flow(7) for address in READS},
        deliveries={},
        kinds={},
        starting={"b": ["b#started"]},
        order=ORDER,
        exact=EXACT,
        shards={},
        known=dict.fromkeys(known, (demand(7), demand(7))),
    )


def former(shared: Any = None, failing: Any = None) -> Round:  # noqa: ANN401  by address
    """A round in which each resource served 5 of 7 requests a second."""
    nodes = [*READS, *map(taken, READS), *map(emitted, READS), "b#started"]
    served = {address: demand(5) for address in READS}
    walk = _Pass({node: flow(5) for node in nodes}, served, dict(served), set(nodes))
    return Round(shared or {}, failing or {}, walk)


LOOP = ["loop1", "loop2"]


@pytest.mark.parametrize(
    ("known", "shared", "failing", "before", "again", "working"),
    [
        (ALL, {}, {}, former(), [], "nothing is changed"),
        (ALL - {"apart"}, {}, {}, former(), [["apart"]], "nobody hangs on it"),
        (ALL - {"reader"}, {}, {}, former(), [["reader"]], "who is read is not asked again"),
        (ALL - {"b"}, {}, {}, former(), [["b"], LOOP, ["reader"]], "all that follow it, not who calls it"),
        (ALL - {"loop2"}, {}, {}, former(), [LOOP, ["reader"]], "a loop as a whole"),
        (ALL - {"a", "apart"}, {}, {}, former(), [["a"], ["b"], LOOP, ["reader"], ["apart"]], "all, in order"),
        (ALL, {"reader": SHORT}, {}, former(), [["reader"]], "a limit is short that was not"),
        (ALL, {}, {}, former({"reader": SHORT}), [["reader"]], "a limit was short that is not"),
        (ALL, {"apart": SHORT}, {}, former({"apart": SHORT}), [["apart"]], "short in both: others may want more"),
        (ALL, {}, {"loop1": HALF}, former(), [LOOP, ["reader"]], "it fails now"),
        (ALL, {}, {}, former(failing={"loop1": HALF}), [LOOP, ["reader"]], "it failed before"),
        (ALL, {}, {"loop1": HALF}, former(failing={"loop1": HALF}), [], "it fails as often as before"),
    ],
)
def test_groups_that_a_change_may_reach(
    known: frozenset[str], shared: Any, failing: Any, before: Round, again: list[list[str]], working: str  # noqa: ANN401
) -> None:  # fmt: skip
    found = _begun_anew(network(known), shared, failing, before, before.walk)
    assert [list(group) for group in found] == again, working


def test_what_is_reached_begins_where_a_walk_does_and_the_rest_stays() -> None:
    before = former()
    walk = before.walk
    assert [list(group) for group in _begun_anew(network(ALL - {"b"}), {}, {}, before, walk)] == [
        ["b"],
        LOOP,
        ["reader"],
    ]
    reached = {"b", "loop1", "loop2", "reader"}
    # 7 a second are offered and served as in the exact graph; a and apart keep the 5 that they served
    wanted = {address: demand(7 if address in reached else 5) for address in READS}
    assert (walk.offered, walk.demand) == (wanted, wanted)
    # the flows too; a node that the exact graph has not (records taken, starts) is gone until it is visited again
    left = [node for address in ("a", "apart") for node in (address, taken(address), emitted(address))]
    assert walk.flows == {node: flow(5) for node in left} | {address: flow(7) for address in reached}
    assert walk.moved == set(left)


def test_a_group_is_put_back_only_when_it_is_its_turn() -> None:
    # whoever comes after it in the order has not been walked through yet
    before = former()
    groups = _begun_anew(network(ALL - {"a"}), {}, {}, before, before.walk)
    assert list(next(groups)) == ["a"]
    assert (before.walk.demand["a"], before.walk.demand["b"]) == (demand(7), demand(5))
