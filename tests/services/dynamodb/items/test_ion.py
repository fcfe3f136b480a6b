"""Items of an export in Ion: the same typed attributes, and the same size, as in DynamoDB JSON."""

import base64
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capplan.services.dynamodb.items.ion import IonError, ion_item
from capplan.services.dynamodb.items.size import item_bytes

BOOK = (
    '$ion_1_0 {Item:{Authors:$dynamodb_SS::["Author1","Author2"],Dimensions:"8.5 x 11.0 x 1.5",ISBN:"333-3333333333",'
    'Id:103.,InPublication:false,PageCount:6d2,Price:2d3,ProductCategory:"Book",Title:"Book 103 Title"}}'
)
"""The item of the guide's page, on one line as in a file."""


def test_the_item_of_the_guide() -> None:
    item = ion_item(BOOK)
    assert item["Authors"] == {"SS": ["Author1", "Author2"]}
    assert item["InPublication"] == {"BOOL": False}
    assert {name: Decimal(item[name]["N"]) for name in ("Id", "PageCount", "Price")} == {
        "Id": 103, "PageCount": 600, "Price": 2000,
    }  # fmt: skip
    # Authors 7 + 14, Dimensions 10 + 16, ISBN 4 + 14, Id 2 + 3 (103: two pairs and one), InPublication 13 + 1,
    # PageCount 9 + 2, Price 5 + 2, ProductCategory 15 + 4, Title 5 + 14
    assert item_bytes(item) == 21 + 26 + 18 + 5 + 14 + 11 + 7 + 19 + 19


def _ion(typed: dict[str, Any]) -> str:  # noqa: PLR0911  one return a type
    """A typed value in Ion, as DynamoDB maps it."""
    ((kind, value),) = typed.items()
    match kind:
        case "S":
            return str(json.dumps(value))
        case "N":
            number = str(value)
            return number.replace("E", "d") if "E" in number or "." in number else f"{number}."
        case "B":
            return f"{{{{{value}}}}}"
        case "BOOL":
            return str(value).lower()
        case "NULL":
            return "null"
        case "SS" | "NS" | "BS":
            return f"$dynamodb_{kind}::[" + ",".join(_ion({kind[0]: member}) for member in value) + "]"
        case "L":
            return "[" + ",".join(map(_ion, value)) + "]"
        case _:
            return "{" + ",".join(f"'{name}':{_ion(inner)}" for name, inner in value.items()) + "}"


_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0xD7FF), max_size=8)
_NAME = st.text("abcXYZ_ é0", min_size=1, max_size=6)
_NUMBER = st.decimals(-(10**9), 10**9, places=3, allow_nan=False).map(lambda n: str(n.normalize()))
_BYTES = st.binary(max_size=6).map(lambda raw: base64.b64encode(raw).decode())
_SCALAR = st.one_of(
    st.fixed_dictionaries({"S": _TEXT}), st.fixed_dictionaries({"N": _NUMBER}), st.fixed_dictionaries({"B": _BYTES}),
    st.fixed_dictionaries({"BOOL": st.booleans()}), st.just({"NULL": True}),
    st.fixed_dictionaries({"SS": st.lists(_TEXT, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"NS": st.lists(_NUMBER, min_size=1, max_size=3)}),
)  # fmt: skip
_VALUE = st.recursive(
    _SCALAR,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"L": st.lists(inner, max_size=3)}),
        st.fixed_dictionaries({"M": st.dictionaries(_NAME, inner, max_size=3)}),
    ),
    max_leaves=6,
)


@given(st.dictionaries(_NAME, _VALUE, min_size=1, max_size=4))
def test_an_item_is_as_large_in_ion_as_in_json(item: dict[str, dict[str, Any]]) -> None:
    line = "$ion_1_0 {Item:{" + ",".join(f"'{name}':{_ion(value)}" for name, value in item.items()) + "}}"
    assert item_bytes(ion_item(line)) == item_bytes(item)


@pytest.mark.parametrize(
    "line",
    [
        "$ion_1_0 {Item:{Id:103.", "$ion_1_0 {Item:{Id:103.}} x", "$ion_1_0 {Other:{}}", "$ion_1_0 {Item:[]}", "",
        "$ion_1_0 {Item:{a:$dynamodb_SS::[1.]}}", "$ion_1_0 {Item:{a:$other::[1.]}}", "$ion_1_0 {Item:{a:1x}}",
        "$ion_1_0 {Item:{a b:1.}}", "$ion_1_0 {Item:{a:{{A}}}}", "$ion_1_0 {Item:{a:nan}}", '$ion_1_0 {Item:{a:"x}}',
        "$ion_1_0 {Item:{a:[1. 2.]}}", "$ion_1_0 {Item:" + "[" * 100, '$ion_1_0 {Item:{a:"\\UFFFFFFFF"}}',
    ],
)  # fmt: skip
def test_what_is_no_item_is_an_error(line: str) -> None:
    with pytest.raises(IonError):
        ion_item(line)
