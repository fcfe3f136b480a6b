"""What happens to a table over the window, in words with their reasons: capacity, throttling, splits. It computes no
series.
"""

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from capplan.services.dynamodb.capacity.burst_bucket import serve
from capplan.services.dynamodb.capacity.scalable_target import Outcome, ScalableTarget
from capplan.services.dynamodb.capacity.scaling import Step, expand
from capplan.services.dynamodb.capacity.throttling_reasons import reason
from capplan.services.dynamodb.partitions.lifetimes import Split
from capplan.services.dynamodb.partitions.splits import CENTRAL, History
from capplan.timeline import Event

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MINUTE_S = 60
_JUMP = 2.0
_APART_MINUTES = 5
"""Refusals less than this apart are one episode."""
_UNITS = 10_000


def number(amount: float) -> str:
    """A rate in words: whole with separators, two digits below 10."""
    return f"{amount:,.0f}" if amount >= 10 or amount == 0 else f"{amount:.2g}"  # noqa: PLR2004  two digits


def capacity_events(steps: Sequence[Step], served: "NDArray[np.float64]", unit: str, *, scaled: bool) -> list[Event]:
    """Each change of capacity, and why: what the alarms have seen, which is only what was served, or a scheduled action."""
    out = []
    for (_, before), (minute, after) in itertools.pairwise(steps):
        seen = float(served[max(0, minute - 3) : minute].mean()) if minute else 0.0
        if not scaled:
            why = "a scheduled action"
        elif after > before:
            why = f"2 min above the target; {number(seen)} {unit} served"
        else:
            why = f"15 min below the target less 20 points; {number(seen)} {unit} served"
        weight = abs(after - before) / max(1, min(after, before))
        out.append(Event(minute * _MINUTE_S, f"capacity {before:,} to {after:,}", why, weight))
    return out


def demand_events(levels: "NDArray[np.float64]", unit: str) -> list[Event]:
    """Minutes in which what is asked for at least doubles or halves at once."""
    import numpy as np  # noqa: PLC0415  only where a table is followed over time

    before, after = np.maximum(levels[:-1], 1e-9), np.maximum(levels[1:], 1e-9)
    jumps = np.flatnonzero(((after > _JUMP * before) | (before > _JUMP * after)) & (np.maximum(before, after) > 1))
    found = []
    for i in jumps.tolist()[:1000]:
        up = levels[i + 1] > levels[i]
        text = f"demand {number(float(levels[i]))} to {number(float(levels[i + 1]))} {unit}"
        found.append(
            Event(
                (i + 1) * _MINUTE_S,
                text,
                "more than double within a minute" if up else "less than half within a minute",
                3.0 if up else 2.0,
            )
        )
    return found


def throttle_events(side: ScalableTarget, outcome: Outcome, levels: "NDArray[np.float64]", unit: str) -> list[Event]:
    """Each spell of refusals: how long, how much of what was offered, and AWS's reason."""
    out: list[Event] = []
    for cause, refused in outcome.refused.items():
        lost = refused * levels
        for start, end in _spells(lost > levels * 1e-6):
            share = float(lost[start:end].sum() / levels[start:end].sum())
            worst = float((lost[start:end]).max())
            told = reason("index" if side.key[0] else "table", side.key[1], cause)
            text = f"{_percent(share)} throttled for {_length(end - start)}"
            why = f"{told}: up to {number(worst)} {unit} too much"
            out.append(Event(start * _MINUTE_S, text, why, 10 + share, bad=True))
    return out


def elsewhere_events(lost: "NDArray[np.float64] | None", levels: "NDArray[np.float64]", others: str) -> list[Event]:
    """Spells in which requests are refused because another arm of the table cannot take its part of them."""
    if lost is None:
        return []
    out = []
    for start, end in _spells(lost > levels * 1e-6):
        share = float(lost[start:end].sum() / levels[start:end].sum())
        text = f"{_percent(share)} refused elsewhere for {_length(end - start)}"
        why = f"{others} cannot take its part: the whole request is refused"
        out.append(Event(start * _MINUTE_S, text, why, 9 + share, bad=True))
    return out


def _length(minutes: int) -> str:
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"  # noqa: PLR2004  two hours


def _percent(share: float) -> str:
    return f"{share * 100:.1f}%" if share >= 0.001 else "<0.1%"  # noqa: PLR2004  the least that is shown


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
    """Where the saved capacity runs out: provisioned tables only, at the head of a spell of refusals."""
    if outcome.steps is None or "provisioned" not in outcome.refused:
        return []
    capacity = expand(outcome.steps, len(inflow))
    out = []
    for start, _ in _spells(outcome.refused["provisioned"] > 0):
        first = max(0, start - 1)
        saved = serve(inflow[:first], capacity[:first], burst_s=burst_s).bank
        gap = float(inflow[start] - capacity[start])
        if saved > 0 and gap > 0:
            text = f"burst empty after {number(saved / gap)} s"
            out.append(
                Event(start * _MINUTE_S, text, f"{number(saved)} units saved; {number(gap)} {unit} missing", 5.0)
            )
    return out


def split_events(history: History, levels: "NDArray[np.float64]", unit: str, key_name: str) -> list[Event]:
    """Each partition that split for heat, and each that could not be helped."""
    return [_split(split, levels, unit, key_name) for split in history.splits]


def _split(split: Split, levels: "NDArray[np.float64]", unit: str, key_name: str) -> Event:
    at = min(split.minute, len(levels) - 1)
    begun = max(0, at - CENTRAL.done_minutes - CENTRAL.held_minutes)
    load = float(levels[begun : at + 1].max())
    halves = " + ".join(number(load * part) for part in split.parts)
    name = _named(split, key_name)
    texts = {
        "split": f"partition {split.number} split for heat",
        "isolated": f"partition {split.number} split: {name} apart",
        "spread": f"partition {split.number} split within {name}",
        "stuck": f"partition {split.number} cannot split: {name} fills it",
    }
    held = f"{CENTRAL.held_minutes} min above {CENTRAL.threshold:.0%} of its ceiling"
    why = f"{number(load * split.share)} {unit}" + (f" becomes {halves}; {held}" if split.parts else f"; {held}")
    weight = 6.0 if split.outcome != "split" else 4.0
    return Event(at * _MINUTE_S, texts[split.outcome], why, weight, bad=split.outcome == "stuck")


def _named(split: Split, key_name: str) -> str:
    if split.key is None:
        return "a key"
    return (
        f"{key_name} {split.key.name}"
        if split.key.name is not None
        else f"the {_nth(split.key.rank + 1)}hottest {key_name}"
    )


def _nth(rank: int) -> str:
    ending = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending} " if rank > 1 else ""


def in_order(*groups: Iterable[Event]) -> tuple[Event, ...]:
    """All events by time; in the same second in the order of the groups."""
    return tuple(sorted((event for group in groups for event in group), key=lambda event: event.second))
