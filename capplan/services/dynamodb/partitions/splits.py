"""Partitions over time: which split for heat, when, and which cannot be helped. It refuses nothing itself.

A partition whose load stays above a part of its ceiling is cut where the heat on both sides is even, some minutes later.
One hot key is moved apart in the end; whether its own items can be spread is a matter of the table: never one item, never
beside a local index, never where new items lie at the end of the sort key. Partitions never merge.

Sources: DynamoDB Developer Guide, "Burst and adaptive capacity" (read 2026-11-23); the USENIX ATC 2022 paper on DynamoDB
for the mechanism. AWS publishes none of the figures: they are parameters with the ranges below.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from capplan.services.dynamodb.partitions.lifetimes import Piece, Split
from capplan.services.dynamodb.partitions.load import Heat, HotKey
from capplan.services.dynamodb.partitions.split_points import cut

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SPACE = 2**64
MOST_SPLITS = 2000
"""Splits followed in one table; more would be a table that grows, not a hot one."""
_ALONE = 0.9
"""A key with more of a partition's heat than this is alone in it."""


@dataclass(frozen=True, slots=True)
class SplitRule:
    """When a partition splits for heat.

    Attributes:
        threshold: Of the ceiling, 0.7 to 0.9.
        held_minutes: How long the load must stay above it, 3 to 10.
        done_minutes: From then until both halves serve, 3 to 15.
    """

    threshold: float = 0.8
    held_minutes: int = 5
    done_minutes: int = 10


CENTRAL = SplitRule()


@dataclass(slots=True)
class History:
    """Every partition of the window, and what happened to them in order of time."""

    pieces: list[Piece] = field(default_factory=list)
    splits: list[Split] = field(default_factory=list)

    def at_end(self) -> list[Piece]:
        """The partitions there are when the window ends."""
        last = max((piece.gone for piece in self.pieces), default=0)
        return [piece for piece in self.pieces if piece.gone == last]


def first_pieces(heat: Heat, minutes: int) -> list[Piece]:
    """The partitions a window begins with: equal slices of the hash space."""
    count = len(heat.shares)
    edges = [-(-SPACE * i // count) for i in range(count + 1)]
    inside: dict[int, list[HotKey]] = {}
    for key in heat.hottest:
        inside.setdefault(key.place * count >> 64, []).append(key)
    shares = heat.shares.tolist()
    return [Piece(i, edges[i], edges[i + 1], shares[i], tuple(inside.get(i, ())), 0, minutes) for i in range(count)]


def follow(heat: Heat, fill: "NDArray[np.float64]", *, can_spread: bool, rule: SplitRule = CENTRAL) -> History:
    """The window's partitions, split as their heat asks for.

    Args:
        heat: How units fall on the partitions at first.
        fill: In each minute, what one partition would be filled to by all units together, as a multiple of its ceiling
            (the larger of reads and writes). Shape (minutes,).
        can_spread: Whether one key's items can be cut apart.
        rule: When a partition splits.
    """
    import numpy as np  # noqa: PLC0415  only where a table is followed over time

    minutes = len(fill)
    held = rule.held_minutes
    floor = np.lib.stride_tricks.sliding_window_view(fill, held).min(axis=1) if minutes >= held else np.zeros(0)
    out = History()
    waiting = first_pieces(heat, minutes)
    following = len(waiting)
    while waiting:
        piece = waiting.pop()
        at = _hot_from(floor, piece, rule)
        if at is None or len(out.splits) >= MOST_SPLITS:
            out.pieces.append(piece)
            continue
        done = at + held + rule.done_minutes
        found, halves = cut(piece, done, following, can_spread=can_spread, alone=_ALONE)
        if done >= minutes or not halves:
            out.pieces.append(piece)
            if not halves:
                out.splits.append(found)
            continue
        following += 1
        out.splits.append(found)
        out.pieces.append(_until(piece, done))
        waiting += halves
    out.pieces.sort(key=lambda piece: (piece.low, piece.born, piece.number))
    out.splits.sort(key=lambda split: (split.minute, split.number))
    return out


def _hot_from(floor: "NDArray[np.float64]", piece: Piece, rule: SplitRule) -> int | None:
    """The first minute from which a partition stays above the threshold for long enough; None where it never does."""
    if not piece.share or not len(floor):
        return None
    hot = floor[piece.born :] > rule.threshold / piece.share
    first = int(hot.argmax()) if len(hot) else 0
    return piece.born + first if len(hot) and hot[first] else None


def _until(piece: Piece, minute: int) -> Piece:
    return Piece(piece.number, piece.low, piece.high, piece.share, piece.keys, piece.born, minute)


def words(splits: Sequence[Split]) -> str:
    """How many of each kind, in words."""
    names = {
        "split": "split",
        "isolated": "isolate a key",
        "spread": "spread a key's items",
        "stuck": "cannot be helped",
    }
    counts = {word: sum(1 for s in splits if s.outcome == outcome) for outcome, word in names.items()}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)
