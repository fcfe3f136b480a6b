"""Computes the chance that a run, all its attempts, is still active some time after it was started.

Source: AWS Glue API Reference, JobRun (a run that is STARTING counts as a run; the time-out counts from its start-up on); AWS Glue
Developer Guide, "AWS Glue job run statuses" (a Flex run waits at most 20 min); read 2026-11-23.
"""

from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.quantities.distribution import Distribution, quantile, share_above
from capplan.record import Record
from capplan.services.glue.jobs import retries
from capplan.services.glue.jobs.attempts import attempts, failing_ms
from capplan.services.glue.jobs.derived_settings import duration, fails, timeout_ms
from capplan.services.glue.jobs.spec import Job
from capplan.services.glue.quotas import FLEX_WAIT

_ALMOST_ALL = 0.9999


class Occupancy(Record, frozen=True):
    """How long a run counts as active.

    Attributes:
        time: Run time of a successful attempt.
        chain: The probabilities of the attempts.
        failing_ms: Mean time until an attempt fails.
        startup_ms: Time an attempt takes to start.
        gap_ms: Time between two attempts.
        cap_ms: When the time-out ends an attempt.
        wait_ms: Time that a run waits before it starts.
    """

    time: Distribution
    chain: retries.Attempts
    failing_ms: Fraction
    startup_ms: Decimal
    gap_ms: Decimal
    cap_ms: Decimal
    wait_ms: Decimal = Decimal(0)

    def chance_after(self, ms: Fraction | int) -> float:
        """Probability that a run is active this long after it was started. Range 0 to 1."""
        chance, reaching, before_ms = 0.0, 1.0, Fraction(self.wait_ms) + Fraction(self.startup_ms)
        for failures in range(self.chain.count):
            failing = float(self.chain.chance if not failures else self.chain.again)
            chance += reaching * (1 - failing) * self._attempt_lasts(ms - before_ms)
            reaching *= failing
            before_ms += self.failing_ms + Fraction(self.gap_ms) + Fraction(self.startup_ms)
        ends_ms = before_ms - Fraction(self.gap_ms) - Fraction(self.startup_ms)
        return chance + (reaching if ends_ms > ms else 0.0)

    def _attempt_lasts(self, ms: Fraction) -> float:
        """Probability that an attempt runs for longer than a time."""
        if ms < 0:
            return 1.0
        return 0.0 if ms >= self.cap_ms else share_above(self.time, ms)

    @property
    def longest_ms(self) -> float:
        """The time after which almost no run is active."""
        last_ms = min(quantile(self.time, _ALMOST_ALL), float(self.cap_ms))
        retried = self.chain.count - 1 if self.chain.chance else 0
        each_ms = float(self.failing_ms) + float(self.gap_ms) + float(self.startup_ms)
        return float(self.wait_ms) + float(self.startup_ms) + last_ms + retried * each_ms


def occupancy(spec: Job, *, flex_wait: bool = False) -> Occupancy:
    """How long a run of a job is active; with `flex_wait` after the longest wait for spare capacity."""
    return Occupancy(
        time=duration(spec),
        chain=attempts(spec),
        failing_ms=failing_ms(spec),
        startup_ms=spec.startup_ms,
        gap_ms=fails(spec).gap_ms,
        cap_ms=timeout_ms(spec),
        wait_ms=Decimal(FLEX_WAIT.value * units.MS_PER_SECOND) if flex_wait else Decimal(0),
    )
