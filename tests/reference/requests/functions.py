"""Lambda functions invocation by invocation: concurrency of the account and of a function, scaling, and calls of others.

Source: AWS Lambda Developer Guide, "Understanding Lambda function scaling" (reserved concurrency is kept from the others; 1,000
new environments every 10 s for a function, refilled continuously), read 2026-11-23.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.reference.requests.clock import Clock

SCALING_BURST, SCALING_PER_S = 1000.0, 100.0
Done = Callable[[bool], None]
"""Called when an invocation has ended: whether it ended well."""


@dataclass
class Account:
    """The concurrency of an account: what functions without a reservation share."""

    clock: Clock
    limit: int
    seed: int = 1
    running: int = 0
    peak: int = 0
    reserved: int = 0
    functions: list["Function"] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Random draws of the whole account."""
        self.draw = random.Random(self.seed).random  # noqa: S311  a simulation

    def has_place(self) -> bool:
        """Whether a function without a reservation may start one more."""
        return self.running < self.limit - self.reserved


@dataclass
class Function:
    """A function; `calls` are made by each invocation as it ends, and a dropped one makes it fail."""

    account: Account
    duration_s: float
    fails: float = 0.0
    reserved: int | None = None
    calls: list[Callable[[], bool]] = field(default_factory=list)
    running: int = 0
    peak: int = 0
    environments: int = 0
    invocations: int = 0
    throttles: int = 0
    tokens: float = SCALING_BURST
    refilled_s: float = 0.0
    when_free: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """A reservation is kept from the account's other functions."""
        self.account.reserved += self.reserved or 0
        self.account.functions.append(self)

    def start(self, done: Done) -> bool:
        """Starts an invocation; False where it is throttled."""
        clock = self.account.clock
        free = self.running < self.reserved if self.reserved is not None else self.account.has_place()
        if not free or not self._environment():
            self.throttles += 1
            return False
        self.running += 1
        self.invocations += 1
        self.peak = max(self.peak, self.running)
        if self.reserved is None:
            self.account.running += 1
            self.account.peak = max(self.account.peak, self.account.running)
        clock.ends(self.duration_s, lambda: self._ends(done))
        return True

    def _environment(self) -> bool:
        if self.running < self.environments:
            return True
        now = self.account.clock.now
        self.tokens = min(SCALING_BURST, self.tokens + (now - self.refilled_s) * SCALING_PER_S)
        self.refilled_s = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        self.environments += 1
        return True

    def _ends(self, done: Done) -> None:
        self.running -= 1
        if self.reserved is None:
            self.account.running -= 1
        ended_well = self.account.draw() >= self.fails
        accepted = [call() for call in self.calls]
        done(ended_well and all(accepted))
        for function in self.account.functions if self.reserved is None else [self]:
            for act in function.when_free:
                act()
