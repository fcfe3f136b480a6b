"""Where keys lie in the hash space: the observed hash for keys whose names are known, a fast mixer for the others.

A place is the top 64 bits of the hash; a partition is an equal slice of them. The mixer has the same law (every slice is
as likely as every other), not the same places.

The hash is not documented; the one here reproduces the scan orders and parallel-scan segments observed on the live
service (dynalite, commit a82d553, 2013).
"""

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from capplan.services.dynamodb.items.size import key_bytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CHUNK = 32_768
"""Keys mixed at a time: what stays in the processor's cache."""
_GOLDEN = 0x9E3779B97F4A7C15
_MIX_1, _MIX_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_WORD = 2**64


def key_digest(kind: str, key: str) -> bytes:
    """The 128-bit hash of a partition key (S, N or B; N as text, B as base64)."""
    return hashlib.md5(b"Outliers" + key_bytes(kind, key), usedforsecurity=False).digest()


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

    out = places >> np.uint64(32)
    out *= np.uint64(partitions)
    out >>= np.uint64(32)
    return out.view(np.int64)
