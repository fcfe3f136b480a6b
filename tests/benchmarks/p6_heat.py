"""P6: the heat of 1e12 requests on 1e10 keys and 1,000 partitions, in one process; and the memory it takes beside numpy.

Prints seconds and MiB. What is kept from one draw to the next is thrown away before each.
"""

import statistics
import subprocess
import sys
import time

SECONDS_GOAL = 0.1
MEMORY_GOAL_MIB = 60.0
ROUNDS = 9

_CODE = """
import pathlib
def held():
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
import numpy
before = held()
from tests.benchmarks.p6_heat import draw
draw(1)
print((held() - before) / 1024)
"""
"""Linux only. The peak that getrusage tells would be the parent's, where that was higher."""


def draw(seed: int) -> None:
    """One draw of the heat and of the requests."""
    from capplan.services.dynamodb.keys.popularity import Keys, Popularity
    from capplan.services.dynamodb.keys.weights import rank_weights
    from capplan.services.dynamodb.partitions.load import partition_loads
    from tests.reference.dynamodb.hashed_keys import requests_by_partition

    partition_loads.cache_clear()
    rank_weights.cache_clear()
    heat = partition_loads(Keys(Popularity("zipf", exponent=0.9), 10**10), 1000, seed)
    assert int(requests_by_partition(heat, 10**12, seed).sum()) == 10**12


def run() -> list[tuple[str, float, float]]:
    """Median seconds, and memory of a process that draws once."""
    draw(0)
    seconds = []
    for seed in range(ROUNDS):
        begin = time.process_time()
        draw(seed)
        seconds.append(time.process_time() - begin)
    memory = float(subprocess.run([sys.executable, "-c", _CODE], capture_output=True, text=True, check=True).stdout)
    return [
        ("P6 heat of 1e12 requests on 1e10 keys, 1,000 partitions, s", statistics.median(seconds), SECONDS_GOAL),
        ("P6 memory beside numpy, MiB", memory, MEMORY_GOAL_MIB),
    ]


if __name__ == "__main__":
    for name, found, goal in run():
        sys.stdout.write(f"{name}: {found:.3f} (goal {goal:.2f} or less)\n")
