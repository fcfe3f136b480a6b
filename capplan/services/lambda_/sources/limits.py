"""Limits of what invokes a function: how long it waits, how many invocations it causes, who gives up first.

Lambda Developer Guide, "Event source mappings"; API Gateway, ALB, AppSync and Cognito quotas (read 2026-11-23). It
refuses nothing itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.model import Context, LimitCheck, RequestStream
from capplan.quantities.distribution import share_above
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.lambda_.concurrency import environments as concurrency
from capplan.services.lambda_.sources import event_source_mappings as sources
from capplan.services.lambda_.sources.trigger import QUEUES, Trigger
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage, high, longer

WAITS_MS: Mapping[str, int] = {
    "api-gateway-http": 30_000,
    "api-gateway-rest": 29_000,
    "alb": 60_000,
    "appsync": 30_000,
    "cognito": 5_000,
}
"""How long a source waits for an answer; API Gateway REST and ALB can be raised."""
VISIBLE_TIMES = 6
"""AWS advises a visibility time-out of six times the function's time-out."""


def check(name: str, spec: Function, usage: Usage, ctx: Context) -> Iterable[LimitCheck]:
    """What its triggers and callers bound."""
    for work in usage.works:
        trigger = None if work.trigger is None else spec.triggers[work.trigger]
        if trigger is not None:
            yield from _of_trigger(name, spec, usage, work, trigger)
    for caller in impatient(spec, usage, ctx):
        yield LimitCheck(name, "lambda.caller_timeout", _s(high(spec.duration)), _s(caller.waits_ms), "s")


def _of_trigger(name: str, spec: Function, usage: Usage, work: RequestStream, trigger: Trigger) -> Iterable[LimitCheck]:
    waits = waits_ms(trigger)
    if waits is not None:
        took = high(longer(spec, work.records))
        yield LimitCheck(name, f"lambda.integration_timeout.{trigger.via}", _s(took), _s(waits), "s")
    if trigger.via in QUEUES:
        ends, hidden = Fraction(spec.timeout_ms), Fraction(trigger.visibility_timeout_ms)
        yield LimitCheck(name, "lambda.visibility_timeout", _s(ends), _s(hidden), "s")
    mapping = sources.mapping_of(trigger, work.shards)
    if mapping is None or (mapping.source == "sqs_fifo" and not (mapping.message_groups or mapping.maximum_concurrency)):  # fmt: skip
        return
    at_once = work.flow * (usage.mean_ms / units.MS_PER_SECOND)
    most = concurrency.event_source_concurrency(mapping, spec.reserved_concurrency)
    peak = at_once.peak()
    poisson = mapping.source in {"sqs_standard", "sqs_fifo", "sqs_provisioned"}
    load = Decimal(concurrency.peak_concurrency(peak.per_second)) if poisson else to_quantity(sig6(peak.per_second))
    yield LimitCheck(
        name, f"lambda.event_source.{mapping.source}", load, Decimal(most), "concurrent executions", at_once,
        poisson=poisson, minute=peak.minute,
    )  # fmt: skip


def waits_ms(trigger: Trigger) -> Fraction | None:
    """How long a trigger's source waits for the answer; None where it does not, or as long as the function may run."""
    if trigger.timeout_ms is not None:
        return Fraction(trigger.timeout_ms)
    found = WAITS_MS.get(trigger.source)
    return None if found is None else Fraction(found)


@dataclass(frozen=True, slots=True)
class Impatient:
    """A caller that may end before what it called: who, how long it may run, what share of its calls outlasts it."""

    address: str
    waits_ms: Fraction
    outlasting: Fraction
    flow_share: Fraction


def impatient(spec: Function, usage: Usage, ctx: Context) -> tuple[Impatient, ...]:
    """Functions that wait for this one with a time-out shorter than what it may take."""
    whole = usage.invocations.monthly
    out: dict[str, Impatient] = {}
    for work in usage.works:
        ends = ctx.timeout_ms.get(work.cause)
        if ends is None or work.access.is_async or ends >= spec.timeout_ms or not whole:
            continue
        share = sig6(share_above(spec.duration, ends))
        part = work.flow.monthly / whole
        before = out.get(work.cause)
        out[work.cause] = Impatient(work.cause, ends, share, part + (before.flow_share if before else 0))
    return tuple(out.values())


def _s(ms: Fraction) -> Decimal:
    return to_quantity(ms / units.MS_PER_SECOND)
