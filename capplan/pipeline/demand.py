"""Computes the demand of every resource from the traffic, the calls and the triggers."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.calls import Access
from capplan.errors import CapplanError, Diagnostic
from capplan.flow import DemandFlow
from capplan.language.scenario import IncomingRequests, Resource, Scenario
from capplan.model import Assumption, Call, Context, Demand, Line, RequestStream
from capplan.pipeline.solve import Edge, LoopError, arrivals
from capplan.record import Record, replace
from capplan.resource_type import DeclaredResource, Destination, Source, Starts

SourceKey = tuple[str, str, int | None]
MAX_MONTHLY = 10**18
"""Requests a month at one resource, and records: more is a typing error in a rate or in `times` somewhere before it."""
_ONE = Fraction(1)
_MS_PER_MINUTE = units.SECONDS_PER_MINUTE * units.MS_PER_SECOND
_MAX_STEPS = 12
"""Calls in a row over which simultaneous requests are followed."""
Ratios = Mapping[SourceKey, Fraction]
"""Records that one invocation takes, by address and source; 1 for sources that are not in it."""


class OutgoingCall(Record, frozen=True):
    """A request that a resource makes `times` per unit of its own demand, spread over `over_ms`."""

    to: str
    times: Fraction
    access: Access
    over_ms: Fraction
    line: Line | None = None
    at_once: Fraction = _ONE
    open_at_most: Fraction | None = None
    per_record: bool = False
    per_start: bool = False

    def node(self, caller: str) -> str:
        """The graph node whose units make it."""
        if self.per_start:
            return started(caller, self.access.cache_ms)
        return taken(caller) if self.per_record else caller


class Injected(Record, frozen=True):
    """Requests to a resource in addition to those of the scenario, to see what they alone cause."""

    to: str
    access: Access
    flow: DemandFlow


def emitted(address: str, kinds: tuple[str, ...] = ()) -> str:
    """The graph node of what a resource emits: its stream, its queue; or of some kinds of change only."""
    return f"{address}#emitted{':'.join(('', *kinds))}"


def kinds_read(triggers: "Iterable[Trigger]") -> dict[str, tuple[tuple[str, ...], ...]]:
    """By address: the kinds of change that are read together of what it emits, beside all of it."""
    out: dict[str, dict[tuple[str, ...], None]] = {}
    for trigger in triggers:
        if trigger.source.kinds:
            out.setdefault(trigger.source.name, {})[trigger.source.kinds] = None
    return {address: tuple(kinds) for address, kinds in out.items()}


def emissions(
    resource: Resource, access: Access, kinds_of: Mapping[str, tuple[tuple[str, ...], ...]]
) -> Iterator[tuple[str, Fraction]]:
    """The nodes of what a request makes a resource emit, each with the records."""
    type_, address = resource.type, resource.address
    yield emitted(address), type_.emitted_records(resource.spec, access)
    for kinds in kinds_of.get(address, ()):
        yield emitted(address, kinds), type_.emitted_of(resource.spec, access, kinds)


def taken(address: str) -> str:
    """The graph node of the records that a resource takes: a batch has several."""
    return f"{address}#taken"


def started(address: str, kept_ms: Decimal | None) -> str:
    """The graph node of the starts of a resource's environments, and of what they fetch again after some time."""
    return f"{address}#started" if kept_ms is None else f"{address}#started:{kept_ms.normalize():f}"


def handed_on(address: str, place: int) -> str:
    """The graph node of what goes to one of a resource's destinations."""
    return f"{address}#destination{place}"


def address_of(node: str) -> str:
    """The resource of a graph node."""
    return node.partition("#")[0]


class Delivery(Record, frozen=True):
    """What a resource's type hands on to a destination: a dead-letter queue, what gets its successes."""

    address: str
    place: int
    destination: Destination
    to: str
    access: Access

    @property
    def node(self) -> str:
        """Its graph node: deliveries per second."""
        return handed_on(self.address, self.place)


def deliveries_of(scenario: Scenario, ctx: Context) -> tuple[Delivery, ...]:
    """All destinations of the resources; one to which nothing of the scenario belongs is left out."""
    out = []
    for address, resource in scenario.resources.items():
        for place, destination in enumerate(resource.type.destinations(resource.spec)):
            found = ctx.receiver(destination.to, destination.verbs)
            if found is not None:
                to, verb = found
                name = to.partition(".")[2]
                access = destination.access.model_copy(update={"op": verb, "target": name})
                out.append(Delivery(address, place, destination, to, access))
    return tuple(out)


def calls_of(resource: Resource, ctx: Context, scenario: Scenario) -> tuple[OutgoingCall, ...]:
    """The calls of a resource per unit of its demand: those of the scenario and those of its type."""
    factor = resource.type.calls_per_unit(resource.spec)
    duration_ms = ctx.duration_ms[resource.address]
    written = [
        OutgoingCall(c.to, c.times * factor, c.access, duration_ms, c.line, per_record=c.per_record)
        if not c.per_start
        else OutgoingCall(c.to, c.times, c.access, Fraction(0), c.line, per_start=True)
        for c in resource.calls
    ]
    added = resource.type.calls(DeclaredResource(resource.name, resource.spec, ctx))
    known = [
        OutgoingCall(c.to, c.times, fitting(scenario, c), c.over_ms, None, c.at_once, c.open_at_most, c.per_record)
        for c in added
        if c.to in scenario.resources
    ]
    return tuple(written + known)


def starting_at_once(
    calls: Mapping[str, tuple[OutgoingCall, ...]], starts: Mapping[str, Starts]
) -> dict[str, tuple[OutgoingCall, ...]]:
    """The calls, those of starting environments with how many start together."""
    if not starts:
        return dict(calls)
    return {
        address: tuple(
            replace(call, at_once=starts[node].at_once * call.times)
            if call.per_start and (node := call.node(address)) in starts
            else call
            for call in of_one
        )
        for address, of_one in calls.items()
    }


def fitting(scenario: Scenario, call: Call) -> Access:
    """A call's request, adapted to its target."""
    target = scenario.resources[call.to]
    return target.type.fit_request(target.spec, call.access)


class Trigger(Record, frozen=True):
    """A source of a resource's demand, with the request it makes and what one record or request of it causes.

    `invocations` is before batching: the share that passes, with `attempts`.
    """

    address: str
    source: Source
    request: Access
    invocations: Fraction
    attempts: Fraction

    @property
    def key(self) -> SourceKey:
        """The address, the source, and the index of the trigger."""
        return self.address, self.source.name, self.source.trigger


def triggers_of(scenario: Scenario, resources: Mapping[str, Resource]) -> tuple[Trigger, ...]:
    """The triggers of some resources; a resource's own schedule is one of them."""
    out = []
    for address, resource in resources.items():
        sources = resource.type.sources(resource.spec)
        if address in scenario.flows_by_name:
            sources = (*sources, Source(address, cause=f"traffic.{address}"))
        for source in sources:
            request = _request_of(scenario, resource, source)
            attempts = _attempts(scenario, address, request, source)
            out.append(Trigger(address, source, request, source.share * attempts, attempts))
    return tuple(out)


def with_records(scenario: Scenario, triggers: tuple[Trigger, ...], ratios: Ratios) -> tuple[Trigger, ...]:
    """The triggers with the retries of batches: a batch of many records may reach a timeout that one record does not."""

    def tried(trigger: Trigger) -> Trigger:
        attempts = _attempts(scenario, trigger.address, trigger.request, trigger.source, ratios[trigger.key])
        return replace(trigger, invocations=trigger.source.share * attempts, attempts=attempts)

    return tuple(tried(trigger) if trigger.key in ratios else trigger for trigger in triggers)


def emitters_read(scenario: Scenario, triggers: Iterable[Trigger]) -> tuple[str, ...]:
    """Addresses of resources whose stream or queue is read."""
    names = dict.fromkeys(trigger.source.name for trigger in triggers if trigger.source.emitted)
    return tuple(name for name in names if name in scenario.resources)


def _flow_of(scenario: Scenario, source: Source, flows: Mapping[str, DemandFlow]) -> DemandFlow:
    if source.emitted:
        return flows.get(emitted(source.name, source.kinds), DemandFlow.zero())
    return scenario.flows_by_name[source.name]


def _attempts(
    scenario: Scenario, address: str, access: Access, source: Source | None = None, records: Fraction = _ONE
) -> Fraction:
    """Invocations or runs that one request or one batch of records causes, retries included."""
    target = scenario.resources[address]
    return target.type.attempts(target.spec, access, source, records)


def _request_of(scenario: Scenario, resource: Resource, source: Source) -> Access:
    """The request that a source makes."""
    access = source.access
    if source.scheduled is not None and not source.emitted:
        terms = scenario.flows_by_name[source.name].terms
        if terms and all(profile.starts for profile, _ in terms):
            access = source.scheduled
    if access is not None:
        return access.model_copy(update={"target": resource.name})
    return Access.model_validate({"op": resource.type.starts_with, "target": resource.name})


def ratios_of(
    scenario: Scenario, triggers: Iterable[Trigger], flows: Mapping[str, DemandFlow], shards: Mapping[str, int]
) -> dict[SourceKey, Fraction]:
    """Records per invocation of each source that is read in batches, at the month's mean rate."""
    out: dict[SourceKey, Fraction] = {}
    for trigger in triggers:
        source, resource = trigger.source, scenario.resources[trigger.address]
        per_second = _flow_of(scenario, source, flows).monthly * source.share / units.MONTH_SECONDS
        ratio = resource.type.records_per_invocation(resource.spec, source, per_second, shards.get(source.name, 1))
        if ratio != 1:
            out[trigger.key] = ratio
    return out


def arrivals_of(
    scenario: Scenario,
    calls: Mapping[str, tuple[OutgoingCall, ...]],
    triggers: Iterable[Trigger],
    ratios: Ratios,
    deliveries: Iterable[Delivery] = (),
    extra: Iterable[Injected] = (),
    starts: Mapping[str, Starts] = {},
) -> dict[str, DemandFlow]:
    """Requests per second at every resource, the records that each takes in batches and emits, and what it hands on.

    Raises:
        CapplanError: A call loop grows without bound, or there are more than `MAX_MONTHLY` somewhere.
    """
    incoming: dict[str, list[DemandFlow]] = {address: [] for address in scenario.resources}
    edges: list[Edge] = []
    for node, of_node in starts.items():
        incoming[node] = [of_node.flow]
    triggers = tuple(triggers)
    arrive = _arrive(scenario, calls, deliveries, triggers)
    for address, resource in scenario.resources.items():
        for entry in resource.access:
            _add(incoming, entry.flow, arrive(address, RequestStream(entry.access, entry.flow, "")))
        edges += [
            Edge(call.node(address), node, call.times * times, call.over_ms)
            for call in calls[address]
            for node, times in arrive(call.to, _called(scenario, call, address))
        ]
    for injected in extra:
        attempts = _attempts(scenario, injected.to, injected.access)
        stream = RequestStream(injected.access, injected.flow, "", attempts=attempts)
        _add(incoming, injected.flow, {injected.to: attempts, **dict(arrive(injected.to, stream))}.items())
    for delivery in deliveries:
        stream = _called(scenario, delivery, delivery.address)
        edges += [Edge(delivery.node, node, times) for node, times in arrive(delivery.to, stream)]
    for trigger in triggers:
        records = ratios.get(trigger.key, _ONE)
        share = trigger.source.share
        nodes = [(n, times * share) for n, times in arrive(trigger.address, _triggered(trigger, records))]
        if trigger.source.emitted:
            edges += [Edge(emitted(trigger.source.name, trigger.source.kinds), node, times) for node, times in nodes]
        else:
            _add(incoming, scenario.flows_by_name[trigger.source.name], nodes)
    try:
        found = arrivals({node: DemandFlow.total(flows) for node, flows in incoming.items()}, edges)
    except LoopError as error:
        raise CapplanError((_loop_diagnostic(scenario, error),)) from None
    beyond = next((node for node, flow in found.items() if flow.monthly > MAX_MONTHLY), None)
    if beyond is not None:
        raise CapplanError((_beyond_diagnostic(scenario, beyond),))
    return found


def _add(incoming: dict[str, list[DemandFlow]], flow: DemandFlow, nodes: Iterable[tuple[str, Fraction]]) -> None:
    for node, times in nodes:
        incoming.setdefault(node, []).append(flow * times)


def _called(scenario: Scenario, call: OutgoingCall | Delivery, caller: str) -> RequestStream:
    """A call as its target sees it."""
    return RequestStream(
        call.access, DemandFlow.zero(), caller, attempts=_attempts(scenario, call.to, call.access)
    )  # fmt: skip


def _triggered(trigger: Trigger, records: Fraction, shards: int = 1) -> RequestStream:
    """What a trigger sends, as its resource sees it."""
    source = trigger.source
    return RequestStream(
        trigger.request, DemandFlow.zero(), source.cause, source.trigger, records, shards=shards,
        attempts=trigger.attempts,
    )  # fmt: skip


Arrive = Callable[[str, RequestStream], list[tuple[str, Fraction]]]


def _arrive(
    scenario: Scenario,
    calls: Mapping[str, tuple[OutgoingCall, ...]],
    deliveries: Iterable[Delivery],
    triggers: Iterable[Trigger],
) -> Arrive:
    """Gives the nodes that one arrival at a resource adds to, with how much: its own, what it emits, takes, hands on.

    A resource that only emits, such as a table, needs no node of its own: its requests cause nothing else.
    """
    per_record = {address for address, of_one in calls.items() if any(call.per_record for call in of_one)}
    of_address: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        of_address.setdefault(delivery.address, []).append(delivery)
    kinds = kinds_read(triggers)

    def arrive(address: str, stream: RequestStream) -> list[tuple[str, Fraction]]:
        target = scenario.resources[address]
        out = list(emissions(target, stream.access, kinds))
        if calls[address] or not target.section.emits:
            out.append((address, stream.attempts / stream.records))
        if address in per_record:
            out.append((taken(address), stream.attempts))
        out += [
            (delivery.node, target.type.handed_on(target.spec, delivery.destination, stream, None))
            for delivery in of_address.get(address, ())
        ]
        return [(node, times) for node, times in out if times]

    return arrive


def _loop_diagnostic(scenario: Scenario, error: LoopError) -> Diagnostic:
    names = [address_of(node) for node in error.nodes]
    first = scenario.resources[names[0]]
    return scenario.doc.diagnostic(
        [first.section.key, first.name],
        f"call loop grows without bound: {' -> '.join(_readable(scenario, node) for node in error.nodes)}",
        "each cycle causes at least one more; use a chance or a filter below 100%",
        key=True,
    )


def _beyond_diagnostic(scenario: Scenario, node: str) -> Diagnostic:
    resource = scenario.resources[address_of(node)]
    return scenario.doc.diagnostic(
        [resource.section.key, resource.name],
        f"{_readable(scenario, node)}: more than {MAX_MONTHLY:,} a month",
        "a rate is too high, or `times`, or an item count, on the way to it",
        key=True,
    )


def _readable(scenario: Scenario, node: str) -> str:
    """A node in a message: `orders's stream`."""
    resource = scenario.resources[address_of(node)]
    emits = resource.section.emits
    return f"{resource.name}'s {emits.word}" if "#emitted" in node and emits is not None else resource.name


class Sender(Record, frozen=True):
    """A stream of a resource, as a multiple of the flow at a node of the graph.

    Attributes:
        stream: The stream; its flow is final where `node` is empty.
        node: An address, or what it emits; empty for traffic.
        times: Requests (of a trigger: before batching) per unit of the node's flow.
        over_ms: The time over which a caller spreads them.
        trigger: The trigger that reads the node.
        source: The source of a trigger; None for a call.
    """

    stream: RequestStream
    node: str = ""
    times: Fraction = _ONE
    over_ms: Fraction = Fraction(0)
    trigger: Trigger | None = None
    source: Source | None = None

    def sent(self, flows: Mapping[str, DemandFlow]) -> RequestStream:
        """The stream at these flows of the nodes."""
        if not self.node:
            return self.stream
        flow = (flows.get(self.node, DemandFlow.zero()) * (self.times / self.stream.records)).spread(self.over_ms)
        return replace(self.stream, flow=flow)


def senders_of(
    scenario: Scenario,
    calls: Mapping[str, tuple[OutgoingCall, ...]],
    triggers: Iterable[Trigger],
    flows: Mapping[str, DemandFlow],
    ratios: Ratios,
    shards: Mapping[str, int],
    deliveries: Iterable[Delivery] = (),
    extra: Iterable[Injected] = (),
) -> dict[str, list[Sender]]:
    """What sends requests to each resource, one stream per sender."""
    senders: dict[str, list[Sender]] = {address: [] for address in scenario.resources}
    triggers = tuple(triggers)
    batches = _batches(ratios)
    at_once = _at_once(scenario, calls, triggers, batches)
    of_callers = _callers_attempts(scenario, calls, triggers)
    for address, resource in scenario.resources.items():
        senders[address] += [Sender(_from_outside(entry)) for entry in resource.access]
        for call in calls[address]:
            node = call.node(address)
            together = _called_at_once(call, batches.get(address, _ONE))
            stream = replace(
                _called(scenario, call, address), line=call.line,
                at_once=together if call.per_start else at_once[address] * together,
                open_at_most=_open_at_most(call, flows.get(address)),
                callers_attempts=of_callers.get(address, _ONE),
                records_of_run=batches.get(address, _ONE) if call.per_record else _ONE,
            )  # fmt: skip
            senders[call.to].append(Sender(stream, node, call.times * stream.attempts, call.over_ms))
    for delivery in deliveries:
        stream = _called(scenario, delivery, delivery.address)
        senders[delivery.to].append(Sender(stream, delivery.node, stream.attempts))
    for injected in extra:
        attempts = _attempts(scenario, injected.to, injected.access)
        senders[injected.to].append(
            Sender(RequestStream(injected.access, injected.flow * attempts, "injected", attempts=attempts))
        )
    for trigger in triggers:
        source, records = trigger.source, ratios.get(trigger.key, _ONE)
        stream = _triggered(trigger, records, shards.get(source.name, 1))
        if source.emitted:
            node = emitted(source.name, source.kinds)
            sender = Sender(stream, node, trigger.invocations, trigger=trigger, source=source)
        else:
            flow = scenario.flows_by_name[source.name]
            stream = replace(stream, flow=flow * (trigger.invocations / records), at_once=_started_at_once(flow))
            sender = Sender(stream, source=source)
        senders[trigger.address].append(sender)
    for address, resource in scenario.resources.items():
        for seen in resource.type.sees(resource.spec):
            senders[address] += [_seen(sender, scenario.resources[seen].name) for sender in senders[seen]]
    return senders


def _from_outside(entry: IncomingRequests) -> RequestStream:
    """Requests of a line of `access`; a producer that sends one message a request gathers as many as it batches."""
    gathered = entry.access.batch if entry.access.batch is not None and entry.access.times <= 1 else 1
    return RequestStream(
        entry.access, entry.flow, f"traffic.{entry.traffic_source}", line=entry.line, records_of_run=Fraction(gathered)
    )


def _seen(sender: Sender, target: str) -> Sender:
    """What another resource is asked, as one that stands before it sees it."""
    access = sender.stream.access.model_copy(update={"target": target})
    return replace(sender, stream=replace(sender.stream, access=access))


def demand_of(senders: Iterable[Sender], flows: Mapping[str, DemandFlow]) -> Demand:
    """The requests that reach a resource at these flows of the nodes."""
    return Demand(tuple(stream for sender in senders if (stream := sender.sent(flows)).flow.terms))


def _started_at_once(flow: DemandFlow) -> Fraction:
    """Units that one start of a schedule brings; 1 for a traffic."""
    return max((m for profile, m in flow.terms if profile.starts), default=_ONE)


def _batches(ratios: Ratios) -> dict[str, Fraction]:
    """Records of the largest batches that each resource takes."""
    out: dict[str, Fraction] = {}
    for (address, _, _), records in ratios.items():
        out[address] = max(records, out.get(address, records))
    return out


def _called_at_once(call: OutgoingCall, batch: Fraction) -> Fraction:
    """Calls that one unit of the caller makes in the same instant: all, but of a caller of minutes a minute's."""
    times = call.times * batch if call.per_record else call.times
    if call.over_ms > _MS_PER_MINUTE:
        times = times * _MS_PER_MINUTE / call.over_ms
    return max(_ONE, call.at_once, times)


def _open_at_most(call: OutgoingCall, caller: DemandFlow | None) -> Fraction | None:
    """Calls that are open at once at most, where it is known how many units of the caller are: those of a schedule."""
    if call.open_at_most is None or caller is None or not all(profile.starts for profile, _ in caller.terms):
        return None
    return call.open_at_most * max((m for _, m in caller.terms), default=_ONE)


def _at_once(
    scenario: Scenario,
    calls: Mapping[str, tuple[OutgoingCall, ...]],
    triggers: Iterable[Trigger],
    batches: Mapping[str, Fraction],
) -> dict[str, Fraction]:
    """Units that arrive at each resource in the same instant; what is read from a stream or a queue comes singly."""
    out = dict.fromkeys(scenario.resources, _ONE)
    for trigger in triggers:
        if not trigger.source.emitted:
            started = _started_at_once(scenario.flows_by_name[trigger.source.name])
            out[trigger.address] = max(out[trigger.address], started)
    following = [
        (call.node(a) if call.per_start else a, call.to, _called_at_once(call, batches.get(a, _ONE)))
        for a, of_one in calls.items()
        for call in of_one
    ]
    out.update({caller: _ONE for caller, _, _ in following if caller not in out})
    bursts = [edge for edge in following if edge[2] > 1 or out[edge[0]] > 1]
    for _ in range(_MAX_STEPS if bursts else 0):  # a loop of calls would multiply without end
        before = dict(out)
        for caller, to, times in following:
            out[to] = max(out[to], out[caller] * times)
        if before == out:
            break
    return out


def _callers_attempts(
    scenario: Scenario, calls: Mapping[str, tuple[OutgoingCall, ...]], triggers: Iterable[Trigger]
) -> dict[str, Fraction]:
    """Runs of each resource that a schedule starts, directly or by calls, per run of the first instant.

    Where several start it, the fewest: its bursts are then never taken for smaller than they are.
    """
    out: dict[str, Fraction] = {}
    for trigger in triggers:
        if not trigger.source.emitted and any(p.starts for p, _ in scenario.flows_by_name[trigger.source.name].terms):
            out[trigger.address] = min(trigger.attempts, out.get(trigger.address, trigger.attempts))
    if not out:
        return out
    following = [
        (a, call.to, _attempts(scenario, call.to, call.access)) for a, of_one in calls.items() for call in of_one
    ]
    for _ in range(_MAX_STEPS):
        before = dict(out)
        for caller, to, attempts in following:
            if caller in out:
                out[to] = min(out[caller] * attempts, out.get(to, out[caller] * attempts))
        if before == out:
            break
    return out


def demand_assumptions(
    scenario: Scenario, demand: Mapping[str, Demand], flows: Mapping[str, DemandFlow], deliveries: Iterable[Delivery]
) -> tuple[Assumption, ...]:
    """Assumptions on resources without demand, and on ranges."""
    delivered = {delivery.to for delivery in deliveries}
    out = [note for resource in scenario.resources.values() for note in _without_changes(resource, flows)]
    noted = {note.path.partition(".triggers.")[0] for note in out}
    out += [
        Assumption(address, "no demand", "nothing triggers or calls it", "workload")
        for address, resource in scenario.resources.items()
        if not demand[address].requests
        and resource.type.warn_if_idle(resource.spec)
        and not flows.get(emitted(address))
        and address not in delivered
        and address not in noted
    ]
    out += [
        Assumption(path, "the likely value", "it is a range: estimate and check draw from all of it", "workload")
        for path in scenario.ranges
    ]
    return tuple(out)


def _without_changes(resource: Resource, flows: Mapping[str, DemandFlow]) -> Iterator[Assumption]:
    """Triggers of a resource that read only changes which no request makes."""
    nothing = DemandFlow.zero()
    for place, source in enumerate(resource.type.sources(resource.spec)):
        read, all_changes = emitted(source.name, source.kinds), emitted(source.name)
        if source.kinds and flows.get(all_changes, nothing).terms and not flows.get(read, nothing).terms:
            path = f"{resource.address}.triggers.{place if source.trigger is None else source.trigger}.on"
            reason = f"no request to {source.name.partition('.')[2]} makes such a change ({', '.join(source.kinds)})"
            yield Assumption(path, "no records", reason, "workload")
