"""What scenario and definition say together about one execution: targets, times, odds, items. It prices nothing."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from capplan.calls import RUNS, Op
from capplan.model import Assumption, Context
from capplan.quantities.distribution import Distribution, capped_mean, mean, share_above
from capplan.quantities.rounding import sig6
from capplan.services.stepfunctions.asl import definition as asl
from capplan.services.stepfunctions.asl.definition import Definition
from capplan.services.stepfunctions.asl.integrations import integration, is_event, target_name
from capplan.services.stepfunctions.execution.model import Amounts, World
from capplan.services.stepfunctions.execution.retries import DEFAULT_ERROR, TIMEOUT
from capplan.services.stepfunctions.spec import State, StateMachine, choice_probabilities, error_of, failures

_OPS: Final[dict[str, Op]] = {"functions": "invoke", "state_machines": "start", **dict.fromkeys(RUNS, "run")}
_UNTOLD = State()
_CUT_OFF = Fraction(3, 4)
"""The most a callee's own time-out takes off its mean; beyond it the law is no longer its law."""


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
    address = address_of(name, found.section if found is not None else None, ctx) if name is not None else None
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


def address_of(name: str, section: str | None, ctx: Context) -> str | None:
    """The address of a name, in the section the definition speaks of where it stands in several."""
    known = ctx.addresses.get(name, ())
    fitting = [a for a in known if a.partition(".")[0] == section]
    return next(iter((*fitting, *known)), None)


def world_of(spec: StateMachine, ctx: Context) -> World:
    """Everything an execution meets, by state name."""
    definition = definition_of(spec)
    choices: dict[str, Mapping[str, Fraction]] = {}
    items: dict[str, Fraction] = {}
    wait_s: dict[str, Fraction] = {}
    attempts: dict[str, Attempt] = {}
    for name, state in definition.states.items():
        told = spec.states.get(name, _UNTOLD)
        if state.type == "Task":
            attempts[name] = _attempt(state, told, ctx)
        elif state.type == "Choice":
            odds = choice_probabilities(definition, state, told)
            if odds is not None:
                choices[name] = odds
        elif state.map is not None and told.items is not None:
            items[name] = _children(state.map, Fraction(told.items))
        elif state.type == "Wait" and told.wait_ms is not None:
            wait_s[name] = Fraction(told.wait_ms) / 1000
    return World(
        {name: attempt.ends for name, attempt in attempts.items() if attempt.ends},
        choices,
        items,
        wait_s,
        {name: attempt.mean_ms for name, attempt in attempts.items()},
        {name: attempt.law for name, attempt in attempts.items() if attempt.law is not None},
        {name: attempt.timeout_ms for name, attempt in attempts.items() if attempt.timeout_ms is not None},
        {name: attempt.longest_ms for name, attempt in attempts.items() if attempt.longest_ms is not None},
    )


def _told_or_seen(state: asl.State, told: State, ctx: Context) -> Amounts:
    """How attempts fail: as the scenario says of this state, else as what it waits for does."""
    if told.model_fields_set & {"fails", "errors"}:
        return failures(state, told)
    target = target_of(state, told, ctx)
    chance = ctx.fails.get(target.address) if target is not None and target.lasts else None
    return {error_of(state, told): chance} if chance else {}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a Task.

    Attributes:
        mean_ms: How long it lasts in the mean, cut off at its time-out.
        law: How that varies; None where it does not, or nobody knows.
        timeout_ms: TimeoutSeconds, where an attempt may reach it.
        longest_ms: Where what it calls ends itself.
        ends: The errors it may end in, too long ones in a time-out.
    """

    mean_ms: Fraction
    law: Distribution | None
    timeout_ms: Fraction | None
    longest_ms: Fraction | None
    ends: Amounts


def _attempt(state: asl.State, told: State, ctx: Context) -> Attempt:
    law, mean_ms = _lasting(state, told, ctx)
    longest_ms, fails = _longest_ms(state, told, ctx), _told_or_seen(state, told, ctx)
    timeout_ms = None if state.timeout_s is None else state.timeout_s * 1000
    if timeout_ms is None:
        return Attempt(mean_ms, law, None, longest_ms, fails)
    p = sig6(share_above(law, timeout_ms)) if law is not None else Fraction(mean_ms > timeout_ms)
    if not p:
        return Attempt(mean_ms, law, None, longest_ms, fails)
    cut_ms = capped_mean(law, timeout_ms) if law is not None else timeout_ms
    return Attempt(cut_ms, law, timeout_ms, longest_ms, _with_timeout(fails, p))


def _with_timeout(fails: Amounts, p: Fraction) -> Amounts:
    """Errors of attempts of which a share is cut off first."""
    found = {error: share * (1 - p) for error, share in fails.items()}
    return {**found, TIMEOUT: found.get(TIMEOUT, Fraction(0)) + p}


def _lasting(state: asl.State, told: State, ctx: Context) -> tuple[Distribution | None, Fraction]:
    """How one attempt would last without a time-out."""
    law = told.duration
    if law is None:
        target = target_of(state, told, ctx)
        if target is None or not target.lasts:
            return None, Fraction(0)
        law = ctx.duration_law.get(target.address)
        mean_ms = ctx.duration_ms.get(target.address, Fraction(0))
        return (law if law is not None and _is_law_of(law, mean_ms) else None), mean_ms
    return (None if law.fixed else law), mean(law)


def _is_law_of(law: Distribution, mean_ms: Fraction) -> bool:
    """Whether a told law is that of a mean: a time-out of its own may have taken off some of it."""
    return not law.fixed and _CUT_OFF * mean(law) <= mean_ms <= mean(law)


def _longest_ms(state: asl.State, told: State, ctx: Context) -> Fraction | None:
    """Where what a Task calls ends itself."""
    target = target_of(state, told, ctx) if told.duration is None else None
    return ctx.timeout_ms.get(target.address) if target is not None and target.lasts else None


def _children(work: asl.MapWork, items: Fraction) -> Fraction:
    """Iterations of an inline Map; children of a Distributed Map, each with a batch of items."""
    if not work.distributed:
        return items
    handed = items if work.max_items is None else min(items, Fraction(work.max_items))
    return Fraction(math.ceil(handed / work.items_per_batch))


# --- what the scenario leaves open ------------------------------------------------------------------------------------


def unspecified(name: str, spec: StateMachine, ctx: Context) -> tuple[Assumption, ...]:
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
