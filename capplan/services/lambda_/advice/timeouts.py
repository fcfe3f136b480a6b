"""A function's timeout: longer where invocations reach it, shorter where one that hangs would cost much.

What a timeout has to hold is a whole batch, and a cold start where there are any, whatever the mean invocation takes.
"""

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan import units
from capplan.model import Change, Charge, Option
from capplan.quantities.text import figure
from capplan.services.lambda_.advice.written_triggers import with_keys
from capplan.services.lambda_.invocation_time import needed_ms
from capplan.services.lambda_.quotas import TIMEOUT_MAX, VISIBILITY_TIMEOUT_FACTOR
from capplan.services.lambda_.sources.batches import max_records
from capplan.services.lambda_.sources.trigger import QUEUES
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage

_TIMED_OUT = Fraction(1, 1000)
_RARELY_COLD = Fraction(1, 1000)
_NEAR, _FAR, _FAR_MS = 0.8, 20, 60_000
_NEEDED_SHARE = 0.99


def options(name: str, spec: Function, usage: Usage) -> Iterable[Option]:
    """A timeout that batches and cold starts fit into, without waiting for hours on one that hangs."""
    counts_cold = usage.cold is not None and usage.cold.share >= _RARELY_COLD
    start = usage.cold.start if usage.cold is not None and counts_cold else None
    p99, timeout_ms = needed_ms(spec, start, _NEEDED_SHARE), float(spec.timeout_ms)
    if usage.timed_out > _TIMED_OUT or p99 > _NEAR * timeout_ms:
        yield from _longer(name, spec, usage, p99)
    elif spec.timeout_ms >= _FAR_MS and p99 * _FAR <= timeout_ms:
        coldest = needed_ms(spec, usage.cold.start, _NEEDED_SHARE) if usage.cold is not None else p99
        seconds = max(1, math.ceil(max(p99 * 3, coldest * 2) / units.MS_PER_SECOND))
        message = (
            f"{name} may run for {_seconds(spec.timeout_ms)}, and its p99 duration is {_ms(p99)}: an invocation that hangs "
            f"is billed {timeout_ms / p99:,.0f} times that."
        )
        if seconds * units.MS_PER_SECOND < timeout_ms:
            action = f"Shorten the timeout of {{name}} to {seconds} s"
            yield Option(
                "lambda.timeout-far", message, (Change(_path(name), f"{seconds} s"),), "", "risk", action=action
            )


def _longer(name: str, spec: Function, usage: Usage, p99: float) -> Iterable[Option]:
    longest_s = int(TIMEOUT_MAX.value) // units.MS_PER_SECOND
    seconds = min(longest_s, max(1, math.ceil(p99 * 2 / units.MS_PER_SECOND)))
    if seconds * units.MS_PER_SECOND <= spec.timeout_ms or p99 > longest_s * units.MS_PER_SECOND:
        return
    records = max((max_records(trigger) for trigger in spec.triggers), default=1)
    batch = f" with a batch of {records}" if records > 1 and spec.per_record_ms is not None else ""
    if usage.timed_out > _TIMED_OUT:
        message = (
            f"{figure(usage.timed_out * 100, 2)}% of {name}'s invocations reach its timeout of {_seconds(spec.timeout_ms)}, "
            f"and are billed {{killed}} a month for nothing; its p99 duration{batch} is {_ms(p99)}."
        )
        price = f"lambda.duration.{spec.architecture}"
        amounts: tuple[tuple[str, Charge], ...] = (
            ("killed", Charge("killed", price, "", usage.killed_gb_seconds, "GB-s")),
        )
    else:
        message = f"{name} has a timeout of {_seconds(spec.timeout_ms)}; its p99 duration{batch} is {_ms(p99)}."
        amounts = ()
    changes = [Change(_path(name), f"{seconds} s"), *_visibility(name, spec, seconds)]
    yield Option(
        "lambda.timeout-near",
        message,
        tuple(changes),
        "",
        "risk",
        amounts,
        action=f"Lengthen the timeout of {{name}} to {seconds} s",
        urgency="now" if usage.timed_out > _TIMED_OUT else "soon",
        helps=("timed_out",) if usage.timed_out else (),
    )


def _visibility(name: str, spec: Function, seconds: int) -> Iterable[Change]:
    """Queues that must hide their messages for longer: AWS refuses a visibility timeout below the function's timeout."""
    keys: dict[int, Mapping[str, Any]] = {
        index: {"visibility_timeout": f"{seconds * VISIBILITY_TIMEOUT_FACTOR} s"}
        for index, trigger in enumerate(spec.triggers)
        if trigger.source in QUEUES and trigger.visibility_timeout_ms < seconds * units.MS_PER_SECOND
    }
    if keys:
        yield from with_keys(name, spec, keys)


def _path(name: str) -> str:
    return f"functions.{name}.timeout"


def _seconds(ms: Decimal) -> str:
    return f"{ms / units.MS_PER_SECOND:f} s"


def _ms(ms: float) -> str:
    """Milliseconds with three digits, never in powers of ten; seconds from one minute on."""
    if ms >= units.MS_PER_SECOND * units.SECONDS_PER_MINUTE:
        return f"{ms / units.MS_PER_SECOND:,.0f} s"
    return f"{figure(ms)} ms"
