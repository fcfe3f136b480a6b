"""Shows the progress of a long run: one line on a terminal's standard error, after half a second, erased at the end."""

import os
import sys
import time
from typing import Self

_AFTER_S = 0.5
_EVERY_S = 0.1
_CELLS = 20
_ERASE = "\r\x1b[K"


class Progress:
    """A context manager; `update` may be called at any rate. It writes to a terminal only."""

    def __init__(self, verb: str, *, ascii_only: bool = False) -> None:
        self._verb = verb
        self._marks = "#." if ascii_only or (sys.stderr.encoding or "").lower() not in ("utf-8", "utf8") else "█ "
        self._visible = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._next = time.monotonic() + _AFTER_S
        self._drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._drawn:
            sys.stderr.write(_ERASE)
            sys.stderr.flush()

    def update(self, share: float, words: str) -> None:
        """The share done, 0 to 1, and words such as "orders, 12 of 28 days"."""
        now = time.monotonic()
        if not self._visible or now < self._next:
            return
        self._next, self._drawn = now + _EVERY_S, True
        done = round(max(0.0, min(1.0, share)) * _CELLS)
        bar = self._marks[0] * done + self._marks[1] * (_CELLS - done)
        text = words if words.isascii() and words.isprintable() else ""
        sys.stderr.write(f"{_ERASE}{self._verb}  {bar} {share:4.0%}  {text}"[:79])
        sys.stderr.flush()
