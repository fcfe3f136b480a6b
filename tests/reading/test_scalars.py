"""What a plain word is, and how messages write it: by capplan's rules, without a file around it."""

from decimal import Decimal

import pytest

from capplan.reading.scalars import Rejection, plain_value, quote, shown


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((word, None) for word in ("", "~", "null", "Null", "NULL")),
        *((word, True) for word in ("true", "True", "TRUE")),
        *((word, False) for word in ("false", "False", "FALSE")),
        *((word, word) for word in ("nULL", "tRUE", "x", "1.8 KB", "-", ".", "1.2.3", "0B", "0xG", "e5", "1e", "+-1")),
        *((word, Decimal(word)) for word in ("0", "7", "-7", "+7", "0.5", "10.50", "5.", ".5", "1e15", "1E-15", "123456789012345678")),
    ],
)  # fmt: skip
def test_a_plain_word_is_a_number_a_switch_nothing_or_text(text: str, value: object) -> None:
    found = plain_value(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(("text", "number"), [("-0", "0"), ("-0.00", "0.00"), ("10.50", "10.50"), ("-7", "-7")])
def test_digits_stay_as_they_are_and_zero_has_no_sign(text: str, number: str) -> None:
    assert str(plain_value(text)) == number


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        *((word, "false") for word in ("n", "N", "no", "No", "NO", "off", "Off", "OFF")),
        *((word, "true") for word in ("y", "Y", "yes", "Yes", "YES", "on", "On", "ON")),
        ("00", "0"),
        ("07", "7"),
        ("-07", "-7"),
        ("+012", "+12"),
        ("05.5", "5.5"),
        ("00.5", "0.5"),
        ("012.25", "12.25"),
    ],
)
def test_what_is_meant_is_written_in_the_hint(text: str, hint: str) -> None:
    found = plain_value(text)
    assert isinstance(found, Rejection)
    assert found.hint == f'write {hint}, or quote it: "{text}"'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1234567890123456789", "a number has at most 18 digits, this one has 19"),
        ("0.123456789012345678", "a number has at most 18 digits, this one has 19"),
        ("1e16", "an exponent is between -15 and 15"),
        ("1e-16", "an exponent is between -15 and 15"),
        ("1e100", "an exponent is between -15 and 15"),
        ("-.INF", "-.INF is not a finite number"),
        (".NaN", ".NaN is not a finite number"),
        ("0b1", "'0b1' is a number for some YAML readers and text for others"),
        ("-0O17", "'-0O17' is a number for some YAML readers and text for others"),
        ("1_0.5", "'1_0.5' is a number for some YAML readers and text for others"),
        ("1:30.5", "'1:30.5' is a number in base 60 for some YAML readers"),
    ],
)
def test_what_readers_disagree_about_is_rejected(text: str, message: str) -> None:
    found = plain_value(text)
    assert isinstance(found, Rejection)
    assert found.message == message


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("no", 'quote it: "no"'),
        ("it's", 'quote it: "it\'s"'),
        ('a "b"', "quote it: 'a \"b\"'"),
        ("a\\b", "quote it: 'a\\b'"),  # in double quotes \b would be one character
        ('it\'s a "b"', "quote it: 'it''s a \"b\"'"),
        ("x" * 60, f'quote it: "{"x" * 60}"'),
        ("x" * 61, "quote it"),
        ("a\nb", "quote it"),
    ],
)
def test_a_word_is_quoted_as_yaml_reads_it_back(text: str, hint: str) -> None:
    assert quote(text) == hint


DIGITS = "1234567890"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", "''"),
        (DIGITS * 6, f"'{DIGITS * 6}'"),
        (DIGITS * 6 + "x", f"'{DIGITS * 4} ... 234567890x'"),  # the first 40 and the last 10
    ],
)
def test_a_long_word_is_cut_in_the_middle(text: str, written: str) -> None:
    assert shown(text) == written
