"""Chooses the values of each range at which a plan is made: its ends, and between them where the line is not straight."""

import itertools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from capplan.commands.ranges.columns import Along
from capplan.units import BYTES_PER_KB

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STRAIGHT = 1e-5
"""A figure that is off the line by less than this share is on it."""
_WORTH = 3e-4
"""An error × the share of draws that it touches: below, another plan is not worth it for what limits use and gates observe."""
_WORTH_IN_ALL = 1e-3
"""The same of the bill, of all gaps together: many small steps, as of billed KB, add up."""
_ROUNDS, _IN_A_ROUND = 12, 12
_MOST, _MOST_FOR_THE_BILL = 24, 96
"""Plans between the ends: for any figure; for the bill alone."""
_KEPT = 1 / 8
"""Of the error of a gap at least this is expected in its parts: steps may lie on the line by chance."""

Distance = Callable[["NDArray[np.float64]", "NDArray[np.float64]"], "Off"]
"""How far one set of figures is off another."""


class Off(NamedTuple):
    """Differences as shares: of the bill, and of what else people look at, which counts less."""

    bill: float
    other: float = 0.0

    @property
    def any(self) -> float:
        """The larger one."""
        return max(self)


class Points(NamedTuple):
    """A range as it is drawn: the draws in growing order, and the step between two values (0: any value)."""

    draws: "NDArray[np.float64]"
    step: float
    is_bytes: bool


class _Gap(NamedTuple):
    """Between two values of a range: what the line between them is thought to be off, × the share of draws in it."""

    input: int
    low: float
    high: float
    error: Off
    weight: float

    @property
    def bill(self) -> float:
        """What it makes the bill uncertain by."""
        return self.error.bill * self.weight

    @property
    def any(self) -> float:
        """What it makes any figure uncertain by."""
        return self.error.any * self.weight


def plans_along(
    base: "NDArray[np.float64]",
    likely: "NDArray[np.float64]",
    ranges: Mapping[int, Points],
    plan: "Callable[[NDArray[np.float64]], NDArray[np.float64]]",
    distance: Distance,
) -> dict[int, Along]:
    """Plans along each range, all others at their likely value.

    Args:
        base: The figures at the likely values.
        likely: Those values.
        ranges: By the number of the input.
        plan: Figures for rows of values.
        distance: See there.
    """
    known: dict[int, dict[float, NDArray[np.float64]]] = {i: {float(likely[i]): base} for i in ranges}

    def add(wanted: list[tuple[int, float]]) -> None:
        wanted = [(i, x) for i, x in dict.fromkeys(wanted) if x not in known[i]]
        if not wanted:
            return
        rows = np.tile(likely, (len(wanted), 1))
        for row, (i, x) in enumerate(wanted):
            rows[row, i] = x
        for (i, x), figures in zip(wanted, plan(rows), strict=True):
            known[i][x] = figures

    add([(i, float(end)) for i, points in ranges.items() for end in (points.draws[0], points.draws[-1])])
    gaps = [gap for i, points in ranges.items() for gap in _first_gaps(i, points, known[i], float(likely[i]), distance)]
    made = 0
    for _ in range(_ROUNDS):
        chosen = _chosen(gaps, made)
        wanted = [(gap, between(ranges[gap.input], gap.low, gap.high)) for gap in chosen]
        made += sum(len(values) for _, values in wanted)
        add([(gap.input, x) for gap, values in wanted for x in values])
        gaps = [gap for gap in gaps if gap not in chosen]
        for gap, values in wanted:
            if values:
                gaps += _parts(gap, values, known[gap.input], ranges[gap.input], distance)
        if not chosen:
            break
    widest = max(len(figures) for of_one in known.values() for figures in of_one.values())
    return {
        i: Along(np.array(sorted(of_one)), np.array([padded(of_one[x], widest) for x in sorted(of_one)]))
        for i, of_one in known.items()
    }


def padded(figures: "NDArray[np.float64]", width: int) -> "NDArray[np.float64]":
    """Figures with 0 for those that only later plans have, such as a charge that begins at some value."""
    return np.concatenate((figures, np.zeros(width - len(figures))))


def _chosen(gaps: list[_Gap], made: int) -> list[_Gap]:
    """The gaps in which to plan next, the most uncertain first."""
    if made < _MOST:
        worth = sorted((gap for gap in gaps if gap.any > _WORTH), key=lambda gap: -gap.any)
        if worth:
            return worth[: min(_IN_A_ROUND, _MOST - made)]
    if made >= _MOST_FOR_THE_BILL or sum(gap.bill for gap in gaps) <= _WORTH_IN_ALL:
        return []
    return sorted((gap for gap in gaps if gap.bill), key=lambda gap: -gap.bill)[:_IN_A_ROUND]


def _first_gaps(
    i: int, points: Points, known: "Mapping[float, NDArray[np.float64]]", likely: float, distance: Distance
) -> list[_Gap]:
    """The gaps on both sides of the likely value: how far it is off the line between the ends."""
    low, high = float(points.draws[0]), float(points.draws[-1])
    # where the likely value is an end, nothing tells whether it is straight
    straight = known[low] if not low < likely < high else _on_line(likely, low, known[low], high, known[high])
    bend = distance(known[likely if low < likely < high else high], straight)
    if bend.any <= _STRAIGHT:
        return []
    ends = sorted({low, likely, high})
    return [_gap(i, a, b, bend, points) for a, b in itertools.pairwise(ends)]


def _parts(
    gap: _Gap, values: "list[float]", known: "Mapping[float, NDArray[np.float64]]", points: Points, distance: Distance
) -> list[_Gap]:
    """The gaps that plans inside one leave: each may be off by its part of what the whole was, as far as it moves at all."""
    low, high = known[gap.low], known[gap.high]
    off = [distance(known[x], _on_line(x, gap.low, low, gap.high, high)) for x in values]
    bill = max(gap.error.bill * _KEPT, *(one.bill for one in off))
    other = max(one.other for one in off)
    if max(bill, other) <= _STRAIGHT:
        return []
    pairs = list(itertools.pairwise([gap.low, *values, gap.high]))
    moves = [distance(known[a], known[b]) for a, b in pairs]
    bills, others = sum(move.bill for move in moves) or 1.0, sum(move.other for move in moves) or 1.0
    errors = [Off(bill * move.bill / bills, other * move.other / others) for move in moves]
    return [_gap(gap.input, a, b, error, points) for (a, b), error in zip(pairs, errors, strict=True)]


def _gap(i: int, low: float, high: float, error: Off, points: Points) -> _Gap:
    first, last = np.searchsorted(points.draws, [low, high])
    return _Gap(i, low, high, error, (last - first) / len(points.draws))


def between(points: Points, low: float, high: float) -> list[float]:
    """Values inside a gap: around a limit of whole KB, at which AWS rounds, else the middle; none where nothing is between."""
    if points.is_bytes:
        for size in (64 * BYTES_PER_KB, 4 * BYTES_PER_KB, BYTES_PER_KB):
            edges = [edge for edge in _multiples(size, low, high) if low < edge < high or low < edge + 1 < high]
            if edges:
                middle = min(edges, key=lambda edge: abs(edge - (low + high) / 2))
                return [x for x in (middle, middle + 1) if low < x < high]
    if points.step:
        middle = np.floor((low + high) / 2 / points.step) * points.step
        return [float(middle)] if low < middle < high else []
    middle = (low + high) / 2
    return [middle] if low < middle < high else []


def _multiples(size: int, low: float, high: float) -> list[float]:
    first, last = int(low // size), int(high // size)
    return [float(k * size) for k in range(first, min(last, first + 64) + 1)]


def _on_line(
    x: float, low: float, of_low: "NDArray[np.float64]", high: float, of_high: "NDArray[np.float64]"
) -> "NDArray[np.float64]":
    share, width = (x - low) / (high - low), max(len(of_low), len(of_high))
    first, last = padded(of_low, width), padded(of_high, width)
    line: NDArray[np.float64] = first + share * (last - first)
    return line
