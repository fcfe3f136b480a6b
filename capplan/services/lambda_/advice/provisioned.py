"""Provisioned concurrency, all the time or at scheduled times, sized by Erlang's loss formula, or SnapStart instead."""

import math
from collections.abc import Iterable
from fractions import Fraction

from capplan import units
from capplan.model import Change, Charge, Option, RequestStream
from capplan.quantities.distribution import mean, quantile
from capplan.quantities.text import figure
from capplan.record import Record
from capplan.services.lambda_.concurrency import erlang
from capplan.services.lambda_.concurrency.provisioned import monthly_gb_seconds
from capplan.services.lambda_.concurrency.rate_steps import RateStep, rate_steps
from capplan.services.lambda_.spec import Function, Provisioned
from capplan.services.lambda_.usage import ColdUse, Usage

_SPILLS = 0.01
_OFTEN_COLD = Fraction(1, 100)
_FELT = Fraction(1, 10)
_BUSY = 0.75
"""An environment that is busy for less of the time is not offered as a saving."""
_SLOW_START_MS = 1000
_HOURS = 24
_UNEVEN = 1.2
_MAX_ENVIRONMENTS = 20_000
"""Nobody provisions more, and Erlang's recursion takes one step per environment."""
_ALWAYS_BILLED = "billed whether used or not"


def options(name: str, spec: Function, usage: Usage) -> Iterable[Option]:
    """Provisioned concurrency all the time or at scheduled times, without it, or SnapStart."""
    if spec.provisioned_concurrency is not None:
        yield _removed(name, spec, usage)
    elif spec.snap_start is None:
        yield from _added(name, spec, usage)
        yield from _snap_start(name, spec, usage)


def busy_environments(offered: float) -> int:
    """The number of environments of which even the last is busy three quarters of the time.

    Args:
        offered: Invocations per second × seconds each takes.
    """
    count, last, blocked = 0, min(_MAX_ENVIRONMENTS, math.ceil(offered)), 1.0
    for m in range(1, last + 1):
        after = offered * blocked / (m + offered * blocked)
        if offered * (blocked - after) < _BUSY:
            break
        count, blocked = m, after
    return count


def _added(name: str, spec: Function, usage: Usage) -> Iterable[Option]:
    steps = rate_steps(usage.invocations)
    if not steps:
        return
    mean_s = float(usage.mean_ms) / units.MS_PER_SECOND
    busy = busy_environments(min(step.per_second for step in steps) * mean_s)
    if busy:
        message = (
            f"{name} keeps {_environments(busy)} busy at least three quarters of the time: provisioned, their duration "
            f"costs less."
        )
        change = Change(_path(name), busy)
        yield Option("lambda.provisioned-concurrency", message, (change,), _ALWAYS_BILLED)
    if usage.cold is None or usage.cold.share < _OFTEN_COLD or not _is_felt(spec, usage, usage.cold):
        return
    hours = busy_hours(steps, mean_s)
    if hours is not None:
        yield _at_busy_hours(name, spec, hours)
    else:
        needed = erlang.smallest_capacity(max(step.per_second for step in steps) * mean_s, _SPILLS)
        yield _always(name, spec, needed, float(usage.cold.share))


def _is_felt(spec: Function, usage: Usage, cold: ColdUse) -> bool:
    """Whether somebody waits for the function's answer, and longer by at least a tenth where it starts cold.

    Nobody waits for what a queue, a stream, an event or a schedule starts.
    """
    waited = sum((_waited_monthly(spec, stream) for stream in usage.streams), Fraction(0))
    start_ms = mean(cold.start.init) + mean(cold.start.first_call) - mean(spec.duration)
    return waited >= usage.invocations.monthly * _OFTEN_COLD and start_ms >= usage.mean_ms * _FELT


def _waited_monthly(spec: Function, stream: RequestStream) -> Fraction:
    """Invocations a month whose caller waits."""
    trigger = spec.triggers[stream.trigger] if stream.trigger is not None else None
    polled = trigger is not None and trigger.is_polled
    if polled or stream.access.is_async:
        return Fraction(0)
    return sum((m * profile.monthly for profile, m in stream.flow.terms if not profile.starts), Fraction(0))


def _path(name: str) -> str:
    return f"functions.{name}.provisioned_concurrency"


def _always(name: str, spec: Function, needed: int, cold_share: float) -> Option:
    message = (
        f"{figure(cold_share * 100, 2)}% of {name}'s invocations are cold starts; with {_environments(needed)} provisioned, for "
        f"{{kept}} a month, 1% remain on demand."
    )
    amounts = (("kept", _provisioned_charge(spec, Provisioned(environments=needed))),)
    change = Change(_path(name), needed)
    return Option("lambda.provisioned-concurrency", message, (change,), _ALWAYS_BILLED, "risk", amounts)


def _provisioned_charge(spec: Function, provisioned: Provisioned) -> Charge:
    quantity = monthly_gb_seconds(provisioned, spec.memory_mb)
    return Charge("kept", f"lambda.provisioned_concurrency.{spec.architecture}", "", quantity, "GB-s")


class BusyHours(Record, frozen=True):
    """The hours of a day above the mean rate: the first (0 to 23), how many, and the environments they need."""

    first: int
    hours: int
    environments: int


def busy_hours(steps: tuple[RateStep, ...], mean_s: float) -> BusyHours | None:
    """The hours around the busiest that are above the day's mean rate; None if the day is even.

    Args:
        steps: The month's rate steps.
        mean_s: Seconds that an invocation takes.
    """
    rates = [0.0] * _HOURS
    for step in steps:
        hour = step.minute // 60 % _HOURS
        rates[hour] = max(rates[hour], step.per_second) if step.times > 1 else rates[hour]
    mean_rate, peak_rate = sum(rates) / _HOURS, max(rates)
    if len(steps) == 1 or not mean_rate or peak_rate < _UNEVEN * mean_rate:
        return None
    first = last = rates.index(peak_rate)
    while rates[(first - 1) % _HOURS] > mean_rate and last - first < _HOURS - 1:
        first -= 1
    while rates[(last + 1) % _HOURS] > mean_rate and last - first < _HOURS - 1:
        last += 1
    return BusyHours(first % _HOURS, last - first + 1, erlang.smallest_capacity(peak_rate * mean_s, _SPILLS))


def _at_busy_hours(name: str, spec: Function, busy: BusyHours) -> Option:
    scheduled = {"at": f"cron(0 {busy.first} * * ? *)", "for": f"{busy.hours} h", "environments": busy.environments}
    message = (
        f"{name} is busy for {busy.hours} h from {busy.first:02d}:00; {_environments(busy.environments)} provisioned for "
        f"these hours cost {{kept}} a month."
    )
    change = Change(_path(name), {"scheduled": [scheduled]})
    amounts = (("kept", _provisioned_charge(spec, Provisioned.model_validate({"scheduled": (scheduled,)}))),)
    gives_up = "cold starts outside these hours remain"
    return Option("lambda.provisioned-scheduled", message, (change,), gives_up, "risk", amounts)


def _removed(name: str, spec: Function, usage: Usage) -> Option:
    """Provisioned concurrency removed: a saving if it is not busy enough to pay for itself."""
    served, gb_seconds = usage.provisioned_duration.monthly, usage.provisioned_gb_seconds
    busy = served / gb_seconds if gb_seconds else 0
    arch = spec.architecture
    amounts = (
        ("kept", Charge("kept", f"lambda.provisioned_concurrency.{arch}", "", gb_seconds, "GB-s")),
        ("served", Charge("served", f"lambda.provisioned_duration.{arch}", "", served, "GB-s")),
        ("demand", Charge("demand", f"lambda.duration.{arch}", "", served, "GB-s")),
    )
    message = (
        f"{name}'s provisioned environments are busy {figure(busy * 100)}% of the time: {{kept}} for them and {{served}} "
        f"for the duration they serve, which costs {{demand}} on demand."
    )
    change = Change(_path(name), None)
    return Option("lambda.provisioned-idle", message, (change,), "cold starts come back", amounts=amounts)


def _snap_start(name: str, spec: Function, usage: Usage) -> Iterable[Option]:
    if usage.cold is None or not spec.fits_snap_start or not _is_felt(spec, usage, usage.cold):
        return
    start_ms = quantile(usage.cold.start.init, 0.5)
    if start_ms >= _SLOW_START_MS:
        message = (
            f"{name} takes {start_ms:,.0f} ms to start, {float(usage.cold_starts.monthly):,.0f} times a month; restored from "
            f"a snapshot it skips its init."
        )
        gives_up = "published versions only; regenerate randomness and reconnect after restore"
        yield Option("lambda.snap-start", message, (Change(f"functions.{name}.snap_start", True),), gives_up, "risk")


def _environments(count: int) -> str:
    return f"{count:,} {'environment' if count == 1 else 'environments'}"
