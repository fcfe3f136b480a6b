"""A state machine's definition as frozen records, and the transitions between its states.

Source: Amazon States Language specification (states-language.net/spec.html, read 2026-11-23).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from capplan.record import Record
from capplan.services.stepfunctions.quotas import CHILD_CONCURRENCY, CHILD_START_RATE, INLINE_CONCURRENCY

Path = tuple[str | int, ...]
Pattern = Literal["request", "sync", "callback", "activity"]
ChildType = Literal["STANDARD", "EXPRESS"]

MOVING = ("Task", "Pass", "Wait", "Parallel", "Map")
"""Types that go on to a Next, or end."""


class Problem(Record, frozen=True):
    """One error in a definition: the path (keys from the root; `at_key` means its last key), the message, a hint."""

    path: Path
    message: str
    hint: str = ""
    at_key: bool = False


@dataclass(eq=False)
class DefinitionError(Exception):
    """A definition that AWS would reject, with all its errors."""

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        """All errors on one line."""
        return "; ".join(problem.message for problem in self.problems)


class Retrier(Record, frozen=True):
    """One entry of a Retry list, with AWS's defaults filled in."""

    errors: tuple[str, ...] = ()
    interval_s: Fraction = Fraction(1)
    max_attempts: int = 3
    backoff_rate: Fraction = Fraction(2)
    max_delay_s: Fraction | None = None
    full_jitter: bool = False


class Catcher(Record, frozen=True):
    """One entry of a Catch list."""

    errors: tuple[str, ...]
    next: str


class Task(Record, frozen=True):
    """The work of a Task state: its resource, how it waits for it, and its Parameters or Arguments."""

    resource: str
    pattern: Pattern
    arguments: Mapping[str, object] = {}

    @property
    def events_per_attempt(self) -> int:
        """History events of one attempt: Scheduled, Started and its result; Submitted too where it waits."""
        return 4 if self.pattern in ("sync", "callback") else 3


class MapDefinition(Record, frozen=True):
    """How a Map state processes its items.

    Attributes:
        processor: The states that process an item.
        distributed: Whether each batch of items is its own execution.
        child_type: Type of those executions.
        max_concurrency: 0 for as many as AWS allows.
        items_per_batch: Items of one child; 1 without an ItemBatcher.
        items: Number of items where the definition holds the list itself.
        max_items: Maximum items of an ItemReader; None for all.
        batch_bytes: Bytes of one child's batch at most; None for no such bound.
        batch_known: Whether the number of items of a batch is a number.
        batched: Whether it has an ItemBatcher.
        tolerated_share: Share of children that may fail. Range 0 to 1; None where it is not given.
        tolerated_count: Children that may fail; None where it is not given. The Map fails above either.
        writes_results: Whether a ResultWriter exports the results to S3, so that the state does not collect them.
        uses_s3: Whether it reads its items from S3 or writes its results there.
    """

    processor: "Graph"
    distributed: bool = False
    child_type: ChildType = "STANDARD"
    max_concurrency: int = 0
    items_per_batch: int = 1
    items: int | None = None
    max_items: int | None = None
    batch_bytes: int | None = None
    batch_known: bool = True
    batched: bool = False
    tolerated_share: Fraction | None = None
    tolerated_count: int | None = None
    writes_results: bool = False
    uses_s3: bool = False

    def tolerated(self, children: int) -> Fraction:
        """Children that may fail: the lower of both bounds that are given; 0 where none is."""
        of_share = [] if self.tolerated_share is None else [self.tolerated_share * children]
        of_count = [] if self.tolerated_count is None else [Fraction(self.tolerated_count)]
        return min([*of_share, *of_count], default=Fraction(0))

    @property
    def at_once(self) -> int:
        """Iterations or children that run at the same time: MaxConcurrency, at most AWS's quota."""
        quota = int((CHILD_CONCURRENCY if self.distributed else INLINE_CONCURRENCY).value)
        return min(self.max_concurrency or quota, quota)

    @property
    def children_per_second(self) -> int:
        """Children that a Distributed Map starts in a second."""
        return int(CHILD_START_RATE[self.child_type].value)


class State(Record, frozen=True):
    """One state; only the fields of its type are set. `next` is None where it ends its graph, and for a Choice."""

    name: str
    type: str
    next: str | None = None
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()
    task: Task | None = None
    targets: tuple[str, ...] = ()
    wait_s: Fraction | None = None
    branches: tuple["Graph", ...] = ()
    map: MapDefinition | None = None
    error: str = ""
    timeout_s: Fraction | None = None
    heartbeat_s: Fraction | None = None
    keeps_result: bool = False
    """Whether its output holds the whole result of its work."""


class Graph(Record, frozen=True):
    """States of one level: a whole definition (with its TimeoutSeconds), a branch of a Parallel, the processor of a Map."""

    start_at: str
    states: Mapping[str, State]
    timeout_s: Fraction | None = None


class Definition(Record, frozen=True, eq=False):
    """A valid definition.

    Attributes:
        graph: Its outermost states.
        states: Every state by name, nested ones included (names are unique over all levels).
        size_bytes: Length of the text.
        unknown: Paths whose number is a placeholder or an expression; AWS's default is assumed.
    """

    graph: Graph
    states: Mapping[str, State]
    size_bytes: int
    unknown: tuple[Path, ...] = ()


def moves(state: State) -> tuple[str, ...]:
    """Names of the states that may follow."""
    onward = (state.next,) if state.next is not None else ()
    return (*onward, *state.targets, *(catcher.next for catcher in state.catch))


def reachable(graph: Graph, start: str) -> frozenset[str]:
    """The start and all states that may follow it, at the same level."""
    reached, todo = {start}, [start]
    while todo:
        for name in moves(graph.states[todo.pop()]):
            if name not in reached:
                reached.add(name)
                todo.append(name)
    return frozenset(reached)


def ends(state: State) -> bool:
    """Whether an execution may end with this state."""
    return state.type in ("Succeed", "Fail") or (state.type in MOVING and state.next is None)


def graphs_in(state: State) -> tuple[Graph, ...]:
    """The branches of a Parallel, the processor of a Map."""
    return (*state.branches, *((state.map.processor,) if state.map is not None else ()))
