"""Draws how long many items take when only some run at a time: an item starts when one ends.

The law of such a schedule has no closed form. Some hundred thousand items are drawn at most; a longer Map goes on at the
mean rate of its slots, to which every such schedule settles.

Source: Step Functions Developer Guide, "Map state": MaxConcurrency (read 2026-11-23).
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from capplan.services.stepfunctions.execution.grid import Ending, Law, split

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

_DRAWN_ITEMS = 200_000
_MOST_RUNS = 5_000
_WAVES = 20
_POINTS = 4_096
_SEED = 20_261_123
_RECENT = 64
_MANY_RUNS = 500
"""So many runs are followed side by side in less time than one after the other."""


def drawn_in_slots(item: Law, n: int, width: int) -> Law:
    """The law of `n` items, `width` at a time; the first that fails stops the others."""
    return _drawn(item.step, tuple((ending, series.tobytes()) for ending, series in item.endings.items()), n, width)


@lru_cache(maxsize=_RECENT)
def _drawn(item_step: float, series: tuple[tuple[Ending, bytes], ...], n: int, width: int) -> Law:
    """By value: changes of what is around a Map are planned with the same items again and again."""
    import numpy as np  # noqa: PLC0415

    item = Law(item_step, {ending: np.frombuffer(of_ending, np.float64) for ending, of_ending in series})
    rng = np.random.Generator(np.random.PCG64(_SEED))
    followed = min(n, max(_WAVES * width, _DRAWN_ITEMS // 50))
    runs = max(1, min(_MOST_RUNS, _DRAWN_ITEMS // followed))
    endings = list(item.endings)
    shares = np.array([item.endings[ending].sum() for ending in endings])
    varies = any((series > 0).sum() > 1 for series in item.endings.values()) or len(endings) > 1
    if not varies:
        place = float(np.flatnonzero(item.endings[endings[0]])[0]) * item.step
        return _fixed(place, endings[0], place * -(-n // width))
    codes = np.searchsorted(np.cumsum(shares) / shares.sum(), rng.random((runs, followed)), side="right")
    codes = np.minimum(codes, len(endings) - 1)
    ms = np.zeros((runs, followed))
    for code, ending in enumerate(endings):
        mask = codes == code
        below = np.cumsum(item.endings[ending])
        ms[mask] = np.searchsorted(below, rng.random(int(mask.sum())) * below[-1], side="right") * item.step
    failing = np.array([ending is not None for ending in endings])[codes]
    took, first = (side_by_side if runs >= _MANY_RUNS else one_by_one)(ms, failing, width)
    rest = n - followed
    if rest:
        took = np.where(first < 0, took + rest * item.mean() / width, took)
    step = max(float(took.max()), item.step) / (_POINTS - 2)
    out: dict[Ending, Floats] = {}
    for code, ending in enumerate(endings):
        of = (first >= 0) & (codes[np.arange(runs), np.maximum(first, 0)] == code) if ending is not None else first < 0
        if of.any():
            out[ending] = split(took[of] / step, np.full(int(of.sum()), 1 / runs), _POINTS)
    return Law(step, out)


def _fixed(failing_ms: float, ending: Ending, whole_ms: float) -> Law:
    """Items that all take the same time and end alike: whole waves, or the first failure."""
    import numpy as np  # noqa: PLC0415

    took = whole_ms if ending is None else failing_ms
    return Law(took or 1.0, {ending: np.array([0.0, 1.0]) if took else np.ones(1)})


def side_by_side(ms: "Floats", failing: "NDArray[np.bool_]", width: int) -> "tuple[Floats, Whole]":
    """Milliseconds of each run, and the index of the item whose failure ends it; -1 for none. An item at a time in all runs."""
    import numpy as np  # noqa: PLC0415

    runs = np.arange(len(ms))
    slots = ms[:, :width].copy()
    ends = np.where(failing[:, :width], slots, np.inf)
    first = ends.argmin(axis=1)
    stop = ends[runs, first]
    first[np.isinf(stop)] = -1
    for i, (of_item, fails) in enumerate(zip(ms.T[width:], failing.T[width:], strict=True), width):
        free = slots.argmin(axis=1)
        end = slots[runs, free] + of_item
        slots[runs, free] = end
        sooner = fails & (end < stop)  # never where it begins after the run's end
        stop, first = np.where(sooner, end, stop), np.where(sooner, i, first)
    return np.where(first < 0, slots.max(axis=1), stop), first


def one_by_one(ms: "Floats", failing: "NDArray[np.bool_]", width: int) -> "tuple[Floats, Whole]":
    """The same, a run at a time: none goes on after its end."""
    import heapq  # noqa: PLC0415

    import numpy as np  # noqa: PLC0415

    took, first = np.zeros(len(ms)), np.full(len(ms), -1, dtype=np.int64)
    for run, (durations, fails) in enumerate(zip(ms.tolist(), failing.tolist(), strict=True)):
        slots = durations[:width]
        stop, by = min(((t, i) for i, t in enumerate(slots) if fails[i]), default=(float("inf"), -1))
        heapq.heapify(slots)
        if True in fails:
            for i in range(width, len(durations)):
                begin = slots[0]
                if begin >= stop:
                    break
                end = begin + durations[i]
                heapq.heapreplace(slots, end)
                if fails[i] and end < stop:
                    stop, by = end, i
        else:
            for ms_of_item in durations[width:]:
                heapq.heapreplace(slots, slots[0] + ms_of_item)
        took[run], first[run] = (stop, by) if by >= 0 else (max(slots), -1)  # the last to end still has its slot
    return took, first
