"""Example items: plain or DynamoDB JSON, in a scenario or beside it, measured in place of a typed size."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from capplan.errors import CapplanError
from capplan.quantities.distribution import expected_blocks, mean
from capplan.services.dynamodb.items.examples import ItemError, items_of, typed_item
from capplan.services.dynamodb.items.index_entries import entry_count, entry_size, sparse_share
from capplan.services.dynamodb.items.size import item_bytes
from capplan.services.dynamodb.requests import request_units
from capplan.services.dynamodb.resolve import sample_items
from capplan.services.dynamodb.spec import Table
from tests.helpers import scenario
from tests.services.dynamodb.helpers import access


@pytest.mark.parametrize(
    ("raw", "size", "working"),
    [
        ({"id": "a"}, 3, "2 + 1"),
        ({"id": Decimal("12.50")}, 5, "2 + 1 + one pair before the point, one after"),
        ({"ok": True, "no": None}, 6, "2 + 1 + 2 + 1"),
        ({"l": ["a", Decimal(1)]}, 9, "1 + 3 + (1 + 1) + (1 + 2)"),
        ({"m": {"k": "v"}}, 7, "1 + 3 + 1 + 1 + 1"),
        ({"e": [], "f": {}}, 8, "empty list and map are 3 each"),
        ({"id": {"S": "a"}, "n": {"N": "120"}}, 6, "DynamoDB JSON: 2 + 1 + 1 + 2"),
        ({"s": {"SS": ["a", "bc"]}}, 4, "a set has no overhead"),
        ({"b": {"B": "AQI="}}, 3, "1 + two raw bytes"),
        ({"ü": "ü"}, 4, "UTF-8"),
        ({"sizes": {"M": Decimal(3)}}, 12, "a plain map whose key looks like a type: 5 + 3 + 1 + 1 + 2"),
    ],
)
def test_plain_and_typed_items_are_measured(raw: dict[str, object], size: int, working: str) -> None:
    assert item_bytes(typed_item(raw)) == size, working


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({}, "an item has attributes with values, such as {id: a1, total: 12.5}"),
        ([Decimal(1)], "an item has attributes with values, such as {id: a1, total: 12.5}"),
        ({"id": {"S": "a"}, "n": Decimal(1)}, "'id' is DynamoDB JSON and 'n' is plain: write all in one form"),
        ({"n": {"N": "twelve"}}, "'n' is not a number: twelve"),
        ({"n": {"N": "1" * 39}}, "'n' has 39 significant digits; DynamoDB stores 38"),
        ({"n": {"N": "1E126"}}, "'n' is out of DynamoDB's range, 1E-130 to 9.9E+125"),
        ({"s": {"SS": []}}, "'s' is an empty set, which DynamoDB rejects"),
        ({"s": {"NS": ["1", "1.0"]}}, "the set 's' holds a member twice"),
        ({"b": {"B": "no base64"}}, "'b' is binary, which is written in base64"),
        (
            {"m": {"M": {"k": "v"}}},
            "'m.k' has no type: expected S, N, B, BOOL, NULL, SS, NS, BS, L or M, such as {S: text}",
        ),
    ],
)
def test_what_dynamodb_would_refuse_is_no_item(raw: object, message: str) -> None:
    with pytest.raises(ItemError) as caught:
        typed_item(raw)
    assert str(caught.value) == message


def test_nesting_ends_at_32_levels() -> None:
    def nested(levels: int) -> object:
        return {"k": nested(levels - 1)} if levels else "v"

    assert item_bytes(typed_item({"id": nested(32)})) > 0
    with pytest.raises(ItemError, match="'id' is nested deeper than 32 levels"):
        typed_item({"id": nested(33)})


def test_answers_and_exports_hold_items() -> None:
    one = {"id": {"S": "a"}}
    assert items_of({"Items": [one, one], "Count": Decimal(2), "ScannedCount": Decimal(2)}) == [one, one]
    assert items_of({"Item": one}) == [one]
    assert items_of([one]) == [one]
    assert items_of({"Item": "a plain attribute"}) == [{"Item": "a plain attribute"}]


TWO = '{"id": "a", "note": "%s"}\n{"id": "b", "note": "%s", "status": "open"}\n'
"""300 and 1,500 characters: 308 and 1,517 bytes with their names; only the second is in the index."""
TABLES = """tables:
  orders:
    partition_key: id
    {size}
    items: 1M
    indexes:
      by-status: {{partition_key: status, project: [note]}}
"""


def _orders(folder: Path, size: str) -> Table:
    (folder / "sample.jsonl").write_text(TWO % ("x" * 300, "x" * 1500), encoding="utf-8")
    spec = scenario(TABLES.format(size=size), folder).resources["tables.orders"].spec
    assert isinstance(spec, Table)
    return spec


def test_a_file_of_items_is_a_distribution_of_sizes_and_of_entries(tmp_path: Path) -> None:
    spec = _orders(tmp_path, "items_file: sample.jsonl")
    assert spec.item_size is not None
    assert mean(spec.item_size) == Fraction(307 + 1517, 2)
    assert expected_blocks(spec.item_size, 1024) == Fraction(3, 2), "1 and 2: the mean of 912 bytes would be 1"
    index = spec.indexes["by-status"]
    assert sparse_share(spec, index) == Fraction(1, 2)
    assert entry_count(spec, index) == 500_000
    assert mean(entry_size(spec, index)) == 1517, "id b, status open, note: the whole second item"
    assert request_units(spec, access(op="put")).write == {"": Fraction(3, 2), "by-status": 1}, "2 units, half the time"
    assert request_units(spec, access(op="update", changes=("status",))).write["by-status"] == 2
    assert request_units(spec, access(op="update", changes=("other",))).write["by-status"] == 0


def test_an_example_item_measures_its_table_and_its_indexes(tmp_path: Path) -> None:
    spec = _orders(tmp_path, "item: {id: a1, status: open, note: hello, total: 12.5, big: yes it is}")
    assert spec.item_size is not None
    assert mean(spec.item_size) == 4 + 10 + 9 + 8 + 12
    assert mean(entry_size(spec, spec.indexes["by-status"])) == 4 + 10 + 9


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ("item: {id: a1, total: 12.5}", "no example item has 'status', a key of this index"),
        ("item: {status: open}", "the item has no 'id', an attribute of the table's key"),
        ("item: {id: '', status: open}", "a key attribute is empty"),
        ("item_size: 1 KB\n    item: {id: a, status: open}", "item_size and item both give the item size"),
        ("items_file: none.jsonl", "none.jsonl'"),
        ("items_file: ../sample.jsonl", "'../sample.jsonl' is outside the scenario's folder"),
        ("items_file: broken.jsonl", "not JSON: expecting value"),
        ("items_file: keyless.jsonl", "the item has no 'id', an attribute of the table's key"),
        ("items_file: empty.jsonl", "no item in this file"),
    ],
)
def test_example_items_that_cannot_be_are_told(tmp_path: Path, size: str, message: str) -> None:
    (tmp_path / "broken.jsonl").write_text('{"id": "a", "status": "b"}\n{"id": }\n', encoding="utf-8")
    (tmp_path / "keyless.jsonl").write_text('{"id": "a", "status": "b"}\n{"no": 1}\n', encoding="utf-8")
    (tmp_path / "empty.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(CapplanError) as caught:
        _orders(tmp_path, size)
    assert message in caught.value.diagnostics[0].message


def test_entries_hold_the_tables_key_so_it_has_to_be_named(tmp_path: Path) -> None:
    body = "tables:\n  orders:\n    item: {id: a, day: b}\n    indexes: {by-day: {partition_key: day, project: %s}}\n"
    with pytest.raises(CapplanError) as caught:
        scenario(body % "keys-only", tmp_path)
    assert caught.value.diagnostics[0].message == "an entry has the table's key, which is not written"
    assert scenario(body % "all", tmp_path).resources["tables.orders"].spec.sample is not None


def test_a_wrong_line_of_a_sample_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"id": "a", "status": "b"}\n\n{"id": {"N": "x"}}\n7\n', encoding="utf-8")
    with pytest.raises(CapplanError) as caught:
        _orders(tmp_path, "items_file: bad.jsonl")
    assert [(m.line, m.message[:12]) for m in caught.value.diagnostics] == [(3, "'id' is not "), (4, "an item has ")]
    assert caught.value.diagnostics[0].file.endswith("bad.jsonl")


def test_a_sample_may_be_one_item_over_many_lines_or_a_list() -> None:
    assert len(sample_items('{\n "id": "a"\n}', "f")[0]) == 1
    assert len(sample_items('[{"id": "a"}, {"id": "b"}]', "f")[0]) == 2
    assert len(sample_items('{"id": "a"}{"id": "b"}', "f")[0]) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1, "a": 2}', "duplicate key 'a'"),
        ('{"a": NaN}', "not JSON: NaN"),
        ("[" * 100_000, "nested deeper than 80 levels"),
        ('{"a": 1' + "0" * 200 + "}", "a number of 201 characters"),
        ('{"a": "\\ud800"}', "a surrogate escape without its other half"),
    ],
)
def test_hostile_json_ends_in_one_clear_mistake(text: str, message: str) -> None:
    with pytest.raises(CapplanError) as caught:
        sample_items(text, "f")
    assert caught.value.diagnostics[0].message == message


def test_an_item_of_400_kb_is_the_most() -> None:
    assert len(sample_items('{"id": "%s"}' % ("x" * 409_598), "f")[0]) == 1
    items, diagnostics = sample_items('{"id": "%s"}' % ("x" * 409_599), "f")
    assert (items, diagnostics[0].message) == (
        (),
        "the item has 409,601 bytes; DynamoDB takes at most 409,600 (400 KB)",
    )


UPDATES = """tables:
  orders:
    partition_key: id
    item: {id: a1, status: open, day: "24", note: %s}
    items: 1M
    indexes:
      by-status: {partition_key: [status, day], project: [note]}
      by-end: {partition_key: end, entry_size: 99 B, items: 0}
    access:
      - {update: 1/s, %s}
"""


@pytest.mark.parametrize(
    ("says", "table", "index", "working"),
    [
        ("set: {status: shipped}", 2, 4, "2 blocks; the entry moves: 2 out and 2 in"),
        ("set: {status: open}", 2, 0, "the same value: nothing moves"),
        ("set: {note: short}", 2, 2, "the larger of the entries before and after"),
        ("remove: [day]", 2, 2, "one key attribute is gone: the entry goes"),
        ("remove: day", 2, 2, "one name needs no list"),
        ("set: {total: 12.5}", 2, 0, "not in the index"),
        ("set: {more: %s}" % ("x" * 1000), 3, 0, "the item grows to 2.5 KB"),
        ("set: {status: {S: gone}}, remove: [note]", 2, 3, "2 out, and 1 in for what is left"),
    ],
)
def test_new_values_are_measured_before_and_after(
    tmp_path: Path, says: str, table: int, index: int, working: str
) -> None:
    loaded = scenario(UPDATES % ("x" * 1500, says), tmp_path).resources["tables.orders"]
    units = request_units(loaded.spec, loaded.access[0].access).write
    assert units == {"": table, "by-status": index, "by-end": 0}, working


@pytest.mark.parametrize(
    ("says", "message"),
    [
        ("set: {id: a2}", "an update cannot change 'id', the table's key"),
        ("set: {status: a}, changes: [status]", "changes and set exclude each other"),
        ("set: {n: {N: x}}", "invalid new value"),
        ("set: {status: a}, item_size: 1 KB", "set and remove are measured on example items"),
    ],
)
def test_new_values_that_cannot_be_are_told(tmp_path: Path, says: str, message: str) -> None:
    with pytest.raises(CapplanError) as caught:
        scenario(UPDATES % ("x", says), tmp_path)
    assert caught.value.diagnostics[0].message == message
