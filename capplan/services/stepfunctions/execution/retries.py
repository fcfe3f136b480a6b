"""Computes Retry and Catch: which entry handles an error, its waits, the number of attempts.

Source: Step Functions Developer Guide, "Handling errors in Step Functions workflows" (read 2026-11-23).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from capplan.record import Record
from capplan.services.stepfunctions.asl.definition import Catcher, Retrier

DEFAULT_ERROR = "States.TaskFailed"
TIMEOUT = "States.Timeout"
HISTORY_FULL = "history full"
"""Executions that AWS ends when their history has its last event; it gives them no error name of their own."""
TOLERANCE_EXCEEDED = "States.ExceedToleratedFailureThreshold"
_BEYOND_ALL = frozenset({"States.DataLimitExceeded", "States.Runtime"})
_DIGITS = 60
_LONG_BITS = 4000
_NEGLIGIBLE = Fraction(1, 10**40)
_LISTED_WAITS = 2000
_SCALE = 10**80


def matches(errors: Iterable[str], error: str) -> bool:
    """Whether an ErrorEquals list matches an error: names literally, States.ALL and States.TaskFailed as wildcards."""
    for name in errors:
        if name == error:
            return True
        if name == "States.ALL" and error not in _BEYOND_ALL:
            return True
        if name == "States.TaskFailed" and error != TIMEOUT:
            return True
    return False


def retrier_for(retry: Sequence[Retrier], error: str) -> int | None:
    """Index of the first retrier that matches the error; None for none. There is no fall-through to a later one."""
    return next((i for i, entry in enumerate(retry) if matches(entry.errors, error)), None)


def catcher_for(catch: Sequence[Catcher], error: str) -> Catcher | None:
    """The first catcher that matches the error; None for none."""
    return next((entry for entry in catch if matches(entry.errors, error)), None)


def delay_s(retrier: Retrier, retry: int) -> Fraction:
    """Seconds before a retry, numbered from 1; with full jitter the upper bound of a uniform wait."""
    wait = retrier.interval_s * retrier.backoff_rate ** (retry - 1)
    return wait if retrier.max_delay_s is None else min(wait, retrier.max_delay_s)


def mean_delay_s(retrier: Retrier, retry: int) -> Fraction:
    """Mean seconds before a retry, numbered from 1."""
    return delay_s(retrier, retry) / (2 if retrier.full_jitter else 1)


class Tries(Record, frozen=True):
    """The mean attempts of one visit. `errors` are those left after the last attempt: error -> probability."""

    attempts: Fraction
    retry_wait_s: Fraction
    errors: Mapping[str, Fraction]

    @property
    def retries(self) -> Fraction:
        """Attempts after the first."""
        return self.attempts - 1

    @property
    def p_success(self) -> Fraction:
        """Probability that an attempt succeeds."""
        return 1 - sum(self.errors.values(), Fraction(0))


def tries(retry: Sequence[Retrier], errors: Mapping[str, Fraction]) -> Tries:
    """All attempts of one visit.

    Args:
        retry: The Retry list.
        errors: How one attempt fails: error -> probability. Attempts are independent.
    """
    taken: dict[int, dict[str, Fraction]] = {}
    untaken: dict[str, Fraction] = {}
    for error, p in errors.items():
        entry = retrier_for(retry, error)
        if p and entry is None:
            untaken[error] = p
        elif p and entry is not None:
            taken.setdefault(entry, {})[error] = p
    if not taken:
        return Tries(Fraction(1), Fraction(0), untaken)
    if len(taken) == 1:
        ((entry, matched),) = taken.items()
        return _one_budget(retry[entry], matched, untaken)
    return _budgets([(retry[entry], matched) for entry, matched in taken.items()], untaken)


def _one_budget(retrier: Retrier, matched: Mapping[str, Fraction], untaken: Mapping[str, Fraction]) -> Tries:
    """A geometric series: p^k of the visits reach retry k."""
    p, budget = total(matched.values()), retrier.max_attempts
    last = power(p, budget)
    attempts = Fraction(budget + 1) if p == 1 else tidy((1 - last * p) / (1 - p))
    left = {error: tidy(q * attempts) for error, q in untaken.items()}
    for error, q in matched.items():
        left[error] = tidy(last * q)
    return Tries(attempts, _waits(retrier, p), left)


def _waits(retrier: Retrier, p: Fraction) -> Fraction:
    """Sum of p^k × k-th wait. After 2,000 terms a constant wait continues in closed form; a growing one is beyond any bound."""
    waits, reach = Fraction(0), Fraction(1)
    listed = min(retrier.max_attempts, _LISTED_WAITS)
    for k in range(1, listed + 1):
        reach = tidy(reach * p)
        if reach < _NEGLIGIBLE:
            return waits
        waits = tidy(waits + reach * mean_delay_s(retrier, k))
    rest = retrier.max_attempts - listed
    if rest and mean_delay_s(retrier, listed) == mean_delay_s(retrier, listed + 1):
        more = Fraction(rest) if p == 1 else (1 - power(p, rest)) * p / (1 - p)
        waits = tidy(waits + reach * more * mean_delay_s(retrier, listed))
    return waits


def _budgets(groups: Sequence[tuple[Retrier, Mapping[str, Fraction]]], untaken: Mapping[str, Fraction]) -> Tries:
    """Several retriers, each with its own budget.

    Of n failed attempts n! / (k1! k2! …) orders use k1, k2 … retries; so the probabilities of all numbers of retries used
    are summed by one convolution for each retrier, not one by one.
    """
    p = [total(matched.values()) for _, matched in groups]
    budget = [
        _useful(retrier.max_attempts, q / (1 - (total(p) - q))) for (retrier, _), q in zip(groups, p, strict=True)
    ]
    used = [[q**k for k in range(b + 1)] for q, b in zip(p, budget, strict=True)]
    attempts = _orders(used)
    wait_s = Fraction(0)
    left = {error: q * attempts for error, q in untaken.items()}
    for i, (retrier, matched) in enumerate(groups):
        waits = [reach * p[i] * mean_delay_s(retrier, k + 1) for k, reach in enumerate(used[i][:-1])]
        wait_s += _orders([*used[:i], waits, *used[i + 1 :]])
        spent = _orders([*used[:i], [Fraction(0)] * budget[i] + [used[i][-1]], *used[i + 1 :]])
        for error, q in matched.items():
            left[error] = left.get(error, Fraction(0)) + q * spent
    return Tries(tidy(attempts), tidy(wait_s), {error: tidy(q) for error, q in left.items()})


def _orders(series: Sequence[Sequence[Fraction]]) -> Fraction:
    """The sum of products of one term from each series, times the number of orders of their positions; 80 decimals."""
    joint = {0: _SCALE}
    for terms in series:
        fixed = [round(term * _SCALE) for term in terms]
        following: dict[int, int] = {}
        for n, reach in joint.items():
            for k, term in enumerate(fixed):
                if term:
                    following[n + k] = following.get(n + k, 0) + reach * term * math.comb(n + k, k) // _SCALE
        joint = following
    return Fraction(sum(joint.values()), _SCALE)


def _useful(budget: int, p: Fraction) -> int:
    """The budget, cut where more failures have a probability below 1e-40; p is that of one before all else ends."""
    if p == 1 or budget <= 1:
        return min(budget, _LISTED_WAITS)
    k, reach = 0, Fraction(1)
    while k < min(budget, _LISTED_WAITS) and reach >= _NEGLIGIBLE:
        k, reach = k + 1, tidy(reach * p)
    return k


# --- exact numbers of limited length ----------------------------------------------------------------------------------


def total(values: Iterable[Fraction]) -> Fraction:
    """The sum, exact."""
    return sum(values, Fraction(0))


def tidy(value: Fraction) -> Fraction:
    """The same number; one of more than 1,200 digits is rounded to 60, which changes no answer."""
    if value.denominator.bit_length() <= _LONG_BITS or not value:
        return value
    digits = (abs(value.numerator).bit_length() - value.denominator.bit_length()) * 3 // 10
    scale = 10 ** max(0, _DIGITS - digits)
    return Fraction(round(value * scale), scale)


def power(base: Fraction, exponent: int) -> Fraction:
    """Power by squaring, with `tidy` at each step: 99,999,999 attempts stay cheap."""
    result = Fraction(1)
    while exponent:
        if exponent & 1:
            result = tidy(result * base)
        base = tidy(base * base)
        exponent >>= 1
    return result
