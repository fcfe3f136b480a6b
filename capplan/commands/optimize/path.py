"""Orders the options that a search chose into steps, each of which can be deployed by itself, and measures each."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from capplan.commands.optimize.judge import Broken, Judge, Score, Taken
from capplan.errors import CapplanError
from capplan.pipeline.alternatives import Alternative, planned_whole
from capplan.pipeline.data_changes import data_changes
from capplan.pipeline.price import Priced
from capplan.pipeline.ranking import Row, numbered, rows_of
from capplan.pipeline.recommendations import worth_it
from capplan.pipeline.results import Recommendation
from capplan.pipeline.what_if import apply, in_order
from capplan.record import Record, replace
from capplan.services import SECTIONS


class Step(Record, frozen=True):
    """What is changed at once: a recommendation, or several that hold and save only together.

    Attributes:
        number: From 1.
        recommendations: What is changed; `monthly_saving` of each is what the search found it to save where it stood.
        saving: USD a month that the step saves after those before it; negative where it costs more.
        monthly_cost: USD, after the step.
        mends: Gates that no longer fail, and limits that are no longer exceeded, since this step.
    """

    number: int
    recommendations: tuple[Recommendation, ...]
    saving: Decimal
    monthly_cost: Decimal
    mends: tuple[str, ...] = ()


class Path(NamedTuple):
    """Steps, the data they lead to, its plan, what does not hold in it, and the options in them."""

    steps: tuple[Step, ...]
    data: Mapping[str, Any]
    plan: Priced
    broken: Broken
    taken: tuple[Taken, ...]


class _Group(NamedTuple):
    """Options that are applied at once, and where they stand in their chains."""

    taken: tuple[Taken, ...]
    chains: tuple[int, ...]


def path_of(root: Priced, taken: Sequence[Taken], judge: Judge, budget: Decimal | None) -> Path:
    """The steps of a search's options, those that mend first, then the largest savings; up to a budget where one is given.

    Args:
        root: The plan before all of them.
        taken: The options, in the order in which they were found.
        judge: Of the root.
        budget: USD a month; no step is taken once nothing is broken and the bill is within it.
    """
    waiting = [_sets(chain) for chain in _chains(taken)]
    walk = _Walk(root, judge)
    held: list[_Group] = []
    while any(waiting) and not (budget is not None and walk.score.broken == 0 and walk.score.monthly_cost <= budget):
        groups = _groups(waiting)
        chosen = next((group for group in groups if walk.take([*held, group])), None)
        if chosen is not None:
            held = []
        else:
            chosen = groups[0]
            held.append(chosen)
        for chain in chosen.chains:
            waiting[chain].pop(0)
    return Path(tuple(walk.steps), walk.data, walk.plan, walk.broken, tuple(walk.taken))


class _Walk:
    """The plan after the steps so far."""

    def __init__(self, root: Priced, judge: Judge) -> None:
        self._root, self._judge = root, judge
        self.plan, self.data = root, root.metered.scenario.data
        self.score = judge.score(None, 0)
        self.steps: list[Step] = []
        self.taken: list[Taken] = []
        self.broken = judge.broken

    def take(self, groups: Sequence[_Group]) -> bool:
        """Whether some options are worth it, at once and next, and break nothing; they are then a step."""
        every = [one for group in groups for one in group.taken]
        data = self.data
        try:
            for one in every:
                data = apply(data, in_order(data, one.option.changes))
            changes = data_changes(self._root.metered.scenario.data, data)
            plan = planned_whole(self._root, changes, self._judge.day, self.plan)
        except (CapplanError, LookupError):
            return False
        if self._judge.refuses(plan, [*self.taken, *every], whole=True):
            return False
        score = self._judge.score(plan, 0)
        saving = self.score.monthly_cost - score.monthly_cost
        mends = score.broken < self.score.broken
        if not mends and (score.broken > self.score.broken or not worth_it(saving, self._root.monthly_cost)):
            return False
        self._add(every, plan, score, saving)
        self.data = data
        return True

    def _add(self, every: Sequence[Taken], plan: Alternative, score: Score, saving: Decimal) -> None:
        mended: tuple[str, ...] = ()
        if score.broken < self.score.broken:
            before, self.broken = self.broken, self._judge.left(plan)
            gates = [gate for gate in before.gates if gate not in self.broken.gates]
            limits = [f"{of}: {limit}" for of, limit in before.limits if (of, limit) not in self.broken.limits]
            mended = (*gates, *limits)
        number = len(self.steps) + 1
        shown = tuple(replace(row, number=number) for row in shown_as(every, self.plan))
        self.steps.append(Step(number, shown, saving, plan.monthly_cost, mended))
        self.taken += every
        self.score, self.plan = score, plan.priced


def shown_as(every: Iterable[Taken], priced: Priced) -> tuple[Recommendation, ...]:
    """Options as recommendations, like ones of several resources joined."""
    rows = rows_of([(one.address, one.finding) for one in every], priced)
    summed = [Row(row.findings, _saving(row)) for row in rows]
    return numbered(summed, priced)[0]


def _saving(row: Row) -> Decimal | None:
    known = [finding.monthly_saving for finding in row.findings if finding.monthly_saving is not None]
    return sum(known, Decimal(0)) if len(known) == len(row.findings) else None


def _chains(taken: Sequence[Taken]) -> list[list[Taken]]:
    """Options whose places touch, each chain in the order in which its options were found."""
    chains: list[tuple[set[str], list[Taken]]] = []
    for one in taken:
        places, chain = _places(one), [one]
        touching = [c for c in chains if c[0] & places]
        chains = [c for c in chains if not c[0] & places]
        for other_places, others in touching:
            places = places | other_places
            chain = [*others, *chain]
        order = {id(some): i for i, some in enumerate(taken)}
        chains.append((places, sorted(chain, key=lambda some: order[id(some)])))
    return [chain for _, chain in chains]


def _places(one: Taken) -> set[str]:
    """Where an option is written, and the resource that it is for."""
    out = {one.address}
    for change in one.option.changes:
        first, _, rest = change.path.partition(".")
        out.add(f"{first}.{rest.partition('.')[0]}" if first in SECTIONS else first)
    return out


def _sets(chain: Sequence[Taken]) -> list[tuple[Taken, ...]]:
    """A chain in parts that each save or mend: one that does not is part of what follows it."""
    out: list[tuple[Taken, ...]] = []
    held: list[Taken] = []
    for one in chain:
        held.append(one)
        if one.mends or sum((some.saving for some in held), Decimal(0)) > 0:
            out.append(_without_void(held))
            held = []
    return [*out, _without_void(held)] if held else out


def _without_void(options: Sequence[Taken]) -> tuple[Taken, ...]:
    """Options without those whose every change is written over by a later one."""
    return tuple(
        one
        for i, one in enumerate(options)
        if not all(
            any(
                f"{change.path}.".startswith(f"{later.path}.")
                for other in options[i + 1 :]
                for later in other.option.changes
            )
            for change in one.option.changes
        )
    )


def _groups(waiting: Sequence[Sequence[tuple[Taken, ...]]]) -> list[_Group]:
    """What may come next: the head of each chain, like ones joined; what mends first, then the largest saving."""
    alike: dict[object, list[int]] = {}
    for i, chain in enumerate(waiting):
        if chain:
            alike.setdefault(_likeness(chain[0], i), []).append(i)
    groups = [_Group(tuple(one for i in at for one in waiting[i][0]), tuple(at)) for at in alike.values()]
    return sorted(groups, key=lambda g: (not any(one.mends for one in g.taken), -sum(one.saving for one in g.taken)))


def _likeness(head: Sequence[Taken], chain: int) -> object:
    """What like options of several resources have in common; a set of several is like no other."""
    one = head[0]
    if len(head) > 1 or not all(change.path.startswith(f"{one.address}.") for change in one.option.changes):
        return chain
    same = tuple((change.path[len(one.address) :], repr(change.to)) for change in one.option.changes)
    return one.option.rule, one.address.partition(".")[0], same
