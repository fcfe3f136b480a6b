"""Under which SKUs a function is billed. It holds no price."""

from capplan.model import Charge, Context
from capplan.quantities import to_quantity
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage


def charge(name: str, spec: Function, usage: Usage, ctx: Context) -> tuple[Charge, ...]:  # noqa: ARG001  every room's signature
    """Requests, duration, and storage above the free part."""
    arch = spec.architecture
    words = f"invocations x {to_quantity(usage.billed_ms)} ms billed x {spec.memory_mb} MB"
    out = [
        Charge(
            f"{name}.requests",
            f"lambda.request.{arch}",
            "invocations",
            usage.requests,
            "requests",
            usage.billed_requests,
        ),
        Charge(
            f"{name}.duration", f"lambda.duration.{arch}", words, usage.gb_seconds.monthly, "GB-s", usage.gb_seconds
        ),
    ]
    if usage.ephemeral_gb_seconds.terms:
        above = f"invocations x time x {spec.ephemeral_storage_mb - 512} MB above 512 MB"
        out.append(
            Charge(
                f"{name}.ephemeral-storage",
                f"lambda.ephemeral_storage.{arch}",
                above,
                usage.ephemeral_gb_seconds.monthly,
                "GB-s",
                usage.ephemeral_gb_seconds,
            )
        )
    return tuple(out)
