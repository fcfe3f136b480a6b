"""What `capplan workflow` answers: one state machine, state by state, and how its executions vary. It computes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from capplan.model import Assumption, Excluded
from capplan.pipeline.results import PlannedLimit, Prices
from capplan.services.stepfunctions.asl.definition import Definition
from capplan.services.stepfunctions.execution.draws import Spread
from capplan.services.stepfunctions.execution.eligibility import Eligibility
from capplan.services.stepfunctions.execution.history import HistoryCapacity
from capplan.services.stepfunctions.execution.model import World


@dataclass(frozen=True, slots=True)
class StateRow:
    """One state in the mean of all executions.

    Attributes:
        name: The state's; empty for what belongs to none (start and end).
        type: Its type; empty for what belongs to none.
        depth: Nesting, 0 for the outermost level.
        calls: What it calls, by label.
        visits: Times an execution enters it, children of Distributed Maps included.
        retries: Retries an execution makes of it.
        ms: Time an execution spends in it, retries and waits included.
        failed: Share of its visits that end in an error after the last retry.
        cost: USD of one execution: its own transitions or time, and all that follows from its calls.
        cost_by_service: The same, by service.
    """

    name: str
    type: str
    depth: int
    calls: tuple[str, ...]
    visits: Fraction
    retries: Fraction
    ms: Fraction
    failed: Fraction
    cost: Fraction
    cost_by_service: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of one execution: its mean, and how it varies (None where it was not drawn).

    The mean is exact but for the clock of branches and items side by side, of which the slowest counts: it is then drawn.
    """

    name: str
    unit: str
    mean: Fraction
    spread: Spread | None
    exact: bool = True


@dataclass(frozen=True, slots=True)
class PathBound:
    """An execution's cost if every open choice always went one way; None where a loop need never be left."""

    cost: Fraction | None
    goes: Mapping[str, str]
    loop: str


@dataclass(frozen=True, slots=True)
class TypeChoice:
    """The workflow as Standard or as Express: whether it may be, and what Step Functions would bill."""

    type: str
    as_written: bool
    verdict: Eligibility
    each: Fraction
    monthly_cost: Decimal


@dataclass(frozen=True, slots=True)
class Workflow:
    """Everything there is to say about one state machine.

    Attributes:
        executions: Executions a month; 0 where nothing starts it, then costs are those of a single one.
        cost: USD of one execution over all services; `cost_by_service` splits it.
        rows: By state, in the order of the definition, what belongs to none last.
        draws: Executions drawn; 0 and `not_drawn` where that would be too many states.
        p_success: Share of executions that end well.
        errors: What the others end with: error -> share.
        cheapest, dearest: Bounds where odds are missing; None where none are.
        break_even_ms: The longest billed duration at which Express costs no more, at first-tier prices.
        rooms: Loops and Maps, and how much of them fits into the history.
        standing: Resources it calls that cost the same whatever it does.
    """

    version: str
    name: str
    region: str
    file: str
    sha256: str
    seed: int
    prices: Prices
    label: str
    type: str
    overhead: int
    definition: Definition = field(repr=False)
    world: World = field(repr=False)
    executions: Fraction
    cost: Fraction
    cost_by_service: Mapping[str, Fraction]
    rows: tuple[StateRow, ...]
    measures: tuple[Measure, ...]
    draws: int
    not_drawn: str
    p_success: Fraction
    errors: Mapping[str, Fraction]
    open_choices: tuple[str, ...]
    cheapest: PathBound | None
    dearest: PathBound | None
    types: tuple[TypeChoice, ...]
    break_even_ms: int
    express_memory_mb: int
    rooms: tuple[HistoryCapacity, ...]
    limits: tuple[PlannedLimit, ...]
    assumptions: tuple[Assumption, ...]
    excluded: tuple[Excluded, ...]
    fixed_resources: tuple[str, ...]
