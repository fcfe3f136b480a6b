"""Writes a file atomically."""

import os
from contextlib import suppress
from pathlib import Path

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.files import reason_of
from capplan.reading.scalars import shown


def write_atomic(path: Path, text: str) -> None:
    """Writes a text (UTF-8, line ends as they are) to a path, in one step.

    A link is followed, and the mode of a replaced file is kept. What is not a regular file, such as /dev/null, is
    written to as it is. Raises CapplanError when the user can fix it (no such folder, no permission); a full or failing
    disk stays an OSError.
    """
    raw = text.encode("utf-8", "backslashreplace")
    try:
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file():
            target.write_bytes(raw)
        else:
            _replace(target, raw)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError, ValueError) as error:
        raise _cannot_write(path.as_posix(), error) from None


def append(path: str, text: str) -> None:
    """Appends a text to a file that others write too, such as a CI's summary. Raises CapplanError."""
    try:
        with Path(path).open("ab") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
    except (OSError, ValueError) as error:
        raise _cannot_write(path, error) from None


def _cannot_write(name: str, error: Exception) -> CapplanError:
    return CapplanError((Diagnostic(name, 0, 0, f"cannot write {shown(name)}", reason_of(error)),))


def _replace(target: Path, raw: bytes) -> None:
    """Writes a file beside the target, flushes it to the disk, then renames it to the target."""
    beside = target.with_name(f".{target.name[:200]}.{os.getpid()}.tmp")
    beside.unlink(missing_ok=True)  # left over by a process of the same number
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        with open(handle, "wb") as file:  # noqa: PTH123  a handle, opened with the user's umask
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            beside.chmod(target.stat().st_mode & 0o7777)
        beside.replace(target)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
