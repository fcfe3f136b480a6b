"""How often an event is attempted after failures and timeouts, by the way the function is invoked.

Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation", "Event source mappings"
(read 2026-11-23). A caller's own retries (a state machine's, an SDK's) are the caller's.
"""

import math
from fractions import Fraction

from capplan.calls import Access
from capplan.quantities.distribution import expected_blocks, share_above
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.lambda_.billing import expected_attempts
from capplan.services.lambda_.invocation_time import duration_of_batch
from capplan.services.lambda_.quotas import STREAM_RETRIES_MAX
from capplan.services.lambda_.sources.trigger import FOREVER, POLLED, QUEUES, Trigger, retention_ms
from capplan.services.lambda_.spec import Function

_NEGLIGIBLE = 1e-9
"""Timeouts that are rarer than this do not count as failures."""


def attempts(
    spec: Function, access: Access, trigger: Trigger | None = None, records: Fraction = Fraction(1)
) -> Fraction:
    """Invocations that one event (or batch) is expected to cause; 1 if it is invoked synchronously.

    Args:
        spec: The function.
        access: The request that invokes it.
        trigger: Where it comes from; None for a call.
        records: Records of a batch: it may reach the timeout where a single record does not.
    """
    failure_share = failing(spec, records)
    if trigger is not None and (trigger.stream is not None or trigger.via in POLLED):
        return _of_a_batch(failure_share, retries_of(trigger)) * _overlapping(spec, trigger, records)
    return _rounded(expected_attempts(failure_share, spec.retries)) if access.is_async else Fraction(1)


def failing(spec: Function, records: Fraction = Fraction(1)) -> Fraction:
    """Share of warm invocations that end in an error or at the timeout. Range 0 to 1."""
    share = share_above(duration_of_batch(spec, records), spec.timeout_ms)
    timed_out = sig6(share) if share > _NEGLIGIBLE else Fraction(0)
    return 1 - (1 - Fraction(spec.fails)) * (1 - timed_out)


def failing_also(spec: Function, share: Fraction) -> Function:
    """The function if a further share of its invocations fails, since a call that they wait for is throttled."""
    if not share:
        return spec
    return spec.model_copy(update={"fails": to_quantity(1 - (1 - Fraction(spec.fails)) * (1 - share))})


def retries_of(trigger: Trigger) -> int:
    """How often a failed batch comes back: messages until their last receive or until they expire, records of a stream forever."""
    if trigger.max_receive_count is not None:
        return trigger.max_receive_count - 1
    if trigger.retries == FOREVER and trigger.source in QUEUES:
        return max(0, math.floor(retention_ms(trigger) / max(Fraction(trigger.visibility_timeout_ms), Fraction(1))) - 1)
    return trigger.retries


def _overlapping(spec: Function, trigger: Trigger, records: Fraction) -> Fraction:
    """Invocations with the same messages that run at once: a message is received again while its invocation still runs.

    Only where the scenario writes the visibility timeout: AWS refuses to connect a queue whose visibility timeout is
    shorter than the function's timeout, so that a default one cannot be meant.
    """
    if trigger.source not in QUEUES or "visibility_timeout_ms" not in trigger.model_fields_set:
        return Fraction(1)
    hidden_ms = max(1, int(trigger.visibility_timeout_ms))
    if spec.timeout_ms <= hidden_ms:
        return Fraction(1)
    return max(Fraction(1), expected_blocks(duration_of_batch(spec, records), hidden_ms, cap=spec.timeout_ms))


def _of_a_batch(failure_share: Fraction, retries: int) -> Fraction:
    if not failure_share:
        return Fraction(1)
    if failure_share == 1:
        return Fraction(STREAM_RETRIES_MAX.value) if retries == FOREVER else Fraction(retries + 1)
    passed_over = failure_share ** (retries + 1) if retries != FOREVER else 0
    return _rounded((1 - passed_over) / (1 - failure_share))


def _rounded(value: Fraction) -> Fraction:
    """Exact if its denominator is short, else 6 digits."""
    return value if value.denominator < 10**12 else sig6(float(value))
