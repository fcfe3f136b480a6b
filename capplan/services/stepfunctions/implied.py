"""What follows from a state machine by itself: its log group, where logging is on, and traces."""

from collections.abc import Iterator
from fractions import Fraction

from capplan import units
from capplan.calls import Access
from capplan.model import Context, Implied, RequestStream
from capplan.quantities.distribution import fixed
from capplan.quantities.rounding import to_quantity
from capplan.services.stepfunctions.logs import events_at, execution_bytes
from capplan.services.stepfunctions.spec import StateMachine
from capplan.services.stepfunctions.usage import Usage
from capplan.tracing import traced


def implies(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> Iterator[Implied]:
    """Log group, written in batches of up to 1 MB, and traces."""
    address, logs = f"state_machines.{name}", spec.logs
    if spec.tracing == "active" and usage.executions.terms:
        yield traced(address, usage.streams, ctx)
    if not logs or not usage.executions.terms:
        return
    size = execution_bytes(logs, events_at(logs.level, usage.mean), spec.payload)
    group = logs.group or f"/aws/vendedlogs/states/{name}"
    access = Access.model_construct(op="deliver", target=group, payload=fixed(to_quantity(size)))
    batch = max(Fraction(1), units.BYTES_PER_MB / size) if size else Fraction(1)
    batches = RequestStream(access, usage.executions * (1 / batch), address, records=batch)
    yield Implied("log_groups", group, logs.of_group(), (batches,))
