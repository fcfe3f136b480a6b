"""What a state machine writes to CloudWatch Logs, where logging is on: an event for each event of its history.

Step Functions Developer Guide, "Using CloudWatch Logs to log execution history" (read 2026-11-30): level ALL logs every event
of Standard and Express executions, ERROR and FATAL those that say that something failed; input and output only with execution
data. A state machine that the API makes logs nothing. AWS bills them as vended logs.
"""

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from capplan.log_settings import LogSettings
from capplan.quantities.distribution import Distribution, mean
from capplan.quantities.fields import Bytes
from capplan.services.stepfunctions.execution.model import Expectation

EVENT_BYTES = 404
"""Of a real event without its input, ExecutionStarted of an Express execution (November 2022): ids, ARNs, the time."""
WITH_DATA = Fraction(4, 5)
"""Events of a Task that hold its input or output: entered, scheduled, succeeded, exited, but not started."""


class MachineLogs(LogSettings):
    """What a state machine logs."""

    level: Literal["all", "error", "fatal"] = "all"
    """all, error or fatal; at error and fatal only what fails is logged."""
    execution_data: bool = False
    """Whether inputs and outputs are logged too (false)."""
    size_bytes: Annotated[Bytes | None, Field(alias="size")] = None
    """What one execution writes in all: IncomingBytes of its log group by its executions; by default 404 B for each event, and `payload`."""


def events_at(level: str, mean_execution: Expectation) -> Fraction:
    """Events of a mean execution that a level logs: all, those of failures, or only of executions that fail."""
    if level == "all":
        return mean_execution.history_events
    fatal = 1 - mean_execution.p_success
    return fatal if level == "fatal" else fatal + sum(mean_execution.failed.values(), Fraction(0))


def execution_bytes(logs: MachineLogs, events: Fraction, payload: Distribution | None) -> Fraction:
    """Bytes that a mean execution writes with so many events."""
    if logs.size_bytes is not None:
        return Fraction(logs.size_bytes)
    data = mean(payload) * WITH_DATA if logs.execution_data and payload is not None else Fraction(0)
    return events * (EVENT_BYTES + data)
