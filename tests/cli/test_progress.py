"""The bar that tells how far a long run has come: only on a terminal, only after a while, gone before anything is written."""

import io
import subprocess
import sys
import time

import pytest

from capplan.cli import progress


class _Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def a_terminal(monkeypatch: pytest.MonkeyPatch, after_s: float = 0.05) -> _Terminal:
    """Standard error as a terminal, on which a bar is drawn soon."""
    stream = _Terminal()
    monkeypatch.setattr(progress, "AFTER_S", after_s)
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    return stream


def shown(stream: _Terminal, words: str, seconds: float = 5) -> bool:
    """Whether a text comes to be shown."""
    end = time.monotonic() + seconds
    while words not in stream.getvalue() and time.monotonic() < end:
        time.sleep(0.02)
    return words in stream.getvalue()


def test_after_a_while_a_bar_is_drawn_says_what_is_done_and_is_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = a_terminal(monkeypatch)
    with progress.showing("simulating"):
        progress.update(0.5, "orders, 14 of 28 days")
        assert shown(terminal, "orders, 14 of 28 days")
        assert "simulating" in terminal.getvalue()
        assert "50%" in terminal.getvalue()
        progress.update(0.75, "orders, 21 of 28 days")
        assert shown(terminal, "75%")
        progress.stop()
        drawn = terminal.getvalue()
        progress.update(1, "done")
        time.sleep(0.3)
        assert terminal.getvalue() == drawn, "nothing is drawn once it is erased: the answer is being written"
    assert "\x1b[2K" in drawn.rsplit("21 of 28 days", 1)[1], "the line is erased after its last words"


def test_a_step_that_does_not_report_is_shown_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar is drawn by time, not by the next report: one long step would never be seen."""
    terminal = a_terminal(monkeypatch)
    with progress.showing("planning", ascii_only=True):
        assert shown(terminal, "planning")
    assert terminal.getvalue().isascii()


def test_a_quick_run_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = a_terminal(monkeypatch, 0.5)
    with progress.showing("planning"):
        progress.update(0.5, "demand")
    time.sleep(progress.AFTER_S + 0.2)
    assert not terminal.getvalue()


@pytest.mark.parametrize("how", ["pipe", "dumb", "quiet"])
def test_a_pipe_a_dumb_terminal_and_quiet_see_nothing(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO() if how == "pipe" else _Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "dumb" if how == "dumb" else "xterm")
    monkeypatch.setattr(progress, "AFTER_S", 0.01)
    with progress.showing("planning", quiet=how == "quiet"):
        progress.update(0.5, "orders")
        time.sleep(0.2)
    assert not stream.getvalue()


def test_a_name_is_never_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = a_terminal(monkeypatch)
    with progress.showing("planning"):
        progress.update(0.5, "[red]orders[/red]")
        assert shown(terminal, "[red]orders[/red]")
        progress.update(0.6, "\x1b]0;title\x07")
        assert shown(terminal, "60%")
    assert "title" not in terminal.getvalue()


def test_a_run_in_a_pipe_does_not_load_the_bar() -> None:
    code = (
        "import sys\nfrom capplan.cli import answered\n"
        "code = answered(['simulate', 'scenarios/orders/scenario.yaml', '-f', 'json'])\n"
        "print('rich.progress' in sys.modules, file=sys.stderr)\nsys.exit(code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == "False"
