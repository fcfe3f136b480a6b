"""Writes a file whole or not at all. It never leaves half of one behind."""

import os
from contextlib import suppress
from pathlib import Path

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.scalars import shown


def write_atomic(path: Path, text: str) -> None:
    """Puts a text (UTF-8, line ends as they are) where the path leads, in one step.

    A link is followed, the mode of a file that is replaced is kept. What is no regular file, such as /dev/null, cannot
    be replaced and is written as it is. Raises CapplanError when the user can mend it (no such folder, no permission);
    a full or failing disk stays an OSError.
    """
    raw = text.encode("utf-8", "backslashreplace")
    try:
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file():
            target.write_bytes(raw)
        else:
            _replace(target, raw)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError, ValueError) as error:
        why = (error.strerror or "").lower() if isinstance(error, OSError) else "this is no file name"
        raise CapplanError(
            (Diagnostic(path.as_posix(), 0, 0, f"cannot write {shown(path.as_posix())}", why),)
        ) from None


def append(path: str, text: str) -> None:
    """Adds a text to a file that others write too, as a CI's summary. Raises CapplanError."""
    try:
        with Path(path).open("ab") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
    except (OSError, ValueError) as error:
        why = (error.strerror or "").lower() if isinstance(error, OSError) else "this is no file name"
        raise CapplanError((Diagnostic(path, 0, 0, f"cannot write {shown(path)}", why),)) from None


def _replace(target: Path, raw: bytes) -> None:
    """Writes beside the target, makes sure it is on the disk, then takes the target's place."""
    beside = target.with_name(f".{target.name[:200]}.{os.getpid()}.tmp")
    beside.unlink(missing_ok=True)  # a leftover of a process that had this number and died
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        with open(handle, "wb") as file:  # noqa: PTH123  of the handle, which the system's umask has shaped
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
