"""A table with its indexes over the four-week window in minutes: capacity held, requests refused and why. It never
prices anything, and never retries (`seconds` does).

A kind of request loses, in each minute, the largest fraction that any side it needs refuses: a base write that an index
cannot take is refused as a whole, and bears the index's reason.

Source: DynamoDB Developer Guide, "Diagnosing throttling issues", "Understanding global secondary index throttling and
back pressure" (read 2026-11-23).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from capplan.flow import DemandFlow
from capplan.quantities.rounding import sig6
from capplan.services.dynamodb.capacity import back_pressure as coupled
from capplan.services.dynamodb.capacity import throttling_reasons as throttling
from capplan.services.dynamodb.capacity.scalable_target import (
    Outcome,
    ScalableTarget,
    SideKey,
    outcome,
    settle,
    through_partitions,
    unthrottled,
)
from capplan.services.dynamodb.capacity.scaling import Step, capacity_steps, expand
from capplan.services.dynamodb.capacity.uncertain import CENTRAL, Constants
from capplan.units import MONTH_HOURS, SECONDS_PER_MINUTE, WINDOW_MINUTES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MINUTES_PER_HOUR = 60


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests of one kind, and the units one of them takes of each side."""

    flow: DemandFlow
    needs: tuple[tuple[SideKey, Fraction], ...]

    @property
    def units(self) -> Mapping[SideKey, Fraction]:
        """By side."""
        return dict(self.needs)


@dataclass(frozen=True, eq=False)
class Window:
    """What the window brought.

    Attributes:
        sides: Every side with its outcome.
        throttled: Refused over offered requests of the month, 6 significant digits.
        reasons: Refused requests a month by AWS's reason.
        throttled_minutes: Minutes of the window in which anything was refused.
        longest_minutes: The longest run of them.
        within: Refused over offered requests in those minutes alone.
    """

    sides: Mapping[SideKey, tuple[ScalableTarget, Outcome]]
    throttled: Fraction = Fraction(0)
    reasons: Mapping[str, Fraction] = field(default_factory=dict)
    throttled_minutes: int = 0
    longest_minutes: int = 0
    within: Fraction = Fraction(0)

    def steps(self, key: SideKey) -> tuple[Step, ...]:
        """Capacity held by a provisioned side."""
        return self.sides[key][1].steps or ()

    def most_held(self, key: SideKey) -> int:
        """The most units a side held."""
        return max((units for _, units in self.steps(key)), default=0)

    def unit_hours(self, key: SideKey, once: Sequence[tuple[int, int]] = ()) -> Fraction:
        """Unit-hours a month, weighted by time; 6 significant digits where the capacity moved.

        `once`: minute ranges of scheduled actions that come once a month, as a spike does.
        """
        steps = self.steps(key)
        if len(steps) == 1:
            return Fraction(steps[0][1] * MONTH_HOURS)
        if not steps:
            return Fraction(0)
        least = min(units for _, units in steps)
        above = expand(steps, WINDOW_MINUTES) - least
        weights = self.sides[key][0].flow.month_weights()
        for start, end in once:
            weights[start:end] = 1.0
        return Fraction(least * MONTH_HOURS) + sig6(float((above * weights).sum()) / _MINUTES_PER_HOUR)

    def missed_share(self) -> Fraction | None:
        """Of the requests that came in minutes in which anything was refused, the share refused; None where nothing was.

        What a rise loses that nobody planned for.
        """
        return self.within if self.throttled_minutes else None

    def hourly(self, key: SideKey) -> "NDArray[np.float64]":
        """Mean capacity in each hour of the window. Shape (672,)."""
        import numpy as np  # noqa: PLC0415  only where a series is computed

        hours = expand(self.steps(key), WINDOW_MINUTES).reshape(-1, _MINUTES_PER_HOUR)
        return np.asarray(hours.sum(axis=1) / _MINUTES_PER_HOUR)


def run(sides: Sequence[ScalableTarget], requests: Sequence[Requests], constants: Constants = CENTRAL) -> Window:
    """The window of a table: every side settled, then what each kind of request lost.

    Kept for the next asker: another table class, or the same mode asked for twice, is the same window.
    """
    return _run(tuple(sides), tuple(requests), constants)


@lru_cache(maxsize=64)
def _run(sides: tuple[ScalableTarget, ...], requests: tuple[Requests, ...], constants: Constants) -> Window:
    found: dict[SideKey, Outcome] = {}
    moving: list[ScalableTarget] = []
    for side in sides:
        quiet = unthrottled(side, constants)
        if quiet is None:
            moving.append(side)
        else:
            found[side.key] = quiet
    if moving:
        found |= _settle(moving, requests, constants)
    outcomes = {side.key: (side, found[side.key]) for side in sides}
    if not any(one.refused for one in found.values()):
        return Window(outcomes)
    return _lost(outcomes, requests)


def _settle(
    moving: Sequence[ScalableTarget], requests: Sequence[Requests], constants: Constants
) -> dict[SideKey, Outcome]:
    """Each side on its own; where a provisioned index refuses writes, all together."""
    levels = {side.key: side.flow.rate_per_minute() for side in moving}
    passed = {side.key: through_partitions(side, levels[side.key]) for side in moving}
    steps: dict[SideKey, list[Step]] = {}
    for arm in {side.key[0] for side in moving}:
        own = [side for side in moving if side.key[0] == arm and side.policy is not None]
        series = [(_inflow(levels[s.key], passed[s.key]), s.policy) for s in own if s.policy is not None]
        steps |= zip((side.key for side in own), capacity_steps(series, constants), strict=True)
    out = {s.key: settle(s, levels[s.key], passed[s.key], steps.get(s.key), constants) for s in moving}
    if any(out[s.key].refused for s in moving if s.policy is not None and s.key[0] and s.key[1] == "write"):
        return _together(moving, requests, constants)
    return out


def _inflow(levels: "NDArray[np.float64]", passed: "NDArray[np.float64] | None") -> "NDArray[np.float64]":
    return levels if passed is None else levels * passed


def _together(
    sides: Sequence[ScalableTarget], requests: Sequence[Requests], constants: Constants
) -> dict[SideKey, Outcome]:
    """The sides that move or refuse, minute by minute, side by side."""
    import numpy as np  # noqa: PLC0415  only where a series is computed

    place = {side.key: i for i, side in enumerate(sides)}
    levels = [side.flow.rate_per_minute() for side in sides]
    passed = [through_partitions(side, one) for side, one in zip(sides, levels, strict=True)]
    lanes = [
        coupled.Lane(side.policy, side.key[0], one, part)
        for side, one, part in zip(sides, levels, passed, strict=True)
        if side.policy is not None
    ]
    streams = [
        coupled.Stream(
            one.flow.rate_per_minute(), {place[k]: float(units) for k, units in one.units.items() if k in place}
        )
        for one in requests
    ]
    steps, took = coupled.together(lanes, streams, constants)
    out = {}
    for i, side in enumerate(sides):
        lost = np.maximum(0.0, (1.0 if passed[i] is None else passed[i]) - np.array(took[i])) * levels[i]
        out[side.key] = outcome(levels[i], passed[i], {"provisioned": lost}, steps[i])
    return out


def _lost(outcomes: Mapping[SideKey, tuple[ScalableTarget, Outcome]], requests: Sequence[Requests]) -> Window:
    """What each kind of request lost, by the side that refused most of it, and why."""
    import numpy as np  # noqa: PLC0415  only where something is refused

    whole = {key: fraction for key, (_, o) in outcomes.items() if (fraction := o.refused_fraction()) is not None}
    offered = sum((one.flow.monthly for one in requests), Fraction(0))
    reasons: dict[str, float] = {}
    any_lost, lost = np.zeros(WINDOW_MINUTES, dtype=bool), 0.0
    for one in requests:
        needs = [key for key, units in one.units.items() if units and key in whole]
        if not needs:
            continue
        table = np.stack([whole[key] for key in needs])
        worst, by = table.max(axis=0), table.argmax(axis=0)
        rate = one.flow.rate_per_minute() * one.flow.month_weights() * SECONDS_PER_MINUTE
        any_lost |= worst * rate > 0
        lost += float((rate * worst).sum())
        for i, key in enumerate(needs):
            for cause, fraction in outcomes[key][1].refused.items():
                amount = float((rate * np.where(by == i, fraction, 0.0)).sum())
                if amount > 0:
                    name = throttling.reason("index" if key[0] else "table", key[1], cause)
                    reasons[name] = reasons.get(name, 0.0) + amount
    assert abs(sum(reasons.values()) - lost) <= 1e-6 * max(1.0, lost), "reasons do not add up"  # noqa: S101  the books
    share = min(Fraction(1), sig6(lost / float(offered))) if offered else Fraction(0)
    reached = sum(float((one.flow.rate_per_minute() * one.flow.month_weights())[any_lost].sum()) for one in requests)
    within = sig6(lost / (reached * SECONDS_PER_MINUTE)) if reached else Fraction(0)
    known = {reason: sig6(amount) for reason, amount in sorted(reasons.items())}
    return Window(outcomes, share, known, int(any_lost.sum()), max(_runs(any_lost)), min(Fraction(1), within))


def _runs(flags: "NDArray[np.bool_]") -> list[int]:
    """Lengths of the runs of True; [0] where there is none."""
    import numpy as np  # noqa: PLC0415  the same

    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return (edges[1::2] - edges[::2]).tolist() or [0]
