"""Runs a command in this process: exit code, both streams, and what went wrong, within a limit of time."""

import contextlib
import io
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import NamedTuple
from unittest import mock

from capplan.cli.app import run

LIMIT = "CAPPLAN_FUZZ_LIMIT_S"
"""The variable that says how much processor time a run of the fuzzer may take, in seconds; 5 without it."""
PACKAGE = str(Path(__file__).parents[2] / "capplan")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command sets it: threads that wait for each other cost time


class Answer(NamedTuple):
    """What a command gave; `crash` is the place and kind of an exception, or `slow`."""

    code: int
    out: str
    err: str
    crash: str = ""
    trace: str = ""


class TooLongError(BaseException):
    """More processor time than a command may take. No handler of the program catches it."""


@contextlib.contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raises TooLongError after so many seconds of processor time: a busy machine is no hang."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def answer(words: Sequence[str], folder: Path, limit_s: float | None = None) -> Answer:
    """The answer of a command line in a folder."""
    limit_s = limit_s or float(os.environ.get(LIMIT, "5"))
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="surrogatepass") for _ in range(2))
    crash, trace, code = "", "", 1
    quiet = dict.fromkeys(("GITHUB_STEP_SUMMARY", "FORCE_COLOR", "CLICOLOR_FORCE"), "")
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.dict(os.environ, quiet),
    ):
        try:
            with _at_most(limit_s):
                code = run(list(words))
        except TooLongError:
            crash, trace = "slow", traceback.format_exc()
        except (Exception, SystemExit) as error:  # noqa: BLE001  any of them is a finding
            crash, trace = f"{type(error).__name__} in {_place()}", traceback.format_exc()
    return Answer(code, _read(out), _read(err), crash, trace)


def _place() -> str:
    """The innermost function of the package in the exception that is handled."""
    _, _, where = sys.exc_info()
    frames = [f for f in traceback.extract_tb(where) if f.filename.startswith(PACKAGE)]
    return f"{Path(frames[-1].filename).relative_to(PACKAGE)}:{frames[-1].name}" if frames else "no frame"


def _read(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8", "surrogatepass")
