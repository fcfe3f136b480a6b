"""Where one hot partition is cut in two: at even heat, beside a hot key, or through a key's own items. It keeps no time."""

from typing import Literal

from capplan.services.dynamodb.partitions.lifetimes import Piece, Split
from capplan.services.dynamodb.partitions.load import HotKey

_HALVES = 2


def cut(piece: Piece, minute: int, following: int, *, can_spread: bool, alone: float) -> tuple[Split, list[Piece]]:
    """What becomes of a partition, and its two halves (none where it cannot be helped).

    Args:
        piece: The hot partition.
        minute: When the halves serve.
        following: The next free partition number.
        can_spread: Whether one key's items can be cut apart.
        alone: A key with more of the partition's heat than this cannot be separated further.
    """
    key = piece.keys[0] if piece.keys else None
    if key is not None and piece.top > alone * piece.share:
        if not can_spread:
            return Split(minute, piece.number, piece.share, "stuck", (), key), []
        halves = _spread(piece, minute, following)
        return Split(minute, piece.number, piece.share, "spread", tuple(h.share for h in halves), key), halves
    at = _even_place(piece)
    halves = _at(piece, at, minute, following)
    apart = key is not None and any(h.keys and h.top > alone * h.share for h in halves)
    outcome: Literal["split", "isolated"] = "isolated" if apart else "split"
    named = key if apart else None
    return Split(minute, piece.number, piece.share, outcome, tuple(h.share for h in halves), named), halves


def _even_place(piece: Piece) -> int:
    """The place at which the heat on both sides is as even as it gets."""
    width = piece.high - piece.low
    cold = max(0.0, piece.share - sum(key.share for key in piece.keys))
    half = piece.share / _HALVES
    left, at = 0.0, piece.low
    for key in sorted(piece.keys, key=lambda one: one.place):
        step = cold * (key.place - at) / width
        if left + step >= half:
            return _inside(piece, at + int((half - left) / step * (key.place - at)))
        left += step
        at = key.place
        if left + key.share >= half:
            before = half - left
            after = left + key.share - half
            return _inside(piece, at if before <= after else at + 1)
        left += key.share
    rest = piece.high - at
    return _inside(piece, at + (int((half - left) * width / cold) if cold else rest // _HALVES))


def _inside(piece: Piece, place: int) -> int:
    return max(piece.low + 1, min(piece.high - 1, place))


def _at(piece: Piece, place: int, minute: int, following: int) -> list[Piece]:
    """Both halves of a cut: the left keeps the number."""
    width = piece.high - piece.low
    cold = max(0.0, piece.share - sum(key.share for key in piece.keys))
    sides = ((piece.number, piece.low, place), (following, place, piece.high))
    out = []
    for number, low, high in sides:
        keys = tuple(key for key in piece.keys if low <= key.place < high)
        share = cold * (high - low) / width + sum(key.share for key in keys)
        out.append(Piece(number, low, high, share, keys, minute, piece.gone))
    return out


def _spread(piece: Piece, minute: int, following: int) -> list[Piece]:
    """The items of one key on two partitions: each takes half of the key, and half of what else there is."""
    keys = tuple(HotKey(k.rank, k.name, k.share / _HALVES, k.place) for k in piece.keys)
    share = piece.share / _HALVES
    numbers = (piece.number, following)
    return [Piece(number, piece.low, piece.high, share, keys, minute, piece.gone) for number in numbers]
