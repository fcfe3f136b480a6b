"""What a scenario may say about a Glue job, and which settings AWS would refuse together. It computes no cost."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from capplan import units
from capplan.quantities import Duration, Milliseconds, Share, WholeCount, fixed
from capplan.services.glue import billing, dpu
from capplan.words import WORDS

MS_PER_MINUTE = units.MS_PER_SECOND * units.SECONDS_PER_MINUTE
_FAQ_DEFAULT = "faq-default"
_VERSIONS = ("0.9", "1.0", "2.0", "3.0", "4.0", "5.0", "5.1", "6.0")
MIN_FLEX = "3.0"
"""Flex needs Glue 3.0 or later (AWS Glue Developer Guide, "Execution class")."""

WorkerTypeName = Literal[
    "Standard", "G.025X", "G.1X", "G.2X", "G.4X", "G.8X", "G.12X", "G.16X", "R.1X", "R.2X", "R.4X", "R.8X", "Z.2X"
]


def _read_version(raw: object) -> str:
    """A Glue version; YAML reads a bare 5.0 as a number."""
    text = str(raw) if isinstance(raw, str | Decimal) else ""
    if text not in _VERSIONS:
        detail = {"shown": "wrong value", "hint": f"expected one of {', '.join(_VERSIONS)}", "found": str(raw)[:60]}
        raise PydanticCustomError("quantity", "{shown}", detail)
    return text


def _read_retries(raw: object) -> object:
    if isinstance(raw, Decimal) and raw == raw.to_integral_value():
        return int(raw)  # the YAML reader gives every number as a Decimal
    return billing.FAQ_RETRIES if raw == _FAQ_DEFAULT else raw


def _read_names(raw: object) -> object:
    if isinstance(raw, str):
        return (raw,)
    return tuple(raw) if isinstance(raw, list) else raw


class Fails(BaseModel):
    """How a job's attempts fail."""

    model_config = WORDS

    chance: Share
    """The share of attempts that fail, such as 5%."""
    after: Share = Decimal(1)
    """How much of its run time a failing attempt has behind it (100%)."""
    repeat: Share | None = None
    """The share of attempts that fail again after a failed one; `chance` by default, near 100% for bad input."""


_NEVER = Fails.model_validate({"chance": "0%"})


class Job(BaseModel):
    """One AWS Glue job."""

    model_config = WORDS

    triggers: Annotated[tuple[str, ...], BeforeValidator(_read_names)] = ()
    """The traffic or schedule that starts runs, by name."""
    type: Literal["spark", "python-shell", "streaming"] = "spark"
    """spark (default), python-shell or streaming."""
    glue_version: Annotated[str, BeforeValidator(_read_version)] = "5.1"
    """Glue version, such as "5.1" (AWS's default); it decides the price, the minimum and the default time-out."""
    worker_type: WorkerTypeName = "G.1X"
    """Worker type, such as G.1X: how many DPUs a worker is."""
    workers: Annotated[WholeCount, Field(ge=1, le=10_000)] | None = None
    """Number of workers, the driver included; a Spark job needs it."""
    execution_class: Literal["standard", "flex"] = "standard"
    """standard, or flex: cheaper, on spare capacity, may wait to start."""
    dpus: Annotated[Decimal, Field(gt=0, le=dpu.SPARK_MAX_CAPACITY)] | None = None
    """DPUs of a Python shell job (0.0625 or 1), or of a Spark job on Glue 1.0 and older (2 to 100)."""
    duration: Duration
    """Run time of one attempt that succeeds, such as {p50: 22 min, p95: 40 min}."""
    timeout_ms: Annotated[Milliseconds | None, Field(alias="timeout")] = None
    """When AWS stops an attempt: whole minutes up to 7 days. AWS's default: 480 min, before Glue 5.0 2,880 min."""
    max_retries: Annotated[int, BeforeValidator(_read_retries), Field(ge=0, le=10)] = 0
    """Retries after a failed attempt, 0 (default) to 10, or faq-default for the 3 of AWS's FAQ; all are billed."""
    fails: Fails | None = None
    """How attempts fail: {chance: 5%, after: 60%}; never where it is not given."""
    on_failure: str | None = None
    """The function that is told after the last retry has failed."""
    max_concurrent_runs: Annotated[WholeCount, Field(ge=1)] = 1
    """Runs that AWS allows at the same time (1)."""
    tags: Mapping[str, str] = {}
    """Tags for reports."""


# --- what follows from the settings -----------------------------------------------------------------------------------


def dpus(spec: Job) -> Decimal:
    """DPUs one run holds."""
    if spec.type == "python-shell":
        return spec.dpus or dpu.PYTHON_SHELL_DPUS[0]
    if spec.workers is None:  # Glue 1.0 and older; `validate` asks all others for it
        return spec.dpus or Decimal(dpu.SPARK_DEFAULT_CAPACITY)
    return dpu.total_dpus(spec.worker_type, spec.workers)


def unit(spec: Job) -> dpu.Unit:
    """DPU, or M-DPU for memory-optimised workers."""
    return "DPU" if spec.type == "python-shell" else dpu.WORKER_TYPES[spec.worker_type].unit


def timeout_ms(spec: Job) -> Decimal:
    """The time-out, AWS's default where none is given."""
    if spec.timeout_ms is not None:
        return spec.timeout_ms
    return Decimal(billing.default_timeout_minutes(spec.glue_version) * MS_PER_MINUTE)


def fails(spec: Job) -> Fails:
    """How attempts fail; never where it is not said."""
    return spec.fails or _NEVER


def takes_flex(spec: Job) -> bool:
    """Whether AWS would take the Flex class for this job."""
    late_enough = dpu.version(spec.glue_version) >= dpu.version(MIN_FLEX)
    return spec.type == "spark" and late_enough and dpu.WORKER_TYPES[spec.worker_type].flex


# --- what AWS refuses -------------------------------------------------------------------------------------------------

Complaint = tuple[tuple[str, ...], str]
"""A path inside the job and what is wrong there."""


def validate(spec: Job) -> list[Complaint]:
    """Settings that AWS refuses together; empty when all is well."""
    own = {"python-shell": _python_shell, "spark": _spark, "streaming": _streaming}[spec.type]
    return own(spec) + _times(spec)


def _streaming(_: Job) -> list[Complaint]:
    return [(("type",), "'streaming' is not supported yet; plan one as a spark job that runs all day")]


def _python_shell(spec: Job) -> list[Complaint]:
    found: list[Complaint] = []
    if spec.dpus is not None and spec.dpus not in dpu.PYTHON_SHELL_DPUS:
        found.append((("dpus",), f"a Python shell job has 0.0625 or 1 DPU, not {spec.dpus}"))
    given = spec.model_fields_set & {"workers", "worker_type"}
    found += [
        ((name,), "a Python shell job has no workers; write `dpus: 0.0625` or `dpus: 1`") for name in sorted(given)
    ]
    if spec.execution_class == "flex":
        found.append((("execution_class",), "only Spark jobs can be flex"))
    return found


def _spark(spec: Job) -> list[Complaint]:
    worker = dpu.WORKER_TYPES[spec.worker_type]
    old = dpu.version(spec.glue_version) < (2, 0)
    found: list[Complaint] = []
    if worker.only_for:
        found.append((("worker_type",), f"{spec.worker_type} is for {worker.only_for} jobs only"))
    elif "worker_type" in spec.model_fields_set and not dpu.fits_version(spec.worker_type, spec.glue_version):
        last = f" to {worker.until}" if worker.until else " or later"
        found.append((("worker_type",), f"{spec.worker_type} needs Glue {worker.since}{last}, not {spec.glue_version}"))
    if spec.execution_class == "flex" and not takes_flex(spec):
        found.append((("execution_class",), f"flex needs Glue {MIN_FLEX} or later and worker type G.1X or G.2X"))
    return found + _capacity(spec, old=old)


def _capacity(spec: Job, *, old: bool) -> list[Complaint]:
    if spec.dpus is not None and spec.workers is not None:
        return [(("dpus",), "write `workers` or `dpus`, not both")]
    if spec.dpus is not None and not old:
        return [(("dpus",), "from Glue 2.0 on a Spark job has `worker_type` and `workers`, not `dpus`")]
    if spec.dpus is not None and spec.dpus < dpu.SPARK_MIN_DPUS:
        return [(("dpus",), f"a Spark job has at least {dpu.SPARK_MIN_DPUS} DPUs")]
    if spec.workers is None and not old:
        return [(("workers",), "missing: a Spark job needs its number of workers, such as 10")]
    if spec.workers is not None and spec.workers < dpu.SPARK_MIN_DPUS:
        return [(("workers",), f"a Spark job has at least {dpu.SPARK_MIN_DPUS} workers, the driver included")]
    return []


def _times(spec: Job) -> list[Complaint]:
    found: list[Complaint] = []
    if spec.duration == fixed(0):
        found.append((("duration",), "a run takes time; write more than 0"))
    if spec.timeout_ms is None:
        return found
    if spec.timeout_ms % MS_PER_MINUTE or not spec.timeout_ms:
        found.append((("timeout",), "AWS takes whole minutes, at least 1"))
    if spec.timeout_ms > billing.MAX_TIMEOUT_MINUTES * MS_PER_MINUTE:
        found.append((("timeout",), "at most 7 days (168 h)"))
    return found
