"""Where one hot partition is split in two: at even load, beside a hot key, or through a key's own items."""

from typing import Literal

from capplan.services.dynamodb.partitions.lifetimes import Partition, Split
from capplan.services.dynamodb.partitions.load import HotKey

_HALVES = 2


def split_partition(
    partition: Partition, minute: int, following: int, *, can_spread: bool, alone: float
) -> tuple[Split, list[Partition]]:
    """What becomes of a partition, and its two halves (none where it cannot be split).

    Args:
        partition: The hot partition.
        minute: When the halves serve.
        following: The next free partition number.
        can_spread: Whether one key's items can be split up.
        alone: A key with more of the partition's load than this cannot be separated further.
    """
    key = partition.keys[0] if partition.keys else None
    number, share = partition.number, partition.share
    if key is not None and partition.hottest_key_share > alone * share:
        if not can_spread:
            return Split(minute, number, share, "stuck", (), key), []
        halves = _spread(partition, minute, following)
        return Split(minute, number, share, "spread", tuple(half.share for half in halves), key), halves
    halves = _split_at(partition, _even_place(partition), minute, following)
    apart = key is not None and any(half.keys and half.hottest_key_share > alone * half.share for half in halves)
    outcome: Literal["split", "isolated"] = "isolated" if apart else "split"
    return Split(minute, number, share, outcome, tuple(half.share for half in halves), key if apart else None), halves


def _cold_share(partition: Partition) -> float:
    return max(0.0, partition.share - sum(key.share for key in partition.keys))


def _even_place(partition: Partition) -> int:
    """The place at which the load of both halves is as even as it gets."""
    width, cold = partition.high - partition.low, _cold_share(partition)
    half = partition.share / _HALVES
    left, at = 0.0, partition.low
    for key in sorted(partition.keys, key=lambda key: key.place):
        step = cold * (key.place - at) / width
        if left + step >= half:
            return _inside(partition, at + int((half - left) / step * (key.place - at)))
        left += step
        at = key.place
        if left + key.share >= half:
            before = half - left
            after = left + key.share - half
            return _inside(partition, at if before <= after else at + 1)
        left += key.share
    rest = partition.high - at
    return _inside(partition, at + (int((half - left) * width / cold) if cold else rest // _HALVES))


def _inside(partition: Partition, place: int) -> int:
    return max(partition.low + 1, min(partition.high - 1, place))


def _split_at(partition: Partition, place: int, minute: int, following: int) -> list[Partition]:
    """Both halves of a split; the left one keeps the number."""
    width, cold = partition.high - partition.low, _cold_share(partition)
    out = []
    for number, low, high in ((partition.number, partition.low, place), (following, place, partition.high)):
        keys = tuple(key for key in partition.keys if low <= key.place < high)
        share = cold * (high - low) / width + sum(key.share for key in keys)
        out.append(Partition(number, low, high, share, keys, minute, partition.end))
    return out


def _spread(partition: Partition, minute: int, following: int) -> list[Partition]:
    """The items of one key on two partitions: each takes half of the key, and half of what else there is."""
    keys = tuple(HotKey(key.rank, key.name, key.share / _HALVES, key.place) for key in partition.keys)
    low, high, share = partition.low, partition.high, partition.share / _HALVES
    return [Partition(n, low, high, share, keys, minute, partition.end) for n in (partition.number, following)]
