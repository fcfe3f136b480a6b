"""The resource type of Step Functions state machines."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan.errors import CapplanError
from capplan.model import (
    Assumption,
    Call,
    Charge,
    Demand,
    Excluded,
    Implied,
    LimitCheck,
    Observable,
    Option,
    PoolLoad,
    Problem,
    problems_of,
)
from capplan.reading.files import Files
from capplan.resource_type import DeclaredResource, MeteredResource, Reference, ResourceType, Simulator
from capplan.services.stepfunctions import assumptions, cost, limits, unreached_calls, usage
from capplan.services.stepfunctions.advice import options
from capplan.services.stepfunctions.advice.rules import RULES
from capplan.services.stepfunctions.asl.definition import DefinitionError
from capplan.services.stepfunctions.asl.read import parse
from capplan.services.stepfunctions.execution.expectation import expect
from capplan.services.stepfunctions.execution.requests import calls_by_state
from capplan.services.stepfunctions.execution.world import definition_of, mean_duration_ms, world_of
from capplan.services.stepfunctions.implied import implies
from capplan.services.stepfunctions.spec import StateMachine, validate
from capplan.services.stepfunctions.usage import Usage

_Metered = MeteredResource[StateMachine, Usage]


class _StateMachineType(ResourceType[StateMachine, Usage]):
    id = "stepfunctions.state_machine"
    spec = StateMachine
    rules = RULES
    starts_with = "start"
    reads = frozenset({"eventbridge"})
    waits_for_callees = True

    def resolve(self, spec: StateMachine, files: Files) -> tuple[StateMachine, tuple[Problem, ...]]:
        """The state machine with its definition, and what does not fit together."""
        path = ("definition",)
        try:
            doc = files.read_definition(spec.definition)
        except CapplanError as error:
            return spec, problems_of(error, path)
        try:
            whole = spec.model_copy(
                update={"asl": parse(doc.data, len("\n".join(doc.lines).encode()), spec.substitutions)}
            )
        except DefinitionError as error:
            problems = [(p, doc.diagnostic(list(p.path), p.message, p.hint, key=p.at_key)) for p in error.problems]
            return spec, tuple(Problem(path, p.message, p.hint, diagnostic) for p, diagnostic in problems)
        return whole, tuple(Problem(path, message) for path, message in validate(whole))

    def references(self, spec: StateMachine) -> tuple[Reference, ...]:
        """What its states call by name."""
        named = ((state, override.call) for state, override in spec.states.items())
        return tuple(Reference(("states", state, "call"), name, None) for state, name in named if name is not None)

    def traced(self, spec: StateMachine) -> bool:
        return spec.tracing == "active"

    def implies(self, resource: _Metered) -> tuple[Implied, ...]:
        return tuple(implies(*resource))

    def calls(self, resource: DeclaredResource[StateMachine]) -> tuple[Call, ...]:
        """Mean calls of one execution: the attempts of each Task that reaches a resource of the scenario."""
        spec, ctx = resource.spec, resource.context
        mean = expect(definition_of(spec).graph, world_of(spec, ctx))
        return tuple(call for _, call in calls_by_state(spec, ctx, mean))

    def duration_ms(self, resource: DeclaredResource[StateMachine]) -> Fraction:
        """Mean duration of one execution."""
        return mean_duration_ms(f"state_machines.{resource.name}", resource.spec, resource.context)

    def meter(self, resource: DeclaredResource[StateMachine], demand: Demand) -> Usage:
        return usage.meter(resource.spec, demand, resource.context)

    def charge(self, resource: _Metered) -> tuple[Charge, ...]:
        return cost.charge(*resource)

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return _summary(usage)

    def limits(self, resource: _Metered) -> tuple[LimitCheck, ...]:
        return limits.check(*resource)

    def pools(self, resource: _Metered) -> tuple[PoolLoad, ...]:
        return limits.pools(*resource)

    def options(self, resource: _Metered) -> tuple[Option, ...]:
        return options.options(*resource)

    def observe(self, resource: _Metered) -> Mapping[str, Observable]:
        return limits.observe(*resource)

    def assume(self, resource: _Metered) -> tuple[Assumption, ...]:
        return assumptions.assume(*resource)

    def exclude(self, resource: _Metered) -> tuple[Excluded, ...]:
        """Tasks that call something outside this scenario, and S3 requests of Distributed Maps."""
        return unreached_calls.exclude(*resource)

    def simulator(self) -> Simulator[StateMachine, Usage]:
        from capplan.services.stepfunctions.simulation.simulate import SIMULATOR  # noqa: PLC0415  when simulated

        return SIMULATOR


_summary = usage.summary
STATE_MACHINE = _StateMachineType()
