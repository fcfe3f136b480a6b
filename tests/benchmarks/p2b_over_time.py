"""P2b: `compare-modes` and `simulate` of the web shop, and `check` of twelve scenarios, against the import line."""

from tests.benchmarks.timing import CAPPLAN, ROOT, ratio

GOALS = {"compare-modes": 5.0, "simulate": 6.0}
CHECK_GOAL = 8.0
TWELVE = (
    "bookings", "data-lake", "game-chat", "iot-ingest", "lake", "live-chat", "measured-items", "order-saga", "orders",
    "seoul-delivery", "side-project", "web-shop",
)  # fmt: skip
"""By name: a scenario that is added does not change what is measured."""
RUNS = 5


def run() -> list[tuple[str, float, float]]:
    """(name, ratio, goal) for each command."""
    web_shop = str(ROOT / "scenarios" / "web-shop" / "scenario.yaml")
    every = [str(ROOT / "scenarios" / name / "scenario.yaml") for name in TWELVE]
    out = [(f"P2b {word} web-shop", ratio((*CAPPLAN, word, web_shop), runs=RUNS), goal) for word, goal in GOALS.items()]
    return [*out, (f"P2b check {len(TWELVE)} scenarios", ratio((*CAPPLAN, "check", *every), runs=RUNS), CHECK_GOAL)]
