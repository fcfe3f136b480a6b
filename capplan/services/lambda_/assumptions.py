"""The defaults that a function's answer rests on, and what the answer does not include."""

from capplan.model import Assumption, Context, Excluded
from capplan.quantities.text import figure
from capplan.services.lambda_.cold_start import month as cold_starts
from capplan.services.lambda_.quotas import CONCURRENCY
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage


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
    if usage.cold is not None:
        out += _of_cold_starts(path, spec, usage.cold.start)
    if usage.failing and "retries" not in given and any(stream.access.is_async for stream in usage.streams):
        reason = "AWS retries a failed asynchronous invocation twice"
        out.append(Assumption(f"{path}.retries", str(spec.retries), reason, "aws_default"))
    if CONCURRENCY.id not in ctx.quotas and usage.invocations.terms:
        reason = "AWS's default; new accounts start lower, some at 10"
        out.append(Assumption(f"account.quotas.{CONCURRENCY.id}", f"{CONCURRENCY.value:,}", reason, "aws_default"))
    return tuple(out)


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
    sources = sorted({str(trigger.via) for trigger in spec.triggers if trigger.via})
    out = [Excluded(source, "the source of the events is not modeled yet") for source in sources]
    if usage.cold is None and usage.invocations.terms:
        out.insert(0, Excluded(f"cold starts of {name}", cold_starts.why_unknown(spec)))
    return tuple(out)
