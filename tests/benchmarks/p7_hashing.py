"""P7: every key hashed in bulk and counted by partition, against counting alone (`bincount` in the same chunks)."""

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from tests.reference.dynamodb.hashed_keys import loads

GOAL = 4.0
KEYS = 4_000_000
ROUNDS = 9
_CHUNK = 32_768


def run() -> list[tuple[str, float, float]]:
    """The ratio for few and for many partitions; both take turns."""
    out = []
    for partitions in (10, 1000, 10_000):
        known = np.random.Generator(np.random.PCG64(1)).integers(0, partitions, KEYS)
        ratios = []
        for seed in range(ROUNDS):
            ours = _seconds(lambda p=partitions, s=seed: loads(KEYS, p, s))  # type: ignore[misc]
            floor = _seconds(lambda p=partitions, k=known: _count(k, p))  # type: ignore[misc]
            ratios.append(ours / floor)
        out.append((f"P7 hashing {KEYS:,} keys / bincount, {partitions:,} parts", statistics.median(ratios), GOAL))
    return out


def _count(known: "np.ndarray[tuple[int], np.dtype[np.int64]]", partitions: int) -> None:
    counts = np.zeros(partitions, dtype=np.int64)
    for start in range(0, len(known), _CHUNK):
        counts += np.bincount(known[start : start + _CHUNK], minlength=partitions)


def _seconds(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


if __name__ == "__main__":
    for name, found, goal in run():
        sys.stdout.write(f"{name}: {found:.2f} (goal {goal:.2f} or less)\n")
