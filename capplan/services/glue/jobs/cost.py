"""Charges of a job: its DPU-hours under the SKU of its type, and the cost of single runs."""

from fractions import Fraction

from capplan import units
from capplan.model import Charge, RunRisk
from capplan.quantities.rounding import to_quantity
from capplan.services.glue import billing, dpu
from capplan.services.glue.jobs import retries
from capplan.services.glue.jobs.derived_settings import unit
from capplan.services.glue.jobs.spec import Job
from capplan.services.glue.jobs.usage import Part, Usage


def price_key(spec: Job) -> str:
    """The price key of this job's DPU-hours: by type, worker type, execution class and Glue version."""
    gen2 = billing.is_gen2(spec.glue_version)
    if spec.type == "python-shell":
        return "glue.python_shell.dpu_hour"
    if spec.type == "ray":
        return "glue.etl.m_dpu_hour.ray"
    if unit(spec) == "M-DPU":
        return "glue.etl.m_dpu_hour.memory_optimized" + ("_gen2" if gen2 else "")
    if spec.execution_class == "flex":
        return "glue.etl.dpu_hour.flex" + ("_gen2" if gen2 else "")
    return "glue.etl.dpu_hour." + ("gen2" if gen2 else "standard")


def charge(name: str, spec: Job, usage: Usage) -> tuple[Charge, ...]:
    """The month's DPU-hours, retries included: one line for each size of run."""
    if usage.always_on:
        text = f"{units.MONTH_HOURS} h × {_short(usage.billed_dpus)} {unit(spec)}s ({_size(spec, usage)}), all the time"
        return (Charge(f"{name}.dpu-hours", price_key(spec), text, usage.dpu_hours, f"{unit(spec)}-hour"),)
    return tuple(
        _runs_charge(f"{name}.dpu-hours" + (f".{i + 1}" if i else ""), part) for i, part in enumerate(usage.parts)
    )


def _runs_charge(line: str, part: Part) -> Charge:
    runs, each, size = _short(part.flow.monthly), _short(part.run_dpu_hours), _size(part.spec, part)
    text = f"{runs} runs × {each} {unit(part.spec)}-hours ({size}{_retried(part)})"
    hours = part.flow.monthly * part.run_dpu_hours
    return Charge(line, price_key(part.spec), text, hours, f"{unit(part.spec)}-hour", part.flow)


def worst_run_charge(name: str, spec: Job, usage: Usage) -> Charge:
    """One run in which every attempt fails just before its time-out; not part of the month's bill."""
    attempts = f"{spec.max_retries + 1} attempt{'s' if spec.max_retries else ''}"
    text = f"{attempts} up to the time-out × {_size(spec, usage)}"
    return _charge(name, spec, "worst_run", usage.worst_run_dpu_hours, text)


def hung_charge(name: str, spec: Job, usage: Usage) -> Charge:
    """One attempt that hangs until its time-out."""
    text = f"one attempt up to the time-out × {_size(spec, usage)}"
    return _charge(name, spec, "hung", usage.worst_run_dpu_hours / (spec.max_retries + 1), text)


def hour_charge(name: str, spec: Job, usage: Usage) -> Charge:
    """One hour of a run on all its workers."""
    return _charge(name, spec, "run_hour", Fraction(usage.dpus), f"an hour of {_size(spec, usage)}")


def risk(name: str, spec: Job, usage: Usage) -> RunRisk | None:
    """The cost of one run: mean, 95th percentile, with all retries, up to the time-out; and how runs end."""
    worst = (worst_run_charge(name, spec, usage), hour_charge(name, spec, usage))
    if usage.always_on:
        return RunRisk(worst)
    size = usage.billed_dpus
    charges = (
        _charge(name, spec, "run.expected", usage.run_dpu_hours, "mean over all outcomes"),
        _charge(name, spec, "run.p95", billing.dpu_hours(size, usage.p95_run_s), "95% of the runs cost no more"),
        _charge(name, spec, "run.retried", billing.dpu_hours(size, usage.worst_run_s), "all retries used"),
        _charge(name, spec, "wasted", usage.dpu_hours * usage.waste_share, "failed attempts, per month"),
        *worst,
    )
    return RunRisk(
        charges,
        runs=usage.flow.monthly,
        attempts=retries.expected_attempts(usage.attempts),
        success_share=usage.success_share,
        waste_share=usage.waste_share,
        notice_s=usage.failure_notice_s,
        notices=usage.notices,
        notified=f"functions.{spec.on_failure.removeprefix('functions.')}" if spec.on_failure else "",
    )


def _charge(name: str, spec: Job, what: str, hours: Fraction, text: str) -> Charge:
    return Charge(f"{name}.{what}", price_key(spec), text, hours, f"{unit(spec)}-hour")


def _size(spec: Job, usage: Usage | Part) -> str:
    if spec.type == "python-shell" or spec.workers is None:
        return f"{usage.dpus} {unit(spec)}"
    size = f"{spec.workers} × {dpu.RAY_WORKER_TYPE if spec.type == 'ray' else spec.worker_type}"
    if not spec.auto_scaling or usage.billed_dpus == usage.dpus:
        return size
    return f"{size}, {_short(usage.billed_dpus)} {unit(spec)}s in use"


def _retried(usage: Part) -> str:
    return f", {_short(usage.waste_share * 100)}% of it in failed attempts" if usage.waste_share else ""


def _short(value: Fraction) -> str:
    """For texts: two decimals."""
    return format(round(to_quantity(value), 2).normalize(), ",f")
