"""Splits the billed units of one execution among its states: transitions, requests, GB-seconds.

Source: AWS Step Functions pricing page (read 2026-11-23).
"""

from collections.abc import Mapping
from fractions import Fraction

from capplan.services.stepfunctions.asl.definition import Definition
from capplan.services.stepfunctions.cost import DURATION, REQUEST, TRANSITION
from capplan.services.stepfunctions.execution.model import Expectation
from capplan.services.stepfunctions.usage import Billing, gb_seconds

EDGES = ""
"""Stands for units of no state: start and end, the request of an Express execution."""
_LEAVES = ("Task", "Wait")

Units = Mapping[str, Mapping[str, Fraction]]
"""By price key, then by state: transitions, requests, GB-seconds of one execution."""


def units_by_state(billing: Billing, execution: Expectation, express_ms: Fraction) -> Units:
    """The billed units of one execution by price key and state. Express duration is split by the time in each state.

    Args:
        billing: How it is billed.
        execution: The mean execution.
        express_ms: Its billed duration; 0 for a Standard one.
    """
    out: dict[str, dict[str, Fraction]] = {TRANSITION: {}, REQUEST: {}, DURATION: {}}
    _collect(billing, execution, express_ms, Fraction(1), EDGES, out)
    return {key: units for key, units in out.items() if any(units.values())}


def _collect(
    billing: Billing,
    execution: Expectation,
    express_ms: Fraction,
    times: Fraction,
    edges: str,
    out: Mapping[str, dict[str, Fraction]],
) -> None:
    def add(key: str, state: str, amount: Fraction) -> None:
        out[key][state] = out[key].get(state, Fraction(0)) + times * amount

    if express_ms:
        add(REQUEST, edges, Fraction(1))
        for state, share in _time_shares(billing.definition, execution, edges).items():
            add(DURATION, state, gb_seconds(express_ms, billing.memory_mb) * share)
    else:
        add(TRANSITION, edges, Fraction(billing.overhead))
        for state, visits in execution.visits.items():
            add(TRANSITION, state, visits + execution.retried.get(state, Fraction(0)))
    for map_state, child in execution.children.items():
        _collect(billing, child.each, billing.child_ms(map_state, child), times * child.runs, map_state, out)


def _time_shares(definition: Definition, execution: Expectation, edges: str) -> dict[str, Fraction]:
    """Shares of the time in each state; all of it on the edges where no state takes any."""
    busy = {name: ms for name, ms in execution.busy_ms.items() if definition.states[name].type in _LEAVES and ms}
    whole = sum(busy.values(), Fraction(0))
    return {name: ms / whole for name, ms in busy.items()} if whole else {edges: Fraction(1)}
