"""What is read, what is refused and how, and where it all stands."""

import gc
from collections.abc import Iterator
from decimal import Decimal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.limits import MAX_BYTES, MAX_ERRORS, MAX_LEVELS, MAX_VALUES
from capplan.reading.yaml_reader import Document, Mark, decode, read_leniently, read_yaml
from capplan.report.views.errors import errors_text
from tests.helpers import SCENARIOS

A_NUMBER = "is a number for some YAML readers and text for others"
A_SWITCH = "is true or false for some YAML readers and text for others"
AN_EXPONENT = "an exponent is between -15 and 15"
SMALLER = "write a smaller number, or, if it is a name, quote it"


def diagnostics(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(CapplanError) as caught:
        read_yaml(text, "s.yaml")
    return caught.value.diagnostics


def blocks(text: str) -> str:
    """The errors as they are printed, without the line that counts them."""
    return errors_text(diagnostics(text), ascii_only=True).rsplit("\n\n", 1)[0]


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: 60/s", {"a": "60/s"}),
        ("a: 1.8 KB", {"a": "1.8 KB"}),
        ("a: cron(0 3 * * ? *)", {"a": "cron(0 3 * * ? *)"}),
        ("a: cron(0 8,20 * * ? *)", {"a": "cron(0 8,20 * * ? *)"}),
        ("a: 20%", {"a": "20%"}),
        ("a: 3x", {"a": "3x"}),
        ("a: 2026-11-24", {"a": "2026-11-24"}),
        ("a: day 12 10:00", {"a": "day 12 10:00"}),
        ("a: 1.2.3", {"a": "1.2.3"}),
        ("a: 0B", {"a": "0B"}),
        ("a: [-, +, ., .., -x]", {"a": ["-", "+", ".", "..", "-x"]}),
        ("a: 5.0", {"a": Decimal("5.0")}),
        (
            "a: [0, -0, +3, .5, 5., 1e3, -2.5E-3]",
            {"a": [Decimal(n) for n in ("0", "0", "3", ".5", "5", "1e3", "-2.5e-3")]},
        ),
        ("a: [true, False, null, ~, nULL]", {"a": [True, False, None, None, "nULL"]}),
        ("a:\nb: 1", {"a": None, "b": Decimal(1)}),
        ("{on: a, no: b, 12: c, 0x1F: d}", {"on": "a", "no": "b", "12": "c", "0x1F": "d"}),
        ("{.nan: a, 12:30: b}", {".nan": "a", "12:30": "b"}),
        ('a: ["no", \'20:00\', "0x1F", "", "<<"]', {"a": ["no", "20:00", "0x1F", "", "<<"]}),
        ("a: |\n  1\n  2\n", {"a": "1\n2\n"}),
        ('{"<<": 1, "": 2}', {"<<": Decimal(1), "": Decimal(2)}),
        ("\ufeffa: é\r\nb: 日本", {"a": "é", "b": "日本"}),
        ("---\na: x\n...\n# the end\n", {"a": "x"}),
    ],
)
def test_plain_words_are_text_unless_every_yaml_reader_agrees(text: str, data: object) -> None:
    assert read_yaml(text, "s.yaml").data == data


def test_a_number_keeps_its_digits() -> None:
    assert str(read_yaml("a: 5.0", "s.yaml").data) == "{'a': Decimal('5.0')}"


def test_zero_has_no_sign() -> None:
    assert str(read_yaml("[-0.0]", "s.yaml").data) == "[Decimal('0.0')]"


DIGITS = "123456789012345678"


@pytest.mark.parametrize(
    ("word", "message", "hint"),
    [
        (".nan", ".nan is not a finite number", 'write a number, or quote it: ".nan"'),
        ("-.inf", "-.inf is not a finite number", 'write a number, or quote it: "-.inf"'),
        ("0x1F", "'0x1F' " + A_NUMBER, 'write it in decimal, or quote it: "0x1F"'),
        ("0o17", "'0o17' " + A_NUMBER, 'write it in decimal, or quote it: "0o17"'),
        ("007", "007 begins with 0: octal for some YAML readers, decimal for others", 'write 7, or quote it: "007"'),
        (
            "-00.5",
            "-00.5 begins with 0: octal for some YAML readers, decimal for others",
            'write -0.5, or quote it: "-00.5"',
        ),
        ("no", "no " + A_SWITCH, 'write false, or quote it: "no"'),
        ("Y", "Y " + A_SWITCH, 'write true, or quote it: "Y"'),
        ("ON", "ON " + A_SWITCH, 'write true, or quote it: "ON"'),
        ("20:00", "'20:00' is a number in base 60 for some YAML readers", 'quote it: "20:00"'),
        ("+09:00", "'+09:00' is a number in base 60 for some YAML readers", 'quote it: "+09:00"'),
        ("1_000", "'1_000' " + A_NUMBER, "write it without '_', or quote it: \"1_000\""),
        (
            DIGITS + "9",
            "a number has at most 18 digits, this one has 19",
            f'round it, or, if it is a name, quote it: "{DIGITS}9"',
        ),
        ("1e16", AN_EXPONENT, SMALLER + ': "1e16"'),
        ("1e-16", AN_EXPONENT, SMALLER + ': "1e-16"'),
        ("1e" + "9" * 5000, AN_EXPONENT, SMALLER),
    ],
)
def test_words_that_yaml_readers_disagree_about_are_refused(word: str, message: str, hint: str) -> None:
    (found,) = diagnostics(f"a: {word}")
    assert (found.line, found.column, found.width, found.message, found.hint) == (1, 4, len(word), message, hint)


@pytest.mark.parametrize("word", [DIGITS, "0." + DIGITS[1:], "1e15", "1e-15", "1e+0015"])
def test_the_largest_numbers_are_read(word: str) -> None:
    assert read_yaml(f"[{word}]", "s.yaml").data == [Decimal(word)]


@pytest.mark.parametrize(
    ("text", "block"),
    [
        (
            "nightly: {schedule: cron(0 8,20 * * ? *)}",
            (
                "s.yaml:1:30: error: '20 * * ? *)' has no value: inside { } a comma ends the value before it\n"
                "    1 | nightly: {schedule: cron(0 8,20 * * ? *)}\n"
                "      |                              ^^^^^^^^^^^\n"
                '      |   quote it: "cron(0 8,20 * * ? *)", or put it on its own line'
            ),
        ),
        (
            "at: {when: cron(0 8,12,12 * * ? *), write: 5}",
            (
                "s.yaml:1:21: error: '12' has no value: inside { } a comma ends the value before it\n"
                "    1 | at: {when: cron(0 8,12,12 * * ? *), write: 5}\n"
                '      |                     ^^^^^^^^^^^^^^ quote it: "cron(0 8,12,12 * * ? *)",\n'
                "      |                                    or put it on its own line"
            ),
        ),
        (
            "{put: orders, stock}",
            (
                "s.yaml:1:15: error: 'stock' has no value: inside { } a comma ends the value before it\n"
                "    1 | {put: orders, stock}\n"
                "      |               ^^^^^ write stock: and a value; if the comma belongs to\n"
                '      |                     the value, quote it: "orders, stock", or put it on\n'
                "      |                     its own line"
            ),
        ),
        (
            "project: {total, updated_at}",
            (
                "s.yaml:1:11: error: 'total' has no value\n"
                "    1 | project: {total, updated_at}\n"
                "      |           ^^^^^^^^^^^^^^^^^ write total: and a value; a list is written\n"
                "      |                             [a, b]"
            ),
        ),
        (
            "a: [cron(0 8,20 * * ? *), b]",
            (
                "s.yaml:1:5: error: 'cron(0 8' has no ')': inside [ ] a comma ends a value\n"
                "    1 | a: [cron(0 8,20 * * ? *), b]\n"
                "      |     ^^^^^^^^ quote it, or put it on its own line"
            ),
        ),
        (
            "gates:\n  - a\nx: 1\ngates: 2\nx: {y: 1, y: 2}",
            (
                "s.yaml:4:1: error: duplicate key 'gates'\n"
                "    4 | gates: 2\n"
                "      | ^^^^^ first on line 1, column 1\n"
                "\n"
                "s.yaml:5:1: error: duplicate key 'x'\n"
                "    5 | x: {y: 1, y: 2}\n"
                "      | ^ first on line 3, column 1\n"
                "\n"
                "s.yaml:5:11: error: duplicate key 'y'\n"
                "    5 | x: {y: 1, y: 2}\n"
                "      |           ^ first on line 5, column 5"
            ),
        ),
        (
            "a: &x 1\nb: *x\nc: !Ref d\n<<: {e: 1}",
            (
                "s.yaml:1:4: error: anchors are not supported: &x\n"
                "    1 | a: &x 1\n"
                "      |    ^^^^ write the value where it is needed, or under defaults: if\n"
                "      |         resources share it\n"
                "\n"
                "s.yaml:2:4: error: aliases are not supported: *x\n"
                "    2 | b: *x\n"
                '      |    ^^ write the value itself, or quote it: "*x"\n'
                "\n"
                "s.yaml:3:4: error: tags are not supported: !Ref\n"
                "    3 | c: !Ref d\n"
                "      |    ^^^^^^ write the value without the tag, or quote all of it\n"
                "\n"
                "s.yaml:4:1: error: merge keys are not supported: <<\n"
                "    4 | <<: {e: 1}\n"
                "      | ^^ write the keys where they are needed"
            ),
        ),
        (
            "a: !Ref d",
            (
                "s.yaml:1:4: error: tags are not supported: !Ref\n"
                "    1 | a: !Ref d\n"
                "      |    ^^^^^^ write the value without the tag, or quote all of it"
            ),
        ),
        (
            "a: !m {b: 1}\nc: &x [d]",
            (
                "s.yaml:1:4: error: tags are not supported: !m\n"
                "    1 | a: !m {b: 1}\n"
                "      |    ^^^^ write the value without the tag, or quote all of it\n"
                "\n"
                "s.yaml:2:4: error: anchors are not supported: &x\n"
                "    2 | c: &x [d]\n"
                "      |    ^^^^ write the value where it is needed, or under defaults: if\n"
                "      |         resources share it"
            ),
        ),
        (
            "a: no\nb: [1, 2\nc: 3",
            (
                "s.yaml:1:4: error: no is true or false for some YAML readers and text for others\n"
                "    1 | a: no\n"
                '      |    ^^ write false, or quote it: "no"\n'
                "\n"
                "s.yaml:3:2: error: expected ',' or ']'\n"
                "    3 | c: 3\n"
                "      |  ^ the [ of line 2 is still open; quote a value that begins with { or [\n"
                "      |    if it is meant as text"
            ),
        ),
        (
            "a:\n\tb: 1",
            "s.yaml:2:1: error: a tab where the line is indented\n    2 |  b: 1\n      | ^ indent with spaces",
        ),
        (
            "a: b: c",
            ("s.yaml:1:5: error: unexpected ':'\n    1 | a: b: c\n      |     ^ quote a value that has ': ' in it"),
        ),
        (
            "a:1\nb: 2",
            "s.yaml:2:2: error: unexpected ':'\n    2 | b: 2\n      |  ^ put a blank behind the ':' of a:",
        ),
        (
            "a: 1\n  b: 2",
            (
                "s.yaml:2:4: error: unexpected ':'\n"
                "    2 |   b: 2\n"
                "      |    ^ the keys of a mapping begin in the same column"
            ),
        ),
        (
            'a: "abc\nb: 1\n',
            (
                "s.yaml:1:4: error: this quote is not closed\n"
                '    1 | a: "abc\n'
                "      |    ^ close it, or use the other kind of quote"
            ),
        ),
        (
            "a: 1\nb\nc: 2",
            "s.yaml:2:1: error: expected 'key: value'\n    2 | b\n      | ^ put ': ' and a value after it",
        ),
        ("a: %x", "s.yaml:1:4: error: a value cannot begin with %\n    1 | a: %x\n      |    ^ quote it"),
        (
            "a: {{ x }}",
            (
                "s.yaml:1:5: error: a key must be one word\n"
                "    1 | a: {{ x }}\n"
                "      |     ^ variables and templates are not filled in: write the value, and\n"
                "      |       change it for one run with --set PATH=VALUE"
            ),
        ),
        (
            "a: 1\n---\nb: 2",
            "s.yaml:2:1: error: a second document begins\n    2 | ---\n      | ^ a file has one document",
        ),
        (
            "# x\n%TAG ! y\n---\na: 1",
            (
                "s.yaml:2:1: error: directives such as %YAML are not supported\n"
                "    2 | %TAG ! y\n"
                "      | ^^^^^^^^ delete this line"
            ),
        ),
        ("", "s.yaml:1:1: error: the file is empty\n        begin with: capplan: 1"),
        ("# x\n---\n", "s.yaml:1:1: error: the file is empty\n    1 | # x\n      | ^ begin with: capplan: 1"),
        (
            "a: \x1b[31m\nb: \u202ex\n",
            (
                "s.yaml:1:4: error: invisible character U+001B\n"
                "    1 | a: \\u001b[31m\n"
                "      |    ^^^^^^ delete it; in double quotes it can be written as an escape\n"
                "\n"
                "s.yaml:2:4: error: invisible character U+202E\n"
                "    2 | b: \\u202ex\n"
                "      |    ^^^^^^ delete it; in double quotes it can be written as an escape"
            ),
        ),
        ("?\n: 1", "s.yaml:1:2: error: expected a key before ':'\n    1 | ?\n      |  ^ write a key"),
    ],
)
def test_a_wrong_file_says_where_what_and_what_to_write(text: str, block: str) -> None:
    assert blocks(text) == block


def test_a_key_without_value_is_nothing_in_block_style_only() -> None:
    assert read_yaml("a:\nb:\n  -\n", "s.yaml").data == {"a": None, "b": [None]}
    assert [m.message for m in diagnostics("{a: , b: 1}")] == ["'a' has no value"]


@pytest.mark.parametrize(("levels", "reads"), [(MAX_LEVELS, True), (MAX_LEVELS + 1, False)])
@pytest.mark.parametrize("form", ["[{0}]", "{{a: {0}}}"])
def test_32_levels_are_read(form: str, levels: int, reads: bool) -> None:  # noqa: FBT001
    text = "x"
    for _ in range(levels):
        text = form.format(text)
    if reads:
        assert read_yaml(text, "s.yaml").data
    else:
        assert [m.message for m in diagnostics(text)] == ["nested deeper than 32 levels"]


@pytest.mark.parametrize(
    ("opening", "message"),
    [
        ("[", "nested deeper than 32 levels"),
        ("{", "nested deeper than 32 levels"),
        ("- ", "nested deeper than 32 levels"),
        ("? ", "a key must be one word"),
        ("{a: [", "nested deeper than 32 levels"),
    ],
)
def test_any_depth_of_nesting_is_refused_and_does_no_harm(opening: str, message: str) -> None:
    assert [m.message for m in diagnostics(opening * 25_000)] == [message]


def test_100_000_values_are_read() -> None:
    def text(count: int) -> str:
        return "\n".join("- x" for _ in range(count - 1))  # the list is a value too

    assert isinstance(read_yaml(text(MAX_VALUES), "s.yaml").data, list)
    assert [m.message for m in diagnostics(text(MAX_VALUES + 1))] == ["more than 100,000 values"]


def test_one_mebibyte_is_read_by_bytes_not_characters() -> None:
    assert read_yaml("a: " + "x" * (MAX_BYTES - 3), "s.yaml").data
    assert read_yaml("a: x" + "é" * (MAX_BYTES // 2 - 2), "s.yaml").data
    for text in ("a: " + "x" * (MAX_BYTES - 2), "a: " + "é" * (MAX_BYTES // 2)):
        (found,) = diagnostics(text)
        assert found.message.startswith("the file has 1,048,5")
        assert (found.line, found.column) == (0, 0)


def test_bytes_are_counted_before_they_are_text() -> None:
    assert decode(b"abc", "s.yaml", 3) == "abc"
    with pytest.raises(CapplanError) as caught:
        decode(b"abc\xff", "s.yaml", 3)
    assert [m.message for m in caught.value.diagnostics] == ["the file has 4 bytes; at most 3 are read"]


@pytest.mark.parametrize("is_on", [True, False])
def test_reading_leaves_the_garbage_collection_as_it_was(is_on: bool) -> None:  # noqa: FBT001
    was_on = gc.isenabled()
    (gc.enable if is_on else gc.disable)()
    try:
        read_yaml("a: 1", "s.yaml")
        assert gc.isenabled() is is_on
    finally:
        (gc.enable if was_on else gc.disable)()


def test_50_mb_are_refused_before_they_are_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "CLoader", None)
    assert diagnostics("a" * 50_000_000)[0].message == "the file has 50,000,000 bytes; at most 1,048,576 are read"


def test_an_alias_bomb_stays_small() -> None:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 9)]
    found = diagnostics("\n".join(["l0: &l0 [x]", *levels]))
    assert len(found) == 81
    assert found[0].message == "anchors are not supported: &l0"


@pytest.mark.parametrize(
    ("count", "last"), [(99, "no is true"), (100, "more errors follow"), (90_000, "more errors follow")]
)
def test_a_hundred_errors_are_enough(count: int, last: str) -> None:
    found = diagnostics("- no\n" * count)
    assert len(found) == min(count, MAX_ERRORS)
    assert found[-1].message.startswith(last)


def test_thousands_of_directives_are_not_given_to_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "CLoader", None)
    assert len(diagnostics("".join(f"%TAG !{n}! a\n" for n in range(60_000)))) == 1


def test_directives_behind_the_document_are_not_given_to_the_parser() -> None:
    found = diagnostics("a: 1\n...\n" + "".join(f"%TAG !{n}! a\n" for n in range(50_000)))
    assert [(m.line, m.message) for m in found] == [(3, "directives such as %YAML are not supported")]


def test_without_the_c_parser_a_file_is_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every shipped scenario: the same data, and every key and value in the same place."""
    for path in sorted(SCENARIOS.glob("*/scenario.yaml")):
        text = path.read_text()
        with_it = read_yaml(text, "s.yaml")
        monkeypatch.setattr(yaml, "__with_libyaml__", False)
        without = read_yaml(text, "s.yaml")
        monkeypatch.setattr(yaml, "__with_libyaml__", True)
        assert without.data == with_it.data
        assert list(places(without.mark)) == list(places(with_it.mark))


def places(mark: Mark) -> Iterator[tuple[object, ...]]:
    """Where every value is, how it is written, and a scalar's text."""
    yield (mark.line, mark.column, mark.style, mark.text)
    for key in (mark.keys or {}).values():
        yield (key.line, key.column, key.end, key.text)
    inside = mark.items
    for item in inside.values() if isinstance(inside, dict) else inside or ():
        yield from places(item)


@pytest.mark.parametrize(
    ("text", "block"),
    [
        (
            "a: {schedule: cron(0 8 ? * MON-FRI *)}",
            (
                "s.yaml:1:24: error: a '?' ends a value in { } or [ ] for this PyYAML, which was built without its C parser\n"
                "    1 | a: {schedule: cron(0 8 ? * MON-FRI *)}\n"
                '      |                        ^ quote it: "cron(0 8 ? * MON-FRI *)"'
            ),
        ),
        (
            "a: [x?y]",
            (
                "s.yaml:1:6: error: a '?' ends a value in { } or [ ] for this PyYAML, which was built without its C parser\n"
                "    1 | a: [x?y]\n"
                "      |      ^ quote the value, or put it on its own line"
            ),
        ),
        (
            "b:2\nc: 3",
            "s.yaml:2:2: error: unexpected ':'\n    2 | c: 3\n      |  ^ put a blank behind the ':' of b:",
        ),
        (
            "a:\n  b: 1\n c: 2",
            (
                "s.yaml:3:2: error: expected a key\n"
                "    3 |  c: 2\n"
                "      |  ^ the keys of a mapping begin in the same column; nothing follows a\n"
                "      |    value that is quoted or closed"
            ),
        ),
    ],
)
def test_without_the_c_parser_errors_are_the_same_but_for_a_question_mark(
    text: str, block: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert blocks(text) == block


@pytest.mark.parametrize(
    ("raw", "line", "column", "message"),
    [
        (b"a: 1\nb: \xe9t\xe9", 2, 4, "byte 0xe9 is not UTF-8"),
        ("a: 1".encode("utf-16"), 1, 1, "byte 0xff is not UTF-8"),
        (b"a: \xed\xa0\x80", 1, 4, "byte 0xed is not UTF-8"),
    ],
)
def test_bytes_that_are_not_utf8_are_pointed_at(raw: bytes, line: int, column: int, message: str) -> None:
    with pytest.raises(CapplanError) as caught:
        read_yaml(decode(raw, "s.yaml"), "s.yaml")
    (found,) = caught.value.diagnostics
    assert (found.line, found.column, found.message, found.hint) == (line, column, message, "save the file as UTF-8")


DOCUMENT = """\
tables:
  orders:
    size: 1.8 KB   # measured
    capacity: {mode: on-demand, write: [1, "2"]}
    note: >
      two
      lines
gates:
  - cost <= 1 USD
  - {warn: x}
"""


@pytest.mark.parametrize(
    ("path", "key", "line", "column", "width", "text", "style"),
    [
        ((), False, 1, 1, 1, "", "block"),
        (("tables",), False, 2, 3, 1, "", "block"),
        (("tables",), True, 1, 1, 6, "tables", "plain"),
        (("tables", "orders", "size"), False, 3, 11, 6, "1.8 KB", "plain"),
        (("tables", "orders", "size"), True, 3, 5, 4, "size", "plain"),
        (("tables", "orders", "capacity"), False, 4, 15, 34, "", "flow"),
        (("tables", "orders", "capacity", "write", 1), False, 4, 44, 3, "2", "quoted"),
        (("tables", "orders", "note"), False, 5, 11, 1, "two lines\n", "quoted"),
        (("tables", "orders", "missing", "below"), False, 3, 5, 1, "", "block"),
        (("tables", "orders", "missing"), True, 2, 3, 6, "orders", "plain"),
        (("gates", 0), False, 9, 5, 13, "cost <= 1 USD", "plain"),
        (("gates", 7), False, 9, 3, 1, "", "block"),
        (("gates", "x"), False, 9, 3, 1, "", "block"),
        (("tables", 0), False, 2, 3, 1, "", "block"),
    ],
)
def test_every_key_and_value_is_located(
    path: tuple[str | int, ...],
    key: bool,  # noqa: FBT001
    line: int,
    column: int,
    width: int,
    text: str,
    style: str,
) -> None:
    mark = read_yaml(DOCUMENT, "s.yaml").locate(path, key=key)
    assert (mark.line, mark.column, mark.width, mark.text, mark.style) == (line, column, width, text, style)


def test_marks_mirror_the_data() -> None:
    root = read_yaml(DOCUMENT, "s.yaml").mark
    assert isinstance(root.items, dict)
    assert root.keys is not None
    assert [*root.items] == [*root.keys] == ["tables", "gates"]
    gates = root.items["gates"]
    assert gates.keys is None
    assert isinstance(gates.items, list)
    assert [(m.line, m.end) for m in gates.items] == [(9, (9, 18)), (10, (10, 14))]


@pytest.mark.parametrize(
    ("path", "key", "line", "column", "width"),
    [
        (("tables", "orders"), False, 2, 3, 6),  # a block is pointed at by its key
        (("tables", "orders", "missing"), False, 2, 3, 6),
        (("tables", "orders", "capacity"), False, 4, 15, 34),
        (("tables", "orders", "capacity"), True, 4, 5, 8),
        (("tables", "orders", "note"), False, 5, 11, 1),
    ],
)
def test_an_error_quotes_its_line(path: tuple[str, ...], key: bool, line: int, column: int, width: int) -> None:  # noqa: FBT001
    found = read_yaml(DOCUMENT, "s.yaml").diagnostic(path, "wrong", "better", key=key)
    expected = Diagnostic("s.yaml", line, column, "wrong", "better", width, DOCUMENT.splitlines()[line - 1])
    assert found == expected


_PIECES = ("\n  ", ": ", "- ", "<<", "cron(0 8,9)", "---\n")
_YAML_BITS = st.lists(
    st.sampled_from([*"ab:,[]{}-?&*!|>'\"%@`# \n\t\r0159._e+~yé\x00\ud800\u2028", *_PIECES]),
    max_size=40,
).map("".join)


@settings(max_examples=400)
@given(st.one_of(st.binary(max_size=80), st.text(max_size=60).map(lambda t: t.encode("utf-8", "surrogatepass"))))
def test_any_bytes_are_a_document_or_errors(raw: bytes) -> None:
    try:
        document: Document | None = read_yaml(decode(raw, "s.yaml"), "s.yaml")
    except CapplanError as error:
        shown = errors_text(error.diagnostics, ascii_only=True)
        document = None
    else:
        shown = ""
    assert shown.isascii()
    assert (shown != "") != isinstance(document, Document)


@settings(max_examples=600)
@given(_YAML_BITS)
def test_anything_like_yaml_is_a_document_or_errors_within_the_file(text: str) -> None:
    try:
        found = read_yaml(text, "s.yaml").diagnostic((), "right")
        all_found: tuple[Diagnostic, ...] = (found,)
    except CapplanError as error:
        all_found = error.diagnostics
    assert all_found
    for found in all_found:
        assert 1 <= found.line <= text.count("\n") + text.count("\r") + 1
        assert 1 <= found.column <= len(found.excerpt) + 1
        assert found.width >= 1
    errors_text(all_found, ascii_only=False)


_WORD = st.text("abc: #é'\"\\-[]{},&*!%", max_size=12)
_KEY = st.text("abxy<:-", max_size=4)
_PLAIN = st.recursive(
    st.one_of(st.booleans(), st.none(), st.integers(-(10**17), 10**17), _WORD),
    lambda below: st.one_of(st.lists(below, max_size=4), st.dictionaries(_KEY, below, max_size=4)),
    max_leaves=20,
)


@settings(max_examples=200)
@given(_PLAIN, st.booleans())
def test_what_pyyaml_writes_is_read_back(data: object, flow: bool) -> None:  # noqa: FBT001
    text = yaml.safe_dump({"x": data}, default_flow_style=flow, allow_unicode=True, sort_keys=False)
    if "&id" not in text:  # equal empty containers get anchors
        assert read_yaml(text, "s.yaml").data == {"x": data}


@pytest.mark.parametrize(
    ("text", "stopped"),
    [
        ("a: 1\nb: [1, 2\n", True),
        ("a: 1\na: 2\n", False),
        ("a: 1\n", False),
        ("a: \x1b\n", False),  # the parser was not asked
        ("x" * (MAX_BYTES + 1), False),
    ],
)
def test_whether_the_parser_stopped_is_told(text: str, stopped: bool) -> None:  # noqa: FBT001
    assert read_leniently(text, "f.yaml")[2] is stopped
