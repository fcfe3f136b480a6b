"""Blocks of several files become one scenario: names, references, measurements, provenance, questions."""

from decimal import Decimal

from capplan.importing.combine import combine
from capplan.importing.model import Block, Found, Origin, Question, Ref, Unused
from capplan.importing.names import MAX_NAME, name_of
from capplan.importing.render import rendered
from capplan.reading.yaml_reader import read_yaml


def _table(file: str = "a.yaml", name: str = "Orders", **more: object) -> Block:
    origin = Origin(file, 12, address=name)
    return Block("tables", name, {"partition_key": "pk", **more}, origin, (f"{file}#{name}", name.lower()))


def test_a_scenario_says_where_each_block_is_from_and_asks_what_no_file_says() -> None:
    function = Block(
        "functions",
        "api",
        {"memory": "256 MB", "calls": [{"put": Ref("a.yaml#Orders", "tables")}]},
        Origin("a.yaml", 30, address="Api"),
        notes={("calls", 0): "from DynamoDBCrudPolicy"},
        confirm=frozenset({("calls", 0)}),
        questions=(Question("duration", "120 ms", "how long does one invocation take?"),),
    )
    unused = Unused("AWS::IAM::Role", "nothing is billed for it", Origin("a.yaml", 50, address="Role"))
    text = rendered(
        combine([("a.yaml", "a template", Found((_table(), function), (unused,)))]), "capplan import a.yaml"
    )
    assert "  Orders:                             # a.yaml:12\n" in text
    assert "  api:                                # a.yaml:30 Api\n" in text
    assert "      - {put: Orders}                 # confirm: from DynamoDBCrudPolicy\n" in text
    assert "    # duration: 120 ms   how long does one invocation take?\n" in text
    assert "#   AWS::IAM::Role: nothing is billed for it (a.yaml:50 Role)\n" in text
    assert read_yaml(text, "s").data["functions"] == {"api": {"memory": "256 MB", "calls": [{"put": "Orders"}]}}  # type: ignore[index]


def test_a_reference_to_nothing_goes_and_is_told() -> None:
    block = Block(
        "functions", "f", {"calls": [{"get": Ref("a.yaml#Gone")}, {"put": Ref("orders")}]}, Origin("a.yaml", 3)
    )
    draft = combine([("a.yaml", "a template", Found((_table(), block)))])
    assert draft.entries[1].values == {"calls": [{"put": "Orders"}]}
    assert [row.why for row in draft.unused] == ["refers to Gone, which no file given declares"]


def test_a_measurement_adds_to_what_a_template_declares() -> None:
    measured = Block(
        "tables", "orders", {"items": Decimal(70)}, Origin("table.json"), ("orders",), joins="where_it_fits"
    )
    usage = Block("tables", "x", {"items": Decimal(1)}, Origin("usage.yml", 2), ("x",), joins="only_where_it_fits")
    draft = combine([("u", "usage", Found((measured, usage))), ("a.yaml", "a template", Found((_table(),)))])
    assert [(one.name, one.values) for one in draft.entries] == [
        ("Orders", {"partition_key": "pk", "items": Decimal(70)})
    ]
    assert [str(origin) for origin in draft.entries[0].origins] == ["a.yaml:12", "table.json"]
    assert [(row.what, row.why) for row in draft.unused] == [("tables: x", "no file given declares it")]


def test_two_templates_may_declare_one_name() -> None:
    draft = combine([(f, "a template", Found((_table(f),))) for f in ("shop/template.yaml", "stock/template.yaml")])
    assert [one.name for one in draft.entries] == ["Orders", "stock-Orders"]


def test_a_section_that_there_is_not_yet_is_listed() -> None:
    block = Block("teapots", "t", {}, Origin("a.yaml", 4))
    assert [row.why for row in combine([("a.yaml", "", Found((block,)))]).unused] == ["seen and not used yet"]


def test_long_names_are_shortened_stably() -> None:
    long = "OrdersServiceStackProductionEnvironmentTableForCustomersOfTheNorthern"  # 70 letters
    assert len(name_of(long + "A")) == MAX_NAME
    assert name_of(long + "A") == name_of(long + "A")
    assert name_of(long + "A") != name_of(long + "B")
    assert name_of("my.function name") == "my-function-name"
