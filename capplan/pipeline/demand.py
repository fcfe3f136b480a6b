"""Demand carried through the workload: who calls whom, how often, with what. It meters and prices nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from capplan import units
from capplan.calls import Access
from capplan.errors import CapplanError
from capplan.flow import DemandFlow
from capplan.language.scenario import Resource, Scenario
from capplan.model import Assumption, Call, Context, Demand, Line, RequestStream
from capplan.pipeline.solve import Edge, LoopError, arrivals


@dataclass(frozen=True, slots=True)
class OutgoingCall:
    """One kind of request that a resource sends per unit of its own demand."""

    to: str
    times: Fraction
    access: Access
    over_ms: Fraction
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class Injected:
    """Requests put straight to a resource, beside what the scenario says: to follow what they alone cause."""

    to: str
    access: Access
    flow: DemandFlow


def calls_of(resource: Resource, ctx: Context, scenario: Scenario) -> tuple[OutgoingCall, ...]:
    """What a resource sends per unit of its demand: what its user wrote and what its room finds."""
    factor = resource.kind.calls_per_unit(resource.spec)
    own = ctx.duration_ms[resource.address]
    written = [OutgoingCall(c.to, c.times * factor, c.access, own, c.line) for c in resource.calls]
    found = resource.kind.calls(resource.name, resource.spec, ctx)
    seen = [OutgoingCall(c.to, c.times, fitting(scenario, c), c.over_ms) for c in found if c.to in scenario.resources]
    return tuple(written + seen)


def fitting(scenario: Scenario, call: Call) -> Access:
    """A call's request; an index that a definition names and the scenario does not is left to the table itself."""
    known = getattr(scenario.resources[call.to].spec, "indexes", {})
    fits = call.access.index is None or call.access.index in known
    return call.access if fits else call.access.model_copy(update={"index": None})


def starts_of(resource: Resource, scenario: Scenario) -> list[tuple[str, DemandFlow]]:
    """What starts a workflow or a run: its triggers by name, and its own schedule or data."""
    if resource.kind.start is None:
        return []
    names = [*resource.spec.triggers, *([resource.address] if resource.address in scenario.flows_by_name else [])]
    return [(name, scenario.flows_by_name[name]) for name in names]


def stream_consumers(scenario: Scenario) -> tuple[str, ...]:
    """Tables whose stream some function reads."""
    tables = {f"tables.{t.stream}": None for _, _, t in triggers(scenario) if t.stream is not None}
    return tuple(a for a in tables if a in scenario.resources)


def triggers(scenario: Scenario) -> Iterable[tuple[str, int, Any]]:
    """Every function's triggers, with address and place in the list."""
    for address, resource in scenario.resources.items():
        if resource.kind.section == "functions":
            for i, trigger in enumerate(resource.spec.triggers):
                yield address, i, trigger


def _source_flow(scenario: Scenario, trigger: Any, flows: Mapping[str, DemandFlow]) -> DemandFlow:  # noqa: ANN401  the room's trigger
    if trigger.stream is not None:
        return flows.get(f"tables.{trigger.stream}#stream", DemandFlow.zero())
    return scenario.flows_by_name[trigger.traffic]


def _passed(trigger: Any) -> Fraction:  # noqa: ANN401
    return Fraction(trigger.chance) * (Fraction(trigger.filter) if trigger.filter is not None else 1)


def _tried(scenario: Scenario, address: str, access: Access, trigger: Any = None) -> Fraction:  # noqa: ANN401
    """Invocations that one event causes, its retries included; 1 for what is no function."""
    target = scenario.resources[address]
    if target.kind.section != "functions":
        return Fraction(1)
    from capplan.services.lambda_.attempts import attempts  # noqa: PLC0415  only functions have them

    return attempts(target.spec, access, trigger)


def ratios_of(
    scenario: Scenario, flows: Mapping[str, DemandFlow], shards: Mapping[str, int]
) -> dict[tuple[str, int], Fraction]:
    """Records per invocation of every batching trigger, at the month's mean rate."""
    if not any(True for _ in triggers(scenario)):
        return {}
    from capplan.services.lambda_.sources.batches import POLLS, QUEUE_WINDOW_MS, max_records, records_per_invocation  # noqa: PLC0415  only functions have them

    out: dict[tuple[str, int], Fraction] = {}
    for address, i, trigger in triggers(scenario):
        via = "dynamodb" if trigger.stream is not None else trigger.via
        rate_per_s = _source_flow(scenario, trigger, flows).monthly * _passed(trigger) / units.MONTH_SECONDS
        if via in POLLS:
            count = shards.get(f"tables.{trigger.stream}", 1) if via == "dynamodb" else (trigger.shards or 1)
            most = max_records(trigger)
            out[address, i] = records_per_invocation(rate_per_s, most, trigger.window_ms, count, POLLS[via])
        elif via in QUEUE_WINDOW_MS:
            window_ms = trigger.window_ms or QUEUE_WINDOW_MS[via]
            if window_ms is not None:
                out[address, i] = records_per_invocation(rate_per_s, max_records(trigger), window_ms, None, None)
    return out


def arrivals_of(
    scenario: Scenario,
    calls: Mapping[str, tuple[OutgoingCall, ...]],
    ratios: Mapping[tuple[str, int], Fraction],
    extra: Iterable[Injected] = (),
) -> dict[str, DemandFlow]:
    """Units a second that reach every resource and stream, loops solved."""
    incoming: dict[str, list[DemandFlow]] = {}
    edges: list[Edge] = []
    for address, resource in scenario.resources.items():
        incoming.setdefault(address, [])
        incoming[address] += [flow for _, flow in starts_of(resource, scenario)]
        for entry in resource.access:
            records = resource.kind.records(resource.spec, entry.access)
            incoming.setdefault(f"{address}#stream", []).append(entry.flow * records)
        for sent in calls[address]:
            target = scenario.resources[sent.to]
            if target.kind.section == "tables":
                records = target.kind.records(target.spec, sent.access)
                if records:
                    edges.append(Edge(address, f"{sent.to}#stream", sent.times * records, sent.over_ms))
            else:
                times = sent.times * _tried(scenario, sent.to, sent.access)
                edges.append(Edge(address, sent.to, times, sent.over_ms))
    for put in extra:
        node, flow = _injected(scenario, put)
        incoming.setdefault(node, []).append(flow)
    for address, i, trigger in triggers(scenario):
        times = _passed(trigger) / ratios.get((address, i), Fraction(1))
        times *= _tried(scenario, address, _triggered(address, trigger), trigger)
        if trigger.stream is not None:
            edges.append(Edge(f"tables.{trigger.stream}#stream", address, times))
        else:
            incoming[address].append(scenario.flows_by_name[trigger.traffic] * times)
    try:
        return arrivals({node: DemandFlow.total(flows) for node, flows in incoming.items()}, edges)
    except LoopError as error:
        raise CapplanError((_loop_diagnostic(scenario, error),)) from None


def _injected(scenario: Scenario, put: Injected) -> tuple[str, DemandFlow]:
    """Where injected requests arrive, and as what: at a table, as records of its stream."""
    target = scenario.resources[put.to]
    if target.kind.section != "tables":
        return put.to, put.flow * _tried(scenario, put.to, put.access)
    return f"{put.to}#stream", put.flow * target.kind.records(target.spec, put.access)


def _loop_diagnostic(scenario: Scenario, error: LoopError) -> Any:  # noqa: ANN401  a Mistake
    names = [node.partition("#")[0] for node in error.nodes]
    section, _, name = names[0].partition(".")
    readable = " -> ".join(node.partition(".")[2].replace("#", "'s ") for node in error.nodes)
    return scenario.doc.diagnostic(
        [section, name],
        f"these call each other in a loop that never dies out: {readable}",
        "each round causes one more or more; a chance or a filter below 100% ends it",
        key=True,
    )


def demands(
    scenario: Scenario,
    calls: Mapping[str, tuple[OutgoingCall, ...]],
    flows: Mapping[str, DemandFlow],
    ratios: Mapping[tuple[str, int], Fraction],
    shards: Mapping[str, int],
    extra: Iterable[Injected] = (),
) -> dict[str, Demand]:
    """Everything that reaches each resource, by who sends it."""
    works: dict[str, list[RequestStream]] = {address: [] for address in scenario.resources}
    for address, resource in scenario.resources.items():
        works[address] += [
            RequestStream(e.access, e.flow, f"traffic.{e.traffic_source}", line=e.line) for e in resource.access
        ]
        for sent in calls[address]:
            times = sent.times * _tried(scenario, sent.to, sent.access)
            flow = (flows.get(address, DemandFlow.zero()) * times).spread(sent.over_ms)
            works[sent.to].append(RequestStream(sent.access, flow, address, line=sent.line))
    for put in extra:
        flow = put.flow * _tried(scenario, put.to, put.access)
        works[put.to].append(RequestStream(put.access, flow, "injected"))
    for address, i, trigger in triggers(scenario):
        records, access = ratios.get((address, i), Fraction(1)), _triggered(address, trigger)
        times = _passed(trigger) / records * _tried(scenario, address, access, trigger)
        flow = _source_flow(scenario, trigger, flows) * times
        held = shards.get(f"tables.{trigger.stream}", 1)
        works[address].append(RequestStream(access, flow, "triggers", i, records, shards=held))
    for address, resource in scenario.resources.items():
        if resource.kind.start is not None:
            access = Access.model_validate({"op": resource.kind.start, "target": resource.name})
            works[address] += [RequestStream(access, flow, f"traffic.{n}") for n, flow in starts_of(resource, scenario)]
    return {address: Demand(tuple(w for w in found if w.flow.terms)) for address, found in works.items()}


_ASYNC = frozenset({"s3", "sns", "eventbridge"})


def _triggered(address: str, trigger: Any) -> Access:  # noqa: ANN401  the room's trigger
    name = address.partition(".")[2]
    access = Access.model_validate({"op": "invoke", "target": name, "async": trigger.via in _ASYNC})
    return access.model_copy(update={"payload": trigger.payload})


def notes(scenario: Scenario, demand: Mapping[str, Demand], flows: Mapping[str, DemandFlow]) -> tuple[Assumption, ...]:
    """What the demand rests on that nobody wrote."""
    out = [
        Assumption(address, "no work", "nothing triggers or calls it", "workload")
        for address, d in demand.items()
        if not d.requests
        and scenario.resources[address].kind.warn_if_idle(scenario.resources[address].spec)
        and not (address.startswith("tables.") and flows.get(f"{address}#stream"))
    ]
    out += [
        Assumption(path, "the likely value", "ranges are not evaluated yet", "workload") for path in scenario.ranges
    ]
    for address, i, trigger in triggers(scenario):
        if trigger.stream is not None or trigger.via in ("dynamodb", "kinesis"):
            out.append(
                Assumption(
                    f"{address}.triggers.{i}",
                    "records per invocation at the month's mean rate",
                    "batches fill by the mean, not minute by minute",
                    "aws_default",
                )
            )
        elif trigger.via == "sqs" and trigger.window_ms is None:
            out.append(
                Assumption(
                    f"{address}.triggers.{i}",
                    "1 message an invocation",
                    "SQS without a window: the dearest case",
                    "workload",
                )
            )
    return tuple(out)
