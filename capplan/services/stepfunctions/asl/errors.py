"""Retry and Catch of a definition, read with AWS's defaults and bounds. It weighs no error.

Source: Step Functions Developer Guide, "Handling errors in Step Functions workflows" (read 2026-11-23).
"""

from collections.abc import Mapping, Sequence

from capplan.services.stepfunctions.asl.definition import Catcher, Path, Retrier
from capplan.services.stepfunctions.asl.values import Diagnostics, between, is_open, list_of, text_of
from capplan.services.stepfunctions.quotas import RETRY_ATTEMPTS, RETRY_DELAY, RETRY_INTERVAL

_RETRYING = ("Task", "Parallel", "Map")
_DEFAULTS = Retrier()


def retriers_of(
    name: str, kind: str, data: Mapping[str, object], path: Path, notes: Diagnostics
) -> tuple[Retrier, ...]:
    """A state's Retry list."""
    entries = _entries(name, kind, "Retry", data, path, notes)
    found = tuple(_retrier(entry, place, notes) for entry, place in entries)
    _check_errors(name, "Retry", [r.errors for r in found], (*path, "Retry"), notes)
    return found


def catchers_of(
    name: str, kind: str, data: Mapping[str, object], path: Path, notes: Diagnostics
) -> tuple[Catcher, ...]:
    """A state's Catch list."""
    found: list[Catcher] = []
    for entry, place in _entries(name, kind, "Catch", data, path, notes):
        target = text_of(entry, "Next")
        if target is None:
            notes.wrong(place, f"a catcher of '{name}' has no Next")
            continue
        found.append(Catcher(_errors(entry), target))
    _check_errors(name, "Catch", [c.errors for c in found], (*path, "Catch"), notes)
    return tuple(found)


def _entries(
    name: str, kind: str, key: str, data: Mapping[str, object], path: Path, notes: Diagnostics
) -> list[tuple[Mapping[str, object], Path]]:
    given = data.get(key)
    if given is None:
        return []
    listed = list_of(given)
    entries = [entry for entry in listed or () if isinstance(entry, Mapping)]
    if kind not in _RETRYING or listed is None or len(entries) != len(listed):
        notes.wrong((*path, key), f"{key} of '{name}' is not a list of objects on a Task, Parallel or Map")
        return []
    return [(entry, (*path, key, i)) for i, entry in enumerate(entries)]


def _check_errors(name: str, key: str, lists: Sequence[tuple[str, ...]], path: Path, notes: Diagnostics) -> None:
    for i, errors in enumerate(lists):
        if not errors:
            notes.wrong((*path, i), f"{key} of '{name}' has no ErrorEquals")
        if "States.ALL" in errors and (len(errors) > 1 or i < len(lists) - 1):
            notes.wrong((*path, i), f"States.ALL stands alone and last in the {key} of '{name}'")


def _errors(entry: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(error) for error in list_of(entry.get("ErrorEquals")) or ())


def _retrier(entry: Mapping[str, object], path: Path, notes: Diagnostics) -> Retrier:
    """One entry of a Retry list."""
    interval = between(entry, "IntervalSeconds", 1, RETRY_INTERVAL.value, path, notes)
    attempts = between(entry, "MaxAttempts", 0, RETRY_ATTEMPTS.value, path, notes)
    rate = between(entry, "BackoffRate", 1, None, path, notes)
    delay = between(entry, "MaxDelaySeconds", 1, RETRY_DELAY.value, path, notes)
    jitter = text_of(entry, "JitterStrategy") or "NONE"
    if jitter not in ("NONE", "FULL") and not is_open(jitter):
        notes.wrong((*path, "JitterStrategy"), f"JitterStrategy is NONE or FULL, not '{jitter}'")
    return Retrier(
        _errors(entry),
        interval_s=_DEFAULTS.interval_s if interval is None else interval,
        max_attempts=_DEFAULTS.max_attempts if attempts is None else int(attempts),
        backoff_rate=_DEFAULTS.backoff_rate if rate is None else rate,
        max_delay_s=delay,
        full_jitter=jitter == "FULL",
    )
