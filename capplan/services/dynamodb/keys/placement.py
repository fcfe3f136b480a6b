"""Where keys lie in the hash space: the observed hash for keys whose names are known, a fast mixer for the others.

A place is the top 64 bits of the hash; a partition is an equal slice of them. The mixer has the same law (every slice is
as likely as every other), not the same places. It never knows how much a key is used.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from capplan.services.dynamodb.partitions.count import key_digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CHUNK = 32_768
"""Keys mixed at a time: what stays in the processor's cache."""
_GOLDEN = 0x9E3779B97F4A7C15
_MIX_1, _MIX_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_WORD = 2**64


def named_places(kind: str, names: Iterable[str]) -> "NDArray[np.uint64]":
    """Places of keys by name, by the hash observed on the live service. Shape (keys,)."""
    import numpy as np  # noqa: PLC0415  only where keys are placed

    tops = b"".join([key_digest(kind, name)[:8] for name in names])
    return np.frombuffer(tops, dtype=">u8").astype(np.uint64)


def mixed_places(first: int, count: int, seed: int) -> "NDArray[np.uint64]":
    """Places of keys number `first` and on, for keys without a name (SplitMix64 of their number). Shape (count,)."""
    import numpy as np  # noqa: PLC0415  the same

    out = np.empty(count, dtype=np.uint64)
    scratch = np.empty(min(count, _CHUNK), dtype=np.uint64)
    for start in range(0, count, _CHUNK):
        _mix(first + start, out[start : start + _CHUNK], scratch, seed)
    return out


def _mix(first: int, out: "NDArray[np.uint64]", scratch: "NDArray[np.uint64]", seed: int) -> None:
    """Fill one chunk, in place; numbers wrap as 64-bit words do. The mixer's last step, which would only stir the low
    bits, is left out: a place is read from its top.
    """
    import numpy as np  # noqa: PLC0415  the same

    spare = scratch[: len(out)]
    start = ((seed + 1) * _MIX_2 + first * _GOLDEN) % _WORD
    np.add(_steps(len(out)), np.uint64(start), out=out)
    np.right_shift(out, np.uint64(30), out=spare)
    out ^= spare
    out *= np.uint64(_MIX_1)
    np.right_shift(out, np.uint64(27), out=spare)
    out ^= spare
    out *= np.uint64(_MIX_2)


def _steps(count: int) -> "NDArray[np.uint64]":
    """0, 1, 2 … times the golden step; the longest is kept."""
    import numpy as np  # noqa: PLC0415  the same

    kept = _STEPS.get("steps")
    if kept is None:
        kept = _STEPS["steps"] = np.arange(_CHUNK, dtype=np.uint64) * np.uint64(_GOLDEN)
    return kept[:count]


_STEPS: "dict[str, NDArray[np.uint64]]" = {}


def partition_of(places: "NDArray[np.uint64]", partitions: int) -> "NDArray[np.int64]":
    """Which of so many equal slices each place lies in. Same shape; fewer than 2^32 partitions."""
    import numpy as np  # noqa: PLC0415  the same

    out = places.copy()
    _slice(out, partitions)
    return out.view(np.int64)


def loads(keys: int, partitions: int, seed: int = 0) -> "NDArray[np.int64]":
    """How many of so many keys lie in each partition, every one hashed: the slow and certain way. Shape (partitions,)."""
    import numpy as np  # noqa: PLC0415  the same

    counts = np.zeros(partitions, dtype=np.int64)
    places, scratch = np.empty(_CHUNK, dtype=np.uint64), np.empty(_CHUNK, dtype=np.uint64)
    for start in range(0, keys, _CHUNK):
        chunk = places[: min(_CHUNK, keys - start)]
        _mix(start, chunk, scratch, seed)
        _slice(chunk, partitions)
        counts += np.bincount(chunk.view(np.int64), minlength=partitions)
    return counts


def _slice(places: "NDArray[np.uint64]", partitions: int) -> None:
    """Turn places into partitions, in place."""
    import numpy as np  # noqa: PLC0415  the same

    places >>= np.uint64(32)
    places *= np.uint64(partitions)
    places >>= np.uint64(32)
