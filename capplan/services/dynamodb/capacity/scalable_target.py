"""A table or index in one direction over the simulated period: what its partitions, ceilings and capacity throttle.

Source: DynamoDB Developer Guide, "Diagnosing throttling issues", "Burst and adaptive capacity", "On-demand capacity
mode" (read 2026-11-23).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from capplan.flow import DemandFlow
from capplan.quantities.rounding import sig6
from capplan.record import Record
from capplan.services.dynamodb.capacity.auto_scaling import new_capacity
from capplan.services.dynamodb.capacity.burst_bucket import serve
from capplan.services.dynamodb.capacity.busy_seconds import busiest_second
from capplan.services.dynamodb.capacity.on_demand_growth import ceilings
from capplan.services.dynamodb.capacity.scaling import Policy, Step, expand
from capplan.services.dynamodb.capacity.uncertain import Constants
from capplan.services.dynamodb.partitions.lifetimes import Partition
from capplan.services.dynamodb.partitions.load import PartitionLoads
from capplan.services.dynamodb.partitions.throttling import throttled_share
from capplan.services.dynamodb.partitions.throttling_over_time import throttled_share_over_time

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_EPSILON = 1e-9
TargetKey = tuple[str, str]
"""A table ("") or an index by its name, and "read" or "write"."""


@dataclass(frozen=True)
class ScalableTarget:
    """What a table or index is offered and may serve in one direction; units per second throughout.

    Attributes:
        key: Table or index, and direction.
        flow: Units offered.
        partition_ceiling: What one partition serves.
        hottest_share: The busiest partition's share of the units.
        quota: The quota of one table or index.
        policy: How provisioned capacity is set; None on demand.
        on_demand_maximum: The user's own on-demand maximum.
        served_at_once: What an on-demand table or index serves before it grows.
        served_at_first: The same if it has never seen its peak.
        loads_key: What `loads` is computed from: equal targets have equal outcomes.
        loads: How the units fall on the partitions, computed when needed; None where they are even.
        hottest_key_share: The busiest key's share, whose single seconds count; 0 where all keys are cold.
        units_per_request: Units that come at once.
        partitions: Partitions that split over time, in place of `loads`.
    """

    key: TargetKey
    flow: DemandFlow
    partition_ceiling: float
    hottest_share: float
    quota: float
    policy: Policy | None = None
    on_demand_maximum: float | None = None
    served_at_once: float = 0.0
    served_at_first: float = 0.0
    loads_key: object = None
    loads: Callable[[], PartitionLoads | None] = field(default=lambda: None, compare=False)
    hottest_key_share: float = 0.0
    units_per_request: float = 1.0
    partitions: tuple[Partition, ...] = ()

    @property
    def peak(self) -> float:
        """The busiest minute, 6 significant digits."""
        return float(sig6(self.flow.peak().per_second)) if self.flow.terms else 0.0

    @property
    def busiest_second(self) -> float:
        """Units in the busiest second of the busiest partition."""
        key_share = min(self.hottest_key_share, self.hottest_share)
        return busiest_second(self.peak * self.hottest_share, self.peak * key_share, self.units_per_request)


class Outcome(Record, frozen=True, eq=False):
    """What became of the units offered to a scalable target.

    Attributes:
        steps: Provisioned capacity over time; None on demand.
        throttled: By cause (a key of `throttling_reasons.CAUSES`), the fraction of the offered units throttled in each
            minute. Shape (minutes,). Empty where nothing is.
    """

    steps: tuple[Step, ...] | None
    throttled: "Mapping[str, NDArray[np.float64]]" = {}

    def throttled_fraction(self) -> "NDArray[np.float64] | None":
        """The sum over all causes; None where nothing is throttled."""
        parts = list(self.throttled.values())
        return None if not parts else sum(parts[1:], parts[0].copy())

    def largest_shortfall(self, target: ScalableTarget) -> tuple[int, float, float] | None:
        """Where provisioned capacity fell furthest short: the minute, units per second offered, and the capacity; None
        where it never did.
        """
        throttled = self.throttled.get("provisioned")
        if throttled is None or self.steps is None:
            return None
        minute = int(throttled.argmax())
        capacity = next(units for start, units in reversed(self.steps) if start <= minute)
        return minute, float(target.flow.rate_per_minute()[minute]), float(capacity)


def served_before_growth(target: ScalableTarget, constants: Constants) -> float:
    """Units per second an on-demand target serves before it grows."""
    return target.served_at_first if constants.unseen else target.served_at_once


def unthrottled(target: ScalableTarget, constants: Constants) -> Outcome | None:
    """The outcome where nothing is throttled and no capacity moves, without a series; None where one has to be run."""
    peak = target.peak
    if target.busiest_second > target.partition_ceiling or peak > target.quota:
        return None
    if target.policy is None:
        ceiling = served_before_growth(target, constants)
        if target.on_demand_maximum is not None:
            ceiling = min(target.on_demand_maximum, ceiling)
        return Outcome(None) if peak <= ceiling else None
    if len(target.policy.bounds) > 1:
        return None
    low, high = target.policy.bounds[0].minimum, target.policy.bounds[0].maximum
    utilization = target.policy.target_utilization
    if utilization is None:
        return Outcome(((0, low),)) if peak <= low else None
    if all(shape.flat for shape, _ in target.flow.terms):
        capacity = new_capacity(peak, utilization, low, high)
        return Outcome(((0, capacity),)) if peak <= capacity else None
    return Outcome(((0, low),)) if peak <= low * utilization else None


def passed_by_partitions(target: ScalableTarget, rates: "NDArray[np.float64]") -> "NDArray[np.float64] | None":
    """The fraction of the units that partitions let through at each of some rates; None where it is all of them."""
    import numpy as np  # noqa: PLC0415  only where a series is computed

    if target.busiest_second <= target.partition_ceiling * (1 + _EPSILON):
        return None
    throttled = _throttled_by_partitions(target, rates)
    return np.asarray(1 - throttled) if throttled.any() else None


def passed_each_minute(target: ScalableTarget) -> "NDArray[np.float64] | None":
    """The same in each minute of the simulated period: one answer for every capacity that is tried."""
    return _passed(
        replace(target, key=("", ""), policy=None, on_demand_maximum=None, served_at_once=0.0, served_at_first=0.0)
    )


@lru_cache(maxsize=64)
def _passed(target: ScalableTarget) -> "NDArray[np.float64] | None":
    return passed_by_partitions(target, target.flow.rate_per_minute())


def _throttled_by_partitions(target: ScalableTarget, rates: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """The share of the units that partitions at their ceiling throttle in each minute."""
    import numpy as np  # noqa: PLC0415  the same

    ceiling = target.partition_ceiling
    if target.partitions:
        return throttled_share_over_time(rates, target.partitions, ceiling, target.units_per_request)
    positive = np.maximum(rates, 1e-300)
    loads = target.loads()
    if loads is None:
        return np.asarray(np.maximum(0.0, target.hottest_share - ceiling / positive) / target.hottest_share)
    return throttled_share(positive, loads.shares, ceiling, loads.hottest_key_shares, target.units_per_request)


def served_by_retries(target: ScalableTarget, outcome: Outcome) -> "NDArray[np.float64] | float":
    """The fraction of the units that a partition throttles in a busy second and serves in the next ones, within a minute
    in which it is not full: what is throttled above the minute's mean.
    """
    import numpy as np  # noqa: PLC0415  the same

    throttled, loads = outcome.throttled.get("partition"), None if target.partitions else target.loads()
    if throttled is None or loads is None:
        return 0.0
    positive = np.maximum(target.flow.rate_per_minute(), 1e-300)
    return np.asarray(np.maximum(0.0, throttled - throttled_share(positive, loads.shares, target.partition_ceiling)))


def resolve_alone(
    target: ScalableTarget, rates: "NDArray[np.float64]", passed: "NDArray[np.float64] | None",
    steps: Sequence[Step] | None, constants: Constants,
) -> Outcome:  # fmt: skip
    """What a target throttles when no other target holds its requests back.

    Args:
        target: The target.
        rates: Units per second offered in each minute.
        passed: The fraction that partitions let through; None for all.
        steps: Its capacity; None on demand.
        constants: What AWS does not publish.
    """
    inflow = rates if passed is None else rates * passed
    if steps is None:
        lost = _on_demand(target, inflow, constants)
    else:
        capacity = expand(steps, len(rates))
        lost = {"provisioned": inflow - serve(inflow, capacity, burst_s=constants.burst_seconds).rates}
    return outcome(rates, passed, lost, steps)


def outcome(
    rates: "NDArray[np.float64]",
    passed: "NDArray[np.float64] | None",
    lost: "Mapping[str, NDArray[np.float64]]",
    steps: Sequence[Step] | None,
) -> Outcome:
    """Units lost by cause as fractions of what was offered, partitions first; asserts that they stay within it."""
    import numpy as np  # noqa: PLC0415  the same

    positive = np.maximum(rates, 1e-300)
    throttled = {} if passed is None else {"partition": np.asarray(1 - passed)}
    for cause, amount in lost.items():
        if amount.max(initial=0.0) > 0:
            throttled[cause] = throttled.get(cause, np.zeros(len(rates))) + amount / positive
    total = sum(throttled.values(), np.zeros(len(rates)))
    assert float(total.max(initial=0.0)) <= 1 + _EPSILON, "more is throttled than was offered"  # noqa: S101  conservation
    assert float(total.min(initial=0.0)) >= -_EPSILON, "less than nothing is throttled"  # noqa: S101  the same
    return Outcome(None if steps is None else tuple(steps), throttled)


def _on_demand(
    target: ScalableTarget, inflow: "NDArray[np.float64]", constants: Constants
) -> "dict[str, NDArray[np.float64]]":
    """Units throttled by the lowest ceiling of each minute."""
    import numpy as np  # noqa: PLC0415  the same

    by_cause = on_demand_ceilings(target, inflow, constants)
    table = np.stack(list(by_cause.values()))
    lowest = table.argmin(axis=0)
    lost = np.maximum(0.0, inflow - table.min(axis=0))
    return {cause: np.where(lowest == i, lost, 0.0) for i, cause in enumerate(by_cause)}


def on_demand_ceilings(
    target: ScalableTarget, inflow: "NDArray[np.float64]", constants: Constants
) -> "dict[str, NDArray[np.float64]]":
    """What an on-demand table or index serves in each minute, by cause: the user's maximum, its growth, its quota."""
    import numpy as np  # noqa: PLC0415  the same

    grown = ceilings(
        inflow,
        served_before_growth(target, constants),
        growth_minutes=round(constants.growth_minutes),
        sustained_minutes=round(constants.sustained_minutes),
    )
    by_cause = {"account": np.full(len(inflow), target.quota), "growth": grown}
    maximum, burst_s = target.on_demand_maximum, constants.maximum_burst_seconds
    if maximum is not None:
        by_cause["od-max"] = np.maximum(maximum, serve(inflow, maximum, burst_s=burst_s).rates)
    return by_cause
