"""Reads a file of a public list: over HTTP, in a bounded time and size, or from a folder with the same paths."""

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.files import bytes_of
from capplan.reading.scalars import shown

MAX_FILE_BYTES = 256 * 2**20
MAX_FILE_S = 120.0
"""The longest that one file may take."""
MAX_SILENCE_S = 15.0
"""The longest wait for the next bytes."""
_CHUNK_BYTES = 2**16


class Limits:
    """How long a file may take; a test shortens them."""

    def __init__(self, whole_s: float = MAX_FILE_S, silence_s: float = MAX_SILENCE_S) -> None:
        self.whole_s, self.silence_s = whole_s, silence_s


def reader_of(base: str, clock: Callable[[], float], limits: Limits | None = None) -> Callable[[str], bytes]:
    """Reads paths below a base: an http(s) address, or a folder. The reader raises CapplanError.

    Args:
        base: Such as "https://pricing.us-east-1.amazonaws.com", or a folder.
        clock: Seconds that only grow.
        limits: How long a file may take.
    """
    scheme = urlsplit(base).scheme
    if scheme in ("http", "https"):
        return lambda path: _over_http(base.rstrip("/") + _checked(path), clock, limits or Limits())
    root = Path(base)
    return lambda path: bytes_of(root / _checked(path).lstrip("/"), f"{base}{path}", MAX_FILE_BYTES)


def _checked(path: str) -> str:
    """A path of the list: it leads nowhere else."""
    if not path.startswith("/") or path.startswith("//") or ".." in path or not path.isprintable() or " " in path:
        raise _error(path, f"{shown(path)} is not a path of the price list", "")
    return path


def _over_http(url: str, clock: Callable[[], float], limits: Limits) -> bytes:
    deadline = clock() + limits.whole_s
    try:
        with urllib.request.urlopen(url, timeout=limits.silence_s) as answer:  # noqa: S310  http(s) only, see above
            return _whole(answer, url, clock, deadline)
    except urllib.error.HTTPError as error:
        raise _error(url, f"the server answers {error.code}", "") from None
    except (TimeoutError, urllib.error.URLError, http.client.HTTPException, OSError) as error:
        reason = getattr(error, "reason", error)
        said = "no answer in time" if isinstance(reason, TimeoutError) else str(reason) or type(error).__name__
        raise _error(
            url, f"cannot read it: {said}", "is the network reachable? --from FOLDER reads saved files"
        ) from None


def _whole(answer: http.client.HTTPResponse, url: str, clock: Callable[[], float], deadline: float) -> bytes:
    """The whole file; one that is too large, too slow or cut off is none."""
    expected = answer.headers.get("Content-Length", "")
    parts: list[bytes] = []
    size = 0
    while part := answer.read1(_CHUNK_BYTES):
        parts.append(part)
        size += len(part)
        if size > MAX_FILE_BYTES:
            raise _error(url, f"larger than {MAX_FILE_BYTES // 2**20} MB", "")
        if clock() > deadline:
            raise _error(url, "it takes too long", "try again, or --from FOLDER reads saved files")
    if expected.isdigit() and size != int(expected):
        raise _error(url, f"cut off: {size} of {expected} bytes", "try again")
    return b"".join(parts)


def _error(url: str, message: str, hint: str) -> CapplanError:
    return CapplanError((Diagnostic(url, 0, 0, message, hint),))
