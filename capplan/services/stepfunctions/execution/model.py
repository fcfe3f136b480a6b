"""The records of an execution: what it meets (World), and the mean execution (Expectation)."""

from collections.abc import Mapping
from fractions import Fraction

from capplan.quantities.distribution import Distribution
from capplan.record import Record
from capplan.services.stepfunctions.asl.definition import ChildType
from capplan.services.stepfunctions.execution.retries import total

Amounts = Mapping[str, Fraction]


class World(Record, frozen=True):
    """What a definition cannot say, by state name. Defaults: no failures, equal probabilities, one item, no time.

    Attributes:
        fails: How attempts of Task states fail: error -> share of the attempts.
        choices: Probabilities of a Choice's next states; each sums to 1.
        items: Iterations of a Map each time it is entered; children of a Distributed Map.
        wait_s: Seconds of Wait states, where the definition holds no number.
        attempt_ms: Mean milliseconds of one attempt of a Task.
        attempt_law: Their distribution, where they vary; its mean is `attempt_ms`.
        timeout_ms: When an attempt of a Task fails with States.Timeout.
        longest_ms: The timeout of the resource a Task calls: no attempt lasts longer.
        history_limit: Events at which AWS ends an execution; None for an Express one, which has no history.
        children: Type of a Distributed Map's children, where it is not the definition's.
        passes: Of a Choice that closes a loop of known length: how often it is passed, number -> probability.
    """

    fails: Mapping[str, Amounts] = {}
    choices: Mapping[str, Amounts] = {}
    items: Amounts = {}
    wait_s: Amounts = {}
    attempt_ms: Amounts = {}
    attempt_law: Mapping[str, Distribution] = {}
    timeout_ms: Amounts = {}
    longest_ms: Amounts = {}
    history_limit: int | None = None
    children: Mapping[str, ChildType] = {}
    passes: Mapping[str, tuple[tuple[int, Fraction], ...]] = {}


class Children(Record, frozen=True):
    """Executions that a Distributed Map starts: number per parent execution, type, and the mean child."""

    runs: Fraction
    type: ChildType
    each: "Expectation"


class Expectation(Record, frozen=True):
    """The mean execution. Children of Distributed Maps are counted apart.

    Attributes:
        visits: How often each state is entered, nested states included.
        attempts: Attempts of each Task state.
        retried: Retries of each Task, Parallel and Map state.
        busy_ms: Milliseconds in each state, retries and their waits included; of a Parallel or Map, its own duration.
        failed: Visits of each state that end in an error, caught or not, after the last retry.
        history_events: Events of the execution's history.
        wait_s: Seconds in all Wait states, over all branches.
        retry_wait_s: Seconds between retries, over all branches.
        iterations: Branches of Parallel and items of inline Map that start.
        duration_ms: Duration, from start to end.
        errors: Errors that executions end with: error -> probability.
        children: By Distributed Map state.
    """

    visits: Amounts
    attempts: Amounts
    retried: Amounts
    busy_ms: Amounts
    failed: Amounts
    history_events: Fraction
    wait_s: Fraction
    retry_wait_s: Fraction
    iterations: Fraction
    duration_ms: Fraction
    errors: Amounts
    children: Mapping[str, Children]

    @property
    def states_entered(self) -> Fraction:
        """State entries of the execution."""
        return total(self.visits.values())

    @property
    def retries(self) -> Fraction:
        """Retries of tasks, Parallel and Map states."""
        return total(self.retried.values())

    @property
    def p_success(self) -> Fraction:
        """Share of executions that succeed. Range 0 to 1."""
        return 1 - total(self.errors.values())
