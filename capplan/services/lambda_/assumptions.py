"""What a function's answer rests on that nobody wrote, and what it leaves out. It changes no figure."""

from capplan.model import Assumption, Context, Excluded
from capplan.services.lambda_.cold_start import month as cold
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage

_DEFAULTS = (
    ("memory_mb", "memory", "128 MB", "AWS's default memory"),
    ("timeout_ms", "timeout", "3 s", "AWS's default time-out"),
    ("architecture", "architecture", "x86_64", "AWS's default architecture"),
)


def assume(name: str, spec: Function, usage: Usage, ctx: Context) -> tuple[Assumption, ...]:
    """Defaults the answer rests on."""
    said, at = spec.model_fields_set, f"functions.{name}"
    out = [Assumption(f"{at}.{key}", value, why, "aws_default") for f, key, value, why in _DEFAULTS if f not in said]
    if usage.cold is not None:
        out += _of_starts(at, spec, usage.cold.start)
    if usage.failing and "retries" not in said and any(w.access.is_async for w in usage.works):
        out.append(Assumption(f"{at}.retries", "2", "AWS tries a failed asynchronous invocation twice more", "aws_default"))  # fmt: skip
    if "lambda.concurrency" not in ctx.quotas and usage.invocations.terms:
        out.append(
            Assumption(
                "account.quotas.lambda.concurrency", "1,000", "AWS's default; new accounts start lower, some at 10", "aws_default"
            )
        )  # fmt: skip
    return tuple(out)


def _of_starts(at: str, spec: Function, start: cold.Starting) -> list[Assumption]:
    out = []
    if start.said:
        middle = f"{float(start.init.points[0][1]):.3g} ms"
        out.append(Assumption(f"{at}.init", middle, start.said, "workload"))
    if spec.first_call is None:
        out.append(Assumption(f"{at}.first_call", "as duration", "the first invocation takes no longer", "workload"))
    if "keep_alive_ms" not in spec.model_fields_set:
        out.append(Assumption(f"{at}.keep_alive", "10 min", "AWS does not say; measured in 2019 and 2020", "aws_default"))  # fmt: skip
    return out


def exclude(name: str, spec: Function, usage: Usage, ctx: Context) -> tuple[Excluded, ...]:  # noqa: ARG001  every room's signature
    """Cold starts whose length nobody knows, and the sources of events."""
    vias = sorted({str(t.via) for t in spec.triggers if t.via})
    out = [Excluded(via, "the source of the events has no room yet") for via in vias]
    if usage.cold is None and usage.invocations.terms:
        out.insert(0, Excluded(f"cold starts of {name}", cold.unknown_because(spec)))
    return tuple(out)
