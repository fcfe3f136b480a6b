"""How often an event is attempted after failures and timeouts, by the way the function is invoked.

Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation", "Event source mappings"
(read 2026-11-23). A caller's own retries (a state machine's, an SDK's) are the caller's.
"""

from fractions import Fraction

from capplan.calls import Access
from capplan.quantities.distribution import share_above
from capplan.quantities.rounding import sig6
from capplan.services.lambda_.billing import expected_attempts
from capplan.services.lambda_.quotas import STREAM_RETRIES_MAX
from capplan.services.lambda_.sources.trigger import FOREVER, POLLED, QUEUES, Trigger, retention_ms
from capplan.services.lambda_.spec import Function

_NEGLIGIBLE = 1e-9
"""Timeouts that are rarer than this do not count as failures."""


def timed_out(spec: Function) -> Fraction:
    """Share of invocations that reach the timeout. Range 0 to 1, 6 digits."""
    share = share_above(spec.duration, spec.timeout_ms)
    return sig6(share) if share > _NEGLIGIBLE else Fraction(0)


def failing(spec: Function) -> Fraction:
    """Share of invocations that end in an error or at the timeout. Range 0 to 1."""
    return 1 - (1 - Fraction(spec.fails)) * (1 - timed_out(spec))


def attempts(spec: Function, access: Access, trigger: Trigger | None = None) -> Fraction:
    """Invocations that one event (or batch) is expected to cause; 1 if it is invoked synchronously."""
    failure_share = failing(spec)
    if not failure_share:
        return Fraction(1)
    if trigger is not None and (trigger.stream is not None or trigger.via in POLLED):
        return _of_a_batch(failure_share, retries_of(trigger, failure_share))
    return _rounded(expected_attempts(failure_share, spec.retries)) if access.is_async else Fraction(1)


def retries_of(trigger: Trigger, failure_share: Fraction) -> int:
    """How often a failed batch is retried: a queue's message comes again until its last receive, or until it expires."""
    if trigger.max_receive_count is not None:
        return trigger.max_receive_count - 1
    if trigger.via in QUEUES and trigger.retries == FOREVER and failure_share == 1:
        return max(0, int(retention_ms(trigger) // Fraction(trigger.visibility_timeout_ms or 1)) - 1)
    return trigger.retries


def _of_a_batch(failure_share: Fraction, retries: int) -> Fraction:
    if failure_share == 1:
        return Fraction(STREAM_RETRIES_MAX.value) if retries == FOREVER else Fraction(retries + 1)
    passed_over = failure_share ** (retries + 1) if retries != FOREVER else 0
    return _rounded((1 - passed_over) / (1 - failure_share))


def _rounded(value: Fraction) -> Fraction:
    """Exact if its denominator is short, else 6 digits."""
    return value if value.denominator < 10**12 else sig6(float(value))
