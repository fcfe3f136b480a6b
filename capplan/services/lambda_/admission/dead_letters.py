"""What ends in a dead-letter queue or an on-failure destination since its last attempt failed.

Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations", "Event source mappings"; Amazon SQS
Developer Guide, "Using dead-letter queues" (read 2026-11-23). Where none is configured, AWS deletes it.
"""

from fractions import Fraction

from capplan.quantities.rounding import sig6
from capplan.services.lambda_.admission.lanes import Lane, per_second_of
from capplan.services.lambda_.attempts import failing, in_a_shard, retries_of, splits
from capplan.services.lambda_.sources.trigger import FOREVER
from capplan.services.lambda_.spec import Function


def dead_letters(spec: Function, lane: Lane, served: Fraction) -> Fraction:
    """Of what was served a month, what failed at every attempt; a call's failure is its caller's."""
    trigger, records = lane.trigger, lane.stream.records
    if trigger is not None and lane.kind in ("queue", "stream") and splits(trigger):
        of_batch, _ = in_a_shard(spec, trigger, records, per_second_of(lane.stream, lane.most))
        return served * min(Fraction(1), sig6(of_batch.dead / float(records)))
    share = failing(spec, records)
    if not share or lane.kind == "call":
        return Fraction(0)
    retries = spec.retries if lane.trigger is None or lane.kind == "event" else retries_of(lane.trigger)
    if retries == FOREVER:
        return Fraction(0) if share < 1 else served
    return served * sig6(float(share) ** (retries + 1))
