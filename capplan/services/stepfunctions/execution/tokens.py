"""Drawn executions as arrays, and the sums of a Map's items for the visit that started them.

Shapes are (tokens,) throughout; a token is one execution, branch or item; an item's owner is the visit of its Map.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from capplan.record import MutableRecord

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]


class Tokens(MutableRecord):
    """Counts, milliseconds and cost of each token; `error` is a number, -1 for none; `failures` counts failed items,
    of which the first fails after `first_failure_ms`.
    """

    entered: "Floats"
    retries: "Floats"
    events: "Floats"
    ms: "Floats"
    cost: "Floats"
    child_entered: "Floats"
    failures: "Floats"
    error: "Whole"
    first_failure_ms: "Floats"

    @staticmethod
    def none(n: int) -> "Tokens":
        """Tokens with no counts, times or costs."""
        import numpy as np  # noqa: PLC0415

        a, b, c, d, e, f, g = np.zeros((7, n))
        return Tokens(a, b, c, d, e, f, g, np.full(n, -1, dtype=np.int64), np.full(n, np.inf))

    @property
    def amounts(self) -> "tuple[Floats, ...]":
        """The fields that are summed."""
        return (self.entered, self.retries, self.events, self.ms, self.cost, self.child_entered, self.failures)

    def add_at(self, who: "Whole", other: "Tokens") -> None:
        """Adds other tokens to those at the indices `who` (each at most once); errors are not added."""
        for mine, theirs in zip(self.amounts, other.amounts, strict=True):
            mine[who] += theirs

    def stop_at_first_failure(self, counts: "Whole") -> None:
        """Clears the items after an owner's first failed one (MaxConcurrency 1: later items never start)."""
        import numpy as np  # noqa: PLC0415

        if len(self.error) != int(counts.sum()) or not len(self.error):
            return
        failed = (self.error >= 0).astype(np.int64)
        before = np.cumsum(failed) - failed
        starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
        at_start = before[np.minimum(starts, len(before) - 1)]
        not_started = before > np.repeat(at_start, counts)
        for amount in self.amounts:
            amount[not_started] = 0
        self.error[not_started] = -1

    def in_turn_from_pool(self, counts: "Whole", rng: "np.random.Generator") -> "Tokens":
        """`counts` items like those of the pool, one after the other; none follows the first that fails."""
        import numpy as np  # noqa: PLC0415

        n = len(counts)
        failing, fine = np.flatnonzero(self.error >= 0), np.flatnonzero(self.error < 0)
        first = rng.geometric(len(failing) / len(self.error), n) if len(failing) else counts + 1
        stops = first <= counts
        before = np.where(stops, first - 1, counts)
        drawn = rng.choice(fine, int(before.sum())) if len(fine) else np.zeros(0, dtype=np.int64)
        last = rng.choice(failing, int(stops.sum())) if stops.any() else np.zeros(0, dtype=np.int64)
        owner = np.concatenate((np.repeat(np.arange(n), before), np.flatnonzero(stops)))
        which = np.concatenate((drawn, last))
        out = Tokens.none(n)
        for mine, pool in zip(out.amounts, self.amounts, strict=True):
            mine[:] = np.bincount(owner, weights=pool[which], minlength=n)
        out.failures[:] = stops
        out.error[stops] = self.error[last]
        out.first_failure_ms[stops] = out.ms[stops]
        return out

    def gathered(self, counts: "Whole", rng: "np.random.Generator", ends: "Floats | None") -> "Tokens":
        """Sums over each owner's items, the error that comes first in time, the number that failed.

        Args:
            counts: Items of each owner. Shape (owners,).
            rng: Random numbers.
            ends: When each item ends; None where these are a pool that stands for many more.
        """
        import numpy as np  # noqa: PLC0415

        n = len(counts)
        if ends is None:
            return self._from_pool(counts, rng)
        owner = np.repeat(np.arange(n), counts)
        out = Tokens.none(n)
        for mine, theirs in zip(out.amounts, self.amounts, strict=True):
            mine[:] = np.bincount(owner, weights=theirs, minlength=n)
        out.ms[:] = 0
        np.maximum.at(out.ms, owner, ends)
        failed = np.flatnonzero(self.error >= 0)
        out.failures[:] = np.bincount(owner[failed], minlength=n)
        last_first = failed[np.lexsort((-failed, -ends[failed]))]  # of one owner's, the first in time is written last
        out.error[owner[last_first]] = self.error[last_first]
        out.first_failure_ms[:] = np.inf
        np.minimum.at(out.first_failure_ms, owner[failed], ends[failed])
        return out

    def _from_pool(self, counts: "Whole", rng: "np.random.Generator") -> "Tokens":
        """Sums of `counts` items like those of the pool: normal by the central limit theorem; failures are binomial."""
        import numpy as np  # noqa: PLC0415

        out = Tokens.none(len(counts))
        root = np.sqrt(counts)
        for mine, pool in zip(out.amounts, self.amounts, strict=True):
            mine[:] = np.maximum(0.0, counts * pool.mean() + root * pool.std() * rng.standard_normal(len(counts)))
        failed = self.error >= 0
        out.failures[:] = rng.binomial(counts, failed.mean())
        if failed.any():
            out.error[out.failures > 0] = self.error[failed][0]
            out.first_failure_ms[out.failures > 0] = self.ms[failed].min()
        return out


def ends_in_slots(ms: "Floats", counts: "Whole", width: int, spend: Callable[[int], None]) -> "Floats":
    """When each item ends, `width` at a time from the start of its owner's: an item starts when one ends.

    Args:
        ms: Duration of each item.
        counts: Items of each owner. Shape (owners,).
        width: Items that run at the same time.
        spend: Counts the steps of the computation; raises when there are too many.
    """
    import numpy as np  # noqa: PLC0415

    n = len(counts)
    max_items = int(counts.max()) if n else 0
    if max_items <= width:
        return ms
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    if width == 1:
        summed: Floats = np.cumsum(ms)
        before: Floats = np.repeat(np.concatenate(([0.0], summed))[starts], counts)
        return summed - before
    spend(len(ms) * width // 16)
    ends = np.zeros(len(ms))
    busy = np.zeros((n, width))
    for j in range(max_items):
        who = np.flatnonzero(counts > j)
        slot = busy[who].argmin(axis=1)
        busy[who, slot] += ms[starts[who] + j]
        ends[starts[who] + j] = busy[who, slot]
    return ends


def pooled_ms(ms: "Floats", counts: "Whole", width: int) -> "Floats":
    """How long `counts` items like those of a pool take, `width` at a time."""
    import numpy as np  # noqa: PLC0415

    longest = np.quantile(ms, 1 - 1 / np.maximum(2, np.minimum(counts, width)))
    waves = np.ceil(counts / width) * ms.mean() + longest - ms.mean()
    return np.where(counts > width, waves, np.where(counts > 0, longest, 0.0))
