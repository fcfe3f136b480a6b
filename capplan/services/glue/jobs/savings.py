"""Other settings that would run the same job cheaper. It prices none of them."""

from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.model import Change, Context, Option
from capplan.services.glue import dpu
from capplan.services.glue.jobs.attempts import attempts
from capplan.services.glue.jobs.derived_settings import MS_PER_MINUTE, dpus, takes_auto_scaling, takes_flex
from capplan.services.glue.jobs.spec import VERSIONS, Job
from capplan.services.glue.jobs.usage import Usage

FLEX_WAIT_MS = Decimal(20 * MS_PER_MINUTE)
"""How long a Flex run may wait for spare capacity (AWS Glue Developer Guide, "Execution class"; read 2026-11-23)."""
NEWEST = VERSIONS[-1]
_SMALL_MS = Decimal(10 * MS_PER_MINUTE)
"""A run that is done in ten minutes on the smallest Spark cluster is small work."""
_FUNCTION_MS = Decimal(5 * MS_PER_MINUTE)
"""A third of what a function may take (15 minutes, AWS Lambda quotas)."""
_FUNCTION_MEMORY = "2 GB"
_BAD_INPUT = Decimal("0.8")
_NEXT_SMALLER = {"G.16X": "G.8X", "G.12X": "G.4X", "G.8X": "G.4X", "G.4X": "G.2X", "G.2X": "G.1X", "R.8X": "R.4X", "R.4X": "R.2X", "R.2X": "R.1X"}  # fmt: skip
_PLAIN = {"R.1X": "G.1X", "R.2X": "G.2X", "R.4X": "G.4X", "R.8X": "G.8X"}


def flex(name: str, spec: Job, usage: Usage, ctx: Context) -> Option | None:  # noqa: ARG001
    """Flex where AWS takes it and the deadline leaves room for its wait."""
    if spec.execution_class == "flex" or not takes_flex(spec) or not usage.flow.terms:
        return None
    if spec.deadline_ms is not None and usage.high_duration_ms + spec.startup_ms + FLEX_WAIT_MS > spec.deadline_ms:
        return None
    return Option(
        "glue.flex",
        "standard class, not Flex",
        (Change(f"jobs.{name}.execution_class", "flex"),),
        gives_up="a run may wait up to 20 minutes for spare capacity, and takes longer when workers are taken back",
    )


def version(name: str, spec: Job, usage: Usage, ctx: Context) -> Option | None:  # noqa: ARG001
    """The newest Glue: a cheaper DPU-hour than before 6.0, and a minute's minimum where 0.9 and 1.0 have ten."""
    if spec.type not in ("spark", "streaming") or spec.glue_version == NEWEST:
        return None
    return Option(
        "glue.version",
        f"runs on Glue {spec.glue_version}; {NEWEST} is the newest",
        (Change(f"jobs.{name}.glue_version", NEWEST), *_workers_of_today(name, spec)),
        gives_up="another Spark and Python: the script has to be tested on it; the run time is taken to be the same",
    )


def _workers_of_today(name: str, spec: Job) -> tuple[Change, ...]:
    """An old job's capacity in worker types of today."""
    if spec.workers is not None and spec.worker_type != "Standard":
        return ()
    count = spec.workers if spec.workers is not None else int(-(-dpus(spec) // 1))
    return (
        Change(f"jobs.{name}.worker_type", "G.1X"),
        Change(f"jobs.{name}.workers", count),
        *((Change(f"jobs.{name}.dpus", None),) if spec.dpus is not None else ()),
    )


def smaller_workers(name: str, spec: Job, usage: Usage, ctx: Context) -> Option | None:  # noqa: ARG001
    """The driver is one of the workers: on smaller ones it holds fewer DPUs while the executors keep theirs."""
    smaller = _NEXT_SMALLER.get(spec.worker_type)
    if spec.type != "spark" or spec.workers is None or smaller is None or spec.auto_scaling:
        return None
    ratio = dpu.WORKER_TYPES[spec.worker_type].dpu / dpu.WORKER_TYPES[smaller].dpu
    count = int((spec.workers - 1) * ratio) + 1
    return Option(
        "glue.worker-type",
        f"the driver alone holds {dpu.WORKER_TYPES[spec.worker_type].dpu} of {usage.dpus} "
        f"{dpu.WORKER_TYPES[spec.worker_type].unit}s: {count} × {smaller} leave the executors as many",
        (Change(f"jobs.{name}.worker_type", smaller), Change(f"jobs.{name}.workers", count)),
        gives_up="an executor has less memory and disk of its own; the run time is taken to be the same",
    )


def plain_workers(name: str, spec: Job, usage: Usage, ctx: Context) -> Option | None:  # noqa: ARG001
    """Workers that are not memory-optimised."""
    plain = _PLAIN.get(spec.worker_type)
    if spec.type != "spark" or plain is None or not dpu.fits_version(plain, spec.glue_version):
        return None
    return Option(
        "glue.memory-workers",
        f"{spec.worker_type} workers are billed by the M-DPU-hour; {plain} has as many CPUs and half the memory",
        (Change(f"jobs.{name}.worker_type", plain),),
        gives_up="half of the memory: a job that spills or runs out of it takes longer, or fails",
    )


def auto_scaling(name: str, spec: Job, usage: Usage, ctx: Context) -> Option | None:  # noqa: ARG001
    """Workers that leave when they have no work, where their utilisation is known."""
    if spec.auto_scaling or spec.worker_utilization in (None, 1) or not takes_auto_scaling(spec):
        return None
    idle = (1 - (spec.worker_utilization or Decimal(1))) * 100
    return Option(
        "glue.auto-scaling",
        f"its workers are idle {idle.normalize():f}% of the time, and all are billed",
        (Change(f"jobs.{name}.auto_scaling", True),),
        gives_up="workers that come back for a busy stage take a while to start",
    )


def _is_small(spec: Job, usage: Usage, at_most: Decimal) -> bool:
    least = usage.dpus <= dpu.SPARK_MIN_DPUS and dpu.WORKER_TYPES[spec.worker_type].unit == "DPU"
    return spec.type == "spark" and least and usage.high_duration_ms <= at_most and bool(usage.flow.terms)


def python_shell(name: str, spec: Job, usage: Usage, ctx: Context) -> Option | None:  # noqa: ARG001
    """Plain Python on one DPU for what Spark does on its least cluster within minutes."""
    if not _is_small(spec, usage, _SMALL_MS) or (spec.data is not None and spec.data.speed is not None):
        return None
    at = f"jobs.{name}"
    words = ("worker_type", "workers", "execution_class", "auto_scaling", "worker_utilization", "dpu_seconds")
    gone = [f"{at}.{key}" for key in words if key in spec.model_fields_set]
    return Option(
        "glue.python-shell",
        f"Spark on its least cluster for runs of at most {_minutes(usage.high_duration_ms)} min: small work",
        (Change(f"{at}.type", "python-shell"), Change(f"{at}.dpus", 1), *(Change(path, None) for path in gone)),
        gives_up="no Spark: the script is rewritten in plain Python, and is taken to need the same time on one DPU",
    )


def function(name: str, spec: Job, usage: Usage, ctx: Context) -> Option | None:
    """A function instead of Spark, where nobody but its triggers starts the job."""
    is_free = ctx.addresses.get(name, ()) == (f"jobs.{name}",) and not usage.machines and not usage.called
    whole = spec.on_failure is None and spec.schedule is None and spec.data is None and bool(spec.triggers)
    if not (is_free and whole and _is_small(spec, usage, _FUNCTION_MS)):
        return None
    time = f"{max(1, round(float(attempts_mean_ms(spec)) / units.MS_PER_SECOND))} s"
    to = {"memory": _FUNCTION_MEMORY, "duration": time, "timeout": "15 min", "triggers": list(spec.triggers)}
    return Option(
        "glue.function",
        f"runs of at most {_minutes(usage.high_duration_ms)} min on {usage.dpus} DPUs: a function of {_FUNCTION_MEMORY} may do",
        (Change(f"functions.{name}", to), Change(f"jobs.{name}", None)),
        gives_up="the script is rewritten as a function of 15 minutes at most; it is taken to need the same time; its calls "
        "and retries move with it",
    )


def attempts_mean_ms(spec: Job) -> Fraction:
    """Mean billed time of an attempt that succeeds."""
    return attempts(spec).success_s * units.MS_PER_SECOND


def useless_retries(name: str, spec: Job, usage: Usage, ctx: Context) -> Option | None:  # noqa: ARG001
    """No retries where a failed input fails again."""
    if spec.fails is None or spec.fails.repeat is None or spec.fails.repeat < _BAD_INPUT or not spec.max_retries:
        return None
    again = (spec.fails.repeat * 100).normalize()
    return Option(
        "glue.useless-retries",
        f"after a failed attempt {again:f}% of the retries fail too, and every one is billed",
        (Change(f"jobs.{name}.max_retries", 0),),
        gives_up="the few failures that a retry would mend",
    )


def _minutes(ms: Decimal) -> str:
    return f"{max(1, int(-(-ms // MS_PER_MINUTE)))}"


ALL = (flex, version, smaller_workers, plain_workers, auto_scaling, python_shell, function, useless_retries)
"""Every rule that saves, in the order in which they look."""
