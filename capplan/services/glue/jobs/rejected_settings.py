"""Combinations of job settings that AWS rejects.

Source: AWS Glue Developer Guide, "AWS Glue worker types", "Configuring job properties", "Using auto scaling"; read
2026-11-23.
"""

from capplan import units
from capplan.quantities.distribution import fixed
from capplan.services.glue import dpu
from capplan.services.glue.fields import MS_PER_MINUTE, duplicates
from capplan.services.glue.jobs.derived_settings import (
    MIN_AUTO_SCALING,
    MIN_FLEX,
    duration,
    takes_auto_scaling,
    takes_flex,
)
from capplan.services.glue.jobs.spec import Job
from capplan.services.glue.quotas import PYTHON_SHELL_DPUS, SPARK_MIN_DPUS, TIMEOUT
from capplan.triggers import traffic_names

Rejection = tuple[tuple[str, ...], str]
"""A path inside the job, and what is wrong there."""


def validate(spec: Job) -> list[Rejection]:
    """Combinations of settings that AWS rejects; empty when there are none."""
    of_type = {"python-shell": _python_shell, "spark": _spark, "streaming": _streaming, "ray": _ray}[spec.type]
    return of_type(spec) + _scaling(spec) + _starts(spec) + _times(spec)


# --- by job type ------------------------------------------------------------------------------------------------------


def _python_shell(spec: Job) -> list[Rejection]:
    out: list[Rejection] = []
    small, large = PYTHON_SHELL_DPUS
    if spec.dpus is not None and spec.dpus not in PYTHON_SHELL_DPUS:
        out.append((("dpus",), f"a Python shell job has {small} or {large} DPU, not {spec.dpus}"))
    given = sorted(spec.model_fields_set & {"workers", "worker_type"})
    out += [((key,), f"a Python shell job has no workers; write `dpus: {small}` or `dpus: {large}`") for key in given]
    return out + _not_flex(spec)


def _not_flex(spec: Job) -> list[Rejection]:
    return [(("execution_class",), "only Spark jobs can be flex")] if spec.execution_class == "flex" else []


def _ray(spec: Job) -> list[Rejection]:
    out: list[Rejection] = []
    if "worker_type" in spec.model_fields_set and spec.worker_type != dpu.RAY_WORKER_TYPE:
        out.append((("worker_type",), f"a Ray job has {dpu.RAY_WORKER_TYPE} workers only"))
    if spec.dpus is not None:
        out.append((("dpus",), "a Ray job has `workers`, not `dpus`"))
    if spec.workers is None:
        out.append((("workers",), "missing: a Ray job needs its number of workers, such as 5"))
    return out + _not_flex(spec)


_NOT_STREAMING = (
    *("duration", "data", "schedule", "fails", "on_failure", "dpu_seconds", "deadline_ms"),
    *("bookmark", "job_run_queuing"),
)


def _streaming(spec: Job) -> list[Rejection]:
    out = _not_flex(spec) + _workers(spec) + _capacity(spec, old=_is_old(spec))
    given = [field for field in _NOT_STREAMING if field in spec.model_fields_set and getattr(spec, field)]
    return out + [
        ((field.removesuffix("_ms"),), "a streaming job runs all the time: it has no single runs") for field in given
    ]


def _spark(spec: Job) -> list[Rejection]:
    out = _workers(spec)
    if spec.execution_class == "flex" and not takes_flex(spec):
        out.append((("execution_class",), f"flex needs Glue {MIN_FLEX} or later and worker type G.1X or G.2X"))
    return out + _capacity(spec, old=_is_old(spec))


# --- size -------------------------------------------------------------------------------------------------------------


def _is_old(spec: Job) -> bool:
    return dpu.version(spec.glue_version) < (2, 0)


def _workers(spec: Job) -> list[Rejection]:
    worker = dpu.WORKER_TYPES[spec.worker_type]
    if worker.only_for and worker.only_for != spec.type:
        return [(("worker_type",), f"{spec.worker_type} is for {worker.only_for} jobs only")]
    if "worker_type" in spec.model_fields_set and not dpu.fits_version(spec.worker_type, spec.glue_version):
        last = f" to {worker.until}" if worker.until else " or later"
        return [(("worker_type",), f"{spec.worker_type} needs Glue {worker.since}{last}, not {spec.glue_version}")]
    return []


def _capacity(spec: Job, *, old: bool) -> list[Rejection]:
    what = "streaming" if spec.type == "streaming" else "Spark"
    least = int(SPARK_MIN_DPUS.value)
    if spec.dpus is not None and spec.workers is not None:
        return [(("dpus",), "write `workers` or `dpus`, not both")]
    if spec.dpus is not None and not old:
        return [(("dpus",), f"from Glue 2.0 on a {what} job has `worker_type` and `workers`, not `dpus`")]
    if spec.dpus is not None and spec.dpus < least:
        return [(("dpus",), f"a {what} job has at least {least} DPUs")]
    if spec.workers is None and not old:
        return [(("workers",), f"missing: a {what} job needs its number of workers, such as 10")]
    if spec.workers is not None and spec.workers < least:
        return [(("workers",), f"a {what} job has at least {least} workers, the driver included")]
    return []


def _scaling(spec: Job) -> list[Rejection]:
    out: list[Rejection] = []
    if spec.auto_scaling and not takes_auto_scaling(spec):
        message = f"auto scaling needs a Spark or streaming job on Glue {MIN_AUTO_SCALING} or later"
        out.append((("auto_scaling",), message))
    if spec.worker_utilization is not None and not spec.worker_utilization:
        out.append((("worker_utilization",), "some worker is in use during a run; write more than 0%"))
    if spec.dpu_seconds is None:
        return out
    if not (spec.auto_scaling or spec.execution_class == "flex"):
        message = "AWS reports DPUSeconds for Flex and auto scaled runs only; remove it, or set one of the two"
        out.append((("dpu_seconds",), message))
    if spec.worker_utilization is not None:
        out.append((("worker_utilization",), "write `dpu_seconds` or `worker_utilization`, not both"))
    if not spec.dpu_seconds:
        out.append((("dpu_seconds",), "a run takes some DPUSeconds; write more than 0"))
    return out


# --- time -------------------------------------------------------------------------------------------------------------


def _starts(spec: Job) -> list[Rejection]:
    out: list[Rejection] = [
        (("triggers",), f"'{name}' is listed twice: each entry starts a run")
        for name in duplicates(traffic_names(spec.triggers))
    ]
    if spec.data is None:
        return out
    if spec.data.arrives is not None and spec.schedule is not None:
        out.append((("schedule",), "write a `schedule` or data that arrive, not both: each starts runs"))
    if spec.data.arrives is not None and spec.triggers:
        out.append((("triggers",), "write triggers or data that arrive, not both: each starts runs"))
    if any(not value for _, value in spec.data.per_run.points):
        out.append((("data", "per_run"), "a run reads some data; write more than 0"))
    if spec.data.speed is None and spec.duration is None:
        out.append((("data",), "the run time is missing: write `speed`, such as 12 GB/h, or the job's `duration`"))
    if spec.data.speed is not None and spec.duration is not None:
        out.append((("duration",), "write `duration` or the `speed` of its data, not both"))
    return out


def _times(spec: Job) -> list[Rejection]:
    out: list[Rejection] = []
    if spec.duration is None and spec.data is None and spec.type != "streaming":
        out.append((("duration",), "missing: how long one run takes, such as 22 min"))
    elif spec.type != "streaming" and not _starts(spec) and duration(spec) == fixed(0):
        out.append((("duration",), "a run takes time; write more than 0"))
    if spec.timeout_ms is None:
        return out
    if spec.timeout_ms % MS_PER_MINUTE or not spec.timeout_ms:
        out.append((("timeout",), "AWS takes whole minutes, at least 1"))
    if spec.timeout_ms > TIMEOUT.value * units.MS_PER_SECOND:
        out.append((("timeout",), f"at most {TIMEOUT}"))
    return out
