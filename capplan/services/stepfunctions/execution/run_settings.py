"""The settings that a Task gives the Glue job run it starts: they override the job's.

AWS Glue API Reference, StartJobRun (read 2026-11-23).
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.services.stepfunctions.asl import definition as asl
from capplan.services.stepfunctions.asl.integrations import action_of
from capplan.services.stepfunctions.asl.values import is_open


def run_settings(arguments: Mapping[str, object]) -> dict[str, object]:
    """WorkerType, NumberOfWorkers and Timeout of StartJobRun's arguments, as fields of a request."""
    out: dict[str, object] = {}
    worker_type, workers, minutes = (arguments.get(key) for key in ("WorkerType", "NumberOfWorkers", "Timeout"))
    if isinstance(worker_type, str) and not is_open(worker_type):
        out["worker_type"] = worker_type
    if workers_given := _whole(workers):
        out["workers"] = workers_given
    if minutes_given := _whole(minutes):
        out["timeout_ms"] = Decimal(minutes_given * units.SECONDS_PER_MINUTE * units.MS_PER_SECOND)
    return out


def run_timeout_ms(task: asl.Task) -> Fraction | None:
    """The Timeout that a Task gives the job run it starts; None where it gives none."""
    action = action_of(task.resource)
    given = run_settings(task.arguments).get("timeout_ms") if action is not None and action[0] == "glue" else None
    return Fraction(given) if isinstance(given, Decimal) else None


def _whole(value: object) -> int | None:
    """A whole number above 0; None for anything else."""
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return int(value) if is_number and value == int(value) > 0 else None  # type: ignore[call-overload]
