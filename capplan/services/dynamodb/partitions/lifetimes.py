"""One partition over some time, and what became of it."""

from typing import Literal

from capplan.record import Record
from capplan.services.dynamodb.partitions.load import HotKey


class Partition(Record, frozen=True):
    """A partition from one minute to another.

    Attributes:
        number: Its number; the first are 0, 1, 2 … in the order of the hash space.
        low, high: The slice of the hash space, of 2^64.
        share: Its share of all units.
        keys: The hot keys in it, the hottest first.
        start, end: Minutes of the simulated period; `end` is where it split, else the end of the period.
    """

    number: int
    low: int
    high: int
    share: float
    keys: tuple[HotKey, ...]
    start: int
    end: int

    @property
    def hottest_key_share(self) -> float:
        """Its hottest key's share of all units."""
        return min(self.share, self.keys[0].share) if self.keys else 0.0


class Split(Record, frozen=True):
    """One partition that became two, or (stuck) one that could not. Shares are of all units."""

    minute: int
    number: int
    share: float
    outcome: Literal["split", "isolated", "spread", "stuck"]
    parts: tuple[float, ...] = ()
    key: HotKey | None = None
