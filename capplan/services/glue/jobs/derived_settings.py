"""What follows from a job's settings: its DPUs, its run time, its time-out. It knows no demand and no price.

AWS Glue Developer Guide, "Configuring job properties" and "Using auto scaling for AWS Glue"; read 2026-11-23.
"""

from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.quantities.distribution import Distribution, fixed, mean
from capplan.quantities.rounding import to_quantity
from capplan.services.glue import billing, dpu
from capplan.services.glue.jobs.spec import Data, Fails, Job

MS_PER_MINUTE = units.MS_PER_SECOND * units.SECONDS_PER_MINUTE
MIN_FLEX = "3.0"
"""Flex needs Glue 3.0 or later (AWS Glue Developer Guide, "Execution class")."""
MIN_AUTO_SCALING = "3.0"
_NEVER = Fails.model_validate({"chance": "0%"})
_NO_TIME = fixed(0)


def dpus(spec: Job) -> Decimal:
    """DPUs one run holds; with auto scaling, at most."""
    if spec.type == "python-shell":
        return spec.dpus or dpu.PYTHON_SHELL_DPUS[0]
    if spec.workers is None:  # Glue 1.0 and older; `validate` asks all others for it
        return spec.dpus or Decimal(dpu.SPARK_DEFAULT_CAPACITY)
    return dpu.total_dpus(worker_type(spec), spec.workers)


def worker_type(spec: Job) -> str:
    """The worker type; Ray has only one."""
    return dpu.RAY_WORKER_TYPE if spec.type == "ray" else spec.worker_type


def billed_dpus(spec: Job) -> Fraction:
    """DPUs that are billed over a run's time: all of them, or with auto scaling those at work; the driver always is."""
    whole = Fraction(dpus(spec))
    if not spec.auto_scaling or spec.worker_utilization is None or spec.workers is None:
        return whole
    return max(whole * Fraction(spec.worker_utilization), whole / spec.workers)


def unit(spec: Job) -> dpu.Unit:
    """DPU, or M-DPU for memory-optimised workers."""
    return "DPU" if spec.type == "python-shell" else dpu.WORKER_TYPES[worker_type(spec)].unit


def duration(spec: Job) -> Distribution:
    """Run time of one attempt that succeeds: as given, or what its data take."""
    if spec.duration is not None:
        return spec.duration
    return _by_data(spec.data, dpus(spec)) if spec.data is not None and spec.data.speed else _NO_TIME


def _by_data(data: Data, size: Decimal) -> Distribution:
    assert data.speed is not None  # noqa: S101  the caller has looked
    per_ms = data.speed * Fraction(size) / units.MS_PER_SECOND
    return Distribution(
        tuple(
            (below, to_quantity(Fraction(data.setup_ms) + Fraction(value) / per_ms))
            for below, value in data.per_run.points
        )
    )


def timeout_ms(spec: Job) -> Decimal:
    """The time-out, AWS's default where none is given; a streaming job is restarted after seven days."""
    if spec.timeout_ms is not None:
        return spec.timeout_ms
    minutes = (
        billing.MAX_TIMEOUT_MINUTES if spec.type == "streaming" else billing.default_timeout_minutes(spec.glue_version)
    )
    return Decimal(minutes * MS_PER_MINUTE)


def fails(spec: Job) -> Fails:
    """How attempts fail; never where it is not said."""
    return spec.fails or _NEVER


def failed_share(spec: Job) -> Fraction:
    """The share of its run time, and of its calls, that a failing attempt has behind it on average."""
    after = fails(spec).after
    return Fraction(1, 2) if after is None else Fraction(after)


def takes_flex(spec: Job) -> bool:
    """Whether AWS would take the Flex class for this job."""
    late_enough = dpu.version(spec.glue_version) >= dpu.version(MIN_FLEX)
    return spec.type == "spark" and late_enough and dpu.WORKER_TYPES[spec.worker_type].flex


def takes_auto_scaling(spec: Job) -> bool:
    """Whether AWS would scale this job's workers."""
    late_enough = dpu.version(spec.glue_version) >= dpu.version(MIN_AUTO_SCALING)
    return spec.type in ("spark", "streaming") and late_enough and spec.workers is not None


def own_rate(spec: Job) -> Fraction | None:
    """Runs a second that arriving data start; None where none do."""
    if spec.data is None or spec.data.arrives is None:
        return None
    return spec.data.arrives / mean(spec.data.per_run)
