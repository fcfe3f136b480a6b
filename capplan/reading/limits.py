"""How much of an untrusted file is read."""

from capplan.errors import Diagnostic

MAX_BYTES = 1024**2
MAX_SAMPLE_BYTES = 16 * 1024**2
"""A sample of items, as JSON lines."""
MAX_SAVED_BYTES = 64 * 1024**2
"""A saved answer."""
MAX_LEVELS = 32
MAX_SAMPLE_LEVELS = 80
"""DynamoDB nests 32 deep, and its JSON writes two levels for each."""
MAX_VALUES = 100_000
MAX_TEMPLATE_BYTES = 4 * 1024**2
"""A YAML file of another tool; CloudFormation takes templates of 1 MB at most."""
MAX_FOREIGN_LEVELS = 128
MAX_FOREIGN_VALUES = 1_000_000
"""Keys and values of a file of another tool, those of aliases counted wherever they stand."""
MAX_ERRORS = 100
"""Errors shown of one file; a file that has more is most likely not a scenario."""


def too_big(file: str, size: int, limit: int = MAX_BYTES) -> Diagnostic:
    """The error of a file past a limit, in bytes."""
    message = f"the file has {size:,} bytes; at most {limit:,} are read"
    return Diagnostic(file, 0, 0, message, "split it, or keep large inputs in files of their own")
