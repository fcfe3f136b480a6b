"""Answers of Glue's API: jobs, and their runs measured.

Source: AWS Glue API Reference, "GetJob", "GetJobs", "GetJobRuns", "GetCrawler" (read 2026-11-30).
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from capplan.importing import written
from capplan.importing.answers import answer, first_of, origin_of, whole
from capplan.importing.formats import Format
from capplan.importing.given import Given
from capplan.importing.glue_job import DURATION, WORKERS, job_values, minutes, size_values, version_text
from capplan.importing.job_runs import MeasuredRuns, Run, measured_runs, run_of
from capplan.importing.model import Asked, Block, Found, Place, Question
from capplan.importing.value import Value


def _jobs(given: Given, asked: Asked) -> Found:  # noqa: ARG001  a reader's signature
    top = whole(given)
    jobs = [top.get("Job")] if top.get("Job").known else top.get("Jobs").items()
    blocks = []
    for job in jobs:
        name = job.get("Name").text()
        values = job_values(job, job.get("Command"), job.get("DefaultArguments"))
        most = job.at("ExecutionProperty", "MaxConcurrentRuns")
        if most.known and most.whole() > 1:
            values["max_concurrent_runs"] = Decimal(most.whole())
        questions = (DURATION,) if "workers" in values or "dpus" in values else (WORKERS, DURATION)
        blocks.append(
            Block(
                "jobs", name, values, origin_of(given, job, name), (name,), questions=questions, joins="where_it_fits"
            )
        )
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
    values: dict[str, Any] = size_values(last, "spark")
    version = last.get("GlueVersion")
    if version.known:
        values["glue_version"] = version_text(version)
    if last.get("Timeout").known and last.get("Timeout").whole():
        values["timeout"] = f"{last.get('Timeout').whole()} min"
    if last.get("ExecutionClass").text("STANDARD") == "FLEX":
        values["execution_class"] = "flex"
    notes: dict[Place, str] = {}
    if measured.duration is not None:
        values["duration"] = measured.duration
        notes["duration",] = "; ".join(measured.told)
    if measured.startup_seconds is not None:
        values["startup"] = minutes(measured.startup_seconds)
    if measured.retries:
        values["max_retries"] = Decimal(measured.retries)
        notes["max_retries",] = "as many were seen; the job may allow more"
    if measured.chance:
        values["fails"] = _fails(measured)
        notes["fails",] = "measured"
    if measured.dpu_seconds is not None:
        values["dpu_seconds"] = Decimal(written.digits(measured.dpu_seconds, 6))
        notes["dpu_seconds",] = "the mean as reported"
    questions = [] if "duration" in values else [DURATION]
    if measured.every_seconds is not None:
        example = f"rate({_whole_minutes(measured.every_seconds)})"
        questions.append(Question("schedule", example, "so often in the mean; what starts it?"))
    origin = origin_of(given, last, name)
    return Block("jobs", name, values, origin, (name,), notes, questions=tuple(questions), joins="where_it_fits")


def _fails(measured: MeasuredRuns) -> dict[str, Any]:
    fails: dict[str, Any] = {"chance": written.share(measured.chance or 0)}
    if measured.after is not None and measured.after < 1:
        fails["after"] = written.share(measured.after)
    if measured.repeat is not None:
        fails["repeat"] = written.share(measured.repeat)
    if measured.gap_seconds is not None:
        fails["gap"] = minutes(measured.gap_seconds)
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
