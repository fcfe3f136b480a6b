"""How much of a stranger's file is read: each limit once. It reads nothing itself."""

from capplan.errors import Diagnostic

MAX_BYTES = 1024**2
MAX_SAMPLE_BYTES = 16 * 1024**2
"""A sample of items, as JSON lines."""
MAX_LEVELS = 32
MAX_SAMPLE_LEVELS = 80
"""DynamoDB nests 32 deep, and its JSON writes two levels for each."""
MAX_VALUES = 100_000
MAX_MISTAKES = 100
"""Mistakes that are told of one file; a file that has more is most likely no scenario."""


def too_big(file: str, size: int, limit: int = MAX_BYTES) -> Diagnostic:
    """The mistake of a file past a limit, in bytes."""
    return Diagnostic(
        file,
        0,
        0,
        f"the file has {size:,} bytes; at most {limit:,} are read",
        "split it, or keep large inputs in files of their own",
    )
