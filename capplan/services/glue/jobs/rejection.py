"""Computes which runs AWS lets in and which it rejects where no more than `max_concurrent_runs` may be active.

Source: AWS Glue API Reference, StartJobRun (ConcurrentRunsExceededException), and "AWS Glue job run statuses"; read 2026-11-23.
Random runs by Erlang's loss formula at the offered load of the minute (modified offered load; Massey and Whitt, 1994).
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from capplan.services.glue.jobs.arrivals import Planned

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ROUNDS = 3
"""Planned and random runs see each other's mean number; a third round no longer changes it by a thousandth."""
_GRID = 256


class PlannedRuns(NamedTuple):
    """Planned runs, and the chance that a group is active a whole number of minutes after its start, from 1 minute on."""

    runs: Planned
    lasts: "NDArray[np.float64]"


class RandomRuns(NamedTuple):
    """Runs that come at random.

    Attributes:
        active: Mean number that would be active in each minute if all were let in. Shape (minutes,).
        batch: Runs that come in the same instant.
    """

    active: "NDArray[np.float64]"
    batch: float


class LetIn(NamedTuple):
    """Shares of the runs that are let in.

    Attributes:
        planned: For each entry of planned runs, of each start. Shapes (starts,).
        random: Of those of each minute; None where none come at random. Shape (minutes,).
    """

    planned: "list[NDArray[np.float64]]"
    random: "NDArray[np.float64] | None"


def let_in(planned: Sequence[PlannedRuns], random: RandomRuns | None, max_active: int, minutes: int) -> LetIn:
    """The shares of all runs that are let in.

    Exact where the runs are planned and take a fixed time, where one may be active, and for random single runs under a
    constant rate; between these, the number of active runs is the nearest whole numbers around its mean.
    """
    import numpy as np  # noqa: PLC0415  only where a job is short

    held_by_random = np.zeros(minutes)
    shares: list[NDArray[np.float64]] = [np.ones(len(one.runs.starts)) for one in planned]
    random_share = None
    for _ in range(_ROUNDS if random is not None and planned else 1):
        shares, active = _planned_shares(planned, held_by_random, max_active)
        if random is not None:
            random_share = _random_shares(random, max_active - active)
            held_by_random = random.active * random_share
    return LetIn(shares, random_share)


def _planned_shares(
    planned: Sequence[PlannedRuns], held: "NDArray[np.float64]", max_active: int
) -> "tuple[list[NDArray[np.float64]], NDArray[np.float64]]":
    """Shares of each start that are let in, and planned runs active in each minute; the period before was like this one."""
    import numpy as np  # noqa: PLC0415

    minutes = len(held)
    served = [np.zeros(2 * minutes) for _ in planned]
    shares = [np.ones(len(one.runs.starts)) for one in planned]
    lasts = [one.lasts[: minutes - 1] for one in planned]
    order = sorted((start, i, j) for i, one in enumerate(planned) for j, start in enumerate(one.runs.starts))
    at_minute: dict[int, list[tuple[int, int]]] = {}
    for start, i, j in order:
        at_minute.setdefault(start, []).append((i, j))
    longest = max((len(one) for one in lasts), default=0)
    for period in (0, 1):
        for start, entries in at_minute.items():
            at = period * minutes + start
            if at < minutes - longest:
                continue
            active = float(held[start]) + sum(
                float(served[i][at - len(last) : at] @ last[::-1]) if at >= len(last) else 0.0
                for i, last in enumerate(lasts)
            )
            group = float(sum(planned[i].runs.group for i, _ in entries))
            share = _let_in_of(group, active, max_active) / group
            for i, j in entries:
                served[i][at] += share * float(planned[i].runs.group)
                shares[i][j] = share
    active_now = np.zeros(minutes)
    for one, last in zip(served, lasts, strict=True):
        whole = np.convolve(one, np.concatenate(([1.0], last)))[: 2 * minutes]
        active_now += whole[minutes:]
    return shares, active_now


def _let_in_of(group: float, active: float, max_active: int) -> float:
    """Runs of a group that find a place, where the number of active ones is one of the two whole numbers around its mean."""
    active = round(active, 9)
    fewer = math.floor(active)
    more = active - fewer
    return (1 - more) * min(group, max(0, max_active - fewer)) + more * min(group, max(0, max_active - fewer - 1))


def _random_shares(random: RandomRuns, places: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Shares of random runs that find one of the places left by planned ones, which need not be a whole number."""
    import numpy as np  # noqa: PLC0415

    whole = np.floor(np.maximum(places, 0.0) + 1e-9)
    beyond = np.clip(places - whole, 0.0, 1.0)
    shares = np.empty(len(places))
    grid = np.linspace(0.0, float(random.active.max()), _GRID)
    for count in np.unique(whole):
        here = whole == count
        low, high = (
            np.interp(
                random.active[here], grid, [accepted_share(load, int(count) + more, random.batch) for load in grid]
            )
            for more in (0, 1)
        )
        shares[here] = low + (high - low) * beyond[here]
    return shares


def accepted_share(load: float, places: int, batch: float = 1.0) -> float:
    """Share of random runs that find a place: Erlang's loss formula, for groups that come in the same instant.

    A group takes what is free; the number of groups present is a truncated Poisson number. Exact for single runs, and for
    groups of fixed size and time that fill the places evenly or at once.

    Args:
        load: Mean number of active runs, if all were let in.
        places: Runs that may be active.
        batch: Runs that come in the same instant.
    """
    if places <= 0:
        return 0.0
    groups = math.ceil(places / batch)
    if load <= 0:
        return min(batch, places) / batch
    mean = load / batch
    logs = [j * math.log(mean) - math.lgamma(j + 1) for j in range(groups + 1)]
    largest = max(logs)
    weights = [math.exp(log - largest) for log in logs]
    let_in = (weight * min(batch, max(0.0, places - j * batch)) for j, weight in enumerate(weights))
    return math.fsum(let_in) / math.fsum(weights) / batch
