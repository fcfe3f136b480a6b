"""Under which SKU a job is billed. It knows no price."""

from fractions import Fraction

from capplan.model import Charge, Context
from capplan.quantities import to_quantity
from capplan.services.glue import billing, dpu
from capplan.services.glue.spec import Job, unit
from capplan.services.glue.usage import Usage


def price_key(spec: Job) -> str:
    """The price of this job's DPU-hours: by type, worker, class and generation."""
    gen2 = dpu.version(spec.glue_version) >= dpu.version(billing.FIRST_GEN2)
    if spec.type == "python-shell":
        return "glue.python_shell.dpu_hour"
    if unit(spec) == "M-DPU":
        return "glue.etl.m_dpu_hour.memory_optimized" + ("_gen2" if gen2 else "")
    if spec.execution_class == "flex":
        return "glue.etl.dpu_hour.flex" + ("_gen2" if gen2 else "")
    return "glue.etl.dpu_hour." + ("gen2" if gen2 else "standard")


def charge(name: str, spec: Job, usage: Usage, ctx: Context) -> tuple[Charge, ...]:  # noqa: ARG001
    """The month's DPU-hours, retries included."""
    runs, each = _short(usage.flow.monthly), _short(usage.run_dpu_hours)
    text = f"{runs} runs × {each} {unit(spec)}-hours ({_size(spec, usage)}{_retried(usage)})"
    return (Charge(f"{name}.dpu-hours", price_key(spec), text, usage.dpu_hours, f"{unit(spec)}-hour", usage.flow),)


def worst_run_charge(name: str, spec: Job, usage: Usage, ctx: Context) -> Charge:  # noqa: ARG001
    """One run whose every attempt fails just before its time-out. An exposure: no part of the month's bill."""
    text = f"{usage.attempts.count} attempts to the time-out × {_size(spec, usage)}"
    return Charge(f"{name}.worst-run", price_key(spec), text, usage.worst_run_dpu_hours, f"{unit(spec)}-hour")


def _size(spec: Job, usage: Usage) -> str:
    if spec.type == "python-shell" or spec.workers is None:
        return f"{usage.dpus} {unit(spec)}"
    return f"{spec.workers} × {spec.worker_type}"


def _retried(usage: Usage) -> str:
    return f", {_short(usage.waste_share * 100)}% of it in failed attempts" if usage.waste_share else ""


def _short(value: Fraction) -> str:
    """For words only: two decimals."""
    return format(round(to_quantity(value), 2).normalize(), "f")
