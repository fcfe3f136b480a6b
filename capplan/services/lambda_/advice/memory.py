"""A function's duration at every memory size, from its power tuning.

The result of AWS Lambda Power Tuning (github alexcasalboni/aws-lambda-power-tuning, README, read 2026-11-23) is read as
it is: its `stats`, with or without the `results` around them. Durations between measured sizes follow the curve.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan.errors import CapplanError
from capplan.model import Problem, problems_of
from capplan.quantities.distribution import Distribution, mean
from capplan.quantities.rounding import sig6
from capplan.reading.files import Files
from capplan.services.lambda_.advice.tuning import fit_curve
from capplan.services.lambda_.quotas import MB_PER_VCPU, MEMORY_MAX, MEMORY_MIN
from capplan.services.lambda_.spec import Function

_SIZES_MB = (192, 256, 384, 512, 768, 1024, 1280, 1536, MB_PER_VCPU, 2048, 3008, 4096, 6144, 8192)
CANDIDATES_MB = (int(MEMORY_MIN.value), *_SIZES_MB, int(MEMORY_MAX.value))
"""Sizes that are compared besides the measured ones: AWS takes any, costs and durations are close between these."""
_MIN_POINTS = 2


def resolve(spec: Function, files: Files) -> tuple[Function, tuple[Problem, ...]]:
    """The function with the durations that its power tuning measured, and what is wrong with them."""
    tuning = spec.power_tuning
    if tuning is None:
        return spec, ()
    if not isinstance(tuning, str):
        return _with_measured(spec, {mb: mean(duration) for mb, duration in tuning.items()}, "")
    try:
        document = files.read_json(tuning)
    except CapplanError as error:
        return spec, problems_of(error, ("power_tuning",))
    return _with_measured(spec, measured_in(document.data), tuning)


def _with_measured(spec: Function, measured: Mapping[int, Fraction], file: str) -> tuple[Function, tuple[Problem, ...]]:
    outside = [mb for mb in measured if not MEMORY_MIN.value <= mb <= MEMORY_MAX.value]
    if outside:
        message, hint = f"no function has {outside[0]} MB of memory", f"{MEMORY_MIN} to {MEMORY_MAX}"
        return spec, (Problem(("power_tuning",), message, hint),)
    if len(measured) < _MIN_POINTS or not all(measured.values()):
        message = f"{file} is not a result of Lambda Power Tuning" if file else "a curve needs durations above 0"
        hint = 'expected "stats" with "value" and "averageDuration", two or more: run Power Tuning with includeOutputResults'
        return spec, (Problem(("power_tuning",), message, hint),)
    return spec.model_copy(update={"measured_ms": dict(sorted(measured.items()))}), ()


def measured_in(data: Any) -> dict[int, Fraction]:  # noqa: ANN401  any JSON
    """Mean duration by memory of a power tuning's output; empty if it is not one."""
    inner = data.get("results", data) if isinstance(data, Mapping) else data
    stats = inner.get("stats") if isinstance(inner, Mapping) else inner
    if not isinstance(stats, Sequence) or isinstance(stats, str):
        return {}
    out: dict[int, Fraction] = {}
    for point in stats:
        if not isinstance(point, Mapping):
            return {}
        size, ms = point.get("value", point.get("power")), point.get("averageDuration", point.get("duration"))
        if not isinstance(ms, Decimal | int) or not str(size).isdigit():
            return {}
        out[int(str(size))] = Fraction(ms)
    return out


def durations_ms(spec: Function) -> dict[int, Fraction]:
    """Mean duration by memory: what was measured, and what the curve gives at the other candidates.

    Below the smallest measured size the code may not fit, and beyond one vCPU code of one thread gains nothing: there
    only measured sizes are used.
    """
    measured = dict(spec.measured_ms)
    if not measured:
        return {}
    curve = fit_curve({mb: float(ms) for mb, ms in measured.items()})
    smallest, largest = min(measured), max(*measured, MB_PER_VCPU)
    sizes = (mb for mb in (*CANDIDATES_MB, spec.memory_mb) if smallest <= mb <= largest)
    return dict(sorted(({mb: sig6(curve.duration_ms(mb)) for mb in sizes} | measured).items()))


def duration_at(spec: Function, memory_mb: int) -> str | dict[str, str] | None:
    """The `duration` to write at another memory size: today's, scaled as the curve says; None without a curve."""
    by_memory = durations_ms(spec)
    now, then = by_memory.get(spec.memory_mb), by_memory.get(memory_mb)
    return None if now is None or then is None else scaled(spec.duration, then / now)


def scaled(duration: Distribution, factor: Fraction) -> str | dict[str, str]:
    """A duration times a factor, as the scenario writes it."""
    if len(duration.points) == 1:
        return _ms(Fraction(duration.points[0][1]) * factor)
    return {f"p{(share * 100).normalize():f}": _ms(Fraction(ms) * factor) for share, ms in duration.points}


def _ms(value: Fraction) -> str:
    exact = sig6(float(value))
    return f"{Decimal(exact.numerator) / Decimal(exact.denominator):f} ms"
