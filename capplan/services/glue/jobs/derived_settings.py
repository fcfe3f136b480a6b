"""Settings that follow from a job's own: its DPUs, its run time, its time-out.

Source: AWS Glue Developer Guide, "Configuring job properties" and "Using auto scaling for AWS Glue"; read 2026-11-23.
"""

from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.quantities.distribution import Distribution, each, fixed, mean
from capplan.quantities.rounding import to_quantity
from capplan.services.glue import billing, dpu
from capplan.services.glue.fields import MS_PER_MINUTE
from capplan.services.glue.jobs.spec import Data, Fails, Job
from capplan.services.glue.quotas import DEFAULT_CAPACITY, PYTHON_SHELL_DPUS, TIMEOUT

MIN_FLEX = "3.0"
"""Flex needs Glue 3.0 or later (AWS Glue Developer Guide, "Execution class")."""
MIN_AUTO_SCALING = "3.0"
_NEVER = Fails.model_validate({"chance": "0%"})
_NO_TIME = fixed(0)


def dpus(spec: Job) -> Decimal:
    """DPUs of one run; with auto scaling, at most."""
    if spec.type == "python-shell":
        return spec.dpus or PYTHON_SHELL_DPUS[0]
    if spec.workers is None:  # Glue 1.0 and older; `validate` requires workers from all others
        return spec.dpus or Decimal(DEFAULT_CAPACITY)
    return dpu.total_dpus(worker_type(spec), spec.workers)


def worker_type(spec: Job) -> str:
    """The worker type; Ray has only one."""
    return dpu.RAY_WORKER_TYPE if spec.type == "ray" else spec.worker_type


def billed_dpus(spec: Job) -> Fraction:
    """DPUs billed over a run's time: all, or with auto scaling those in use, at least the driver's."""
    provisioned = Fraction(dpus(spec))
    if not spec.auto_scaling or spec.worker_utilization is None or spec.workers is None:
        return provisioned
    return max(provisioned * Fraction(spec.worker_utilization), provisioned / spec.workers)


def unit(spec: Job) -> dpu.Unit:
    """DPU, or M-DPU for memory-optimized workers."""
    return "DPU" if spec.type == "python-shell" else dpu.WORKER_TYPES[worker_type(spec)].unit


def duration(spec: Job) -> Distribution:
    """Run time of one successful attempt: as given, or from its data."""
    if spec.duration is not None:
        return spec.duration
    return _by_data(spec.data, dpus(spec)) if spec.data is not None and spec.data.speed else _NO_TIME


def _by_data(data: Data, size: Decimal) -> Distribution:
    assert data.speed is not None  # noqa: S101  checked by the caller
    per_ms = data.speed * Fraction(size) / units.MS_PER_SECOND
    return each(data.per_run, lambda value: to_quantity(Fraction(data.setup_ms) + Fraction(value) / per_ms))


def timeout_ms(spec: Job) -> Decimal:
    """The time-out; AWS's default where none is given. A streaming job is restarted after seven days."""
    if spec.timeout_ms is not None:
        return spec.timeout_ms
    if spec.type == "streaming":
        return Decimal(TIMEOUT.value * units.MS_PER_SECOND)
    return Decimal(billing.default_timeout_minutes(spec.glue_version) * MS_PER_MINUTE)


def fails(spec: Job) -> Fails:
    """How attempts fail; never where the scenario gives nothing."""
    return spec.fails or _NEVER


def failed_share(spec: Job) -> Fraction:
    """How much of its run time, and of its calls, a failing attempt has completed on average. Range 0 to 1."""
    after = fails(spec).after
    return Fraction(1, 2) if after is None else Fraction(after)


def takes_flex(spec: Job) -> bool:
    """Whether AWS accepts the Flex execution class for this job."""
    late_enough = dpu.version(spec.glue_version) >= dpu.version(MIN_FLEX)
    return spec.type == "spark" and late_enough and dpu.WORKER_TYPES[spec.worker_type].flex


def takes_auto_scaling(spec: Job) -> bool:
    """Whether AWS accepts auto scaling for this job."""
    late_enough = dpu.version(spec.glue_version) >= dpu.version(MIN_AUTO_SCALING)
    return spec.type in ("spark", "streaming") and late_enough and spec.workers is not None


def runs_per_second(spec: Job) -> Fraction | None:
    """Runs that arriving data start; None where none do."""
    if spec.data is None or spec.data.arrives is None:
        return None
    return spec.data.arrives / mean(spec.data.per_run)
