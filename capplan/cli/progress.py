"""Shows how far a long run has come: a bar on a terminal's standard error, after half a second, erased at the end."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.progress import Progress

AFTER_S = 0.5
_EVERY_S = 0.1


class _Bar:
    """One run's bar: its words change at any rate, a thread draws it once half a second is over."""

    def __init__(self, verb: str, *, ascii_only: bool, color: bool) -> None:
        self._verb, self._ascii, self._color = verb, ascii_only, color
        self._share: float | None = None
        self._words = ""
        self._drawn: Progress | None = None
        self._lock = threading.Lock()
        self._ended = False
        self._timer = threading.Timer(AFTER_S, self._draw)
        self._timer.daemon = True
        self._timer.start()

    def update(self, share: float | None, words: str) -> None:
        """The share done, 0 to 1 (None: unknown), and words such as "orders, 12 of 28 days"."""
        self._share, self._words = share, words if words.isprintable() else ""
        if self._drawn is not None:
            self._drawn.update(self._drawn.task_ids[0], **self._state())

    def stop(self) -> None:
        """Erases the bar. Nothing is drawn after it."""
        self._timer.cancel()
        with self._lock:
            self._ended = True
            if self._drawn is not None:
                self._drawn.stop()
                self._drawn = None

    def _state(self) -> dict[str, Any]:
        known = self._share is not None
        return {"total": 1.0 if known else None, "completed": self._share or 0.0, "words": self._words}

    def _draw(self) -> None:
        from rich.console import Console  # noqa: PLC0415  heavy, and only a long run needs it
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        stream: Any = _Ascii(sys.stderr) if self._ascii else sys.stderr
        console = Console(file=stream, force_terminal=True, no_color=not self._color, highlight=False, markup=False)
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[words]}", markup=False),
        )
        with self._lock:
            if self._ended:
                return
            drawn = Progress(
                *columns,
                console=console,
                transient=True,
                refresh_per_second=1 / _EVERY_S,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            drawn.add_task(self._verb, **self._state())
            drawn.start()
            self._drawn = drawn


class _Ascii:
    """A stream that says that it takes ASCII only, by which rich chooses its symbols."""

    encoding = "ascii"

    def __init__(self, stream: Any) -> None:  # noqa: ANN401  any text stream
        self._stream = stream

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  the stream's own
        return getattr(self._stream, name)


_running: list[_Bar] = []


@contextmanager
def showing(verb: str, *, ascii_only: bool = False, color: bool = False, quiet: bool = False) -> Iterator[None]:
    """Shows a bar while the block runs, on a terminal only; `update` says how far it is, `stop` erases it early."""
    visible = not quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    if visible:
        ascii_bar = ascii_only or (sys.stderr.encoding or "").lower() not in ("utf-8", "utf8")
        _running.append(_Bar(verb, ascii_only=ascii_bar, color=color))
    try:
        yield
    finally:
        stop()


def update(share: float | None, words: str) -> None:
    """How far the run is: the share done, 0 to 1 (None: unknown), and what it is doing."""
    if _running:
        _running[-1].update(share, words)


def stop() -> None:
    """Erases the bar: before anything is written, and at the end."""
    while _running:
        _running.pop().stop()
