"""Computes what AWS meters for a state machine: executions, transitions, Express requests and GB-seconds.

Source: AWS Step Functions pricing page: billed duration and memory, transitions (read 2026-11-23).
"""

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow
from capplan.model import Context, Demand, RequestStream
from capplan.quantities.distribution import mean
from capplan.quantities.rounding import to_quantity
from capplan.record import Record
from capplan.services.stepfunctions.asl.definition import Definition, Graph
from capplan.services.stepfunctions.execution.expectation import expect
from capplan.services.stepfunctions.execution.express import mean_billed_ms
from capplan.services.stepfunctions.execution.model import Children, Expectation, World
from capplan.services.stepfunctions.execution.world import definition_of, world_of
from capplan.services.stepfunctions.quotas import BASE_MEMORY_MB, MEMORY_STEP_MB
from capplan.services.stepfunctions.spec import StateMachine

_MS_PER_MINUTE = units.SECONDS_PER_MINUTE * units.MS_PER_SECOND
_KB_PER_MB = 1_000
"""The pricing page's memory estimate divides KB by 1,000, unlike its GB-seconds."""


def billed_mb(memory_mb: Fraction | Decimal | int) -> int:
    """Billed memory of an Express execution: rounded up to the next 64 MB, at least 64."""
    return max(1, math.ceil(Fraction(memory_mb) / MEMORY_STEP_MB)) * MEMORY_STEP_MB


def gb_seconds(duration_ms: Fraction | int, memory_mb: int) -> Fraction:
    """GB-seconds of billed milliseconds and megabytes."""
    return Fraction(duration_ms) / units.MS_PER_SECOND * Fraction(memory_mb, units.MB_PER_GB)


def estimated_mb(definition_kb: Fraction | Decimal, payload_kb: Fraction | Decimal, steps: Fraction | int) -> Fraction:
    """AWS's estimate of an Express execution's memory: 50 MB, the definition, each Parallel or Map step's payload."""
    return BASE_MEMORY_MB + (Fraction(definition_kb) + Fraction(payload_kb) * steps) / _KB_PER_MB


class BilledUnits(Record, frozen=True):
    """What one execution is billed for, its Distributed Map children included."""

    transitions: Fraction = Fraction(0)
    requests: Fraction = Fraction(0)
    gb_seconds: Fraction = Fraction(0)

    def plus(self, times: Fraction, other: "BilledUnits") -> "BilledUnits":
        """This and `times` another."""
        return BilledUnits(
            self.transitions + times * other.transitions,
            self.requests + times * other.requests,
            self.gb_seconds + times * other.gb_seconds,
        )


class Usage(Record, frozen=True):
    """A state machine's month.

    Attributes:
        executions: Executions started.
        mean: The mean execution.
        billed: What the mean execution is billed for.
        express: Whether it is an Express workflow.
        overhead: Transitions of a Standard execution beside its states.
        billed_ms: Mean billed duration of an Express execution; 0 for Standard.
        memory_mb: Memory of an Express execution, or of Express children, before rounding.
        open: Executions open at each moment: start rate × duration.
        map_runs: Open Map Runs at each moment, at most one per Distributed Map and execution.
        streams: The requests that start it.
        waited_ms: The shortest time for which an API waits for an Express execution; None where none does.
    """

    executions: DemandFlow
    mean: Expectation
    billed: BilledUnits
    express: bool
    overhead: int
    billed_ms: Fraction
    memory_mb: Fraction
    open: DemandFlow
    map_runs: DemandFlow
    streams: tuple[RequestStream, ...] = ()
    waited_ms: Fraction | None = None

    @property
    def billed_memory_mb(self) -> int:
        """Memory rounded up to the next 64 MB."""
        return billed_mb(self.memory_mb)

    @property
    def per_second(self) -> DemandFlow:
        """State transitions per second, spread over the execution's duration."""
        return (self.executions * self.billed.transitions).spread(self.mean.duration_ms)


def meter(spec: StateMachine, demand: Demand, ctx: Context) -> Usage:
    """A state machine's month from the executions that start."""
    world, definition = world_of(spec, ctx), definition_of(spec)
    execution = expect(definition.graph, world)
    executions = demand.flow
    memory_mb = _memory_mb(spec, execution)
    billing = Billing(definition, world, spec.overhead, billed_mb(memory_mb))
    express = spec.type == "express"
    billed_ms = billing.billed_ms(definition.graph, execution) if express else Fraction(0)
    return Usage(
        executions=executions,
        mean=execution,
        billed=billing.units(execution, billed_ms),
        express=express,
        overhead=spec.overhead,
        billed_ms=billed_ms,
        memory_mb=memory_mb,
        open=open_at_each_moment(executions, execution.duration_ms),
        map_runs=DemandFlow.total(_map_runs(executions, execution)),
        streams=demand.requests,
        waited_ms=_waited_ms(demand) if express else None,
    )


def _waited_ms(demand: Demand) -> Fraction | None:
    """How long the least patient API waits that starts executions and asks for their result (StartSyncExecution)."""
    accesses = (stream.access for stream in demand.requests)
    waits = (a.timeout_ms for a in accesses if a.via and a.timeout_ms is not None and not a.is_async)
    return min((Fraction(ms) for ms in waits), default=None)


def open_at_each_moment(starts: DemandFlow, duration_ms: Fraction) -> DemandFlow:
    """What is open at each moment: start rate × duration; of a schedule's starts, those of the last minutes as a number."""
    minutes = math.ceil(duration_ms / _MS_PER_MINUTE)
    flows = []
    for profile, multiplier in starts.terms:
        flow = DemandFlow.of(profile, multiplier)
        if profile.starts and minutes:
            flows.append(flow.spread(Fraction(minutes * _MS_PER_MINUTE)) * (minutes * units.SECONDS_PER_MINUTE))
        else:
            flows.append(flow.spread(duration_ms) * (duration_ms / units.MS_PER_SECOND))
    return DemandFlow.total(flows)


def _map_runs(executions: DemandFlow, execution: Expectation) -> Iterator[DemandFlow]:
    """Open Map Runs at each moment: each is open as long as its Map runs; those of nested Distributed Maps too."""
    for state, children in execution.children.items():
        entered = execution.visits.get(state, Fraction(0))
        if entered:
            each_ms = execution.busy_ms.get(state, Fraction(0)) / entered
            yield open_at_each_moment(executions * entered, each_ms)
        nested = (executions * children.runs).spread(execution.duration_ms)
        yield from _map_runs(nested, children.each)


def _memory_mb(spec: StateMachine, execution: Expectation) -> Fraction:
    """Memory of an Express execution: from the scenario, else AWS's estimate."""
    if spec.memory_mb is not None:
        return Fraction(spec.memory_mb)
    payload_kb = mean(spec.payload) / units.BYTES_PER_KB if spec.payload is not None else Fraction(0)
    return estimated_mb(Fraction(definition_of(spec).size_bytes, units.BYTES_PER_KB), payload_kb, execution.iterations)


class Billing(Record, frozen=True):
    """How an execution is billed: definition and world, overhead in transitions, memory."""

    definition: Definition
    world: World
    overhead: int
    memory_mb: int

    def billed_ms(self, graph: Graph, execution: Expectation) -> Fraction:
        """Mean billed milliseconds of an Express execution of a graph."""
        return mean_billed_ms(graph, self.world, execution)

    def units(self, execution: Expectation, express_ms: Fraction) -> BilledUnits:
        """What one execution is billed for, its children included; `express_ms` is 0 for a Standard one."""
        if express_ms:
            billed = BilledUnits(requests=Fraction(1), gb_seconds=gb_seconds(express_ms, self.memory_mb))
        else:
            billed = BilledUnits(transitions=execution.states_entered + execution.retries + self.overhead)
        for map_state, children in execution.children.items():
            child = self.units(children.each, self.child_ms(map_state, children))
            billed = billed.plus(children.runs, child)
        return billed

    def child_ms(self, map_state: str, children: Children) -> Fraction:
        """Mean billed milliseconds of a Distributed Map's child; 0 for a Standard one."""
        definition = self.definition.states[map_state].map
        if definition is None or children.type != "EXPRESS":
            return Fraction(0)
        return self.billed_ms(definition.processor, children.each)


def summary(usage: Usage) -> Mapping[str, Decimal | int]:
    """The month's usage, by the names of the JSON answer."""
    executions, billed = usage.executions.monthly, usage.billed
    out: dict[str, Decimal | int] = {"executions": to_quantity(executions)}
    if billed.transitions:
        out["state_transitions"] = to_quantity(executions * billed.transitions)
    if billed.requests:
        out["requests"] = to_quantity(executions * billed.requests)
        out["gb_seconds"] = to_quantity(executions * billed.gb_seconds)
    return out
