"""Mistakes as they are shown: whole texts, compared."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capplan.errors import Diagnostic
from capplan.plain import plain
from capplan.report.document import text_of
from capplan.report.formats.json import to_json
from capplan.report.formats.terminal import lines_text
from capplan.report.records.errors import errors_record
from capplan.report.style import Style
from capplan.report.views.errors import error_lines, errors_text

FILE = "scenarios/web-shop/scenario.yaml"


def test_the_errors_of_a_scenario() -> None:
    transact = "      - {transact-write: [{put: order}, {update: stock}]}"
    hints = (
        "expected a duration, such as 22 min or 45 ms",
        "did you mean 'memory'? 128 MB to 10 GB; CPU grows with it",
        "did you mean 'orders'? (line 23)",
    )
    found = [
        Diagnostic(FILE, 73, 21, "22 has no unit", hints[0], 2, "    duration: {p50: 22, p95: 40 min}"),
        Diagnostic(FILE, 41, 5, "unknown key 'memroy'", hints[1], 6, "    memroy: 512 MB"),
        Diagnostic(FILE, 47, 33, "there is no table 'order'", hints[2], 5, transact),
    ]
    assert errors_text(found, ascii_only=True) == (
        "scenarios/web-shop/scenario.yaml:41:5: error: unknown key 'memroy'\n"
        "   41 |     memroy: 512 MB\n"
        "      |     ^^^^^^ did you mean 'memory'? 128 MB to 10 GB; CPU grows with it\n"
        "\n"
        "scenarios/web-shop/scenario.yaml:47:33: error: there is no table 'order'\n"
        "   47 |       - {transact-write: [{put: order}, {update: stock}]}\n"
        "      |                                 ^^^^^ did you mean 'orders'? (line 23)\n"
        "\n"
        "scenarios/web-shop/scenario.yaml:73:21: error: 22 has no unit\n"
        "   73 |     duration: {p50: 22, p95: 40 min}\n"
        "      |                     ^^ expected a duration, such as 22 min or 45 ms\n"
        "\n"
        "scenarios/web-shop/scenario.yaml: 3 errors, no estimate produced"
    )


@pytest.mark.parametrize(
    ("diagnostic", "shown"),
    [
        (
            Diagnostic("a.yaml", 0, 0, "cannot open 'a.yaml'", "no such file or directory"),
            "a.yaml: error: cannot open 'a.yaml'\n        no such file or directory",
        ),
        (Diagnostic("a.yaml", 3, 1, "wrong", "", 1, "x: 1"), "a.yaml:3:1: error: wrong\n    3 | x: 1\n      | ^"),
        (
            Diagnostic("a.yaml", 3, 4, "wrong", "better " * 20, 1, "x: 1"),
            (
                "a.yaml:3:4: error: wrong\n"
                "    3 | x: 1\n"
                "      |    ^ better better better better better better better better better\n"
                "      |      better better better better better better better better better\n"
                "      |      better better"
            ),
        ),
        (
            Diagnostic("a.yaml", 3, 3, "wrong\n::error::x", "\x1b[31mred", 3, "\t\t\x1b[3"),
            ("a.yaml:3:3: error: wrong\\u000a::error::x\n    3 |   \\u001b[3\n      |   ^^^^^^^^ \\u001b[31mred"),
        ),
        (
            Diagnostic("a.yaml", 3, 201, "wrong", "better", 3, "x" * 200 + "abc" + "y" * 200),
            "a.yaml:3:201: error: wrong\n"
            "    3 | ~" + "x" * 24 + "abc" + "y" * 43 + "~\n"
            "      |  " + " " * 24 + "^^^ better",
        ),
        (
            Diagnostic("a.yaml", 3, 201, "wrong", "better", 3, "x" * 200 + "abc"),
            "a.yaml:3:201: error: wrong\n    3 | ~" + "x" * 67 + "abc\n      |  " + " " * 67 + "^^^\n      |   better",
        ),
        (
            Diagnostic("a.yaml", 1_234_567, 1, "wrong", "", 200, "z" * 200),
            "a.yaml:1234567:1: error: wrong\n1234567 | " + "z" * 69 + "~\n        | " + "^" * 70,
        ),
    ],
)
def test_one_mistake(diagnostic: Diagnostic, shown: str) -> None:
    text = errors_text([diagnostic], ascii_only=True)
    assert text == f"{shown}\n\na.yaml: 1 error, no estimate produced"


def test_wide_and_combining_characters_do_not_move_the_carets() -> None:
    diagnostic = Diagnostic("a.yaml", 1, 5, "wrong", "", 2, "日本e\u0301: ab")
    assert errors_text([diagnostic], ascii_only=False).splitlines()[1:3] == [
        "    1 | 日本e\u0301: ab",
        "      |      ^^",
    ]
    shifted = Diagnostic("a.yaml", 1, 7, "wrong", "", 2, "日本e\u0301: ab")
    assert errors_text([shifted], ascii_only=False).splitlines()[2] == "      |        ^^"
    assert errors_text([shifted], ascii_only=True).splitlines()[1:3] == [
        "    1 | \\u65e5\\u672ce\\u0301: ab",
        "      | " + " " * 21 + "^^",
    ]


def test_mistakes_of_two_files_keep_together() -> None:
    found = [Diagnostic("b", 2, 1, "second"), Diagnostic("a", 1, 1, "third"), Diagnostic("b", 1, 1, "first")]
    assert errors_text(found, ascii_only=True) == (
        "b:1:1: error: first\n\nb:2:1: error: second\n\na:1:1: error: third\n\n2 files: 3 errors, no estimate produced"
    )
    assert [e["message"] for e in json.loads(to_json(errors_record(found)))["errors"]] == ["first", "second", "third"]


def test_no_mistakes_are_no_text() -> None:
    assert errors_text([], ascii_only=True) == ""


def test_errors_as_json() -> None:
    found = [Diagnostic("a.yaml", 3, 4, "wrong \x1b é", "better"), Diagnostic("b.json", 0, 0, "missing")]
    assert to_json(errors_record(found)) == (
        '{\n  "schema": "capplan.errors/1",\n  "errors": [\n'
        '    {\n      "file": "a.yaml",\n      "line": 3,\n      "column": 4,\n'
        '      "message": "wrong \\u001b \\u00e9",\n      "hint": "better"\n    },\n'
        '    {\n      "file": "b.json",\n      "line": null,\n      "column": null,\n'
        '      "message": "missing",\n      "hint": ""\n    }\n  ]\n}\n'
    )


@pytest.mark.parametrize(
    ("text", "unicode", "ascii_text"),
    [
        ("orders", "orders", "orders"),
        ("café · 3×", "café · 3×", "caf\\u00e9 \\u00b7 3\\u00d7"),
        ("\x1b]8;\x07\r\n\t", "\\u001b]8;\\u0007\\u000d\\u000a\\u0009", "\\u001b]8;\\u0007\\u000d\\u000a\\u0009"),
        ("\u202ex\u00a0\u200b\ud800", "\\u202ex\\u00a0\\u200b\\ud800", "\\u202ex\\u00a0\\u200b\\ud800"),
        ("\U0001f600\U000e0041", "\U0001f600\\U000e0041", "\\U0001f600\\U000e0041"),
    ],
)
def test_foreign_text_becomes_plain(text: str, unicode: str, ascii_text: str) -> None:
    assert (plain(text), plain(text, ascii_only=True)) == (unicode, ascii_text)


@given(st.text(max_size=200), st.integers(1, 220), st.integers(1, 220), st.text(max_size=60))
def test_color_adds_nothing_but_color(excerpt: str, column: int, width: int, hint: str) -> None:
    found = [Diagnostic("f", 7, column, hint, hint, width, excerpt.replace("\n", " "))] * 5
    lines = error_lines(found, ascii_only=False, outcome="not valid")
    painted = lines_text(lines, Style(ascii=False, colour=True))
    assert re.sub(r"\x1b\[[\d;]*m", "", painted).rstrip("\n") == "\n".join(map(text_of, lines))


def test_place_error_and_what_to_write_have_their_colors() -> None:
    found = [Diagnostic("a.yaml", 3, 1, "wrong", "better", 1, "x: 1")]
    painted = lines_text(error_lines(found, ascii_only=True, outcome="not valid"), Style(colour=True))
    assert painted.splitlines() == [
        "\x1b[1ma.yaml:3:1\x1b[0m: \x1b[31merror\x1b[0m: \x1b[1mwrong\x1b[0m",
        "\x1b[90m    3 |\x1b[0m x: 1",
        "\x1b[90m      | \x1b[0m\x1b[31m^\x1b[0m\x1b[36m better\x1b[0m",
        "",
        "\x1b[1ma.yaml\x1b[0m: \x1b[31m1 error\x1b[0m, not valid",
    ]


_HINT = st.lists(st.sampled_from(["memory", "or", "by-status"]), max_size=30).map(" ".join)


@given(st.text(max_size=300), st.integers(1, 320), st.integers(1, 320), st.booleans(), _HINT)
def test_nothing_below_the_head_is_wider_than_80_columns_or_unprintable(
    excerpt: str,
    column: int,
    width: int,
    ascii_only: bool,  # noqa: FBT001
    hint: str,
) -> None:
    line = excerpt.replace("\n", " ")
    text = errors_text([Diagnostic("f", 7, column, "m", hint, width, line)], ascii_only=ascii_only)
    block = text.rsplit("\n\n", 1)[0].split("\n")
    assert all(part.isprintable() for part in block)
    assert any("^" in part for part in block[2:3]) == bool(line.strip())
    if ascii_only:
        assert max(len(part) for part in block) <= 80


def test_an_ellipsis_of_ours_is_three_dots_in_ascii() -> None:
    found = [Diagnostic("bill.csv", 0, 0, "no bill", "line_item_… columns")]
    assert "line_item_... columns" in errors_text(found, ascii_only=True)
    assert "line_item_… columns" in errors_text(found, ascii_only=False)
