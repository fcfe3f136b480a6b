"""Importing onto an edited scenario: the source's values follow the source, the person's values and comments stay."""

from decimal import Decimal

from capplan.importing.again import merged
from capplan.importing.combine import combine
from capplan.importing.draft import Draft
from capplan.importing.model import Block, Found, Lifted, Origin, Question, Ref
from capplan.importing.render import rendered
from capplan.reading.yaml_reader import read_yaml


def _draft(
    memory: str = "256 MB", *, timeout: str = "10 s", line: int = 30, names: tuple[str, ...] = ("orders",)
) -> Draft:
    tables = [
        Block("tables", name, {"capacity": "on-demand"}, Origin("t.yaml", 10 + i), (f"t#{name}",))
        for i, name in enumerate(names)
    ]
    function = Block(
        "functions",
        "api",
        {"memory": memory, "timeout": timeout, "calls": [{"put": Ref("t#orders")}, {"get": Ref("t#orders")}]},
        Origin("t.yaml", line),
        confirm=frozenset({("calls", 0)}),
        questions=(Question("duration", "120 ms", "how long does one invocation take?"),),
    )
    machine = Block("state_machines", "m", {"definition": Lifted(f'{{"Comment": "{memory}"}}\n')}, Origin("t.yaml", 50))
    return combine([("t.yaml", "a template", Found((*tables, function, machine)))])


def _edited() -> str:
    """The first import after a person has worked on it."""
    text = rendered(_draft(), "capplan import t.yaml")
    text = text.replace("# duration: 120 ms   how long does one invocation take?", "duration: 85 ms  # measured in May")
    text = text.replace("{put: orders}", "{put: orders, chance: 20%}")
    return text.replace("timeout: 10 s", "timeout: 15 s  # ours")


def _functions(text: str) -> dict[str, object]:
    data = read_yaml(text, "s").data
    assert isinstance(data, dict)
    api: dict[str, object] = data["functions"]["api"]
    return api


def test_nothing_has_moved() -> None:
    text = rendered(_draft(), "capplan import t.yaml")
    again = merged(text, "s", _draft(), dict(_draft().beside))
    assert again.text == text
    assert again.differences == ()
    assert not again.drifted


def test_the_source_is_followed_and_the_person_keeps_theirs() -> None:
    again = merged(_edited(), "s", _draft("512 MB", line=33), dict(_draft().beside))
    assert _functions(again.text) == {
        "memory": "512 MB",  # the source's
        "timeout": "15 s",  # the person's
        "calls": [{"put": "orders", "chance": "20%"}, {"get": "orders"}],
        "duration": "85 ms",
    }
    assert "# measured in May" in again.text
    assert "  api:                                # t.yaml:33\n" in again.text
    kinds = {(one.kind, one.path) for one in again.differences}
    assert kinds == {
        ("changed", "functions.api.memory"),
        ("kept", "functions.api.timeout"),
        ("kept", "functions.api.calls"),
        ("changed", "m.asl.json"),
    }
    assert again.drifted
    after = merged(again.text, "s", _draft("512 MB", line=33), {"m.asl.json": '{"Comment": "512 MB"}\n'})
    assert {one.kind for one in after.differences} == {"kept"}
    assert not after.drifted


def test_both_have_moved() -> None:
    again = merged(_edited(), "s", _draft(timeout="20 s"), dict(_draft().beside))
    assert [(one.kind, one.ours, one.theirs) for one in again.differences if one.path.endswith("timeout")] == [
        ("conflict", "15 s", "20 s")
    ]
    assert again.drifted
    assert _functions(again.text)["timeout"] == "15 s"


def test_what_is_new_comes_with_its_provenance_and_what_is_gone_goes() -> None:
    again = merged(_edited(), "s", _draft(names=("orders", "stock")), dict(_draft().beside))
    assert "  stock:                              # t.yaml:11\n    capacity: on-demand\n\nfunctions:" in again.text
    assert [(one.kind, one.path) for one in again.differences if "stock" in one.path] == [("added", "tables.stock")]
    less = merged(again.text, "s", _draft(), dict(_draft().beside))
    assert [(one.kind, one.path) for one in less.differences if "stock" in one.path] == [("removed", "tables.stock")]
    assert "stock" not in less.text


def test_an_entry_that_the_person_removed_stays_away_and_one_they_edited_stays() -> None:
    text = _edited().replace(
        "  orders:                             # t.yaml:10\n    capacity: on-demand\n", "  mine: {item_size: 1 KB}\n"
    )
    again = merged(text, "s", _draft(), dict(_draft().beside))
    assert ("kept", "tables.orders") in {(one.kind, one.path) for one in again.differences}
    two = merged(_edited(), "s", _draft(names=("orders", "stock")), dict(_draft().beside)).text
    edited = two.replace("# t.yaml:11\n    capacity: on-demand", "# t.yaml:11\n    capacity: on-demand\n    items: 5")
    kept = merged(edited, "s", _draft(), dict(_draft().beside))
    assert ("kept", "tables.stock") in {(one.kind, one.path) for one in kept.differences}
    assert read_yaml(kept.text, "s").data["tables"]["stock"]["items"] == Decimal(5)  # type: ignore[index]


def test_a_definition_that_somebody_edited_is_not_overwritten() -> None:
    again = merged(_edited(), "s", _draft("512 MB"), {"m.asl.json": "mine"})
    assert again.beside == {}
    assert ("conflict", "m.asl.json") in {(one.kind, one.path) for one in again.differences}


def test_without_the_digests_nothing_of_the_person_is_overwritten() -> None:
    text = _edited().partition("# As imported")[0]
    again = merged(text, "s", _draft("512 MB"), {})
    assert _functions(again.text)["memory"] == "256 MB"
    assert {one.kind for one in again.differences} == {"kept", "added"}
