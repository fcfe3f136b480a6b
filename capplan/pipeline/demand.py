"""Demand carried through the workload: who calls whom, how often, with what."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from capplan import units
from capplan.calls import Access
from capplan.errors import CapplanError, Diagnostic
from capplan.flow import DemandFlow
from capplan.language.scenario import Resource, Scenario
from capplan.model import Assumption, Call, Context, Demand, Line, RequestStream
from capplan.pipeline.solve import Edge, LoopError, arrivals
from capplan.resource_type import DeclaredResource, Source

SourceKey = tuple[str, str, int | None]
Ratios = Mapping[SourceKey, Fraction]
"""Records of a source that one unit of work takes; 1 where a source is not in."""


class OutgoingCall(NamedTuple):
    """One kind of request that a resource sends per unit of its own demand."""

    to: str
    times: Fraction
    access: Access
    over_ms: Fraction
    line: Line | None = None


class Injected(NamedTuple):
    """Requests put straight to a resource, beside what the scenario says: to follow what they alone cause."""

    to: str
    access: Access
    flow: DemandFlow


def emitted(address: str) -> str:
    """The node of what others read from a resource: its stream, its queue."""
    return f"{address}#emitted"


def calls_of(resource: Resource, ctx: Context, scenario: Scenario) -> tuple[OutgoingCall, ...]:
    """What a resource sends per unit of its demand: what its user wrote and what its type adds."""
    factor = resource.type.calls_per_unit(resource.spec)
    duration_ms = ctx.duration_ms[resource.address]
    written = [OutgoingCall(c.to, c.times * factor, c.access, duration_ms, c.line) for c in resource.calls]
    added = resource.type.calls(DeclaredResource(resource.name, resource.spec, ctx))
    known = [OutgoingCall(c.to, c.times, fitting(scenario, c), c.over_ms) for c in added if c.to in scenario.resources]
    return tuple(written + known)


def fitting(scenario: Scenario, call: Call) -> Access:
    """A call's request as its target takes it."""
    target = scenario.resources[call.to]
    return target.type.fit_request(target.spec, call.access)


def sources(scenario: Scenario) -> Iterator[tuple[str, Source]]:
    """What brings demand to each resource beside calls, with the resource's address; its own schedule among it."""
    for address, resource in scenario.resources.items():
        for source in resource.type.sources(resource.spec):
            yield address, source
        if address in scenario.flows_by_name:
            yield address, Source(address, cause=f"traffic.{address}")


def emitters_read(scenario: Scenario) -> tuple[str, ...]:
    """Resources of which somebody reads what they emit."""
    names = dict.fromkeys(source.name for _, source in sources(scenario) if source.emitted)
    return tuple(name for name in names if name in scenario.resources)


def _key(address: str, source: Source) -> SourceKey:
    """Who works, for what, by which of its triggers."""
    return address, source.name, source.trigger


def _flow_of(scenario: Scenario, source: Source, flows: Mapping[str, DemandFlow]) -> DemandFlow:
    if source.emitted:
        return flows.get(emitted(source.name), DemandFlow.zero())
    return scenario.flows_by_name[source.name]


def _attempts(scenario: Scenario, address: str, access: Access, source: Source | None = None) -> Fraction:
    """Units of work that one request or one batch causes, retries included."""
    target = scenario.resources[address]
    return target.type.attempts(target.spec, access, source)


def _work_of(resource: Resource, source: Source) -> Access:
    """What one piece of work that a source causes is."""
    if source.access is not None:
        return source.access.model_copy(update={"target": resource.name})
    return Access.model_validate({"op": resource.type.starts_with, "target": resource.name})


def _per_unit(scenario: Scenario, address: str, source: Source, ratios: Ratios) -> Fraction:
    """Units of work that one unit of a source causes."""
    access = _work_of(scenario.resources[address], source)
    return source.share / ratios.get(_key(address, source), Fraction(1)) * _attempts(scenario, address, access, source)


def ratios_of(
    scenario: Scenario, flows: Mapping[str, DemandFlow], shards: Mapping[str, int]
) -> dict[SourceKey, Fraction]:
    """Records per invocation of every source that is read in batches, at the month's mean rate."""
    out: dict[SourceKey, Fraction] = {}
    for address, source in sources(scenario):
        resource = scenario.resources[address]
        per_second = _flow_of(scenario, source, flows).monthly * source.share / units.MONTH_SECONDS
        ratio = resource.type.records_per_invocation(resource.spec, source, per_second, shards.get(source.name, 1))
        if ratio != 1:
            out[_key(address, source)] = ratio
    return out


def arrivals_of(
    scenario: Scenario,
    calls: Mapping[str, tuple[OutgoingCall, ...]],
    ratios: Ratios,
    extra: Iterable[Injected] = (),
) -> dict[str, DemandFlow]:
    """Units a second that reach every resource, and what each emits, loops solved.

    Raises:
        CapplanError: A call loop grows without bound.
    """
    incoming: dict[str, list[DemandFlow]] = {address: [] for address in scenario.resources}
    edges: list[Edge] = []
    for address, resource in scenario.resources.items():
        for entry in resource.access:
            records = resource.type.emitted_records(resource.spec, entry.access)
            incoming.setdefault(emitted(address), []).append(entry.flow * records)
            if calls[address]:
                incoming[address].append(entry.flow)
        edges += [edge for sent in calls[address] for edge in _edges(scenario, address, sent, calls)]
    for put in extra:
        target = scenario.resources[put.to]
        records = target.type.emitted_records(target.spec, put.access)
        incoming.setdefault(emitted(put.to), []).append(put.flow * records)
        incoming[put.to].append(put.flow * _attempts(scenario, put.to, put.access))
    for address, source in sources(scenario):
        times = _per_unit(scenario, address, source, ratios)
        if source.emitted:
            edges.append(Edge(emitted(source.name), address, times))
        else:
            incoming[address].append(scenario.flows_by_name[source.name] * times)
    try:
        return arrivals({node: DemandFlow.total(flows) for node, flows in incoming.items()}, edges)
    except LoopError as error:
        raise CapplanError((_loop_diagnostic(scenario, error),)) from None


def _edges(
    scenario: Scenario, address: str, sent: OutgoingCall, calls: Mapping[str, tuple[OutgoingCall, ...]]
) -> Iterator[Edge]:
    """What one kind of request brings to its target, and to those who read what the target emits.

    A target that only emits, such as a table, needs no node of its own: nothing else follows from its requests.
    """
    target = scenario.resources[sent.to]
    records = target.type.emitted_records(target.spec, sent.access)
    if records:
        yield Edge(address, emitted(sent.to), sent.times * records, sent.over_ms)
    if calls[sent.to] or not target.section.emits:
        times = sent.times * _attempts(scenario, sent.to, sent.access)
        yield Edge(address, sent.to, times, sent.over_ms)


def _loop_diagnostic(scenario: Scenario, error: LoopError) -> Diagnostic:
    names = [node.partition("#")[0] for node in error.nodes]
    first = scenario.resources[names[0]]
    return scenario.doc.diagnostic(
        [first.section.key, first.name],
        f"call loop grows without bound: {' -> '.join(_readable(scenario, node) for node in error.nodes)}",
        "each round causes one more or more; a chance or a filter below 100% ends it",
        key=True,
    )


def _readable(scenario: Scenario, node: str) -> str:
    """A node in a sentence: `orders's stream`."""
    address, _, is_emitted = node.partition("#")
    resource = scenario.resources[address]
    emits = resource.section.emits
    return f"{resource.name}'s {emits.word}" if is_emitted and emits is not None else resource.name


def demands(
    scenario: Scenario,
    calls: Mapping[str, tuple[OutgoingCall, ...]],
    flows: Mapping[str, DemandFlow],
    ratios: Ratios,
    shards: Mapping[str, int],
    extra: Iterable[Injected] = (),
) -> dict[str, Demand]:
    """Everything that reaches each resource, by who sends it."""
    streams: dict[str, list[RequestStream]] = {address: [] for address in scenario.resources}
    for address, resource in scenario.resources.items():
        streams[address] += [
            RequestStream(e.access, e.flow, f"traffic.{e.traffic_source}", line=e.line) for e in resource.access
        ]
        for sent in calls[address]:
            times = sent.times * _attempts(scenario, sent.to, sent.access)
            flow = (flows.get(address, DemandFlow.zero()) * times).spread(sent.over_ms)
            streams[sent.to].append(RequestStream(sent.access, flow, address, line=sent.line))
    for put in extra:
        flow = put.flow * _attempts(scenario, put.to, put.access)
        streams[put.to].append(RequestStream(put.access, flow, "injected"))
    for address, source in sources(scenario):
        flow = _flow_of(scenario, source, flows) * _per_unit(scenario, address, source, ratios)
        access, records = _work_of(scenario.resources[address], source), ratios.get(_key(address, source), Fraction(1))
        count = shards.get(source.name, 1)
        streams[address].append(RequestStream(access, flow, source.cause, source.trigger, records, shards=count))
    return {address: Demand(tuple(s for s in listed if s.flow.terms)) for address, listed in streams.items()}


def idle(scenario: Scenario, demand: Mapping[str, Demand], flows: Mapping[str, DemandFlow]) -> tuple[Assumption, ...]:
    """Resources that nothing reaches, and ranges of which the likely value counts."""
    out = [
        Assumption(address, "no work", "nothing triggers or calls it", "workload")
        for address, resource in scenario.resources.items()
        if not demand[address].requests
        and resource.type.warn_if_idle(resource.spec)
        and not flows.get(emitted(address))
    ]
    out += [
        Assumption(path, "the likely value", "ranges are not evaluated yet", "workload") for path in scenario.ranges
    ]
    return tuple(out)
