"""Whole processes timed by turns: the median of user and system time, so that a busy machine does not decide."""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

IMPORT_LINE = (sys.executable, "-c", "import typer, rich, pydantic, yaml")
"""What every process of this kind pays; ratios are against it."""


def _installed() -> dict[str, str]:
    """An environment in which the project too is compiled once, as an installed package is; the warm-up run does it."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**env, "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / f"capplan-benchmarks-{os.getuid()}")}


def cpu_seconds(command: Sequence[str]) -> float:
    """User and system time of one run."""
    before = os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=_installed())
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def ratio(command: Sequence[str], against: Sequence[str] = IMPORT_LINE, runs: int = 11) -> float:
    """The median of a command over the median of another, the two alternating after one warm-up each."""
    cpu_seconds(command), cpu_seconds(against)
    pairs = [(cpu_seconds(command), cpu_seconds(against)) for _ in range(runs)]
    return statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)
