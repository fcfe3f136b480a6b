"""Interactive sessions: billed from their start until somebody, or a time-out, ends them. It knows no price.

AWS Glue API Reference, CreateSession (Timeout 2,880 minutes, IdleTimeout that of Timeout); read 2026-11-23.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from capplan import units
from capplan.model import Assumption, Change, Context, Option, Problem, Rule
from capplan.quantities.distribution import mean
from capplan.quantities.fields import Milliseconds, Share, WholeCount
from capplan.services.glue import billing, dpu
from capplan.services.glue.jobs.derived_settings import MS_PER_MINUTE
from capplan.services.glue.quotas import DPUS, RAY_DPUS
from capplan.services.glue.timed_runs import resource_type as timed
from capplan.services.glue.timed_runs.resource_type import Timed, Usage

LONGEST_MS = Decimal(2880 * MS_PER_MINUTE)
"""Default and longest life of a session: 48 hours."""
_BREAK = "30 min"

IDLE = Rule(
    "glue.idle-session",
    "End idle sessions",
    "An interactive session without `idle_timeout`, which AWS keeps for 48 hours.",
    "`idle_timeout: 30 min`: a session that nobody stops is billed until a time-out ends it.",
    "The session's variables are gone after the break.",
    "AWS Glue API Reference, CreateSession, read 2026-11-23",
)


class Session(Timed):
    """An interactive session: notebooks, and the tools that open one."""

    type: Literal["spark", "ray"] = "spark"
    """spark (default) or ray."""
    worker_type: Literal["G.025X", "G.1X", "G.2X", "G.4X", "G.8X", "Z.2X"] = "G.1X"
    """Worker type, such as G.1X."""
    workers: Annotated[WholeCount, Field(ge=2, le=10_000)] | None = None
    """Number of workers; without it 5 DPUs, AWS's default."""
    idle_timeout_ms: Annotated[Milliseconds | None, Field(alias="idle_timeout", gt=0)] = None
    """When AWS ends a session that does nothing: whole minutes; AWS's default is that of `timeout`."""
    timeout_ms: Annotated[Milliseconds, Field(alias="timeout", gt=0)] = LONGEST_MS
    """When AWS ends it in any case: whole minutes up to 48 h (48 h)."""
    forgotten: Share = Decimal(0)
    """The share of sessions that nobody stops: they are billed until the idle time-out (0%)."""


def _size(spec: Session) -> Fraction:
    if spec.workers is None:
        return Fraction(dpu.SESSION_DEFAULT_DPUS)
    return Fraction(dpu.total_dpus(_worker(spec), spec.workers))


def _worker(spec: Session) -> str:
    return dpu.RAY_WORKER_TYPE if spec.type == "ray" else spec.worker_type


def _idle_ms(spec: Session) -> Decimal:
    return spec.timeout_ms if spec.idle_timeout_ms is None else spec.idle_timeout_ms


def _run_hours(spec: Session) -> Fraction:
    """Its duration, and for those that are forgotten the idle time-out more; never past the time-out."""
    kept = billing.expected_billed_s(spec.duration, billing.MINIMUM_S, spec.timeout_ms)
    left = billing.expected_billed_s(timed.later(spec.duration, _idle_ms(spec)), billing.MINIMUM_S, spec.timeout_ms)
    share = Fraction(spec.forgotten)
    return timed.hours(_size(spec), kept * (1 - share) + left * share)


def _busy_ms(spec: Session) -> Fraction:
    share = Fraction(spec.forgotten)
    kept, left = mean(spec.duration), mean(timed.later(spec.duration, _idle_ms(spec)))
    cap = Fraction(spec.timeout_ms)
    return min(kept, cap) * (1 - share) + min(left, cap) * share


def _refuses(spec: Session) -> tuple[Problem, ...]:
    found = []
    for key, value in (("timeout", spec.timeout_ms), ("idle_timeout", spec.idle_timeout_ms)):
        if value is not None and value % MS_PER_MINUTE:
            found.append(Problem((key,), "AWS takes whole minutes"))
        if value is not None and value > LONGEST_MS:
            found.append(Problem((key,), "at most 48 h"))
    if spec.type == "ray" and "worker_type" in spec.model_fields_set and spec.worker_type != dpu.RAY_WORKER_TYPE:
        found.append(Problem(("worker_type",), f"a Ray session has {dpu.RAY_WORKER_TYPE} workers only"))
    if spec.type != "ray" and spec.worker_type == dpu.RAY_WORKER_TYPE:
        found.append(Problem(("worker_type",), f"{dpu.RAY_WORKER_TYPE} is for Ray only; write `type: ray`"))
    if spec.type == "ray" and spec.workers is None:
        found.append(Problem(("workers",), "missing: a Ray session needs its number of workers, such as 5"))
    return tuple(found)


def _options(name: str, spec: Session, usage: Usage, ctx: Context) -> tuple[Option, ...]:  # noqa: ARG001
    if spec.idle_timeout_ms is not None or not usage.flow.terms:
        return ()
    hours = spec.timeout_ms / MS_PER_MINUTE / 60
    return (
        Option(
            IDLE.id,
            f"no idle time-out: a session that nobody stops is billed for {hours.normalize():f} hours",
            (Change(f"sessions.{name}.idle_timeout", _BREAK),),
            gives_up="the session's variables are gone after a break of half an hour",
            severity="saving" if spec.forgotten else "risk",
        ),
    )


def _assume(name: str, spec: Session, usage: Usage, ctx: Context) -> tuple[Assumption, ...]:  # noqa: ARG001
    found = []
    if spec.workers is None:
        found.append(
            Assumption(f"sessions.{name}.workers", f"{usage.size} DPUs", "AWS's default capacity", "aws_default")
        )
    if spec.idle_timeout_ms is None:
        minutes = f"{spec.timeout_ms / MS_PER_MINUTE:,} min"
        found.append(Assumption(f"sessions.{name}.idle_timeout", minutes, "AWS's default: its time-out", "aws_default"))
    if "forgotten" not in spec.model_fields_set:
        found.append(Assumption(f"sessions.{name}.forgotten", "0%", "every session is stopped by hand", "workload"))
    return tuple(found)


SESSION = timed.TimedRuns(
    "glue.session",
    "sessions",
    Session,
    timed.Terms(
        price=lambda spec: f"glue.interactive_session.{'m_dpu_hour.ray' if spec.type == 'ray' else 'dpu_hour'}",
        unit=lambda spec: "M-DPU-hour" if spec.type == "ray" else "DPU-hour",
        line="dpu-hours",
        size=_size,
        run_hours=_run_hours,
        busy_ms=_busy_ms,
        pools=lambda spec: ((RAY_DPUS if spec.type == "ray" else DPUS, _size(spec)),),
        worst_hours=lambda spec: timed.hours(_size(spec), Fraction(spec.timeout_ms) / units.MS_PER_SECOND),
        options=_options,
        assume=_assume,
        rejected=_refuses,
        rules=(IDLE,),
    ),
)
