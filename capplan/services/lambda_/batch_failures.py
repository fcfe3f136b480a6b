"""What one batch of a stream or a queue causes until all of it is done or given up, poison records and retries included.

Lambda Developer Guide (read 2026-11-23), "Using Lambda to process records from Amazon Kinesis Data Streams", error handling:
a failed batch is tried again whole, until its retries or the age of its records are used up; split in two, "splitting a
batch does not count towards the retry quota". "Configuring partial batch response": a stream's batch is retried from the
lowest sequence number that failed; with both, it is bisected there. Of a queue only the messages that failed come back.
"""

import math
from collections.abc import Callable, Mapping
from fractions import Fraction

from capplan.quantities.rounding import sig6
from capplan.record import Record

Failing = Callable[[float], float]
"""The share of invocations with so many records that fail for another reason than poison."""
_NEGLIGIBLE = 1e-12


class Tried(Record, frozen=True):
    """What a batch causes.

    Attributes:
        sizes: Invocations by the records that each is given.
        dead: Records that fail at every attempt, or are given up with one that does.
        blocks: How often a poison record is tried until its retries are used up; what is behind it in its shard waits.
        blocked_records: Records of the invocations that do.
    """

    sizes: Mapping[float, float]
    dead: float
    blocks: float = 0.0
    blocked_records: float = 1.0

    @property
    def invocations(self) -> float:
        """Invocations, the first included."""
        return sum(self.sizes.values())

    @property
    def records(self) -> float:
        """Records that all invocations are given together."""
        return sum(records * count for records, count in self.sizes.items())

    def shares(self) -> tuple[tuple[Fraction, Fraction], ...]:
        """Shares of all invocations, with their records."""
        total = self.invocations
        (first, _), *others = self.sizes.items()
        rest = [(sig6(count / total), sig6(records)) for records, count in others]
        return ((1 - sum((share for share, _ in rest), Fraction(0)), sig6(first)), *rest)


def has_poison(records: float, poison: float) -> float:
    """Share of batches that hold a poison record: 1 - (1 - p)ⁿ. Range 0 to 1."""
    return -math.expm1(records * math.log1p(-poison)) if poison < 1 else 1.0


def whole(records: float, poison: float, failing: Failing, retries: float) -> Tried:
    """A failed batch comes back whole: all of it is dead if it holds a poison record."""
    q, fails = has_poison(records, poison), failing(records)
    count = q * (retries + 1) + (1 - q) * _chain(fails, retries)
    return Tried({records: count}, records * (q + (1 - q) * fails ** (retries + 1)), q, records)


def by_message(records: float, poison: float, failing: Failing, retries: float) -> Tried:
    """Of a queue's batch only the messages that failed come back, and fill other batches."""
    fails = failing(records)
    deliveries = poison * (retries + 1) + (1 - poison) * _chain(fails, retries)
    return Tried({records: deliveries}, records * (poison + (1 - poison) * fails ** (retries + 1)))


def from_the_first(records: float, poison: float, failing: Failing, retries: float) -> Tried:
    """A stream's batch is retried from its first poison record on, and given up from there on.

    With i records before it, Σ p (1 - p)ⁱ (n - i) = n - (1 - p) (1 - (1 - p)ⁿ) / p records are retried.
    """
    q, fails = has_poison(records, poison), failing(records)
    if q < _NEGLIGIBLE:
        return whole(records, 0.0, failing, retries)
    rest = records if poison >= 1 else max(records - (1 - poison) * q / poison, q)  # at least the record itself
    # an attempt of another failure does not say which record failed: the batch keeps its size
    at_full_size = _chain(fails, retries)
    left = q * max(0.0, retries + 1 - at_full_size)
    sizes = {records: (1 - q) * _chain(fails, retries) + q * at_full_size}
    if left > 0:
        sizes[rest / q] = sizes.get(rest / q, 0.0) + left
    given_up = fails ** (retries + 1)
    dead = rest + (q * records - rest) * given_up + (1 - q) * records * given_up
    return Tried(sizes, dead, q, rest / q)


def halved(records: float, poison: float, failing: Failing, retries: float) -> Tried:
    """A failed batch is halved until the record that fails is alone; retries are counted for that one only."""
    memo: dict[tuple[int, bool], dict[float, float]] = {}

    def sizes_of(count: int, *, clean: bool) -> dict[float, float]:
        key = (count, clean)
        if key not in memo:
            memo[key] = one(count, clean=clean)
        return memo[key]

    def one(count: int, *, clean: bool) -> dict[float, float]:
        if count <= 1:
            share = 0.0 if clean else poison
            return {1.0: share * (retries + 1) + (1 - share) * _chain(failing(1.0), retries)}
        out, fails = {float(count): 1.0}, failing(float(count))
        clean_share = 1.0 if clean else 1 - has_poison(count, poison)
        halves = (count - count // 2, count // 2)
        # halves of any batch, less those of the batches without poison that end well
        if not clean:
            for half in halves:
                _add(out, sizes_of(half, clean=False), 1.0)
        for half in halves:
            _add(out, sizes_of(half, clean=True), fails if clean else -clean_share * (1 - fails))
        return out

    sizes = _between(records, lambda count: sizes_of(count, clean=False))
    return Tried(
        {size: count for size, count in sizes.items() if count > _NEGLIGIBLE},
        records * (poison + (1 - poison) * _given_up(failing, retries, records)),
        records * poison,
    )


def halved_from_the_first(records: float, poison: float, failing: Failing, retries: float) -> Tried:
    """With partial responses, a batch is split at the first record that failed; one that begins with it is halved."""
    most = math.ceil(records)
    counts = _from_the_first(most, poison, failing, retries, lambda _: 1.0)
    given = _from_the_first(most, poison, failing, retries, float)
    total = _between(records, lambda count: {0.0: counts[count], 1.0: given[count]})
    dead = records * (poison + (1 - poison) * _given_up(failing, retries, records))
    return Tried({total[1.0] / total[0.0]: total[0.0]}, dead, records * poison)


def _from_the_first(
    most: int, poison: float, failing: Failing, retries: float, own: Callable[[int], float]
) -> list[float]:
    """By the records of a batch, the sum of `own` over the invocations that it causes, each by its records."""
    alone = poison * (retries + 1) + (1 - poison) * _chain(failing(1.0), retries)
    begins, any_ = [0.0, retries + 1], [0.0, alone]  # batches whose first record is poison, and any
    later = 0.0  # Σ p (1 - p)ⁱ begins[n - i] over the places i from 1 on
    for count in range(2, most + 1):
        large, small, fails = count - count // 2, count // 2, failing(float(count))
        later = (1 - poison) * (poison * begins[count - 1] + later)
        begins.append(own(count) + begins[large] + any_[small])
        of_errors, of_first = any_[large] + any_[small], poison * (begins[large] + any_[small])
        any_.append(own(count) + fails * of_errors + (1 - fails) * (of_first + later))
    return any_


def _given_up(failing: Failing, retries: float, records: float) -> float:
    """Share of records without poison that fail alone at every attempt, after every batch that held them failed."""
    share: float = failing(1.0) ** (retries + 1)
    count = math.ceil(records)
    while count > 1 and share > 0:
        share *= failing(float(count))
        count -= count // 2
    return share


def _between(records: float, of_count: Callable[[int], Mapping[float, float]]) -> dict[float, float]:
    """A mean number of records is a mixture of the two whole numbers around it."""
    low = max(1, math.floor(records + _NEGLIGIBLE))
    part = max(0.0, records - low)
    out: dict[float, float] = {}
    _add(out, of_count(low), 1 - part)
    if part > _NEGLIGIBLE:
        _add(out, of_count(low + 1), part)
    return out


def _add(to: dict[float, float], sizes: Mapping[float, float], times: float) -> None:
    for size, count in sizes.items():
        to[size] = to.get(size, 0.0) + count * times


def _chain(fails: float, retries: float) -> float:
    """Attempts of what fails at random: 1 + f + … + f^retries."""
    if fails >= 1:
        return retries + 1
    given_up: float = fails ** (retries + 1)
    return (1 - given_up) / (1 - fails)


# --- a shard that is blocked ------------------------------------------------------------------------------------------


class Blocked(Record, frozen=True):
    """How poison records block a shard.

    Attributes:
        blocks: Blocks that a batch causes.
        attempt_s: How long one attempt takes.
        seconds: How long a block lasts at most.
        mean_s: How long one lasts on average: what already waits is older, and given up earlier.
        late_s: How long a record waits on average behind blocks that last until the maximum age.
    """

    blocks: float
    attempt_s: float
    seconds: float
    mean_s: float
    late_s: float


def blocked(
    between_s: float, work_s: float, blocks: float, attempt_s: float, retries: float, max_age_s: float
) -> Blocked:
    """How long a shard is blocked where poison comes at random.

    When a block ends because its record is as old as the maximum age M, so is nearly what follows. Until the next poison
    the lag falls, by an exponential time of mean D (what the arrivals of a batch take, less its work, per block); so the
    next block lasts min(M, that fall), D (1 - e^(-M/D)) on average, and the lag is a saw of falls and blocks.

    Args:
        between_s: Seconds between a shard's batches.
        work_s: Seconds of work of one, blocks not included.
        blocks: Blocks that one causes.
        attempt_s: How long one attempt takes.
        retries: How often a blocked record is tried again at most.
        max_age_s: The age at which records are given up.
    """
    block_s, fall_s = attempt_s * (retries + 1), (between_s - work_s) / blocks
    if fall_s <= 0:  # it falls behind by its work alone
        return Blocked(blocks, attempt_s, min(block_s, max_age_s), attempt_s, 0.0)
    ratio = max_age_s / fall_s
    until_too_old_s = fall_s * -math.expm1(-ratio)
    if block_s < until_too_old_s:
        return Blocked(blocks, attempt_s, block_s, block_s, 0.0)
    squared = 2 * fall_s * until_too_old_s - 2 * fall_s * max_age_s * math.exp(-ratio)
    late_s = (max_age_s * until_too_old_s - squared / 2) / fall_s
    return Blocked(blocks, attempt_s, min(block_s, max_age_s), until_too_old_s, min(max_age_s, late_s))
