"""The room of AWS Step Functions: what a state machine calls, counts, costs and meets. It never sees another room."""

from fractions import Fraction

from capplan.calls import Access
from capplan.errors import CapplanError
from capplan.model import Call, Context, Excluded, Problem, ResourceType, Simulator, problems_of
from capplan.reading.files import Files
from capplan.services.stepfunctions import assumptions, cost, limits, usage
from capplan.services.stepfunctions.advice import options
from capplan.services.stepfunctions.advice.rules import RULES
from capplan.services.stepfunctions.asl.definition import DefinitionError
from capplan.services.stepfunctions.asl.read import parse
from capplan.services.stepfunctions.execution.expectation import expect
from capplan.services.stepfunctions.execution.requests import calls_by_state, unreached
from capplan.services.stepfunctions.execution.world import definition_of, world_of
from capplan.services.stepfunctions.spec import StateMachine, validate
from capplan.services.stepfunctions.usage import Usage

__all__ = ["KIND", "StateMachine", "validate"]


def calls(name: str, spec: StateMachine, ctx: Context) -> tuple[Call, ...]:
    """Expected calls of one execution: the attempts of each Task that reaches a resource of the scenario."""
    del name
    return tuple(call for _, call in calls_by_state(spec, ctx, expect(definition_of(spec).graph, world_of(spec, ctx))))


def duration_ms(name: str, spec: StateMachine, ctx: Context) -> Fraction:
    """Mean wall clock of one execution."""
    del name
    return expect(definition_of(spec).graph, world_of(spec, ctx)).duration_ms


def _no_records(spec: StateMachine, access: Access) -> Fraction:
    """A state machine has no stream."""
    del spec, access
    return Fraction(0)


def _no_shards(usage: Usage) -> int:
    """A state machine has no stream."""
    del usage
    return 0


def _exclude(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> tuple[Excluded, ...]:
    del usage
    return tuple(
        Excluded(f"{name}: {state}", "what it calls is not in this scenario") for state in unreached(spec, ctx)
    )


def complete(spec: StateMachine, files: Files) -> tuple[StateMachine, tuple[Problem, ...]]:
    """The state machine with its definition, and what does not fit it."""
    at = ("definition",)
    try:
        doc = files.read_definition(spec.definition)
    except CapplanError as error:
        return spec, problems_of(error, at)
    try:
        whole = spec.model_copy(update={"asl": parse(doc.data, len("\n".join(doc.lines).encode()))})
    except DefinitionError as error:
        found = [(p, doc.diagnostic(list(p.path), p.message, p.hint, key=p.at_key)) for p in error.problems]
        return spec, tuple(Problem(at, p.message, p.hint, diagnostic) for p, diagnostic in found)
    return whole, tuple(Problem(path, message) for path, message in validate(whole))


def _simulator() -> Simulator[StateMachine, Usage]:
    """Loaded when somebody follows something over time."""
    from capplan.services.stepfunctions.simulation.simulate import SIMULATOR  # noqa: PLC0415

    return SIMULATOR


KIND: ResourceType[StateMachine, Usage] = ResourceType(
    name="stepfunctions.state_machine",
    section="state_machines",
    service="stepfunctions",
    spec=StateMachine,
    unsupported={},
    calls=calls,
    duration_ms=duration_ms,
    meter=usage.meter,
    check=limits.check,
    pools=limits.pools,
    charge=cost.charge,
    options=options.options,
    summary=usage.summary,
    observe=limits.observe,
    assume=assumptions.assume,
    records=_no_records,
    shards=_no_shards,
    start="start",
    complete=complete,
    exclude=_exclude,
    rules=RULES,
    simulate=_simulator,
)
