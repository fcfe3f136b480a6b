"""What a scenario may say about a Glue job. It checks no settings against each other and computes no cost."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from capplan.quantities.fields import ByteRate, Count, Duration, Milliseconds, Share, Size, WholeCount
from capplan.schedule import ScheduleError, read_schedule
from capplan.services.glue import billing, dpu
from capplan.spec_config import SPEC_CONFIG

_FAQ_DEFAULT = "faq-default"
_ANYWHERE = "anywhere"
VERSIONS = ("0.9", "1.0", "2.0", "3.0", "4.0", "5.0", "5.1", "6.0")

WorkerTypeName = Literal[
    "Standard", "G.025X", "G.1X", "G.2X", "G.4X", "G.8X", "G.12X", "G.16X", "R.1X", "R.2X", "R.4X", "R.8X", "Z.2X"
]


def read_version(raw: object) -> str:
    """A Glue version; YAML reads a bare 5.0 as a number."""
    text = str(raw) if isinstance(raw, str | Decimal) else ""
    if text not in VERSIONS:
        detail = {"shown": "wrong value", "hint": f"expected one of {', '.join(VERSIONS)}", "found": str(raw)[:60]}
        raise PydanticCustomError("quantity", "{shown}", detail)
    return text


def _read_retries(raw: object) -> object:
    if isinstance(raw, Decimal) and raw == raw.to_integral_value():
        return int(raw)  # the YAML reader gives every number as a Decimal
    return billing.FAQ_RETRIES if raw == _FAQ_DEFAULT else raw


def read_names(raw: object) -> object:
    """One name, or a list of them."""
    if isinstance(raw, str):
        return (raw,)
    return tuple(raw) if isinstance(raw, list) else raw


def _read_schedule(raw: object) -> str:
    hint = "expected cron(0 3 * * ? *) or rate(5 minutes)"
    try:
        read_schedule(raw if isinstance(raw, str) else "")
    except ScheduleError as error:
        hint = str(error) if isinstance(raw, str) else hint
        detail = {"shown": "wrong value", "hint": hint, "found": str(raw)[:60]}
        raise PydanticCustomError("quantity", "{shown}", detail) from None
    return str(raw)


Names = Annotated[tuple[str, ...], BeforeValidator(read_names)]
Schedule = Annotated[str, BeforeValidator(_read_schedule)]
Version = Annotated[str, BeforeValidator(read_version)]


class Fails(BaseModel):
    """How a job's attempts fail."""

    model_config = SPEC_CONFIG

    chance: Share
    """The share of attempts that fail, such as 5%."""
    after: Annotated[Share | None, BeforeValidator(lambda raw: None if raw == _ANYWHERE else raw)] = Decimal(1)
    """How much of its run time a failing attempt has behind it (100%), or anywhere: at any moment of it alike."""
    repeat: Share | None = None
    """The share of attempts that fail again after a failed one; `chance` by default, near 100% for bad input."""
    gap_ms: Annotated[Milliseconds, Field(alias="gap")] = Decimal(0)
    """How long AWS takes to start the next attempt (0 s); it delays the notice, nobody bills it."""


class Data(BaseModel):
    """What a run works off; it gives the run's time, and with `arrives` the number of runs."""

    model_config = SPEC_CONFIG

    per_run: Size
    """How much one run reads, such as 40 GB."""
    speed: ByteRate | None = None
    """What one DPU works off, such as 12 GB/h; with it a run's duration follows from its data."""
    setup_ms: Annotated[Milliseconds, Field(alias="setup")] = Decimal(0)
    """What a run takes beside its data, such as 2 min."""
    arrives: ByteRate | None = None
    """How much data comes in, such as 300 GB/day: a run starts each time `per_run` of it has gathered."""


class Job(BaseModel):
    """One AWS Glue job."""

    model_config = SPEC_CONFIG

    triggers: Names = ()
    """The traffic or schedule that starts runs, by name; for a streaming job, the records that it reads."""
    schedule: Schedule | None = None
    """The job's own schedule: cron(0 3 * * ? *) or rate(1 hour)."""
    type: Literal["spark", "python-shell", "streaming", "ray"] = "spark"
    """spark (default), python-shell, streaming (runs all day, every day) or ray."""
    glue_version: Version = "5.1"
    """Glue version, such as "5.1" (AWS's default); it decides the price, the minimum and the default time-out."""
    worker_type: WorkerTypeName = "G.1X"
    """Worker type, such as G.1X: how many DPUs a worker is."""
    workers: Annotated[WholeCount, Field(ge=1, le=10_000)] | None = None
    """Number of workers, the driver included; all but Python shell jobs need it. With auto scaling: the most."""
    auto_scaling: bool = False
    """Whether workers come and go during a run: billed is the time that each one was there (false)."""
    worker_utilization: Share | None = None
    """The share of the workers that have work, over a run (AWS's metric of that name); auto scaling bills only these."""
    dpu_seconds: Count | None = None
    """DPUSeconds that AWS reports of one such run (Flex or auto scaling), taken as they are."""
    execution_class: Literal["standard", "flex"] = "standard"
    """standard, or flex: cheaper, on spare capacity, may wait to start."""
    dpus: Annotated[Decimal, Field(gt=0, le=dpu.SPARK_MAX_CAPACITY)] | None = None
    """DPUs of a Python shell job (0.0625 or 1), or of a Spark job on Glue 1.0 and older (2 to 100)."""
    duration: Duration | None = None
    """Run time of one attempt that succeeds, such as {p50: 22 min, p95: 40 min}."""
    data: Data | None = None
    """What a run works off, in place of `duration`: {per_run: 40 GB, speed: 12 GB/h, setup: 2 min}."""
    startup_ms: Annotated[Milliseconds, Field(alias="startup")] = Decimal(0)
    """How long an attempt takes to start (0 s); not billed, but it delays its end."""
    deadline_ms: Annotated[Milliseconds | None, Field(alias="deadline")] = None
    """When a run must be done, counted from its start, such as 4 h: what cannot keep it is not advised."""
    timeout_ms: Annotated[Milliseconds | None, Field(alias="timeout")] = None
    """When AWS stops an attempt: whole minutes up to 7 days. AWS's default: 480 min, before Glue 5.0 2,880 min."""
    max_retries: Annotated[int, BeforeValidator(_read_retries), Field(ge=0, le=10)] = 0
    """Retries after a failed attempt, 0 (default) to 10, or faq-default for the 3 of AWS's FAQ; all are billed."""
    fails: Fails | None = None
    """How attempts fail: {chance: 5%, after: 60%}; never where it is not given."""
    on_failure: str | None = None
    """The function that is told after the last retry has failed."""
    notify_each_attempt: bool = False
    """Whether every failed attempt is told, not only the last (false)."""
    sync_follows_retries: bool = False
    """Whether a workflow that waits for a run (.sync) waits for its retries too; AWS does not say it does (false)."""
    bookmark: bool = False
    """Whether job bookmarks are on: a failed attempt does not move them, so a retry reads the same input again (false)."""
    max_concurrent_runs: Annotated[WholeCount, Field(ge=1, le=4000)] = 1
    """Runs that AWS allows at the same time (1); more are refused, or wait with `job_run_queuing`."""
    job_run_queuing: bool = False
    """Whether runs above a quota wait instead of failing (false)."""
    tags: Mapping[str, str] = {}
    """Tags for reports."""
