"""The resource type of EventBridge Pipes."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from capplan.calls import Access
from capplan.model import (
    AdmittedStream,
    Assumption,
    Call,
    Charge,
    Context,
    Demand,
    LimitCheck,
    Observable,
    Polling,
    PoolLoad,
    RequestStream,
)
from capplan.quantities.rounding import sig6, to_quantity
from capplan.resource_type import DeclaredResource, Destination, MeteredResource, Reference, ResourceType, Source
from capplan.services.eventbridge.pipes import usage as pipe_usage
from capplan.services.eventbridge.pipes.spec import ALSO_CALLED, Pipe
from capplan.services.eventbridge.pipes.usage import Usage
from capplan.services.eventbridge.quotas import (
    PIPE_BATCH,
    PIPE_CONCURRENCY,
    PIPE_MOST_AT_ONCE,
    PIPE_POLL_S,
    PIPE_POLLERS,
    PIPE_TIME,
    TARGET_BATCH,
)

_Metered = MeteredResource[Pipe, Usage]
_TARGETS = ("invoke", "send", "publish", "put-events", "put-records", "start")
"""How a pipe delivers to its target."""
_ENRICHES = ("invoke", "start")
_WAITS = frozenset({"invoke"})
"""What it waits for: a function answers, a state machine is started."""


class _PipeType(ResourceType[Pipe, Usage]):
    id = "eventbridge.pipe"
    spec = Pipe
    also_called = ALSO_CALLED
    reads = frozenset({"sqs", "sqs-fifo", "dynamodb", "kinesis"})
    waits_for_callees = True

    def references(self, spec: Pipe) -> tuple[Reference, ...]:
        out = [Reference(("target",), spec.target, None, _TARGETS)]
        if spec.enrichment is not None:
            out.append(Reference(("enrichment",), spec.enrichment, None, _ENRICHES))
        if spec.dead_letters is not None:
            out.append(Reference(("dead_letters",), spec.dead_letters, None, ("send", "publish")))
        return tuple(out)

    def sources(self, spec: Pipe) -> tuple[Source, ...]:
        emitter = spec.source.emitter
        address = f"{emitter.section}.{spec.source.stream}"
        return (
            Source(
                address, emitted=True, cause=address, share=Fraction(spec.filter), access=Access(op="pipe"), trigger=0,
                read_as=emitter.read_as, kinds=spec.source.on,
            ),
        )  # fmt: skip

    def takes_batches(self, spec: Pipe) -> bool:
        del spec
        return True

    def records_per_invocation(self, spec: Pipe, source: Source, records_per_s: Fraction, shards: int) -> Fraction:
        del source
        return pipe_usage.records_of(spec, records_per_s, shards)

    def attempts(self, spec: Pipe, access: Access, source: Source | None, records: Fraction = Fraction(1)) -> Fraction:
        del access, source, records
        return pipe_usage.tried(spec)

    def duration_ms(self, resource: DeclaredResource[Pipe]) -> Fraction:
        """Of an execution: enrichment and target answer one after the other."""
        found = _called(resource.spec, resource.context)
        return sum((resource.context.duration_ms.get(a, Fraction(0)) for a, v in found if v in _WAITS), Fraction(0))

    def calls(self, resource: DeclaredResource[Pipe]) -> tuple[Call, ...]:
        """The enrichment, and then the target: once a batch, or for each record where the target takes messages."""
        spec, out = resource.spec, []
        for address, verb in _called(spec, resource.context):
            most = TARGET_BATCH.get(verb)
            payload = pipe_usage.size_of(spec) if verb != "start" else None
            batch = None if most is None else min(most, pipe_usage.max_batch(spec))
            access = Access(
                op=verb, target=address.partition(".")[2], payload=payload, batch=batch,
                per="invocation" if most is None else "record",
            )  # fmt: skip
            out.append(Call(address, Fraction(1), access, per_record=most is not None))
        return tuple(out)

    def destinations(self, spec: Pipe) -> tuple[Destination, ...]:
        """Dead letters: of a queue the messages themselves, which SQS moves; of a stream a record of each batch."""
        if spec.source.dead_letters is not None:
            moved = Access(op="", moved=True, payload=spec.source.payload)
            return (Destination(spec.source.dead_letters, ("send",), trigger=0, access=moved),)
        if spec.dead_letters is not None:
            return (Destination(spec.dead_letters, ("send", "publish"), trigger=0),)
        return ()

    def handed_on(
        self, spec: Pipe, destination: Destination, stream: RequestStream, part: AdmittedStream | None
    ) -> Fraction:
        del destination, part
        return pipe_usage.dead_share(spec) / (1 if spec.is_queue else stream.records)

    def polling(self, resource: _Metered, stream: RequestStream) -> Polling:
        pollers = PIPE_POLLERS if resource.spec.is_queue else stream.shards
        held_ms = self.duration_ms(DeclaredResource(resource.name, resource.spec, resource.context))
        held_ms += Fraction(resource.spec.window_ms or 0)
        return Polling(Fraction(pollers), Fraction(PIPE_POLL_S), held_ms, 1 - pipe_usage.dead_share(resource.spec))

    def meter(self, resource: DeclaredResource[Pipe], demand: Demand) -> Usage:
        return pipe_usage.meter(resource.spec, demand, self.duration_ms(resource))

    def charge(self, resource: _Metered) -> tuple[Charge, ...]:
        flow = resource.usage.requests
        if not flow.terms:
            return ()
        words = "batches after the filter, each started 64 KB"
        return (
            Charge(
                f"{resource.name}.requests", "eventbridge.pipes.request_64kb", words, flow.monthly, "requests", flow
            ),
        )

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return pipe_usage.summary(usage)

    def limits(self, resource: _Metered) -> tuple[LimitCheck, ...]:
        return tuple(self._checks(resource))

    def _checks(self, resource: _Metered) -> Iterable[LimitCheck]:
        name, spec, usage, ctx = resource
        seconds = to_quantity(self.duration_ms(DeclaredResource(name, spec, ctx)) / 1000)
        yield LimitCheck(name, PIPE_TIME.id, seconds, Decimal(PIPE_TIME.value), PIPE_TIME.unit)
        if usage.open.terms:
            source = spec.source
            most_open = pipe_usage.most_at_once(
                source.emitter.read_as,
                shards=max(stream.shards for stream in usage.streams),
                factor=spec.parallelization_factor,
                groups=source.message_groups,
            )
            limit = PIPE_MOST_AT_ONCE
            yield LimitCheck.of_flow(name, limit.id, usage.open, Decimal(most_open), limit.unit)
        most = min((TARGET_BATCH[v] for _, v in _called(spec, ctx) if v in TARGET_BATCH), default=None)
        if most is not None:
            yield LimitCheck(name, PIPE_BATCH.id, Decimal(pipe_usage.max_batch(spec)), Decimal(most), PIPE_BATCH.unit)

    def pools(self, resource: _Metered) -> tuple[PoolLoad, ...]:
        flow = resource.usage.open
        return (PoolLoad(PIPE_CONCURRENCY.id, flow, poisson=True),) if flow.terms else ()

    def observe(self, resource: _Metered) -> Mapping[str, Observable]:
        peak = resource.usage.open.peak().per_second if resource.usage.open.terms else 0.0
        return {
            "executions": Observable(to_quantity(resource.usage.executions.monthly), "executions"),
            "concurrent_executions.peak": Observable(to_quantity(sig6(peak)), "executions"),
        }

    def assume(self, resource: _Metered) -> tuple[Assumption, ...]:
        name, spec, _, _ = resource
        out = []
        if spec.payload is None and spec.source.payload is None:
            reason = "it decides how many 64 KB chunks are billed"
            out.append(Assumption(f"pipes.{name}.payload", "1 KB", reason, "workload"))
        if spec.is_queue and spec.window_ms is None:
            reason = "a queue without a window: so few messages come one by one"
            out.append(Assumption(f"pipes.{name}.window", "1 message a batch", reason, "workload"))
        return tuple(out)


def _called(spec: Pipe, ctx: Context) -> list[tuple[str, str]]:
    """Addresses and verbs of the enrichment and the target."""
    found = [ctx.receiver(spec.enrichment, _ENRICHES)] if spec.enrichment is not None else []
    found.append(ctx.receiver(spec.target, _TARGETS))
    return [each for each in found if each is not None]


PIPE = _PipeType()
