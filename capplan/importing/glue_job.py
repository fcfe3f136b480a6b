"""A job in the words of Glue's API as a scenario has it.

Source: AWS Glue API Reference, "Job", "CreateJob" (read 2026-11-30): MaxCapacity is for Python shell jobs and for Glue 1.0
and older; GetJob returns it for every job.
"""

from decimal import Decimal
from typing import Any

from capplan.importing import written
from capplan.importing.model import Question
from capplan.importing.value import Value

DURATION = Question("duration", "10 min", "how long does a run take?")
WORKERS = Question("workers", Decimal(10), "how many workers?")
_TYPES = {"glueetl": "spark", "pythonshell": "python-shell", "gluestreaming": "streaming", "glueray": "ray"}
_OLD_VERSIONS = ("0.", "1.")
"""From Glue 2.0 on a Spark job has workers, not a maximum capacity."""


def job_values(job: Value, command: Value, arguments: Value) -> dict[str, Any]:
    """Keys of a job; `command` and `arguments` are its Command and DefaultArguments."""
    kind = _TYPES.get(command.get("Name", "name").text("glueetl"), "spark")
    values: dict[str, Any] = {} if kind == "spark" else {"type": kind}
    version = job.get("GlueVersion", "glue_version")
    if version.known:
        values["glue_version"] = version_text(version)
    values |= size_values(job, kind)
    timeout = job.get("Timeout", "timeout")
    if timeout.known and timeout.whole():
        values["timeout"] = f"{timeout.whole()} min"
    retries = job.get("MaxRetries", "max_retries")
    if retries.known and retries.whole():
        values["max_retries"] = Decimal(retries.whole())
    if job.get("ExecutionClass", "execution_class").text("STANDARD") == "FLEX":
        values["execution_class"] = "flex"
    if job.get("JobRunQueuingEnabled", "job_run_queuing_enabled").flag():
        values["job_run_queuing"] = True
    given = {key: value.data for key, value in arguments.entries()}
    if str(given.get("--enable-auto-scaling", "")).casefold() == "true":
        values["auto_scaling"] = True
    if given.get("--job-bookmark-option") == "job-bookmark-enable":
        values["bookmark"] = True
    return values


def version_text(version: Value) -> str:
    """A Glue version, also where a template's 4.0 has become a number."""
    if isinstance(version.data, Decimal):
        return f"{version.data:.1f}"
    return version.text()


def size_values(job: Value, kind: str) -> dict[str, Any]:
    """Workers, or the DPUs of jobs that have none."""
    worker, number = job.get("WorkerType", "worker_type"), job.get("NumberOfWorkers", "number_of_workers")
    if worker.text("") and number.known and number.whole():
        return {"worker_type": worker.text(), "workers": Decimal(number.whole())}
    capacity = job.get("MaxCapacity", "max_capacity", "AllocatedCapacity", "allocated_capacity")
    values: dict[str, Any] = {"worker_type": worker.text()} if worker.text("") else {}
    if not capacity.known or not capacity.count():
        return values
    dpus = capacity.count().normalize()
    version = job.get("GlueVersion", "glue_version")
    newer = not version.known or not version_text(version).startswith(_OLD_VERSIONS)
    if kind == "python-shell":
        return {"dpus": dpus}
    if kind == "spark" and newer and dpus == dpus.to_integral_value():
        return {**values, "worker_type": "G.1X", "workers": Decimal(int(dpus))}
    return {**values, "dpus": dpus}


def minutes(seconds: Decimal) -> str:
    """Seconds as a duration."""
    return written.duration(seconds * 1000)
