"""What AWS refuses: sizes and time-outs of one function, and the account's pools. It never settles a pool.

Lambda Developer Guide, "Lambda quotas" and "Understanding Lambda function scaling" (read 2026-11-23).
"""

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.model import Context, LimitCheck, Observable, PoolLoad
from capplan.quantities import Distribution, quantile, sig6, to_quantity
from capplan.services.lambda_ import concurrency
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage

MB_PER_VCPU = 1769
MEMORY_MB = (128, 10_240)
TIMEOUT_S = (1, 900)
EPHEMERAL_MB = (512, 10_240)
ZIPPED_MB, UNZIPPED_MB, IMAGE_MB = 50, 250, 10_240
LAYERS, ENVIRONMENT_KB = 5, 4
SYNC_PAYLOAD_MB, ASYNC_PAYLOAD_MB = 6, 1
ACCOUNT_CONCURRENCY = 1000
KEPT_UNRESERVED = 100
_CORE_STEPS_MB = (1769, 3538, 5307, 7076, 8845)
_CERTAIN = 0.999


def pool_quota(limit: str, region: str) -> Decimal | None:  # noqa: ARG001  the same default in every Region
    """The account's default quota; new accounts start lower and are raised with use."""
    return {
        "lambda.concurrency": Decimal(ACCOUNT_CONCURRENCY),
        "lambda.request_rate": Decimal(ACCOUNT_CONCURRENCY * concurrency.REQUESTS_PER_CONCURRENCY),
    }.get(limit)


def cores(memory_mb: int) -> int:
    """Visible cores of a memory size."""
    return 1 + sum(memory_mb > step for step in _CORE_STEPS_MB)


def check(name: str, spec: Function, usage: Usage, ctx: Context) -> tuple[LimitCheck, ...]:  # noqa: ARG001  every room's signature
    """A function's own limits: its reserved concurrency, its time-out, its payload."""
    out = []
    if spec.reserved_concurrency is not None:
        peak = Decimal(usage.peak_concurrency)
        out.append(
            LimitCheck(
                name,
                "lambda.reserved_concurrency",
                peak,
                Decimal(spec.reserved_concurrency),
                "concurrent executions",
                usage.concurrency,
                poisson=True,
                minute=_at(usage),
            )
        )
    longest = _longest(spec.duration)
    out.append(
        LimitCheck(
            name, "lambda.timeout", to_quantity(longest / 1000), to_quantity(Fraction(spec.timeout_ms) / 1000), "s"
        )
    )
    if usage.largest_payload_bytes:
        most = (ASYNC_PAYLOAD_MB if usage.is_async else SYNC_PAYLOAD_MB) * units.BYTES_PER_MB
        out.append(LimitCheck(name, "lambda.payload", to_quantity(usage.largest_payload_bytes), Decimal(most), "bytes"))
    return tuple(out)


def _longest(duration: Distribution) -> Fraction:
    """The time that one call in a thousand passes; a fixed duration itself."""
    return Fraction(duration.points[0][1]) if duration.fixed else sig6(quantile(duration, _CERTAIN))


def _at(usage: Usage) -> int | None:
    return usage.concurrency.peak().minute if usage.concurrency.terms else None


def pools(name: str, spec: Function, usage: Usage, ctx: Context) -> tuple[PoolLoad, ...]:  # noqa: ARG001  every room's signature
    """What it takes of the account's concurrency and of the request rate tied to that."""
    if not usage.concurrency.terms:
        return ()
    return (
        PoolLoad("lambda.concurrency", usage.concurrency, poisson=True),
        PoolLoad("lambda.request_rate", usage.invocations),
    )


def observe(name: str, spec: Function, usage: Usage, ctx: Context) -> Mapping[str, Observable]:  # noqa: ARG001  every room's signature
    """What a gate may ask of a function."""
    account = ctx.quotas.get("lambda.concurrency", Decimal(ACCOUNT_CONCURRENCY)) - ctx.in_use.get(
        "lambda.concurrency", Decimal(0)
    )
    limit = account if spec.reserved_concurrency is None else Decimal(spec.reserved_concurrency)
    return {
        "concurrency.peak": Observable(Decimal(usage.peak_concurrency), "", limit),
        "requests": Observable(to_quantity(usage.requests), ""),
        "timed_out": Observable(to_quantity(usage.timed_out), "%"),
    }


def package_problems(spec: Function) -> list[tuple[tuple[str, ...], str]]:
    """Sizes AWS would refuse, as (path, message)."""
    out: list[tuple[tuple[str, ...], str]] = []
    if spec.package is not None:
        sizes = (("zipped", spec.package.zipped_mb, None), ("unzipped", spec.package.unzipped_mb, UNZIPPED_MB))
        out += [
            (("package", key), f"{mb} MB is over the {most} MB of a package with its layers")
            for key, mb, most in sizes
            if mb is not None and most is not None and mb > most
        ]
    if spec.image_mb is not None and spec.image_mb > IMAGE_MB:
        out.append((("image",), f"{spec.image_mb} MB is over the 10 GB of a container image"))
    return out


def whole(value: float) -> int:
    """Rounded up, forgiving the last bit."""
    return math.ceil(round(value, 9))
