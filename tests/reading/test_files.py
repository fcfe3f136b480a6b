"""Only regular files of the scenario's folder are opened, and JSON is read with positions."""

import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.files import Files, read_json, read_source
from capplan.reading.limits import MAX_BYTES


def refused(folder: Path, name: str) -> Diagnostic:
    with pytest.raises(CapplanError) as caught:
        Files(folder).read_text(name)
    (found,) = caught.value.diagnostics
    assert found.line == 0
    return found


def test_a_file_of_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.json").write_bytes(b"\xef\xbb\xbf{}\r\n")
    (tmp_path / "link.json").symlink_to("sub/a.json")
    for name in ("sub/a.json", "./sub/../sub/a.json", "link.json"):
        assert Files(tmp_path).read_text(name) == "{}\r\n"


def test_nothing_outside_the_folder_is_opened(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in-and-out").mkdir()
    (tmp_path / "secret").write_text("x")
    (tmp_path / "in" / "link").symlink_to("../secret")
    (tmp_path / "in" / "up").symlink_to("..")
    for name in ("../secret", "/etc/passwd", "link", "up/secret", "../in-and-out/x", "/dev/zero", ""):
        assert refused(tmp_path / "in", name).message == f"'{name}' is outside the scenario's folder"


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "pipe", "."):
        assert refused(tmp_path, name).message.endswith("is not a regular file")


def test_what_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    assert refused(tmp_path, "nope.json").hint == "no such file or directory"
    assert refused(tmp_path, "a\0b").hint == "not a valid file name"
    assert refused(tmp_path, "x" * 5000).hint == "file name too long"
    assert refused(tmp_path, "loop").message.startswith("cannot open")
    assert refused(tmp_path / "no folder", "x").message.startswith("cannot open")


def test_a_file_of_one_mebibyte_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * MAX_BYTES)
    assert len(Files(tmp_path).read_text("a")) == MAX_BYTES
    (tmp_path / "a").write_bytes(b"x" * (MAX_BYTES + 1))
    assert refused(tmp_path, "a").message == "the file has 1,048,577 bytes; at most 1,048,576 are read"
    assert Files(tmp_path).read_text("a", limit_bytes=MAX_BYTES + 1)


def test_50_mb_are_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "big").open("wb") as file:
        file.truncate(50_000_000)
    assert refused(tmp_path, "big").message == "the file has 50,000,000 bytes; at most 1,048,576 are read"


def test_names_are_shown_as_the_user_wrote_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "scenario.yaml").write_text("capplan: 1\n")
    monkeypatch.chdir(tmp_path)
    source = read_source("shop/scenario.yaml")
    assert (source.text, source.display) == ("capplan: 1\n", "shop/scenario.yaml")
    assert source.files.display("fulfil.asl.json") == "shop/fulfil.asl.json"


def test_a_dash_is_standard_input() -> None:
    source = read_source("-", "capplan: 1")
    assert (source.text, source.display, source.files) == ("capplan: 1", "<stdin>", Files(Path()))


def test_a_scenario_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path / "nope.yaml", tmp_path):
        with pytest.raises(CapplanError) as caught:
            read_source(str(path))
        assert caught.value.diagnostics[0].file == path.as_posix()


def test_json_is_read_with_positions() -> None:
    text = (
        '{\n\t"StartAt": "Charge card",\n\t"States": {"Charge card": {"Type": "Wait", "Seconds": 1.50, "End": true}}\n}'
    )
    document = read_json(text, "a.json")
    assert document.data == {
        "StartAt": "Charge card",
        "States": {"Charge card": {"Type": "Wait", "Seconds": Decimal("1.50"), "End": True}},
    }
    mark = document.locate(("States", "Charge card", "Seconds"))
    assert (mark.line, mark.column, mark.text) == (3, 56, "1.50")


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ('{"a"\n:\n1}', {"a": Decimal(1)}),
        ('{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        ('["\\/", null, false, -1.5e+3, "no", "20:00", ""]', ["/", None, False, Decimal(-1500), "no", "20:00", ""]),
        ('{"' + "k" * 2000 + '": {"a": 1}}', {"k" * 2000: {"a": Decimal(1)}}),
    ],
)
def test_json_that_is_no_yaml_is_read_too(text: str, data: object) -> None:
    assert read_json(text, "a.json").data == data


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ('{"a": "x" "y"}', 1, 11, "not JSON: expecting ',' delimiter"),
        ("{a: 1}", 1, 2, "not JSON: expecting property name enclosed in double quotes"),
        ('{"a": "x\ty"}', 1, 9, "not JSON: invalid control character at"),
        ('{"a": 1, "b": 2, "a": 3}', 1, 18, "duplicate key 'a'"),
        ('{"a"\n: 1, "a": 3}', 1, 1, "duplicate key 'a'"),
        ('{"a": NaN}', 1, 1, "not JSON: NaN"),
        ('{"a": 1e400}', 1, 7, "an exponent is between -15 and 15"),
        ('{"a"\n: 1e400}', 1, 1, "an exponent is between -15 and 15"),
        ('{"a": "\\ud800"}', 1, 1, "a surrogate escape without its other half"),
        ("[" * 33 + "]" * 33, 1, 33, "nested deeper than 32 levels"),
        ('{"a"\n:' + "[" * 32 + "]" * 32 + "}", 1, 1, "nested deeper than 32 levels"),
        ('{"a"\n:' + "[" * 100_000, 1, 1, "nested deeper than 32 levels"),
        ("", 1, 1, "the file is empty"),
    ],
)
def test_wrong_json_is_pointed_at(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(CapplanError) as caught:
        read_json(text, "a.json")
    (found,) = caught.value.diagnostics
    assert (found.line, found.column, found.message) == (line, column, message)


def test_a_placeholder_of_a_deployment_tool_is_text(tmp_path: Path) -> None:
    text = '{"Seconds": ${Wait.Seconds}, "Resource": "${Arn} \\" ${x}",\n "Next": "a"}'
    (tmp_path / "a.asl.json").write_text(text)
    document = Files(tmp_path).read_definition("a.asl.json")
    assert document.data == {"Seconds": "${Wait.Seconds}", "Resource": '${Arn} " ${x}', "Next": "a"}
    assert document.diagnostic(("Next",), "wrong").excerpt == ' "Next": "a"}'
    assert document.diagnostic(("Seconds",), "wrong").excerpt == text.split("\n", maxsplit=1)[0]


def test_a_definition_may_be_yaml(tmp_path: Path) -> None:
    (tmp_path / "a.asl.yaml").write_text("StartAt: A\n")
    assert Files(tmp_path).read_definition("a.asl.yaml").data == {"StartAt": "A"}


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from([*'{}[]:,"\\u 0159.-eE\n\t', "true", "null", '"a"', '": ', "\\ud800"]), max_size=30).map(
        "".join
    )
)
def test_anything_like_json_is_a_document_or_errors(text: str) -> None:
    try:
        data = read_json(text, "a.json").data
    except CapplanError as error:
        data = error.diagnostics
    assert data != ()
