"""The keys of a Glue job in a scenario."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from capplan.log_settings import LogSettings, or_false, read_logs
from capplan.quantities.fields import ByteRate, Bytes, Count, Duration, Milliseconds, Share, Size, WholeCount
from capplan.services.glue.fields import Schedule, Version
from capplan.services.glue.quotas import (
    DEFAULT_TIMEOUT_MINUTES,  # noqa: F401  named in a docstring
    FAQ_RETRIES,
    MAX_CAPACITY,
    MAX_RETRIES,
    MAX_WORKERS,
    OLD_DEFAULT_TIMEOUT_MINUTES,  # noqa: F401  named in a docstring
    RUNS_PER_JOB,
    SPARK_MIN_DPUS,  # noqa: F401  named in a docstring
    TIMEOUT,  # noqa: F401  named in a docstring
)
from capplan.spec_config import SPEC_CONFIG
from capplan.triggers import Triggers

_FAQ_DEFAULT = "faq-default"
_ANYWHERE = "anywhere"

WorkerTypeName = Literal[
    "Standard", "G.025X", "G.1X", "G.2X", "G.4X", "G.8X", "G.12X", "G.16X", "R.1X", "R.2X", "R.4X", "R.8X", "Z.2X"
]


def _read_retries(raw: object) -> object:
    if isinstance(raw, Decimal) and raw == raw.to_integral_value():
        return int(raw)  # the YAML reader gives every number as a Decimal
    return FAQ_RETRIES if raw == _FAQ_DEFAULT else raw


class Fails(BaseModel):
    """How a job's attempts fail."""

    model_config = SPEC_CONFIG

    chance: Share
    """The share of attempts that fail, such as 5%."""
    after: Annotated[Share | None, BeforeValidator(lambda raw: None if raw == _ANYWHERE else raw)] = Decimal(1)
    """How far into its run time an attempt fails (100%), or anywhere: at any moment with equal probability."""
    repeat: Share | None = None
    """The share of attempts that fail again after a failed one; `chance` by default, near 100% for bad input."""
    gap_ms: Annotated[Milliseconds, Field(alias="gap")] = Decimal(0)
    """How long AWS takes to start the next attempt (0 s); it delays the failure notice and is not billed."""


class Data(BaseModel):
    """The data that a run processes: it determines the run time and, with `arrives`, the number of runs."""

    model_config = SPEC_CONFIG

    per_run: Size
    """How much one run reads, such as 40 GB."""
    speed: ByteRate | None = None
    """How much one DPU processes, such as 12 GB/h; with it the run time follows from the data."""
    setup_ms: Annotated[Milliseconds, Field(alias="setup")] = Decimal(0)
    """Run time that does not depend on the data, such as 2 min."""
    arrives: ByteRate | None = None
    """How much data arrives, such as 300 GB/day: a run starts whenever `per_run` of it is there."""


class JobLogs(LogSettings):
    """What a job logs."""

    size_bytes: Annotated[Bytes, Field(alias="size")]
    """What one run writes in all, its retries included, such as 20 MB: drivers and executors, with continuous logging too."""


class Job(BaseModel):
    """One AWS Glue job."""

    model_config = SPEC_CONFIG

    triggers: Triggers = ()
    """What starts runs: a traffic or schedule by name (for a streaming job, the records that it reads), or {bus: shop, filter: 5%}."""
    schedule: Schedule | None = None
    """The job's own schedule: cron(0 3 * * ? *) or rate(1 hour)."""
    type: Literal["spark", "python-shell", "streaming", "ray"] = "spark"
    """spark (default), python-shell, streaming (runs all the time) or ray."""
    glue_version: Version = "5.1"
    """Glue version, such as "5.1" (AWS's default); it determines the price, the minimum and the default time-out."""
    worker_type: WorkerTypeName = "G.1X"
    """Worker type, such as G.1X: the DPUs of one worker."""
    workers: Annotated[WholeCount, Field(ge=1, le=MAX_WORKERS)] | None = None
    """Number of workers, the driver included; required for all but Python shell jobs. With auto scaling: the maximum."""
    auto_scaling: bool = False
    """Whether workers are added and removed during a run: each is billed for its own time (false)."""
    worker_utilization: Share | None = None
    """The share of workers in use, over a run (AWS's metric of that name); auto scaling bills only these."""
    dpu_seconds: Count | None = None
    """DPUSeconds that AWS reports for one such run (Flex or auto scaling), used as reported."""
    execution_class: Literal["standard", "flex"] = "standard"
    """standard, or flex: cheaper, on spare capacity, may wait to start."""
    dpus: Annotated[Decimal, Field(gt=0, le=MAX_CAPACITY.value)] | None = None
    """DPUs of a Python shell job (0.0625 or 1), or of a Spark job on Glue 1.0 and older ({SPARK_MIN_DPUS} to {MAX_CAPACITY})."""
    duration: Duration | None = None
    """Run time of one successful attempt, such as {p50: 22 min, p95: 40 min}."""
    data: Data | None = None
    """The data a run processes, instead of `duration`: {per_run: 40 GB, speed: 12 GB/h, setup: 2 min}."""
    startup_ms: Annotated[Milliseconds, Field(alias="startup")] = Decimal(0)
    """How long an attempt takes to start (0 s); not billed, but it delays the end."""
    deadline_ms: Annotated[Milliseconds | None, Field(alias="deadline")] = None
    """How long after its start a run must be done, such as 4 h; options that would miss it are not recommended."""
    timeout_ms: Annotated[Milliseconds | None, Field(alias="timeout")] = None
    """When AWS stops an attempt: whole minutes up to {TIMEOUT}. AWS's default: {DEFAULT_TIMEOUT_MINUTES} min,
    before Glue 5.0 {OLD_DEFAULT_TIMEOUT_MINUTES} min."""
    max_retries: Annotated[int, BeforeValidator(_read_retries), Field(ge=0, le=MAX_RETRIES.value)] = 0
    """Retries after a failed attempt, 0 (default) to {MAX_RETRIES}, or faq-default for the {FAQ_RETRIES} of AWS's FAQ; all are billed."""
    fails: Fails | None = None
    """How attempts fail: {chance: 5%, after: 60%}; by default never."""
    on_failure: str | None = None
    """The function that is invoked after the last retry has failed."""
    notify_each_attempt: bool = False
    """Whether that function is invoked for every failed attempt, not only the last (false)."""
    sync_follows_retries: bool = False
    """Whether a workflow that waits for a run (.sync) also waits for its retries; AWS does not document it (false)."""
    bookmark: bool = False
    """Whether job bookmarks are on: a failed attempt does not move them, so a retry reads the same input again (false)."""
    max_concurrent_runs: Annotated[WholeCount, Field(ge=1, le=RUNS_PER_JOB.value)] = 1
    """Runs that may be active at the same time (1); more are rejected, or wait with `job_run_queuing`."""
    job_run_queuing: bool = False
    """Whether runs above a quota wait instead of failing (false)."""
    logs: Annotated[JobLogs | None, BeforeValidator(read_logs)] = Field(default=None, json_schema_extra=or_false)
    """What it logs: {size: 20 MB, retention: 30 d}; how much a job writes is its own, so nothing is taken for it."""
    tags: Mapping[str, str] = {}
    """Tags for reports."""
