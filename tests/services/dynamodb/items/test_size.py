"""The size of an item by AWS's rules, row by row."""

from typing import Any

import pytest

from capplan.services.dynamodb.items.size import item_bytes, number_bytes, same_value


@pytest.mark.parametrize(
    ("number", "size", "working"),
    [
        ("0", 1, "zero is one byte"),
        ("-0", 1, "and so is minus zero"),
        ("100.5", 4, "1 + 100 in two pairs + 5 in one"),
        ("120", 2, "the last zero is not significant: 1 + 12"),
        ("1.005", 4, "1 + 1 in one pair + 005 in two"),
        ("0.0000001", 2, "leading zeros are free"),
        ("1E-100", 2, "as its expanded value"),
        ("-42", 3, "1 + 42 + the sign"),
        ("12345678901234567890123456789012345678", 20, "1 + 38 digits in 19 pairs"),
    ],
)
def test_a_number_costs_a_byte_and_one_for_each_pair_of_digits(number: str, size: int, working: str) -> None:
    assert number_bytes(number) == size, working


@pytest.mark.parametrize(
    ("item", "size", "working"),
    [
        ({"k": {"S": ""}}, 1, "the name alone"),
        ({"caféName": {"S": "Mocca"}}, 14, "UTF-8: 9 + 5"),
        ({"k": {"M": {}}}, 4, "1 + 3"),
        ({"k": {"L": [{"S": "aa"}, {"BOOL": True}]}}, 9, "1 + 3 + (1 + 2) + (1 + 1)"),
        ({"k": {"M": {"ab": {"S": "x"}}}}, 8, "1 + 3 + 1 + 2 + 1"),
        ({"k": {"SS": ["a", "bc"]}}, 4, "sets add nothing: 1 + 1 + 2"),
        ({"k": {"B": "AQI="}}, 3, "raw bytes, not base64: 1 + 2"),
    ],
)
def test_an_item_is_its_names_and_values(item: dict[str, Any], size: int, working: str) -> None:
    assert item_bytes(item) == size, working


def test_an_unknown_type_is_an_error() -> None:
    with pytest.raises(ValueError, match="is not a DynamoDB type"):
        item_bytes({"k": {"X": "1"}})


def test_values_compare_as_dynamodb_does() -> None:
    assert same_value({"N": "1.0"}, {"N": "1"})
    assert same_value({"SS": ["a", "b"]}, {"SS": ["b", "a"]})
    assert same_value({"M": {"a": {"N": "1"}, "b": {"S": ""}}}, {"M": {"b": {"S": ""}, "a": {"N": "1.00"}}})
    assert not same_value({"L": [{"S": "a"}, {"S": "b"}]}, {"L": [{"S": "b"}, {"S": "a"}]})
    assert not same_value({"S": "1"}, {"N": "1"})
    assert not same_value(None, {"S": "1"})
