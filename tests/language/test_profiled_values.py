"""`duration: {profile: FILE}`, sizes and `fails`: what a trace measured, of the target that a resource is."""

import json
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capplan.errors import CapplanError
from capplan.language.load import load
from capplan.quantities.distribution import at_normals, expected_blocks, mean, measured, quantile, share_above
from capplan.services.dynamodb.keys.table_keys import keys_of

VALUES: Mapping[str, Any] = {"measured": 4, "groups": [[3, "300"], [1, "500.5"]]}
PLAIN = {"requests": 200, "failed": 5, "duration_ms": VALUES, "bytes": {"groups": [[9, "9216"], [1, "1025"]]}}
OF = {"requests": 10, "failed": 1, "bytes": None}
SEVERAL = {
    **PLAIN,
    "by_target": [
        {
            **OF,
            "target": "arn:aws:lambda:us-east-1:111122223333:function:place",
            "duration_ms": {"groups": [[2, "80"]]},
        },
        {**OF, "target": "mail", "failed": None, "duration_ms": {"groups": [[1, "7"]]}},
    ],
}


def scenario(
    folder: Path, function: str, profile: object = None, *, traffic: str = "rate: 1/s", table: str = ""
) -> str:
    shape = {"schema": "capplan.profile/1", "timezone": "UTC", "traffic": {"rate": "1/s"}}
    data = {**shape, **profile} if isinstance(profile, dict) else {**shape, **PLAIN}
    (folder / "profile.json").write_text(json.dumps(data))
    path = folder / "scenario.yaml"
    path.write_text(
        f"capplan: 1\nname: Shop\nregion: us-east-1\ntraffic: {{a: {{{traffic}}}, b: {{rate: 1/s}}}}\n"
        f"functions: {{place: {{triggers: a, memory: 128 MB, {function}}}}}\n"
        f"tables: {{orders: {{items: 1M, access: [{{put: a}}], {table or 'item_size: 1 KB'}}}}}\n"
    )
    return str(path)


def spec(path: str, address: str = "functions.place") -> Any:  # noqa: ANN401  any spec
    return load(path).resources[address].spec


@pytest.mark.parametrize(
    ("function", "profile", "expected"),
    [
        ("duration: {profile: profile.json}", None, Fraction(8005, 40)),  # (300 + 500.5) / 4
        ("duration: {profile: profile.json}", SEVERAL, 40),  # its own: the last word of the function's ARN
        ("duration: {profile: profile.json, target: mail}", SEVERAL, 7),
        (
            "duration: {profile: profile.json, target: f}",
            {**PLAIN, "operations": [{"operation": "invoke", "target": "f"}]},
            Fraction(8005, 40),
        ),
    ],
)
def test_a_duration_has_the_mean_that_was_measured(
    tmp_path: Path, function: str, profile: object, expected: Fraction
) -> None:
    assert mean(spec(scenario(tmp_path, function, profile)).duration) == expected


def test_profile_alone_is_that_of_the_traffic(tmp_path: Path) -> None:
    keys = {
        "distinct": 2,
        "requests": 9,
        "hashed": False,
        "hottest": [],
        "buckets": [{"first": 1, "last": 2, "requests": 9}],
    }
    path = scenario(
        tmp_path,
        "duration: profile, fails: profile",
        {**PLAIN, "keys": keys},
        traffic="profile: profile.json",
        table="item_size: profile, partition_key: {name: id, popularity: profile}",
    )
    assert mean(spec(path).duration) == Fraction(8005, 40)
    assert float(spec(path).fails) == 0.025  # 5 of 200
    table = spec(path, "tables.orders")
    # nine of 1,024 bytes and one of 1,025: 10 requests take 9 + 2 units of 1 KB
    assert expected_blocks(table.item_size, 1024) == Fraction(11, 10)
    assert keys_of(table, None).distinct == 2


def test_what_is_drawn_of_measured_values_is_as_they_were() -> None:
    law = measured({Decimal(100): 3, Decimal(500): 1})
    drawn = at_normals(law, np.random.default_rng(1).standard_normal(100_000))
    assert set(drawn) == {100.0, 500.0}
    assert (drawn == 500).mean() == pytest.approx(0.25, abs=0.005)
    assert (quantile(law, 0.75), quantile(law, 0.76), share_above(law, 100)) == (100, 500, 0.25)
    assert list(at_normals(law, np.array([-9.0, 0.6744, 0.6746, 9.0]))) == [100, 100, 500, 500]  # 75% is 0.6745


@pytest.mark.parametrize(
    ("function", "profile", "line", "said"),
    [
        ("duration: {profile: none.json}", None, 5, "none.json"),
        ("duration: {profile: ../profile.json}", None, 5, "outside the scenario's folder"),
        ("duration: {profile: 5}", None, 5, "a profile is named by its file"),
        ("duration: profile", None, 5, "which profile? no traffic names a profile"),
        ("duration: {profile: profile.json}", {**PLAIN, "duration_ms": None}, 5, "has no durations"),
        ("duration: {profile: profile.json}", {**PLAIN, "duration_ms": {"groups": [[0, "5"]]}}, 5, "it was edited"),
        ("duration: {profile: profile.json}", {**PLAIN, "duration_ms": {"mean": 5}}, 5, "profile the trace again"),
        ("duration: {profile: profile.json}", {**PLAIN, "duration_ms": {"groups": []}}, 5, "it was edited"),
        ("duration: {profile: profile.json, target: plac}", SEVERAL, 5, "has no target 'plac'"),
        ("duration: {profile: profile.json, target: mial}", SEVERAL, 5, "did you mean mail?"),
        ("duration: {profile: profile.json, target: f}", None, 5, "leave out target"),
        ("duration: {profile: profile.json, of: f}", None, 5, "expected"),
        ("duration: 1 ms, fails: {profile: profile.json}", {**PLAIN, "failed": None}, 5, "does not say what failed"),
        ("duration: 1 ms, fails: {profile: profile.json}", {**PLAIN, "requests": 0}, 5, "it was edited"),
        ("duration: 1 ms, fails: {profile: profile.json}", {**PLAIN, "failed": 300}, 5, "it was edited"),
        ("duration: 1 ms, memory: {profile: profile.json}", None, 5, ""),
    ],
)
def test_what_is_wrong_stands_where_the_profile_is_named(
    tmp_path: Path, function: str, profile: object, line: int, said: str
) -> None:
    with pytest.raises(CapplanError) as raised:
        load(scenario(tmp_path, function.replace("memory: {", "ephemeral_storage: {"), profile))
    found = raised.value.diagnostics
    assert [one.line for one in found] == [line]
    assert said in f"{found[0].message} {found[0].hint}"


def test_of_several_targets_one_is_named(tmp_path: Path) -> None:
    other = {**SEVERAL, "by_target": [{**OF, "target": "one"}, {**OF, "target": "two"}]}
    with pytest.raises(CapplanError) as raised:
        load(scenario(tmp_path, "duration: {profile: profile.json}", other))
    said = raised.value.diagnostics[0]
    assert said.message == "the trace of 'profile.json' has 2 targets"
    assert said.hint == "name one: {profile: profile.json, target: one}; there are one, two"
