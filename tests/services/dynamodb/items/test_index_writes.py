"""Units that one change of an item takes of an index, row by row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capplan.services.dynamodb.items.index_writes import IndexShape, index_units
from capplan.services.dynamodb.items.size import Item

KEY = ("pk",)
BY_STATUS = IndexShape(("status",), ("total",))
KEYS_ONLY = IndexShape(("status", "day"), "keys-only")


def _item(**attributes: object) -> dict[str, dict[str, object]]:
    return {name: {"N" if isinstance(value, int) else "S": str(value)} for name, value in attributes.items()}


@pytest.mark.parametrize(
    ("before", "after", "units_wanted", "working"),
    [
        (None, _item(pk="a", status="open"), 1, "an entry appears"),
        (_item(pk="a", status="open"), None, 1, "it disappears"),
        (_item(pk="a", status="open"), _item(pk="a"), 1, "its key is taken away"),
        (_item(pk="a", status="open"), _item(pk="a", status="paid"), 2, "its key moves: out and in"),
        (_item(pk="a", status="open", total=1), _item(pk="a", status="open", total=2), 1, "a projected attribute"),
        (_item(pk="a", status="open", x=1), _item(pk="a", status="open", x=2), 0, "one it does not hold"),
        (_item(pk="a"), _item(pk="a", x=1), 0, "no entry before or after"),
        (
            _item(pk="a", status="open", total=1500 * "x"),
            _item(pk="a", status="paid"),
            3,
            "2 out, 1 in: each rounded alone",
        ),
    ],
)
def test_each_change_costs_an_index(before: Item | None, after: Item | None, units_wanted: int, working: str) -> None:
    assert index_units(before, after, BY_STATUS, KEY) == units_wanted, working


def test_every_attribute_of_a_key_must_be_there() -> None:
    assert index_units(None, _item(pk="a", status="open"), KEYS_ONLY, KEY) == 0
    assert index_units(None, _item(pk="a", status="open", day="d1"), KEYS_ONLY, KEY) == 1


values = st.one_of(st.integers(0, 3000).map(lambda n: {"S": n * "x"}), st.integers(-9, 9).map(lambda n: {"N": str(n)}))
items = st.none() | st.fixed_dictionaries(
    {"pk": st.just({"S": "a"})}, optional=dict.fromkeys(("status", "total", "x", "day"), values)
)


@given(items, items, st.sampled_from((BY_STATUS, KEYS_ONLY, IndexShape(("status",), "all"))))
def test_an_index_is_charged_the_same_both_ways_and_nothing_for_nothing(
    before: Item | None, after: Item | None, index: IndexShape
) -> None:
    assert index_units(before, after, index, KEY) == index_units(after, before, index, KEY)
    assert index_units(before, before, index, KEY) == 0


@given(items, items)
def test_a_projection_of_fewer_attributes_never_costs_more(before: Item | None, after: Item | None) -> None:
    few, more = (index_units(before, after, IndexShape(("status",), p), KEY) for p in (("total",), "all"))
    assert few <= more
