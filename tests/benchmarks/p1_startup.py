"""P1: what `--version` and `--help` cost, against the import line."""

from tests.benchmarks.timing import CAPPLAN, ratio

GOALS = {"--version": 0.3, "--help": 0.7}


def run() -> list[tuple[str, float, float]]:
    """(name, ratio, goal) of each."""
    return [(f"P1 {word}", ratio((*CAPPLAN, word)), goal) for word, goal in GOALS.items()]
