"""Measures runs of a Glue job: how long they take, how often an attempt fails, how often again, and when.

Source: AWS Glue API Reference, "JobRun" (read 2026-11-30): a retry is a run of its own with `Attempt` and `PreviousRunId`;
`ExecutionTime` is what is billed, in seconds; `DPUSeconds` only of Flex and auto scaled runs.
"""

from collections.abc import Sequence
from decimal import Decimal

from capplan.importing.durations import measured_duration
from capplan.importing.value import Value
from capplan.record import Record

_SUCCEEDED, _FAILED = frozenset({"SUCCEEDED"}), frozenset({"FAILED", "TIMEOUT", "ERROR"})
_DAY = 86_400


class Run(Record, frozen=True):
    """One attempt, as Glue reports it; times in seconds since 1970, 0 where not given."""

    id: str
    previous: str
    attempt: int
    state: str
    seconds: Decimal
    dpu_seconds: Decimal | None
    started: Decimal
    completed: Decimal


class MeasuredRuns(Record, frozen=True):
    """What some runs show.

    Attributes:
        duration: Of attempts that succeeded; None where none did.
        chance: Share of first attempts that failed; None where none is known.
        repeat: Share of retries that failed; None where there was none.
        after: Mean run time of failed attempts as a share of that of the others, at most 1; None where unknown.
        gap_seconds: Mean time from a failure to the next attempt; None where there was none.
        startup_seconds: Mean time of an attempt that is not billed; None where unknown.
        retries: The most retries seen of one run.
        dpu_seconds: Mean DPUSeconds of attempts that succeeded; None where not reported.
        every_seconds: Mean time from the start of one run to the next; None for fewer than three.
        told: What the numbers rest on.
    """

    duration: object = None
    chance: Decimal | None = None
    repeat: Decimal | None = None
    after: Decimal | None = None
    gap_seconds: Decimal | None = None
    startup_seconds: Decimal | None = None
    retries: int = 0
    dpu_seconds: Decimal | None = None
    every_seconds: Decimal | None = None
    told: tuple[str, ...] = ()


def run_of(value: Value) -> Run:
    """One of `JobRuns`. Raises CapplanError."""
    dpu = value.get("DPUSeconds")
    return Run(
        id=value.get("Id").text(),
        previous=value.get("PreviousRunId").text(""),
        attempt=value.get("Attempt").whole() if value.get("Attempt").known else 0,
        state=value.get("JobRunState").text(),
        seconds=value.get("ExecutionTime").count() if value.get("ExecutionTime").known else Decimal(0),
        dpu_seconds=dpu.count() if dpu.known else None,
        started=value.get("StartedOn").seconds() if value.get("StartedOn").known else Decimal(0),
        completed=value.get("CompletedOn").seconds() if value.get("CompletedOn").known else Decimal(0),
    )


def measured_runs(runs: Sequence[Run]) -> MeasuredRuns:
    """The runs of one job, measured; each counts once, also where two files have it."""
    by_id = {run.id: run for run in runs}
    ended = [run for run in by_id.values() if run.state in _SUCCEEDED | _FAILED]
    good = [run for run in ended if run.state in _SUCCEEDED]
    bad = [run for run in ended if run.state in _FAILED]
    # A retry says that the attempt before it failed, also where the list ends before that one.
    unseen = {run.previous: run.attempt - 1 for run in ended if run.attempt and run.previous not in by_id}
    firsts = [run for run in ended if run.attempt == 0]
    first_failures = sum(run.state in _FAILED for run in firsts) + sum(attempt == 0 for attempt in unseen.values())
    first_count = len(firsts) + sum(attempt == 0 for attempt in unseen.values())
    again = [run for run in ended if run.attempt] + [None for attempt in unseen.values() if attempt > 0]
    again_failures = sum(run is None or run.state in _FAILED for run in again)
    good_mean, bad_mean = _mean([run.seconds for run in good]), _mean([run.seconds for run in bad])
    starts = sorted(run.started for run in by_id.values() if run.attempt == 0 and run.started)
    enough = len(starts) > 2 and starts[-1] > starts[0]  # noqa: PLR2004  two distances
    return MeasuredRuns(
        duration=measured_duration([run.seconds * 1000 for run in good]),
        chance=Decimal(first_failures) / first_count if first_count else None,
        repeat=Decimal(again_failures) / len(again) if again else None,
        after=min(Decimal(1), bad_mean / good_mean) if good_mean and bad_mean is not None else None,
        gap_seconds=_mean(
            [
                run.started - by_id[run.previous].completed
                for run in ended
                if run.previous in by_id and run.started > by_id[run.previous].completed > 0
            ]
        ),
        startup_seconds=_mean(
            [
                run.completed - run.started - run.seconds
                for run in ended
                if run.completed - run.started > run.seconds > 0
            ]
        ),
        retries=max((run.attempt for run in ended), default=0),
        dpu_seconds=_mean([run.dpu_seconds for run in good if run.dpu_seconds]),
        every_seconds=(starts[-1] - starts[0]) / (len(starts) - 1) if enough else None,
        told=tuple(_told(good, bad, list(by_id.values()), good_mean, len(unseen))),
    )


def _told(good: Sequence[Run], bad: Sequence[Run], runs: Sequence[Run], mean: Decimal | None, unseen: int) -> list[str]:
    out = [f"measured: {len(good)} attempts succeeded, {len(bad) + unseen} failed"]
    if unseen:
        out.append(f"{unseen} of them only known by their retries")
    if mean is not None:
        out.append(f"a mean of {mean:.0f} s")
    others = len(runs) - len(good) - len(bad)
    if others:
        out.append(f"{others} stopped or under way are left out")
    return out


def _mean(values: Sequence[Decimal]) -> Decimal | None:
    return sum(values, Decimal(0)) / len(values) if values else None
