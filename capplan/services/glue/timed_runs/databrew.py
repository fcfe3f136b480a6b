"""DataBrew: jobs billed by node-hours, interactive sessions by the half hour.

Source: AWS Glue pricing page, DataBrew (jobs per minute, 5 nodes by default; sessions of 30 minutes); read 2026-09-20.
"""

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from capplan import units
from capplan.model import Assumption, Problem
from capplan.quantities.distribution import expected_blocks
from capplan.quantities.fields import WholeCount
from capplan.resource_type import MeteredResource
from capplan.services.glue.fields import MS_PER_MINUTE
from capplan.services.glue.quotas import DATABREW_NODES, DATABREW_SESSION_MINUTES, MAX_NODES
from capplan.services.glue.timed_runs import resource_type as timed
from capplan.services.glue.timed_runs.resource_type import Timed, Usage

_MINUTES_PER_HOUR = units.SECONDS_PER_HOUR // units.SECONDS_PER_MINUTE


class Brew(Timed):
    """A DataBrew job, or an interactive session on a project."""

    type: Literal["job", "session"] = "job"
    """job (default), or session: interactive work on a project."""
    nodes: Annotated[WholeCount, Field(ge=1, le=MAX_NODES)] | None = None
    """Nodes of a job ({DATABREW_NODES})."""


def _nodes(spec: Brew) -> int:
    if spec.type == "session":
        return 1
    return DATABREW_NODES if spec.nodes is None else spec.nodes


def _run_hours(spec: Brew) -> Fraction:
    """Node-hours, in whole minutes; of a session, its half hours."""
    if spec.type == "session":
        return expected_blocks(spec.duration, DATABREW_SESSION_MINUTES * MS_PER_MINUTE)
    return expected_blocks(spec.duration, MS_PER_MINUTE) * _nodes(spec) / _MINUTES_PER_HOUR


def _validate(spec: Brew) -> tuple[Problem, ...]:
    if spec.type == "session" and spec.nodes is not None:
        return (Problem(("nodes",), "a session is billed by the half hour, whatever its nodes"),)
    return ()


def _assume(resource: MeteredResource[Brew, Usage]) -> tuple[Assumption, ...]:
    if resource.spec.type == "session" or resource.spec.nodes is not None:
        return ()
    return (
        Assumption(
            f"databrew.{resource.name}.nodes", str(_nodes(resource.spec)), "AWS's default for a job", "aws_default"
        ),
    )


DATABREW = timed.TimedRuns(
    "glue.databrew",
    "databrew",
    Brew,
    timed.Terms(
        price=lambda spec: f"glue.databrew.{'interactive_session_30min' if spec.type == 'session' else 'node_hour'}",
        unit=lambda spec: "session" if spec.type == "session" else "node-hour",
        line="use",
        size=lambda spec: Fraction(_nodes(spec)),
        run_hours=_run_hours,
        assume=_assume,
        validate=_validate,
    ),
)
