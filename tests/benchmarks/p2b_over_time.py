"""P2b: `compare-modes` and `simulate` of the web shop, and `check` of twelve scenarios, against the import line."""

from tests.benchmarks.timing import CAPPLAN, ROOT, ratio

GOALS = {"compare-modes": 5.0, "simulate": 6.0}
CHECK_GOAL, SCENARIOS = 8.0, 12
RUNS = 5


def run() -> list[tuple[str, float, float]]:
    """(name, ratio, goal) for each command."""
    web_shop = str(ROOT / "scenarios" / "web-shop" / "scenario.yaml")
    every = [str(path) for path in sorted((ROOT / "scenarios").glob("*/scenario.yaml"))][:SCENARIOS]
    out = [(f"P2b {word} web-shop", ratio((*CAPPLAN, word, web_shop), runs=RUNS), goal) for word, goal in GOALS.items()]
    return [*out, (f"P2b check {SCENARIOS} scenarios", ratio((*CAPPLAN, "check", *every), runs=RUNS), CHECK_GOAL)]
