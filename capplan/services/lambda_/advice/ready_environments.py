"""Environments kept ready, or snapshots: what could be written, sized by Erlang's loss formula. It prices nothing."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from capplan import units
from capplan.model import Change, Charge, Option
from capplan.quantities.distribution import quantile
from capplan.services.lambda_.concurrency import environments as concurrency
from capplan.services.lambda_.concurrency import provisioned
from capplan.services.lambda_.concurrency.rate_steps import Step, course
from capplan.services.lambda_.spec import FREE_STORAGE_MB, Function, Provisioned, snap_start_takes
from capplan.services.lambda_.usage import Usage

_SPILLS = 0.01
_OFTEN_COLD = Fraction(1, 100)
_BUSY = 0.75
"""An environment that is busy for less of the time is not offered as a saving."""
_SLOW_START_MS = 1000
_HOURS = 24
_UNEVEN = 1.2
_MOST = 20_000
"""Past this size Erlang's recursion is not worth its time: nobody keeps so many ready."""


def options(name: str, spec: Function, usage: Usage) -> Iterable[Option]:
    """Provisioned concurrency always on or in a window, less of it, or SnapStart."""
    if spec.provisioned_concurrency is not None:
        yield from _less(name, spec, usage)
        return
    if spec.snap_start is None:
        yield from _kept(name, spec, usage)
        yield from _snapshot(name, spec, usage)


def busy_size(offered: float) -> int:
    """The most environments of which even the last is busy three quarters of the time (its share of Erlang's flow)."""
    low, high, refused = 0, min(_MOST, math.ceil(offered)), 1.0
    for m in range(1, high + 1):
        after = offered * refused / (m + offered * refused)
        if offered * (refused - after) < _BUSY:
            break
        low, refused = m, after
    return low


def _kept(name: str, spec: Function, usage: Usage) -> Iterable[Option]:
    steps = course(usage.invocations)
    if not steps:
        return
    held_s = float(usage.mean_ms) / units.MS_PER_SECOND
    quiet = min(step.per_second for step in steps) * held_s
    size = busy_size(quiet)
    at = f"functions.{name}.provisioned_concurrency"
    if size:
        message = f"{name} keeps {_environments(size)} busy three quarters of the time or more: kept ready, their duration costs less."
        yield Option("lambda.provisioned-concurrency", message, (Change(at, size),), "paid whether used or not")
    if usage.cold is None or usage.cold.share < _OFTEN_COLD:
        return
    found = window_of(steps, held_s)
    if found is not None:
        yield _windowed(name, spec, found)
    else:
        needed = concurrency.smallest_capacity(max(s.per_second for s in steps) * held_s, _SPILLS)
        yield _always(name, spec, needed, float(usage.cold.share))


def _always(name: str, spec: Function, needed: int, share: float) -> Option:
    message = f"{share * 100:.2g}% of {name}'s invocations start cold; {_environments(needed)} kept ready leave 1% to on-demand, for {{kept}} a month."
    change = Change(f"functions.{name}.provisioned_concurrency", needed)
    kept = provisioned.kept_gb_seconds(Provisioned(environments=needed), spec.memory_mb)
    charge = Charge("kept", f"lambda.provisioned_concurrency.{spec.architecture}", "", kept, "GB-s")
    return Option("lambda.provisioned-concurrency", message, (change,), "paid whether used or not", "risk", (("kept", charge),))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Busy:
    """The hours of a day with more than the mean: from when, how long, and how many environments they need."""

    hour: int
    hours: int
    environments: int


def window_of(steps: tuple[Step, ...], held_s: float) -> Busy | None:
    """The one stretch of busy hours; None where the day is even."""
    levels = [0.0] * _HOURS
    for step in steps:
        hour = step.minute // 60 % _HOURS
        levels[hour] = max(levels[hour], step.per_second) if step.times > 1 else levels[hour]
    mean = sum(levels) / _HOURS
    if len(steps) == 1 or not mean or max(levels) < _UNEVEN * mean:
        return None
    top = levels.index(max(levels))
    first = last = top
    while levels[(first - 1) % _HOURS] > mean and last - first < _HOURS - 1:
        first -= 1
    while levels[(last + 1) % _HOURS] > mean and last - first < _HOURS - 1:
        last += 1
    needed = concurrency.smallest_capacity(max(levels) * held_s, _SPILLS)
    return Busy(first % _HOURS, last - first + 1, needed)


def _windowed(name: str, spec: Function, found: Busy) -> Option:
    when = f"cron(0 {found.hour} * * ? *)"
    window = provisioned.window(when, found.hours, found.environments)
    kept = provisioned.kept_gb_seconds(Provisioned.model_construct(environments=0, scheduled=(window,)), spec.memory_mb)
    charge = Charge("kept", f"lambda.provisioned_concurrency.{spec.architecture}", "", kept, "GB-s")
    message = (
        f"{name} is busy for {found.hours} h from {found.hour:02d}:00; {_environments(found.environments)} kept ready for "
        f"these hours cost {{kept}} a month."
    )
    to = {"scheduled": [{"at": when, "for": f"{found.hours} h", "environments": found.environments}]}
    change = Change(f"functions.{name}.provisioned_concurrency", to)
    return Option("lambda.provisioned-scheduled", message, (change,), "cold starts outside of it remain", "risk", (("kept", charge),))  # fmt: skip


def _less(name: str, spec: Function, usage: Usage) -> Iterable[Option]:
    """What is kept ready, taken away: a saving where it is not busy enough to pay for itself."""
    busy = usage.provisioned_duration.monthly / usage.provisioned_gb_seconds if usage.provisioned_gb_seconds else 0
    served, arch = usage.provisioned_duration.monthly, spec.architecture
    amounts = (
        ("kept", Charge("kept", f"lambda.provisioned_concurrency.{arch}", "", usage.provisioned_gb_seconds, "GB-s")),
        ("served", Charge("served", f"lambda.provisioned_duration.{arch}", "", served, "GB-s")),
        ("demand", Charge("demand", f"lambda.duration.{arch}", "", served, "GB-s")),
    )
    message = (
        f"{name}'s ready environments are busy {float(busy) * 100:.3g}% of the time: {{kept}} to keep them and {{served}} for "
        f"what they serve, which is {{demand}} on demand."
    )
    change = Change(f"functions.{name}.provisioned_concurrency", None)
    yield Option("lambda.provisioned-idle", message, (change,), "cold starts come back", amounts=amounts)


def _snapshot(name: str, spec: Function, usage: Usage) -> Iterable[Option]:
    fits = snap_start_takes(spec.runtime) and spec.image_mb is None and spec.ephemeral_storage_mb <= FREE_STORAGE_MB
    if usage.cold is None or not fits:
        return
    start = quantile(usage.cold.start.init, 0.5)
    if start >= _SLOW_START_MS:
        message = f"{name} takes {start:,.0f} ms to start, {float(usage.cold_starts.monthly):,.0f} times a month; from a snapshot it skips its init."
        gives_up = "published versions only; what init draws or connects must be done anew"
        yield Option("lambda.snap-start", message, (Change(f"functions.{name}.snap_start", True),), gives_up, "risk")


def _environments(count: int) -> str:
    return f"{count:,} {'environment' if count == 1 else 'environments'}"
