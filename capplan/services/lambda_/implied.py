"""What follows from a function by itself: its log group, traces, requests of a key.

X-Ray Developer Guide, "AWS Lambda and AWS X-Ray" (read 2026-11-30): Lambda records two segments of a traced invocation.
Lambda Developer Guide, "Securing environment variables": they are decrypted when an environment starts.
"""

from collections.abc import Iterator
from fractions import Fraction

from capplan import units
from capplan.encryption import AWS_OWNED, key_requests
from capplan.model import Context, Implied
from capplan.services.lambda_.logs import invocation_bytes
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage
from capplan.tracing import traced
from capplan.written_logs import written_logs


def implies(name: str, spec: Function, usage: Usage, ctx: Context) -> tuple[Implied, ...]:
    """Log group, traces, requests of a key."""
    address = f"functions.{name}"
    key = key_requests(spec.encryption, "lambda", "decrypt", [usage.cold_starts], address, (AWS_OWNED,))
    return (*_logs(name, spec, usage, ctx), *_traces(address, spec, usage, ctx), *key)


def _traces(address: str, spec: Function, usage: Usage, ctx: Context) -> Iterator[Implied]:
    """Its requests, of which X-Ray decides where their caller is not traced; and a second segment of each."""
    if spec.tracing == "active" and usage.invocations.terms:
        yield traced(address, usage.streams, ctx, segments=2)


def _logs(name: str, spec: Function, usage: Usage, ctx: Context) -> Iterator[Implied]:
    """What Lambda delivers: at most a batch a second from each environment that is busy, and none without an invocation."""
    if not spec.logs or not usage.invocations.terms:
        return
    cold = usage.cold.share if usage.cold is not None else Fraction(0)
    size = invocation_bytes(spec.logs, ctx.region, name, cold, traced=spec.tracing == "active")
    busy_s = min(Fraction(1), usage.mean_ms / units.MS_PER_SECOND)
    group, address = f"/aws/lambda/{name}", f"functions.{name}"
    yield written_logs(spec.logs, group, size, usage.invocations, address, per_batch=1 / busy_s)
