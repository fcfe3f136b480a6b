"""Work that waits, minute by minute as a fluid: what is served, what still waits, what gets too old.

A backlog is a number; the oldest is served first, and what reaches its maximum age is given up.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from capplan import units
from capplan.record import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NOTHING = 1e-9
"""A backlog below this share of a minute's most arrivals is none."""


class Ramp(Record, frozen=True):
    """How fast what serves grows: by `step` arrivals a minute each minute, from `least`."""

    least: float
    step: float


class Waited(Record, frozen=True, eq=False):
    """What became of arrivals, in each minute; of what waits and how old its oldest is, at its end. Each shape (40320,)."""

    served: "NDArray[np.float64]"
    dropped: "NDArray[np.float64]"
    backlog: "NDArray[np.float64]"
    age_s: "NDArray[np.float64]"

    @property
    def drain_s(self) -> float | None:
        """Seconds from the peak of the backlog until nothing waits; None if it does to the end."""
        peak = int(self.backlog.argmax())
        if not self.backlog[peak]:
            return 0.0
        empty = (self.backlog[peak:] == 0).nonzero()[0]
        return float(empty[0]) * units.SECONDS_PER_MINUTE if len(empty) else None


def wait(
    arriving: "NDArray[np.float64]",
    capacity: "NDArray[np.float64]",
    max_age_minutes: int | None = None,
    ramp: Ramp | None = None,
) -> Waited:
    """What is served of arrivals that wait for their turn, from an empty queue on.

    Args:
        arriving: Arrivals in each minute.
        capacity: The most that can be served in each minute.
        max_age_minutes: The age at which they are given up; None for never.
        ramp: How fast what serves grows; None for at once.
    """
    import numpy as np  # noqa: PLC0415  only where a series is computed

    if ramp is None and not bool((arriving > capacity).any()):
        nothing = np.zeros(len(arriving))
        return Waited(arriving, nothing, nothing, nothing)
    arrived = np.cumsum(arriving)
    balance = np.cumsum(arriving - capacity)
    backlog = balance - np.minimum(0.0, np.minimum.accumulate(balance))
    kept = _kept(arrived, max_age_minutes)
    if ramp is not None or (kept is not None and bool((backlog > kept).any())):
        backlog, dropped = _step_by_step(arriving, capacity, kept, ramp)
    else:
        dropped = np.zeros(len(arriving))
    backlog[backlog <= _NOTHING * float(arriving.max(initial=0.0))] = 0.0
    before = np.concatenate(([0.0], backlog[:-1]))
    served = np.maximum(0.0, before + arriving - dropped - backlog)
    ends = np.arange(1, len(arriving) + 1, dtype=np.float64)
    since = np.interp(arrived - backlog, np.concatenate(([0.0], arrived)), np.concatenate(([0.0], ends)))
    age_s = np.where(backlog > 0, (ends - since) * units.SECONDS_PER_MINUTE, 0.0)
    if kept is not None and max_age_minutes is not None:  # beside large counts a tiny one is lost in the sums' rounding
        age_s = np.minimum(age_s, max(1, max_age_minutes) * units.SECONDS_PER_MINUTE)
    return Waited(served, dropped, backlog, age_s)


def oldest_at_random_s(arriving: "NDArray[np.float64]", backlog: "NDArray[np.float64]") -> float:
    """How long the last one waits at least if any of those that wait is the next, not the one that waits longest.

    Of those that wait in a minute, each still waits after it with the same chance. While one or more of those that came up to
    a minute are expected to be left, the oldest is from then.
    """
    import numpy as np  # noqa: PLC0415

    before = np.concatenate(([0.0], backlog[:-1]))
    longest = 0
    edges = np.flatnonzero(np.diff(np.concatenate(([0], (backlog > 0).astype(int), [0]))))
    for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        stay = np.log(backlog[first:end] / (before[first:end] + arriving[first:end]))
        left = np.cumsum(stay)  # the logarithm of the share that still waits, of those that waited at the start
        with np.errstate(divide="ignore"):
            came = np.log(arriving[first:end]) - left + stay
        up_to = np.logaddexp.accumulate(came)
        since = np.searchsorted(up_to, -left)
        longest = max(longest, int((np.arange(end - first) - since).max()) + 1)
    return float(longest * units.SECONDS_PER_MINUTE)


def later(waited: Waited, arriving: "NDArray[np.float64]", minutes: float) -> Waited:
    """The same if all is served so much later."""
    import numpy as np  # noqa: PLC0415

    if minutes <= 0:
        return waited
    ends = np.arange(len(arriving) + 1, dtype=np.float64)
    done = np.interp(ends - minutes, ends, np.concatenate(([0.0], np.cumsum(waited.served))), left=0.0)
    backlog = np.maximum(0.0, np.cumsum(arriving - waited.dropped) - done[1:])
    age_s = np.where(backlog > 0, waited.age_s + minutes * units.SECONDS_PER_MINUTE, 0.0)
    return Waited(np.diff(done), waited.dropped, backlog, age_s)


def _kept(arrived: "NDArray[np.float64]", max_age_minutes: int | None) -> "NDArray[np.float64] | None":
    """The most that may wait at the end of each minute: what arrived within the maximum age."""
    import numpy as np  # noqa: PLC0415

    if max_age_minutes is None or max_age_minutes >= len(arrived):
        return None
    age = max(1, max_age_minutes)
    return arrived - np.concatenate((np.zeros(age), arrived[:-age]))


def _step_by_step(
    arriving: "NDArray[np.float64]",
    capacity: "NDArray[np.float64]",
    kept: "NDArray[np.float64] | None",
    ramp: Ramp | None,
) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """Backlog and what is given up, where a minute depends on the one before by more than a sum."""
    import numpy as np  # noqa: PLC0415

    backlogs: list[float] = []
    dropped: list[float] = []
    waiting, served = 0.0, 0.0
    least, step = (ramp.least, ramp.step) if ramp is not None else (0.0, math.inf)
    bounds = kept.tolist() if kept is not None else [math.inf] * len(arriving)
    for comes, most, bound in zip(arriving.tolist(), capacity.tolist(), bounds, strict=True):
        waiting += comes
        served = min(waiting, most, max(served, least) + step)
        waiting -= served
        expired = waiting - bound
        if expired > 0.0:
            waiting = bound
            dropped.append(expired)
        else:
            dropped.append(0.0)
        backlogs.append(waiting)
    return np.array(backlogs), np.array(dropped)


# --- several kinds of work that share what serves them ----------------------------------------------------------------


class Competitor(Record, frozen=True, eq=False):
    """Work that waits and shares what serves it.

    Attributes:
        arriving: Arrivals in each minute.
        work: Environments that one arrival a minute needs.
        most: Environments that it may have at most.
        again: The share of what waits that tries again within a minute.
        max_age_minutes: The age at which it is given up; None for never.
    """

    arriving: "NDArray[np.float64]"
    work: float
    most: float
    again: float
    max_age_minutes: int | None


def shared_out(
    competitors: Sequence[Competitor], environments: "NDArray[np.float64]", beside: "NDArray[np.float64]"
) -> "tuple[NDArray[np.float64], ...]":
    """Environments that each may have in each minute, if all that try find a free one with the same chance.

    Where all together want more than there are, each has its part by what it wants: for what arrives, and for the part of
    what waits that tries again. Where they want less, each may have what the others leave.

    Args:
        competitors: What waits.
        environments: How many there are in each minute.
        beside: What other work wants of them in each minute.

    Returns:
        For each competitor, shape (40320,).
    """
    import numpy as np  # noqa: PLC0415

    count = len(beside)
    wants = [np.minimum(c.arriving * c.work, c.most) for c in competitors]
    total = beside + sum(wants, np.zeros(count))
    open_ = [np.minimum(environments - (total - want), c.most) for c, want in zip(competitors, wants, strict=True)]
    tight = total > environments
    for c, want in zip(competitors, wants, strict=True):
        tight |= c.arriving * c.work > np.minimum(environments - (total - want), c.most)
    if tight.any() and len(competitors) == 1:
        _share_with_calls(competitors[0], environments, beside, np.nonzero(tight)[0], open_[0])
    elif tight.any():
        _share_minutes(competitors, environments, beside, np.nonzero(tight)[0], open_)
    return tuple(open_)


def in_steps(c: Competitor, minutes: int) -> Competitor:
    """The same work by steps of some minutes instead of minutes."""
    age = None if c.max_age_minutes is None else max(1, c.max_age_minutes // minutes)
    arriving = c.arriving.reshape(-1, minutes).sum(axis=1)
    return Competitor(arriving, c.work / minutes, c.most, c.again * minutes, age)


def _share_with_calls(
    c: Competitor,
    environments: "NDArray[np.float64]",
    beside: "NDArray[np.float64]",
    tight: "NDArray[np.intp]",
    open_: "NDArray[np.float64]",
) -> None:
    """The same as `_share_minutes` for one that waits, five times as fast."""
    import numpy as np  # noqa: PLC0415

    arriving, bounds, room, others = c.arriving.tolist(), _bounds(c), environments.tolist(), beside.tolist()
    out, count, minute = open_.tolist(), len(beside), int(tight[0])
    work, most, again = c.work, c.most, c.again
    while minute < count:
        waiting = 0.0
        for here in range(minute, count):
            comes, there, other = arriving[here], room[here], others[here]
            want = (comes + waiting * again) * work
            if want > most:  # noqa: PLR1730  runs 40,320 times
                want = most
            total = other + want
            part = there * want / total if total > there else there - other
            if part > most:
                part = most
            elif part < 0.0:
                part = 0.0
            out[here] = part
            waiting += comes - part / work
            if waiting <= 0.0:
                break
            if waiting > bounds[here]:  # noqa: PLR1730
                waiting = bounds[here]
        place = int(np.searchsorted(tight, here + 1))
        minute = int(tight[place]) if place < len(tight) else count
    open_[:] = out


def _share_minutes(
    competitors: Sequence[Competitor],
    environments: "NDArray[np.float64]",
    beside: "NDArray[np.float64]",
    tight: "NDArray[np.intp]",
    open_: "Sequence[NDArray[np.float64]]",
) -> None:
    """Corrects the minutes from each in which all want more than there is, until nothing waits."""
    import numpy as np  # noqa: PLC0415

    arriving = [(c.arriving * c.work).tolist() for c in competitors]  # in environments, as all that follows
    bounds = [[bound * c.work for bound in _bounds(c)] for c in competitors]
    most, again = [c.most for c in competitors], [c.again for c in competitors]
    shared = [part.tolist() for part in open_]
    room, others, count, minute = environments.tolist(), beside.tolist(), len(beside), int(tight[0])
    numbers = range(len(competitors))
    waiting, wants = [0.0 for _ in numbers], [0.0 for _ in numbers]
    while minute < count:  # comparisons in place of min and max: this loop is most of a plan that is short
        total, there, left = others[minute], room[minute], 0.0
        for i in numbers:
            want = arriving[i][minute] + waiting[i] * again[i]
            wants[i] = want if want < most[i] else most[i]  # noqa: FURB136
            total += wants[i]
        for i in numbers:
            want = wants[i]
            part = there * want / total if total > there else there - (total - want)
            part = 0.0 if part < 0.0 else part if part < most[i] else most[i]  # noqa: FURB136
            shared[i][minute] = part
            rest = waiting[i] + arriving[i][minute] - part
            bound = bounds[i][minute]
            waiting[i] = 0.0 if rest < 0.0 else rest if rest < bound else bound  # noqa: FURB136
            left += waiting[i]
        minute += 1
        if not left:
            place = int(np.searchsorted(tight, minute))
            minute = int(tight[place]) if place < len(tight) else count
    for i in numbers:
        open_[i][:] = shared[i]


def _bounds(c: Competitor) -> list[float]:
    import numpy as np  # noqa: PLC0415

    kept = _kept(np.cumsum(c.arriving), c.max_age_minutes)
    return [math.inf] * len(c.arriving) if kept is None else kept.tolist()
