"""P2: `estimate` without simulation on 4, 400 and 4,000 resources, against the import line."""

import sys
import tempfile
from pathlib import Path

from tests.benchmarks.timing import ratio

GOALS = {4: 1.8, 400: 2.1, 4000: 3.8}


def scenario(resources: int) -> str:
    """Pairs of a table and a function that writes to it, under one steady traffic."""
    tables = "".join(f"  t{i}: {{item_size: 1 KB, items: 1M}}\n" for i in range(resources // 2))
    functions = "".join(
        f"  f{i}: {{memory: 256 MB, duration: 40 ms, architecture: arm64, triggers: web, calls: [{{put: t{i}}}]}}\n"
        for i in range(resources // 2)
    )
    return f"capplan: 1\nname: Many\nregion: us-east-1\ntraffic: {{web: {{rate: 5/s}}}}\ntables:\n{tables}functions:\n{functions}"


def run() -> list[tuple[str, float, float]]:
    """(name, ratio, goal) for each size."""
    out = []
    with tempfile.TemporaryDirectory() as folder:
        for size, goal in GOALS.items():
            path = Path(folder) / f"{size}.yaml"
            path.write_text(scenario(size), encoding="utf-8")
            runs = 11 if size < 4000 else 3
            command = (sys.executable, "-m", "capplan", "estimate", str(path))
            out.append((f"P2 {size} resources", ratio(command, runs=runs), goal))
    return out
