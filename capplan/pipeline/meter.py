"""Meters every resource, until the shards of streams and the demand of their readers agree."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from capplan.flow import DemandFlow
from capplan.language.scenario import Resource, Scenario, declared
from capplan.model import Context, Demand, PoolLoad, Reading, RequestStream
from capplan.pipeline.demand import Delivery, Injected, Trigger, kinds_read
from capplan.pipeline.flow import Failing, Network, Round, Through, fails_alike, throttled_callees, what_gets_through
from capplan.pipeline.graph import Graph, graph_of, is_same_graph, starting_nodes
from capplan.pipeline.implied import ByCause, Following, address_of, causes_of, following
from capplan.pipeline.open_answers import check_answers
from capplan.pipeline.pools import Pools, loads_by_address, pools_of, with_loads
from capplan.quantities.distribution import Distribution
from capplan.record import Record, replace
from capplan.resource_type import DeclaredResource, MeteredResource, ResourceType
from capplan.services import SECTIONS, SERVICES, integrations, receive

_MAX_THROTTLED_ROUNDS, _PLAIN_ROUNDS = 16, 8
"""Rounds in which a workflow's retries of throttled calls and what they throttle settle."""


class Metered(Record, frozen=True):
    """A scenario with its demand and usage, before prices.

    Attributes:
        scenario: The scenario, with the resources that follow from those it declares.
        context: What services may know.
        offered: What each resource is asked for.
        demand: What each serves of it; the same where it is not short.
        usage: What AWS meters of it, by each service's own record.
        pools: What all resources use of the account's limits.
        consumed: Addresses of resources whose stream or queue is read.
        throttled: By address, the share of its calls that fails for callers that retry by a definition of their own.
        graph: Its exact flows; None where there are more requests or fewer calls than those of the scenario.
        rounds: The walks through this graph, from which a what-if takes what its change does not reach.
        declared: The scenario with the resources that it declares only.
        implied: What follows from each resource in other services, by its address.
        joined: Of declared resources among it, by address, the demand that calls and triggers alone tell.
    """

    scenario: Scenario
    context: Context
    offered: Mapping[str, Demand]
    demand: Mapping[str, Demand]
    usage: Mapping[str, Any]
    pools: Pools
    consumed: frozenset[str]
    throttled: Failing = {}
    graph: Graph | None = None
    rounds: Sequence[Round] = ()
    declared: Scenario | None = None
    implied: ByCause = {}
    joined: Mapping[str, Demand] = {}

    @property
    def as_declared(self) -> Scenario:
        """The scenario with the resources that it declares only."""
        return self.declared or self.scenario

    @property
    def own_demand(self) -> Mapping[str, Demand]:
        """The demand that calls and triggers alone tell."""
        return {**self.demand, **self.joined}

    def own_demand_of(self, address: str) -> Demand:
        """That of one resource."""
        return self.joined[address] if address in self.joined else self.demand[address]

    def resource(self, address: str) -> MeteredResource[Any, Any]:
        """One resource with its usage."""
        resource = self.scenario.resources[address]
        return MeteredResource(resource.name, resource.spec, self.usage[address], self.context)


def context_of(scenario: Scenario, seed: int, base: Metered | None = None, throttled: Failing | None = None) -> Context:
    """What services may know; durations that include callees' are recomputed until they agree.

    With a base whose waiting resources and all other durations are the same, their durations are the same too. The share
    of its calls that a resource throttles (`throttled`) fails for whoever waits for them.
    """
    resources = scenario.resources.values()
    addresses: dict[str, tuple[str, ...]] = {}
    for resource in resources:
        addresses[resource.name] = (*addresses.get(resource.name, ()), resource.address)
    durations: dict[str, Fraction] = {}
    ctx = Context(
        region=scenario.region,
        quotas=scenario.account.quotas,
        in_use=scenario.account.in_use,
        duration_ms=durations,
        addresses=addresses,
        seed=seed,
        duration_law={
            r.address: r.spec.duration for r in resources if isinstance(getattr(r.spec, "duration", None), Distribution)
        },
        timeout_ms={r.address: end for r in resources if (end := r.type.timeout_ms(r.spec)) is not None},
        fails={r.address: share for r in resources if (share := _failing_share(r, throttled or {}))},
        response_bytes={r.address: size for r in resources if (size := r.type.response_bytes(r.spec)) is not None},
        integrations=integrations(),
        only_verbs={key: section.verbs[0] for key, section in SECTIONS.items() if len(section.verbs) == 1},
        commitments=len(scenario.commitments),
        receive=receive(),
        with_environments=frozenset(r.address for r in resources if type(r.type).starts is not ResourceType.starts),
        traced=frozenset(r.address for r in resources if r.type.traced(r.spec)),
    )
    waiting = [r for r in resources if r.type.waits_for_callees]
    for resource in resources:
        waits = resource.type.waits_for_callees
        durations[resource.address] = Fraction(0) if waits else _duration_ms(resource, ctx)
    if base is not None and _same_durations(scenario, base, ctx):
        durations.update(base.context.duration_ms)
        return ctx
    for _ in waiting:
        before = dict(durations)
        for resource in waiting:
            durations[resource.address] = _duration_ms(resource, ctx)
        if before == durations:
            break
    return ctx


def _same_durations(scenario: Scenario, base: Metered, ctx: Context) -> bool:
    """Whether all that durations of waiting resources depend on is as in the base."""
    before, resources = base.as_declared.resources, scenario.resources
    known = base.context.duration_ms
    return (
        replace(ctx, duration_ms=known) == base.context
        and before.keys() == resources.keys()
        and all(
            r.spec is before[a].spec if r.type.waits_for_callees else known[a] == ctx.duration_ms[a]
            for a, r in resources.items()
        )
    )


def _duration_ms(resource: Resource, ctx: Context) -> Fraction:
    """Its own time, and that of the requests inside its keys which it waits for: an API lasts as long as its function."""
    own = resource.type.duration_ms(DeclaredResource(resource.name, resource.spec, ctx))
    if not (resource.type.waits_for_callees and resource.section.requests_in):
        return own
    waited = (c.times * ctx.duration_ms.get(c.to, 0) for c in resource.calls if not c.access.is_async)
    return own + sum(waited, Fraction(0))


def meter(
    scenario: Scenario, seed: int, extra: Sequence[Injected] = (), silent: str = "", base: Metered | None = None
) -> Metered:
    """The scenario with the demand and the usage of every resource.

    Args:
        scenario: The scenario.
        seed: Random seed.
        extra: Requests in addition to those of the scenario.
        silent: The address of a resource whose calls are left out, since `extra` contains them.
        base: The scenario before a change: a resource whose spec and demand are the same is not metered again.
    """
    metered = meter_declared(scenario, seed, extra, silent, base)
    known = {} if base is None else _implied_alike(metered, base)
    return with_implied(metered, causes_of(metered.scenario, metered.usage, metered.context, known), base)


def meter_declared(
    scenario: Scenario, seed: int, extra: Sequence[Injected] = (), silent: str = "", base: Metered | None = None
) -> Metered:
    """The resources that the scenario declares, without what follows from them; arguments as of `meter`."""
    return _meter_throttled(declared(scenario), seed, extra, silent, base)


def sections_alike(before: Context, after: Context) -> frozenset[str]:
    """Sections whose resources know the same: where quotas of the account differ, those of services that own none of these.

    No service reads quotas of another.
    """
    if before is after:
        return frozenset(SECTIONS)
    if replace(after, quotas=before.quotas) != before:
        return frozenset()
    differ = {
        limit for limit in {**before.quotas, **after.quotas} if before.quotas.get(limit) != after.quotas.get(limit)
    }
    alike = (service for service in SERVICES if not any(quota.id in differ for quota in service.quotas))
    return frozenset(section.key for service in alike for section in service.sections)


def _implied_alike(metered: Metered, base: Metered) -> ByCause:
    """What follows from resources whose spec and usage are the base's."""
    known, before = sections_alike(base.context, metered.context), base.as_declared.resources
    return {
        a: base.implied.get(a, ())
        for a, r in metered.scenario.resources.items()
        if r.section.key in known
        and a in before
        and before[a].spec is r.spec
        and base.usage[a] is metered.usage[a]
        and a not in base.joined
    }


def _meter_throttled(
    scenario: Scenario, seed: int, extra: Sequence[Injected], silent: str, base: Metered | None
) -> Metered:
    """The scenario metered, until what fails at throttled callees agrees with what they throttle."""
    throttled = base.throttled if base is not None else {}
    short: Metered | None = None
    for step in range(_MAX_THROTTLED_ROUNDS):
        ctx = _context(scenario, seed, base, throttled)
        metered = _meter_in(ctx, scenario, extra, silent, base)
        following = throttled_callees(scenario, metered.demand)
        if following == throttled or fails_alike(throttled, following):
            return replace(metered, throttled=throttled)
        short = replace(metered, throttled=throttled) if following else short
        throttled = following if step < _PLAIN_ROUNDS else _nearer(throttled, following, step - _PLAIN_ROUNDS + 2)
    return short or replace(metered, throttled=throttled)


def _nearer(throttled: Failing, following: Failing, step: int) -> Failing:
    """A step from what fails toward what then fails, shorter each time.

    Where runs that are rejected leave room for all others, the two take turns: the share that balances them lies between.
    """
    zero = Fraction(0)
    return {
        a: throttled.get(a, zero) + (following.get(a, zero) - throttled.get(a, zero)) / step
        for a in (*throttled, *(a for a in following if a not in throttled))
    }


def _context(scenario: Scenario, seed: int, base: Metered | None, throttled: Failing) -> Context:
    """What services may know: the base's own record where it is equal, so that whoever compares them sees that at once."""
    if base is not None and _same_context(scenario, seed, base, throttled):
        return base.context
    ctx = context_of(scenario, seed, base, throttled)
    return base.context if base is not None and base.context == ctx else ctx


def _same_context(scenario: Scenario, seed: int, base: Metered, throttled: Failing) -> bool:
    """Whether nothing that services may know can differ: only changed resources are asked again."""
    before, ctx = base.as_declared, base.context
    pairs = [(before.resources[a], r) for a, r in scenario.resources.items() if a in before.resources]
    return (
        list(before.resources) == list(scenario.resources)
        and (seed, scenario.region, scenario.account) == (ctx.seed, before.region, before.account)
        and len(scenario.commitments) == len(before.commitments)
        and throttled == base.throttled
        and all(_known_alike(old, new, ctx) for old, new in pairs if old.spec is not new.spec)
    )


def _known_alike(old: Resource, new: Resource, ctx: Context) -> bool:
    type_, before, after = new.type, old.spec, new.spec
    return (
        type_ is old.type
        and not type_.waits_for_callees
        and type_.timeout_ms(after) == type_.timeout_ms(before)
        and type_.failure_share(after) == type_.failure_share(before)
        and type_.response_bytes(after) == type_.response_bytes(before)
        and getattr(after, "duration", None) == getattr(before, "duration", None)
        and type_.traced(after) == type_.traced(before)
        and _duration_ms(new, ctx) == ctx.duration_ms[new.address]
    )


def _failing_share(resource: Resource, throttled: Failing) -> Fraction:
    share: Fraction = resource.type.failure_share(resource.spec)
    dropped = throttled.get(resource.address)
    return 1 - (1 - share) * (1 - dropped) if dropped else share


def _meter_in(
    ctx: Context, scenario: Scenario, extra: Sequence[Injected], silent: str, base: Metered | None
) -> Metered:
    """The scenario metered with what services may know."""
    graph = _graph_of(ctx, scenario, extra, silent, base)
    exact = {address: _demand(address, demand, base) for address, demand in graph.exact.items()}
    known = _known(scenario, ctx, base)
    deliveries: dict[str, list[Delivery]] = {}
    for delivery in graph.deliveries:
        deliveries.setdefault(delivery.address, []).append(delivery)
    alike = frozenset[str]() if base is None else sections_alike(base.context, ctx)
    network = Network(
        scenario,
        ctx,
        graph.senders,
        graph.flows,
        deliveries,
        kinds_read(graph.triggers),
        starting_nodes(graph.calls),
        graph.order,
        exact,
        graph.shards,
        known,
        _used(known, base),
        base.rounds if base is not None and graph is base.graph else (),
    )
    through = what_gets_through(
        network,
        lambda a, demand: _meter(scenario.resources[a], demand, ctx, base, alike),
        lambda usage: pools_of(scenario, usage, ctx, _same_loads(scenario, ctx, usage, base)),
    )
    if scenario.questions and not scenario.allow_open:
        check_answers(scenario, through.offered)
    own = None if extra or silent else graph
    usage = _with_readers(scenario, ctx, graph, through)
    read = {a: (r, usage[a]) for a, r in scenario.resources.items() if usage[a] is not through.usage[a]}
    pools = with_loads(through.pools, read, ctx) if read else through.pools
    consumed = frozenset(graph.emitters)
    return Metered(
        scenario, ctx, through.offered, through.demand, usage, pools, consumed, graph=own, rounds=through.rounds
    )


def _with_readers(scenario: Scenario, ctx: Context, graph: Graph, through: Through) -> Mapping[str, Any]:
    """The usage of every resource; what is read has what its readers cause."""
    out = dict(through.usage)
    for address in graph.emitters:
        emitter = scenario.resources[address]
        if type(emitter.type).with_readers is not ResourceType.with_readers:
            readers = tuple(_reading(scenario, ctx, t, through) for t in graph.triggers if t.source.name == address)
            declared = DeclaredResource(emitter.name, emitter.spec, ctx)
            out[address] = emitter.type.with_readers(declared, out[address], readers)
    return out


def _reading(scenario: Scenario, ctx: Context, trigger: Trigger, through: Through) -> Reading:
    """What a trigger reads: nothing arrives where its stream is not among the demand."""
    resource, source = scenario.resources[trigger.address], trigger.source
    nothing = RequestStream(trigger.request, DemandFlow.zero(), source.cause, source.trigger)
    found = (
        stream
        for stream in through.demand[trigger.address].requests
        if (stream.cause, stream.trigger) == (source.cause, source.trigger)
    )
    stream = next(found, nothing)
    metered = MeteredResource(resource.name, resource.spec, through.usage[trigger.address], ctx)
    return Reading(trigger.address, stream, source.share, resource.type.polling(metered, stream), source.chance)


def _graph_of(ctx: Context, scenario: Scenario, extra: Sequence[Injected], silent: str, base: Metered | None) -> Graph:
    """The base's graph where a change moves no flow in it."""
    known = None if base is None or base.context is not ctx or extra or silent else base.graph
    if base is not None and known is not None and is_same_graph(known, base.as_declared, scenario, ctx):
        return known
    alike = frozenset[str]() if base is None else sections_alike(base.context, ctx)
    return graph_of(
        scenario, ctx, extra, silent, lambda a, demand: _meter(scenario.resources[a], demand, ctx, base, alike)
    )


def _same_loads(
    scenario: Scenario, ctx: Context, usage: Mapping[str, Any], base: Metered | None
) -> dict[str, list[PoolLoad]]:
    """What resources with the same spec and usage as in the base use of the account's limits."""
    if base is None:
        return {}
    known, before = sections_alike(base.context, ctx), base.scenario.resources
    return {
        address: loads
        for address, loads in loads_by_address(base.scenario, base.pools).items()
        if before[address].section.key in known
        and usage.get(address) is base.usage[address]
        and before[address].spec is scenario.resources[address].spec
    }


def _demand(address: str, demand: Demand, base: Metered | None) -> Demand:
    """A demand, as the base's own record where it is equal: whoever compares them later sees that at once."""
    before = base.offered.get(address) if base is not None else None
    return before if before is not None and before == demand else demand


def _known(scenario: Scenario, ctx: Context, base: Metered | None) -> dict[str, tuple[Demand, Demand]]:
    """What the base offered to and got through resources whose spec is the same."""
    if base is None:
        return {}
    known, before = sections_alike(base.context, ctx), base.scenario.resources
    return {
        address: (base.offered[address], base.demand[address])
        for address, resource in scenario.resources.items()
        if resource.section.key in known
        and address in before
        and before[address].spec is resource.spec
        and address not in base.joined
    }


def _used(known: Iterable[str], base: Metered | None) -> dict[str, tuple[Demand, Any]]:
    """The usage of known resources in the base, with the demand that each served."""
    return {} if base is None else {address: (base.demand[address], base.usage[address]) for address in known}


def _meter(resource: Resource, demand: Demand, ctx: Context, base: Metered | None, known_alike: Collection[str]) -> Any:  # noqa: ANN401  each service has its own usage
    if base is not None and resource.section.key in known_alike:
        before = base.scenario.resources.get(resource.address)
        if before is not None and before.spec is resource.spec and resource.address not in base.joined:
            known = base.demand[resource.address]
            if known is demand or known == demand:
                return base.usage[resource.address]
    return resource.type.meter(DeclaredResource(resource.name, resource.spec, ctx), demand)


def with_implied(metered: Metered, causes: ByCause, base: Metered | None = None) -> Metered:
    """The metered scenario with what follows from its resources.

    Args:
        metered: The scenario without it.
        causes: What follows from each resource.
        base: The scenario before a change: what is implied alike is not metered again.
    """
    if not causes:
        return metered
    ctx = metered.context
    known_alike = frozenset[str]() if base is None else sections_alike(base.context, ctx)

    def reused(resource: Resource, demand: Demand) -> Any:  # noqa: ANN401  each service has its own usage
        before = base.scenario.resources.get(resource.address) if base is not None else None
        if (
            base is None
            or before is None
            or before.spec is not resource.spec
            or resource.section.key not in known_alike
        ):
            return None
        known = base.demand[resource.address]
        return base.usage[resource.address] if known is demand or known == demand else None

    scenario = metered.scenario
    every = tuple(dict.fromkeys(address_of(implied) for of_one in causes.values() for implied in of_one))
    found = {} if base is None else _follows_alike(scenario, causes, base, known_alike)
    moved = [address for address in every if address not in found]
    found |= following(scenario, metered.demand, causes, ctx, reused, moved) if moved else {}
    found = {address: found[address] for address in every}
    demand = {address: follows.demand for address, follows in found.items()}
    whole = replace(scenario, resources={**scenario.resources, **{a: f.resource for a, f in found.items()}})
    changed = {address: (follows.resource, follows.usage) for address, follows in found.items()}
    return replace(
        metered,
        scenario=whole,
        offered={**metered.offered, **demand},
        demand={**metered.demand, **demand},
        usage={**metered.usage, **{address: follows.usage for address, follows in found.items()}},
        pools=with_loads(metered.pools, changed, ctx),
        declared=scenario,
        implied=causes,
        joined={address: metered.demand[address] for address in found if address in scenario.resources},
    )


def _follows_alike(
    scenario: Scenario, causes: ByCause, base: Metered, known_alike: Collection[str]
) -> dict[str, Following]:
    """What nobody declares, and follows from the same resources as in the base."""
    before = base.implied
    moved = {
        address_of(implied)
        for cause in {**before, **causes}
        if before.get(cause) is not causes.get(cause)
        for implied in (*before.get(cause, ()), *causes.get(cause, ()))
    }
    return {
        a: Following(resource, base.demand[a], base.usage[a])
        for a, resource in base.scenario.resources.items()
        if resource.implied_by
        and resource.section.key in known_alike
        and a not in moved
        and a not in scenario.resources
    }
