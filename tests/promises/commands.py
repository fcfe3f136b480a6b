"""Starts capplan as a user does, under chosen circumstances, for the tests of the promises."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("scenarios/*/scenario.yaml"))
SHOP = "scenarios/web-shop/scenario.yaml"
TODAY = ("--today", "2026-11-30")
NO_SOCKETS = """
import sys
def hook(event, arguments):
    if event.startswith("socket."):
        raise RuntimeError(f"a socket: {event} {arguments}")
sys.addaudithook(hook)
"""
"""Run before capplan: the interpreter's own events of sockets, which nothing can go around, end the run."""


def start(
    *words: str,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    text: str | None = None,
    before: str = "",
    timeout: float = 120,
) -> subprocess.CompletedProcess[bytes]:
    """A command as a process of its own; `before` is Python that runs first."""
    begin = [sys.executable, "-c", f"{before}\nfrom capplan.cli import main\nmain()"]
    given = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **(env or {})}
    return subprocess.run(
        [*begin, *words],
        cwd=cwd,
        env=given,
        input=None if text is None else text.encode(),
        stdin=subprocess.DEVNULL if text is None else None,
        capture_output=True,
        check=False,
        timeout=timeout,
    )


_ALL = """
import contextlib, io, json, sys, traceback
from capplan.cli.app import run
answers = []
for words in json.loads(sys.argv[1]):
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = run(words)
        except Exception:
            code = 1
            traceback.print_exc()
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode("utf-8"))
    answers.append([code, *texts])
sys.stdout.write(json.dumps(answers))
"""


def start_all(
    commands: Sequence[Sequence[str]], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None, before: str = ""
) -> list[tuple[int, str, str]]:
    """The exit code and both streams of some commands, run one after the other in one new process."""
    given = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], **(env or {})}
    done = subprocess.run(
        [sys.executable, "-c", f"{before}\n{_ALL}", json.dumps(commands)],
        cwd=cwd,
        env=given,
        capture_output=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr.decode()
    return [(code, out, err) for code, out, err in json.loads(done.stdout)]
