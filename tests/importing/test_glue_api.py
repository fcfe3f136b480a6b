"""Jobs and their runs as Glue's API answers: run times, failures and retries measured by hand-checked tables."""

from decimal import Decimal
from pathlib import Path

import pytest

from capplan.importing.durations import measured_duration
from capplan.importing.job_runs import Run, measured_runs
from tests.importing.drafts import entry, imported


def _run(
    id_: str, state: str = "SUCCEEDED", seconds: int = 100, *, retry_of: str = "", attempt: int = 0, at: int = 0
) -> Run:
    """An attempt that begins at a second and takes 10 s more than is billed."""
    started = Decimal(1_000_000_000 + at)
    return Run(id_, retry_of, attempt, state, Decimal(seconds), None, started, started + seconds + 10)


@pytest.mark.parametrize(
    ("runs", "chance", "repeat", "after", "working"),
    [
        (
            [_run("a"), _run("b"), _run("c"), _run("d", "FAILED", 50)],
            "0.25",
            None,
            "0.5",
            "1 of 4 first attempts, half way",
        ),
        (
            [
                _run("a"),
                _run("b", "FAILED"),
                _run("b1", "FAILED", retry_of="b", attempt=1),
                _run("b2", retry_of="b1", attempt=2),
            ],
            "0.5",
            "0.5",
            "1",
            "1 of 2 first attempts; 1 of 2 retries",
        ),
        (
            [_run("a"), _run("x2", "FAILED", retry_of="x1", attempt=2)],
            "0",
            "1",
            "1",
            "x1 is a retry that failed, unseen",
        ),
        (
            [_run("a"), _run("x1", "SUCCEEDED", retry_of="x", attempt=1)],
            "0.5",
            "0",
            None,
            "x failed, unseen: 1 of 2 firsts",
        ),
        (
            [_run("a"), _run("b", "STOPPED"), _run("c", "RUNNING", 0)],
            "0",
            None,
            None,
            "stopped and running do not count",
        ),
        ([_run("a"), _run("a"), _run("b", "TIMEOUT", 200)], "0.5", None, "1", "the same run in two files is one"),
        ([_run("a", "FAILED")], "1", None, None, "no run succeeded: how far it came is unknown"),
    ],
)
def test_failures_are_shares_of_attempts(
    runs: list[Run], chance: str, repeat: str | None, after: str | None, working: str
) -> None:
    found = measured_runs(runs)
    assert found.chance == Decimal(chance), working
    assert found.repeat == (None if repeat is None else Decimal(repeat)), working
    assert found.after == (None if after is None else Decimal(after)), working


def test_waiting_between_attempts_and_starting_are_measured() -> None:
    first = _run("b", "FAILED", 100, at=0)  # ends at 110
    found = measured_runs([first, _run("b1", "SUCCEEDED", 200, retry_of="b", attempt=1, at=140)])
    assert found.gap_seconds == 30, "from 110 to 140"
    assert found.startup_seconds == 10
    assert found.retries == 1


@pytest.mark.parametrize(
    ("seconds", "duration", "working"),
    [
        ([60], "1 min", "one"),
        ([60, 120], "90 s", "the mean of a few"),
        ([100] * 30, "100 s", "all alike"),
        ([*range(10, 20)], {"p50": "14.5 s", "p90": "18.1 s"}, "14.5; 9 x 0.9 = 8.1 places up: 18 + 0.1"),
        ([*range(1, 101)], {"p50": "50.5 s", "p95": "95.05 s", "p99": "99.01 s"}, "99 x 0.95 = 94.05: 95 + 0.05"),
    ],
)
def test_a_duration_is_a_mean_of_a_few_and_percentiles_of_many(
    seconds: list[int], duration: object, working: str
) -> None:
    assert measured_duration([Decimal(s * 1000) for s in seconds]) == duration, working


def test_of_no_measurement_there_is_no_duration() -> None:
    assert measured_duration([]) is None


def _job(**more: object) -> dict[str, object]:
    return {"Job": {"Name": "etl", "Command": {"Name": "glueetl"}, "GlueVersion": "5.0", **more}}


@pytest.mark.parametrize(
    ("job", "values", "working"),
    [
        (
            {"WorkerType": "G.2X", "NumberOfWorkers": 5, "MaxCapacity": 10.0},
            {"worker_type": "G.2X", "workers": 5},
            "GetJob tells both",
        ),
        (
            {"MaxCapacity": 10.0},
            {"worker_type": "G.1X", "workers": 10},
            "newer Glue: so many DPUs, as many G.1X workers",
        ),
        (
            {"MaxCapacity": "10", "GlueVersion": "1.0"},
            {"dpus": 10},
            "Glue 1.0 has a capacity; a number in quotes is one",
        ),
        ({"Command": {"Name": "pythonshell"}, "MaxCapacity": 0.0625}, {"dpus": Decimal("0.0625")}, "a sixteenth"),
    ],
)
def test_the_size_of_a_job(job: dict[str, object], values: dict[str, object], working: str, tmp_path: Path) -> None:
    found = entry(imported(tmp_path, _job(**job)), "etl").values
    assert {key: value for key, value in found.items() if key in ("worker_type", "workers", "dpus")} == values, working


def _runs(*runs: tuple[str, str, int]) -> dict[str, object]:
    return {
        "JobRuns": [
            {
                "Id": id_,
                "JobName": "etl",
                "JobRunState": state,
                "ExecutionTime": s,
                "WorkerType": "G.1X",
                "NumberOfWorkers": 4,
            }
            for id_, state, s in runs
        ]
    }


def test_runs_of_several_files_are_measured_together_and_add_to_the_job(tmp_path: Path) -> None:
    draft = imported(
        tmp_path, _job(), _runs(("a", "SUCCEEDED", 60)), _runs(("b", "SUCCEEDED", 180), ("c", "FAILED", 60))
    )
    job = entry(draft, "etl")
    assert job.values["duration"] == "2 min", "(60 + 180) / 2"
    assert job.values["fails"] == {"chance": "33.33%", "after": "50%"}, "1 of 3; 60 of 120 s"
    assert job.values["workers"] == 4
    assert [origin.file.rpartition("/")[2] for origin in job.origins] == ["file-0.json", "file-1.json"]
