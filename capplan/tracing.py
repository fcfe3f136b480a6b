"""Requests that X-Ray may trace, as what follows from the resource that serves them.

AWS X-Ray Developer Guide, "Sampling" (read 2026-11-30): whether a request is traced is decided once, where it enters, and
honored by every traced service that it then reaches.
"""

from collections.abc import Iterable

from capplan.calls import Access
from capplan.model import Context, Implied, RequestStream
from capplan.record import replace

DEFAULT_RULE = "Default"
ROOT, SEGMENT = "sample", "segment"
"""What is asked of a sampling rule: to decide of a request, or only to take its segment."""


def traced(address: str, streams: Iterable[RequestStream], ctx: Context, *, segments: int = 1) -> Implied:
    """The requests of a traced resource, each with its segments; X-Ray decides of those that no traced caller sends."""

    def asked(op: str, stream: RequestStream) -> RequestStream:
        access = Access.model_construct(op=op, target=DEFAULT_RULE)
        return RequestStream(access, stream.flow, address)

    out: list[RequestStream] = []
    for stream in streams:
        out.append(asked(SEGMENT if stream.cause in ctx.traced else ROOT, stream))
        if segments > 1:
            more = asked(SEGMENT, stream)
            out.append(replace(more, flow=more.flow * (segments - 1)))
    return Implied("sampling_rules", DEFAULT_RULE, {}, tuple(out))
