"""What `drivers` answers as JSON: `capplan.drivers/1`."""

from decimal import Decimal
from typing import Literal, NamedTuple

from capplan.commands.drivers.drivers import Driver, Drivers, Moved, NotMoved
from capplan.commands.drivers.measured import Measure
from capplan.commands.saved_plan import ScenarioRecord
from capplan.report.record import taken
from capplan.report.records.sweep import LimitName


class MovedRecord(NamedTuple):
    """The plan with an input at one of its values.

    Attributes:
        value: The value.
        monthly_cost: USD.
        headroom: Of the limit that is nearest today.
        margin: Of the gate that is nearest today.
        failed_gates: Gates that hold today and fail then.
        exceeded: Limits that hold today and are exceeded then.
    """

    value: str
    monthly_cost: Decimal
    headroom: Decimal | None
    margin: Decimal | None
    failed_gates: tuple[str, ...]
    exceeded: tuple[LimitName, ...]


class DriverRecord(NamedTuple):
    """An input, and what moving it does.

    Attributes:
        path: Where it stands, or would.
        given: Whether it is a range, written in the scenario, or a default that nobody gave.
        value: What it is.
        low: The plan at its lower value; null where it has none.
        high: The plan at its higher value; null where it has none.
        swing: USD a month between the two.
        proportional: USD of the bill that grow with it, in proportion.
    """

    path: str
    given: Literal["range", "written", "default"]
    value: str
    low: MovedRecord | None
    high: MovedRecord | None
    swing: Decimal
    proportional: Decimal


class DriversRecord(NamedTuple):
    """What `capplan drivers` answers with --format json.

    Attributes:
        step: How far quantities that are no ranges are moved; ranges go from their 10th to their 90th percentile.
        limit: The limit with the least headroom today.
        headroom: Share of it that is free today.
        gate: The gate that passes with the least margin today.
        margin: That margin.
        drivers: Inputs that move the bill, that limit or that gate, the largest swing first.
        still: How many inputs move none of them.
        not_moved: Inputs that could not be moved, and why.
        on_defaults: USD of the bill that grow with defaults that nobody gave.
        on_ranges: USD of the bill that grow with ranges.
        measure: The bill over draws of the ranges, and with each fixed at its likely value; null where no range moves it.
    """

    schema: Literal["capplan.drivers/1"]
    capplan_version: str
    scenario: ScenarioRecord
    monthly_cost: Decimal
    step: str
    limit: LimitName | None
    headroom: Decimal | None
    gate: str | None
    margin: Decimal | None
    drivers: tuple[DriverRecord, ...]
    still: int
    not_moved: tuple[NotMoved, ...]
    on_defaults: Decimal
    on_ranges: Decimal
    measure: Measure | None


def drivers_record(answer: Drivers) -> DriversRecord:
    """Drivers as JSON has them."""
    return taken(
        DriversRecord,
        answer,
        schema="capplan.drivers/1",
        capplan_version=answer.version,
        scenario=taken(ScenarioRecord, answer),
        limit=None if answer.limit is None else LimitName(*answer.limit),
        drivers=tuple(map(_driver, answer.drivers)),
    )


def _driver(one: Driver) -> DriverRecord:
    return taken(DriverRecord, one, low=_moved(one.low), high=_moved(one.high))


def _moved(side: Moved | None) -> MovedRecord | None:
    if side is None:
        return None
    exceeded = tuple(LimitName(*limit) for limit in side.exceeded)
    return taken(MovedRecord, side, value=side.text, failed_gates=side.failed, exceeded=exceeded)
