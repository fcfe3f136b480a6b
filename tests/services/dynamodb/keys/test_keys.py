"""Keys by pattern, by list, by file and by share: how many, how they are called, how they weigh."""

from decimal import Decimal
from pathlib import Path

import pytest

from capplan.errors import CapplanError
from capplan.services.dynamodb.keys.files import KeyFileError, read_keys
from capplan.services.dynamodb.keys.names import PatternError, read_names
from capplan.services.dynamodb.keys.popularity import Keys, read_popularity
from capplan.services.dynamodb.keys.table_keys import keys_of
from capplan.services.dynamodb.keys.weights import weights_of
from capplan.services.dynamodb.partitions.load import hottest_share, moments, partition_loads
from tests.helpers import scenario
from tests.reference.dynamodb.hash_order import key_bucket
from tests.services.dynamodb.helpers import table


@pytest.mark.parametrize(
    ("pattern", "count", "first", "last"),
    [
        ("user#{1..100000}", 100_000, "user#1", "user#100000"),
        ("{01..12}", 12, "01", "12"),
        ("{a,b}#{0..9}", 20, "a#0", "b#9"),
        ("plain", 1, "plain", "plain"),
        ("{date}#{0..3}", 4, "2024-01-01#0", "2024-01-01#3"),
    ],
)
def test_a_pattern_names_its_keys(pattern: str, count: int, first: str, last: str) -> None:
    names = read_names(pattern)
    assert (len(names), names.at(0), names.at(count - 1)) == (count, first, last)


def test_time_words_follow_the_window() -> None:
    names = read_names("{month}|{date}|{hour}|{minute}")
    assert names.at(0, 1440 * 2 + 61) == "2024-01|2024-01-03|2024-01-03T01|2024-01-03T01:01"
    assert names.time == "minute"
    assert len(moments(Keys(names=read_names("{date}"), distinct=1))) == 28


@pytest.mark.parametrize(
    "wrong", ["", "{1..", "{}", "{9..1}", "{a}", "{a,}", "}", "x" * 1001, "{1..9999999999}{1..9999999}"]
)
def test_a_wrong_pattern_is_refused(wrong: str) -> None:
    with pytest.raises(PatternError):
        read_names(wrong)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("a\nb\na\n", [("a", 2), ("b", 1)]),
        ("key,count\na,10\nb,30\n", [("b", 30), ("a", 10)]),
        ('"x,y",5\nz,5\n', [("x,y", 5), ("z", 5)]),
        ("a\t3\n\nb\t4\n", [("b", 4), ("a", 3)]),
        ("a,0\nb,1\n", [("b", 1)]),
    ],
)
def test_a_key_file_with_or_without_counts(text: str, keys: list[tuple[str, int]]) -> None:
    found = read_keys(text, "keys.csv")
    assert list(zip(found.names, found.parts, strict=True)) == keys
    assert read_keys(text, "keys.csv") is found, "read once"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 0, "no key is used"),
        ("a,1\nb,-1\n", 2, "'-1' is not a count"),
        ("a,1,2\n", 1, "3 fields in a line"),
        (",5\n", 1, "a key is empty or longer than 2,048 bytes"),
    ],
)
def test_a_wrong_key_file_names_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(KeyFileError, match=message) as error:
        read_keys(text, "keys.csv")
    assert error.value.line == line


def test_shares_weigh_as_written_and_the_rest_falls_evenly() -> None:
    law = read_popularity({"shares": {"paid": "30%", "new": "60%"}})
    single, groups = weights_of(Keys(law, 12))
    assert single.tolist() == pytest.approx([0.6, 0.3, *[0.01] * 10])
    assert not groups
    assert Keys(law, 12).name(0) == "new"


@pytest.mark.parametrize(
    "wrong",
    [{"shares": {}}, {"shares": {"a": "60%", "b": "60%"}}, {"shares": {"a": 3}}, {"shares": {"a": "10%"}, "hot": {}}],
)
def test_wrong_shares_are_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"share|popularity"):
        read_popularity(wrong)


def test_named_keys_lie_where_the_observed_hash_puts_them() -> None:
    keys = Keys(read_popularity({"shares": ["90%", "10%"]}), 2, names=read_names("{new,paid}"))
    loads = partition_loads(keys, 4)
    expected = [0.0] * 4
    expected[key_bucket("S", "new", 4)] += 0.9
    expected[key_bucket("S", "paid", 4)] += 0.1
    assert loads.shares.tolist() == pytest.approx(expected)
    assert [key.name for key in loads.hot_keys] == ["new", "paid"]


def test_a_date_as_the_key_loads_one_partition() -> None:
    assert hottest_share(Keys(distinct=1, names=read_names("{date}")), 10) == 1
    assert hottest_share(Keys(distinct=200, names=read_names("{date}#{1..200}")), 10) < Decimal("0.25")


def test_a_table_reads_its_key_file_from_the_folder(tmp_path: Path) -> None:
    (tmp_path / "keys.csv").write_text("a,70\nb,30\n")
    body = "tables: {t: {partition_key: {name: id, popularity: keys.csv}, item_size: 1 KB, access: [{put: 5/s}]}}\n"
    spec = scenario(body, tmp_path).resources["tables.t"].spec
    keys = keys_of(spec, None)
    assert (keys.distinct, keys.name(0)) == (2, "a")
    assert weights_of(keys)[0].tolist() == pytest.approx([0.7, 0.3])


def test_a_mistake_in_a_key_file_is_told_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "keys.csv").write_text("a,70\nb,x\n")
    body = "tables: {t: {partition_key: {name: id, popularity: keys.csv}, item_size: 1 KB, access: [{put: 5/s}]}}\n"
    with pytest.raises(CapplanError) as error:
        scenario(body, tmp_path)
    (diagnostic,) = error.value.diagnostics
    assert (Path(diagnostic.file).name, diagnostic.line, diagnostic.message) == ("keys.csv", 2, "'x' is not a count")


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ({"name": "id", "keys": "k{1..10}", "distinct": 5}, "5 distinct values, but 10 keys"),
        ({"name": "id", "popularity": {"shares": {"a": "50%"}}}, "the shares do not add up to 100%"),
        ({"name": "id", "distinct": 1, "popularity": {"shares": ["50%", "50%"]}}, "2 shares of 1 keys"),
        ({"name": "id", "keys": "k{2..1}"}, "counts down"),
    ],
)
def test_words_that_cannot_stand_together(key: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        table(partition_key=key)


@pytest.mark.parametrize("pattern", ["user#{1..100}", "{a,b}#{01..12}#{x,y}", "{date}#{0..3}", "plain"])
def test_first_names_are_those_by_rank(pattern: str) -> None:
    names = read_names(pattern)
    assert names.first(20, 1500) == [names.at(rank, 1500) for rank in range(min(20, len(names)))]


def test_a_number_hashes_as_numbers_do(tmp_path: Path) -> None:
    body = 'tables: {t: {partition_key: {name: id, type: number, keys: ["251", "2388"]}, item_size: 1 KB}}\n'
    keys = keys_of(scenario(body, tmp_path).resources["tables.t"].spec, None)
    places = [key.place * 4096 >> 64 for key in partition_loads(keys, 4096).hot_keys]
    assert places == [1, 4095], "the observed positions of these numbers"


@pytest.mark.parametrize(("said", "wrong"), [("", True), (", distinct: 100", False), (", keys: 'k{1..9}'", False)])
def test_a_skewed_key_says_how_many_there_are(said: str, wrong: bool, tmp_path: Path) -> None:  # noqa: FBT001
    body = f"tables: {{t: {{partition_key: {{name: id, popularity: zipf(1){said}}}, item_size: 1 KB}}}}\n"
    if not wrong:
        assert scenario(body, tmp_path).resources
        return
    with pytest.raises(CapplanError) as error:
        scenario(body, tmp_path)
    (diagnostic,) = error.value.diagnostics
    assert (diagnostic.line, diagnostic.message) == (4, "some keys are used more, but the number of keys is unknown")
