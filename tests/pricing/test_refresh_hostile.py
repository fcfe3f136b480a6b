"""Cut and changed files of the price list: an error names the file and what to do, and what is written is a price file."""

import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Literal

import pytest

from capplan.commands.refresh_prices import FileRefresh, Options, refresh
from capplan.pricing.refresh.merge import HELD
from capplan.pricing.refresh.price_file import read_file, read_index
from capplan.reading.web import Pieces
from tests.pricing.folder import copy_of
from tests.pricing.price_list import STATES, TABLES, VERSION, price_list

DAY = date(2026, 12, 2)
CUTS, CHANGES = 60, 150
STATES_FILE = f"/offers/v1.0/aws/AmazonStates/{VERSION}/us-east-1/index"
PLAN_FILE = f"/savingsPlan/v1.0/aws/AWSDatabaseSavingsPlans/{VERSION}/us-east-1/index"
JSON_FILES = [
    ("stepfunctions", "/offers/v1.0/aws/index.json"),
    ("stepfunctions", "/offers/v1.0/aws/AmazonStates/current/region_index.json"),
    ("stepfunctions", f"{STATES_FILE}.json"),
    ("dynamodb", "/savingsPlan/v1.0/aws/AWSDatabaseSavingsPlans/current/region_index.json"),
    ("dynamodb", f"{PLAN_FILE}.json"),
]
CSV_FILES = [("stepfunctions", f"{STATES_FILE}.csv"), ("dynamodb", f"{PLAN_FILE}.csv")]


@cache
def listed() -> dict[str, bytes]:
    return price_list(AmazonStates=STATES, AmazonDynamoDB=TABLES)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("os.fsync", lambda _: None)  # thousands of files are written
    return copy_of(tmp_path / "prices", "us-east-1")


def renewed(home: Path, service: str, path: str, body: bytes) -> FileRefresh:
    """A refresh in which one file has another content; what it wrote is read, and taken back."""
    files = listed() | {path: body}

    def read(asked: str) -> Pieces:
        for at in range(0, len(files[asked]), 999):
            yield files[asked][at : at + 999]

    kind: Literal["json", "csv"] = "csv" if path.endswith(".csv") else "json"
    price_file = home / "us-east-1" / f"{service}.json"
    before = price_file.read_bytes()
    (done,) = refresh(read, Options("x", home, DAY, kind), ("us-east-1",), (service,)).files
    read_file(home, "us-east-1", service)
    read_index(home)
    assert done.is_written or price_file.read_bytes() == before
    price_file.write_bytes(before)
    return done


def errors(done: FileRefresh) -> set[str]:
    return {done.failed or "", *(change.said for change in done.changes if change.outcome == "unread")} - {""}


def is_told(done: FileRefresh, path: str) -> bool:
    """The file, what is wrong with it, and what to do."""
    return any(error.startswith(f"{path}: ") and error.endswith(")") and "try again" in error for error in errors(done))


def cuts(body: bytes) -> list[int]:
    """Places all over a file, and every place near its end."""
    drawn = Random(1).sample(range(len(body)), CUTS)  # noqa: S311  where a file is cut, no secret
    return sorted({*drawn, *range(len(body) - 20, len(body))})


@pytest.mark.parametrize(("service", "path"), JSON_FILES)
def test_a_json_file_that_is_cut_off_is_told(home: Path, service: str, path: str) -> None:
    body = listed()[path]
    for end in cuts(body.rstrip()):
        assert is_told(renewed(home, service, path, body[:end]), path), body[:end][-60:]


@pytest.mark.parametrize(("service", "path"), CSV_FILES)
def test_a_csv_file_that_is_cut_off_is_told(home: Path, service: str, path: str) -> None:
    """But between two rows: then it looks like a file with fewer products, which are missing, or lack their last tiers."""
    body = listed()[path]
    for end in cuts(body):
        done = renewed(home, service, path, body[:end])
        if body[:end].endswith(b"\n") and body[:end].count(b"\n") > 5:
            assert not errors(done)
            assert {change.outcome for change in done.changes} & {"missing", "unreadable"}
        else:
            assert is_told(done, path), body[:end][-60:]


@pytest.mark.parametrize(("service", "path"), [*JSON_FILES, *CSV_FILES])
def test_bytes_that_changed(home: Path, service: str, path: str) -> None:
    """Most make another file, or none; a changed word of a description changes nothing. Nothing else happens."""
    drawn, body = Random(2), listed()[path]  # noqa: S311  which bytes change, no secret
    told = 0
    for _ in range(CHANGES):
        changed = bytearray(body)
        for _ in range(drawn.choice((1, 1, 3))):
            changed[drawn.randrange(len(body))] = drawn.choice(b'"\\,:{}[]0-9eE.\n\x00\xff aI')
        told += is_told(renewed(home, service, path, bytes(changed)), path)
    assert told


WRONG: tuple[object, ...] = (
    None,
    True,
    0,
    -1,
    1e308,
    "",
    "x",
    "-1",
    "NaN",
    "1e999999999",
    "\ud800",
    "a, b",
    "../x",
    [],
    {},
    [[]],
)


def places(data: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401  any JSON
    """Each place in a JSON value."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield (*at, key)
        yield from places(value, (*at, key))


@pytest.mark.parametrize(("service", "path"), JSON_FILES)
def test_values_of_another_kind(home: Path, service: str, path: str) -> None:
    """Each place of the file gets some wrong value, or goes: the answer is an error, a price held back, or the same prices."""
    text, drawn = listed()[path].decode(), Random(3)  # noqa: S311  which value, no secret
    every = list(places(json.loads(text)))
    told = 0
    for place in drawn.sample(every, min(len(every), CHANGES)):
        data = json.loads(text)
        holder = data
        for key in place[:-1]:
            holder = holder[key]
        wrong = drawn.choice((*WRONG, "gone"))
        if wrong == "gone":
            del holder[place[-1]]
        else:
            holder[place[-1]] = wrong
        done = renewed(home, service, path, json.dumps(data).encode())
        told += bool(errors(done)) or any(change.outcome in HELD for change in done.changes)
        for change in done.changes:
            assert change.outcome != "new" or change.key.startswith("database_savings_plan"), (place, wrong)
            assert change.outcome != "changed", (place, wrong, change)
    assert told


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"", "it does not begin with five lines"),
        (b'"FormatVersion","v1.0"\n' * 6, "'OfferCode'"),
        (b'"a","b"\n' * 5 + b'"c","c"\n', "two columns have one name"),
        (b'"a\x00","b"\n', "it does not begin with five lines"),
        (b"x" * 2_000_000, "a line has more than"),
        (b'"a","b\n', "not CSV"),
    ],
)
def test_what_is_no_csv(home: Path, head: bytes, said: str) -> None:
    path = f"{STATES_FILE}.csv"
    done = renewed(home, "stepfunctions", path, head)
    assert is_told(done, path)
    assert said in done.failed
