"""Burst and auto scaling from the rules as they are written, minute by minute: slow oracles for `serve` and `capacity_steps`.

Source: DynamoDB Developer Guide, "Burst and adaptive capacity", "Managing throughput capacity automatically with DynamoDB
auto scaling" (read 2026-11-23).
"""

import math
from collections.abc import Sequence
from fractions import Fraction


def slow_bucket(levels: Sequence[int], capacity: int, burst_s: int) -> list[int]:
    """Second by second, request by request of one unit, in whole numbers."""
    balance, out = 0, []
    for offered in levels:
        left, served = capacity, 0
        for _ in range(offered):
            if left:
                left -= 1
            elif balance:
                balance -= 1
            else:
                continue
            served += 1
        balance = min(burst_s * capacity, balance + left)
        out.append(served)
    return out


def slow_scaling(levels: Sequence[float], target: Fraction, low: int, high: int) -> list[tuple[int, int]]:
    """Minute by minute and without a shortcut, from the rules as they are written."""

    def ask(units: float) -> int:
        return max(low, min(high, math.ceil(Fraction(units).limit_denominator(10**9) / target)))

    capacity, balance, seen = ask(levels[0]), 0.0, []  # type: tuple[int, float, list[float]]
    out, due, tokens = [(0, capacity)], None, 4  # type: tuple[list[tuple[int, int]], tuple[int, int] | None, int]
    for minute, level in enumerate(levels):
        if minute % 60 == 0 and minute:
            tokens = 4 if minute % 1440 == 0 else min(4, tokens + 1)
        if due is not None and due[0] == minute:
            capacity, seen, due = due[1], [], None
            balance = min(balance, 300 * capacity)
            out.append((minute, capacity))
        served = min(level, capacity + balance / 60)
        balance = max(0.0, min(300 * capacity, balance + 60 * (capacity - served)))
        if due is not None:
            continue
        seen.append(served)
        line = Fraction(capacity) * target
        if len(seen) > 1 and all(s > line * (1 + Fraction(1, 10**12)) for s in seen[-2:]):
            if ask(served) > capacity:
                due = (minute + 4, ask(served))
            else:
                seen = []
        last = seen[-15:]
        quiet = len(last) == 15 and all(
            s < capacity * (target - Fraction(1, 5)) * (1 - Fraction(1, 10**12)) for s in last
        )
        if due is None and quiet and ask(max(last)) < capacity and tokens:
            tokens -= 1
            due = (minute + 4, ask(max(last)))
    return out
