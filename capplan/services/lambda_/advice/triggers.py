"""Other ways to write a function's triggers and callers: larger batches, longer timeouts, events instead of polling."""

import math
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan import units
from capplan.model import Change, Context, Option, RequestStream
from capplan.quantities.distribution import quantile
from capplan.quantities.text import figure
from capplan.services.lambda_.advice.written_triggers import with_keys
from capplan.services.lambda_.concurrency.environments import peak_concurrency
from capplan.services.lambda_.quotas import MAXIMUM_CONCURRENCY_MAX, TIMEOUT_MAX, VISIBILITY_TIMEOUT_FACTOR
from capplan.services.lambda_.sources import limits as source_limits
from capplan.services.lambda_.sources.batches import DEFAULT_BATCH, records_of
from capplan.services.lambda_.sources.trigger import QUEUES, Trigger
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage, time_of

_POLLS_A_MONTH = 4380
"""A run every ten minutes."""
_WINDOW_S = 5
_BATCH = 100
_BATCHED = frozenset(("dynamodb", "kinesis", "sqs"))
_FILLED, _HIGH = 0.8, 0.99
"""A batch may take so much of the timeout, with a duration of this percentile."""
_LATE = 0.0001
"""Share of answers that must come too late."""
_OUTLASTING = Fraction(1, 1000)


def options(name: str, spec: Function, usage: Usage, ctx: Context) -> Iterable[Option]:
    """Larger batches, sources and callers that time out first, messages that are visible too soon, polling."""
    for stream in usage.streams:
        yield from _source_timeout(name, spec, usage, stream)
        if stream.trigger is not None:
            trigger = spec.triggers[stream.trigger]
            yield from _batch(name, spec, usage, stream, stream.trigger)
            yield from _visibility(name, spec, trigger, stream.trigger)
            yield from _queue_cap(name, spec, usage, stream, stream.trigger)
    yield from _caller_timeout(name, spec, usage, ctx)
    yield from _polling(name, spec, usage)


def _queue_cap(name: str, spec: Function, usage: Usage, stream: RequestStream, index: int) -> Iterable[Option]:
    """A `maximum_concurrency` at which messages expire, and the one at which the busiest minute is served."""
    trigger, admitted = spec.triggers[index], usage.admitted
    if trigger.source not in QUEUES or trigger.maximum_concurrency is None or admitted is None:
        return
    part = admitted.streams[usage.streams.index(stream)]
    arrivals = part.served + part.waiting + part.dropped
    if not part.dropped or not arrivals:
        return
    wanted = stream.offered if stream.offered is not None else stream.flow
    busy = wanted.spread(usage.mean_ms) * (usage.mean_ms / units.MS_PER_SECOND)
    needed = min(peak_concurrency(busy.peak().per_second), int(MAXIMUM_CONCURRENCY_MAX.value))
    if needed <= trigger.maximum_concurrency:
        return
    message = (
        f"{name} loses {_share(float(part.dropped / arrivals))} of its messages: they expire while they wait for one of "
        f"{trigger.maximum_concurrency} invocations; the busiest minute needs {needed} at once."
    )
    changes = with_keys(name, spec, {index: {"maximum_concurrency": needed}})
    action = f"Raise the maximum concurrency of the queue of {{name}} to {needed}"
    yield Option(
        "lambda.queue-cap", message, changes, "what it calls, and the account, get that much more at once", "risk",
        action=action, urgency="now", helps=("lambda.queue_age",),
    )  # fmt: skip


def _batch(name: str, spec: Function, usage: Usage, stream: RequestStream, index: int) -> Iterable[Option]:
    """A batch window, and a batch as large as the timeout holds. The records stay the same, and so do the calls for them."""
    trigger = spec.triggers[index]
    if spec.per_record_ms is None or trigger.source not in _BATCHED or trigger.window_ms:
        return
    batch = max(trigger.batch or DEFAULT_BATCH[trigger.source], min(_BATCH, _fitting(spec)))
    keys: dict[str, Any] = {"window": f"{_WINDOW_S} s"}
    if batch != trigger.batch:
        keys["batch"] = batch
    larger = trigger.model_copy(update={"window_ms": Decimal(_WINDOW_S * units.MS_PER_SECOND), "batch": batch})
    records_per_s = stream.flow.monthly * stream.records / units.MONTH_SECONDS
    records = records_of(larger, records_per_s, stream.shards)
    if records <= stream.records:
        return
    monthly = usage.invocations.monthly
    left = monthly - stream.flow.monthly * (1 - stream.records / records)
    message = (
        f"An invocation of {name} takes {figure(stream.records)} records; a batch window of {_WINDOW_S} s collects "
        f"{figure(records)}. Calls that it makes for each record are planned with the records."
    )
    gives_up = f"a record waits for up to {_WINDOW_S} s"
    changes = with_keys(name, spec, {index: keys})
    yield Option("lambda.batch", message, changes, gives_up, calls_factor=monthly / left)


def _fitting(spec: Function) -> int:
    """The largest batch that four fifths of the timeout hold."""
    left_ms = _FILLED * float(spec.timeout_ms) - quantile(spec.duration, _HIGH)
    return max(0, math.floor(left_ms / float(spec.per_record_ms))) if spec.per_record_ms else _BATCH


def _source_timeout(name: str, spec: Function, usage: Usage, stream: RequestStream) -> Iterable[Option]:
    """A source that gives up before the answer. A shorter timeout is no remedy: it ends invocations that are within theirs."""
    wait = source_limits.waited_by(spec, stream)
    time = time_of(spec, usage.cold, stream.records)
    if wait is None or time.high_waited_ms() <= wait.timeout_ms:
        return
    late = float(time.longer_than(wait.timeout_ms))
    if late < _LATE:
        return
    message = (
        f"{wait.via} waits {_seconds(wait.timeout_ms)} for {name}, which may run {_seconds(spec.timeout_ms)}: "
        f"{_share(late)} of the answers come too late, and are billed. Call it asynchronously and let the client ask for "
        "the result, or make it faster: a shorter timeout would only stop what is late."
    )
    yield Option("lambda.source-timeout", message, (), "the answer comes by another way", "risk", urgency="now")


def _visibility(name: str, spec: Function, trigger: Trigger, index: int) -> Iterable[Option]:
    advised_ms = spec.timeout_ms * VISIBILITY_TIMEOUT_FACTOR + (trigger.window_ms or 0)
    if trigger.source in QUEUES and trigger.visibility_timeout_ms < advised_ms:
        message = (
            f"The queue's visibility timeout is {_seconds(trigger.visibility_timeout_ms)}; {name} may run "
            f"{_seconds(spec.timeout_ms)}, and AWS advises {VISIBILITY_TIMEOUT_FACTOR} times that."
        )
        changes = with_keys(name, spec, {index: {"visibility_timeout": f"{advised_ms / 1000:f} s"}})
        yield Option("lambda.visibility-timeout", message, changes, "", "risk")


def _caller_timeout(name: str, spec: Function, usage: Usage, ctx: Context) -> Iterable[Option]:
    for caller in source_limits.callers_ending_first(spec, usage, ctx):
        if caller.outlasting < _OUTLASTING:
            continue
        wasted = usage.gb_seconds.monthly * caller.flow_share * caller.outlasting
        function = caller.address.partition(".")[2]
        message = (
            f"{function} times out after {_seconds(caller.timeout_ms)}; {_share(float(caller.outlasting))} of its calls of "
            f"{name} run longer, and bill at least {float(wasted):,.0f} GB-seconds a month for answers that nobody receives."
        )
        timeout = f"{min(Decimal(TIMEOUT_MAX.value), spec.timeout_ms + 1000) / 1000:f} s"
        change = Change(f"functions.{function}.timeout", timeout)
        action = f"Lengthen the timeout of {function}, which calls {{name}}"
        yield Option("lambda.caller-gives-up", message, (change,), "", "risk", action=action, urgency="now")


def _seconds(ms: Fraction | Decimal) -> str:
    return f"{float(ms) / 1000:g} s"


def _share(share: float) -> str:
    return f"{figure(share * 100, 2)}%"


def _polling(name: str, spec: Function, usage: Usage) -> Iterable[Option]:
    """A schedule that looks for work: the scenario says how often it finds any. What a schedule does itself is no polling."""
    runs = usage.invocations.monthly
    index = next((i for i, trigger in enumerate(spec.triggers) if trigger.finds is not None), None)
    if index is None or len(usage.streams) != 1 or runs < _POLLS_A_MONTH:
        return
    finds = spec.triggers[index].finds
    if finds is None or not all(profile.starts for profile, _ in usage.invocations.terms):
        return
    interval_s = units.MONTH_SECONDS / float(runs)
    message = (
        f"{name} polls every {figure(interval_s)} s, {figure(runs, 6)} times a month, whether there is work or not: an event "
        f"would invoke it only when there is."
    )
    changes = with_keys(name, spec, {index: {"finds": None, "chance": f"{finds * 100:f}%", "via": "eventbridge"}})
    yield Option("lambda.poll-to-event", message, changes, "the source must send the event")
