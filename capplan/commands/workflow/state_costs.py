"""Computes what one execution of a workflow costs, by state and service, everything its calls cause included.

The workflow's calls are given to their targets state by state, each with its own traffic source, and the whole account is
planned again: every line item then tells which part of it a state causes. Fixed costs belong to no execution.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from capplan import units
from capplan.calls import Access
from capplan.flow import DemandFlow, steady
from capplan.language.scenario import Resource
from capplan.pipeline.demand import Injected, fitting
from capplan.pipeline.meter import Metered, meter
from capplan.pipeline.price import Priced, price
from capplan.record import Record, replace
from capplan.services.stepfunctions.execution.by_state import units_by_state
from capplan.services.stepfunctions.execution.requests import calls_by_state
from capplan.services.stepfunctions.execution.world import definition_of, world_of
from capplan.services.stepfunctions.usage import Billing, Usage

ByService = Mapping[str, Fraction]
_MARK = "state:"


class StateCosts(Record, frozen=True):
    """USD of one execution by state; "" stands for start and end.

    Attributes:
        own: Of Step Functions itself.
        called: Of what a state's calls cause, by service.
        fixed_resources: Resources it reaches that also have a fixed cost.
    """

    own: Mapping[str, Fraction]
    called: Mapping[str, ByService]
    fixed_resources: tuple[str, ...]


def started_once(scenario_metered: Metered, machine: Resource) -> tuple[Metered, bool]:
    """The scenario with one execution a month where nothing starts the machine; and whether nothing does."""
    usage: Usage = scenario_metered.usage[machine.address]
    if usage.executions.monthly:
        return scenario_metered, False
    once = DemandFlow.of(steady("one execution", recurring=False), Fraction(1, units.MONTH_SECONDS))
    injected = Injected(machine.address, Access(op="start", target=machine.name), once)
    return meter(scenario_metered.scenario, scenario_metered.context.seed, (injected,)), True


def state_costs(priced: Priced, machine: Resource, today: date | None) -> StateCosts:
    """What each state of an execution costs, in a scenario that starts the machine."""
    usage: Usage = priced.metered.usage[machine.address]
    executions = usage.executions.monthly
    split = _by_state(priced, machine, today)
    called: dict[str, dict[str, Fraction]] = {}
    fixed_resources: dict[str, None] = {}
    charges = {c.id: (a, c) for a, cs in split.charges.items() for c in cs}
    for line in split.lines:
        address, charge = charges[line.charge_id]
        if address == machine.address or line.charge_frequency == "one_time":
            continue
        if charge.flow is None:
            if line.contracted_cost and _reached(split.metered, address):
                fixed_resources[split.metered.scenario.resources[address].label] = None
            continue
        whole = charge.flow.monthly
        for traffic_source, part in charge.flow.by_traffic_source().items():
            if traffic_source.startswith(_MARK) and whole:
                of_state = called.setdefault(_state_of(traffic_source), {})
                amount = Fraction(line.contracted_cost) * part / whole / executions
                of_state[line.service] = of_state.get(line.service, Fraction(0)) + amount
    return StateCosts(_own(priced, machine, usage), called, tuple(fixed_resources))


def _reached(metered: Metered, address: str) -> bool:
    """Whether any state's calls arrive at a resource."""
    streams = metered.demand[address].requests
    return any(shape.traffic_source.startswith(_MARK) for stream in streams for shape, _ in stream.flow.terms)


def _by_state(priced: Priced, machine: Resource, today: date | None) -> Priced:
    metered = priced.metered
    usage: Usage = metered.usage[machine.address]
    known = metered.scenario.resources
    calls = [(state, c) for state, c in calls_by_state(machine.spec, metered.context, usage.mean) if c.to in known]
    injected = [
        Injected(c.to, fitting(metered.scenario, c), (_labelled(usage.executions, state) * c.times).spread(c.over_ms))
        for state, c in calls
    ]
    injected += [
        Injected(c.to, c.access, _labelled(usage.executions, "") * c.times) for c in machine.calls
    ]  # what the scenario itself says it calls
    return price(
        meter(metered.scenario, metered.context.seed, tuple(injected), machine.address), priced.catalogue, today
    )


def _labelled(flow: DemandFlow, state: str) -> DemandFlow:
    """The same demand from traffic sources of the state, one for each load profile."""
    return DemandFlow(
        tuple((replace(shape, traffic_source=f"{_MARK}{state}#{i}"), m) for i, (shape, m) in enumerate(flow.terms))
    )


def _state_of(traffic_source: str) -> str:
    return traffic_source.removeprefix(_MARK).rpartition("#")[0]


def _own(priced: Priced, machine: Resource, usage: Usage) -> dict[str, Fraction]:
    """Step Functions' own line items, split by the units of each state."""
    spec = machine.spec
    ctx = priced.metered.context
    billing = Billing(definition_of(spec), world_of(spec, ctx), spec.overhead, usage.billed_memory_mb)
    units_of = units_by_state(billing, usage.mean, usage.billed_ms)
    keys = {charge.id: charge.price for charge in priced.charges[machine.address]}
    out: dict[str, Fraction] = {}
    for line in priced.lines:
        key = keys.get(line.charge_id)
        if key is None or key not in units_of:
            continue
        whole = sum(units_of[key].values(), Fraction(0))
        for state, amount in units_of[key].items():
            each = Fraction(line.contracted_cost) * amount / whole / usage.executions.monthly
            out[state] = out.get(state, Fraction(0)) + each
    return out
