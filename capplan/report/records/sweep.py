"""What `sweep` answers as JSON: `capplan.sweep/1`."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

from capplan.commands.saved_plan import ScenarioRecord
from capplan.commands.sweep import Sweep, SweepBreak, SweepPoint, SweptSetting
from capplan.report.record import taken


class LimitName(NamedTuple):
    """A limit of a resource, or of the account."""

    resource: str
    limit: str


class SweepPointRecord(NamedTuple):
    """The plan at one combination of values.

    Attributes:
        values: One for each setting.
        monthly_cost: USD; null where the scenario cannot be planned there, for the reason in `why_not`.
        cost_by_service: USD a month.
        failed_gates: Gates that fail.
        exceeded: Limits that are exceeded.
        tightest: The limit with the least headroom.
        headroom: Share of it that is free.
    """

    values: tuple[str, ...]
    monthly_cost: Decimal | None
    cost_by_service: Mapping[str, Decimal]
    failed_gates: tuple[str, ...]
    exceeded: tuple[LimitName, ...]
    tightest: LimitName | None
    headroom: Decimal | None
    why_not: str | None


class SweepBreakRecord(NamedTuple):
    """A gate or a limit that holds below a value and not from there on; where it `mends`, the other way round."""

    at: str
    gate: str | None
    limit: LimitName | None
    mends: bool


class SweepRecord(NamedTuple):
    """What `capplan sweep` answers with --format json.

    Attributes:
        without_draws: Gates on a percentile or a chance: they are judged at the likely values of the ranges.
    """

    schema: Literal["capplan.sweep/1"]
    capplan_version: str
    scenario: ScenarioRecord
    settings: tuple[SweptSetting, ...]
    points: tuple[SweepPointRecord, ...]
    breaks: tuple[SweepBreakRecord, ...]
    without_draws: tuple[str, ...]


def sweep_record(answer: Sweep) -> SweepRecord:
    """A sweep as JSON has it."""
    return SweepRecord(
        "capplan.sweep/1",
        answer.version,
        taken(ScenarioRecord, answer),
        answer.settings,
        tuple(map(_point, answer.points)),
        tuple(map(_break, answer.breaks)),
        answer.without_draws,
    )


def _point(point: SweepPoint) -> SweepPointRecord:
    return taken(
        SweepPointRecord,
        point,
        failed_gates=point.failed,
        exceeded=tuple(LimitName(*limit) for limit in point.exceeded),
        tightest=LimitName(*point.tightest) if point.headroom is not None else None,
        why_not=point.why_not or None,
    )


def _break(found: SweepBreak) -> SweepBreakRecord:
    limit = None if found.gate else LimitName(*found.limit)
    return taken(SweepBreakRecord, found, gate=found.gate or None, limit=limit)
