"""The law of all attempts of one visit, as transforms: each retrier counts its own attempts.

Several retriers: of n failed attempts any order may have happened; n! / (k1! k2! …) orders use k1, k2 … retries, and the
waits depend on these numbers only. So the lattice of used retries is summed by one convolution for each retrier.

Source: Step Functions Developer Guide, "Handling errors in Step Functions workflows" (read 2026-11-23).
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from capplan.services.stepfunctions.asl.definition import Retrier, State
from capplan.services.stepfunctions.execution.retries import delay_s, retrier_for

if TYPE_CHECKING:
    from capplan.services.stepfunctions.execution.grid import Ending, Wave

    Delay = Callable[[Retrier, int], Wave]
    Terms = dict[int, Wave]

_NEGLIGIBLE = 1e-13
_MOST_TERMS = 300
_NEGLIGIBLE_TERM = 1e-10
_CONSTANT_FROM = 64


def retried(
    retry: Sequence[Retrier], attempt: "Mapping[Ending, Wave]", delay: "Delay"
) -> "tuple[dict[Ending, Wave], Wave]":
    """The endings after the last attempt, and when attempts start (1 for the first alone)."""
    taken: dict[int, list[Ending]] = {}
    for ending in attempt:
        entry = None if ending is None else retrier_for(retry, ending)
        if entry is not None and retry[entry].max_attempts:
            taken.setdefault(entry, []).append(ending)
    if not taken:
        return dict(attempt), 1.0
    failed = {entry: sum(attempt[ending] for ending in endings) for entry, endings in taken.items()}
    if len(taken) == 1:
        ((entry, wave),) = failed.items()
        starts, last = _one(retry[entry], wave, delay)
        spent = {entry: last}
    else:
        starts, spent = _several(
            {e: _terms(retry[e], w, sum(o for i, o in failed.items() if i != e), delay) for e, w in failed.items()},
            retry,
        )
    of = {ending: entry for entry, endings in taken.items() for ending in endings}
    return {e: wave * (spent[of[e]] if e in of else starts) for e, wave in attempt.items()}, starts


def work_of(state: State, errors: Iterable[str]) -> int:
    """About how many products of transforms a visit takes: much where several retriers have long budgets."""
    entries = {entry for error in errors if (entry := retrier_for(state.retry, error)) is not None}
    budgets = [min(state.retry[entry].max_attempts, _MOST_TERMS) + 1 for entry in entries]
    work, reached = 0, 1
    for budget in budgets:
        work += reached * budget
        reached += budget
    return work * (1 + len(budgets)) if len(budgets) > 1 else 0


def size_of(wave: "Wave") -> float:
    """The total (damped) probability in a transform."""
    return abs(wave) if isinstance(wave, float | int | complex) else abs(complex(wave[0]))


def _one(retrier: Retrier, failed: "Wave", delay: "Delay") -> "tuple[Wave, Wave]":
    """One budget: the starts of all attempts, and the start of the last that the budget allows."""
    reach: Wave = 1.0
    starts: Wave = 0.0
    for k in range(retrier.max_attempts + 1):
        starts = starts + reach
        if k == retrier.max_attempts:
            return starts, reach
        reach = reach * failed * delay(retrier, k + 1)
        if size_of(reach) < _NEGLIGIBLE:
            return starts, 0.0
        if k > _CONSTANT_FROM and delay_s(retrier, k + 1) == delay_s(retrier, retrier.max_attempts):
            each = failed * delay(retrier, k + 1)
            more = retrier.max_attempts - k
            if size_of(each) == 1:
                return starts + reach * more, reach
            return starts + reach * (1 - each**more) / (1 - each), reach * each ** (more - 1)
    return starts, reach


def _terms(retrier: Retrier, failed: "Wave", others: "Wave", delay: "Delay") -> "Terms":
    """By number of retries used: their probability and waits, in one order; cut where they are negligible in all orders."""
    share = min(1.0, size_of(failed) / max(1e-9, 1 - size_of(others)))
    terms: Terms = {0: 1.0}
    for k in range(1, min(retrier.max_attempts, _MOST_TERMS) + 1):
        terms[k] = terms[k - 1] * failed * delay(retrier, k)
        if share**k < _NEGLIGIBLE_TERM:
            break
    return terms


def _several(terms: "Mapping[int, Terms]", retry: Sequence[Retrier]) -> "tuple[Wave, dict[int, Wave]]":
    starts = _joined(list(terms.values()))
    spent: dict[int, Wave] = {}
    for entry, own in terms.items():
        budget = retry[entry].max_attempts
        others = [those for other, those in terms.items() if other != entry]
        spent[entry] = _joined([*others, {budget: own[budget]}]) if budget in own else 0.0
    return starts, spent


def _joined(every: "Sequence[Terms]") -> "Wave":
    """The sum over all numbers of retries used, each times its number of orders."""
    joint: Terms = {0: 1.0}
    for i, terms in enumerate(every):
        following: Terms = {}
        least = _NEGLIGIBLE if i == len(every) - 1 else 0.0  # before, a sum of the others may still make it large
        sizes = {k: size_of(more) for k, more in terms.items()}
        for n, wave in joint.items():
            reach = size_of(wave)
            for k, more in terms.items():
                orders = float(math.comb(n + k, k))
                if reach * sizes[k] * orders > least:
                    following[n + k] = following.get(n + k, 0.0) + wave * (more * orders)
        joint = following
    return sum(joint.values())
