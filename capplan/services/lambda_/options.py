"""What else could be written for a function. It never says what that would save."""

import math
from fractions import Fraction

from capplan.model import Change, Context, Option
from capplan.quantities import quantile
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage

_TIMED_OUT = Fraction(1, 1000)
_NEAR = 0.8
_MOST_S = 900


def options(name: str, spec: Function, usage: Usage, ctx: Context) -> tuple[Option, ...]:  # noqa: ARG001  every room's signature
    """The other architecture where it is cheaper, and a longer time-out where it is too near."""
    if not usage.invocations.terms:
        return ()
    out = []
    if spec.architecture == "x86_64":
        message = f"{name} runs on x86_64; arm64 costs less a GB-second, the same duration assumed."
        out.append(
            Option(
                "lambda.arm64",
                message,
                (Change(f"functions.{name}.architecture", "arm64"),),
                "needs libraries built for arm64",
            )
        )
    near = _near_timeout(name, spec, usage)
    return (*out, near) if near is not None else tuple(out)


def _near_timeout(name: str, spec: Function, usage: Usage) -> Option | None:
    p99 = quantile(spec.duration, 0.99)
    if usage.timed_out <= _TIMED_OUT and p99 <= _NEAR * float(spec.timeout_ms):
        return None
    seconds = min(_MOST_S, max(1, math.ceil(p99 * 2 / 1000)))
    if seconds * 1000 <= spec.timeout_ms:
        return None
    share = float(usage.timed_out) * 100
    message = f"{share:.2g}% of {name}'s invocations reach its time-out of {spec.timeout_ms / 1000:f} s; their p99 is {p99:.3g} ms."
    return Option("lambda.timeout-near", message, (Change(f"functions.{name}.timeout", f"{seconds} s"),), "", "risk")
