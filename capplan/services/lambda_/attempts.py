"""How often an event is attempted after failures and timeouts, by the way the function is invoked.

Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation", "Event source mappings"
(read 2026-11-23). A caller's own retries (a state machine's, an SDK's) are the caller's.
"""

import math
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.calls import Access
from capplan.quantities.distribution import expected_blocks, share_above
from capplan.quantities.rounding import sig6, to_quantity
from capplan.record import replace
from capplan.services.lambda_ import batch_failures
from capplan.services.lambda_.batch_failures import Blocked, Tried, cut, has_poison
from capplan.services.lambda_.billing import capped_mean_ms, expected_attempts
from capplan.services.lambda_.invocation_time import duration_of_batch
from capplan.services.lambda_.quotas import STREAM_RETRIES_MAX
from capplan.services.lambda_.sources.trigger import FOREVER, QUEUES, Trigger, retention_ms
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
    if trigger is not None and trigger.is_polled:
        if splits(trigger):
            return sig6(tried(spec, trigger, records).invocations) * _overlapping(spec, trigger, records)
        return _of_a_batch(failure_share, retries_of(trigger)) * _overlapping(spec, trigger, records)
    return _rounded(expected_attempts(failure_share, spec.retries)) if access.is_async else Fraction(1)


def failing(spec: Function, records: Fraction = Fraction(1)) -> Fraction:
    """Share of warm invocations that end in an error or at the timeout. Range 0 to 1."""
    share = share_above(duration_of_batch(spec, records), spec.timeout_ms)
    timed_out = sig6(share) if share > _NEGLIGIBLE else Fraction(0)
    if not timed_out:
        return Fraction(spec.fails)
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


# --- poison records and split batches ---------------------------------------------------------------------------------


def splits(trigger: Trigger) -> bool:
    """Whether its batches do not all fail, or succeed, alike."""
    return bool(trigger.poison) or trigger.bisect


def tried(spec: Function, trigger: Trigger, records: Fraction, retries: float | None = None) -> Tried:
    """What a batch of so many records causes.

    Args:
        spec: The function.
        trigger: Its trigger.
        records: Records of the batch.
        retries: How often a poison record is tried again; None for as often as its retries and its age allow.
    """
    of_batch = batch_failures.whole
    if trigger.source in QUEUES and trigger.partial_responses:
        of_batch = batch_failures.by_message
    elif trigger.bisect:
        of_batch = batch_failures.halved_from_the_first if trigger.partial_responses else batch_failures.halved
    elif trigger.partial_responses:
        of_batch = batch_failures.from_the_first
    poison, failing_at = float(trigger.poison), _failing_at(spec, records)
    if retries is None:
        blocked_records = of_batch(float(records), poison, failing_at, 0.0).blocked_records
        retries = _retries_within_age(trigger, seconds_of(spec, blocked_records))
    return of_batch(float(records), poison, failing_at, retries)


def _retries_within_age(trigger: Trigger, attempt_s: float) -> float:
    """Retries of a poison record: of a stream none once it is too old."""
    retries = float(retries_of(trigger))
    if trigger.source in QUEUES:
        return retries
    by_age = float(math.floor(_max_age_s(trigger) / max(attempt_s, 1 / units.MS_PER_SECOND)))
    return by_age if retries == FOREVER else min(retries, by_age)


def _max_age_s(trigger: Trigger) -> float:
    return float(retention_ms(trigger)) / units.MS_PER_SECOND


def seconds_of(spec: Function, records: float) -> float:
    """Mean seconds of a warm invocation with so many records."""
    return float(capped_mean_ms(duration_of_batch(spec, sig6(records)), spec.timeout_ms)) / units.MS_PER_SECOND


def work_s(spec: Function, of_batch: Tried) -> float:
    """Seconds of all invocations that a batch causes."""
    return sum(count * seconds_of(spec, records) for records, count in of_batch.sizes.items())


def in_a_shard(
    spec: Function, trigger: Trigger, records: Fraction, full: Fraction, per_second: float
) -> tuple[Tried, Tried, Blocked | None]:
    """What a batch of so many records, and a full one, cause where records arrive at a shard, and how poison blocks it.

    What waits behind a blocked record gets old itself: the next batch that fails is given up after fewer attempts. Batches
    are full where some wait.
    """
    of_batch, of_full = tried(spec, trigger, records), tried(spec, trigger, full)
    if not of_batch.blocks or trigger.source in QUEUES or not per_second:
        return of_batch, of_full, None
    clean_trigger = trigger.model_copy(update={"poison": Decimal(0)})
    clean, clean_full = tried(spec, clean_trigger, records), tried(spec, clean_trigger, full)
    share, share_full = (has_poison(float(n), float(trigger.poison)) for n in (records, full))
    working_s = work_s(spec, clean_full)
    block_s = max(0.0, work_s(spec, of_full) - working_s) / share_full
    shard = batch_failures.blocked(float(full) / per_second, working_s, share_full, block_s, _max_age_s(trigger))
    if not shard.is_cut:
        shorter_s = max(0.0, work_s(spec, of_batch) - work_s(spec, clean)) / share
        return of_batch, of_full, replace(shard, share=share, seconds=shorter_s, mean_s=shorter_s)
    extra = (of_full.invocations - clean_full.invocations) / share_full
    attempts = extra * shard.mean_s / block_s if block_s else 0.0
    unsplit = trigger.model_copy(update={"bisect": False})
    given_up, given_up_full = (tried(spec, unsplit, n, 0.0).dead for n in (records, full))
    return (
        cut(of_batch, clean, share, attempts, given_up),
        cut(of_full, clean_full, share_full, attempts, given_up_full),
        shard,
    )


def _failing_at(spec: Function, records: Fraction) -> batch_failures.Failing:
    """The share that fails by its records: a batch of fewer may end before the timeout."""
    most = failing(spec, records)
    if spec.per_record_ms is None or most == Fraction(spec.fails):
        return batch_failures.alike(float(most))
    return lambda count: float(failing(spec, sig6(count)))


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
