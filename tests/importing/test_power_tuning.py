"""Results of AWS Lambda Power Tuning: the output with its statistics, and the link that carries the data."""

import base64
import struct
from decimal import Decimal
from pathlib import Path

import pytest

from capplan.commands.import_files import draft_of
from capplan.errors import CapplanError
from capplan.importing.formats.power_tuning import decoded
from tests.importing.drafts import entry, imported


def _link(sizes: list[int], times: list[float]) -> str:
    """The part of a link after `#`, as the tool's source makes it."""
    packed = [struct.pack(f"<{len(sizes)}h", *sizes), struct.pack(f"<{len(times)}f", *times), struct.pack("<f", 0.1)]
    return ";".join(base64.b64encode(part).decode() for part in packed)


def test_a_link_carries_sizes_and_durations() -> None:
    assert decoded(_link([128, 1024], [900.5, 130]), "link") == {128: Decimal("900.5"), 1024: Decimal(130)}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("gAAAAQ==", "it has no durations"),
        ("gAAA!;AAAA", "it is not base64"),
        (_link([128, 256], [1.0]), "2 memory sizes and 1 durations"),
        (_link([128], [1.0])[:9], "it is cut off"),
        (_link([128], [float("nan")]), "a size or a duration in it is not above 0"),
        (_link([-1], [5.0]), "a size or a duration in it is not above 0"),
        (_link(list(range(1, 200)), [1.0]), "it is cut off"),
    ],
)
def test_a_link_that_cannot_be_read_says_why(data: str, why: str) -> None:
    with pytest.raises(CapplanError) as error:
        decoded(data, "link")
    assert f"the link's data cannot be read: {why}" in str(error.value)


_STATS = [{"value": 128, "averageDuration": 900.5, "averagePrice": 2e-7}, {"value": "1024", "averageDuration": "130"}]


@pytest.mark.parametrize(
    "data",
    [
        {"power": "1024", "cost": 2e-7, "duration": 130, "stats": _STATS},
        {"results": {"power": 1024, "cost": 2e-7, "duration": 130, "stats": _STATS}},
        {"results": {"power": "1024", "cost": 2e-7, "duration": 130, "stateMachine": {"visualization": "LINK"}}},
        "LINK\n",
    ],
    ids=["output", "execution's output", "without statistics", "a link in a text"],
)
def test_every_form_gives_the_same_durations(data: object, tmp_path: Path) -> None:
    link = f"https://lambda-power-tuning.show/#{_link([128, 1024], [900.5, 130])}"
    if isinstance(data, dict) and "results" in data and "stateMachine" in data["results"]:
        data["results"]["stateMachine"]["visualization"] = link
    found = (
        imported(tmp_path, place_order__txt=link + "\n")
        if data == "LINK\n"
        else imported(tmp_path, place_order__json=data)
    )
    function = entry(found, "place_order")
    assert function.values == {"power_tuning": {"128 MB": "900.5 ms", "1024 MB": "130 ms"}}
    assert {q.key: q.example for q in function.questions} == {"memory": "1024 MB", "duration": "130 ms"}


@pytest.mark.parametrize(("before", "name"), [("place-order=", "place-order"), ("", "tuned")])
def test_a_link_is_given_in_place_of_a_file(before: str, name: str, tmp_path: Path) -> None:
    link = f"{before}https://lambda-power-tuning.show/#{_link([128, 1024], [900.5, 130])}"
    found = entry(draft_of([link], folder=tmp_path), name)
    assert found.values == {"power_tuning": {"128 MB": "900.5 ms", "1024 MB": "130 ms"}}


def test_a_result_adds_to_the_function_that_its_file_is_named_after(tmp_path: Path) -> None:
    configuration = {"FunctionName": "place_order", "MemorySize": 256, "Handler": "a.b", "Timeout": 3}
    draft = imported(
        tmp_path, configuration, place_order__json={"power": 128, "cost": 1, "duration": 9, "stats": _STATS}
    )
    assert entry(draft, "place_order").values["memory"] == "256 MB", "the tuner's choice is no setting"
