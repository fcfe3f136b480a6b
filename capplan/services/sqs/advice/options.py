"""Changes that make a queue cheaper, or let through what it rejects; the pipeline plans each again."""

from collections.abc import Iterable
from fractions import Fraction

from capplan.model import Change, Context, Option
from capplan.quantities.rounding import ceil_div
from capplan.quantities.text import figure
from capplan.services.sqs.limits import calls_of
from capplan.services.sqs.quotas import BATCH_MAX, FIFO_CALLS, LONG_POLL_MAX
from capplan.services.sqs.spec import Queue
from capplan.services.sqs.usage import Usage

_LOST = 1e-6
"""A smaller share of what is sent is not said to be throttled."""


def options(name: str, spec: Queue, usage: Usage, ctx: Context) -> tuple[Option, ...]:
    """All recommendations for a queue."""
    del ctx
    return (*_high_throughput(name, spec, usage), *_batches(name, usage), *_long_polls(name, spec))


def _batches(name: str, usage: Usage) -> Iterable[Option]:
    """Calls that send several messages of a run one by one."""
    for stream in usage.streams:
        access, line = stream.access, stream.line
        together = min(BATCH_MAX.value, ceil_div(Fraction(access.times) * stream.records_of_run, 1))
        if line is None or access.batch is not None or together < 2:  # noqa: PLR2004  a batch has two at least
            continue
        caller = stream.cause.partition(".")[2]
        what = "for each record" if access.per == "record" else f"{figure(access.times)} messages a run"
        message = f"{caller} sends {what} to {name} one by one; a call may carry {BATCH_MAX}."
        gives_up = "messages that fail have to be sent again by themselves"
        change = Change(line.at("batch"), int(BATCH_MAX.value))
        yield Option("sqs.batch-sends", message, (change,), gives_up)


def _long_polls(name: str, spec: Queue) -> Iterable[Option]:
    consumers = spec.consumers
    if consumers is None or spec.receive_wait_ms or consumers.every_ms >= LONG_POLL_MAX.value:
        return
    message = (
        f"A receive of {name} that finds nothing ends at once, and is billed: {consumers.count} consumers ask again."
    )
    change = Change(f"queues.{name}.receive_wait", str(LONG_POLL_MAX))
    yield Option("sqs.long-polling", message, (change,), "a consumer waits up to 20 s at an empty queue")


def _high_throughput(name: str, spec: Queue, usage: Usage) -> Iterable[Option]:
    if not spec.is_fifo or spec.high_throughput:
        return
    busiest = max((calls.peak().per_second for calls in calls_of(usage) if calls.terms), default=0.0)
    if busiest <= float(FIFO_CALLS.value):
        return
    lost = 0.0
    if usage.admitted is not None:
        dropped = float(sum(part.dropped for part in usage.admitted.streams))
        lost = dropped / (dropped + float(usage.messages.monthly)) if dropped else 0.0
    message = f"{name} takes {FIFO_CALLS} of each action, and its busiest minute has {figure(busiest)}"
    message += f": {lost:.2%} of what is sent is throttled." if lost > _LOST else "."
    yield Option(
        "sqs.high-throughput", message, (Change(f"queues.{name}.high_throughput", to=True),),
        "deduplication is by message group; what reads it gets that much more, and more of it fails", "risk", urgency="now" if lost > _LOST else "soon",
        helps=("throttled",) if lost > _LOST else (), worsens=("dead_letters",),
    )  # fmt: skip
