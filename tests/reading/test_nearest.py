"""A word is offered only when it is near."""

import pytest

from capplan.reading.nearest import nearest

KEYS = ("memory", "timeout", "duration", "get", "put", "query", "orders", "by-status", "items", "item_size")


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("memroy", "memory"),
        ("order", "orders"),
        ("gte", "get"),
        ("by_status", "by-status"),
        ("ITEMS", "items"),
        ("item-size", "item_size"),
        ("x", None),
        ("", None),
        ("colour", None),
        ("memory" * 20, None),
    ],
)
def test_the_nearest_word_only_when_near(word: str, found: str | None) -> None:
    assert nearest(word, KEYS) == found


def test_ties_go_by_name_whatever_the_order() -> None:
    assert nearest("orderx", ["orderz", "ordery"]) == nearest("orderx", ["ordery", "orderz"]) == "ordery"


def test_long_lists_are_cut_off() -> None:
    assert nearest("t1", [f"t{n}" for n in range(100_000)]) is not None
