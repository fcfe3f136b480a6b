"""What a scenario may say about a state machine, and what does not fit its definition. It computes no amounts."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, InstanceOf
from pydantic.json_schema import SkipJsonSchema

from capplan.quantities.fields import Count, Duration, Megabytes, Milliseconds, Share, Size, WholeCount
from capplan.services.stepfunctions.asl import definition as asl
from capplan.services.stepfunctions.asl.definition import Definition
from capplan.services.stepfunctions.asl.values import nearest
from capplan.services.stepfunctions.execution.eligibility import express_obstacles
from capplan.services.stepfunctions.execution.expectation import EndlessLoop, expect
from capplan.services.stepfunctions.execution.history import looping, passes
from capplan.services.stepfunctions.execution.model import Amounts, World
from capplan.services.stepfunctions.execution.retries import DEFAULT_ERROR
from capplan.spec_config import SPEC_CONFIG

Problem = tuple[tuple[str | int, ...], str]
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
    """What a Task calls, by name: a function, table, job or state machine. Found alone where the definition says it."""
    fails: Share = Decimal(0)
    """The share of a Task's attempts that fail (0%)."""
    error: str | None = None
    """The error name of those failures; what its first retrier takes where it is not given."""
    errors: dict[str, Share] | None = None
    """Several errors of a Task, in place of `fails`: the share of attempts each takes, {Declined: 2%, Throttled: 1%}."""
    next: dict[str, Share] | None = None
    """How often a Choice goes where, such as {Pack: 95%, Refund: 5%}; ways left out share the rest equally."""
    items: Count | None = None
    """How many items a Map runs through (before batching), or a query or scan reads (1)."""
    item_size: Size | None = None
    """Size of the item a Task writes or reads; the table's `item_size` where it is not given."""
    changes: Names | None = None
    """The attributes that a Task's update changes; every projected one where it is not given."""
    duration: Duration | None = None
    """How long one attempt of a Task lasts; its call's duration where it is not given."""
    wait_ms: Milliseconds | None = Field(default=None, alias="wait")
    """How long a Wait waits, where the definition holds no number."""
    polls: Annotated[Count, Field(ge=1)] | None = None
    """How often a Choice that closes a polling loop is passed, in the mean."""


class StateMachine(BaseModel):
    """One workflow: its real definition, and what the definition cannot say."""

    model_config = SPEC_CONFIG

    type: Literal["standard", "express"] = "standard"
    """standard (pays by state transition) or express (pays by request and GB-second)."""
    definition: str
    """Path of the Amazon States Language file, JSON or YAML, inside the scenario's folder."""
    states: dict[str, State] = Field(default_factory=dict)
    """What the definition cannot say, by state name."""
    overhead: Annotated[WholeCount, Field(ge=0, le=2)] = 2
    """Transitions of a standard execution beside its states (2): start and end, as AWS's pricing page counts them."""
    memory_mb: Annotated[Megabytes, Field(ge=1)] | None = Field(default=None, alias="memory")
    """Memory an express execution uses; by AWS's estimate where it is not given, billed in steps of 64 MB."""
    payload: Size | None = None
    """Size of the input and output of a state, at most 256 KB."""
    triggers: Names = ()
    """The traffic that starts executions, by name."""
    tags: dict[str, str] = Field(default_factory=dict)
    """Labels for grouping costs."""
    asl: SkipJsonSchema[InstanceOf[Definition] | None] = Field(default=None, exclude=True, repr=False)
    """The definition, read; never written by a user."""


def validate(spec: StateMachine) -> list[Problem]:
    """Where the words under `states` do not fit the definition, or the type cannot run it: (path, message) each."""
    if spec.asl is None:
        return []
    found: list[Problem] = []
    for name, told in spec.states.items():
        state = spec.asl.states.get(name)
        if state is None:
            hint = nearest(name, spec.asl.states)
            found.append((("states", name), f"the definition has no state '{name}'" + (f", {hint}" if hint else "")))
            continue
        found += _misplaced(state, told)
        found += _odds(state, told)
        found += _errors(state, told)
        if told.polls is not None and state.type == "Choice":
            found += _polls(spec.asl, state)
    found += [(("type",), message) for message in express_obstacles(spec.asl) if spec.type == "express"]
    return found or _endless(spec, spec.asl)


_BELONGS: Mapping[str, tuple[str, ...]] = {
    "call": ("Task",),
    "fails": ("Task",),
    "error": ("Task",),
    "errors": ("Task",),
    "duration": ("Task",),
    "item_size": ("Task",),
    "changes": ("Task",),
    "next": ("Choice",),
    "polls": ("Choice",),
    "items": ("Map", "Task"),
    "wait": ("Wait",),
}


def _misplaced(state: asl.State, told: State) -> list[Problem]:
    given = {"wait" if field == "wait_ms" else field for field in told.model_fields_set}
    return [
        (
            ("states", state.name, word),
            f"'{word}' belongs to a {' or '.join(_BELONGS[word])}; '{state.name}' is a {state.type}",
        )
        for word in sorted(given)
        if state.type not in _BELONGS[word]
    ]


def _odds(state: asl.State, told: State) -> list[Problem]:
    if told.next is None or state.type != "Choice":
        return []
    path = ("states", state.name, "next")
    for target in told.next:
        if target not in state.targets:
            hint = nearest(target, state.targets) or f"it goes to {', '.join(state.targets)}"
            return [((*path, target), f"'{state.name}' never goes to '{target}', {hint}")]
    whole = sum(told.next.values(), Decimal(0))
    complete = len(told.next) == len(state.targets)
    if whole > 1 or (complete and whole != 1):
        return [(path, f"the ways out of '{state.name}' add up to {(whole * 100).normalize():f}%, not 100%")]
    return []


def _errors(state: asl.State, told: State) -> list[Problem]:
    if told.errors is None:
        return []
    path = ("states", state.name, "errors")
    if told.fails or told.error is not None:
        return [(path, "'errors' says what 'fails' and 'error' say: write one of them")]
    if sum(told.errors.values(), Decimal(0)) > 1:
        return [(path, f"more than all attempts of '{state.name}' fail")]
    return []


def _polls(definition: Definition, state: asl.State) -> list[Problem]:
    back = looping(definition, state)
    if back and len(back) < len(state.targets):
        return []
    return [
        (
            ("states", state.name, "polls"),
            f"'polls' needs a Choice with one way back to itself and one out; '{state.name}' has not",
        )
    ]


def _endless(spec: StateMachine, definition: Definition) -> list[Problem]:
    """A loop that the told odds and failures never leave."""
    told = {name: (definition.states[name], words) for name, words in spec.states.items()}
    odds = {
        name: choice_odds(definition, state, words) for name, (state, words) in told.items() if state.type == "Choice"
    }
    fails = {name: failures(state, words) for name, (state, words) in told.items()}
    world = World(fails=fails, choices={name: given for name, given in odds.items() if given is not None})
    try:
        expect(definition.graph, world)
    except EndlessLoop as loop:
        return [(("states", loop.state) if loop.state in spec.states else ("states",), str(loop))]
    return []


def failures(state: asl.State, told: State) -> Amounts:
    """What an attempt of a Task ends in, as told: error -> share of the attempts."""
    if told.errors is not None:
        return {error: Fraction(share) for error, share in told.errors.items() if share}
    return {error_of(state, told): Fraction(told.fails)} if told.fails else {}


def error_of(state: asl.State, told: State) -> str:
    """The error of a Task's failures: as told, else what its first retrier or catcher takes."""
    if told.error is not None:
        return told.error
    lists = [*(entry.errors for entry in state.retry), *(entry.errors for entry in state.catch)]
    first = next((errors[0] for errors in lists), DEFAULT_ERROR)
    return DEFAULT_ERROR if first in _WILDCARDS else first


def choice_odds(definition: Definition, state: asl.State, told: State | None) -> Mapping[str, Fraction] | None:
    """Probabilities of a Choice's next states as the scenario tells them; None where it tells nothing."""
    if told is None or (told.next is None and told.polls is None):
        return None
    if told.polls is None:
        return _filled(state.targets, told.next or {}, Fraction(1))
    given = {target: Fraction(share) for target, share in (told.next or {}).items()}
    return passes(definition, state, Fraction(told.polls), given)


def _filled(targets: tuple[str, ...], given: Mapping[str, Decimal], whole: Fraction) -> dict[str, Fraction]:
    """The given shares; targets left out share the rest equally."""
    rest = whole - sum((Fraction(p) for p in given.values()), Fraction(0))
    missing = [t for t in targets if t not in given]
    return {t: Fraction(given[t]) if t in given else rest / len(missing) for t in targets}
