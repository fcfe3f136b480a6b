"""A file is written whole or not at all."""

import os
from pathlib import Path

import pytest

from capplan.errors import CapplanError
from capplan.reading.writing import write_atomic


def test_a_text_is_written_and_nothing_stays_beside_it(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a.txt", "é\n")
    write_atomic(tmp_path / "a.txt", "longer\nthan before\n")
    assert (tmp_path / "a.txt").read_bytes() == b"longer\nthan before\n"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_the_mode_of_a_file_stays_and_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "link").symlink_to("real")
    write_atomic(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
    assert (tmp_path / "real").stat().st_mode & 0o777 == 0o640


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "a").write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomic(tmp_path / "a", "new")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a", "old")]


def test_a_leftover_does_not_stand_in_the_way(tmp_path: Path) -> None:
    (tmp_path / f".a.{os.getpid()}.tmp").symlink_to("victim")
    write_atomic(tmp_path / "a", "new")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_a_pipe_is_written_as_it_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_atomic(tmp_path / "pipe", "text")
    assert os.read(reader, 10) == b"text"
    os.close(reader)
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize("name", ["no folder/a", ".", "a\0b"])
def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(CapplanError) as caught:
        write_atomic(tmp_path / name, "x")
    assert caught.value.diagnostics[0].message.startswith("cannot write")
    assert not [*tmp_path.iterdir()]
