"""A table over the simulated period with its partitions: which split for heat, and what is throttled then.

`estimate` and its gates do not count on splits for heat, which AWS does not promise; a simulation shows them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from capplan.model import Context
from capplan.record import Record
from capplan.services.dynamodb.capacity.scalable_target import ScalableTarget, TargetKey
from capplan.services.dynamodb.capacity.simulated_period import RequestLoad, SimulatedPeriod, simulate_period
from capplan.services.dynamodb.keys.hot_keys import why_unsplittable
from capplan.services.dynamodb.partitions.splits import (
    CENTRAL,
    PartitionHistory,
    SplitRule,
    initial_partitions,
    simulate_splits,
)
from capplan.services.dynamodb.quotas import PARTITION_THROUGHPUT
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import (
    DIRECTIONS,
    ThroughputTarget,
    Usage,
    loads_of,
    request_loads,
    scalable_target,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class SimulatedTable(Record, frozen=True, eq=False):
    """A table's period with splits for heat, and the partitions of the table ("") and of each index."""

    period: SimulatedPeriod
    histories: Mapping[str, PartitionHistory]


def simulate_table(
    spec: Table, usage: Usage, ctx: Context, progress: Callable[[float, str], None], rule: SplitRule = CENTRAL
) -> SimulatedTable:
    """The period as in `usage`, but with partitions that split for heat where they are hot for long."""
    histories: dict[str, PartitionHistory] = {}
    targets: list[ScalableTarget] = []
    count = len(usage.targets)
    for i, table_or_index in enumerate(usage.targets):
        progress(0.5 * i / count, f"partitions of {i + 1} of {count} tables and indexes")
        scalable = [scalable_target(spec, table_or_index, direction, ctx) for direction in DIRECTIONS]
        history = _history(spec, table_or_index, scalable, usage, ctx, rule)
        if history is not None:
            histories[table_or_index.key] = history
            scalable = [replace(target, partitions=tuple(history.partitions)) for target in scalable]
        targets += scalable
    progress(0.5, "minutes of four weeks")
    if not any(history.splits for history in histories.values()):
        return SimulatedTable(usage.period, histories)
    period = simulate_period(targets, request_loads(usage.requests))
    progress(1.0, "done")
    return SimulatedTable(period, histories)


def _history(
    spec: Table, table_or_index: ThroughputTarget, scalable: list[ScalableTarget], usage: Usage, ctx: Context,
    rule: SplitRule,
) -> PartitionHistory | None:  # fmt: skip
    """Partitions over time; None where the keys are so many and even that all are alike. Keys that come and go with
    time move the load before a split is of use.
    """
    loads = loads_of(table_or_index, ctx.seed)
    if loads is None or not loads.hot_keys:
        return None
    fill = _fill(scalable, usage)
    if table_or_index.keys.names is not None and table_or_index.keys.names.time:  # what is split today is cold tomorrow
        return PartitionHistory(initial_partitions(loads, len(fill)))
    return simulate_splits(loads, fill, can_spread=not why_unsplittable(spec, table_or_index.index), rule=rule)


def _fill(targets: list[ScalableTarget], usage: Usage) -> "NDArray[np.float64]":
    """The load of one partition if it took all units that reach the partitions, as a multiple of its ceiling, in the
    fuller direction.
    """
    import numpy as np  # noqa: PLC0415  only where a table is simulated over time

    fills = [reaching(t, usage.period) / PARTITION_THROUGHPUT[t.key[1]] for t in targets if t.flow.terms]
    return np.maximum.reduce(fills) if fills else np.zeros(1)


def reaching(target: ScalableTarget, period: SimulatedPeriod) -> "NDArray[np.float64]":
    """Units a second that reach the partitions: what other ceilings of the table or index let through."""
    rates = target.flow.rate_per_minute()
    _, outcome = period.outcomes[target.key]
    for cause, throttled in outcome.throttled.items():
        if cause != "partition":
            rates = rates * (1 - throttled)
    return rates


def throttled_elsewhere(
    period: SimulatedPeriod, requests: Sequence[RequestLoad], key: TargetKey
) -> "NDArray[np.float64] | None":
    """Units a second that never reach a target because their requests are throttled at another: a base write that an
    index cannot take is throttled as a whole. Shape (minutes,); None where there are none.
    """
    import numpy as np  # noqa: PLC0415  only where a table is simulated over time

    fractions = {k: f for k, (_, o) in period.outcomes.items() if (f := o.throttled_fraction()) is not None}
    out = None
    for kind in requests:
        others = [fractions[k] for k, units in kind.units.items() if units and k in fractions and k != key]
        if not others or not kind.units.get(key):
            continue
        worst = np.maximum.reduce(others)
        more = np.maximum(0.0, worst - fractions[key]) if key in fractions else worst
        lost = kind.flow.rate_per_minute() * (float(kind.units[key]) * more)
        out = lost if out is None else out + lost
    return out if out is not None and out.any() else None
