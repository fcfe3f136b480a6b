"""Finds what the options of one resource lead to: each is applied, and options are asked for again until there are none."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from heapq import heappop, heappush
from typing import Any, NamedTuple

from capplan.commands.optimize.judge import Judge, Score, Taken
from capplan.errors import CapplanError
from capplan.model import Change, Option
from capplan.pipeline.alternatives import Alternative, alternative
from capplan.pipeline.data_changes import data_changes
from capplan.pipeline.limits import limits_of
from capplan.pipeline.quotas import quota_increases
from capplan.pipeline.recommendations import finding_of
from capplan.pipeline.results import Finding, FindingChange
from capplan.pipeline.scaled_calls import with_calls
from capplan.pipeline.what_if import apply, in_order, written
from capplan.record import replace
from capplan.resource_type import MeteredResource, ResourceType

ACCOUNT = "account"
MAX_EXPANDED = 24
"""States of a resource whose options are asked for, the cheapest first."""


class State(NamedTuple):
    """The scenario with some options of one resource.

    Attributes:
        steps: The options, in order.
        data: The scenario's plain data with them.
        plan: The scenario with them, planned; None as it is.
        score: How good that is.
        refused: What it breaks; empty for nothing.
    """

    steps: tuple[Taken, ...]
    data: Mapping[str, Any]
    plan: Alternative | None
    score: Score
    refused: str


class Options:
    """The options of resources, asked for once for each spec, usage and context."""

    def __init__(self) -> None:
        self._known: dict[str, list[tuple[MeteredResource[Any, Any], tuple[Option, ...]]]] = {}

    def of(self, address: str, type_: ResourceType[Any, Any], metered: MeteredResource[Any, Any]) -> tuple[Option, ...]:
        """What a resource's type suggests for it."""
        known = self._known.setdefault(address, [])
        for before, options in known:
            same = before.spec is metered.spec and before.usage is metered.usage
            if same and before.context == metered.context:
                return options
        found: tuple[Option, ...] = type_.options(metered)
        known.append((metered, found))
        return found


def states_of(address: str, judge: Judge, options: Options) -> list[State]:
    """The scenario as it is, and what the options of a resource lead to.

    A state that breaks something is kept and followed: a further option may mend it. An option that changes behavior and
    is not allowed is planned alone, to say what it would save.
    """
    start = State((), judge.base.metered.scenario.data, None, judge.score(None, 0), "")
    out, seen = [start], {_key(start.data, start.data)}
    waiting: list[tuple[bool, Score, int]] = [(False, start.score, 0)]
    for _ in range(MAX_EXPANDED):
        if not waiting:
            break
        state = out[heappop(waiting)[-1]]
        for option, finding in _offered(address, state, judge, options):
            if state.steps and not judge.allows(option):
                continue
            data = apply(state.data, in_order(state.data, option.changes))
            key = _key(start.data, data)
            if key in seen:
                continue
            seen.add(key)
            following = _following(address, state, (option, finding), data, judge)
            if following is None:
                continue
            if judge.allows(option) and not (following.plan and following.plan.missing):
                heappush(waiting, (bool(following.refused), following.score, len(out)))
            out.append(following)
    return out


def _key(before: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    changes = sorted(data_changes(before, data), key=lambda change: change.path)
    return repr([(change.path, change.to) for change in changes])


def _offered(address: str, state: State, judge: Judge, options: Options) -> Iterable[tuple[Option, Finding]]:
    """The options of a resource in a state, each with what is shown of it; risks only where something is to be mended."""
    base = judge.base
    if address == ACCOUNT:
        yield from _quotas(state, judge)
        return
    resource = base.metered.scenario.resources.get(address) if state.plan is None else state.plan.resource_at(address)
    metered = base.metered.resource(address) if state.plan is None else state.plan.metered(address)
    if resource is None or metered is None:
        return
    for given in options.of(address, resource.type, metered):
        option = with_calls(resource, given)
        if option is None or not option.changes or (option.severity == "risk" and not judge.broken.number):
            continue
        finding = finding_of(base, address, option, None)
        change = tuple(FindingChange(c.path, written(state.data, c.path), c.to) for c in option.changes)
        yield option, replace(finding, change=change)


def _quotas(state: State, judge: Judge) -> Iterable[tuple[Option, Finding]]:
    """Increases of the account's quotas that are exceeded."""
    metered = judge.base.metered
    short = [limit for limit in limits_of(metered) if limit.breached]
    for finding in quota_increases(metered, short) if not state.steps else ():
        changes = tuple(Change(change.path, change.new) for change in finding.change)
        yield Option(finding.rule, finding.message, changes, finding.gives_up, "risk"), finding


def _following(
    address: str, state: State, step: tuple[Option, Finding], data: Mapping[str, Any], judge: Judge
) -> State | None:
    """A state with one more option; None where the scenario is then wrong."""
    option, finding = step
    changes = data_changes(judge.base.metered.scenario.data, data)
    try:
        plan = alternative(judge.base, address, changes, judge.day)
    except (CapplanError, LookupError):  # wrong as a whole, or it refers to what an option before it removed
        return None
    score = judge.score(plan, len(state.steps) + 1)
    saving = state.score.monthly_cost - score.monthly_cost
    finding = replace(finding, monthly_saving=None if plan.missing else saving, not_priced=plan.missing)
    mends = score.broken < state.score.broken
    steps = (*state.steps, Taken(address, option, finding, Decimal(saving), mends))
    return State(steps, data, plan, score, judge.refuses(plan, steps))
