"""The busiest hour of a scalable target in seconds: one draw of random requests against partition ceilings and capacity."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from capplan.record import Record
from capplan.services.dynamodb.capacity.auto_scaling import MINUTES_PER_HOUR
from capplan.services.dynamodb.capacity.burst_bucket import serve
from capplan.services.dynamodb.capacity.busy_seconds import SIGMAS
from capplan.services.dynamodb.capacity.scalable_target import (
    ScalableTarget,
    on_demand_ceilings,
    passed_by_partitions,
)
from capplan.services.dynamodb.capacity.scaling import Step, expand
from capplan.services.dynamodb.capacity.uncertain import CENTRAL
from capplan.services.dynamodb.partitions.lifetimes import Partition
from capplan.timeline import Chart, Series
from capplan.units import MINUTES_PER_DAY, SECONDS_PER_MINUTE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MAX_PARTITIONS = 64
"""Hot partitions drawn one by one."""


class Hour(Record, frozen=True, eq=False):
    """An hour in seconds: what was offered, what partitions throttled of it, what the capacity served.

    Shapes (3600,): units a second. offered = served + by_partition + by_capacity in every second.
    """

    start_minute: int
    offered: "NDArray[np.float64]"
    served: "NDArray[np.float64]"
    by_partition: "NDArray[np.float64]"
    by_capacity: "NDArray[np.float64]"
    capacity: "NDArray[np.float64] | None"
    hottest: "NDArray[np.float64]"


def busiest_hour(rates: "NDArray[np.float64]", day: int) -> int:
    """The first minute of the clock hour of a day (1 to 28) with the day's busiest minute."""
    first = (day - 1) * MINUTES_PER_DAY
    return first + int(rates[first : first + MINUTES_PER_DAY].argmax()) // MINUTES_PER_HOUR * MINUTES_PER_HOUR


def simulate_hour(
    target: ScalableTarget,
    rates: "NDArray[np.float64]",
    partitions: list[Partition],
    steps: tuple[Step, ...] | None,
    start: int,
    seed: int,
) -> Hour:
    """One draw of an hour. In a minute in which the simulated period throttles nothing, no second does.

    Args:
        target: The scalable target.
        rates: Units per second offered in each minute of the simulated period.
        partitions: Partitions over time; none where they are even.
        steps: Provisioned capacity; None on demand.
        start: The hour's first minute.
        seed: Of the draw.
    """
    import numpy as np  # noqa: PLC0415  only where a table is simulated over time

    rng = np.random.Generator(np.random.PCG64(seed))
    mean = np.repeat(rates[start : start + MINUTES_PER_HOUR], SECONDS_PER_MINUTE)
    requests = rng.poisson(mean / target.units_per_request)
    offered = np.asarray(target.units_per_request * requests, dtype=np.float64)
    loads = list(_hot_loads(requests, partitions, target, float(mean.max(initial=0.0)), start, rng))
    hour = slice(start, start + MINUTES_PER_HOUR)
    passed = passed_by_partitions(target, rates)
    full = np.zeros(len(mean), dtype=bool) if passed is None else np.repeat(passed[hour] < 1, SECONDS_PER_MINUTE)
    over = [np.maximum(0.0, load - target.partition_ceiling) for load in loads]
    alike = 1 if partitions or not target.hottest_share else round(1 / target.hottest_share)
    by_partition = np.minimum(offered, alike * np.sum(over, axis=0)) * full
    inflow = offered - by_partition
    if steps is None:
        reaching = rates if passed is None else rates * passed
        ceiling = np.minimum.reduce(list(on_demand_ceilings(target, reaching, CENTRAL).values()))[hour]
        bounded = np.where(reaching[hour] > ceiling, ceiling, np.inf)
        capacity, served = None, np.minimum(inflow, np.repeat(bounded, SECONDS_PER_MINUTE))
    else:
        by_minute = expand(steps, len(rates))
        capacity = np.repeat(by_minute[start : start + MINUTES_PER_HOUR], SECONDS_PER_MINUTE)
        burst_s = CENTRAL.burst_seconds
        balance = serve(rates[:start], by_minute[:start], burst_s=burst_s).burst_balance
        served = serve(inflow, capacity, step_s=1, burst_s=burst_s, burst_balance=balance).rates
    most = np.asarray(np.maximum.reduce(loads), dtype=np.float64)
    hottest = np.where(full, most, np.minimum(most, target.partition_ceiling))
    return Hour(start, offered, served, by_partition, inflow - served, capacity, hottest)


def _hot_loads(
    requests: "NDArray[np.int64]",
    partitions: list[Partition],
    target: ScalableTarget,
    peak: float,
    start: int,
    rng: "np.random.Generator",
) -> "Iterable[NDArray[np.float64]]":
    """Units a second at each partition that may come near its ceiling, the hottest always among them; one draw for all
    of them, so that they never take more than there is.
    """
    import numpy as np  # noqa: PLC0415  the same

    left, rest = requests, np.ones(len(requests))
    for share in _hot_shares(partitions, target, peak, start):
        odds = np.clip(share / np.maximum(rest, 1e-12), 0.0, 1.0)
        drawn = rng.binomial(left, odds)
        left, rest = left - drawn, rest - share
        yield np.asarray(target.units_per_request * drawn, dtype=np.float64)


def _hot_shares(
    partitions: list[Partition], target: ScalableTarget, peak: float, start: int
) -> "list[NDArray[np.float64]]":
    """The share of each such partition in each second of the hour; 0 while it does not exist."""
    import numpy as np  # noqa: PLC0415  the same

    stop = start + MINUTES_PER_HOUR
    present = [p for p in partitions if p.start < stop and p.end > start]
    if not present:
        return [np.full(MINUTES_PER_HOUR * SECONDS_PER_MINUTE, min(1.0, target.hottest_share))]
    present.sort(key=lambda p: (-p.share, p.number, p.start))
    ceiling, units = target.partition_ceiling, target.units_per_request
    hot = [p for p in present if peak * p.share + SIGMAS * (peak * p.share * units) ** 0.5 > ceiling]
    hottest = {
        next(i for i, p in enumerate(present) if p.start <= minute < p.end) for minute in range(start, stop)
    }  # fmt: skip
    near = [p for i, p in enumerate(present) if i < min(len(hot), _MAX_PARTITIONS) or i in hottest]
    out = []
    for partition in near:
        shares = np.zeros(MINUTES_PER_HOUR)
        shares[max(0, partition.start - start) : partition.end - start] = min(1.0, partition.share)
        out.append(np.repeat(shares, SECONDS_PER_MINUTE))
    return out


def hour_charts(hour: Hour, unit: str, ceiling: float, clock: str) -> tuple[Chart, ...]:
    """Two charts: all of it, and the hottest partition against its ceiling."""
    import numpy as np  # noqa: PLC0415  the same

    start = hour.start_minute * SECONDS_PER_MINUTE
    all_units = [
        Series("served", unit, hour.served, "filled", start, 1),
        Series("throttled", unit, hour.by_partition + hour.by_capacity, "refused", start, 1),
    ]
    if hour.capacity is not None:
        all_units.append(Series("capacity", unit, hour.capacity, "line", start, 1))
    ceilings = np.full(len(hour.hottest), ceiling)
    hottest = (
        Series("served", unit, np.minimum(hour.hottest, ceiling), "filled", start, 1),
        Series("throttled", unit, np.maximum(0.0, hour.hottest - ceiling), "refused", start, 1),
        Series("ceiling", unit, ceilings, "line", start, 1),
    )
    return (
        Chart(f"busiest hour, {clock}, in seconds", tuple(all_units)),
        Chart(f"hottest partition, {clock}, in seconds", hottest),
    )
