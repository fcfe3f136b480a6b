"""Writes counts of equal periods as one short text, and reads them: numbers with a space between, by zlib and base64."""

import base64
import binascii
import zlib
from collections.abc import Iterable
from decimal import Decimal

_MAX_BYTES = 2 * 1024**2
"""Of the numbers as text: 40,320 minutes of 20 digits take less than half of it."""


def packed(counts: Iterable[Decimal | int]) -> str:
    """Counts as a text."""
    text = " ".join(f"{Decimal(count).normalize():f}" for count in counts)
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def unpacked(text: str) -> tuple[float, ...]:
    """The counts of such a text. Raises ValueError where it is none, or too long."""
    try:
        engine = zlib.decompressobj()
        numbers = engine.decompress(base64.b64decode(text, validate=True), _MAX_BYTES)
    except (binascii.Error, zlib.error) as error:
        raise ValueError(str(error)) from None
    if not engine.eof:
        raise ValueError("cut off, or too long")
    counts = tuple(map(float, numbers.split()))
    if not all(0 <= count < float("inf") for count in counts):
        raise ValueError("a count below 0")
    return counts
