"""Reads files of a public list in pieces: over HTTP, in a bounded time and size, or from a folder with the same paths."""

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import NamedTuple

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.files import pieces_of
from capplan.reading.scalars import shown

MAX_FILE_BYTES = 4 * 2**30
"""EC2's largest file has about 500 MB."""
_CHUNK_BYTES = 2**18
_SAVED = "is the network reachable? --from FOLDER reads saved files"

Pieces = Generator[bytes, None, None]
"""A file in pieces; it is closed by whoever does not read it to its end."""
Read = Callable[[str], Pieces]
"""The file at a path of the list. Raises CapplanError, also between two pieces."""


class Limits(NamedTuple):
    """How long a file may take; a test shortens them.

    Attributes:
        whole_s: The longest for any file.
        bytes_per_s: A larger file has the time that it needs at this rate.
        silence_s: The longest wait for the next bytes.
    """

    whole_s: float = 120.0
    bytes_per_s: float = 250_000.0
    silence_s: float = 15.0


def is_address(place: str) -> bool:
    """Whether a place is read over HTTP; else it is a folder."""
    return place.startswith(("https://", "http://"))


def reader_of(base: str, clock: Callable[[], float], limits: Limits | None = None) -> Read:
    """Reads paths below a base: an http(s) address, or a folder.

    Args:
        base: Such as "https://pricing.us-east-1.amazonaws.com", or a folder.
        clock: Seconds that only grow.
        limits: How long a file may take.
    """
    if is_address(base):
        return lambda path: _over_http(base.rstrip("/") + _checked(path), clock, limits or Limits())
    root = Path(base)
    return lambda path: pieces_of(root / _checked(path).lstrip("/"), f"{base}{path}", MAX_FILE_BYTES)


def _checked(path: str) -> str:
    """A path of the list: it leads nowhere else."""
    if not path.startswith("/") or path.startswith("//") or ".." in path or not path.isprintable() or " " in path:
        raise _error(path, f"{shown(path)} is not a path of the price list", "the index that names it is not AWS's")
    return path


def _over_http(url: str, clock: Callable[[], float], limits: Limits) -> Pieces:
    try:
        with urllib.request.urlopen(url, timeout=limits.silence_s) as answer:  # noqa: S310  http(s) only, see above
            yield from _pieces(answer, url, clock, limits)
    except urllib.error.HTTPError as error:
        error.close()
        hint = "try again later" if error.code >= 500 else "the list has no such file: try again, or --from FOLDER"  # noqa: PLR2004
        raise _error(url, f"the server answers {error.code}", hint) from None
    except (TimeoutError, urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        said = "no answer in time" if isinstance(reason, TimeoutError) else str(reason) or type(error).__name__
        raise _error(url, f"cannot read it: {said[:200]}", _SAVED) from None


def _pieces(answer: http.client.HTTPResponse, url: str, clock: Callable[[], float], limits: Limits) -> Iterator[bytes]:
    """The whole file; one that is too large, too slow or cut off is none."""
    expected = answer.headers.get("Content-Length", "")
    began, size = clock(), 0
    while part := answer.read1(_CHUNK_BYTES):
        size += len(part)
        if size > MAX_FILE_BYTES:
            raise _error(url, f"larger than {MAX_FILE_BYTES // 2**20} MB", "it is not AWS's: check --from")
        if clock() - began > max(limits.whole_s, size / limits.bytes_per_s):
            raise _error(url, "it takes too long", "try again, or --from FOLDER reads saved files")
        yield part
    if expected.isdigit() and size != int(expected):
        raise _error(url, f"cut off: {size} of {expected} bytes", "try again")


def _error(url: str, message: str, hint: str) -> CapplanError:
    return CapplanError((Diagnostic(url, 0, 0, message, hint),))
