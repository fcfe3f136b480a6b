"""What follows from a state machine by itself: its log group, where logging is on, and traces."""

from collections.abc import Iterator

from capplan.model import Context, Implied
from capplan.services.stepfunctions.logs import events_at, execution_bytes
from capplan.services.stepfunctions.spec import StateMachine
from capplan.services.stepfunctions.usage import Usage
from capplan.tracing import traced
from capplan.written_logs import written_logs


def implies(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> Iterator[Implied]:
    """Log group, traces."""
    address, logs = f"state_machines.{name}", spec.logs
    if spec.tracing == "active" and usage.executions.terms:
        yield traced(address, usage.streams, ctx)
    if not logs or not usage.executions.terms:
        return
    size = execution_bytes(logs, events_at(logs.level, usage.mean), spec.payload)
    yield written_logs(logs, f"/aws/vendedlogs/states/{name}", size, usage.executions, address)
