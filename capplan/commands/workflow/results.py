"""The records of `capplan workflow`: one state machine, state by state, and how its executions vary."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan.model import Assumption, Excluded
from capplan.pipeline.results import PlannedLimit, Prices
from capplan.record import Record
from capplan.services.stepfunctions.asl.definition import Definition
from capplan.services.stepfunctions.execution.draws import Spread
from capplan.services.stepfunctions.execution.eligibility import Eligibility
from capplan.services.stepfunctions.execution.history import HistoryCapacity
from capplan.services.stepfunctions.execution.model import World


class StateRow(Record, frozen=True):
    """One state of the mean execution.

    Attributes:
        name: The state's; empty for start and end.
        type: Its type; empty for start and end.
        depth: Nesting, 0 for the outermost level.
        calls: What it calls, by label.
        visits: How often an execution enters it, children of Distributed Maps included.
        retries: Its retries per execution.
        ms: Time an execution spends in it, retries and waits included.
        failed: Share of its visits that end in an error after the last retry.
        cost: USD of one execution: its own transitions or time, and everything its calls cause.
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


class Measure(Record, frozen=True):
    """A figure of one execution: its mean, and its distribution (None where it was not drawn).

    The mean is exact, except the duration of branches and items in parallel, of which the slowest counts: it is drawn.
    """

    name: str
    unit: str
    mean: Fraction
    spread: Spread | None
    exact: bool = True


class PathBound(Record, frozen=True):
    """An execution's cost if every open choice always had one next state; None where a loop may never be left."""

    cost: Fraction | None
    goes: Mapping[str, str]
    loop: str


class TypeChoice(Record, frozen=True):
    """The workflow as Standard or as Express: whether that is possible, and what Step Functions would bill."""

    type: str
    as_written: bool
    verdict: Eligibility
    each: Fraction
    monthly_cost: Decimal


class Workflow(Record, frozen=True):
    """The analysis of one state machine.

    Attributes:
        executions: Executions a month; 0 where nothing starts it: then costs are those of a single one.
        cost: USD of one execution over all services; `cost_by_service` splits it.
        rows: By state, in the order of the definition, start and end last.
        draws: Executions drawn; 0, with the reason in `not_drawn`, where they would enter too many states.
        p_success: Share of executions that succeed.
        errors: Errors of the others: error -> share.
        cheapest, dearest: Bounds where probabilities are missing; None where none are.
        break_even_ms: The longest billed duration at which Express costs no more, at first-tier prices.
        rooms: Loops and Maps, and how many passes or items fit into the history.
        fixed_resources: Resources it calls that have a fixed cost.
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
    definition: Definition
    world: World
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
