"""Computes the exact flows of a scenario's graph; a change that moves none of them keeps the graph as it is."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan.flow import DemandFlow
from capplan.language.scenario import Resource, Scenario
from capplan.model import Context, Demand
from capplan.pipeline.demand import (
    Delivery,
    Injected,
    OutgoingCall,
    Sender,
    SourceKey,
    Trigger,
    arrivals_of,
    calls_of,
    deliveries_of,
    demand_of,
    emitters_read,
    ratios_of,
    senders_of,
    starting_at_once,
    triggers_of,
    with_records,
)
from capplan.pipeline.flow import order_of
from capplan.record import Record
from capplan.resource_type import Starts

_MAX_ROUNDS = 20


class Graph(Record, frozen=True, eq=False):
    """What resources send each other, and the exact demand that follows.

    Attributes:
        calls: The calls of each resource per unit of its demand.
        deliveries: What resources hand on to destinations and dead-letter queues.
        triggers: All triggers, with the retries of their batches.
        emitters: Addresses of resources whose stream or queue is read.
        shards: Shards of these.
        ratios: Records that one invocation takes, by source.
        flows: The flow at every node.
        senders: What sends requests to each resource.
        order: Groups of resources that call each other, callers first.
        exact: The demand of every resource.
    """

    calls: Mapping[str, tuple[OutgoingCall, ...]]
    deliveries: tuple[Delivery, ...]
    triggers: tuple[Trigger, ...]
    emitters: tuple[str, ...]
    shards: Mapping[str, int]
    ratios: Mapping[SourceKey, Fraction]
    flows: Mapping[str, DemandFlow]
    senders: Mapping[str, Sequence[Sender]]
    order: Sequence[Sequence[str]]
    exact: Mapping[str, Demand]


def graph_of(
    scenario: Scenario, ctx: Context, extra: Sequence[Injected], silent: str, meter: Callable[[str, Demand], Any]
) -> Graph:
    """The graph of a scenario.

    Args:
        scenario: The scenario.
        ctx: What services may know.
        extra: Requests in addition to those of the scenario.
        silent: The address of a resource whose calls are left out.
        meter: The usage of a resource at a demand: that of a stream tells its shards.
    """
    calls = {a: () if a == silent else calls_of(r, ctx, scenario) for a, r in scenario.resources.items()}
    deliveries = tuple(d for d in deliveries_of(scenario, ctx) if d.address != silent)
    triggers = triggers_of(scenario, scenario.resources)
    emitters = emitters_read(scenario, triggers)
    shards: dict[str, int] = dict.fromkeys(emitters, 1)
    ratios: dict[SourceKey, Fraction] = {}
    flows: dict[str, DemandFlow] = {}
    starting = starting_nodes(calls)
    starts: dict[str, Starts] = {}
    for _ in range(_MAX_ROUNDS):
        flows = arrivals_of(scenario, calls, triggers, ratios, deliveries, extra, starts)
        known = starts
        if starting:
            senders = senders_of(
                scenario, starting_at_once(calls, starts), triggers, flows, ratios, shards, deliveries, extra
            )
            starts = _starts(scenario, starting, {a: meter(a, demand_of(senders[a], flows)) for a in starting})
        if emitters:
            senders = senders_of(
                scenario, starting_at_once(calls, starts), triggers, flows, ratios, shards, deliveries, extra
            )
            usage = {a: meter(a, demand_of(senders[a], flows)) for a in emitters}
            shards = {a: scenario.resources[a].type.shards(usage[a]) for a in emitters}
        following = ratios_of(scenario, triggers, flows, shards)
        if following == ratios and starts == known:
            break
        ratios = following
        triggers = with_records(scenario, triggers, ratios)
    senders = senders_of(scenario, starting_at_once(calls, starts), triggers, flows, ratios, shards, deliveries, extra)
    exact = {address: demand_of(sent, flows) for address, sent in senders.items()}
    return Graph(calls, deliveries, triggers, emitters, shards, ratios, flows, senders, order_of(senders), exact)


def starting_nodes(calls: Mapping[str, tuple[OutgoingCall, ...]]) -> dict[str, dict[str, Decimal | None]]:
    """By address of who calls as its environments start: the nodes of its starts, with how long each keeps an answer."""
    out: dict[str, dict[str, Decimal | None]] = {}
    for address, of_one in calls.items():
        for call in of_one:
            if call.per_start:
                out.setdefault(address, {})[call.node(address)] = call.access.cache_ms
    return out


def _starts(
    scenario: Scenario, starting: Mapping[str, Mapping[str, Decimal | None]], usage: Mapping[str, Any]
) -> dict[str, Starts]:
    """The starts at each of these nodes."""
    out: dict[str, Starts] = {}
    for address, nodes in starting.items():
        resource = scenario.resources[address]
        found = {node: resource.type.starts(resource.spec, usage[address], kept) for node, kept in nodes.items()}
        out |= {node: starts for node, starts in found.items() if starts is not None}
    return out


def is_same_graph(graph: Graph, before: Scenario, after: Scenario, ctx: Context) -> bool:
    """Whether the graph of a scenario is also that of a changed one, in which `ctx` is the same.

    Only what can differ is asked again: hooks of the changed resources, and calls of those that call them.
    """
    if list(before.resources) != list(after.resources) or not _same_flows(before, after):
        return False
    triggers: dict[str, list[Trigger]] = {}
    for trigger in graph.triggers:
        triggers.setdefault(trigger.address, []).append(trigger)
    changed = {a: r for a, r in after.resources.items() if r is not before.resources[a]}
    callers = (a for a, of_one in graph.calls.items() if a not in changed and any(c.to in changed for c in of_one))
    return all(calls_of(after.resources[a], ctx, after) == graph.calls[a] for a in (*changed, *callers)) and all(
        _is_asked_the_same(graph, before.resources[a], r, triggers.get(a, ()), after) for a, r in changed.items()
    )


def _same_flows(before: Scenario, after: Scenario) -> bool:
    flows, others = before.flows_by_name, after.flows_by_name
    return flows.keys() == others.keys() and all(flow is others[name] for name, flow in flows.items())


def _is_asked_the_same(
    graph: Graph, before: Resource, after: Resource, known: Sequence[Trigger], scenario: Scenario
) -> bool:
    """Whether a changed resource is sent the same requests, tries them as often and emits as much."""
    if before.type is not after.type or before.access != after.access:
        return False
    if before.spec is after.spec:
        return True
    address, type_ = after.address, after.type
    if any(call.per_start for call in graph.calls[address]):
        return False
    if address in graph.emitters or type_.destinations(before.spec) or type_.destinations(after.spec):
        return False
    triggers = with_records(scenario, triggers_of(scenario, {address: after}), graph.ratios)
    ratios = {t.key: graph.ratios[t.key] for t in known if t.key in graph.ratios}
    return (
        triggers == tuple(known)
        and ratios_of(scenario, triggers, graph.flows, graph.shards) == ratios
        and all(_sends_alike(before, after, sender) for sender in graph.senders[address])
        and type_.schedule(after.spec) == type_.schedule(before.spec)
    )


def _sends_alike(before: Resource, after: Resource, sender: Sender) -> bool:
    type_, access, is_call = after.type, sender.stream.access, sender.trigger is None and bool(sender.node)
    return type_.emitted_records(after.spec, access) == type_.emitted_records(before.spec, access) and (
        not is_call or type_.attempts(after.spec, access, None) == sender.stream.attempts
    )
