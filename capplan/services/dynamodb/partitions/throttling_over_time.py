"""What partitions that come and go refuse over time. It splits nothing.

Source: DynamoDB Developer Guide, "Burst and adaptive capacity" (read 2026-11-23).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from capplan.services.dynamodb.capacity.busy_seconds import SIGMAS, excess
from capplan.services.dynamodb.partitions.lifetimes import Piece
from capplan.services.dynamodb.partitions.throttling import DUST, refused_part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def refused_by_pieces(
    levels: "NDArray[np.float64]", pieces: Sequence[Piece], limit: float, grain_units: float
) -> "NDArray[np.float64]":
    """The part of all units that partitions at their ceiling refuse in each minute. Shape as `levels`; range 0 to 1.

    Partitions that are there all the time are looked at together, the others each in its own minutes.
    """
    import numpy as np  # noqa: PLC0415  only where a table is followed over time

    safe = np.maximum(levels, 1e-300)
    always = [piece for piece in pieces if piece.born == 0 and piece.gone == len(levels)]
    lost = np.zeros(len(levels))
    if always:
        shares, tops = np.array([p.share for p in always]), np.array([p.top for p in always])
        lost += refused_part(safe, shares, limit, tops, grain_units)
    for piece in pieces:
        if piece.born == 0 and piece.gone == len(levels):
            continue
        own = safe[piece.born : piece.gone]
        most = float(own.max(initial=0.0))
        if most * piece.share + SIGMAS * (most * piece.top * grain_units) ** 0.5 > limit:
            lost[piece.born : piece.gone] += (
                excess(own * piece.share, np.sqrt(own * piece.top * grain_units), limit) / own
            )
    return np.where(lost > DUST, np.minimum(1.0, lost), 0.0)
