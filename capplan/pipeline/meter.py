"""What every resource does with its demand, until stream shards and flows agree. It knows no price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from capplan.flow import DemandFlow
from capplan.language.scenario import Resource, Scenario
from capplan.model import Assumption, Context, Demand
from capplan.pipeline.demand import Injected, arrivals_of, calls_of, demands, notes, ratios_of, stream_consumers
from capplan.quantities.distribution import Distribution

_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Metered:
    """A scenario with its demand and usage: all that is known before a price."""

    scenario: Scenario
    context: Context
    demand: Mapping[str, Demand]
    usage: Mapping[str, Any]
    notes: tuple[Assumption, ...]
    consumed: frozenset[str]
    """Tables whose stream somebody reads."""


def context_of(scenario: Scenario, seed: int) -> Context:
    """What the rooms may know; durations are settled callee first (a workflow lasts as long as what it waits for)."""
    addresses: dict[str, tuple[str, ...]] = {}
    for address, resource in scenario.resources.items():
        addresses[resource.name] = (*addresses.get(resource.name, ()), address)
    account = scenario.account
    durations: dict[str, Fraction] = {}
    laws = {
        a: law
        for a, r in scenario.resources.items()
        if isinstance(law := getattr(r.spec, "duration", None), Distribution)
    }
    ends = {a: Fraction(r.spec.timeout_ms) for a, r in scenario.resources.items() if r.kind.section == "functions"}
    fails = {a: chance for a, r in scenario.resources.items() if (chance := r.kind.fails(r.spec))}
    ctx = Context(scenario.region, account.quotas, account.in_use, durations, addresses, seed, laws, ends, fails)
    machines = [r for r in scenario.resources.values() if r.kind.section == "state_machines"]
    others = [r for r in scenario.resources.values() if r.kind.section != "state_machines"]
    for resource in others:
        durations[resource.address] = resource.kind.duration_ms(resource.name, resource.spec, ctx)
    for machine in machines:
        durations[machine.address] = Fraction(0)
    for _ in machines:
        before = dict(durations)
        for machine in machines:
            durations[machine.address] = machine.kind.duration_ms(machine.name, machine.spec, ctx)
        if before == durations:
            break
    return ctx


def meter(scenario: Scenario, seed: int, extra: Sequence[Injected] = (), silent: str = "") -> Metered:
    """Demand carried through the workload and metered, until stream shards and flows agree.

    Args:
        scenario: What is planned.
        seed: For everything drawn.
        extra: Requests beside those of the scenario.
        silent: The address of a resource whose calls are left out, since `extra` holds them one by one.
    """
    ctx = context_of(scenario, seed)
    calls = {a: () if a == silent else calls_of(r, ctx, scenario) for a, r in scenario.resources.items()}
    consumers = stream_consumers(scenario)
    shards: dict[str, int] = dict.fromkeys(consumers, 1)
    ratios: dict[tuple[str, int], Fraction] = {}
    flows: dict[str, DemandFlow] = {}
    for _ in range(_ROUNDS):
        flows = arrivals_of(scenario, calls, ratios, extra)
        demand = demands(scenario, calls, flows, ratios, shards, extra)
        usage = {a: _meter(scenario.resources[a], demand[a], ctx) for a in consumers}
        shards = {a: scenario.resources[a].kind.shards(usage[a]) for a in consumers}
        following = ratios_of(scenario, flows, shards)
        if following == ratios:
            break
        ratios = following
    demand = demands(scenario, calls, flows, ratios, shards, extra)
    usage = {a: _meter(r, demand[a], ctx) for a, r in scenario.resources.items()}
    return Metered(scenario, ctx, demand, usage, notes(scenario, demand, flows), frozenset(consumers))


def _meter(resource: Resource, demand: Demand, ctx: Context) -> Any:  # noqa: ANN401  each room has its own usage
    return resource.kind.meter(resource.name, resource.spec, demand, ctx)
