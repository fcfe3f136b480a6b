"""What a scenario's table is metered for equals the same requests made one by one, item by item, change by change."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from capplan.calls import Access
from capplan.services.dynamodb.items.sample import Sample
from capplan.services.dynamodb.items.size import Item, item_bytes
from capplan.services.dynamodb.requests import TABLE, request_units
from capplan.services.dynamodb.spec import Table
from tests.reference.dynamodb.single_requests import CallUnits, call_units, read_units, replay_units, table_shape
from tests.services.dynamodb.helpers import access, table

KEY = ("pk", "sk")
ATTRIBUTES = ("a", "b", "c", "d")
TEXTS = st.integers(1, 2500).map(lambda n: {"S": "a" * n}) | st.sampled_from("12345678").map(lambda d: {"N": d})
ITEMS = st.dictionaries(st.sampled_from(ATTRIBUTES), TEXTS).map(
    lambda rest: {"pk": {"S": "k"}, "sk": {"N": "1"}, **rest}
)
NAMES = st.lists(st.sampled_from(ATTRIBUTES), unique=True, min_size=1, max_size=3)
PROJECTS = st.sampled_from(["all", "keys-only"]) | NAMES


@st.composite
def indexes(draw: st.DrawFn) -> Mapping[str, Any]:
    """Up to three indexes, global (one or two key attributes) and local."""
    out: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(["i", "j", "k"]), unique=True)):
        keys = draw(st.lists(st.sampled_from(ATTRIBUTES), unique=True, min_size=1, max_size=2))
        local = draw(st.booleans())
        own = {"local": True, "sort_key": keys[0]} if local else {"partition_key": keys}
        out[name] = {**own, "project": draw(PROJECTS)}
    return out


SHARES = st.sampled_from(["0%", "25%", "50%"])


CHANGES: st.SearchStrategy[dict[str, Any]] = (
    st.just({})
    | NAMES.map(lambda names: {"changes": tuple(names)})
    | st.fixed_dictionaries({"set": st.dictionaries(st.sampled_from(ATTRIBUTES), TEXTS), "remove": NAMES.map(tuple)})
)
"""Everything, attributes by name, or new values with attributes taken away."""


@st.composite
def accesses(draw: st.DrawFn) -> dict[str, Any]:
    """A write of any kind with everything its charge depends on."""
    op = draw(st.sampled_from(["put", "update", "delete", "batch-write", "transact-write", "check"]))
    said: dict[str, Any] = {"op": op, "transactional": op == "check" or (op != "batch-write" and draw(st.booleans()))}
    if op in {"put", "batch-write", "transact-write"}:
        said["replaces"] = draw(SHARES)
    if op == "update":
        said |= draw(CHANGES)
    if op == "delete":
        said["missing"] = draw(SHARES)
    if op != "batch-write":
        said["condition_fails"] = draw(SHARES)
    if op in {"batch-write", "transact-write"}:
        said["items"] = Decimal(draw(st.integers(1, 5)))
    return said


def other(item: Item, names: tuple[str, ...]) -> Item:
    """The same item with other values of the same size."""
    return {
        name: {kind: swapped(kind, one) for kind, one in value.items()} if name in names else value
        for name, value in item.items()
    }


def swapped(kind: str, value: str) -> str:
    """Another value of the same size."""
    return "b" * len(value) if kind == "S" else str(9 - int(value))


def moving(spec: Table) -> set[str]:
    """Attributes that are a key somewhere."""
    return {*KEY, *(name for index in spec.indexes.values() for name in index.index_key)}


def one_by_one(spec: Table, said: Mapping[str, Any]) -> dict[str, Fraction]:
    """Mean units of the table and of each index, each item written in calls of its own, a call for each way it may go."""
    request = access(**said)
    transactional = request.transactional or request.op == "transact-write"
    sums = {TABLE: Fraction(0), **dict.fromkeys(spec.global_indexes(), Fraction(0))}
    assert spec.sample is not None
    for item in spec.sample.items:
        for weight, before, after, reaches in ways(spec, request, item):
            units = call_units([(before, after)], table_shape(spec), transactional=transactional)
            weigh(sums, units, weight * Fraction(request.items or 1), reaches)
    return {key: total / len(spec.sample.items) for key, total in sums.items()}


def weigh(sums: dict[str, Fraction], call: CallUnits, weight: Fraction, reaches: Fraction) -> None:
    """Add the units of a call; a failed condition reaches no index."""
    sums[TABLE] += weight * (call.table + reaches * sum(call.local_indexes.values()))
    for name, units in call.global_indexes.items():
        sums[name] += weight * reaches * units


def ways(spec: Table, request: Access, item: Item) -> list[tuple[Fraction, Item | None, Item | None, Fraction]]:
    """(share, before, after, share whose condition holds) of each way one written item may go."""
    holds = 1 - Fraction(request.condition_fails)
    if request.op == "check":
        return [(Fraction(1), item, item, Fraction(1))]
    if request.op == "delete":
        missing = Fraction(request.missing)
        return [(missing, None, None, holds), (1 - missing, item, None, holds)]
    values = tuple(name for name in item if name not in moving(spec))
    if request.op == "update" and request.sets is not None and request.removes is not None:
        left = {**item, **request.sets}
        return [(Fraction(1), item, {k: v for k, v in left.items() if k not in request.removes}, holds)]
    if request.op == "update" and request.changes is not None:
        return [(Fraction(1), item, other(item, request.changes), holds)]
    if request.op == "update":
        return [(Fraction(1), item, other(item, values), holds)]
    replaces = Fraction(request.replaces)
    return [(1 - replaces, None, item, holds), (replaces, item, other(item, values), holds)]


@settings(max_examples=300)
@given(st.lists(ITEMS, min_size=1, max_size=6), indexes(), accesses())
def test_units_of_a_write_are_those_of_single_writes(
    items: list[Item], declared: Mapping[str, Any], said: dict[str, Any]
) -> None:
    keys = {name for index in declared.values() for name in (index.get("partition_key") or [index.get("sort_key")])}
    if said.keys().isdisjoint(
        {"changes", "set"}
    ):  # a key of one index that another one projects changes in neither: left out
        declared = {
            name: index
            for name, index in declared.items()
            if not (set(ATTRIBUTES) if index["project"] == "all" else set(index["project"]))
            & keys - set(index.get("partition_key") or [index.get("sort_key")])
        }
    spec = measured(table(partition_key=KEY[0], sort_key=KEY[1], indexes=declared), items)
    got = {key: units for key, units in request_units(spec, access(**said)).write.items() if units}
    assert got == {key: units for key, units in one_by_one(spec, said).items() if units}


def measured(spec: Table, items: list[Item]) -> Table:
    """The table with these example items."""
    sample = Sample(tuple(items))
    return spec.model_copy(update={"sample": sample, "item_size": sample.sizes})


@settings(max_examples=100)
@given(st.lists(ITEMS, min_size=1, max_size=6), st.sampled_from(["eventual", "strong", "transactional"]), SHARES)
def test_units_of_a_read_and_of_a_replay_are_those_of_single_ones(items: list[Item], level: str, missing: str) -> None:
    spec = measured(table(partition_key=KEY[0], sort_key=KEY[1]), items)
    said = {"op": "transact-get"} if level == "transactional" else {"op": "get", "consistency": level}
    sizes = [item_bytes(item) for item in items]
    found = sum(read_units(size, level) for size in sizes) / len(sizes)
    request = access(**said, missing=missing)
    expected = (1 - Fraction(request.missing)) * found + Fraction(request.missing) * read_units(None, level)
    assert request_units(spec, request).read == {TABLE: expected}
    again = request_units(spec, access(op="transact-write", replays="50%")).read[TABLE]
    assert again == sum(replay_units([(None, size)]) for size in sizes) / len(sizes) / 2
