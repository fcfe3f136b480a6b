"""Recommends settings that run the same job at a lower price."""

from decimal import Decimal

from capplan.model import Change, Option
from capplan.resource_type import MeteredResource
from capplan.services.glue import dpu
from capplan.services.glue.fields import MS_PER_MINUTE, VERSIONS
from capplan.services.glue.jobs.attempts import success_s
from capplan.services.glue.jobs.derived_settings import dpus, takes_auto_scaling, takes_flex
from capplan.services.glue.jobs.flex_wait import longest_flex_run_ms, may_wait_for_flex
from capplan.services.glue.jobs.spec import Job
from capplan.services.glue.jobs.usage import Usage
from capplan.services.glue.quotas import FLEX_WAIT, SPARK_MIN_DPUS
from capplan.triggers import traffic_names

NEWEST = VERSIONS[-1]
SMALL_MINUTES = 10
"""A run on the smallest Spark cluster that takes no longer is small enough for a Python shell job."""
FUNCTION_MINUTES = 5
"""One that takes no longer is small enough for a function: a third of what a function may take."""
FUNCTION_MEMORY = "2 GB"
FUNCTION_TIMEOUT = "15 min"
"""The longest timeout of a function (AWS Lambda Developer Guide, "Lambda quotas"; read 2026-11-23)."""
BAD_INPUT = Decimal("0.8")
"""Failures that repeat at least so often come from the input, not from chance."""
_NEXT_SMALLER = {"G.16X": "G.8X", "G.12X": "G.4X", "G.8X": "G.4X", "G.4X": "G.2X", "G.2X": "G.1X", "R.8X": "R.4X", "R.4X": "R.2X", "R.2X": "R.1X"}  # fmt: skip
_PLAIN = {"R.1X": "G.1X", "R.2X": "G.2X", "R.4X": "G.4X", "R.8X": "G.8X"}


def flex(job: MeteredResource[Job, Usage]) -> Option | None:
    """Flex where AWS accepts it, and the deadline and the next run leave time for its wait."""
    if job.spec.execution_class == "flex" or not takes_flex(job.spec) or not job.usage.flow.terms:
        return None
    late = job.spec.deadline_ms is not None and longest_flex_run_ms(job.spec, job.usage) > job.spec.deadline_ms
    if late or not may_wait_for_flex(job):
        return None
    return Option(
        "glue.flex",
        "standard execution class instead of Flex",
        (Change(f"jobs.{job.name}.execution_class", "flex"),),
        gives_up=f"a run may wait up to {FLEX_WAIT} for spare capacity, and takes longer when workers are reclaimed",
    )


def version(job: MeteredResource[Job, Usage]) -> Option | None:
    """The newest Glue: a cheaper DPU-hour than before 6.0, and a shorter minimum than 0.9 and 1.0."""
    if job.spec.type not in ("spark", "streaming") or job.spec.glue_version == NEWEST:
        return None
    return Option(
        "glue.version",
        f"runs on Glue {job.spec.glue_version}; {NEWEST} is the newest",
        (Change(f"jobs.{job.name}.glue_version", NEWEST), *_current_workers(job.name, job.spec)),
        gives_up="other versions of Spark and Python: test the script with them; the same run time is assumed",
    )


def _current_workers(name: str, spec: Job) -> tuple[Change, ...]:
    """An old job's capacity in a worker type that is still offered."""
    if spec.workers is not None and spec.worker_type != "Standard":
        return ()
    count = spec.workers if spec.workers is not None else int(-(-dpus(spec) // 1))
    return (
        Change(f"jobs.{name}.worker_type", "G.1X"),
        Change(f"jobs.{name}.workers", count),
        *((Change(f"jobs.{name}.dpus", None),) if spec.dpus is not None else ()),
    )


def smaller_workers(job: MeteredResource[Job, Usage]) -> Option | None:
    """The driver is one of the workers: on smaller ones it uses fewer DPUs while the executors keep theirs."""
    smaller = _NEXT_SMALLER.get(job.spec.worker_type)
    if job.spec.type != "spark" or job.spec.workers is None or smaller is None or job.spec.auto_scaling:
        return None
    if job.usage.resized:
        return None
    worker = dpu.WORKER_TYPES[job.spec.worker_type]
    count = int((job.spec.workers - 1) * worker.dpu / dpu.WORKER_TYPES[smaller].dpu) + 1
    return Option(
        "glue.worker-type",
        f"the driver alone uses {worker.dpu} of {job.usage.dpus} {worker.unit}s: with {count} × {smaller} the executors keep"
        " their DPUs",
        (Change(f"jobs.{job.name}.worker_type", smaller), Change(f"jobs.{job.name}.workers", count)),
        gives_up="less memory and disk per executor; the same run time is assumed",
    )


def plain_workers(job: MeteredResource[Job, Usage]) -> Option | None:
    """Workers that are not memory-optimized."""
    plain = _PLAIN.get(job.spec.worker_type)
    if job.spec.type != "spark" or plain is None or not dpu.fits_version(plain, job.spec.glue_version):
        return None
    if job.usage.resized:
        return None
    return Option(
        "glue.memory-workers",
        f"{job.spec.worker_type} workers are billed by the M-DPU-hour; {plain} has as many CPUs and half the memory",
        (Change(f"jobs.{job.name}.worker_type", plain),),
        gives_up="half the memory: a job that spills or runs out of memory takes longer, or fails",
    )


def auto_scaling(job: MeteredResource[Job, Usage]) -> Option | None:
    """Auto scaling where the workers' utilization is known."""
    if job.spec.auto_scaling or job.spec.worker_utilization in (None, 1) or not takes_auto_scaling(job.spec):
        return None
    idle = (1 - (job.spec.worker_utilization or Decimal(1))) * 100
    return Option(
        "glue.auto-scaling",
        f"its workers are idle {idle.normalize():f}% of the time and billed for it",
        (Change(f"jobs.{job.name}.auto_scaling", True),),
        gives_up="workers that are added for a busy stage take a while to start",
    )


def _is_small(spec: Job, usage: Usage, minutes: int) -> bool:
    """Whether it is a Spark job on the smallest cluster with runs of at most so many minutes."""
    smallest = usage.dpus <= SPARK_MIN_DPUS.value and dpu.WORKER_TYPES[spec.worker_type].unit == "DPU"
    short = usage.high_duration_ms <= minutes * MS_PER_MINUTE
    return spec.type == "spark" and smallest and short and bool(usage.flow.terms) and not usage.resized


def python_shell(job: MeteredResource[Job, Usage]) -> Option | None:
    """A Python shell job on one DPU instead of the smallest Spark cluster."""
    if not _is_small(job.spec, job.usage, SMALL_MINUTES) or (
        job.spec.data is not None and job.spec.data.speed is not None
    ):
        return None
    path = f"jobs.{job.name}"
    keys = ("worker_type", "workers", "execution_class", "auto_scaling", "worker_utilization", "dpu_seconds")
    removed = [Change(f"{path}.{key}", None) for key in keys if key in job.spec.model_fields_set]
    return Option(
        "glue.python-shell",
        f"runs of at most {_minutes(job.usage)} min on the smallest Spark cluster",
        (Change(f"{path}.type", "python-shell"), Change(f"{path}.dpus", 1), *removed),
        gives_up="no Spark: the script has to be rewritten in plain Python; the same run time on one DPU is assumed",
    )


def function(job: MeteredResource[Job, Usage]) -> Option | None:
    """A Lambda function instead of Spark, where only triggers start the job."""
    is_free = (
        job.context.addresses.get(job.name, ()) == (f"jobs.{job.name}",)
        and not job.usage.machines
        and not job.usage.called
    )
    by_triggers = (
        job.spec.on_failure is None
        and job.spec.schedule is None
        and job.spec.data is None
        and bool(job.spec.triggers)
        and len(traffic_names(job.spec.triggers)) == len(job.spec.triggers)
    )
    if not (is_free and by_triggers and _is_small(job.spec, job.usage, FUNCTION_MINUTES)):
        return None
    duration = f"{max(1, round(float(success_s(job.spec))))} s"
    to = {
        "memory": FUNCTION_MEMORY,
        "duration": duration,
        "timeout": FUNCTION_TIMEOUT,
        "triggers": list(traffic_names(job.spec.triggers)),
    }
    return Option(
        "glue.function",
        f"runs of at most {_minutes(job.usage)} min on {job.usage.dpus} DPUs: a function of {FUNCTION_MEMORY} may be enough",
        (Change(f"functions.{job.name}", to), Change(f"jobs.{job.name}", None)),
        gives_up=f"the script has to be rewritten as a function of at most {FUNCTION_TIMEOUT}; the same run time is assumed; its"
        " calls and retries move with it",
    )


def useless_retries(job: MeteredResource[Job, Usage]) -> Option | None:
    """No retries where failed input fails again."""
    if (
        job.spec.fails is None
        or job.spec.fails.repeat is None
        or job.spec.fails.repeat < BAD_INPUT
        or not job.spec.max_retries
    ):
        return None
    again = (job.spec.fails.repeat * 100).normalize()
    return Option(
        "glue.useless-retries",
        f"after a failed attempt {again:f}% of the retries fail too, and each is billed",
        (Change(f"jobs.{job.name}.max_retries", 0),),
        gives_up="the few runs that a retry would complete",
        changes_behavior=f"runs of {job.name} that a retry would complete fail",
        fewer_calls=True,
    )


def _minutes(usage: Usage) -> int:
    """The 99th percentile of the run time in minutes, rounded up."""
    return max(1, int(-(-usage.high_duration_ms // MS_PER_MINUTE)))


ALL = (flex, version, smaller_workers, plain_workers, auto_scaling, python_shell, function, useless_retries)
"""Every rule that saves, in the order of the answer."""
