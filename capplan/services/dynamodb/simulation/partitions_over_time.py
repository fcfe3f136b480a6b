"""A table followed over the window with its partitions: which split for heat, and what that leaves refused. It writes no
words.

`estimate` and its gates do not count on splits for heat, of which AWS promises nothing; a simulation shows them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from capplan.model import Context
from capplan.services.dynamodb.capacity.scalable_target import ScalableTarget, SideKey
from capplan.services.dynamodb.capacity.simulated_period import Requests, Window, run
from capplan.services.dynamodb.keys.hot_keys import why_not_spread
from capplan.services.dynamodb.partitions.splits import CENTRAL, History, SplitRule, first_pieces, follow
from capplan.services.dynamodb.quotas import PARTITION_THROUGHPUT
from capplan.services.dynamodb.requests import TABLE
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Arm, Usage, arm_heat, requests_of, side_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIRECTIONS = ("write", "read")


@dataclass(frozen=True, eq=False)
class Followed:
    """A table's window with splits for heat, and the history of each arm's partitions ("" is the table)."""

    window: Window
    histories: Mapping[str, History]


def follow_table(
    spec: Table, usage: Usage, ctx: Context, tell: Callable[[float, str], None], rule: SplitRule = CENTRAL
) -> Followed:
    """The window as `usage` has it, but with partitions that split for heat where they are hot for long."""
    histories: dict[str, History] = {}
    sides: list[ScalableTarget] = []
    for i, arm in enumerate(usage.arms):
        tell(0.5 * i / len(usage.arms), f"partitions of {i + 1} of {len(usage.arms)} tables and indexes")
        own = [side_of(spec, arm, direction, ctx) for direction in DIRECTIONS]
        history = _history(spec, arm, own, usage, ctx, rule)
        if history is not None:
            histories[arm.index or TABLE] = history
            own = [replace(side, pieces=tuple(history.pieces)) for side in own]
        sides += own
    tell(0.5, "minutes of four weeks")
    if not any(history.splits for history in histories.values()):
        return Followed(usage.window, histories)
    window = run(sides, requests_of(usage.works))
    tell(1.0, "done")
    return Followed(window, histories)


def _history(
    spec: Table, arm: Arm, sides: list[ScalableTarget], usage: Usage, ctx: Context, rule: SplitRule
) -> History | None:
    """Partitions over time; None where the keys are so many and even that all are alike. Keys that come and go with
    time move the heat before a split is of use.
    """
    heat = arm_heat(arm, ctx.seed)
    if heat is None or not heat.hottest:
        return None
    fill = _fill(sides, usage)
    if arm.keys.names is not None and arm.keys.names.time:  # what is split today is cold tomorrow
        return History(first_pieces(heat, len(fill)))
    return follow(heat, fill, can_spread=not why_not_spread(spec, arm.index), rule=rule)


def _fill(sides: list[ScalableTarget], usage: Usage) -> "NDArray[np.float64]":
    """What one partition would be filled to by all that reaches the partitions, in the fuller direction."""
    import numpy as np  # noqa: PLC0415  only where a table is followed over time

    fills = [reaching(side, usage.window) / PARTITION_THROUGHPUT[side.key[1]] for side in sides if side.flow.terms]
    return np.maximum.reduce(fills) if fills else np.zeros(1)


def reaching(side: ScalableTarget, window: Window) -> "NDArray[np.float64]":
    """Units a second that reach the partitions: what other ceilings of the arm have let through."""
    levels = side.flow.rate_per_minute()
    _, outcome = window.sides[side.key]
    for cause, refused in outcome.refused.items():
        if cause != "partition":
            levels = levels * (1 - refused)
    return levels


def key_of(arm: Arm, direction: str) -> SideKey:
    """The side an arm has in one direction."""
    return (arm.index or TABLE, direction)


def refused_elsewhere(window: Window, requests: Sequence[Requests], key: SideKey) -> "NDArray[np.float64] | None":
    """Units a second that never reach a side because their requests are refused at another: a base write that an index
    cannot take is refused as a whole. Shape (minutes,); None where there are none.
    """
    import numpy as np  # noqa: PLC0415  only where a table is followed over time

    whole = {k: fraction for k, (_, o) in window.sides.items() if (fraction := o.refused_fraction()) is not None}
    out = None
    for one in requests:
        others = [whole[k] for k, units in one.units.items() if units and k in whole and k != key]
        if not others or not one.units.get(key):
            continue
        worst = np.maximum.reduce(others)
        more = np.maximum(0.0, worst - whole[key]) if key in whole else worst
        lost = one.flow.rate_per_minute() * (float(one.units[key]) * more)
        out = lost if out is None else out + lost
    return out if out is not None and out.any() else None
