"""Opens the files a scenario names: regular files in its folder, of bounded size."""

import hashlib
import json
import os
import re
import stat
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.document import Document, diagnostic_between, lines_of, whole_document
from capplan.reading.json_rules import RejectedError, check_depth, number, unique_keys
from capplan.reading.limits import MAX_BYTES, MAX_LEVELS, too_big
from capplan.reading.scalars import shown
from capplan.reading.yaml_reader import decode, read_leniently, read_yaml
from capplan.record import Record, replace

_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Opening a pipe does not wait; it is rejected once open."""
_STRING_OR_PLACEHOLDER = re.compile(r'"(?:[^"\\]|\\[\s\S])*"|\$\{[A-Za-z0-9_.:-]{1,255}\}')
STDIN_NAME = "<stdin>"
_PIECE_BYTES = 2**18


@dataclass(frozen=True, slots=True)
class Files:
    """The folder of a scenario, and nothing outside of it.

    An error about a whole file has line 0: the caller, who knows where the file was named, may put it there.

    Attributes:
        root: The folder.
        fetch: Reads a file that is not on the disk, from its name and a maximum size in bytes.
        read: SHA-256 of the files read so far, by the name they were asked for.
    """

    root: Path
    fetch: Callable[[str, int], bytes] | None = field(default=None, compare=False)
    read: dict[str, str] = field(default_factory=dict, compare=False)

    def display(self, relative: str) -> str:
        """A file's name as seen from the working folder."""
        return (self.root / relative).as_posix()

    def read_text(self, relative: str, limit_bytes: int = MAX_BYTES) -> str:
        """The text of a file named relative to the folder. Raises CapplanError."""
        name = self.display(relative)
        raw = (
            self.fetch(relative, limit_bytes)
            if self.fetch is not None
            else bytes_of(self._inside(relative), name, limit_bytes)
        )
        self.read[relative] = hashlib.sha256(raw).hexdigest()
        return decode(raw, name, limit_bytes)

    def read_yaml(self, relative: str) -> Document:
        """A YAML file of the folder. Raises CapplanError."""
        return read_yaml(self.read_text(relative), self.display(relative))

    def read_json(self, relative: str) -> Document:
        """A JSON file of the folder, with positions. Raises CapplanError."""
        return read_json(self.read_text(relative), self.display(relative))

    def read_definition(self, relative: str) -> Document:
        """A state machine's definition in the folder: YAML by its ending, else JSON. Raises CapplanError."""
        text, name = self.read_text(relative), self.display(relative)
        return read_yaml(text, name) if relative.endswith((".yaml", ".yml")) else read_template(text, name)

    def _inside(self, relative: str) -> Path:
        """The real path of a file in the folder, every link resolved."""
        name = self.display(relative)
        try:
            root = self.root.resolve(strict=True)
            path = (root / relative).resolve()
        except (OSError, ValueError, RuntimeError) as error:  # a loop of links, a NUL in the name
            raise _rejected(name, f"cannot open {shown(relative)}", reason_of(error)) from None
        if not relative or not path.is_relative_to(root):
            hint = "put the file beside the scenario"
            raise _rejected(name, f"{shown(relative)} is outside the scenario's folder", hint)
        return path


class Source(Record, frozen=True):
    """A scenario's text, the name it goes by in reports, and the files it may name."""

    text: str
    display: str
    files: Files


def read_source(path: str, stdin_text: str | None = None) -> Source:
    """The scenario at a path, or the text of standard input for `-`. Raises CapplanError.

    The scenario itself may be a link; its folder is the one it is named in. Of standard input it is the working folder.
    """
    if path == "-":
        return Source(stdin_text or "", STDIN_NAME, Files(Path()))
    name = Path(path).as_posix()
    return Source(decode(bytes_of(Path(path), name, MAX_BYTES), name), name, Files(Path(path).parent))


def read_any(path: str, limit_bytes: int = MAX_BYTES) -> str:
    """The text of a file named on the command line, in any folder. Raises CapplanError."""
    name = Path(path).as_posix()
    return decode(bytes_of(Path(path), name, limit_bytes), name, limit_bytes)


def read_json(text: str, file: str) -> Document:
    """A JSON text as a document. Raises CapplanError with every error.

    JSON is YAML in flow style, so the same reader gives the same limits, duplicate keys and positions; Python's parser
    then checks that it is JSON. Data that only Python's parser reads (a line break before a colon, a pair of surrogate
    escapes) has a position for the whole file only.
    """
    document, diagnostics, broken = read_leniently(text.replace("\t", " "), file)
    if diagnostics and not broken:
        raise CapplanError(diagnostics)
    whole = whole_document(file, text)
    try:
        data = json.loads(
            text, object_pairs_hook=unique_keys, parse_float=number, parse_int=number, parse_constant=number
        )
        check_depth(data, MAX_LEVELS)
    except json.JSONDecodeError as error:
        at = (error.lineno, error.colno)
        message = f"not JSON: {error.msg[0].lower()}{error.msg[1:]}"
        hint = "is a comma, a quote or a bracket missing before this?"
        raise CapplanError((diagnostic_between(file, whole.lines, at, at, message, hint),)) from None
    except RejectedError as error:
        raise CapplanError((whole.diagnostic_at(whole.mark, str(error)),)) from None
    except RecursionError:
        raise CapplanError((whole.diagnostic_at(whole.mark, f"nested deeper than {MAX_LEVELS} levels"),)) from None
    return replace(whole, data=data) if document is None or broken else document


def read_template(text: str, file: str) -> Document:
    """A JSON text in which a deployment tool replaces `${Name}`, as in `"TimeoutSeconds": ${Seconds}`.

    A placeholder outside of quotes is read as text. Columns after it on its line are two too high.
    """
    quoted = _STRING_OR_PLACEHOLDER.sub(lambda m: f'"{m[0]}"' if m[0][0] == "$" else m[0], text)
    return replace(read_json(quoted, file), lines=lines_of(text.removeprefix("\ufeff")))


def bytes_of(path: Path, name: str, limit_bytes: int) -> bytes:
    """The content of a regular file. Raises CapplanError, also when it is larger than the limit."""
    with _regular(path, name, limit_bytes) as file:
        return file.read(limit_bytes + 1)


def pieces_of(path: Path, name: str, limit_bytes: int) -> Generator[bytes, None, None]:
    """The same, a piece at a time."""
    with _regular(path, name, limit_bytes) as file:
        while piece := file.read(_PIECE_BYTES):
            yield piece


@contextmanager
def _regular(path: Path, name: str, limit_bytes: int) -> Iterator[BinaryIO]:
    try:
        handle = os.open(path, _OPEN_FLAGS)
    except (OSError, ValueError) as error:
        raise _rejected(name, f"cannot open {shown(name)}", reason_of(error)) from None
    try:
        status = os.fstat(handle)  # of the open handle, so that the file checked is the file read
        if not stat.S_ISREG(status.st_mode):
            raise _rejected(name, f"{shown(name)} is not a regular file", "give a file; - reads from standard input")
        if status.st_size > limit_bytes:
            raise CapplanError((too_big(name, status.st_size, limit_bytes),))
        with open(handle, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(handle)


def _rejected(name: str, message: str, hint: str) -> CapplanError:
    return CapplanError((Diagnostic(name, 0, 0, message, hint),))


def reason_of(error: Exception) -> str:
    """The operating system's reason in a few words."""
    return (error.strerror or "").lower() if isinstance(error, OSError) else "not a valid file name"
