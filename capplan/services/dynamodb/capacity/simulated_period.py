"""A table with its indexes over four simulated weeks, in minutes: provisioned capacity, requests throttled and why.

A kind of request loses, in each minute, the largest fraction that any target it needs throttles: a base write that an
index cannot take is throttled as a whole, for the index's reason.

Source: DynamoDB Developer Guide, "Diagnosing throttling issues", "Understanding global secondary index throttling and
back pressure" (read 2026-11-23).
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from capplan.flow import DemandFlow
from capplan.quantities.rounding import sig6
from capplan.record import Record
from capplan.services.dynamodb.capacity.auto_scaling import MINUTES_PER_HOUR
from capplan.services.dynamodb.capacity.back_pressure import JointRequests, JointTarget, simulate_jointly
from capplan.services.dynamodb.capacity.scalable_target import (
    Outcome,
    ScalableTarget,
    TargetKey,
    outcome,
    passed_each_minute,
    resolve_alone,
    served_by_retries,
    unthrottled,
)
from capplan.services.dynamodb.capacity.scaling import Step, capacity_steps, expand
from capplan.services.dynamodb.capacity.served import LostShare
from capplan.services.dynamodb.capacity.throttling_reasons import reason
from capplan.services.dynamodb.capacity.uncertain import CENTRAL, Constants
from capplan.units import MONTH_HOURS, PERIOD_MINUTES, PERIOD_TO_MONTH, SECONDS_PER_MINUTE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


_units_of = itemgetter(1)
_RECENT = 64
"""Periods that are kept: their series are large."""


class RequestLoad(Record, frozen=True):
    """Requests of one kind, and the units one of them takes of each scalable target."""

    flow: DemandFlow
    needs: tuple[tuple[TargetKey, Fraction], ...]

    @property
    def units(self) -> Mapping[TargetKey, Fraction]:
        """Units of one request, by target."""
        return dict(self.needs)


class SimulatedPeriod(Record, frozen=True, eq=False):
    """What the simulated period showed.

    Attributes:
        outcomes: Every scalable target with what became of its units.
        throttled: Throttled over offered requests of the month, 6 significant digits.
        reasons: Throttled requests a month by AWS's reason.
        throttled_minutes: Minutes of the period in which anything was throttled.
        longest_minutes: The most of them in a row.
        missed_share: Throttled over offered requests in those minutes alone: what an unplanned rise loses; None where
            nothing was throttled.
        lost_shares: What each kind of request lost in each minute, retries included, in their order; empty where nothing
            was throttled.
    """

    outcomes: Mapping[TargetKey, tuple[ScalableTarget, Outcome]]
    throttled: Fraction = Fraction(0)
    reasons: Mapping[str, Fraction] = {}
    throttled_minutes: int = 0
    longest_minutes: int = 0
    missed_share: Fraction | None = None
    lost_shares: tuple[LostShare | None, ...] = ()

    @property
    def throttling(self) -> Mapping[str, tuple[ScalableTarget, ...]]:
        """By cause (a key of `throttling_reasons.CAUSES`): the tables and indexes that throttle for it."""
        out: dict[str, tuple[ScalableTarget, ...]] = {}
        for target, found in self.outcomes.values():
            for cause, shares in found.throttled.items():
                if shares.any():
                    out[cause] = (*out.get(cause, ()), target)
        return out

    def steps(self, key: TargetKey) -> tuple[Step, ...]:
        """Provisioned capacity over time; empty on demand."""
        return self.outcomes[key][1].steps or ()

    def max_capacity(self, key: TargetKey) -> int:
        """The largest provisioned capacity; 0 on demand."""
        return _max_capacity(self.outcomes[key][1])

    def unit_hours(self, key: TargetKey, once: Sequence[tuple[int, int]] = ()) -> Fraction:
        """Unit-hours a month, weighted by time; 6 significant digits where the capacity moved.

        `once`: minute ranges of scheduled actions that come once a month, as a spike does.
        """
        target, found = self.outcomes[key]
        return _unit_hours(target.flow, found, tuple(once))

    def hourly(self, key: TargetKey) -> "NDArray[np.float64]":
        """Mean provisioned capacity in each hour of the period. Shape (672,)."""
        import numpy as np  # noqa: PLC0415  only where a series is computed

        hours = expand(self.steps(key), PERIOD_MINUTES).reshape(-1, MINUTES_PER_HOUR)
        return np.asarray(hours.sum(axis=1) / MINUTES_PER_HOUR)


@lru_cache(maxsize=_RECENT)
def _max_capacity(found: Outcome) -> int:
    return max(map(_units_of, found.steps or ()), default=0)


@lru_cache(maxsize=_RECENT)
def _unit_hours(flow: DemandFlow, found: Outcome, once: tuple[tuple[int, int], ...]) -> Fraction:
    """The unit-hours of one outcome: tables with the same demand share a period, and ask for them each."""
    steps = found.steps or ()
    if len(steps) == 1:
        return Fraction(steps[0][1] * MONTH_HOURS)
    if not steps:
        return Fraction(0)
    minimum = min(map(_units_of, steps))
    above = expand(steps, PERIOD_MINUTES) - minimum
    return Fraction(minimum * MONTH_HOURS) + sig6(_weighted(flow, above, once) / MINUTES_PER_HOUR)


def _weighted(flow: DemandFlow, values: "NDArray[np.float64]", once: Sequence[tuple[int, int]]) -> float:
    """The sum of a value of each minute over a month."""
    if not once and not any(profile.once_minutes for profile, _ in flow.terms):
        return float((values * float(PERIOD_TO_MONTH)).sum())
    weights = flow.month_weights()
    for start, end in once:
        weights[start:end] = 1.0
    return float((values * weights).sum())


def simulate_period(
    targets: Sequence[ScalableTarget], requests: Sequence[RequestLoad], constants: Constants = CENTRAL
) -> SimulatedPeriod:
    """Every target of a table resolved, then what each kind of request lost.

    Cached: another table class, or a mode planned twice, has the same period.
    """
    return _simulate(tuple(targets), tuple(requests), constants)


@lru_cache(maxsize=_RECENT)
def _simulate(
    targets: tuple[ScalableTarget, ...], requests: tuple[RequestLoad, ...], constants: Constants
) -> SimulatedPeriod:
    without_series = {target.key: unthrottled(target, constants) for target in targets}
    resolved = {key: outcome for key, outcome in without_series.items() if outcome is not None}
    rest = [target for target in targets if target.key not in resolved]
    if rest:
        resolved |= _resolve(rest, requests, constants)
    outcomes = {target.key: (target, resolved[target.key]) for target in targets}
    if not any(outcome.throttled for outcome in resolved.values()):
        return SimulatedPeriod(outcomes)
    return _with_losses(outcomes, requests)


def _resolve(
    targets: Sequence[ScalableTarget], requests: Sequence[RequestLoad], constants: Constants
) -> dict[TargetKey, Outcome]:
    """Each target alone; where a provisioned index throttles writes, all of them jointly."""
    rates = {target.key: target.flow.rate_per_minute() for target in targets}
    passed = {target.key: passed_each_minute(target) for target in targets}
    steps: dict[TargetKey, list[Step]] = {}
    for table_or_index in {target.key[0] for target in targets}:
        scaled = [(t.key, t.policy) for t in targets if t.key[0] == table_or_index and t.policy is not None]
        series = [(_inflow(rates[key], passed[key]), policy) for key, policy in scaled]
        steps |= zip((key for key, _ in scaled), capacity_steps(series, constants), strict=True)
    out = {t.key: resolve_alone(t, rates[t.key], passed[t.key], steps.get(t.key), constants) for t in targets}
    if any(out[t.key].throttled for t in targets if t.policy is not None and t.key[0] and t.key[1] == "write"):
        return _resolve_jointly(targets, requests, constants)
    return out


def _inflow(rates: "NDArray[np.float64]", passed: "NDArray[np.float64] | None") -> "NDArray[np.float64]":
    return rates if passed is None else rates * passed


def _resolve_jointly(
    targets: Sequence[ScalableTarget], requests: Sequence[RequestLoad], constants: Constants
) -> dict[TargetKey, Outcome]:
    """The targets whose capacity moves or throttles, minute by minute, with GSI back pressure."""
    import numpy as np  # noqa: PLC0415  only where a series is computed

    number = {target.key: i for i, target in enumerate(targets)}
    rates = [target.flow.rate_per_minute() for target in targets]
    passed = [passed_each_minute(target) for target in targets]
    joint = [
        JointTarget(target.policy, target.key[0], series, through)
        for target, series, through in zip(targets, rates, passed, strict=True)
        if target.policy is not None
    ]
    kinds = [
        JointRequests(
            kind.flow.rate_per_minute(), {number[k]: float(units) for k, units in kind.units.items() if k in number}
        )
        for kind in requests
    ]
    steps, fractions = simulate_jointly(joint, kinds, constants)
    out = {}
    for i, target in enumerate(targets):
        lost = np.maximum(0.0, (1.0 if passed[i] is None else passed[i]) - np.array(fractions[i])) * rates[i]
        out[target.key] = outcome(rates[i], passed[i], {"provisioned": lost}, steps[i])
    return out


def _with_losses(
    outcomes: Mapping[TargetKey, tuple[ScalableTarget, Outcome]], requests: Sequence[RequestLoad]
) -> SimulatedPeriod:
    """What each kind of request lost, by the target that throttled most of it, and why."""
    import numpy as np  # noqa: PLC0415  only where something is throttled

    fractions = {k: f for k, (_, o) in outcomes.items() if (f := o.throttled_fraction()) is not None}
    retried = {key: served_by_retries(*outcomes[key]) for key in fractions}
    offered = sum((kind.flow.monthly for kind in requests), Fraction(0))
    reasons: dict[str, float] = {}
    any_lost, lost = np.zeros(PERIOD_MINUTES, dtype=bool), 0.0
    shares: list[LostShare | None] = []
    for kind in requests:
        needs = [key for key, units in kind.units.items() if units and key in fractions]
        if not needs:
            shares.append(None)
            continue
        table = np.stack([fractions[key] for key in needs])
        worst, by = table.max(axis=0), table.argmax(axis=0)
        for_good = np.maximum.reduce([fractions[key] - retried[key] for key in needs]).clip(0.0, 1.0)
        shares.append(LostShare(for_good) if for_good.any() else None)
        rate = kind.flow.rate_per_minute() * kind.flow.month_weights() * SECONDS_PER_MINUTE
        any_lost |= worst * rate > 0
        lost += float((rate * worst).sum())
        for i, key in enumerate(needs):
            for cause, fraction in outcomes[key][1].throttled.items():
                amount = float((rate * np.where(by == i, fraction, 0.0)).sum())
                if amount > 0:
                    name = reason("index" if key[0] else "table", key[1], cause)
                    reasons[name] = reasons.get(name, 0.0) + amount
    assert abs(sum(reasons.values()) - lost) <= 1e-6 * max(1.0, lost), "reasons do not add up"  # noqa: S101  conservation
    reached = sum(float((kind.flow.rate_per_minute() * kind.flow.month_weights())[any_lost].sum()) for kind in requests)
    missed = sig6(lost / (reached * SECONDS_PER_MINUTE)) if reached else Fraction(0)
    return SimulatedPeriod(
        outcomes,
        throttled=min(Fraction(1), sig6(lost / float(offered))) if offered else Fraction(0),
        reasons={name: sig6(amount) for name, amount in sorted(reasons.items())},
        throttled_minutes=int(any_lost.sum()),
        longest_minutes=max(_runs(any_lost)),
        missed_share=min(Fraction(1), missed) if any_lost.any() else None,
        lost_shares=tuple(shares),
    )


def _runs(flags: "NDArray[np.bool_]") -> list[int]:
    """Lengths of the runs of True; [0] where there is none."""
    import numpy as np  # noqa: PLC0415  the same

    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return (edges[1::2] - edges[::2]).tolist() or [0]
