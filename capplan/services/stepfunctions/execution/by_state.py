"""What each state takes of an execution's bill: transitions, requests, GB-seconds. It knows no price.

Source: AWS Step Functions pricing page (read 2026-11-23).
"""

from collections.abc import Mapping
from fractions import Fraction

from capplan.services.stepfunctions.asl.definition import Definition
from capplan.services.stepfunctions.cost import DURATION, REQUEST, TRANSITION
from capplan.services.stepfunctions.execution.model import Expectation
from capplan.services.stepfunctions.usage import Billing, gb_seconds

EDGES = ""
"""Stands for what belongs to no state: start and end, the request of an Express execution."""
_LEAVES = ("Task", "Wait")

Units = Mapping[str, Mapping[str, Fraction]]
"""By price key, then by state: transitions, requests, GB-seconds of one execution."""


def units_by_state(billing: Billing, found: Expectation, express_ms: Fraction) -> Units:
    """Where the billed units of one execution arise. Express time falls on states by the time spent in each.

    Args:
        billing: By what it is billed.
        found: The mean execution.
        express_ms: Its billed duration; 0 for a Standard one.
    """
    out: dict[str, dict[str, Fraction]] = {TRANSITION: {}, REQUEST: {}, DURATION: {}}
    _collect(billing, found, express_ms, Fraction(1), EDGES, out)
    return {key: units for key, units in out.items() if any(units.values())}


def _collect(
    billing: Billing,
    found: Expectation,
    express_ms: Fraction,
    times: Fraction,
    edges: str,
    out: Mapping[str, dict[str, Fraction]],
) -> None:
    def add(key: str, state: str, amount: Fraction) -> None:
        out[key][state] = out[key].get(state, Fraction(0)) + times * amount

    if express_ms:
        add(REQUEST, edges, Fraction(1))
        for state, share in _time_shares(billing.definition, found, edges).items():
            add(DURATION, state, gb_seconds(express_ms, billing.memory_mb) * share)
    else:
        add(TRANSITION, edges, Fraction(billing.overhead))
        for state, visits in found.visits.items():
            add(TRANSITION, state, visits + found.retried.get(state, Fraction(0)))
    for map_state, child in found.children.items():
        _collect(billing, child.each, billing.child_ms(map_state, child), times * child.runs, map_state, out)


def _time_shares(definition: Definition, found: Expectation, edges: str) -> dict[str, Fraction]:
    """Shares of the time spent in states that take any; all of it on the edges where none does."""
    busy = {name: ms for name, ms in found.busy_ms.items() if definition.states[name].type in _LEAVES and ms}
    whole = sum(busy.values(), Fraction(0))
    return {name: ms / whole for name, ms in busy.items()} if whole else {edges: Fraction(1)}
