"""P13: `estimate` of 400 resources of which 40 functions are short of concurrency at their daily peak."""

import tempfile
from pathlib import Path

from tests.benchmarks.timing import CAPPLAN, ratio

GOAL = 9.5
"""A second, by an import line of 0.105 s."""
RESOURCES, SHORT = 400, 40


def scenario(resources: int = RESOURCES, short: int = SHORT) -> str:
    """Pairs of a table and a function. At 6/s each function needs 2.4 environments; the first ones may have 1."""
    pairs = range(resources // 2)
    tables = "".join(f"  t{i}: {{item_size: 1 KB, items: 1M}}\n" for i in pairs)
    functions = "".join(
        f"  f{i}: {{memory: 256 MB, duration: 400 ms, architecture: arm64, "
        f"{'reserved_concurrency: 1, ' if i < short else ''}triggers: web, calls: [{{put: t{i}}}]}}\n"
        for i in pairs
    )
    traffic = "web: {rate: 2/s, daily: {peak: 3x, trough: 0.2x, at: '20:00'}}"
    return (
        f"capplan: 1\nname: Short\nregion: us-east-1\ntraffic: {{{traffic}}}\n"
        f"tables:\n{tables}functions:\n{functions}"
    )  # fmt: skip


def run() -> list[tuple[str, float, float]]:
    """(name, ratio, goal)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "short.yaml"
        path.write_text(scenario(), encoding="utf-8")
        return [
            (
                f"P13 estimate {RESOURCES} resources, {SHORT} short",
                ratio((*CAPPLAN, "estimate", str(path)), runs=3),
                GOAL,
            )
        ]
