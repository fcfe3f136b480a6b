"""Bytes metered by vector indexes; no scenario has one yet.

Source: DynamoDB Developer Guide, vector index pages (2026; read 2026-11-23).
"""

from decimal import Decimal
from fractions import Fraction

Number = int | Decimal | Fraction

BYTES_PER_DIMENSION = 4
MIN_ENTRY_BYTES = 1024
MAX_PER_TABLE = 5


def write_bytes(dimensions: int, other_bytes: Number, *, unchanged: bool = False) -> Fraction:
    """Bytes metered for one changed entry: vector, name, keys and projection, at least 1 KB; an identical overwrite
    is free.
    """
    if unchanged:
        return Fraction(0)
    return max(Fraction(MIN_ENTRY_BYTES), BYTES_PER_DIMENSION * dimensions + Fraction(other_bytes))


def allowed(table_mode: str, indexes: int = 1) -> bool:
    """Whether a table may have so many vector indexes: on demand only, 5 at most."""
    return table_mode == "on-demand" and indexes <= MAX_PER_TABLE
