"""How often an invocation is tried: failures and time-outs, by the way it was invoked. It never bills one.

Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation", "Event source mappings"
(read 2026-11-23). A caller's own retries (a state machine's, an SDK's) are the caller's.
"""

from fractions import Fraction

from capplan.calls import Access
from capplan.quantities.distribution import share_above
from capplan.quantities.rounding import sig6
from capplan.services.lambda_.billing import expected_attempts
from capplan.services.lambda_.sources.trigger import FOREVER, POLLED, Trigger
from capplan.services.lambda_.spec import Function

_NEGLIGIBLE = 1e-9
"""A time-out that comes less often than this does not count as a failure."""
_MOST_RETRIES = 10_000
"""AWS's own maximum, for records that never pass."""


def timed_out(spec: Function) -> Fraction:
    """Share of invocations that reach the time-out, 6 digits."""
    share = share_above(spec.duration, spec.timeout_ms)
    return sig6(share) if share > _NEGLIGIBLE else Fraction(0)


def failing(spec: Function) -> Fraction:
    """Share of invocations that end in an error or at the time-out."""
    return 1 - (1 - Fraction(spec.fails)) * (1 - timed_out(spec))


def attempts(spec: Function, access: Access, trigger: Trigger | None = None) -> Fraction:
    """Invocations that one event (or batch) is expected to cause: 1 where it is answered synchronously."""
    failed = failing(spec)
    if not failed:
        return Fraction(1)
    if trigger is not None and (trigger.stream is not None or trigger.via in POLLED):
        return _polled(failed, trigger.retries)
    return _rounded(expected_attempts(failed, spec.retries)) if access.is_async else Fraction(1)


def _polled(failed: Fraction, retries: int) -> Fraction:
    if retries == FOREVER:
        return _rounded(1 / (1 - failed)) if failed < 1 else Fraction(_MOST_RETRIES)
    return _rounded((1 - failed ** (retries + 1)) / (1 - failed)) if failed < 1 else Fraction(retries + 1)


def _rounded(value: Fraction) -> Fraction:
    """Exact where it is short; a ratio of long numbers enters at 6 digits."""
    return value if value.denominator < 10**12 else sig6(float(value))
