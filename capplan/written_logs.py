"""Logs that a resource writes, as what follows from its usage: bytes in batches, to a log group."""

from fractions import Fraction

from capplan import units
from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.log_settings import LogSettings
from capplan.model import Implied, RequestStream
from capplan.quantities.distribution import fixed
from capplan.quantities.rounding import to_quantity

PUT = "put-log-events"
"""What a resource writes itself: AWS's flat price."""
DELIVER = "deliver"
"""What an AWS service writes for a resource: AWS's tiered price. No verb of `calls`."""
_DELIVERED, _PUT = (Access.model_construct(op=op, target="") for op in (DELIVER, PUT))
"""What all such requests have in common: a copy takes a tenth of the time of a new one."""
_BATCH_BYTES = units.BYTES_PER_MB
"""Of a PutLogEvents request at most (CloudWatch Logs API Reference, PutLogEvents, read 2026-11-30)."""


def written_logs(
    logs: LogSettings,
    group: str,
    size: Fraction,
    flow: DemandFlow,
    cause: str,
    *,
    per_batch: Fraction | None = None,
    vended: bool = True,
) -> Implied:
    """What is written to a log group.

    Args:
        logs: What the scenario says of it.
        group: AWS's name of the log group, where the scenario gives none.
        size: Bytes that one of what is logged writes: an invocation, an execution, a request.
        flow: How many of them a second.
        cause: The address of the resource.
        per_batch: How many of them one request to CloudWatch Logs has; None for as many as fit.
        vended: Whether an AWS service writes for the account ("vended logs"), and not the resource itself.
    """
    name = logs.group or group
    fits = per_batch or max(Fraction(1), _BATCH_BYTES / size if size else Fraction(1))
    written = {"target": name, "payload": fixed(to_quantity(size)), "batch": int(fits)}
    access = (_DELIVERED if vended else _PUT).model_copy(update=written)
    return Implied("log_groups", name, logs.of_group(), (RequestStream(access, flow, cause),))
