"""Computes what retries cost: every attempt is billed, failed ones for the time until they failed.

Source: AWS Glue FAQ (retries) and Developer Guide, "Defining job properties" (number of retries, time-out); read 2026-11-23.
"""

from fractions import Fraction

from capplan.record import Record


class Attempts(Record, frozen=True):
    """A run as a chain of attempts, until one succeeds or none is left.

    Attributes:
        chance: Probability that the first attempt fails. Range 0 to 1.
        count: Attempts at most, the first included.
        failed_s: Billed seconds of an attempt that fails.
        success_s: Billed seconds of one that succeeds.
        repeat: Probability that an attempt after a failed one fails; None where attempts are independent. Near 1 for bad
            input.
    """

    chance: Fraction
    count: int
    failed_s: Fraction
    success_s: Fraction
    repeat: Fraction | None = None

    @property
    def again(self) -> Fraction:
        """Probability that an attempt after a failed one fails too."""
        return self.chance if self.repeat is None else self.repeat


def final_failure_share(run: Attempts) -> Fraction:
    """Probability that every attempt fails; then the failure notice is sent."""
    return run.chance * run.again ** (run.count - 1)


def success_share(run: Attempts) -> Fraction:
    """Probability that some attempt succeeds: 1 − pⁿ."""
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
    """Share of the billed time spent on failed attempts. Range 0 to 1."""
    billed = expected_billed_s(run)
    return expected_failures(run) * run.failed_s / billed if billed else Fraction(0)


def outcomes(run: Attempts) -> tuple[tuple[Fraction, Fraction], ...]:
    """Every (billed seconds, probability), shortest first; the probabilities sum to 1."""
    pairs = [(run.success_s, 1 - run.chance)]
    for failures in range(1, run.count):
        probability = run.chance * run.again ** (failures - 1) * (1 - run.again)
        pairs.append((failures * run.failed_s + run.success_s, probability))
    pairs.append((run.count * run.failed_s, final_failure_share(run)))
    return tuple(sorted(pairs))


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
    """Billed seconds of the worst run: all retries used, ending in success or in failure."""
    return max((run.count - 1) * run.failed_s + run.success_s, run.count * run.failed_s)


def notice_delay_s(
    count: int, failed_s: Fraction, startup_s: Fraction = Fraction(0), gap_s: Fraction = Fraction(0)
) -> Fraction:
    """Seconds from a run's start until its failure notice: real time, no billing minimum.

    Args:
        count: Attempts, all of which fail.
        failed_s: Real seconds until one fails.
        startup_s: Start-up time of each attempt.
        gap_s: Time between two attempts.
    """
    return count * (startup_s + failed_s) + (count - 1) * gap_s
