"""What is known of the world an execution runs in, and what its mean execution is. It computes nothing but sums."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from capplan.quantities.distribution import Distribution
from capplan.services.stepfunctions.asl.definition import ChildType
from capplan.services.stepfunctions.execution.retries import total

Amounts = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class World:
    """What a definition cannot say, by state name. What is missing: never fails, equal odds, one item, no time.

    Attributes:
        fails: Failing attempts of Task states: error -> share of the attempts.
        choices: Odds of a Choice's next states; each sums to 1.
        items: Iterations of a Map each time it is entered; children of a Distributed Map.
        wait_s: Seconds of Wait states, where the definition holds no number.
        attempt_ms: Mean milliseconds of one attempt of a Task.
        attempt_law: How those milliseconds vary, where they do; the mean is `attempt_ms`.
        timeout_ms: Where an attempt of a Task is cut off, and fails with States.Timeout.
        longest_ms: Where what a Task calls ends itself, at its own time-out: no attempt lasts longer.
    """

    fails: Mapping[str, Amounts] = field(default_factory=dict)
    choices: Mapping[str, Amounts] = field(default_factory=dict)
    items: Amounts = field(default_factory=dict)
    wait_s: Amounts = field(default_factory=dict)
    attempt_ms: Amounts = field(default_factory=dict)
    attempt_law: Mapping[str, Distribution] = field(default_factory=dict)
    timeout_ms: Amounts = field(default_factory=dict)
    longest_ms: Amounts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Children:
    """Executions a Distributed Map starts: how many per parent execution, and what each is in the mean."""

    runs: Fraction
    type: ChildType
    each: "Expectation"


@dataclass(frozen=True, slots=True)
class Expectation:
    """One execution in the mean. Children of Distributed Maps stand apart.

    Attributes:
        visits: Times each state is entered, nested states included.
        attempts: Attempts of each Task state.
        retried: Retries of each Task, Parallel and Map state.
        busy_ms: Milliseconds in each state, retries and their waits included; a Parallel or Map as its clock goes.
        failed: Visits of each state that end in an error, caught or not, after the last retry.
        history_events: Events of the execution's history.
        wait_s: Seconds of all Wait states, over all branches.
        retry_wait_s: Seconds between retries, over all branches.
        iterations: Branches and items started, of Parallel and inline Map.
        duration_ms: Wall clock.
        errors: What executions end with: error -> probability.
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
        """Share of executions that end in a Succeed state or End: true."""
        return 1 - total(self.errors.values())
