"""What happens to a table over the simulated period, in words with the reasons: capacity, throttling, splits."""

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from capplan.quantities.text import figure
from capplan.services.dynamodb.capacity.auto_scaling import HIGH_MINUTES, LOW_BELOW_TARGET, LOW_MINUTES
from capplan.services.dynamodb.capacity.burst_bucket import seconds_of_burst, serve
from capplan.services.dynamodb.capacity.scalable_target import Outcome, ScalableTarget
from capplan.services.dynamodb.capacity.scaling import Step, expand
from capplan.services.dynamodb.capacity.throttling_reasons import reason
from capplan.services.dynamodb.partitions.lifetimes import Split
from capplan.services.dynamodb.partitions.splits import CENTRAL, PartitionHistory
from capplan.services.dynamodb.words import percent
from capplan.timeline import Event
from capplan.units import SECONDS_PER_MINUTE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_JUMP = 2.0
_MAX_JUMPS = 1000
_APART_MINUTES = 5
"""Throttled minutes less than this apart are one spell."""


def number(amount: float) -> str:
    """A rate in words: whole with separators, two digits below 10."""
    return f"{amount:,.0f}" if amount >= 10 or amount == 0 else figure(amount, 2)  # noqa: PLR2004  two digits


def capacity_events(steps: Sequence[Step], served: "NDArray[np.float64]", unit: str, *, scaled: bool) -> list[Event]:
    """Each change of capacity, and why: what the alarms saw, which is only what was served, or a scheduled action."""
    out = []
    for (_, before), (minute, after) in itertools.pairwise(steps):
        consumed = float(served[max(0, minute - 3) : minute].mean()) if minute else 0.0
        if not scaled:
            why = "scheduled action"
        elif after > before:
            why = f"{HIGH_MINUTES} min above the target; {number(consumed)} {unit} served"
        else:
            points = f"{LOW_BELOW_TARGET * 100:.0f} points"
            why = f"{LOW_MINUTES} min more than {points} below the target; {number(consumed)} {unit} served"
        weight = abs(after - before) / max(1, min(after, before))
        out.append(Event(minute * SECONDS_PER_MINUTE, f"capacity {before:,} to {after:,}", why, weight))
    return out


def demand_events(rates: "NDArray[np.float64]", unit: str) -> list[Event]:
    """Minutes in which demand at least doubles or halves at once."""
    import numpy as np  # noqa: PLC0415  only where a table is simulated over time

    before, after = np.maximum(rates[:-1], 1e-9), np.maximum(rates[1:], 1e-9)
    jumps = np.flatnonzero(((after > _JUMP * before) | (before > _JUMP * after)) & (np.maximum(before, after) > 1))
    out = []
    for i in jumps.tolist()[:_MAX_JUMPS]:
        text = f"demand {number(float(rates[i]))} to {number(float(rates[i + 1]))} {unit}"
        why, weight = (
            ("more than double within a minute", 3.0)
            if rates[i + 1] > rates[i]
            else ("less than half within a minute", 2.0)
        )
        out.append(Event((i + 1) * SECONDS_PER_MINUTE, text, why, weight))
    return out


def throttle_events(target: ScalableTarget, outcome: Outcome, rates: "NDArray[np.float64]", unit: str) -> list[Event]:
    """Each spell of throttling: how long, how much of what was offered, and AWS's reason."""
    out: list[Event] = []
    for cause, throttled in outcome.throttled.items():
        lost = throttled * rates
        name = reason("index" if target.key[0] else "table", target.key[1], cause)
        for start, end in _spells(lost > rates * 1e-6):
            share = float(lost[start:end].sum() / rates[start:end].sum())
            text = f"{percent(share)} throttled for {_length(end - start)}"
            why = f"{name}: up to {number(float(lost[start:end].max()))} {unit} too much"
            out.append(Event(start * SECONDS_PER_MINUTE, text, why, 10 + share, bad=True))
    return out


def elsewhere_events(lost: "NDArray[np.float64] | None", rates: "NDArray[np.float64]", others: str) -> list[Event]:
    """Spells in which requests are throttled because the table or another index cannot serve its part of them."""
    if lost is None:
        return []
    out = []
    for start, end in _spells(lost > rates * 1e-6):
        share = float(lost[start:end].sum() / rates[start:end].sum())
        text = f"{percent(share)} refused elsewhere for {_length(end - start)}"
        why = f"{others} cannot serve its part: the whole request is throttled"
        out.append(Event(start * SECONDS_PER_MINUTE, text, why, 9 + share, bad=True))
    return out


def _length(minutes: int) -> str:
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"  # noqa: PLR2004  two hours


def _spells(flags: "NDArray[np.bool_]") -> list[tuple[int, int]]:
    """From and to of the runs of True, short gaps closed."""
    import numpy as np  # noqa: PLC0415  the same

    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    out: list[tuple[int, int]] = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if out and start - out[-1][1] <= _APART_MINUTES:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


def burst_events(outcome: Outcome, inflow: "NDArray[np.float64]", burst_s: float, unit: str) -> list[Event]:
    """Where the burst balance runs out, and how long it lasted: provisioned tables only, as a spell of throttling begins."""
    if outcome.steps is None or "provisioned" not in outcome.throttled:
        return []
    capacity = expand(outcome.steps, len(inflow))
    out = []
    for start, _ in _spells(outcome.throttled["provisioned"] > 0):
        first = start
        while first and inflow[first - 1] > capacity[first - 1]:
            first -= 1
        saved = serve(inflow[:first], capacity[:first], burst_s=burst_s).burst_balance
        spent = float((inflow[first:start] - capacity[first:start]).sum()) * SECONDS_PER_MINUTE
        missing = float(inflow[start] - capacity[start])
        last = seconds_of_burst(max(0.0, saved - spent), float(inflow[start]), float(capacity[start]))
        if saved > 0 and last is not None:
            seconds = (start - first) * SECONDS_PER_MINUTE + last
            why = f"{number(saved)} units saved; {number(missing)} {unit} missing"
            text = f"burst empty after {number(seconds)} s"
            out.append(Event(round(start * SECONDS_PER_MINUTE + last), text, why, 5.0))
    return out


def split_events(history: PartitionHistory, rates: "NDArray[np.float64]", unit: str, key_name: str) -> list[Event]:
    """Each partition that split for heat, and each that could not."""
    return [_split_event(split, rates, unit, key_name) for split in history.splits]


def _split_event(split: Split, rates: "NDArray[np.float64]", unit: str, key_name: str) -> Event:
    minute = min(split.minute, len(rates) - 1)
    begun = max(0, minute - CENTRAL.split_minutes - CENTRAL.hot_minutes)
    load = float(rates[begun : minute + 1].max())
    halves = " + ".join(number(load * part) for part in split.parts)
    name = _key_in_words(split, key_name)
    texts = {
        "split": f"partition {split.number} split for heat",
        "isolated": f"partition {split.number} split: {name} apart",
        "spread": f"partition {split.number} split within {name}",
        "stuck": f"partition {split.number} cannot split: {name} fills it",
    }
    hot = f"{CENTRAL.hot_minutes} min above {CENTRAL.threshold:.0%} of its ceiling"
    why = f"{number(load * split.share)} {unit}" + (f" becomes {halves}; {hot}" if split.parts else f"; {hot}")
    weight = 6.0 if split.outcome != "split" else 4.0
    return Event(minute * SECONDS_PER_MINUTE, texts[split.outcome], why, weight, bad=split.outcome == "stuck")


def _key_in_words(split: Split, key_name: str) -> str:
    if split.key is None:
        return "a key"
    if split.key.name is not None:
        return f"{key_name} {split.key.name}"
    return f"the {_ordinal(split.key.rank + 1)}hottest {key_name}"


def _ordinal(rank: int) -> str:
    ending = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending} " if rank > 1 else ""


def in_order(*groups: Iterable[Event]) -> tuple[Event, ...]:
    """All events by time; in the same second in the order of the groups."""
    return tuple(sorted((event for group in groups for event in group), key=lambda event: event.second))
