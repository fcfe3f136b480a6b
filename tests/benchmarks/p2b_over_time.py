"""P2b: `estimate` with heat and a month of minutes on 4 tables, against the import line."""

import sys
import tempfile
from pathlib import Path

from tests.benchmarks.timing import ratio

GOAL = 3.5
SCENARIO = """capplan: 1
name: Over time
region: us-east-1
traffic:
  web:
    rate: 400/s
    daily: {peak: 3x, trough: 0.2x, at: "20:00"}
    spikes: [{name: sale, at: "day 12 10:00", for: 30 min, times: 8x}]
tables:
"""
TABLE = """  t{i}:
    partition_key: {{name: id, distinct: 2M, popularity: zipf(0.9)}}
    item_size: 1 KB
    items: 40M
    capacity: {{mode: provisioned, write: {{min: 50, max: 20000}}, read: {{min: 50, max: 20000}}}}
    access: [{{put: web, times: {n}}}, {{get: web, times: 2}}]
"""


def run() -> list[tuple[str, float, float]]:
    """(name, ratio, goal)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "over-time.yaml"
        path.write_text(SCENARIO + "".join(TABLE.format(i=i, n=1 + i / 10) for i in range(4)), encoding="utf-8")
        command = (sys.executable, "-m", "capplan", "estimate", str(path))
        return [("P2b 4 tables over time", ratio(command), GOAL)]
