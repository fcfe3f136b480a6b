"""Computes how many requests a service bills for messages whose payload it counts in chunks, such as of 64 KB."""

from decimal import Decimal
from fractions import Fraction

from capplan.model import RequestStream
from capplan.quantities.distribution import Distribution, expected_blocks, mean, quantile
from capplan.quantities.rounding import ceil_div, sig6, to_quantity
from capplan.service import Quota

_TAIL = 0.999
"""The size by which a message counts against a bound."""


def chunks(size: Distribution | None, chunk_bytes: int, messages: Fraction = Fraction(1)) -> Fraction:
    """Chunks of one call with so many messages, by their total; an empty call is one."""
    if size is None:
        return Fraction(1)
    if messages == 1 and not size.fixed:
        return max(Fraction(1), expected_blocks(size, chunk_bytes))
    return Fraction(max(1, ceil_div(mean(size) * messages, chunk_bytes)))


def chunks_per_message(size: Distribution | None, chunk_bytes: int, batch: Fraction) -> Fraction:
    """Chunks of one message, in calls with so many on average."""
    return chunks(size, chunk_bytes, batch) / batch


def batch_of(stream: RequestStream, most: Quota) -> Fraction:
    """Messages of one call: what the scenario puts into it and it may carry, but no more than a run of the caller has."""
    access = stream.access
    of_run = Fraction(access.times) * stream.records_of_run
    return max(Fraction(1), min(Fraction(access.batch or 1), Fraction(most.value), of_run))


def tail_bytes(size: Distribution) -> Decimal:
    """The size that is held against a bound: that of one message in a thousand."""
    return to_quantity(Fraction(size.points[0][1]) if size.fixed else sig6(quantile(size, _TAIL)))
