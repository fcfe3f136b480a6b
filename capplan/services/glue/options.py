"""Other settings that would run the same job, cheaper or safer. It prices none of them."""

import math
from decimal import Decimal

from capplan.model import Assumption, Change, Context, Observable, Option
from capplan.quantities import to_quantity
from capplan.services.glue.billing import MAX_TIMEOUT_MINUTES
from capplan.services.glue.limits import MAX_CONCURRENT_RUNS, TIMEOUT, check
from capplan.services.glue.retries import expected_attempts
from capplan.services.glue.spec import MS_PER_MINUTE, Job, takes_flex, timeout_ms
from capplan.services.glue.usage import Usage

_TIMEOUT_FACTOR = 2
_ROUND_MINUTES = 5


def options(name: str, spec: Job, usage: Usage, ctx: Context) -> tuple[Option, ...]:  # noqa: ARG001
    """Flex where AWS takes it, and a time-out where none is written."""
    found = [_flex(name, spec, usage), _no_timeout(name, spec, usage)]
    return tuple(option for option in found if option is not None)


def _flex(name: str, spec: Job, usage: Usage) -> Option | None:
    if spec.execution_class == "flex" or not takes_flex(spec) or not usage.flow.terms:
        return None
    return Option(
        "glue.flex",
        "standard class, not Flex",
        (Change(f"jobs.{name}.execution_class", "flex"),),
        gives_up="a run may wait up to 20 minutes for spare capacity, and takes longer when workers are taken back",
    )


def _no_timeout(name: str, spec: Job, usage: Usage) -> Option | None:
    """A hung run is billed to its time-out; AWS's default is hours or days."""
    wanted = _sound_timeout_minutes(usage)
    if spec.timeout_ms is not None or wanted * MS_PER_MINUTE >= timeout_ms(spec):
        return None
    default = timeout_ms(spec) / MS_PER_MINUTE
    return Option(
        "glue.no-timeout",
        f"no time-out written: a hung attempt is billed for {default:,} minutes (AWS's default)",
        (Change(f"jobs.{name}.timeout", f"{wanted} min"),),
        gives_up=f"an attempt that takes longer than {wanted} minutes is stopped, and not retried",
        severity="risk",
    )


def _sound_timeout_minutes(usage: Usage) -> int:
    """Twice the run time that 99% of the attempts stay within, up to the next five minutes."""
    minutes = usage.high_duration_ms * _TIMEOUT_FACTOR / MS_PER_MINUTE
    return min(MAX_TIMEOUT_MINUTES, max(1, math.ceil(minutes / _ROUND_MINUTES)) * _ROUND_MINUTES)


def observe(name: str, spec: Job, usage: Usage, ctx: Context) -> dict[str, Observable]:
    """What gates may ask of a job, beside its cost; what a worst run costs is the charge of `cost.worst_run_charge`."""
    limits = {limit.limit: limit for limit in check(name, spec, usage, ctx)}
    duration, runs = limits[TIMEOUT], limits.get(MAX_CONCURRENT_RUNS)
    return {
        "success": Observable(to_quantity(usage.success_share)),
        "waste": Observable(to_quantity(usage.waste_share)),
        "attempts": Observable(to_quantity(expected_attempts(usage.attempts))),
        "duration.p99": Observable(duration.load, duration.unit, duration.quota),
        "concurrent_runs.peak": Observable(
            runs.load if runs else Decimal(0), "runs", Decimal(spec.max_concurrent_runs)
        ),
        "failure_notice": Observable(to_quantity(usage.failure_notice_s), "s"),
    }


def assume(name: str, spec: Job, usage: Usage, ctx: Context) -> tuple[Assumption, ...]:  # noqa: ARG001
    """The defaults the answer rests on, in the order of the scenario's words."""
    at, given = f"jobs.{name}", spec.model_fields_set
    found: list[Assumption] = []
    if "glue_version" not in given:
        reason = "AWS's default when it is omitted; it decides the price, the minimum and the default time-out"
        found.append(Assumption(f"{at}.glue_version", spec.glue_version, reason, "aws_default"))
    if spec.type == "spark" and spec.workers is not None and "worker_type" not in given:
        found.append(Assumption(f"{at}.worker_type", spec.worker_type, "the console's choice for Spark", "aws_default"))
    if spec.type == "python-shell" and spec.dpus is None:
        found.append(Assumption(f"{at}.dpus", str(usage.dpus), "AWS's default for Python shell", "aws_default"))
    if spec.type == "spark" and spec.workers is None:
        found.append(Assumption(f"{at}.dpus", str(usage.dpus), "AWS's default capacity before Glue 2.0", "aws_default"))
    if spec.timeout_ms is None:
        minutes = f"{timeout_ms(spec) / MS_PER_MINUTE:,} min"
        found.append(Assumption(f"{at}.timeout", minutes, "AWS's default for this Glue version", "aws_default"))
    if "max_retries" not in given:
        found.append(Assumption(f"{at}.max_retries", "0", "an omitted value means no retry", "aws_default"))
    if spec.fails is None and spec.max_retries:
        found.append(Assumption(f"{at}.fails", "0%", "no attempt is taken to fail, so no retry is billed", "workload"))
    return tuple(found)
