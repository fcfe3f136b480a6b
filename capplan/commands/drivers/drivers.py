"""Moves each input of a scenario and plans again: what that does to the bill, to the nearest limit and to the nearest gate."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from capplan import __version__
from capplan.commands.drivers.inputs import Given, Input, Move, Step, inputs_of
from capplan.commands.drivers.measured import DRAWS, Measure
from capplan.commands.drivers.watch import LimitName, Watch
from capplan.errors import CapplanError
from capplan.language.scenario import Scenario
from capplan.pipeline.assumptions import notes_of
from capplan.pipeline.meter import meter
from capplan.pipeline.price import Priced, catalogue_of, missing_prices, price
from capplan.pipeline.what_if import what_if
from capplan.quantities.rounding import to_quantity
from capplan.record import Record
from capplan.timeline import no_progress


class Moved(Record, frozen=True):
    """The plan with an input at one of its values.

    Attributes:
        text: The value.
        monthly_cost: USD.
        headroom: Of the limit that is nearest today; None where there is none.
        margin: Of the gate that is nearest today; None where there is none.
        failed: Gates that hold today and fail then.
        exceeded: Limits that hold today and are exceeded then.
    """

    text: str
    monthly_cost: Decimal
    headroom: Decimal | None
    margin: Decimal | None
    failed: tuple[str, ...] = ()
    exceeded: tuple[LimitName, ...] = ()


class Driver(Record, frozen=True):
    """An input, and what moving it does; a value that cannot be planned is None.

    Attributes:
        path: Where it stands, or would.
        given: Whether it is a range, written, or a default that nobody gave.
        value: What it is.
        swing: USD a month between the two values.
        proportional: USD of the bill that grow with it, in proportion.
    """

    path: str
    given: Given
    value: str
    low: Moved | None
    high: Moved | None
    swing: Decimal
    proportional: Decimal


class NotMoved(Record, frozen=True):
    """An input that could not be moved, and why."""

    path: str
    why: str


class Drivers(Record, frozen=True):
    """What a scenario hangs on.

    Attributes:
        step: How far quantities that are no ranges were moved; ranges go from their 10th to their 90th percentile.
        limit: The limit with the least headroom today, with that; None where no limit applies.
        gate: The gate that passes with the least margin today, with that and the metrics that it names; None for none.
        drivers: Inputs that move the bill, that limit or that gate, the largest swing of the bill first.
        still: How many inputs move none of them.
        on_defaults, on_ranges: USD of the bill that grow with defaults that nobody gave, and with ranges.
        measure: The range to measure first; None where none moves the bill.
    """

    name: str
    file: str
    sha256: str
    region: str
    version: str
    monthly_cost: Decimal
    step: str
    limit: LimitName | None
    headroom: Decimal | None
    gate: str | None
    gate_names: tuple[str, ...]
    margin: Decimal | None
    drivers: tuple[Driver, ...]
    still: int
    not_moved: tuple[NotMoved, ...]
    on_defaults: Decimal
    on_ranges: Decimal
    measure: Measure | None = None


def drivers(
    scenario: Scenario,
    step: Step,
    *,
    draws: int = DRAWS,
    today: date | None = None,
    seed: int = 0,
    progress: Callable[[float, str], None] = no_progress,
) -> Drivers:
    """What moves the bill, the nearest limit and the nearest gate, each input by itself.

    Args:
        scenario: The scenario.
        step: How far quantities that are no ranges are moved.
        draws: Of the ranges, to find which to measure first; 0 for none.
        today: The day with which the age of prices is compared.
        seed: Random seed.
        progress: Called with the share done and the input.

    Raises:
        CapplanError: A price is missing, or the scenario cannot be planned.
    """
    base = price(meter(scenario, seed), catalogue_of(scenario), today)
    if base.missing:
        raise missing_prices(scenario, base.missing)
    watch = Watch(base, scenario.gates)
    inputs = inputs_of(scenario, {note.path: note for note in notes_of(base.metered)}, step)
    found: list[Driver] = []
    not_moved: list[NotMoved] = []
    grows: dict[Given, dict[str, Fraction]] = {"range": {}, "written": {}, "default": {}}
    for i, one in enumerate(inputs):
        progress(i / len(inputs), one.path)
        sides = [_planned(base, moves, today) for moves in (one.low, one.high)]
        plans = [None if isinstance(side, str) else side for side in sides]
        if not any(plans):
            not_moved.append(NotMoved(one.path, next(side for side in reversed(sides) if isinstance(side, str))))
            continue
        low, high = (base if side is None else side[1] for side in plans)
        of_lines = _grows(low, high, one)
        for charge, part in of_lines.items():
            grows[one.given][charge] = grows[one.given].get(charge, Fraction(0)) + abs(part)
        moved = [None if side is None else _moved(*side, watch) for side in plans]
        swing, grown = abs(high.monthly_cost - low.monthly_cost), to_quantity(sum(of_lines.values(), Fraction(0)))
        found.append(Driver(one.path, one.given, one.value, moved[0], moved[1], swing, grown))
    by_swing = sorted((one for one in found if one.given == "range" and one.swing), key=lambda one: -one.swing)
    measure = None
    if by_swing and draws:
        from capplan.commands.drivers.measure import measure_first  # noqa: PLC0415  only where there are ranges

        measure = measure_first(base, [one.path for one in by_swing], draws, today, progress)
    moving = sorted((one for one in found if _matters(one, watch)), key=lambda one: (-one.swing, one.path))
    return Drivers(
        scenario.name, scenario.file, scenario.sha256, scenario.region, __version__, base.monthly_cost, step.text,
        watch.limit, watch.free.headroom, *watch.gate_and_names, watch.free.margin,
        tuple(moving), len(found) - len(moving), tuple(not_moved),
        _of_bill(base, grows["default"]), _of_bill(base, grows["range"]), measure,
    )  # fmt: skip


def _planned(base: Priced, moves: Sequence[Move], today: date | None) -> tuple[str, Priced] | str:
    """The first of the moves that is valid, as it reads and planned; else why none is."""
    why = "it has no other value"
    for move in moves:
        try:
            priced = what_if(base, move.changes, today)
        except CapplanError as error:
            why = error.diagnostics[0].message if error.diagnostics else error.summary
        except (LookupError, TypeError, ValueError, AttributeError):  # a path that stands for several keys
            why = "it is no key that the scenario may set"
        else:
            if not priced.missing:
                return move.text, priced
            why = f"no price for {', '.join(sorted({missing.key for missing in priced.missing}))}"
    return why


def _moved(text: str, priced: Priced, watch: Watch) -> Moved:
    return Moved(text, priced.monthly_cost, *watch.left(priced))


def _grows(low: Priced, high: Priced, one: Input) -> dict[str, Fraction]:
    """USD of each charge that grow with an input, in proportion: what it moves them by, over how far it was moved itself."""
    before, after = _by_charge(low), _by_charge(high)
    charges = before.keys() | after.keys()
    moved = {c: Fraction(after.get(c, Decimal(0)) - before.get(c, Decimal(0))) for c in charges}
    return {charge: amount / one.spread for charge, amount in moved.items() if amount}


def _by_charge(priced: Priced) -> dict[str, Decimal]:
    out: dict[str, Decimal] = {}
    for line in priced.lines:
        if line.charge_frequency != "one_time":
            out[line.charge_id] = out.get(line.charge_id, Decimal(0)) + line.contracted_cost
    return out


def _of_bill(base: Priced, grows: Mapping[str, Fraction]) -> Decimal:
    """What grows of the bill: of each charge at most all of it, though several inputs may each move it."""
    costs = _by_charge(base)
    return to_quantity(sum((min(grows.get(c, Fraction(0)), Fraction(cost)) for c, cost in costs.items()), Fraction(0)))


def _matters(one: Driver, watch: Watch) -> bool:
    """Whether an input moves the bill by a cent, or what is left of a limit or a gate at all."""
    left = (watch.free.headroom, watch.free.margin)
    sides = [side for side in (one.low, one.high) if side is not None]
    return one.swing >= Decimal("0.01") or any(
        (side.headroom, side.margin) != left or side.failed or side.exceeded for side in sides
    )
