"""Interactive sessions: billed from their start until they are stopped or time out.

Source: AWS Glue API Reference, CreateSession (Timeout 2,880 minutes, IdleTimeout by default the same); read 2026-11-23.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from capplan import units
from capplan.model import Assumption, Change, Option, Problem, Rule
from capplan.quantities.distribution import Distribution, each, mean
from capplan.quantities.fields import Milliseconds, Share, WholeCount
from capplan.resource_type import MeteredResource
from capplan.services.glue import billing, dpu
from capplan.services.glue.fields import MS_PER_MINUTE
from capplan.services.glue.quotas import DPUS, MAX_WORKERS, MINIMUM_S, RAY_DPUS, SESSION_DPUS, SESSION_TIMEOUT
from capplan.services.glue.timed_runs import resource_type as timed
from capplan.services.glue.timed_runs.resource_type import Timed, Usage

_MAX_TIMEOUT_MS = Decimal(SESSION_TIMEOUT.value * units.MS_PER_SECOND)
_IDLE_TIMEOUT = "30 min"

IDLE = Rule(
    "glue.idle-session",
    "Stop idle sessions",
    f"An interactive session without `idle_timeout`, which AWS keeps for {SESSION_TIMEOUT}.",
    f"`idle_timeout: {_IDLE_TIMEOUT}`: a session that nobody stops is billed until a time-out ends it.",
    "The session's variables are lost after a break.",
    "AWS Glue API Reference, CreateSession, read 2026-11-23",
    action="Stop idle sessions of {name}",
)


class Session(Timed):
    """An interactive session: notebooks, and the tools that open one."""

    type: Literal["spark", "ray"] = "spark"
    """spark (default) or ray."""
    worker_type: Literal["G.025X", "G.1X", "G.2X", "G.4X", "G.8X", "Z.2X"] = "G.1X"
    """Worker type, such as G.1X."""
    workers: Annotated[WholeCount, Field(ge=2, le=MAX_WORKERS)] | None = None
    """Number of workers; by default {SESSION_DPUS} DPUs, as AWS's."""
    idle_timeout_ms: Annotated[Milliseconds | None, Field(alias="idle_timeout", gt=0)] = None
    """When AWS stops an idle session: whole minutes; by default the value of `timeout`."""
    timeout_ms: Annotated[Milliseconds, Field(alias="timeout", gt=0)] = _MAX_TIMEOUT_MS
    """When AWS stops it in any case: whole minutes up to {SESSION_TIMEOUT} (the default)."""
    forgotten: Share = Decimal(0)
    """The share of sessions that nobody stops: they are billed until the idle time-out (0%)."""


def _size(spec: Session) -> Fraction:
    if spec.workers is None:
        return Fraction(SESSION_DPUS)
    worker_type = dpu.RAY_WORKER_TYPE if spec.type == "ray" else spec.worker_type
    return Fraction(dpu.total_dpus(worker_type, spec.workers))


def _until_idle_timeout(spec: Session) -> Distribution:
    """Time from start to end of a session that nobody stops."""
    idle_ms = spec.timeout_ms if spec.idle_timeout_ms is None else spec.idle_timeout_ms
    return each(spec.duration, lambda value: value + idle_ms)


def _run_hours(spec: Session) -> Fraction:
    """Mean billed hours of a session: its duration, for forgotten ones the idle time-out more, at most the time-out."""
    stopped = billing.expected_billed_s(spec.duration, MINIMUM_S, spec.timeout_ms)
    forgotten = billing.expected_billed_s(_until_idle_timeout(spec), MINIMUM_S, spec.timeout_ms)
    share = Fraction(spec.forgotten)
    return billing.dpu_hours(_size(spec), stopped * (1 - share) + forgotten * share)


def _run_ms(spec: Session) -> Fraction:
    share, cap = Fraction(spec.forgotten), Fraction(spec.timeout_ms)
    stopped, forgotten = mean(spec.duration), mean(_until_idle_timeout(spec))
    return min(stopped, cap) * (1 - share) + min(forgotten, cap) * share


def _validate(spec: Session) -> tuple[Problem, ...]:
    problems = []
    for key, value in (("timeout", spec.timeout_ms), ("idle_timeout", spec.idle_timeout_ms)):
        if value is not None and value % MS_PER_MINUTE:
            problems.append(Problem((key,), "AWS takes whole minutes"))
        if value is not None and value > _MAX_TIMEOUT_MS:
            problems.append(Problem((key,), f"at most {SESSION_TIMEOUT}"))
    if spec.type == "ray" and "worker_type" in spec.model_fields_set and spec.worker_type != dpu.RAY_WORKER_TYPE:
        problems.append(Problem(("worker_type",), f"a Ray session has {dpu.RAY_WORKER_TYPE} workers only"))
    if spec.type != "ray" and spec.worker_type == dpu.RAY_WORKER_TYPE:
        problems.append(Problem(("worker_type",), f"{dpu.RAY_WORKER_TYPE} is for Ray only; write `type: ray`"))
    if spec.type == "ray" and spec.workers is None:
        problems.append(Problem(("workers",), "missing: a Ray session needs its number of workers, such as 5"))
    return tuple(problems)


def _options(resource: MeteredResource[Session, Usage]) -> tuple[Option, ...]:
    if resource.spec.idle_timeout_ms is not None or not resource.usage.flow.terms:
        return ()
    hours = resource.spec.timeout_ms / MS_PER_MINUTE / 60
    return (
        Option(
            IDLE.id,
            f"no idle time-out: a session that nobody stops is billed for {hours.normalize():f} hours",
            (Change(f"sessions.{resource.name}.idle_timeout", _IDLE_TIMEOUT),),
            gives_up=f"the session's variables are lost after a break of {_IDLE_TIMEOUT}",
            severity="saving" if resource.spec.forgotten else "risk",
            action=f"Stop sessions of {{name}} that are idle for {_IDLE_TIMEOUT}",
        ),
    )


def _assume(resource: MeteredResource[Session, Usage]) -> tuple[Assumption, ...]:
    path = f"sessions.{resource.name}"
    out = []
    if resource.spec.workers is None:
        out.append(
            Assumption(f"{path}.workers", f"{resource.usage.size} DPUs", "AWS's default capacity", "aws_default")
        )
    if resource.spec.idle_timeout_ms is None:
        minutes = f"{resource.spec.timeout_ms / MS_PER_MINUTE:,} min"
        out.append(Assumption(f"{path}.idle_timeout", minutes, "AWS's default: its time-out", "aws_default"))
    if "forgotten" not in resource.spec.model_fields_set:
        out.append(Assumption(f"{path}.forgotten", "0%", "every session is stopped by its user", "workload"))
    return tuple(out)


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
        run_ms=_run_ms,
        pools=lambda spec: ((RAY_DPUS if spec.type == "ray" else DPUS, _size(spec)),),
        worst_hours=lambda spec: billing.dpu_hours(_size(spec), spec.timeout_ms / units.MS_PER_SECOND),
        options=_options,
        assume=_assume,
        validate=_validate,
        rules=(IDLE,),
    ),
)
