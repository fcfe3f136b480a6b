"""The functions of a template, as far as they are known before it is deployed."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from capplan.importing.cloudformation.template import Template
from capplan.importing.cloudformation.values import Either, Export, Mixed, Token, Unknown
from capplan.importing.given import given_text
from capplan.reading.files import Files

HEAD = """
Parameters:
  Stage: {Type: String, Default: dev}
  Size: {Type: Number, Default: "512"}
  Zones: {Type: CommaDelimitedList, Default: "a, b ,c"}
  Secret: {Type: String}
  FromStore: {Type: "AWS::SSM::Parameter::Value<String>", Default: /shop/table}
Mappings:
  Sizes:
    dev: {memory: 256, same: 1}
    prod: {memory: 1024, same: 1}
  Regions:
    us-east-1: {layer: one, zones: 3}
    eu-west-1: {layer: two, zones: 3}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
  Either: !Or [!Condition IsProd, !Condition IsDev]
  Open: !Equals [!Ref Secret, x]
  OpenOrTrue: !Or [!Condition Open, !Condition IsDev]
  OpenAndFalse: !And [!Condition Open, !Condition IsProd]
  Round: !Not [!Condition Round]
  InEurope: !Equals [!Ref AWS::Region, eu-west-1]
Resources: {}
"""


def template(text: str = "", **parameters: str) -> Template:
    given = given_text("t.yaml", HEAD + text, Files(Path()))
    assert given.error is None
    return Template(given, given.data, parameters)


def value(text: str, **parameters: str) -> Any:  # noqa: ANN401  plain data
    at = template(f"Value: {text}\n", **parameters)
    return at.value(at.data["Value"])


TABLE = Token("t.yaml", "Table")


@pytest.mark.parametrize(
    ("written", "is_"),
    [
        ("!Ref Stage", "dev"),
        ("!Ref Table", TABLE),
        ("!GetAtt Table.Stream.Arn", Token("t.yaml", "Table", "Stream.Arn")),
        ("!Sub '${Stage}-orders'", "dev-orders"),
        ("!Sub ['${A}/${B}', {A: x, B: !Ref Stage}]", "x/dev"),
        ("!Sub '${!Literal}-${Size}'", "${Literal}-512"),
        ("!Sub 'table/${Table}/*'", Mixed(("table/", TABLE, "/*"))),
        ("!Join ['-', [a, !Ref Stage, 7]]", "a-dev-7"),
        ("!Select [1, !Ref Zones]", "b"),
        ("!Select ['2', !Split [',', 'x,y,z']]", "z"),
        ("!FindInMap [Sizes, !Ref Stage, memory]", Decimal(256)),
        ("!FindInMap [Regions, !Ref AWS::Region, zones]", Decimal(3)),
        ("!FindInMap [Sizes, stage, memory, {DefaultValue: 128}]", Decimal(128)),
        ("!If [IsProd, 2, 1]", Decimal(1)),
        ("!If [Open, 2, 1]", Either("Open", Decimal(2), Decimal(1))),
        ("!If [Open, 2, 2]", Decimal(2)),
        ("{a: 1, b: !Ref AWS::NoValue, c: [1, !Ref AWS::NoValue]}", {"a": Decimal(1), "c": [Decimal(1)]}),
        ("!If [IsProd, x, !Ref AWS::NoValue]", None),
        ("!ImportValue shop-table", Export("shop-table")),
        ("!Ref FromStore", Export("ssm:/shop/table")),
        ("'{{resolve:ssm:/shop/table}}'", Export("ssm:/shop/table")),
        (
            "'{{resolve:secretsmanager:db:SecretString:user}}'",
            Unknown("secretsmanager resolves it when it is deployed"),
        ),
        ("!Base64 text", Unknown("Fn::Base64 is known when it is deployed")),
        ("{Fn::Length: !Ref Zones}", Decimal(3)),
        ("!Ref Secret", Unknown("parameter Secret has no default: --parameter Secret=...")),
    ],
)
def test_a_function_is_evaluated(written: str, is_: object) -> None:
    found = value(written)
    assert found == is_ or (is_ is None and type(found).__name__ == "NoValue")


def test_a_mapping_by_region_is_asked_for() -> None:
    found = value("!FindInMap [Regions, !Ref AWS::Region, layer]")
    assert found == Unknown("Mapping Regions depends on the Region: --parameter AWS::Region=...")
    at = template("Value: !FindInMap [Regions, !Ref AWS::Region, layer]\n", **{"AWS::Region": "eu-west-1"})
    assert at.value(at.data["Value"]) == "two"


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("IsProd", False),
        ("IsDev", True),
        ("Either", True),
        ("Open", None),
        ("OpenOrTrue", True),
        ("OpenAndFalse", False),
        ("Round", None),
        ("InEurope", None),
    ],
)
def test_a_condition_holds_does_not_or_is_open(name: str, holds: object) -> None:
    assert template().condition(name) is holds


def test_a_parameter_decides() -> None:
    assert template(Stage="prod").condition("IsProd") is True
    assert template(Secret="x").condition("Open") is True  # noqa: S106  a parameter of that name
    assert value("!Ref Size", Size="1024") == "1024"


def test_defaults_that_decide_a_condition_are_told() -> None:
    at = template()
    at.condition("IsProd")
    assert at.used == {"Stage": "dev"}
    given = template(Stage="dev")
    given.condition("IsProd")
    assert given.used == {}


def test_for_each_makes_a_resource_of_each_item() -> None:
    text = """
Fn::ForEach::Outer:
  - Kind
  - [Orders, Stock]
  - ${Kind}Table:
      Type: AWS::DynamoDB::Table
      Properties: {TableName: !Sub 'shop-${Kind}', Tags: [{Key: kind, Value: !Ref Kind}]}
    Fn::ForEach::Inner:
      - Copy
      - !Ref Zones
      - ${Kind}${Copy}Queue: {Type: AWS::SQS::Queue}
"""
    body = "".join(f"  {line}\n" for line in text.strip().splitlines())
    head = HEAD.replace("Resources: {}\n", "Resources:\n" + body)
    given = given_text("t.yaml", head, Files(Path()))
    at = Template(given, given.data, {})
    found = {resource.id: resource for resource in at.resources()}
    assert list(found) == [
        "OrdersTable",
        "OrdersaQueue",
        "OrdersbQueue",
        "OrderscQueue",
        *(["StockTable", "StockaQueue", "StockbQueue", "StockcQueue"]),
    ]
    assert found["StockTable"].properties == {"TableName": "shop-Stock", "Tags": [{"Key": "kind", "Value": "Stock"}]}
    assert found["StockTable"].line == found["OrdersTable"].line > 20


def test_what_nests_or_grows_without_end_is_bounded() -> None:
    deep: Any = "x"
    for _ in range(300):
        deep = {"Fn::Sub": ["${A}", {"A": deep}]}
    assert isinstance(template().value(deep), Unknown | str)
    wide = "".join(f"${{P{i}}}" for i in range(500))
    at = template()
    huge = at.value({"Fn::Sub": [wide, {f"P{i}": "x" * 5000 for i in range(500)}]})
    assert isinstance(huge, Unknown)
