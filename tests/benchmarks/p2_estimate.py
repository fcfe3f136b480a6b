"""P2: `estimate` of the smallest scenario, the web shop, 400 and 4,000 resources, against the import line."""

import tempfile
from pathlib import Path

from tests.benchmarks.timing import CAPPLAN, ROOT, ratio

SHIPPED = {"orders": 2.2, "web-shop": 4.0}
MADE = {400: 3.0, 4000: 8.0}


def scenario(resources: int) -> str:
    """Pairs of a table and a function that writes to it, under one steady traffic."""
    tables = "".join(f"  t{i}: {{item_size: 1 KB, items: 1M}}\n" for i in range(resources // 2))
    functions = "".join(
        f"  f{i}: {{memory: 256 MB, duration: 40 ms, architecture: arm64, triggers: web, calls: [{{put: t{i}}}]}}\n"
        for i in range(resources // 2)
    )
    return f"capplan: 1\nname: Many\nregion: us-east-1\ntraffic: {{web: {{rate: 5/s}}}}\ntables:\n{tables}functions:\n{functions}"


def run() -> list[tuple[str, float, float]]:
    """(name, ratio, goal) for each scenario."""
    out = []
    for name, goal in SHIPPED.items():
        path = ROOT / "scenarios" / name / "scenario.yaml"
        out.append((f"P2 estimate {name}", ratio((*CAPPLAN, "estimate", str(path))), goal))
    with tempfile.TemporaryDirectory() as folder:
        for size, goal in MADE.items():
            path = Path(folder) / f"{size}.yaml"
            path.write_text(scenario(size), encoding="utf-8")
            runs = 11 if size < 4000 else 3
            out.append((f"P2 estimate {size} resources", ratio((*CAPPLAN, "estimate", str(path)), runs=runs), goal))
    return out
