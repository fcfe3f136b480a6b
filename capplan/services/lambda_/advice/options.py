"""What else could be written for a function. It never says what that would save: planning does."""

import math
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from capplan.model import Change, Context, Option
from capplan.quantities.distribution import quantile
from capplan.services.lambda_ import observables
from capplan.services.lambda_.advice import memory
from capplan.services.lambda_.advice import ready_environments as ready_options
from capplan.services.lambda_.advice import sources as option_sources
from capplan.services.lambda_.advice.tuning import Candidate, choose
from capplan.services.lambda_.concurrency import environments as concurrency
from capplan.services.lambda_.limits import account_concurrency, sudden_rise
from capplan.services.lambda_.quota_checks import MB_PER_VCPU
from capplan.services.lambda_.spec import MAX_TIMEOUT_MS, Function
from capplan.services.lambda_.usage import Usage

_TIMED_OUT = Fraction(1, 1000)
_NEAR, _FAR, _FAR_MS = 0.8, 20, 60_000
_REFUSED = 0.001
_LARGE_SHARE = Decimal("0.5")
_SLOW_FIRST = 2
_DEARER, _FASTER = Fraction(11, 10), Fraction(3, 4)


def options(name: str, spec: Function, usage: Usage, ctx: Context) -> tuple[Option, ...]:
    """Everything that could be written otherwise for the same work."""
    if not usage.invocations.terms:
        return ()
    own = (_arm, _memory, _timeout, _init)
    return (
        *(option for part in own for option in part(name, spec, usage)),
        *_reserved(name, spec, usage, ctx),
        *_sudden(name, spec, usage),
        *ready_options.options(name, spec, usage),
        *option_sources.options(name, spec, usage, ctx),
    )


def _at(name: str, key: str) -> str:
    return f"functions.{name}.{key}"


def _arm(name: str, spec: Function, usage: Usage) -> Iterable[Option]:  # noqa: ARG001  as the others
    if spec.architecture == "x86_64":
        message = f"{name} runs on x86_64; arm64 costs less a GB-second, the same duration assumed."
        change = (Change(_at(name, "architecture"), "arm64"),)
        yield Option("lambda.arm64", message, change, "needs libraries built for arm64")


# --- memory -----------------------------------------------------------------------------------------------------------


def _memory(name: str, spec: Function, usage: Usage) -> Iterable[Option]:  # noqa: ARG001  as the others
    """The cheapest size, and one that is faster for about as much, by GB-seconds: the price is the same at every size."""
    found = memory.durations_ms(spec)
    if spec.memory_mb not in found:
        return
    sizes = [Candidate(mb, ms * mb, ms) for mb, ms in found.items() if ms < spec.timeout_ms]
    if not sizes:
        return
    here = Candidate(spec.memory_mb, found[spec.memory_mb] * spec.memory_mb, found[spec.memory_mb])
    cheapest, fastest, balanced = (choose(sizes, strategy) for strategy in ("cost", "speed", "balanced"))
    told = f"fastest {fastest.memory_mb} MB, balanced {balanced.memory_mb} MB"
    if cheapest.memory_mb != here.memory_mb:
        message = f"{name} costs least with {cheapest.memory_mb} MB: {_ms(cheapest)} in place of {_ms(here)}; {told}."
        slower = "" if cheapest.duration <= here.duration else f"{_times(cheapest, here)} as long"
        yield Option("lambda.memory", message, _resized(name, spec, cheapest.memory_mb), slower)
    faster = [c for c in sizes if c.cost <= here.cost * _DEARER and c.duration <= here.duration * _FASTER]
    if faster and spec.memory_mb < MB_PER_VCPU:
        best = min(faster, key=lambda c: (c.duration, c.cost, c.memory_mb))
        more = max(Fraction(0), best.cost / here.cost - 1)
        message = f"{name} takes {_ms(best)} with {best.memory_mb} MB in place of {_ms(here)}, for {_percent(more)} more GB-seconds."
        changes = _resized(name, spec, best.memory_mb)
        if best.memory_mb != cheapest.memory_mb:
            yield Option("lambda.faster-memory", message, changes, "", "risk")


def _resized(name: str, spec: Function, memory_mb: int) -> tuple[Change, ...]:
    out = [
        Change(_at(name, "memory"), f"{memory_mb} MB"),
        Change(_at(name, "duration"), memory.at_memory(spec, memory_mb)),
    ]
    if spec.first_call is not None:
        found = memory.durations_ms(spec)
        first = memory.scaled(spec.first_call, found[memory_mb] / found[spec.memory_mb])
        out.append(Change(_at(name, "first_call"), first))
    return tuple(out)


def _ms(size: Candidate) -> str:
    return f"{float(size.duration):,.4g} ms"


def _times(size: Candidate, other: Candidate) -> str:
    return f"{float(size.duration / other.duration):.3g} times"


def _percent(share: Fraction) -> str:
    return f"{float(share) * 100:.2g}%"


# --- time -------------------------------------------------------------------------------------------------------------


def _timeout(name: str, spec: Function, usage: Usage) -> Iterable[Option]:
    p99 = quantile(spec.duration, 0.99)
    ends = f"{spec.timeout_ms / 1000:f} s"
    if usage.timed_out > _TIMED_OUT or p99 > _NEAR * float(spec.timeout_ms):
        seconds = min(MAX_TIMEOUT_MS // 1000, max(1, math.ceil(p99 * 2 / 1000)))
        if seconds * 1000 > spec.timeout_ms:
            share = f"{float(usage.timed_out) * 100:.2g}%"
            message = f"{share} of {name}'s invocations reach its time-out of {ends}; their p99 is {p99:.3g} ms."
            yield Option("lambda.timeout-near", message, (Change(_at(name, "timeout"), f"{seconds} s"),), "", "risk")
    elif spec.timeout_ms >= _FAR_MS and p99 * _FAR <= float(spec.timeout_ms):
        seconds = max(1, math.ceil(p99 * 3 / 1000))
        message = f"{name} may run for {ends}, and its p99 is {p99:.3g} ms: one that hangs bills {float(spec.timeout_ms) / p99:,.0f} times that."
        yield Option("lambda.timeout-far", message, (Change(_at(name, "timeout"), f"{seconds} s"),), "", "risk")


def _init(name: str, spec: Function, usage: Usage) -> Iterable[Option]:
    """What the first call does beyond the others moves into the INIT phase, which runs at the CPU of one vCPU."""
    if usage.cold is None or spec.first_call is None or spec.memory_mb >= MB_PER_VCPU:
        return
    first, usual = quantile(spec.first_call, 0.5), quantile(spec.duration, 0.5)
    if first < _SLOW_FIRST * usual:
        return
    moved = (first - usual) * spec.memory_mb / MB_PER_VCPU
    init = memory.scaled(usage.cold.start.init, 1 + Fraction(moved / quantile(usage.cold.start.init, 0.5)))
    message = f"{name}'s first call takes {first:,.0f} ms, the others {usual:,.0f} ms: before the handler that work takes about {moved:,.0f} ms."
    changes = (Change(_at(name, "init"), init), Change(_at(name, "first_call"), None))
    yield Option("lambda.init-outside-handler", message, changes, "code to move")


# --- concurrency ------------------------------------------------------------------------------------------------------


def _reserved(name: str, spec: Function, usage: Usage, ctx: Context) -> Iterable[Option]:
    offered = usage.concurrency.peak().per_second
    needed = concurrency.smallest_capacity(offered, _REFUSED) if offered < 1e5 else math.ceil(offered)  # noqa: PLR2004  Erlang's recursion takes a step an environment
    change = (Change(_at(name, "reserved_concurrency"), needed),)
    gives_up = "the rest of the account has less"
    if spec.reserved_concurrency is not None:
        refused = observables.refused_share(usage, spec.reserved_concurrency)
        if refused > _REFUSED and needed > spec.reserved_concurrency:
            message = f"{name}'s reservation of {spec.reserved_concurrency} refuses {refused * 100:.2g}% of its invocations; {needed} refuse 0.1% at the peak."
            yield Option("lambda.reserved-concurrency", message, change, gives_up, "risk")
    elif usage.peak_concurrency > account_concurrency(ctx) * _LARGE_SHARE:
        message = f"{name} takes {usage.peak_concurrency} of the account's {account_concurrency(ctx):,} at its peak: it may starve others, and they it."
        yield Option("lambda.reserved-concurrency", message, change, gives_up, "risk")


def _sudden(name: str, spec: Function, usage: Usage) -> Iterable[Option]:  # noqa: ARG001  as the others
    rise = sudden_rise(usage)
    if rise is None or rise[0] <= concurrency.SCALING_STEP:
        return
    added = math.ceil(rise[0])
    least, most = (float(concurrency.seconds_to_capacity(added, bucket_full=full)) for full in (True, False))
    message = (
        f"{name} needs {added:,} environments more from one minute to the next; AWS adds 1,000 at once and 100 a second: "
        f"for {least:.0f} to {most:.0f} s what is beyond is throttled."
    )
    yield Option("lambda.scaling-rate", message, (), "", "risk")
