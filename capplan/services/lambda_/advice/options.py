"""Other ways to write a function for the same work: architecture, memory, timeout, init, reservation."""

import math
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.model import Change, Context, Option, RequestStream
from capplan.quantities.distribution import quantile
from capplan.quantities.text import figure
from capplan.services.lambda_ import observables
from capplan.services.lambda_.advice import memory, provisioned, timeouts, triggers
from capplan.services.lambda_.advice.tuning import Candidate, choose
from capplan.services.lambda_.concurrency import at_once, environments, erlang
from capplan.services.lambda_.limits import account_concurrency, available_concurrency, max_reservable, steepest_rise
from capplan.services.lambda_.quotas import CONCURRENCY, MB_PER_VCPU, SCALING_PERIOD_S, SCALING_RATE
from capplan.services.lambda_.runtimes import runs_on_arm64
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage

_THROTTLED = 0.001
_LARGE_SHARE = Decimal("0.5")
_MAX_ERLANGS = 1e5
"""Above it the smallest capacity is about the load itself; Erlang's recursion takes one step per environment."""
_SLOW_FIRST_CALL = 2
_MORE_EXPENSIVE, _FASTER = Fraction(11, 10), Fraction(3, 4)


def options(name: str, spec: Function, usage: Usage, ctx: Context) -> tuple[Option, ...]:
    """Everything that could be written otherwise for the same work."""
    if not usage.invocations.terms:
        return ()
    parts = (_architecture, _memory, _init)
    return (
        *(option for part in parts for option in part(name, spec, usage)),
        *_reservation(name, spec, usage, ctx),
        *_scaling_rate(name, spec, usage, ctx),
        *provisioned.options(name, spec, usage),
        *timeouts.options(name, spec, usage),
        *triggers.options(name, spec, usage, ctx),
    )


def _path(name: str, key: str) -> str:
    return f"functions.{name}.{key}"


def _architecture(name: str, spec: Function, usage: Usage) -> Iterable[Option]:  # noqa: ARG001  as the others
    if spec.architecture == "x86_64" and runs_on_arm64(spec.runtime):
        message = f"{name} runs on x86_64; arm64 costs less per GB-second, at the same duration."
        change = (Change(_path(name, "architecture"), "arm64"),)
        yield Option("lambda.arm64", message, change, "libraries must be built for arm64")


# --- memory -----------------------------------------------------------------------------------------------------------


def _memory(name: str, spec: Function, usage: Usage) -> Iterable[Option]:  # noqa: ARG001  as the others
    """The cheapest size, and a faster one for about the same cost, by GB-seconds: their price is the same at every size."""
    by_memory = memory.durations_ms(spec)
    candidates = [Candidate(mb, ms * mb, ms) for mb, ms in by_memory.items() if ms < spec.timeout_ms]
    if spec.memory_mb not in by_memory or not candidates:
        return
    now_ms = by_memory[spec.memory_mb]
    now = Candidate(spec.memory_mb, now_ms * spec.memory_mb, now_ms)
    cheapest, fastest, balanced = (choose(candidates, strategy) for strategy in ("cost", "speed", "balanced"))
    if cheapest.memory_mb != now.memory_mb:
        message = (
            f"{name} costs least with {cheapest.memory_mb} MB: {_ms(cheapest)} instead of {_ms(now)}; "
            f"fastest {fastest.memory_mb} MB, balanced {balanced.memory_mb} MB."
        )
        slower = "" if cheapest.duration <= now.duration else f"{_times(cheapest, now)} as long"
        action = f"Give {{name}} {cheapest.memory_mb} MB of memory"
        yield Option("lambda.memory", message, _resized(name, spec, cheapest.memory_mb), slower, action=action)
    faster = [c for c in candidates if c.cost <= now.cost * _MORE_EXPENSIVE and c.duration <= now.duration * _FASTER]
    if not faster or spec.memory_mb >= MB_PER_VCPU:
        return
    best = min(faster, key=lambda c: (c.duration, c.cost, c.memory_mb))
    if best.memory_mb != cheapest.memory_mb:
        more = max(Fraction(0), best.cost / now.cost - 1)
        message = f"{name} takes {_ms(best)} with {best.memory_mb} MB instead of {_ms(now)}, for {_percent(more)} more GB-seconds."
        action = f"Give {{name}} {best.memory_mb} MB of memory"
        yield Option("lambda.faster-memory", message, _resized(name, spec, best.memory_mb), "", "risk", action=action)


def _resized(name: str, spec: Function, memory_mb: int) -> tuple[Change, ...]:
    out = [
        Change(_path(name, "memory"), f"{memory_mb} MB"),
        Change(_path(name, "duration"), memory.duration_at(spec, memory_mb)),
    ]
    if spec.first_call is not None:
        by_memory = memory.durations_ms(spec)
        first_call = memory.scaled(spec.first_call, by_memory[memory_mb] / by_memory[spec.memory_mb])
        out.append(Change(_path(name, "first_call"), first_call))
    return tuple(out)


def _ms(size: Candidate) -> str:
    return f"{figure(size.duration, 4)} ms"


def _times(size: Candidate, other: Candidate) -> str:
    return f"{figure(size.duration / other.duration)} times"


def _percent(share: Fraction | float) -> str:
    return f"{figure(share * 100, 2)}%"


# --- time -------------------------------------------------------------------------------------------------------------


def _init(name: str, spec: Function, usage: Usage) -> Iterable[Option]:
    """The extra work of the first call moves into the INIT phase, which runs with the CPU of one vCPU."""
    if usage.cold is None or spec.first_call is None or spec.memory_mb >= MB_PER_VCPU:
        return
    first_call_ms, other_ms = quantile(spec.first_call, 0.5), quantile(spec.duration, 0.5)
    if first_call_ms < _SLOW_FIRST_CALL * other_ms:
        return
    moved_ms = (first_call_ms - other_ms) * spec.memory_mb / MB_PER_VCPU
    init = memory.scaled(usage.cold.start.init, 1 + Fraction(moved_ms / quantile(usage.cold.start.init, 0.5)))
    message = (
        f"{name}'s first call takes {first_call_ms:,.0f} ms, the others {other_ms:,.0f} ms: outside the handler that work "
        f"takes about {moved_ms:,.0f} ms."
    )
    changes = (Change(_path(name, "init"), init), Change(_path(name, "first_call"), None))
    yield Option("lambda.init-outside-handler", message, changes, "code to move")


# --- concurrency ------------------------------------------------------------------------------------------------------


def _reservation(name: str, spec: Function, usage: Usage, ctx: Context) -> Iterable[Option]:
    offered = usage.offered_concurrency.peak().per_second
    needed = erlang.smallest_capacity(offered, _THROTTLED) if offered < _MAX_ERLANGS else math.ceil(offered)
    if needed > max_reservable(ctx) - ctx.in_use.get(CONCURRENCY.id, 0):  # a higher quota of the account comes first
        return
    if spec.reserved_concurrency is not None:
        throttled = float(observables.throttled(spec, usage))
        if throttled <= _THROTTLED or needed <= spec.reserved_concurrency:
            return
        message = (
            f"{_percent(throttled)} of {name}'s invocations are throttled by its reservation of "
            f"{spec.reserved_concurrency}; with {needed} it is 0.1% at the peak."
        )
    elif usage.peak_concurrency > account_concurrency(ctx) * _LARGE_SHARE:
        message = (
            f"{name} uses {usage.peak_concurrency} of the account's {account_concurrency(ctx):,} concurrent executions at "
            f"its peak: it and the other functions can throttle each other."
        )
    else:
        return
    change = (Change(_path(name, "reserved_concurrency"), needed),)
    throttles = spec.reserved_concurrency is not None
    yield Option(
        "lambda.reserved-concurrency",
        message,
        change,
        "less concurrency for the other functions",
        "risk",
        action=f"Reserve {needed:,} concurrent executions for {{name}}",
        urgency="now" if throttles else "possible",
        helps=("throttled",) if throttles else (),
    )


def _scaling_rate(name: str, spec: Function, usage: Usage, ctx: Context) -> Iterable[Option]:
    count = max((_at_once(stream) for stream in usage.streams), default=0)
    rise = steepest_rise(usage)
    if count > SCALING_RATE.value:
        yield Option("lambda.scaling-rate", _burst(name, spec, usage, ctx, count), (), "", "risk", urgency="now")
    elif rise is not None and rise[0] > SCALING_RATE.value:
        added = math.ceil(rise[0])
        shortest, longest = (float(environments.seconds_to_add(added, bucket_full=full)) for full in (True, False))
        message = (
            f"{name} needs {added:,} more environments from one minute to the next; AWS adds {SCALING_RATE.value:,} at once, "
            f"then {int(SCALING_RATE.value) // SCALING_PERIOD_S} per second: the excess is throttled for {shortest:.0f} to "
            f"{longest:.0f} s."
        )
        yield Option("lambda.scaling-rate", message, (), "", "risk", urgency="now")


def _at_once(stream: RequestStream) -> int:
    """Invocations of a stream that are asked for in one instant; what its sender opens one after another is not."""
    if stream.open_at_most is not None:
        return 0
    flow = stream.flow if stream.offered is None else stream.offered
    started = sum((times for profile, times in flow.terms if profile.starts), Fraction(0)) / stream.all_attempts
    return math.ceil(max(started, Fraction(0) if started else stream.at_once))


def _burst(name: str, spec: Function, usage: Usage, ctx: Context, count: int) -> str:
    """What becomes of invocations that are asked for in one instant."""
    most = max(1, int(available_concurrency(spec, ctx)))
    ready = spec.provisioned_concurrency.environments if spec.provisioned_concurrency is not None else 0
    served = at_once.serve(count, float(usage.mean_ms) / units.MS_PER_SECOND, most, ready)
    begins = f"{count:,} invocations of {name} start in the same instant, and {served.at_once:,} find an environment: "
    if any(not stream.access.is_async and _at_once(stream) == count for stream in usage.streams):
        return f"{begins}{count - served.at_once:,} are throttled, and their callers have to try again."
    return f"{begins}the others wait, and the last has ended after {figure(served.drain_s)} s."
