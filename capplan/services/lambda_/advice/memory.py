"""The right memory: a function's measured curve as settings at every size. It never says which to take.

AWS Lambda Power Tuning's result (github alexcasalboni/aws-lambda-power-tuning, README, read 2026-11-23) is read as it is:
its `stats`, with or without the `results` around them. Durations between measured sizes follow the curve.
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
from capplan.services.lambda_.quota_checks import MB_PER_VCPU
from capplan.services.lambda_.spec import MAX_MEMORY_MB, MIN_MEMORY_MB, Function

CANDIDATES_MB = (128, 192, 256, 384, 512, 768, 1024, 1280, 1536, MB_PER_VCPU, 2048, 3008, 4096, 6144, 8192, 10_240)
"""Sizes that are looked at beside the measured ones: AWS takes any, costs and times lie close between these."""
_FEWEST = 2


def complete(spec: Function, files: Files) -> tuple[Function, tuple[Problem, ...]]:
    """The function with the durations its power tuning measured."""
    said = spec.power_tuning
    if said is None:
        return spec, ()
    if not isinstance(said, str):
        found = {mb: mean(duration) for mb, duration in said.items()}
        return _with(spec, found, ())
    try:
        document = files.read_json(said)
    except CapplanError as error:
        return spec, problems_of(error, ("power_tuning",))
    return _with(spec, measured_in(document.data), (said,))


def _with(spec: Function, found: Mapping[int, Fraction], named: tuple[str, ...]) -> tuple[Function, tuple[Problem, ...]]:  # fmt: skip
    at = ("power_tuning",)
    outside = [mb for mb in found if not MIN_MEMORY_MB <= mb <= MAX_MEMORY_MB]
    if outside:
        return spec, (Problem(at, f"no function has {outside[0]} MB", "128 MB to 10240 MB"),)
    if len(found) < _FEWEST or not all(found.values()):
        what = f"{named[0]} holds no result of power tuning" if named else "a curve needs durations above 0"
        return spec, (Problem(at, what, 'expected "stats" with "value" and "averageDuration", two or more: run it with includeOutputResults'),)  # fmt: skip
    return spec.model_copy(update={"measured_ms": dict(sorted(found.items()))}), ()


def measured_in(data: Any) -> dict[int, Fraction]:  # noqa: ANN401  any JSON
    """Mean duration by memory of a power tuning's output; empty where it is none."""
    inner = data.get("results", data) if isinstance(data, Mapping) else data
    stats = inner.get("stats") if isinstance(inner, Mapping) else inner
    if not isinstance(stats, Sequence) or isinstance(stats, str):
        return {}
    out: dict[int, Fraction] = {}
    for one in stats:
        if not isinstance(one, Mapping):
            return {}
        size, ms = one.get("value", one.get("power")), one.get("averageDuration", one.get("duration"))
        if not isinstance(ms, Decimal | int) or not str(size).isdigit():
            return {}
        out[int(str(size))] = Fraction(ms)
    return out


def durations_ms(spec: Function) -> dict[int, Fraction]:
    """Mean duration by memory: what was measured, and what the curve says at the other candidates.

    Below the smallest measured size the code may not fit, and past one vCPU code of one thread gains nothing: there
    only what was measured counts.
    """
    measured = dict(spec.measured_ms)
    if not measured:
        return {}
    curve = fit_curve({mb: float(ms) for mb, ms in measured.items()})
    least, most = min(measured), max(*measured, MB_PER_VCPU)
    out = {mb: sig6(curve.duration_ms(mb)) for mb in (*CANDIDATES_MB, spec.memory_mb) if least <= mb <= most}
    return dict(sorted((out | measured).items()))


def at_memory(spec: Function, memory_mb: int) -> str | dict[str, str] | None:
    """The `duration` to write at another memory: today's, as many times longer or shorter as the curve says."""
    found = durations_ms(spec)
    here, there = found.get(spec.memory_mb), found.get(memory_mb)
    if here is None or there is None:
        return None
    return scaled(spec.duration, there / here)


def scaled(duration: Distribution, factor: Fraction) -> str | dict[str, str]:
    """A duration, so many times as long, as the scenario writes it."""
    if len(duration.points) == 1:
        return _ms(Fraction(duration.points[0][1]) * factor)
    return {f"p{(share * 100).normalize():f}": _ms(Fraction(ms) * factor) for share, ms in duration.points}


def _ms(value: Fraction) -> str:
    exact = sig6(float(value))
    return f"{Decimal(exact.numerator) / Decimal(exact.denominator):f} ms"
