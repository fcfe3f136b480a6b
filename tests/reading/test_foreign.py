"""Files of other tools: tags as data, aliases within bounds, a position for everything, no object made."""

import json
import time
from decimal import Decimal

import pytest

from capplan.errors import CapplanError
from capplan.reading.foreign import read_foreign
from capplan.reading.limits import MAX_FOREIGN_LEVELS, MAX_FOREIGN_VALUES, MAX_TEMPLATE_BYTES


def data(text: str) -> object:
    return read_foreign(text, "f").data


@pytest.mark.parametrize(
    ("text", "is_"),
    [
        ("a: !Ref B", {"a": {"Ref": "B"}}),
        ("a: !GetAtt B.C.D", {"a": {"Fn::GetAtt": ["B", "C.D"]}}),
        ("a: !Sub\n  - x\n  - {y: !Ref Z}", {"a": {"Fn::Sub": ["x", {"y": {"Ref": "Z"}}]}}),
        ("a: !Condition C", {"a": {"Condition": "C"}}),
        (
            "a: 4.0\nb: 0123\nc: 2012-10-17\nd: yes\ne: ~",
            {"a": Decimal("4.0"), "b": "0123", "c": "2012-10-17", "d": True, "e": None},
        ),
        ("a: '12'\nb: !!str 12", {"a": "12", "b": "12"}),
        ("N: 1\nn: N", {"N": Decimal(1), "n": "N"}),
        ("a: &x [1]\nb: *x", {"a": [Decimal(1)], "b": [Decimal(1)]}),
        (
            "a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}",
            {"a": {"p": Decimal(1), "q": Decimal(2)}, "b": {"q": Decimal(3), "p": Decimal(1)}},
        ),
        ("a: 1\na: 2", {"a": Decimal(2)}),
        ('{"a": [1, {"b": null}], "c": "\\u00e9"}', {"a": [Decimal(1), {"b": None}], "c": "é"}),
        ("[]", []),
    ],
)
def test_what_stands_in_a_file(text: str, is_: object) -> None:
    assert data(text) == is_


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("a: !!python/object:os.system x", (1, 4), "unknown tag"),
        ("a: !!python/name:os.system", (1, 4), "unknown tag"),
        ("a: *b", (1, 4), "there is no anchor &b before this alias"),
        ("a: [1\nb: 2", (2, 2), "not YAML"),
        ("? [1]\n: 2", (1, 3), "a key must be one word"),
        ('{"a": 1,}', (1, 9), "unexpected '}'"),
        ('{"a" 1}', (1, 6), "expected ':'"),
        ('{\n "a": [1 2]}', (2, 10), "expected ','"),
        ('{"a": 1', (1, 8), "ends too early"),
        ("[1] 2", (1, 5), "after its end"),
        ('{"a": "\\x"}', (1, 7), "wrong escape"),
        ("", (1, 1), "empty"),
    ],
)
def test_a_broken_file_says_where(text: str, at: tuple[int, int], message: str) -> None:
    with pytest.raises(CapplanError) as caught:
        data(text)
    first = caught.value.diagnostics[0]
    assert (first.line, first.column) == at
    assert message in first.message


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * (MAX_FOREIGN_LEVELS + 1),
        "[" * (MAX_FOREIGN_LEVELS + 1),
        "a: x\n" * (MAX_TEMPLATE_BYTES // 5 + 1),
        "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10) if i else 1}]\n" for i in range(9)),
        "[" + "1," * MAX_FOREIGN_VALUES + "1]",
    ],
    ids=["deep YAML", "deep JSON", "large", "aliases of aliases", "many values"],
)
def test_hostile_files_end_in_an_error(text: str) -> None:
    with pytest.raises(CapplanError):
        data(text)


def test_a_billion_values_by_aliases_take_no_time() -> None:
    start = time.perf_counter()
    with pytest.raises(CapplanError, match="values"):
        data("".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10) if i else 1}]\n" for i in range(20)))
    assert time.perf_counter() - start < 2


def test_json_is_read_as_python_reads_it_and_knows_its_lines() -> None:
    value: dict[str, list[object]] = {f"k{i}": [i, i / 7, None, True, f"é\n{i}", {"x": {}}] for i in range(50)}
    text = json.dumps(value, indent=2)
    doc = read_foreign(text, "f")
    assert doc.data == json.loads(text, parse_float=Decimal, parse_int=Decimal)
    lines = text.splitlines()
    for key in ("k0", "k49"):
        mark = doc.locate([key], key=True)
        assert lines[mark.line - 1][mark.column - 1 :].startswith(f'"{key}"')
