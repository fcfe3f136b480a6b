"""The line that tells how far a long run has come: only on a terminal, only after a while, gone at the end."""

import io

import pytest

from capplan.cli import progress
from capplan.cli.progress import Progress


class _Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def _clock(monkeypatch: pytest.MonkeyPatch, *seconds: float) -> None:
    times = iter(seconds)
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(times))  # type: ignore[attr-defined]


def test_after_half_a_second_a_line_is_drawn_and_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    _clock(monkeypatch, 0.0, 0.4, 0.6, 0.65)
    with Progress("simulating") as line:
        line.update(0.1, "orders, minutes")
        assert not terminal.getvalue(), "too early"
        line.update(0.5, "orders, minutes")
        line.update(0.6, "orders, minutes")
    drawn, end = terminal.getvalue().rsplit("\r", 1)
    assert drawn.startswith("\r\x1b[Ksimulating  ██████████")
    assert "50%" in drawn
    assert "60%" not in drawn, "not more often than ten times a second"
    assert end == "\x1b[K"


def test_a_pipe_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stderr", pipe)
    _clock(monkeypatch, 0.0, 5.0)
    with Progress("simulating") as line:
        line.update(0.5, "orders")
    assert not pipe.getvalue()
