"""`popularity: {profile: FILE}`: keys as a trace measured them, by rank."""

import json
from pathlib import Path

import pytest

from capplan.errors import CapplanError
from capplan.language.load import load
from capplan.services.dynamodb.keys.table_keys import keys_of
from capplan.services.dynamodb.keys.weights import weights_of

KEYS = {
    "distinct": 1004,
    "requests": 2000,
    "hashed": False,
    "hottest": [{"key": "a", "requests": 600, "busiest_second": 9}],
    "buckets": [
        {"first": 1, "last": 1, "requests": 600},
        {"first": 2, "last": 4, "requests": 400},
        {"first": 5, "last": 1004, "requests": 1000},
    ],
}


def table(folder: Path, key: str, keys: object) -> str:
    (folder / "profile.json").write_text(json.dumps({"schema": "capplan.profile/1", "keys": keys}))
    path = folder / "scenario.yaml"
    path.write_text(
        "capplan: 1\nname: Shop\nregion: us-east-1\ntraffic: {shoppers: {rate: 100/s}}\n"
        f"tables: {{orders: {{item_size: 1 KB, items: 1M, partition_key: {{name: id, {key}}}, access: [{{put: shoppers}}]}}}}\n"
    )
    return str(path)


@pytest.mark.parametrize(("more", "distinct"), [("", 1004), (", distinct: 5000", 5000)])
def test_each_key_has_its_share(tmp_path: Path, more: str, distinct: int) -> None:
    spec = load(table(tmp_path, f"popularity: {{profile: profile.json}}{more}", KEYS)).resources["tables.orders"].spec
    keys = keys_of(spec, None)
    weights, groups = weights_of(keys)
    assert keys.distinct == distinct
    # 600 / 2000; 400 / 3 / 2000 each; 1000 / 1000 / 2000 each
    assert weights[:5] == pytest.approx([0.3, 0.2 / 3, 0.2 / 3, 0.2 / 3, 0.0005])
    assert weights.sum() + sum(count * weight for count, weight in groups) == pytest.approx(1)
    assert (keys.name(0), keys.name(1)) == ("a", None)


def test_keys_past_those_counted_one_by_one_share_the_rest(tmp_path: Path) -> None:
    buckets = [{"first": 1, "last": 1, "requests": 10**6}, {"first": 2, "last": 10**7, "requests": 10**7 - 1}]
    many = {**KEYS, "distinct": 10**7, "requests": 11 * 10**6 - 1, "buckets": buckets}
    spec = load(table(tmp_path, "popularity: {profile: profile.json}", many)).resources["tables.orders"].spec
    weights, groups = weights_of(keys_of(spec, None))
    assert len(weights) == 200_000
    assert sum(count for count, _ in groups) == 10**7 - 200_000
    assert groups[0][1] == pytest.approx(1 / (11 * 10**6 - 1))


@pytest.mark.parametrize(
    ("key", "keys", "said"),
    [
        ("popularity: {profile: none.json}", KEYS, "none.json"),
        ("popularity: {profile: profile.json}", None, "its trace has no keys"),
        ("popularity: {profile: profile.json}", {**KEYS, "buckets": []}, "its keys cannot be read"),
        ("popularity: {profile: profile.json}", {**KEYS, "requests": 5}, "its keys cannot be read"),
        (
            "popularity: {profile: profile.json}, distinct: 10",
            KEYS,
            "1,004 keys in the profile, but 10 distinct values",
        ),
        ("popularity: {profile: profile.json}, keys: [a, b]", KEYS, "the file already names the keys"),
    ],
)
def test_what_is_wrong_stands_where_the_profile_is_named(tmp_path: Path, key: str, keys: object, said: str) -> None:
    with pytest.raises(CapplanError) as raised:
        load(table(tmp_path, key, keys))
    assert [one.line for one in raised.value.diagnostics] == [5]
    assert said in raised.value.diagnostics[0].message
