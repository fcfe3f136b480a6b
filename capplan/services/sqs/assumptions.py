"""Defaults that a scenario does not set but the answer about a queue depends on, and what it leaves out."""

from collections.abc import Iterable

from capplan.model import Assumption, Excluded
from capplan.services.sqs.spec import Queue
from capplan.services.sqs.usage import Usage


def assume(name: str, spec: Queue, usage: Usage) -> tuple[Assumption, ...]:
    """What is assumed of a queue."""
    return tuple(_assumed(f"queues.{name}", spec, usage))


def _assumed(path: str, spec: Queue, usage: Usage) -> Iterable[Assumption]:
    if "message" not in spec.model_fields_set and any(s.access.payload is None for s in usage.streams):
        yield Assumption(f"{path}.message", "1 KB", "it decides how many 64 KB chunks are billed", "workload")
    polling = [r for r in usage.readers or () if r.polling.pollers]
    if polling:
        pollers = sum(r.polling.pollers for r in polling)
        yield Assumption(
            f"{path}.empty_receives",
            f"{float(pollers):g} pollers, long polls of {float(polling[0].polling.wait_s):g} s",
            "AWS publishes the pollers of an idle queue, and not how long they wait: 20 s is the longest poll",
            "aws_default",
        )
    if spec.consumers is not None and not spec.receive_wait_ms:
        yield Assumption(
            f"{path}.receive_wait",
            "0 s",
            "a short poll that finds nothing is billed: consumers ask again as often as `every` says",
            "aws_default",
        )


def exclude(name: str, usage: Usage) -> tuple[Excluded, ...]:
    """What nobody reads: its messages expire."""
    if usage.receives or not usage.messages.terms:
        return ()
    return (
        Excluded(
            f"receives of {name}", "nothing of this scenario reads it: whoever looks at its messages makes requests"
        ),
    )
