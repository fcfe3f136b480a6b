"""The three standard streams: what is closed reads and writes nothing; what cannot be written is told, and the run ends with 1."""

import os
import sys
from pathlib import Path
from typing import NoReturn


def open_closed_streams() -> None:
    """Puts the null device in place of streams that the caller has closed (`>&-`), which Python has as None."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  as long as the run


def write_out(raw: bytes) -> None:
    """Bytes on standard output. A closed pipe (`| head`) does not change the exit code."""
    try:
        sys.stdout.buffer.write(raw)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _forget_output()
    except OSError as error:  # a full disk
        _fail(error)


def _fail(error: OSError) -> NoReturn:
    _forget_output()
    sys.stderr.write(f"standard output: cannot write the answer: {error.strerror or error}\n")
    raise SystemExit(1)


def _forget_output() -> None:
    """What is left of it goes nowhere: Python would try once more as it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
