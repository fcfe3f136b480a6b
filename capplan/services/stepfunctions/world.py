"""What scenario and definition say together about one execution: targets, times, odds, items. It prices nothing."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from capplan.calls import Op
from capplan.model import Assumption, Context
from capplan.quantities import mean
from capplan.services.stepfunctions import asl
from capplan.services.stepfunctions.asl import Definition
from capplan.services.stepfunctions.expectation import Failure, World
from capplan.services.stepfunctions.integrations import integration, is_event, target_name
from capplan.services.stepfunctions.retries import DEFAULT_ERROR
from capplan.services.stepfunctions.spec import State, StateMachine, choice_odds, error_of

_OPS: Final[dict[str, Op]] = {"functions": "invoke", "state_machines": "start", "jobs": "run"}
_UNTOLD = State()


@dataclass(frozen=True, slots=True)
class Target:
    """What a Task calls: its address, the word for it, and whether the Task waits until that work is done."""

    address: str
    op: Op
    lasts: bool
    is_event: bool = False

    @property
    def name(self) -> str:
        """The bare name."""
        return self.address.partition(".")[2]


def definition_of(spec: StateMachine) -> Definition:
    """The definition the loader put beside its path."""
    if spec.asl is None:
        raise ValueError(f"the definition {spec.definition} has not been read")
    return spec.asl


def target_of(state: asl.State, told: State, ctx: Context) -> Target | None:
    """What a Task calls within the scenario: what `call` says, else what the definition names."""
    if state.task is None:
        return None
    found = integration(state.task.resource)
    name = told.call or target_name(state.task)
    address = _address(name, found.section if found is not None else None, ctx) if name is not None else None
    if address is None:
        return None
    section = address.partition(".")[0]
    waits = state.task.pattern in ("sync", "callback")
    if found is not None and section == found.section:
        event = section == "functions" and is_event(state.task)
        return Target(address, found.op, (found.lasts or waits) and not event, event)
    op = _OPS.get(section)  # a table reached by something else than DynamoDB's API says nothing about the request
    meant = told.call is not None or (found is None and section == "functions")  # "${charge.Arn}" is a function's ARN
    return Target(address, op, lasts=True) if op is not None and meant else None


def unreached(spec: StateMachine, ctx: Context) -> tuple[str, ...]:
    """Tasks that call something outside the scenario: what it costs is not in the answer."""
    states = definition_of(spec).states.items()
    return tuple(n for n, s in states if s.task is not None and target_of(s, spec.states.get(n, State()), ctx) is None)


def _address(name: str, section: str | None, ctx: Context) -> str | None:
    """The address of a name, in the section the definition speaks of where it stands in several."""
    known = ctx.addresses.get(name, ())
    fitting = [a for a in known if a.partition(".")[0] == section]
    return next(iter((*fitting, *known)), None)


def world_of(spec: StateMachine, ctx: Context) -> World:
    """Everything an execution meets, by state name."""
    definition = definition_of(spec)
    fails: dict[str, Failure] = {}
    choices: dict[str, Mapping[str, Fraction]] = {}
    items: dict[str, Fraction] = {}
    wait_s: dict[str, Fraction] = {}
    attempt_ms: dict[str, Fraction] = {}
    for name, state in definition.states.items():
        told = spec.states.get(name, _UNTOLD)
        if state.type == "Task":
            attempt_ms[name] = _attempt_ms(state, told, ctx)
            if told.fails:
                fails[name] = Failure(Fraction(told.fails), error_of(state, told))
        elif state.type == "Choice":
            odds = choice_odds(definition, state, told)
            if odds is not None:
                choices[name] = odds
        elif state.map is not None and told.items is not None:
            items[name] = _children(state.map, Fraction(told.items))
        elif state.type == "Wait" and told.wait_ms is not None:
            wait_s[name] = Fraction(told.wait_ms) / 1000
    return World(fails, choices, items, wait_s, attempt_ms)


def _attempt_ms(state: asl.State, told: State, ctx: Context) -> Fraction:
    if told.duration is not None:
        return mean(told.duration)
    target = target_of(state, told, ctx)
    return ctx.duration_ms.get(target.address, Fraction(0)) if target is not None and target.lasts else Fraction(0)


def _children(work: asl.MapWork, items: Fraction) -> Fraction:
    """Iterations of an inline Map; children of a Distributed Map, each with a batch of items."""
    return Fraction(math.ceil(items / work.items_per_batch)) if work.distributed else items


# --- what the scenario leaves open ------------------------------------------------------------------------------------


def open_questions(name: str, spec: StateMachine, ctx: Context) -> tuple[Assumption, ...]:
    """What neither definition nor scenario says, and what is taken for it."""
    definition = definition_of(spec)
    root = f"state_machines.{name}"
    found: list[Assumption] = []
    for state in definition.states.values():
        found += _open(state, spec.states.get(state.name, _UNTOLD), f"{root}.states.{state.name}")
    found += _timeless(definition, spec, ctx, root)
    for path in definition.unknown:
        if path[-1] != "Seconds":
            where = next((str(p) for p in reversed(path[:-1]) if str(p) in definition.states), "definition")
            found.append(
                Assumption(
                    f"{root}.definition", f"{path[-1]}: AWS's default", f"'{where}' holds a placeholder", "aws_default"
                )
            )
    return tuple(found)


def _open(state: asl.State, told: State, path: str) -> list[Assumption]:
    if state.type == "Choice" and len(state.targets) > 1 and told.next is None and told.polls is None:
        return [
            Assumption(
                f"{path}.next", f"{len(state.targets)} ways, equally often", f"'{state.name}' has no odds", "workload"
            )
        ]
    if state.map is not None and state.map.items is None and told.items is None:
        return [Assumption(f"{path}.items", "1", f"the number of items of '{state.name}' is not given", "workload")]
    if state.type == "Wait" and state.wait_s is None and told.wait_ms is None:
        return [
            Assumption(f"{path}.wait", "0 s", f"the definition does not say how long '{state.name}' waits", "workload")
        ]
    if told.fails and told.error is None and error_of(state, told) != DEFAULT_ERROR:
        return [
            Assumption(
                f"{path}.error",
                error_of(state, told),
                f"'{state.name}' fails with what its Retry or Catch takes first",
                "workload",
            )
        ]
    return []


def _timeless(definition: Definition, spec: StateMachine, ctx: Context, root: str) -> list[Assumption]:
    """Task states whose attempts take no time, because nothing says how long they last."""
    names = []
    for name, state in definition.states.items():
        told = spec.states.get(name, _UNTOLD)
        if state.task is None or told.duration is not None:
            continue
        target = target_of(state, told, ctx)
        waits_for_others = state.task.pattern in ("callback", "activity")
        unknown = target is None and not _is_quick(state.task)
        if unknown or waits_for_others:
            names.append(f"'{name}'")
    if not names:
        return []
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")  # noqa: PLR2004  a line's worth
    return [Assumption(f"{root}.states", "no time of their own", f"nothing says how long {shown} last", "workload")]


def _is_quick(task: asl.Task) -> bool:
    """DynamoDB answers within milliseconds."""
    found = integration(task.resource)
    return found is not None and found.section == "tables"
