"""Combines scenario and definition into what one execution meets: called resources, times, probabilities, items."""

import math
from collections import deque
from collections.abc import Mapping
from fractions import Fraction

from capplan import units
from capplan.calls import Op
from capplan.model import Assumption, Context
from capplan.quantities.distribution import Distribution, capped_mean, mean, share_above
from capplan.quantities.rounding import sig6
from capplan.record import Record, replace
from capplan.services.stepfunctions.asl import definition as asl
from capplan.services.stepfunctions.asl.definition import ChildType, Definition, reachable
from capplan.services.stepfunctions.asl.integrations import action_of, integration, is_event, target_name, verb_of
from capplan.services.stepfunctions.execution.chain import Passes
from capplan.services.stepfunctions.execution.expectation import expect
from capplan.services.stepfunctions.execution.history import level_of, passes
from capplan.services.stepfunctions.execution.model import Amounts, World
from capplan.services.stepfunctions.execution.polling import is_polling, mean_passes, passes_until
from capplan.services.stepfunctions.execution.retries import DEFAULT_ERROR, TIMEOUT
from capplan.services.stepfunctions.execution.run_settings import run_timeout_ms
from capplan.services.stepfunctions.quotas import HISTORY_EVENTS
from capplan.services.stepfunctions.spec import State, StateMachine, choice_probabilities, error_of, failures

NO_OVERRIDE = State.model_construct()
"""A state of which the scenario says nothing."""
_MIN_MEAN_SHARE = Fraction(3, 4)
"""A called resource's own timeout may cut its mean to this share; below, its distribution no longer fits the mean."""
_LISTED_NAMES = 3
_RECENT: deque[tuple[StateMachine, tuple[Mapping[str, object], ...], dict[str, Fraction], World]] = deque(maxlen=16)
"""The last answers: the stages of one plan ask for the same world again."""
_STARTS = ("run", "start")
"""Verbs of work that goes on while its caller polls for its end."""


class Target(Record, frozen=True):
    """What a Task calls: its address, the verb, and whether the Task waits until that work is done."""

    address: str
    verb: Op
    waits: bool
    is_event: bool = False

    @property
    def name(self) -> str:
        """The bare name."""
        return self.address.partition(".")[2]


def definition_of(spec: StateMachine) -> Definition:
    """The definition of a state machine whose file was read."""
    if spec.asl is None:
        raise ValueError(f"the definition {spec.definition} has not been read")
    return spec.asl


def target_of(state: asl.State, override: State, ctx: Context) -> Target | None:
    """The resource of the scenario that a Task calls: from `call`, else from the definition; None for any other."""
    if state.task is None:
        return None
    called = integration(state.task.resource, ctx.integrations)
    name = override.call or target_name(state.task, ctx.integrations)
    address = address_of(name, called.section if called is not None else None, ctx) if name is not None else None
    if address is None:
        return None
    section = address.partition(".")[0]
    waits = state.task.pattern in ("sync", "callback")
    if called is not None and section == called.section:
        event = section == "functions" and is_event(state.task)
        return Target(address, called.verb, (called.waits or waits) and not event, event)
    verb = _only_verb(section, ctx) or verb_of(state.task, section, ctx.integrations)
    is_meant = override.call is not None or (called is None and section == "functions")  # "${charge.Arn}" is a function
    if verb is None or not is_meant or (called is None and _is_batch(state.task)):
        return None
    done_when_called = action_of(state.task.resource) is not None and not waits  # an SDK call that starts something
    return Target(address, verb, waits=section != "tables" and not done_when_called)


def _is_batch(task: asl.Task) -> bool:
    """Whether a Task's action holds other requests (batchWriteItem …), which are counted one by one."""
    action = action_of(task.resource)
    return action is not None and action[1].startswith(("batch", "transact"))


def _only_verb(section: str, ctx: Context) -> Op | None:
    """The verb by which workflows call a section's resources; None where there are several, as for tables."""
    verbs = {called.verb for called in ctx.integrations.values() if called.section == section}
    if not verbs:
        return ctx.only_verbs.get(section)
    return verbs.pop() if len(verbs) == 1 else None


def address_of(name: str, section: str | None, ctx: Context) -> str | None:
    """The address of a name, preferably in a section; None where nothing has that name."""
    known = ctx.addresses.get(name, ())
    in_section = [address for address in known if address.partition(".")[0] == section]
    return next(iter((*in_section, *known)), None)


def world_of(spec: StateMachine, ctx: Context) -> World:
    """Everything an execution meets, by state name."""
    known = (ctx.addresses, ctx.duration_law, ctx.timeout_ms, ctx.fails)
    durations = dict(ctx.duration_ms)  # these change while durations that depend on each other are found
    for of_spec, of_known, of_durations, world in _RECENT:
        if of_spec is spec and of_durations == durations and of_known == known:
            return world
    world = _world_of(spec, ctx)
    _RECENT.append((spec, known, durations, world))
    return world


def _world_of(spec: StateMachine, ctx: Context) -> World:
    definition = definition_of(spec)
    choices: dict[str, Mapping[str, Fraction]] = {}
    items: dict[str, Fraction] = {}
    wait_s: dict[str, Fraction] = {}
    attempts: dict[str, Attempt] = {}
    for name, state in definition.states.items():
        override = spec.states.get(name, NO_OVERRIDE)
        if state.type == "Task":
            attempts[name] = _attempt(state, override, ctx)
        elif state.type == "Choice":
            probabilities = choice_probabilities(definition, state, override)
            if probabilities is not None:
                choices[name] = probabilities
        elif state.map is not None and override.items is not None:
            items[name] = _iterations(state.map, Fraction(override.items), override)
        elif state.map is not None and state.map.distributed and (override.batch or override.item_size):
            items[name] = _iterations(state.map, Fraction(state.map.items or 1), override)
        elif state.type == "Wait" and override.wait_ms is not None:
            wait_s[name] = Fraction(override.wait_ms) / units.MS_PER_SECOND
    child_types: dict[str, ChildType] = {
        name: "EXPRESS" if override.children == "express" else "STANDARD"
        for name, override in spec.states.items()
        if override.children is not None
    }
    world = World(
        children=child_types,
        history_limit=int(HISTORY_EVENTS.value) if spec.type == "standard" else None,
        fails={name: attempt.errors for name, attempt in attempts.items() if attempt.errors},
        choices=choices,
        items=items,
        wait_s=wait_s,
        attempt_ms={name: attempt.mean_ms for name, attempt in attempts.items()},
        attempt_law={name: attempt.law for name, attempt in attempts.items() if attempt.law is not None},
        timeout_ms={name: a.timeout_ms for name, a in attempts.items() if a.timeout_ms is not None},
        longest_ms={name: a.longest_ms for name, a in attempts.items() if a.longest_ms is not None},
    )
    return _with_passes(definition, spec, ctx, world)


def _with_passes(definition: Definition, spec: StateMachine, ctx: Context, world: World) -> World:
    """The world with the passes of loops that wait for something of known duration."""
    known: dict[str, Passes] = {}
    choices = dict(world.choices)
    for name, state in definition.states.items():
        until_ms = until_of(state, definition, spec, ctx) if state.type == "Choice" else None
        counted = None if until_ms is None else passes_until(definition, state, until_ms[0], world)
        if counted is not None:
            known[name] = counted
            given = {to: Fraction(share) for to, share in (spec.states.get(name, NO_OVERRIDE).next or {}).items()}
            choices[name] = passes(definition, state, max(Fraction(1), mean_passes(counted)), given)
    return replace(world, passes=known, choices=choices) if known else world


def until_of(
    state: asl.State, definition: Definition, spec: StateMachine, ctx: Context
) -> tuple[Distribution | Fraction, str] | None:
    """How long a polling loop waits, as the scenario says or as the run takes that a Task before it starts; and its name."""
    override = spec.states.get(state.name, NO_OVERRIDE)
    if override.until is not None:
        law = override.until
        return (mean(law) if law.fixed else law), ""
    if override.next is not None or override.polls is not None or not is_polling(definition, state):
        return None
    level = level_of(definition.graph, state.name)
    started = []
    for earlier in level.states.values() if level is not None else ():
        target = target_of(earlier, spec.states.get(earlier.name, NO_OVERRIDE), ctx)
        before = level is not None and state.name in reachable(level, earlier.name)
        inside = level is not None and earlier.name in reachable(level, state.name)
        if target is not None and not target.waits and target.verb in _STARTS and before and not inside:
            started.append(target)
    if len(started) != 1 or not ctx.duration_ms.get(started[0].address):
        return None
    return ctx.duration_ms[started[0].address], started[0].name


def mean_duration_ms(address: str, spec: StateMachine, ctx: Context) -> Fraction:
    """Mean duration of one execution. One that waits for executions of its own takes T = a + b T."""
    graph = definition_of(spec).graph

    def lasting(own_ms: Fraction) -> Fraction:
        known = {**ctx.duration_ms, address: own_ms}
        return expect(graph, world_of(spec, replace(ctx, duration_ms=known))).duration_ms

    if not any(_waits_for(address, state, spec, ctx) for state in definition_of(spec).states.values()):
        return expect(graph, world_of(spec, ctx)).duration_ms
    alone = lasting(Fraction(0))
    each = (lasting(alone) - alone) / alone if alone else Fraction(0)
    return alone / (1 - each) if each < 1 else alone


def _waits_for(address: str, state: asl.State, spec: StateMachine, ctx: Context) -> bool:
    target = target_of(state, spec.states.get(state.name, NO_OVERRIDE), ctx)
    return target is not None and target.address == address and target.waits


def _failures(state: asl.State, override: State, ctx: Context) -> Amounts:
    """How attempts fail: as the scenario says of this state, else as the resource it waits for."""
    if override.model_fields_set & {"fails", "errors"}:
        return failures(state, override)
    target = target_of(state, override, ctx)
    share = ctx.fails.get(target.address) if target is not None and target.waits else None
    return {error_of(state, override): share} if share else {}


class Attempt(Record, frozen=True):
    """One attempt of a Task.

    Attributes:
        mean_ms: Mean duration, cut at the timeout.
        law: Distribution of the duration; None where it is fixed or unknown.
        timeout_ms: TimeoutSeconds, where an attempt may reach it.
        longest_ms: The timeout of the resource it calls.
        errors: The errors an attempt may end in, its timeout included: error -> share of the attempts.
    """

    mean_ms: Fraction
    law: Distribution | None
    timeout_ms: Fraction | None
    longest_ms: Fraction | None
    errors: Amounts


def _attempt(state: asl.State, override: State, ctx: Context) -> Attempt:
    law, mean_ms = _duration(state, override, ctx)
    longest_ms, errors = _longest_ms(state, override, ctx), _failures(state, override, ctx)
    run_ms = run_timeout_ms(state.task) if state.task is not None and override.duration is None else None
    if run_ms is not None and run_ms < (longest_ms or math.inf):  # StartJobRun's, in place of the job's
        late = sig6(share_above(law, run_ms)) if law is not None else Fraction(mean_ms > run_ms)
        mean_ms, longest_ms = min(mean_ms, capped_mean(law, run_ms) if law is not None else run_ms), run_ms
        errors = {error: share * (1 - late) for error, share in errors.items()}
        if late:
            ends_in = error_of(state, override)
            errors[ends_in] = errors.get(ends_in, Fraction(0)) + late
    timeout_ms = None if state.timeout_s is None else state.timeout_s * units.MS_PER_SECOND
    if timeout_ms is None:
        return Attempt(mean_ms, law, None, longest_ms, errors)
    timed_out = sig6(share_above(law, timeout_ms)) if law is not None else Fraction(mean_ms > timeout_ms)
    if not timed_out:
        return Attempt(mean_ms, law, None, longest_ms, errors)
    cut_ms = capped_mean(law, timeout_ms) if law is not None else timeout_ms
    others = {error: share * (1 - timed_out) for error, share in errors.items()}
    with_timeout = {**others, TIMEOUT: others.get(TIMEOUT, Fraction(0)) + timed_out}
    return Attempt(cut_ms, law, timeout_ms, longest_ms, with_timeout)


def _duration(state: asl.State, override: State, ctx: Context) -> tuple[Distribution | None, Fraction]:
    """Distribution (None where it is fixed or unknown) and mean of an attempt's milliseconds, before its timeout."""
    law = override.duration
    if law is not None:
        return (None if law.fixed else law), mean(law)
    target = target_of(state, override, ctx)
    if target is None or not target.waits:
        return None, Fraction(0)
    law = ctx.duration_law.get(target.address)
    mean_ms = ctx.duration_ms.get(target.address, Fraction(0))
    fits = law is not None and not law.fixed and _MIN_MEAN_SHARE * mean(law) <= mean_ms <= mean(law)
    return (law if fits else None), mean_ms


def _longest_ms(state: asl.State, override: State, ctx: Context) -> Fraction | None:
    """The timeout of the resource that a Task waits for."""
    target = target_of(state, override, ctx) if override.duration is None else None
    return ctx.timeout_ms.get(target.address) if target is not None and target.waits else None


def _iterations(definition: asl.MapDefinition, items: Fraction, override: State) -> Fraction:
    """Iterations of an inline Map; children of a Distributed Map, each with a batch of items."""
    if not definition.distributed:
        return items
    read = items if definition.max_items is None else min(items, Fraction(definition.max_items))
    return Fraction(math.ceil(read / _per_batch(definition, override)))


def _per_batch(definition: asl.MapDefinition, override: State) -> int:
    """Items of one child: MaxItemsPerBatch or the scenario's, and as many as MaxInputBytesPerBatch holds."""
    known = definition.items_per_batch if definition.batch_known or not definition.batched else None
    bounds = [n for n in (override.batch or known,) if n is not None]
    if definition.batch_bytes is not None and override.item_size is not None:
        bounds.append(max(1, int(definition.batch_bytes / mean(override.item_size))))
    return min(bounds, default=1)


# --- what neither definition nor scenario says ------------------------------------------------------------------------


def unspecified(name: str, spec: StateMachine, ctx: Context) -> tuple[Assumption, ...]:
    """What neither definition nor scenario says, and the value that is assumed."""
    definition = definition_of(spec)
    root = f"state_machines.{name}"
    out: list[Assumption] = []
    for state in definition.states.values():
        override, where = spec.states.get(state.name, NO_OVERRIDE), f"{root}.states.{state.name}"
        until = until_of(state, definition, spec, ctx) if state.type == "Choice" and override.until is None else None
        if until is not None:
            value, reason = f"until '{until[1]}' ends", f"'{state.name}' polls for the run that a Task starts before"
            out.append(Assumption(f"{where}.until", value, reason, "workload"))
            continue
        assumption = _of_state(state, override, where)
        out += [assumption] if assumption is not None else []
    out += _timeless(definition, spec, ctx, root)
    for path in definition.unknown:
        if path[-1] not in ("Seconds", "MaxItemsPerBatch"):
            holder = next((str(p) for p in reversed(path[:-1]) if str(p) in definition.states), "definition")
            value = f"{path[-1]}: AWS's default"
            out.append(Assumption(f"{root}.definition", value, f"'{holder}' holds a placeholder", "aws_default"))
    return tuple(out)


def _of_state(state: asl.State, override: State, path: str) -> Assumption | None:
    name = state.name
    if (
        state.type == "Choice"
        and len(state.targets) > 1
        and override.next is None
        and override.polls is None
        and override.until is None
    ):
        value = f"{len(state.targets)} next states, equally likely"
        return Assumption(f"{path}.next", value, f"'{name}' has no probabilities", "workload")
    if state.map is not None and state.map.items is None and override.items is None:
        return Assumption(f"{path}.items", "1", f"the number of items of '{name}' is not given", "workload")
    if (
        state.map is not None
        and state.map.batched
        and not state.map.batch_known
        and not (override.batch or override.item_size)
    ):
        return Assumption(f"{path}.batch", "1", f"the items of a batch of '{name}' are not given", "workload")
    if state.type == "Wait" and state.wait_s is None and override.wait_ms is None:
        return Assumption(f"{path}.wait", "0 s", f"the definition has no number for '{name}'", "workload")
    if override.fails and override.error is None and error_of(state, override) != DEFAULT_ERROR:
        reason = f"'{name}' fails with the first error that its Retry or Catch handles"
        return Assumption(f"{path}.error", error_of(state, override), reason, "workload")
    return None


def _timeless(definition: Definition, spec: StateMachine, ctx: Context, root: str) -> list[Assumption]:
    """Task states whose attempts take no time, because nothing gives their duration."""
    names = []
    for name, state in definition.states.items():
        override = spec.states.get(name, NO_OVERRIDE)
        if state.task is None or override.duration is not None:
            continue
        unknown = target_of(state, override, ctx) is None and not _is_table_request(state.task, ctx)
        if unknown or state.task.pattern in ("callback", "activity"):
            names.append(f"'{name}'")
    if not names:
        return []
    more = len(names) - _LISTED_NAMES
    listed = ", ".join(names[:_LISTED_NAMES]) + (f" and {more} more" if more > 0 else "")
    return [Assumption(f"{root}.states", "no duration", f"the duration of {listed} is not given", "workload")]


def _is_table_request(task: asl.Task, ctx: Context) -> bool:
    """Whether a Task is a DynamoDB request, which takes milliseconds."""
    called = integration(task.resource, ctx.integrations)
    return called is not None and called.section == "tables"
