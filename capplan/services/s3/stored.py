"""How many objects a bucket stores in each class, by what is put, how objects age, and when they expire."""

from collections.abc import Sequence
from fractions import Fraction

from capplan import units
from capplan.record import Record
from capplan.services.s3.classes import CLASSES, MOVED_BYTES, StorageClass
from capplan.services.s3.spec import Bucket

_DAY_MS = units.SECONDS_PER_DAY * units.MS_PER_SECOND
_MONTH_MS = units.MONTH_SECONDS * units.MS_PER_SECOND


class Band(Record, frozen=True):
    """Objects of one class.

    Attributes:
        class_name: The class, in the scenario's word.
        objects: How many are stored, in the mean of the month.
        kept_days: How long an object stays in the class; None for as long as it exists and is not expired.
        moves_in: Objects a month that a lifecycle rule moves into the class.
        leaves: Objects a month that leave it, moved on or expired.
    """

    class_name: str
    objects: Fraction
    kept_days: Fraction | None
    moves_in: Fraction
    leaves: Fraction

    @property
    def class_(self) -> StorageClass:
        """The class and its rules."""
        return CLASSES[self.class_name]


def bands(spec: Bucket, put_monthly: Fraction, mean_bytes: Fraction) -> tuple[Band, ...]:
    """The stored objects by class, youngest first: what is put in the time of each step; the last has the rest.

    Args:
        spec: The bucket.
        put_monthly: Objects that are put in a month.
        mean_bytes: Of an object: small ones are not moved.
    """
    steps = [(Fraction(0), spec.storage_class)]
    if mean_bytes >= MOVED_BYTES:
        steps += [(Fraction(step.after_ms), step.to) for step in spec.lifecycle]
    ends: list[Fraction | None] = [after for after, _ in steps[1:]]
    ends.append(None if spec.expire_ms is None else Fraction(spec.expire_ms))
    known = None if spec.objects is None else Fraction(spec.objects)
    counts = _counts(steps, ends, put_monthly, known)
    out = []
    for i, ((after, class_name), end) in enumerate(zip(steps, ends, strict=True)):
        kept = None if end is None else (end - after) / _DAY_MS
        reached = put_monthly if known is None or counts[i] else Fraction(0)  # deleted before, where none is so old
        leaves = Fraction(0) if end is None else reached
        out.append(Band(class_name, counts[i], kept, reached if i else Fraction(0), leaves))
    return tuple(out)


def _counts(
    steps: Sequence[tuple[Fraction, str]],
    ends: Sequence[Fraction | None],
    put_monthly: Fraction,
    known: Fraction | None,
) -> list[Fraction]:
    """Objects of each step: those of an age in it; where their number is known, the oldest step has what is left."""
    young = [
        Fraction(0) if end is None else put_monthly * (end - after) / _MONTH_MS
        for (after, _), end in zip(steps, ends, strict=True)
    ]
    if known is None:
        return young
    out, left = [], known
    for count in young[:-1]:
        out.append(min(count, left))
        left -= out[-1]
    return [*out, left]


def is_growing(spec: Bucket, put_monthly: Fraction) -> bool:
    """Whether more is put than expires."""
    return spec.expire_ms is None and put_monthly > 0
