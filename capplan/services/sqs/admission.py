"""What a FIFO queue takes in: calls above its quota are throttled back to who sends.

Amazon SQS Developer Guide, "FIFO queue quotas" (read 2026-11-30). A standard queue takes in any number.
"""

from decimal import Decimal
from fractions import Fraction

from capplan.capped import capped
from capplan.model import Admitted, Context, Demand
from capplan.service import Quota
from capplan.services.sqs.quotas import FIFO_CALLS, HIGH_THROUGHPUT_CALLS
from capplan.services.sqs.spec import Queue
from capplan.services.sqs.usage import batch_of


def calls_quota(spec: Queue) -> Quota | None:
    """The limit of each action of a FIFO queue; None for a standard queue."""
    if not spec.is_fifo:
        return None
    return HIGH_THROUGHPUT_CALLS if spec.high_throughput else FIFO_CALLS


def calls_a_second(spec: Queue, ctx: Context) -> Decimal:
    """That limit in the scenario's Region."""
    quota = calls_quota(spec)
    return Decimal(0) if quota is None else quota.in_region(ctx.region)


def admit(name: str, spec: Queue, demand: Demand, ctx: Context) -> Admitted | None:
    """What gets through of what is sent; None where all does."""
    if not spec.is_fifo:
        return None
    per_call = [Fraction(0) if s.access.moved else 1 / batch_of(s) for s in demand.requests]
    return capped(f"queues.{name}", demand.requests, per_call, float(calls_a_second(spec, ctx)))
