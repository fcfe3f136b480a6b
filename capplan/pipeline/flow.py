"""What gets through: where a resource or a limit of the account is short, what follows sees what was served, and when.

What is offered stays the exact formula of `demand`. Where nothing is short, its demand is returned as it is.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan import units
from capplan.errors import CapplanError
from capplan.flow import DemandFlow, course
from capplan.language.scenario import Resource, Scenario
from capplan.model import Admitted, Context, Demand, RequestStream, SharedLimit
from capplan.pipeline.demand import Delivery, Sender, address_of, demand_of, emissions, emitted, taken
from capplan.pipeline.pools import PoolMember, Pools, is_exceeded
from capplan.pipeline.solve import Edge, components
from capplan.quantities.rounding import sig6
from capplan.record import MutableRecord, Record, replace
from capplan.resource_type import DeclaredResource, ResourceType
from capplan.services import default_quota

Shared = Mapping[str, Mapping[str, SharedLimit]]
"""By address and limit."""
Failing = Mapping[str, Fraction]
"""By address: the further share of its invocations that fails since what it calls is throttled. Range 0 to 1."""
_MAX_ROUNDS, _MAX_LOOP_ROUNDS = 10, 400
_SETTLED = 1e-4
"""Rounds end when volumes and peaks move by a smaller share."""
_SHARED_SETTLED = 1e-3
"""The same for what wants a short limit of the account: the parts add up to the quota in any case."""
_FEW_TERMS = 8
"""Terms of a flow up to which a part of it is a formula; a series of all their minutes costs as much as one term's."""
_CONSERVED = 1e-5
"""Offered and served + waiting + dropped may differ by this share: volumes have 6 digits."""


class Network(Record, frozen=True, eq=False):
    """A scenario's graph with its exact demand.

    Attributes:
        scenario: The scenario.
        context: What services may know.
        senders: What sends requests to each resource.
        flows: The exact flow at every node.
        deliveries: What each resource hands on to destinations, by its address.
        starting: The nodes of the starts of its environments, by its address.
        kinds: The kinds of change that are read of what it emits (`demand.kinds_read`), by its address.
        order: Groups of resources that call each other, callers first.
        exact: The exact demand of every resource: what is offered where nothing is short.
        shards: Shards of the streams that are read.
        known: Demands of a former plan, offered and admitted, of resources whose spec is the same.
        used: Their usage, with the demand that was served.
        rounds: Those of the former plan, where this graph is also that one's.
    """

    scenario: Scenario
    context: Context
    senders: Mapping[str, Sequence[Sender]]
    flows: Mapping[str, DemandFlow]
    deliveries: Mapping[str, Sequence[Delivery]]
    kinds: Mapping[str, tuple[tuple[str, ...], ...]]
    starting: Mapping[str, Collection[str]]
    order: Sequence[Sequence[str]]
    exact: Mapping[str, Demand]
    shards: Mapping[str, int]
    known: Mapping[str, tuple[Demand, Demand]]
    used: Mapping[str, tuple[Demand, Any]] = {}
    rounds: "Sequence[Round]" = ()


class _Pass(MutableRecord):
    """One walk through the graph: flows at the nodes, demands, and the nodes whose flow is not the exact one."""

    flows: dict[str, DemandFlow]
    offered: dict[str, Demand]
    demand: dict[str, Demand]
    moved: set[str]


class Round(Record, frozen=True, eq=False):
    """A walk with the short limits and the failing callers that it began with."""

    shared: Shared
    failing: Failing
    walk: _Pass


class Through(Record, frozen=True, eq=False):
    """What gets through of all demand: as offered to each resource, as admitted by it, with its usage and shared limits."""

    offered: Mapping[str, Demand]
    demand: Mapping[str, Demand]
    usage: Mapping[str, Any]
    pools: Pools
    rounds: Sequence[Round]


def what_gets_through(
    network: Network, meter: Callable[[str, Demand], Any], pools_of: Callable[[Mapping[str, Any]], Pools]
) -> Through:
    """The demand of every resource as it is served.

    Args:
        network: The graph with its exact demand.
        meter: The usage of a resource at a demand.
        pools_of: What all resources use of the account's limits.

    Raises:
        CapplanError: A loop of calls does not settle.
    """
    shared: Shared = {}
    failing: Failing = {}
    starts: Failing = {}
    last: dict[str, tuple[Demand, Demand]] = dict(network.known)
    metered: dict[str, tuple[Demand, Any]] = dict(network.used)
    rounds: list[Round] = []
    for round_ in range(_MAX_ROUNDS):
        former = network.rounds[round_] if round_ < len(network.rounds) else None
        walk = _walk(network, shared, failing, last, former)
        rounds.append(Round(shared, failing, walk))
        for address, demand in walk.demand.items():
            if address not in metered or metered[address][0] is not demand:
                metered[address] = (demand, meter(address, demand))
        usage = {address: metered[address][1] for address in network.scenario.resources}
        pools = pools_of(usage)
        if any(limit.own is not None for of_one in shared.values() for limit in of_one.values()):
            break
        if round_ == 0:
            starts = _failing_starts(network, usage)
        following, failing_now = _shared(network, walk.demand, pools, shared), _joined(_failing(network, walk), starts)
        settled = _is_settled(shared, following) and fails_alike(failing, failing_now)
        if settled and not following:
            break
        is_last = settled or round_ == _MAX_ROUNDS - 2
        shared, failing = _settled(walk.demand, pools, following) if is_last else following, failing_now
    addresses = network.scenario.resources
    offered, served = ({a: of_all[a] for a in addresses} for of_all in (walk.offered, walk.demand))
    return Through(offered, served, usage, pools, rounds)


# --- one walk ---------------------------------------------------------------------------------------------------------


def _walk(
    network: Network, shared: Shared, failing: Failing, last: dict[str, tuple[Demand, Demand]], former: Round | None
) -> _Pass:
    """What each resource serves, callers first. Where nothing differs from the former plan's round, it is that one's."""
    walk = _Pass(dict(network.flows), {}, {}, set()) if former is None else _copied(former.walk)
    anew = network.order if former is None else _begun_anew(network, shared, failing, former, walk)
    for group in anew:
        touched = (failing or walk.moved) and any(
            a in failing or any(s.node in walk.moved for s in network.senders[a]) for a in group
        )
        if not touched:
            for address in group:
                walk.offered[address] = _with(network.exact[address], shared.get(address))
                walk.demand[address] = _served(network, address, walk.offered[address], last)
            if all(walk.demand[address].admitted is None for address in group):
                continue
        inner = {node for address in group for node in _nodes(network, address)}
        if len(group) > 1 or any(sender.node in inner for sender in network.senders[group[0]]):
            walk.moved |= inner
            _settle_loop(network, group, walk, shared, failing, last)
        else:
            _visit(network, group[0], walk, shared, failing, last)
    return walk


def _copied(walk: _Pass) -> _Pass:
    return _Pass(dict(walk.flows), dict(walk.offered), dict(walk.demand), set(walk.moved))


def _begun_anew(
    network: Network, shared: Shared, failing: Failing, former: Round, walk: _Pass
) -> Iterator[Sequence[str]]:
    """Groups that a change may reach, each put back to where a walk begins: all of whoever is sent anything by these, too."""
    reached: set[str] = set()
    for group in network.order:
        if not any(
            address not in network.known
            or address in shared
            or address in former.shared
            or failing.get(address) != former.failing.get(address)
            or any(sender.node in reached for sender in network.senders[address])
            for address in group
        ):
            continue
        for address in group:
            walk.offered[address] = walk.demand[address] = network.exact[address]
            for node in _nodes(network, address):
                reached.add(node)
                walk.moved.discard(node)
                if node in network.flows:
                    walk.flows[node] = network.flows[node]
                else:
                    walk.flows.pop(node, None)
        yield group


def _settle_loop(
    network: Network,
    group: Sequence[str],
    walk: _Pass,
    shared: Shared,
    failing: Failing,
    last: dict[str, tuple[Demand, Demand]],
) -> None:
    """Resources that call each other: again and again, until what each serves no longer moves.

    Each round adds what the last one's calls cause. A request of the loop causes fewer than one more (`solve` refuses
    other loops), and a resource never serves more than it is asked for, so the differences shrink by a constant factor.
    """
    for address in group:  # whoever is first sees the others as they would be, were nothing short
        walk.offered.setdefault(address, network.exact[address])
        walk.demand.setdefault(address, network.exact[address])
    before: list[Fraction] = []
    for _ in range(_MAX_LOOP_ROUNDS):
        for address in group:
            _visit(network, address, walk, shared, failing, last)
        after = [d.monthly for a in group for d in (walk.offered[a].flow, walk.demand[a].flow)]
        if before and all(
            abs(b - a) <= max(a, b) * Fraction(_SETTLED) / 10 for a, b in zip(before, after, strict=True)
        ):
            return
        before = after
    first = network.scenario.resources[group[0]]
    names = " -> ".join(network.scenario.resources[address].name for address in (*group, group[0]))
    diagnostic = network.scenario.doc.diagnostic(
        [first.section.key, first.name],
        f"what this loop serves does not settle: {names}",
        "raise what bounds it, or lower the chance of its calls",
        key=True,
    )
    raise CapplanError((diagnostic,))


def _visit(
    network: Network,
    address: str,
    walk: _Pass,
    shared: Shared,
    failing: Failing,
    last: dict[str, tuple[Demand, Demand]],
) -> None:
    """One resource at the flows so far: what it serves, and so what it calls and emits."""
    resource, senders = network.scenario.resources[address], network.senders[address]
    if address in failing or any(sender.node in walk.moved for sender in senders):
        sent = [_rebuilt(network, address, sender, walk, failing.get(address)) for sender in senders]
        offered = replace(demand_of(sent, walk.flows), callees_fail=failing.get(address, Fraction(0)))
        walk.offered[address] = _with(offered, shared.get(address))
        walk.demand[address] = _served(network, address, walk.offered[address], last)
    elif walk.demand[address].admitted is None:
        return
    demand = walk.demand[address]
    walk.flows[address] = demand.flow
    walk.flows[taken(address)] = DemandFlow.total(stream.flow * stream.records for stream in demand.requests)
    emits: dict[str, list[DemandFlow]] = {node: [] for node in _emitted(network, address)}
    for stream in demand.requests:
        for node, records in emissions(resource, stream.access, network.kinds):
            emits[node].append(stream.flow * (records * stream.records / stream.attempts))
    walk.flows.update({node: DemandFlow.total(flows) for node, flows in emits.items()})
    for node in network.starting.get(address, ()):  # environments start as the exact demand is served
        exact = network.exact[address].flow.monthly
        part = sig6(float(demand.flow.monthly / exact)) if exact else Fraction(0)
        walk.flows[node] = network.flows.get(node, DemandFlow.zero()) * part
    for delivery in network.deliveries.get(address, ()):
        walk.flows[delivery.node] = DemandFlow.total(_handed_on(resource, delivery, demand))
    walk.moved.update(_nodes(network, address))


def _nodes(network: Network, address: str) -> tuple[str, ...]:
    """The graph nodes of a resource."""
    handed_on = (d.node for d in network.deliveries.get(address, ()))
    return (address, *_emitted(network, address), taken(address), *network.starting.get(address, ()), *handed_on)


def _emitted(network: Network, address: str) -> tuple[str, ...]:
    return (emitted(address), *(emitted(address, kinds) for kinds in network.kinds.get(address, ())))


def _handed_on(resource: Resource, delivery: Delivery, demand: Demand) -> Iterator[DemandFlow]:
    """What goes to a destination, when it is served: what was dropped comes with the rest."""
    parts = (None,) * len(demand.requests) if demand.admitted is None else demand.admitted.streams
    spec = resource.type.failing_also(resource.spec, demand.callees_fail)
    for stream, part in zip(demand.requests, parts, strict=True):
        times = resource.type.handed_on(spec, delivery.destination, stream, part)
        served = stream.flow.monthly
        if times and served:
            yield stream.flow * (times * stream.arrivals.monthly / served)


def _rebuilt(network: Network, address: str, sender: Sender, walk: _Pass, fails: Fraction | None) -> Sender:
    """A sender at the flows so far: batches at the rate that now arrives, attempts at the share that now fails."""
    resource, stream, times, trigger = network.scenario.resources[address], sender.stream, sender.times, sender.trigger
    if fails:
        spec = resource.type.failing_also(resource.spec, fails)
        attempts = resource.type.attempts(spec, stream.access, sender.source, stream.records)
        factor = attempts / stream.attempts
        stream, times = replace(stream, attempts=attempts, flow=stream.flow * factor), times * factor
    if trigger is not None and sender.node in walk.moved:
        source = trigger.source
        per_second = walk.flows[sender.node].monthly * source.share / units.MONTH_SECONDS
        shards = network.shards.get(source.name, 1)
        records = resource.type.records_per_invocation(resource.spec, source, per_second, shards)
        stream = replace(stream, records=records)
    caller = walk.offered.get(address_of(sender.node))  # None in a loop's first round
    if trigger is None and sender.node in walk.moved and caller is not None:
        stream = replace(stream, callers_attempts=_attempts_of(caller, stream.callers_attempts))
    return replace(sender, stream=stream, times=times)


def _attempts_of(caller: Demand, otherwise: Fraction) -> Fraction:
    """Runs of a caller per run of a schedule's first instant, at the share that now fails; the fewest of its streams."""
    by_schedule = (s for s in caller.requests if any(profile.starts for profile, _ in s.arrivals.terms))
    return min((stream.all_attempts for stream in by_schedule), default=otherwise)


def _with(demand: Demand, shared: Mapping[str, SharedLimit] | None) -> Demand:
    return replace(demand, shared=shared) if shared else demand


def _served(network: Network, address: str, offered: Demand, last: dict[str, tuple[Demand, Demand]]) -> Demand:
    """The demand with what is served of it; one that was offered before is not computed again."""
    known = last.get(address)
    if known is not None and (known[0] is offered or known[0] == offered):
        return known[1]
    resource = network.scenario.resources[address]
    declared = DeclaredResource(resource.name, resource.spec, network.context)
    admitted = resource.type.admit(declared, offered) if offered.requests else None
    demand = offered if admitted is None else admit(offered, admitted, address)
    last[address] = (offered, demand)
    return demand


def admit(offered: Demand, admitted: Admitted, address: str = "") -> Demand:
    """The demand with each stream's flow replaced by what was served of it."""
    requests = []
    for stream, part in zip(offered.requests, admitted.streams, strict=True):
        asked = float(stream.arrivals.monthly)
        kept = float(part.served + part.waiting + part.dropped)
        if abs(kept - asked) > asked * _CONSERVED:
            raise AssertionError(f"{address}: {asked} offered, {kept} served, waiting or dropped")
        requests.append(stream if part.flow is stream.flow else _replaced(stream, part.flow, part.records))
    return replace(offered, requests=tuple(requests), admitted=admitted)


def alike(one: Admitted, other: Admitted) -> bool:
    """Whether as much gets through at the same times, so that nothing that follows sees a difference."""
    return len(one.streams) == len(other.streams) and all(
        (a.served, a.dropped, a.waiting, a.records) == (b.served, b.dropped, b.waiting, b.records)
        and _same_course(a.flow, b.flow)
        for a, b in zip(one.streams, other.streams, strict=True)
    )


def _same_course(one: DemandFlow, other: DemandFlow) -> bool:
    return len(one.terms) == len(other.terms) and all(
        m == n and (p is q or (p.key == q.key and p.monthly == q.monthly and bool((p.expand() == q.expand()).all())))
        for (p, m), (q, n) in zip(one.terms, other.terms, strict=True)
    )


def _replaced(stream: RequestStream, flow: DemandFlow, records: Fraction | None) -> RequestStream:
    return replace(stream, flow=flow, offered=stream.flow, records=stream.records if records is None else records)


def order_of(senders: Mapping[str, Sequence[Sender]]) -> list[list[str]]:
    """Groups of resources that call each other, callers first."""
    outgoing: dict[str, list[Edge]] = {}
    for address, of_one in senders.items():
        for sender in of_one:
            if sender.node:
                outgoing.setdefault(address_of(sender.node), []).append(Edge(sender.node, address, Fraction(1)))
    return components(list(senders), outgoing)


# --- limits that the account shares -----------------------------------------------------------------------------------


def _shared(network: Network, demand: Mapping[str, Demand], pools: Pools, before: Shared) -> Shared:
    """The limits of the account that are short, as each resource that shares them sees them."""
    ctx, out = network.context, dict[str, dict[str, SharedLimit]]()
    known = {limit for of_one in before.values() for limit in of_one}
    for limit, members in pools.items():
        if limit not in known and not is_exceeded(limit, [member.load for member in members], ctx):
            continue
        reserved = sum(load.flow.peak().per_second for _, load in members if load.reserved)
        flows = _wanted(demand, limit, members)
        total = DemandFlow.total(flows.values())
        quota = ctx.quotas.get(limit, default_quota(limit, ctx.region, ctx.quotas)) or Decimal(0)
        left = max(Fraction(0), Fraction(quota) - Fraction(ctx.in_use.get(limit, 0)) - Fraction(round(reserved)))
        for address, others in _others(limit, flows, total).items():
            out.setdefault(address, {})[limit] = SharedLimit(left, others, len(flows))
    return out


def _others(limit: str, flows: Mapping[str, DemandFlow], total: DemandFlow) -> dict[str, DemandFlow]:
    """What all but one want, for each: of many, their series is that of all less its own, else each would sum them up."""
    if len(total.terms) <= _FEW_TERMS:
        return {a: DemandFlow(tuple(t for t in (total + flow * -1).terms if t[1] > 0)) for a, flow in flows.items()}
    series, monthly = total.rate_per_minute(), total.monthly
    return {
        address: course(
            total, (series - flow.rate_per_minute()).clip(min=0.0), monthly - flow.monthly, f"{address}#beside {limit}"
        )
        for address, flow in flows.items()
    }


def _wanted(demand: Mapping[str, Demand], limit: str, members: Sequence[PoolMember]) -> dict[str, DemandFlow]:
    """What each resource that shares the limit wants of it."""
    loads: dict[str, list[DemandFlow]] = {}
    for address, load in members:
        if not load.reserved:
            loads.setdefault(address, []).append(load.flow)
    return {address: _wanted_by(demand[address], limit, flows) for address, flows in loads.items()}


def _wanted_by(demand: Demand, limit: str, loads: Iterable[DemandFlow]) -> DemandFlow:
    if demand.admitted is not None and limit in demand.admitted.wanted:
        return demand.admitted.wanted[limit]
    return DemandFlow.total(loads)


def _settled(demand: Mapping[str, Demand], pools: Pools, shared: Shared) -> Shared:
    """The short limits with what each resource wants itself, so that their parts add up to the quota."""
    limits = {limit for of_one in shared.values() for limit in of_one}
    own = {limit: _wanted(demand, limit, pools[limit]) for limit in limits}
    return {
        address: {limit: replace(one, own=own[limit][address]) for limit, one in of_one.items()}
        for address, of_one in shared.items()
    }


def _is_settled(before: Shared, after: Shared) -> bool:
    return before.keys() == after.keys() and all(
        before[address].keys() == limits.keys()
        and all(_alike(before[address][limit].others, one.others) for limit, one in limits.items())
        for address, limits in after.items()
    )


def _alike(one: DemandFlow, other: DemandFlow) -> bool:
    if one == other:
        return True
    pairs = ((float(one.monthly), float(other.monthly)), (one.peak().per_second, other.peak().per_second))
    return all(abs(a - b) <= _SHARED_SETTLED * max(abs(a), abs(b)) for a, b in pairs)


# --- callers of what is short -----------------------------------------------------------------------------------------


def _failing(network: Network, walk: _Pass) -> Failing:
    """The share of each caller's invocations that fails since a call that it waits for is dropped."""
    passes: dict[str, float] = {}
    for address, demand in walk.demand.items():
        if demand.admitted is None:
            continue
        for stream, part in zip(demand.requests, demand.admitted.streams, strict=True):
            offered = part.served + part.waiting + part.dropped
            if stream.access.is_async or not part.dropped or not offered:
                continue
            sender = _sender_of(network.senders[address], stream)
            if sender is not None:
                times = sender.times / sender.stream.attempts * _units(walk, sender)
                kept = (1 - float(part.dropped / offered)) ** float(times)
                passes[stream.cause] = passes.get(stream.cause, 1.0) * kept
    return {
        address: Fraction(round(1 - share, 6))
        for address, share in passes.items()
        if _can_fail(network, address) and share < 1
    }


def _sender_of(senders: Sequence[Sender], stream: RequestStream) -> Sender | None:
    """The call that makes a stream of requests: a caller may have several to one resource. None for traffic."""
    return next(
        (
            sender
            for sender in senders
            if address_of(sender.node) == stream.cause
            and sender.stream.line == stream.line
            and sender.stream.access == stream.access
        ),
        None,
    )


def _units(walk: _Pass, sender: Sender) -> Fraction:
    """Units of a sender's node per unit of its resource: records of a batch, where it is called for each."""
    address = address_of(sender.node)
    if sender.trigger is not None or sender.node != taken(address) or not walk.flows[address].monthly:
        return Fraction(1)
    return walk.flows[sender.node].monthly / walk.flows[address].monthly


def _failing_starts(network: Network, usage: Mapping[str, Any]) -> Failing:
    """The share of each resource's invocations that its own starts make fail, before anything is tried again."""
    resources = network.scenario.resources
    able = ((a, r.type) for a, r in resources.items() if type(r.type).failing_starts is not ResourceType.failing_starts)
    shares = {a: type_.failing_starts(usage[a]) for a, type_ in able}
    return {address: share for address, share in shares.items() if share}


def _joined(one: Failing, other: Failing) -> Failing:
    if not other:
        return one
    return {a: 1 - (1 - one.get(a, Fraction(0))) * (1 - other.get(a, Fraction(0))) for a in {**one, **other}}


def throttled_callees(scenario: Scenario, demand: Mapping[str, Demand]) -> Failing:
    """The share of its calls that each resource drops, of callers whose retries are their own: a workflow's definition."""
    out: dict[str, Fraction] = {}
    for address, of_one in demand.items():
        if of_one.admitted is None:
            continue
        offered = dropped = Fraction(0)
        for stream, part in zip(of_one.requests, of_one.admitted.streams, strict=True):
            caller = scenario.resources.get(stream.cause)
            if caller is not None and not stream.access.is_async and not _fails_also(caller):
                offered, dropped = offered + part.served + part.waiting + part.dropped, dropped + part.dropped
        if dropped:
            out[address] = Fraction(round(float(dropped / offered), 6))
    return out


def _can_fail(network: Network, address: str) -> bool:
    return _fails_also(network.scenario.resources[address])


def _fails_also(resource: Resource) -> bool:
    return resource.type.failing_also(resource.spec, Fraction(1, 2)) is not resource.spec


def fails_alike(before: Failing, after: Failing) -> bool:
    """Whether the shares are the same but for a negligible part."""
    return before.keys() == after.keys() and all(abs(after[a] - share) <= _SETTLED for a, share in before.items())
