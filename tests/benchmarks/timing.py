"""Times whole processes: the median of user and system time of commands that take turns."""

import fcntl
import os
import pty
import resource
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
IMPORT_LINE = (sys.executable, "-c", "import typer, rich, pydantic, yaml")
"""What every process of this kind pays; ratios are against it."""
CAPPLAN = (sys.executable, "-m", "capplan")
COLUMNS = 120


def _installed() -> dict[str, str]:
    """An environment in which the project too is compiled once, as an installed package is; the warm-up run does it."""
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "CI", "NO_COLOR", "FORCE_COLOR")}
    kept = str(Path(tempfile.gettempdir()) / f"capplan-benchmarks-{os.getuid()}")
    return {**env, "PYTHONPYCACHEPREFIX": kept, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}


def cpu_seconds(command: Sequence[str]) -> float:
    """User and system time of one run whose output goes to a terminal, as a user's does."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with subprocess.Popen(command, stdout=theirs, env=_installed()) as process:
        os.close(theirs)
        while _read(ours):
            pass
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    os.close(ours)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _read(terminal: int) -> bytes:
    """What a terminal was sent; nothing once the process has closed it."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


def ratio(command: Sequence[str], against: Sequence[str] = IMPORT_LINE, runs: int = 11) -> float:
    """The median of a command over the median of another, the two alternating after one warm-up each."""
    cpu_seconds(command), cpu_seconds(against)
    pairs = [(cpu_seconds(command), cpu_seconds(against)) for _ in range(runs)]
    return statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)
