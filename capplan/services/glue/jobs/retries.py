"""What retries cost: every attempt is billed, failed ones for the time until they failed. It never rounds.

AWS Glue FAQ (retries) and Developer Guide, "Defining job properties" (number of retries, time-out); read 2026-11-23.
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Attempts:
    """A run as a chain of attempts, each failing by chance, until one succeeds or none is left.

    Attributes:
        chance: That an attempt fails. Range 0 to 1.
        count: Attempts at most, the first included.
        failed_s: Billed seconds of an attempt that fails.
        success_s: Billed seconds of one that does not.
        repeat: Chance that an attempt fails after one has failed; None where attempts know nothing of each other.
            Near 1 for a bad input, which fails every time.
    """

    chance: Fraction
    count: int
    failed_s: Fraction
    success_s: Fraction
    repeat: Fraction | None = None

    @property
    def again(self) -> Fraction:
        """Chance that an attempt after a failed one fails too."""
        return self.chance if self.repeat is None else self.repeat


def attempts_at_most(max_retries: int, sfn_retries: int = 0, *, follows_retries: bool = True) -> int:
    """Attempts that a caller sees: Glue's own retries times those of a Step Functions state that starts the job.

    A `.sync` state that does not follow Glue's retries (each is another run id) sees one attempt a start.
    """
    return (max_retries + 1 if follows_retries else 1) * (sfn_retries + 1)


def final_failure_share(run: Attempts) -> Fraction:
    """Chance that every attempt fails, which is when the failure is told."""
    return run.chance * run.again ** (run.count - 1)


def success_share(run: Attempts) -> Fraction:
    """Chance that some attempt succeeds: 1 − pⁿ."""
    return 1 - final_failure_share(run)


def expected_failures(run: Attempts) -> Fraction:
    """Mean number of failed attempts: p + p·r + p·r² … (p(1 − pⁿ)/(1 − p) where attempts are independent)."""
    if run.again == 1:
        return run.chance * run.count
    return run.chance * (1 - run.again**run.count) / (1 - run.again)


def expected_attempts(run: Attempts) -> Fraction:
    """Mean number of attempts."""
    return success_share(run) + expected_failures(run)


def expected_billed_s(run: Attempts) -> Fraction:
    """Mean billed seconds of a run, all attempts together."""
    return run.success_s * success_share(run) + run.failed_s * expected_failures(run)


def waste_share(run: Attempts) -> Fraction:
    """The share of the billed time that failed attempts take."""
    billed = expected_billed_s(run)
    return expected_failures(run) * run.failed_s / billed if billed else Fraction(0)


def expected_extra_s(run: Attempts) -> Fraction:
    """Mean billed seconds beyond those of one success."""
    return expected_billed_s(run) - run.success_s


def outcomes(run: Attempts) -> tuple[tuple[Fraction, Fraction], ...]:
    """Every (billed seconds, probability), shortest first; the probabilities sum to 1."""
    found = [(run.success_s, 1 - run.chance)]
    for failures in range(1, run.count):
        probability = run.chance * run.again ** (failures - 1) * (1 - run.again)
        found.append((failures * run.failed_s + run.success_s, probability))
    found.append((run.count * run.failed_s, final_failure_share(run)))
    return tuple(sorted(found))


def billed_quantile_s(run: Attempts, share: Fraction) -> Fraction:
    """The smallest outcome whose cumulative probability reaches `share`. Exact, since 1 − pᵏ may sit right on it."""
    reached = Fraction(0)
    listed = outcomes(run)
    for seconds, probability in listed:
        reached += probability
        if reached >= share and probability:
            return seconds
    return listed[-1][0]


def worst_billed_s(run: Attempts) -> Fraction:
    """The most that can be billed, whatever the chance: all retries used, ending in success or in failure."""
    return max((run.count - 1) * run.failed_s + run.success_s, run.count * run.failed_s)


def notice_delay_s(
    count: int, failed_s: Fraction, startup_s: Fraction = Fraction(0), gap_s: Fraction = Fraction(0)
) -> Fraction:
    """Seconds from the start until the final failure is told: real time, no billing minimum.

    Args:
        count: Attempts, all of which fail.
        failed_s: Real seconds until one fails.
        startup_s: Start-up time of each, not billed.
        gap_s: Time between two attempts.
    """
    return count * (startup_s + failed_s) + (count - 1) * gap_s
