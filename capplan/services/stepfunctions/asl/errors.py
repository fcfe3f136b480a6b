"""Reads Retry and Catch of a definition, with AWS's defaults and bounds.

Source: Step Functions Developer Guide, "Handling errors in Step Functions workflows" (read 2026-11-23).
"""

from collections.abc import Mapping, Sequence

from capplan.services.stepfunctions.asl.definition import Catcher, Path, Retrier
from capplan.services.stepfunctions.asl.values import Diagnostics, between, is_open, list_of, text_of
from capplan.services.stepfunctions.quotas import RETRY_ATTEMPTS, RETRY_DELAY, RETRY_INTERVAL

_RETRYING = ("Task", "Parallel", "Map")
_DEFAULTS = Retrier()


def retriers_of(
    name: str, state_type: str, data: Mapping[str, object], path: Path, diagnostics: Diagnostics
) -> tuple[Retrier, ...]:
    """A state's Retry list."""
    entries = _entries(name, state_type, "Retry", data, path, diagnostics)
    retriers = tuple(_retrier(entry, entry_path, diagnostics) for entry, entry_path in entries)
    _check_errors(name, "Retry", [r.errors for r in retriers], (*path, "Retry"), diagnostics)
    return retriers


def catchers_of(
    name: str, state_type: str, data: Mapping[str, object], path: Path, diagnostics: Diagnostics
) -> tuple[Catcher, ...]:
    """A state's Catch list."""
    catchers: list[Catcher] = []
    for entry, entry_path in _entries(name, state_type, "Catch", data, path, diagnostics):
        target = text_of(entry, "Next")
        if target is None:
            diagnostics.add_error(entry_path, f"a catcher of '{name}' has no Next")
            continue
        catchers.append(Catcher(_errors(entry), target))
    _check_errors(name, "Catch", [c.errors for c in catchers], (*path, "Catch"), diagnostics)
    return tuple(catchers)


def _entries(
    name: str, state_type: str, key: str, data: Mapping[str, object], path: Path, diagnostics: Diagnostics
) -> list[tuple[Mapping[str, object], Path]]:
    given = data.get(key)
    if given is None:
        return []
    listed = list_of(given)
    entries = [entry for entry in listed or () if isinstance(entry, Mapping)]
    if state_type not in _RETRYING or listed is None or len(entries) != len(listed):
        diagnostics.add_error(
            (*path, key), f"{key} of '{name}' has to be a list of objects, on a Task, Parallel or Map"
        )
        return []
    return [(entry, (*path, key, i)) for i, entry in enumerate(entries)]


def _check_errors(name: str, key: str, lists: Sequence[tuple[str, ...]], path: Path, diagnostics: Diagnostics) -> None:
    for i, errors in enumerate(lists):
        if not errors:
            diagnostics.add_error((*path, i), f"{key} of '{name}' has no ErrorEquals")
        if "States.ALL" in errors and (len(errors) > 1 or i < len(lists) - 1):
            diagnostics.add_error(
                (*path, i), f"States.ALL has to be alone in its entry, and the entry last in the {key} of '{name}'"
            )


def _errors(entry: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(error) for error in list_of(entry.get("ErrorEquals")) or ())


def _retrier(entry: Mapping[str, object], path: Path, diagnostics: Diagnostics) -> Retrier:
    """One entry of a Retry list."""
    interval = between(entry, "IntervalSeconds", 0, RETRY_INTERVAL.value, path, diagnostics)
    attempts = between(entry, "MaxAttempts", 0, RETRY_ATTEMPTS.value, path, diagnostics)
    rate = between(entry, "BackoffRate", 1, None, path, diagnostics)
    delay = between(entry, "MaxDelaySeconds", 1, RETRY_DELAY.value, path, diagnostics)
    jitter = text_of(entry, "JitterStrategy") or "NONE"
    if jitter not in ("NONE", "FULL") and not is_open(jitter):
        diagnostics.add_error((*path, "JitterStrategy"), f"JitterStrategy is NONE or FULL, not '{jitter}'")
    return Retrier(
        _errors(entry),
        interval_s=_DEFAULTS.interval_s if interval is None else interval,
        max_attempts=_DEFAULTS.max_attempts if attempts is None else int(attempts),
        backoff_rate=_DEFAULTS.backoff_rate if rate is None else rate,
        max_delay_s=delay,
        full_jitter=jitter == "FULL",
    )
