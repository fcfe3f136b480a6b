"""P5: reading 97 kB of YAML with positions, against PyYAML's CSafeLoader, which gives none. Prints the ratio."""

import statistics
import sys
import time
from collections.abc import Callable

import yaml

from capplan.reading.yaml_reader import read_yaml

GOAL = 0.55
ROUNDS = 31
SIZE_BYTES = 97_000

_TABLE = """\
  orders-{n}:
    partition_key: {{name: customer_id, distinct: 2M, popularity: zipf(0.9)}}
    sort_key: order_id
    item_size: 1.8 KB                     # measured in March
    items: 40M
    capacity: {{mode: provisioned, write: {{min: 50, max: 2000, target: 70%}}, read: 400}}
    indexes:
      by-status:
        partition_key: {{name: status, distinct: 5}}
        project: [total, updated_at]
        entry_size: 200 B
    point_in_time_recovery: true
    access:
      - {{get: 100/s, consistency: strong}}
      - {{put: 20/s}}
"""


def workload(size_bytes: int) -> str:
    """A scenario of so many bytes or a little less: one table after another."""
    text, n = "capplan: 1\nname: Large\nregion: us-east-1\ntables:\n", 0
    while len(text) + len(_TABLE) < size_bytes:
        text, n = text + _TABLE.format(n=n), n + 1
    return text


def run() -> list[tuple[str, float, float]]:
    """The measured ratio and its goal; both readers take turns, so that a busy machine slows both."""
    text = workload(SIZE_BYTES)
    ratios: list[float] = []
    for _ in range(ROUNDS):
        ours = _seconds(lambda: read_yaml(text, "large.yaml"))
        theirs = _seconds(lambda: yaml.load(text, yaml.CSafeLoader))
        ratios.append(ours / theirs)
    return [("P5 YAML with positions / CSafeLoader, 97 kB", statistics.median(ratios), GOAL)]


def _seconds(read: Callable[[], object]) -> float:
    begin = time.process_time()
    read()
    return time.process_time() - begin


if __name__ == "__main__":
    for name, ratio, goal in run():
        sys.stdout.write(f"{name}: {ratio:.2f} (goal {goal:.2f} or less)\n")
