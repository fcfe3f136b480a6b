"""Answers of Glue's API: jobs, and their runs measured.

Source: AWS Glue API Reference, "GetJob", "GetJobs", "GetJobRuns", "GetCrawler" (read 2026-11-30).
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from capplan.importing import written
from capplan.importing.answers import answer, first_of, origin_of, whole
from capplan.importing.cloudformation.building import Building
from capplan.importing.cloudformation.glue import read_job
from capplan.importing.formats import Format
from capplan.importing.given import Given
from capplan.importing.glue_job import with_size
from capplan.importing.job_runs import MeasuredRuns, Run, measured_runs, run_of
from capplan.importing.model import Asked, Block, Found
from capplan.importing.value import Value

_OF_A_RUN = (*("GlueVersion", "WorkerType", "NumberOfWorkers", "MaxCapacity", "Timeout", "ExecutionClass"),)
"""What a run tells of its job."""


def _jobs(given: Given, asked: Asked) -> Found:  # noqa: ARG001  a reader's signature
    top = whole(given)
    jobs = [top.get("Job")] if top.get("Job").known else top.get("Jobs").items()
    blocks = []
    for job in jobs:
        name = job.get("Name").text()
        built = Building("jobs", name, origin_of(given, job, name), (name,), "where_it_fits")
        read_job(built, with_size(job.properties("NumberOfWorkers", "Timeout", "MaxRetries")))
        blocks.append(built.block())
    return Found(tuple(blocks))


def _runs(every: Sequence[Given], asked: Asked) -> Found:  # noqa: ARG001  a reader's signature
    """Runs of all files together: each job is measured once."""
    runs: dict[str, list[Run]] = {}
    newest: dict[str, tuple[Given, Value, Decimal]] = {}
    for given in every:
        top = whole(given)
        for value in top.get("JobRuns").items() or [top.get("JobRun")]:
            run = run_of(value)
            name = value.get("JobName").text()
            runs.setdefault(name, []).append(run)
            if name not in newest or run.started > newest[name][2]:
                newest[name] = given, value, run.started
    blocks = [_run_block(name, measured_runs(found), *newest[name][:2]) for name, found in runs.items()]
    return Found(tuple(blocks), consumed=())


def _run_block(name: str, measured: MeasuredRuns, given: Given, last: Value) -> Block:
    """What runs show, and what the newest of them ran on."""
    built = Building("jobs", name, origin_of(given, last, name), (name,), "where_it_fits")
    known = last.properties("NumberOfWorkers", "Timeout")
    read_job(built, with_size({key: known[key] for key in _OF_A_RUN if known.get(key) not in (None, Decimal(0))}))
    values, notes = built.values, built.notes
    if measured.duration is not None:
        values["duration"] = measured.duration
        notes["duration",] = "; ".join(measured.told)
    if measured.startup_seconds is not None:
        values["startup"] = written.duration(measured.startup_seconds * 1000)
    if measured.retries:
        values["max_retries"] = Decimal(measured.retries)
        notes["max_retries",] = "as many were seen; the job may allow more"
    if measured.chance:
        values["fails"] = _fails(measured)
        notes["fails",] = "measured"
    if measured.dpu_seconds is not None:
        values["dpu_seconds"] = Decimal(written.digits(measured.dpu_seconds, 6))
        notes["dpu_seconds",] = "the mean as reported"
    if measured.every_seconds is not None:
        example = f"rate({_whole_minutes(measured.every_seconds)})"
        built.ask("schedule", example, "so often in the mean; what starts it?")
    return built.block()


def _fails(measured: MeasuredRuns) -> dict[str, Any]:
    fails: dict[str, Any] = {"chance": written.share(measured.chance or 0)}
    if measured.after is not None and measured.after < 1:
        fails["after"] = written.share(measured.after)
    if measured.repeat is not None:
        fails["repeat"] = written.share(measured.repeat)
    if measured.gap_seconds is not None:
        fails["gap"] = written.duration(measured.gap_seconds * 1000)
    return fails


def _whole_minutes(seconds: Decimal) -> str:
    """A schedule's interval near a time: AWS takes whole minutes, hours and days."""
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        count = round(seconds / size)
        if count and abs(seconds - count * size) <= seconds / 20:
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{max(1, round(seconds / 60))} minutes"


FORMATS = (
    Format(
        "glue-job",
        "a description of Glue jobs",
        lambda given: "Command" in answer(given, "Job") or "Command" in first_of(given, "Jobs"),
        _jobs,
    ),
    Format(
        "glue-job-runs",
        "runs of a Glue job",
        lambda given: "JobRunState" in first_of(given, "JobRuns") or "JobRunState" in answer(given, "JobRun"),
        together=_runs,
    ),
)
