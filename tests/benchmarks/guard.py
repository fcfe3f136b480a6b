"""Holds measured ratios against recorded ones: a ratio that more than doubles fails.

Only ratios of two times that are measured by turns are guarded, never seconds: they hold on any machine.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tests.benchmarks import (
    p1_startup,
    p2_estimate,
    p2b_over_time,
    p3_prices,
    p5_yaml,
    p7_hashing,
    p9_modes,
    p13_short,
)

RECORDED = Path(__file__).parent / "recorded.json"
MOST_TIMES = 2.0
Benchmark = Callable[[], Iterable[tuple[str, float, float]]]
"""(name, ratio, goal) of each of its figures."""
BENCHMARKS: tuple[Benchmark, ...] = (
    p1_startup.run,
    p2_estimate.run,
    p2b_over_time.run,
    p3_prices.run,
    p5_yaml.run,
    p7_hashing.run,
    lambda: p9_modes.run(sizes=(1,)),
    p13_short.run,
)


def measured(benchmark: Benchmark) -> dict[str, float]:
    """The ratio of each figure by its name."""
    return {name: round(ratio, 3) for name, ratio, _ in benchmark()}


def grown(ratios: Mapping[str, float], recorded: Mapping[str, float]) -> list[str]:
    """Names of figures that are more than twice the recorded ones, or that are not recorded."""
    return [name for name, ratio in ratios.items() if ratio > MOST_TIMES * recorded.get(name, 0.0)]


def guard(recorded: Mapping[str, float], benchmarks: Iterable[Benchmark] = BENCHMARKS) -> list[str]:
    """A sentence for each figure that fails; a benchmark is measured again before one of it does."""
    failed: list[str] = []
    seen: set[str] = set()
    for benchmark in benchmarks:
        ratios = measured(benchmark)
        if grown(ratios, recorded):
            again = measured(benchmark)
            ratios = {name: min(ratio, again[name]) for name, ratio in ratios.items()}
        for name, ratio in ratios.items():
            print(f"{name:60} {ratio:8.2f}   recorded {recorded.get(name, 0.0):8.2f}", flush=True)  # noqa: T201
        seen |= ratios.keys()
        failed += [
            f"{name}: {ratios[name]:.2f} is more than twice the recorded ratio" for name in grown(ratios, recorded)
        ]
    return failed + [f"{name} is recorded and was not measured" for name in recorded if name not in seen]


def read_recorded() -> dict[str, float]:
    """The recorded ratios."""
    ratios: dict[str, float] = json.loads(RECORDED.read_text(encoding="utf-8"))["ratios"]
    return ratios


def record(day: str) -> None:
    """Measure every guarded figure and keep it with the day."""
    ratios = {name: ratio for benchmark in BENCHMARKS for name, ratio in measured(benchmark).items()}
    RECORDED.write_text(json.dumps({"measured": day, "ratios": ratios}, indent=2) + "\n", encoding="utf-8")
