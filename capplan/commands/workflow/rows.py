"""Lists a workflow's states as rows: visits, time, failures, calls, costs."""

from collections.abc import Mapping
from fractions import Fraction

from capplan.commands.workflow.results import StateRow
from capplan.commands.workflow.state_costs import StateCosts
from capplan.language.scenario import Resource
from capplan.pipeline.meter import Metered
from capplan.services.stepfunctions.asl.definition import Graph, State, graphs_in
from capplan.services.stepfunctions.execution.by_state import EDGES
from capplan.services.stepfunctions.execution.expectation import everywhere
from capplan.services.stepfunctions.execution.requests import requests_of
from capplan.services.stepfunctions.execution.world import NO_OVERRIDE, definition_of
from capplan.services.stepfunctions.usage import Usage


def rows_of(machine: Resource, metered: Metered, usage: Usage, costs: StateCosts) -> tuple[StateRow, ...]:
    """Every state in the order of the definition, start and end last."""
    amounts = {what: everywhere(usage.mean, what) for what in ("visits", "retried", "busy_ms", "failed")}
    rows = [
        _row(s, depth, machine, metered, amounts, costs) for s, depth in _in_order(definition_of(machine.spec).graph, 0)
    ]
    called = costs.called.get(EDGES, {})
    own = costs.own.get(EDGES, Fraction(0))
    if own or called:
        rows.append(_edges(own, called))
    return tuple(rows)


def _in_order(graph: Graph, depth: int) -> list[tuple[State, int]]:
    out: list[tuple[State, int]] = []
    for state in graph.states.values():
        out.append((state, depth))
        for inner in graphs_in(state):
            out += _in_order(inner, depth + 1)
    return out


def _row(
    state: State,
    depth: int,
    machine: Resource,
    metered: Metered,
    amounts: Mapping[str, Mapping[str, Fraction]],
    costs: StateCosts,
) -> StateRow:
    def of(what: str) -> Fraction:
        return amounts[what].get(state.name, Fraction(0))

    requests = requests_of(state, machine.spec.states.get(state.name, NO_OVERRIDE), metered.context)
    resources = metered.scenario.resources
    called, own = costs.called.get(state.name, {}), costs.own.get(state.name, Fraction(0))
    return StateRow(
        state.name,
        state.type,
        depth,
        tuple(dict.fromkeys(resources[address].label for address, _, _ in requests if address in resources)),
        of("visits"),
        of("retried"),
        of("busy_ms"),
        of("failed") / of("visits") if of("visits") else Fraction(0),
        own + sum(called.values(), Fraction(0)),
        _with_own(called, own),
    )


def _edges(own: Fraction, called: Mapping[str, Fraction]) -> StateRow:
    zero = Fraction(0)
    whole = own + sum(called.values(), zero)
    return StateRow("", "", 0, (), zero, zero, zero, zero, whole, _with_own(called, own))


def _with_own(called: Mapping[str, Fraction], own: Fraction) -> dict[str, Fraction]:
    out = {
        "stepfunctions": own,
        **{service: amount for service, amount in called.items() if service != "stepfunctions"},
    }
    out["stepfunctions"] += called.get("stepfunctions", Fraction(0))
    return {service: amount for service, amount in out.items() if amount}


def by_service(rows: tuple[StateRow, ...]) -> dict[str, Fraction]:
    """USD of one execution by service."""
    out: dict[str, Fraction] = {}
    for row in rows:
        for service, amount in row.cost_by_service.items():
            out[service] = out.get(service, Fraction(0)) + amount
    return out
