"""A JSON text in pieces is read as Python's parser reads the whole, wherever it is cut; what is not JSON is told."""

import json
from collections.abc import Iterator
from random import Random

import pytest

from capplan.reading import json_stream
from capplan.reading.json_stream import JsonStream

DATA = {
    "name": 'a "quoted" \\ text, with \u00e9, \U0001f600 and a } in it',
    "number": -12.5e3,
    "whole": 1234567890,
    "nothing": None,
    "yes": True,
    "empty": {},
    "list": [1, [2, {"three": [4]}], "five"],
    "map": {"a": {"b": 1}, "c": {"d": [2, 3]}, "e": {}},
}


def pieces(text: str, sizes: Random, longest: int) -> Iterator[str]:
    at = 0
    while at < len(text):
        size = sizes.randint(1, longest)
        yield text[at : at + size]
        at += size


def read(stream: JsonStream) -> dict[str, object]:
    """The object, with its member `map` read a member at a time too."""
    out: dict[str, object] = {}
    for key in stream.members():
        out[key] = {name: stream.value() for name in stream.members()} if key == "map" else stream.value()
    stream.end()
    return out


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("longest", [1, 3, 17, 1000])
def test_pieces_of_any_size_make_the_whole(longest: int, indent: int | None) -> None:
    text = json.dumps(DATA, indent=indent) + "\n "
    for seed in range(20):
        assert read(JsonStream(pieces(text, Random(seed), longest))) == DATA  # noqa: S311  where a text is cut, no secret


def test_a_number_goes_on_in_the_next_piece() -> None:
    stream = JsonStream(iter(["12", "34", ".5"]))
    assert stream.value() == 1234.5
    stream.end()


def test_every_cut_is_told() -> None:
    text = json.dumps(DATA)
    for end in range(len(text)):
        with pytest.raises(ValueError, match="not JSON"):
            read(JsonStream(iter([text[:end]])))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected {, found the end of the file"),
        ("[]", "expected {, found '\\['"),
        ('{"a": 1} x', "'x' after its end"),
        ('{"a" 1}', "expected :, found '1'"),
        ("{1: 2}", "a key is no text"),
        ('{"a": 1,}', "not JSON"),
        ('{"a": {"b": 1, "b": 2}}', "duplicate key 'b'"),
        ('{"a": ' + "[" * 100_000, "nested too deep"),
        ('{"a": ' + "9" * 5000 + "}", "digits"),
    ],
)
def test_what_is_not_json(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read(JsonStream(iter([text])))


def test_a_value_that_is_too_long_to_be_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "MAX_VALUE_CHARACTERS", 100)
    with pytest.raises(ValueError, match="a value has more than 100 characters"):
        read(JsonStream(iter(['{"a": "', *["x" * 10] * 100])))
