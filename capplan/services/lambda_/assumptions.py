"""The defaults that a function's answer rests on, and what the answer does not include."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.model import Assumption, Context, Excluded, RequestStream
from capplan.quantities.text import figure
from capplan.services.lambda_.advice.written_triggers import place_of, with_keys
from capplan.services.lambda_.cold_start import month as cold_starts
from capplan.services.lambda_.logs import OWN_BYTES, platform_bytes
from capplan.services.lambda_.not_included import ENTRANCES, why_left_out
from capplan.services.lambda_.quotas import CONCURRENCY, SQS_WINDOW_MIN
from capplan.services.lambda_.sources.batches import POLLS, records_of
from capplan.services.lambda_.sources.trigger import QUEUES
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage, time_of


def assume(name: str, spec: Function, usage: Usage, ctx: Context) -> tuple[Assumption, ...]:
    """Defaults that the scenario does not give."""
    given, path = spec.model_fields_set, f"functions.{name}"
    defaults = (
        ("memory_mb", "memory", f"{spec.memory_mb} MB", "AWS's default memory"),
        ("timeout_ms", "timeout", f"{spec.timeout_ms / 1000:f} s", "AWS's default timeout"),
        ("architecture", "architecture", spec.architecture, "AWS's default architecture"),
    )
    out = [
        Assumption(f"{path}.{key}", value, reason, "aws_default")
        for field, key, value, reason in defaults
        if field not in given
    ]
    out += [note for stream in usage.streams for note in _of_source(name, spec, usage, stream)]
    if usage.cold is not None:
        out += _of_cold_starts(path, spec, usage.cold.start)
    if usage.failing and "retries" not in given and any(stream.access.is_async for stream in usage.streams):
        reason = "AWS retries a failed asynchronous invocation twice"
        out.append(Assumption(f"{path}.retries", str(spec.retries), reason, "aws_default"))
    if usage.invocations.terms and not any(stream.access.is_async for stream in usage.streams):
        reason = "nothing invokes it asynchronously; what a queue or a stream gives up goes to its `dead_letters`"
        out += [
            Assumption(f"{path}.{key}", "gets nothing", reason, "aws_default")
            for key, to in (("on_failure", spec.on_failure), ("on_success", spec.on_success))
            if to is not None
        ]
    if usage.invocations.terms and spec.logs and spec.logs.size_bytes is None:
        system = platform_bytes(spec.logs, ctx.region, name, Fraction(0), traced=False)
        value = f"{figure(system + OWN_BYTES)} B an invocation"
        reason = f"Lambda's own lines ({figure(system)} B) and an assumed {OWN_BYTES} B of the function's"
        out.append(Assumption("defaults.functions.logs.size", value, reason, "workload"))
    if CONCURRENCY.id not in ctx.quotas and usage.invocations.terms:
        reason = "AWS's default; new accounts start lower, some at 10"
        out.append(Assumption(f"account.quotas.{CONCURRENCY.id}", f"{CONCURRENCY.value:,}", reason, "aws_default"))
    return tuple(out)


def _of_source(name: str, spec: Function, usage: Usage, stream: RequestStream) -> Iterable[Assumption]:
    """What the batches of a trigger rest on, and how long its queue hides a message."""
    if stream.trigger is None:
        return
    trigger, path = spec.triggers[stream.trigger], f"functions.{name}.triggers.{stream.trigger}"
    if trigger.source in POLLS:
        mean = "records per invocation at the month's mean rate"
        yield Assumption(path, mean, "batches fill by the mean, not minute by minute", "aws_default")
    elif trigger.source == "sqs" and trigger.window_ms is None:
        yield _unwindowed(name, spec, usage, stream, stream.trigger)
    if trigger.source in QUEUES and "visibility_timeout_ms" not in trigger.model_fields_set:
        yield _visibility(name, spec, usage, stream, stream.trigger)


def _unwindowed(name: str, spec: Function, usage: Usage, stream: RequestStream, index: int) -> Assumption:
    """One message an invocation; if not, as many as arrive in a second, up to a batch."""
    window = {"window": f"{SQS_WINDOW_MIN}"}
    windowed = spec.triggers[index].model_copy(update={"window_ms": Decimal(SQS_WINDOW_MIN.value)})
    arriving = stream.arrivals.monthly / units.MONTH_SECONDS
    records = records_of(windowed, arriving, stream.shards)
    path, value = f"functions.{name}.triggers.{index}", "1 message an invocation"
    if records <= stream.records:
        return Assumption(path, value, "SQS without a window: so few messages come one by one", "workload")
    monthly = usage.invocations.monthly
    left = monthly - stream.flow.monthly * (1 - stream.records / records)
    reason = f"SQS without a window: the dearest case; if not, {figure(records)} come in a second"
    changes = with_keys(name, spec, {index: window})
    return Assumption(path, value, reason, "workload", changes, monthly / left)


def _visibility(name: str, spec: Function, usage: Usage, stream: RequestStream, index: int) -> Assumption:
    """How long a message is hidden, which nobody wrote; one that is hidden for less than it takes is received again."""
    trigger = spec.triggers[index]
    hidden_ms = trigger.visibility_timeout_ms
    hidden = f"{figure(hidden_ms / units.MS_PER_SECOND)} s"
    path = place_of(name, trigger, index, "visibility_timeout")
    longest_ms = time_of(spec, usage.cold, stream.records).high_ms()
    if min(longest_ms, Fraction(spec.timeout_ms)) <= hidden_ms:
        return Assumption(path, hidden, "SQS's default; it decides when a failed message comes again", "aws_default")
    reason = (
        f"SQS's default, and an invocation takes up to {figure(min(longest_ms, Fraction(spec.timeout_ms)) / 1000)} s: if the "
        f"queue has it, messages are received again while they are processed"
    )
    changes = with_keys(name, spec, {index: {"visibility_timeout": hidden}})
    return Assumption(path, "longer than an invocation", reason, "aws_default", changes)


def _of_cold_starts(path: str, spec: Function, start: cold_starts.Start) -> list[Assumption]:
    out = []
    if start.source:
        median = f"{figure(start.init.points[0][1])} ms"
        out.append(Assumption(f"{path}.init", median, start.source, "workload"))
    if spec.first_call is None:
        reason = "the first invocation takes no longer than the others"
        out.append(Assumption(f"{path}.first_call", "as duration", reason, "workload"))
    if "keep_alive_ms" not in spec.model_fields_set:
        reason = "AWS does not publish it; measured in 2019 and 2020"
        out.append(Assumption(f"{path}.keep_alive", f"{spec.keep_alive_ms / 60_000:f} min", reason, "aws_default"))
    return out


def exclude(name: str, spec: Function, usage: Usage) -> tuple[Excluded, ...]:
    """Cold starts of unknown length, and the services that send the events."""
    entrances = sorted({(ENTRANCES[t.via][0], t.via) for t in spec.triggers if t.via in ENTRANCES})
    out = [Excluded(label, f"the source of the events is {why_left_out(via)}") for label, via in entrances]
    if usage.cold is None and usage.invocations.terms:
        out.insert(0, Excluded(f"cold starts of {name}", cold_starts.why_unknown(spec)))
    return tuple(out)
