"""Which settings of a job AWS refuses together. It computes no cost.

AWS Glue Developer Guide, "AWS Glue worker types", "Configuring job properties", "Using auto scaling"; read 2026-11-23.
"""

from capplan.quantities.distribution import fixed
from capplan.services.glue import billing, dpu
from capplan.services.glue.jobs.derived_settings import (
    MIN_AUTO_SCALING,
    MIN_FLEX,
    MS_PER_MINUTE,
    duration,
    takes_auto_scaling,
    takes_flex,
)
from capplan.services.glue.jobs.spec import Job

Complaint = tuple[tuple[str, ...], str]
"""A path inside the job and what is wrong there."""


def validate(spec: Job) -> list[Complaint]:
    """Settings that AWS refuses together; empty when all is well."""
    own = {"python-shell": _python_shell, "spark": _spark, "streaming": _streaming, "ray": _ray}[spec.type]
    return own(spec) + _scaling(spec) + _starts(spec) + _times(spec)


# --- one type each ----------------------------------------------------------------------------------------------------


def _python_shell(spec: Job) -> list[Complaint]:
    found: list[Complaint] = []
    if spec.dpus is not None and spec.dpus not in dpu.PYTHON_SHELL_DPUS:
        found.append((("dpus",), f"a Python shell job has 0.0625 or 1 DPU, not {spec.dpus}"))
    given = spec.model_fields_set & {"workers", "worker_type"}
    found += [
        ((name,), "a Python shell job has no workers; write `dpus: 0.0625` or `dpus: 1`") for name in sorted(given)
    ]
    return found + _not_flex(spec)


def _not_flex(spec: Job) -> list[Complaint]:
    return [(("execution_class",), "only Spark jobs can be flex")] if spec.execution_class == "flex" else []


def _ray(spec: Job) -> list[Complaint]:
    found: list[Complaint] = []
    if "worker_type" in spec.model_fields_set and spec.worker_type != dpu.RAY_WORKER_TYPE:
        found.append((("worker_type",), f"a Ray job has {dpu.RAY_WORKER_TYPE} workers only"))
    if spec.dpus is not None:
        found.append((("dpus",), "a Ray job has `workers`, not `dpus`"))
    if spec.workers is None:
        found.append((("workers",), "missing: a Ray job needs its number of workers, such as 5"))
    return found + _not_flex(spec)


def _streaming(spec: Job) -> list[Complaint]:
    found = _not_flex(spec) + _workers(spec) + _capacity(spec, old=_is_old(spec))
    never = (
        "duration",
        "data",
        "schedule",
        "fails",
        "on_failure",
        "dpu_seconds",
        "deadline",
        "bookmark",
        "job_run_queuing",
    )
    asked = [_written(name, spec) for name in never]
    return found + [
        ((name,), "a streaming job runs all day, every day: it has no runs to tell of") for name in asked if name
    ]


def _written(name: str, spec: Job) -> str:
    """The key as the file has it where it is given."""
    field = next((f for f in Job.model_fields if f in (name, f"{name}_ms")), name)
    return name if field in spec.model_fields_set and getattr(spec, field) else ""


def _spark(spec: Job) -> list[Complaint]:
    found = _workers(spec)
    if spec.execution_class == "flex" and not takes_flex(spec):
        found.append((("execution_class",), f"flex needs Glue {MIN_FLEX} or later and worker type G.1X or G.2X"))
    return found + _capacity(spec, old=_is_old(spec))


# --- size -------------------------------------------------------------------------------------------------------------


def _is_old(spec: Job) -> bool:
    return dpu.version(spec.glue_version) < (2, 0)


def _workers(spec: Job) -> list[Complaint]:
    worker = dpu.WORKER_TYPES[spec.worker_type]
    if worker.only_for and worker.only_for != spec.type:
        return [(("worker_type",), f"{spec.worker_type} is for {worker.only_for} jobs only")]
    if "worker_type" in spec.model_fields_set and not dpu.fits_version(spec.worker_type, spec.glue_version):
        last = f" to {worker.until}" if worker.until else " or later"
        return [(("worker_type",), f"{spec.worker_type} needs Glue {worker.since}{last}, not {spec.glue_version}")]
    return []


def _capacity(spec: Job, *, old: bool) -> list[Complaint]:
    what = "streaming" if spec.type == "streaming" else "Spark"
    if spec.dpus is not None and spec.workers is not None:
        return [(("dpus",), "write `workers` or `dpus`, not both")]
    if spec.dpus is not None and not old:
        return [(("dpus",), f"from Glue 2.0 on a {what} job has `worker_type` and `workers`, not `dpus`")]
    if spec.dpus is not None and spec.dpus < dpu.SPARK_MIN_DPUS:
        return [(("dpus",), f"a {what} job has at least {dpu.SPARK_MIN_DPUS} DPUs")]
    if spec.workers is None and not old:
        return [(("workers",), f"missing: a {what} job needs its number of workers, such as 10")]
    if spec.workers is not None and spec.workers < dpu.SPARK_MIN_DPUS:
        return [(("workers",), f"a {what} job has at least {dpu.SPARK_MIN_DPUS} workers, the driver included")]
    return []


def _scaling(spec: Job) -> list[Complaint]:
    found: list[Complaint] = []
    if spec.auto_scaling and not takes_auto_scaling(spec):
        found.append(
            (("auto_scaling",), f"auto scaling needs a Spark or streaming job on Glue {MIN_AUTO_SCALING} or later")
        )
    if spec.worker_utilization is not None and not spec.worker_utilization:
        found.append((("worker_utilization",), "some worker has work in a run; write more than 0%"))
    if spec.dpu_seconds is None:
        return found
    if not (spec.auto_scaling or spec.execution_class == "flex"):
        found.append(
            (("dpu_seconds",), "AWS reports DPUSeconds of Flex and auto scaled runs only; drop it, or say which")
        )
    if spec.worker_utilization is not None:
        found.append((("worker_utilization",), "write `dpu_seconds` or `worker_utilization`, not both"))
    if not spec.dpu_seconds:
        found.append((("dpu_seconds",), "a run takes some; write more than 0"))
    return found


def twice(names: tuple[str, ...]) -> list[str]:
    """Names that stand more than once."""
    return sorted({name for name in names if names.count(name) > 1})


# --- time -------------------------------------------------------------------------------------------------------------


def _starts(spec: Job) -> list[Complaint]:
    found: list[Complaint] = [
        (("triggers",), f"'{name}' stands twice: every one starts a run") for name in twice(spec.triggers)
    ]
    if spec.data is None:
        return found
    if spec.data.arrives is not None and spec.schedule is not None:
        found.append((("schedule",), "write a `schedule` or data that arrive, not both: each starts runs"))
    if spec.data.arrives is not None and spec.triggers:
        found.append((("triggers",), "write triggers or data that arrive, not both: each starts runs"))
    if any(not value for _, value in spec.data.per_run.points):
        found.append((("data", "per_run"), "a run reads something; write more than 0"))
    if spec.data.speed is None and spec.duration is None:
        found.append((("data",), "how long does a run take? Write `speed`, such as 12 GB/h, or the job's `duration`"))
    if spec.data.speed is not None and spec.duration is not None:
        found.append((("duration",), "write `duration` or the `speed` of its data, not both"))
    return found


def _times(spec: Job) -> list[Complaint]:
    found: list[Complaint] = []
    if spec.duration is None and spec.data is None and spec.type != "streaming":
        found.append((("duration",), "missing: how long one run takes, such as 22 min"))
    elif spec.type != "streaming" and not _starts(spec) and duration(spec) == fixed(0):
        found.append((("duration",), "a run takes time; write more than 0"))
    if spec.timeout_ms is None:
        return found
    if spec.timeout_ms % MS_PER_MINUTE or not spec.timeout_ms:
        found.append((("timeout",), "AWS takes whole minutes, at least 1"))
    if spec.timeout_ms > billing.MAX_TIMEOUT_MINUTES * MS_PER_MINUTE:
        found.append((("timeout",), "at most 7 days (168 h)"))
    return found
