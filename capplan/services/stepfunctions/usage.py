"""What AWS would meter for a state machine: executions, transitions, GB-seconds. It knows no price.

Source: AWS Step Functions pricing page: billed duration and memory, transitions (read 2026-11-23).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow
from capplan.model import Context, Demand
from capplan.quantities.distribution import mean
from capplan.quantities.rounding import to_quantity
from capplan.services.stepfunctions.asl.definition import Definition, Graph
from capplan.services.stepfunctions.execution.expectation import expect
from capplan.services.stepfunctions.execution.express import mean_billed_ms
from capplan.services.stepfunctions.execution.model import Children, Expectation, World
from capplan.services.stepfunctions.execution.world import definition_of, world_of
from capplan.services.stepfunctions.spec import StateMachine

MEMORY_STEP_MB = 64
BASE_MEMORY_MB = 50
_KB_PER_MB = 1_000
"""The pricing page's memory estimate divides KB by 1,000, unlike its GB-seconds."""


def billed_mb(memory_mb: Fraction | Decimal | int) -> int:
    """Billed memory of an Express execution: up to the next 64 MB, at least 64."""
    return max(1, math.ceil(Fraction(memory_mb) / MEMORY_STEP_MB)) * MEMORY_STEP_MB


def gb_seconds(duration_ms: Fraction | int, memory_mb: int) -> Fraction:
    """GB-seconds of billed milliseconds and megabytes."""
    return Fraction(duration_ms) / units.MS_PER_SECOND * Fraction(memory_mb, units.MB_PER_GB)


def estimated_mb(definition_kb: Fraction | Decimal, payload_kb: Fraction | Decimal, steps: Fraction | int) -> Fraction:
    """AWS's estimate of an Express execution's memory: 50 MB, the definition, each Parallel or Map step's payload."""
    return BASE_MEMORY_MB + (Fraction(definition_kb) + Fraction(payload_kb) * steps) / _KB_PER_MB


def transitions(states_entered: Fraction | int, retries: Fraction | int, overhead: int) -> Fraction:
    """State transitions billed for one Standard execution."""
    return Fraction(states_entered) + retries + overhead


def batches(items: Fraction | int, items_per_batch: int) -> int:
    """Children of a Distributed Map: one for each started batch."""
    return math.ceil(Fraction(items) / items_per_batch)


@dataclass(frozen=True, slots=True)
class Metered:
    """What one execution is billed for, its Distributed Map children included."""

    transitions: Fraction = Fraction(0)
    requests: Fraction = Fraction(0)
    gb_seconds: Fraction = Fraction(0)

    def plus(self, times: Fraction, other: "Metered") -> "Metered":
        """This and so many of another."""
        return Metered(
            self.transitions + times * other.transitions,
            self.requests + times * other.requests,
            self.gb_seconds + times * other.gb_seconds,
        )


@dataclass(frozen=True, slots=True)
class Usage:
    """A state machine's month.

    Attributes:
        executions: Executions started.
        found: One execution in the mean.
        each: What one execution is billed for.
        express: Whether it is an Express workflow.
        overhead: Transitions of a Standard execution beside its states.
        billed_ms: Billed duration of an Express execution, in the mean; 0 for Standard.
        memory_mb: Memory of an Express execution, or of Express children, as used.
        open: Executions open at each moment: start rate x duration.
        map_runs: Open Map Runs at each moment, at most one a Distributed Map and execution.
    """

    executions: DemandFlow
    found: Expectation
    each: Metered
    express: bool
    overhead: int
    billed_ms: Fraction
    memory_mb: Fraction
    open: DemandFlow
    map_runs: DemandFlow

    @property
    def billed_memory_mb(self) -> int:
        """Memory in started steps of 64 MB."""
        return billed_mb(self.memory_mb)

    @property
    def per_second(self) -> DemandFlow:
        """State transitions at each moment, drawn out over the execution."""
        return (self.executions * self.each.transitions).spread(self.found.duration_ms)


def meter(name: str, spec: StateMachine, demand: Demand, ctx: Context) -> Usage:
    """What the demand makes AWS count."""
    world, definition = world_of(spec, ctx), definition_of(spec)
    found = expect(definition.graph, world)
    executions = demand.flow
    memory_mb = memory_of(spec, found)
    billing = Billing(definition, world, ctx.seed, name, spec.overhead, billed_mb(memory_mb))
    express = spec.type == "express"
    seconds = found.duration_ms / units.MS_PER_SECOND
    drawn_out = executions.spread(found.duration_ms)
    own_ms = billing.billed_ms(definition.graph, found) if express else Fraction(0)
    return Usage(
        executions,
        found,
        billing.metered(found, own_ms),
        express,
        spec.overhead,
        own_ms,
        memory_mb,
        drawn_out * seconds,
        drawn_out * (seconds if found.children else Fraction(0)),
    )


def memory_of(spec: StateMachine, found: Expectation) -> Fraction:
    """Memory an Express execution uses: as told, else AWS's estimate."""
    if spec.memory_mb is not None:
        return Fraction(spec.memory_mb)
    payload_kb = mean(spec.payload) / units.BYTES_PER_KB if spec.payload is not None else Fraction(0)
    return estimated_mb(Fraction(definition_of(spec).size_bytes, units.BYTES_PER_KB), payload_kb, found.iterations)


@dataclass(frozen=True, slots=True)
class Billing:
    """By what an execution is billed: its definition and world, the counting rule, the memory."""

    definition: Definition
    world: World
    seed: int
    name: str
    overhead: int
    memory_mb: int

    def billed_ms(self, graph: Graph, found: Expectation) -> Fraction:
        """Mean billed milliseconds of an Express execution of a graph."""
        return mean_billed_ms(graph, self.world, found, self.seed, self.name)

    def metered(self, found: Expectation, express_ms: Fraction) -> Metered:
        """What one execution is billed for, its children included; `express_ms` is 0 for a Standard one."""
        if express_ms:
            own = Metered(requests=Fraction(1), gb_seconds=gb_seconds(express_ms, self.memory_mb))
        else:
            own = Metered(transitions=transitions(found.states_entered, found.retries, self.overhead))
        for map_state, child in found.children.items():
            own = own.plus(child.runs, self.metered(child.each, self.child_ms(map_state, child)))
        return own

    def child_ms(self, map_state: str, child: Children) -> Fraction:
        """Mean billed milliseconds of a Distributed Map's child; 0 for a Standard one."""
        work = self.definition.states[map_state].map
        if work is None or child.type != "EXPRESS":
            return Fraction(0)
        return self.billed_ms(work.processor, child.each)


def summary(usage: Usage) -> Mapping[str, Decimal | int]:
    """The month's usage, by the names of the JSON report."""
    executions = usage.executions.monthly
    out: dict[str, Decimal | int] = {"executions": to_quantity(executions)}
    if usage.each.transitions:
        out["state_transitions"] = to_quantity(executions * usage.each.transitions)
    if usage.each.requests:
        out["requests"] = to_quantity(executions * usage.each.requests)
        out["gb_seconds"] = to_quantity(executions * usage.each.gb_seconds)
    return out
