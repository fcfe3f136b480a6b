"""The keys of a state machine in a scenario, and what of them does not fit its definition."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, InstanceOf
from pydantic.json_schema import SkipJsonSchema

from capplan.log_settings import or_false, read_logs
from capplan.quantities.fields import Count, Duration, FailedShare, Megabytes, Milliseconds, Share, Size, WholeCount
from capplan.services.stepfunctions.asl import definition as asl
from capplan.services.stepfunctions.asl.definition import Definition
from capplan.services.stepfunctions.asl.values import nearest
from capplan.services.stepfunctions.execution.chain import EndlessLoop
from capplan.services.stepfunctions.execution.eligibility import express_obstacles
from capplan.services.stepfunctions.execution.expectation import expect
from capplan.services.stepfunctions.execution.history import looping, passes
from capplan.services.stepfunctions.execution.model import Amounts, World
from capplan.services.stepfunctions.execution.retries import DEFAULT_ERROR
from capplan.services.stepfunctions.logs import MachineLogs
from capplan.services.stepfunctions.quotas import (
    MAX_OVERHEAD,
    MEMORY_STEP_MB,  # noqa: F401  named in a docstring
    PAYLOAD,  # noqa: F401  named in a docstring
)
from capplan.spec_config import SPEC_CONFIG
from capplan.triggers import Triggers

Problem = tuple[tuple[str | int, ...], str]
"""A path inside the state machine, and what is wrong there."""
_WILDCARDS = frozenset({"States.ALL", "States.TaskFailed"})


def _names(raw: object) -> object:
    """One name or a list of them, as a tuple."""
    if isinstance(raw, str):
        return (raw,)
    return tuple(raw) if isinstance(raw, list) else raw


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]


class State(BaseModel):
    """What the definition cannot say about one state."""

    model_config = SPEC_CONFIG

    call: str | None = None
    """The function, table, job or state machine a Task calls, by name; needed only where the definition does not name it."""
    fails: FailedShare = Decimal(0)
    """The share of a Task's attempts that fail (0%)."""
    error: str | None = None
    """The error name of those failures; by default the first that its Retry or Catch handles."""
    errors: dict[str, Share] | None = None
    """Several errors of a Task, instead of `fails`: the share of attempts each takes, {Declined: 2%, Throttled: 1%}."""
    next: dict[str, Share] | None = None
    """Probability of each next state of a Choice, such as {Pack: 95%, Refund: 5%}; states left out share the rest equally."""
    items: Count | None = None
    """Number of items of a Map (before batching), or that a query or scan reads (1)."""
    item_size: Size | None = None
    """Size of the item a Task writes or reads (by default the table's `item_size`), or of an item that a Map batches."""
    changes: Names | None = None
    """The attributes that a Task's update changes; by default every projected one."""
    duration: Duration | None = None
    """Duration of one attempt of a Task; by default that of the resource it calls."""
    children: Literal["standard", "express"] | None = None
    """Type of a Distributed Map's children, in place of the definition's."""
    batch: Annotated[WholeCount, Field(ge=1)] | None = None
    """Items of one child of a Distributed Map, where its ItemBatcher holds a placeholder."""
    wait_ms: Milliseconds | None = Field(default=None, alias="wait")
    """Duration of a Wait whose definition holds no number."""
    until: Duration | None = None
    """How long what a polling loop waits for takes, from the loop's first state on: the Choice is passed until then."""
    polls: Annotated[Count, Field(ge=1)] | None = None
    """Mean number of passes through a Choice that closes a polling loop, each as likely to be the last; see `until`."""


class StateMachine(BaseModel):
    """One workflow: its real definition, and what the definition cannot say."""

    model_config = SPEC_CONFIG

    type: Literal["standard", "express"] = "standard"
    """standard (billed per state transition) or express (billed per request and GB-second)."""
    definition: str
    """Path of the Amazon States Language file, JSON or YAML, inside the scenario's folder."""
    states: dict[str, State] = Field(default_factory=dict)
    """What the definition cannot say, by state name."""
    overhead: Annotated[WholeCount, Field(ge=0, le=MAX_OVERHEAD)] = MAX_OVERHEAD
    """Transitions of a standard execution beside its states ({MAX_OVERHEAD}): start and end, as AWS's pricing page counts them."""
    memory_mb: Annotated[Megabytes, Field(ge=1)] | None = Field(default=None, alias="memory")
    """Memory an express execution uses; by default AWS's estimate. Billed in steps of {MEMORY_STEP_MB} MB."""
    payload: Size | None = None
    """Size of the input and output of a state, at most {PAYLOAD}."""
    substitutions: dict[str, Any] = Field(default_factory=dict)
    """Values of the definition's `${Placeholders}` by name, as a deployment tool fills them in: {Table: orders, Batch: 100}."""
    triggers: Triggers = ()
    """What starts executions: a traffic by name, or {bus: shop, filter: 5%}."""
    logs: Annotated[MachineLogs | None, BeforeValidator(read_logs)] = Field(default=None, json_schema_extra=or_false)
    """Logging, which is off if not given: {level: all, execution_data: true, retention: 30 d}. An Express execution has no other history."""
    tracing: Literal["active", "off"] = "off"
    """active: X-Ray samples its executions, one a second and 5% of the others (off)."""
    tags: dict[str, str] = Field(default_factory=dict)
    """Labels for grouping costs."""
    asl: SkipJsonSchema[InstanceOf[Definition] | None] = Field(default=None, exclude=True, repr=False)
    """The definition after it was read; not a key of the scenario."""


def validate(spec: StateMachine) -> list[Problem]:
    """Keys under `states` that do not fit the definition, and a type that cannot run it; empty where all fits."""
    if spec.asl is None:
        return []
    problems: list[Problem] = []
    for name, override in spec.states.items():
        state = spec.asl.states.get(name)
        if state is None:
            hint = nearest(name, spec.asl.states)
            problems.append((("states", name), f"the definition has no state '{name}'" + (f", {hint}" if hint else "")))
            continue
        problems += _misplaced(state, override)
        problems += _probabilities(state, override)
        problems += _errors(state, override)
        if state.type == "Choice" and (override.polls is not None or override.until is not None):
            problems += _polls(spec.asl, state, "polls" if override.polls is not None else "until")
            if override.polls is not None and override.until is not None:
                problems.append((("states", name, "until"), "'until' replaces 'polls': write one or the other"))
    problems += _batches(spec, spec.asl)
    problems += [(("type",), message) for message in express_obstacles(spec.asl) if spec.type == "express"]
    return problems or _endless(spec, spec.asl)


_TYPES_OF_KEY: Mapping[str, tuple[str, ...]] = {
    "call": ("Task",),
    "fails": ("Task",),
    "error": ("Task",),
    "errors": ("Task",),
    "duration": ("Task",),
    "item_size": ("Task", "Map"),
    "changes": ("Task",),
    "next": ("Choice",),
    "polls": ("Choice",),
    "until": ("Choice",),
    "items": ("Map", "Task"),
    "batch": ("Map",),
    "children": ("Map",),
    "wait": ("Wait",),
}


def _misplaced(state: asl.State, override: State) -> Iterator[Problem]:
    given = {"wait" if field == "wait_ms" else field for field in override.model_fields_set}
    for key in sorted(given):
        if state.type not in _TYPES_OF_KEY[key]:
            types = " or ".join(_TYPES_OF_KEY[key])
            yield ("states", state.name, key), f"'{key}' is for a {types}; '{state.name}' is a {state.type}"


def _probabilities(state: asl.State, override: State) -> Iterator[Problem]:
    if override.next is None or state.type != "Choice":
        return
    path = ("states", state.name, "next")
    for target in override.next:
        if target not in state.targets:
            hint = nearest(target, state.targets) or f"expected one of {', '.join(state.targets)}"
            yield (*path, target), f"'{state.name}' never goes to '{target}', {hint}"
            return
    whole = sum(override.next.values(), Decimal(0))
    if whole > 1 or (len(override.next) == len(state.targets) and whole != 1):
        yield path, f"the probabilities of '{state.name}' add up to {(whole * 100).normalize():f}%, not 100%"


def _batches(spec: StateMachine, definition: Definition) -> Iterator[Problem]:
    """An ItemBatcher that batches by bytes needs the size of an item."""
    for name, state in definition.states.items():
        override = spec.states.get(name, State())
        by_bytes = state.map is not None and state.map.batch_bytes is not None and not state.map.batch_known
        if by_bytes and override.batch is None and override.item_size is None:
            message = f"the ItemBatcher of '{name}' batches by bytes: write `item_size` (or `batch`) under `states`"
            yield ("states", name) if name in spec.states else ("states",), message


def _errors(state: asl.State, override: State) -> Iterator[Problem]:
    if override.errors is None:
        return
    path = ("states", state.name, "errors")
    if override.fails or override.error is not None:
        yield path, "'errors' replaces 'fails' and 'error': write one or the other"
    elif sum(override.errors.values(), Decimal(0)) > 1:
        yield path, f"more than 100% of the attempts of '{state.name}' fail"


def _polls(definition: Definition, state: asl.State, key: str) -> Iterator[Problem]:
    back = looping(definition, state)
    if not back or len(back) == len(state.targets):
        message = f"'{key}' needs a Choice that leads back to itself and out of the loop; '{state.name}' does not"
        yield ("states", state.name, key), message


def _endless(spec: StateMachine, definition: Definition) -> list[Problem]:
    """A loop that the given probabilities and failures never leave."""
    given = [(definition.states[name], override) for name, override in spec.states.items()]
    choices = {
        state.name: probabilities
        for state, override in given
        if state.type == "Choice" and (probabilities := choice_probabilities(definition, state, override)) is not None
    }
    fails = {state.name: failures(state, override) for state, override in given}
    try:
        expect(definition.graph, World(fails=fails, choices=choices), timed=False)
    except EndlessLoop as loop:
        return [(("states", loop.state) if loop.state in spec.states else ("states",), str(loop))]
    return []


def failures(state: asl.State, override: State) -> Amounts:
    """How attempts of a Task fail, as the scenario says: error -> share of the attempts."""
    if override.errors is not None:
        return {error: Fraction(share) for error, share in override.errors.items() if share}
    return {error_of(state, override): Fraction(override.fails)} if override.fails else {}


def error_of(state: asl.State, override: State) -> str:
    """The error name of a Task's failures: as given, else the first that its Retry or Catch handles."""
    if override.error is not None:
        return override.error
    lists = [*(entry.errors for entry in state.retry), *(entry.errors for entry in state.catch)]
    first = next((errors[0] for errors in lists), DEFAULT_ERROR)
    return DEFAULT_ERROR if first in _WILDCARDS else first


def choice_probabilities(definition: Definition, state: asl.State, override: State) -> Mapping[str, Fraction] | None:
    """Probabilities of a Choice's next states as the scenario gives them, sum 1; None where it gives none."""
    given = {target: Fraction(share) for target, share in (override.next or {}).items()}
    if override.polls is not None or override.until is not None:
        return passes(definition, state, Fraction(override.polls or 2), given)
    if override.next is None:
        return None
    rest = 1 - sum(given.values(), Fraction(0))
    missing = len(state.targets) - len(given)
    return {target: given[target] if target in given else rest / missing for target in state.targets}
