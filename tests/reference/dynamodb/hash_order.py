"""Which bucket of the hash space a key lies in, and the order in which a Scan meets keys, as observed on the live service.

Source: dynalite, commit a82d553 (2013).
"""

from collections.abc import Iterable, Sequence

from capplan.services.dynamodb.keys.placement import key_digest

_HASH_BITS = 128
_BUCKETS = 4096


def key_bucket(kind: str, key: str, buckets: int = _BUCKETS) -> int:
    """Which of so many equal slices of the hash space a key lies in."""
    return int.from_bytes(key_digest(kind, key)) * buckets >> _HASH_BITS


def scan_order(kind: str, keys: Iterable[str]) -> list[str]:
    """Keys as a Scan meets them."""
    return sorted(keys, key=lambda key: key_digest(kind, key))


def segment_buckets(segment: int, total_segments: int) -> range:
    """The buckets, of 4,096, that one segment of a parallel scan reads."""
    return range(-(-_BUCKETS * segment // total_segments), -(-_BUCKETS * (segment + 1) // total_segments))


def segment_keys(kind: str, keys: Sequence[str], segment: int, total_segments: int) -> list[str]:
    """The keys one segment of a parallel scan meets, in its order."""
    mine = segment_buckets(segment, total_segments)
    return [key for key in scan_order(kind, keys) if key_bucket(kind, key) in mine]
