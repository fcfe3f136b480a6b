"""A folder given for a scenario: what is in it is told from its first files, however many there are."""

from pathlib import Path

import pytest

from capplan.commands import told
from capplan.commands.told import what_it_is
from capplan.errors import CapplanError

MACHINE = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'
SCENARIO = "capplan: 1\nname: Orders\nregion: us-east-1\n"


def hint(folder: Path) -> str:
    error = what_it_is(str(folder), CapplanError(()))
    assert error is not None
    return error.diagnostics[0].hint.replace(f"{folder.as_posix()}/", "").replace(str(folder), "FOLDER")


def machines(folder: Path, count: int) -> None:
    for i in range(count):
        (folder / f"{i:03}.json").write_text(MACHINE)


@pytest.mark.parametrize(
    ("count", "more"),
    [(1, ""), (3, " and 2 more"), (told.MAX_FILES, " and 59 more"), (told.MAX_FILES + 1, " and more")],
)
def test_files_that_can_be_imported_are_counted_as_far_as_they_are_read(count: int, more: str, tmp_path: Path) -> None:
    machines(tmp_path, count)
    assert hint(tmp_path) == (
        f"capplan import FOLDER -o scenario.yaml makes one of 000.json (the definition of a state machine){more}"
    )


def test_a_scenario_is_named_however_many_files_come_before_it(tmp_path: Path) -> None:
    machines(tmp_path, told.MAX_FILES + 1)
    later = tmp_path / "shop"
    later.mkdir()
    (later / "scenario.yaml").write_text(SCENARIO)
    assert hint(tmp_path) == "name the scenario in it: shop/scenario.yaml"
    (tmp_path / "000.yaml").write_text(SCENARIO)
    assert hint(tmp_path) == "name the scenario in it: 000.yaml", "the first"


def test_large_files_are_not_read_to_say_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "MAX_BYTES", len(MACHINE) + 10)
    machines(tmp_path, 2)
    assert hint(tmp_path).endswith("000.json (the definition of a state machine) and more")


def test_a_file_that_is_no_text_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"\xff\xfe\x00\x01")
    (tmp_path / "b.yaml").write_text(SCENARIO)
    assert hint(tmp_path) == "name the scenario in it: b.yaml"


def test_a_folder_of_nothing_known(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing\n")
    assert hint(tmp_path) == "name a file; capplan init FOLDER writes a scenario to begin with"
