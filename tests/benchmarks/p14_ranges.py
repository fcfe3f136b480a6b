"""P14: 10,000 draws of the web shop with eight ranges, in seconds of two cores beyond the plan itself."""

import shutil
import statistics
import tempfile
from pathlib import Path

from tests.benchmarks.timing import CAPPLAN, ROOT, cpu_seconds

SHOP = ROOT / "scenarios" / "web-shop"
GOAL_S = 2.0
RANGES = {
    "rate: 60/s  ": "rate: {low: 40/s, likely: 60/s, high: 110/s}  ",
    "item_size: 1.8 KB": "item_size: {low: 1.2 KB, likely: 1.8 KB, high: 3.4 KB}",
    "p50: 45 ms": "p50: {low: 30 ms, likely: 45 ms, high: 80 ms}",
    "chance: 2%": "chance: {p10: 1%, p50: 2%, p90: 3.5%}",
    "times: 3}": "times: {low: 2, likely: 3, high: 6}}",
    "fails: 2%": "fails: {low: 0.5%, likely: 2%, high: 5%}",
    "filter: 20%": "filter: {low: 10%, likely: 20%, high: 40%}",
    "duration: 180 ms": "duration: {low: 90 ms, likely: 180 ms, high: 400 ms}",
}


def with_ranges(folder: Path) -> Path:
    """The web shop with its values as ranges."""
    shutil.copytree(SHOP, folder, dirs_exist_ok=True)
    path = folder / "scenario.yaml"
    text = path.read_text(encoding="utf-8")
    for plain, ranged in RANGES.items():
        if plain not in text:
            raise LookupError(plain)
        text = text.replace(plain, ranged, 1)
    path.write_text(text, encoding="utf-8")
    return path


def run() -> list[tuple[str, float, float]]:
    """(name, seconds, goal)."""
    with tempfile.TemporaryDirectory() as name:
        ranged = (*CAPPLAN, "check", str(with_ranges(Path(name))))
        plain = (*CAPPLAN, "check", str(SHOP / "scenario.yaml"))
        cpu_seconds(ranged), cpu_seconds(plain)
        beyond = [cpu_seconds(ranged) - cpu_seconds(plain) for _ in range(5)]
    return [("P14 10,000 draws of the web shop, s on two cores", statistics.median(beyond) / 2, GOAL_S)]
