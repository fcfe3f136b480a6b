"""serverless.yml: its variables, its own defaults, its events, the resources below."""

from decimal import Decimal
from pathlib import Path

import pytest

from capplan.commands.import_files import draft_of
from capplan.importing.draft import Draft
from capplan.importing.given import given_text
from capplan.importing.serverless.read import logical_id
from capplan.importing.serverless.variables import Variables
from capplan.reading.files import Files
from tests.importing.drafts import entry, write

HEAD = """
service: shop
provider:
  name: aws
  stage: test
  region: eu-west-1
custom:
  sizes: {test: 256, prod: 1024}
  loop: ${self:custom.loop}
  list: [a, b]
params:
  default: {domain: shop.example}
  prod: {domain: shop.com}
"""


@pytest.mark.parametrize(
    ("text", "is_"),
    [
        ("${self:service}", "shop"),
        ("${self:service}-${sls:stage}", "shop-test"),
        ("${opt:stage, self:provider.stage}", "test"),
        ("${opt:stage, 'dev'}-x", "dev-x"),
        ("${self:custom.sizes.${sls:stage}}", Decimal(256)),
        ("${self:custom.list.1}", "b"),
        ("${param:domain}", "shop.example"),
        ("${aws:region}", "eu-west-1"),
        ("${env:SIZE, '512'}", "512"),
        ("${strToBool(true)}", True),
        ("${file(config.yml):memory}", Decimal(3008)),
        ("${AWS::Region}", "${AWS::Region}"),
        ("${env:SIZE}", {"Fn::Unresolved": "variable env:SIZE is not in the files"}),
        ("${self:custom.loop}", {"Fn::Unresolved": "variable self:custom.loop refers to itself"}),
        ("${file(config.js):x}", {"Fn::Unresolved": "config.js is code, which is not run"}),
        ("${file(../secret.yml):x}", {"Fn::Unresolved": "variable file(../secret.yml):x is not in the files"}),
        ("x-${env:A}-y", {"Fn::Join": ["", ["x-", {"Fn::Unresolved": "variable env:A is not in the files"}, "-y"]]}),
    ],
)
def test_a_variable_is_filled_in_as_far_as_the_files_say(tmp_path: Path, text: str, is_: object) -> None:
    inside = tmp_path / "app"
    inside.mkdir()
    (tmp_path / "secret.yml").write_text("x: 1")
    (inside / "config.yml").write_text("memory: 3008")
    given = given_text("serverless.yml", HEAD, Files(inside))
    assert Variables(given, {}).filled(text) == is_


def test_an_option_decides() -> None:
    given = given_text("serverless.yml", HEAD, Files(Path()))
    assert (
        Variables(given, {"stage": "prod"}).filled("${self:custom.sizes.${sls:stage}} ${param:domain}")
        == "1024 shop.com"
    )


SHOP = (
    HEAD
    + """
functions:
  list-orders:
    handler: x
    runtime: nodejs22.x
    events:
      - http: GET orders
      - httpApi: {path: /v2/orders, method: get}
  work:
    handler: x
    runtime: nodejs22.x
    memorySize: ${self:custom.sizes.${sls:stage}}
    timeout: 30
    reservedConcurrency: 5
    maximumRetryAttempts: 1
    events:
      - schedule: rate(5 minutes)
      - schedule: {rate: cron(0 3 * * ? *), enabled: false}
      - stream: {type: dynamodb, arn: {Fn::GetAtt: [Orders, StreamArn]}}
      - sqs: {arn: {Fn::GetAtt: [Jobs, Arn]}, batchSize: 4}
    iamRoleStatements:
      - {Effect: Allow, Action: ['dynamodb:PutItem'], Resource: !GetAtt Stock.Arn}
  call:
    handler: x
    runtime: nodejs22.x
    environment: {NEXT: !Ref WorkLambdaFunction}
    url: true
resources:
  Resources:
    Orders: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST, StreamSpecification: {StreamViewType: NEW_IMAGE}}}
    Stock: {Type: AWS::DynamoDB::Table, Properties: {TableName: 'stock-${sls:stage}', BillingMode: PAY_PER_REQUEST}}
    Jobs: {Type: AWS::SQS::Queue}
"""
)


@pytest.fixture
def shop(tmp_path: Path) -> Draft:
    return draft_of([write(tmp_path, "serverless.yml", SHOP)], folder=tmp_path)


def test_defaults_are_those_of_the_framework(shop: Draft) -> None:
    found = entry(shop, "list-orders")
    assert (found.values["memory"], found.values["timeout"]) == ("1024 MB", "6 s")
    assert found.notes["memory",] == "the Serverless Framework's default"
    work = entry(shop, "work").values
    assert (work["memory"], work["timeout"]) == ("256 MB", "30 s")
    assert (work["reserved_concurrency"], work["retries"]) == (Decimal(5), Decimal(1))
    assert (shop.name, shop.region, shop.region_is_known) == ("shop", "eu-west-1", True)


def test_events_are_triggers_and_routes(shop: Draft) -> None:
    assert entry(shop, "work").values["triggers"] == [
        "work-schedule1",
        {"stream": "Orders", "batch": Decimal(10)},  # 10 is the framework's, AWS's would be 100
        {"queue": "Jobs", "batch": Decimal(4)},
    ]
    assert entry(shop, "ServerlessRestApi").values["routes"] == {"GET /orders": {"invoke": "list-orders"}}
    assert entry(shop, "ServerlessHttpApi").values["routes"] == {"GET /v2/orders": {"invoke": "list-orders"}}
    assert entry(shop, "call").values["triggers"] == [{"traffic": "call-url", "via": "function-url"}]
    assert [row.why for row in shop.unused if "schedule2" in row.what] == ["it is disabled"]


def test_calls_follow_from_statements_and_references(shop: Draft) -> None:
    assert entry(shop, "work").values["calls"] == [{"put": "Stock"}]
    assert entry(shop, "call").values["calls"] == [{"invoke": "work"}]


APPSYNC = """
service: chat
provider: {name: aws, runtime: nodejs22.x}
custom:
  appSync:
    - name: chat
      xrayEnabled: true
      mappingTemplates:
        - {type: Query, field: room, dataSource: rooms}
        - {type: Mutation, field: rename, dataSource: rooms, request: rename.vtl}
        - {type: Mutation, field: say, dataSource: code, request: false}
        - {type: Query, field: people, kind: PIPELINE, functions: [ids, names]}
      functionConfigurations: [{name: ids, dataSource: rooms}, {name: names, dataSource: people}]
      dataSources:
        - {type: AMAZON_DYNAMODB, name: rooms, config: {tableName: !Ref Rooms}}
        - {type: AMAZON_DYNAMODB, name: people, config: {tableName: !Ref People}}
        - {type: AWS_LAMBDA, name: code, config: {functionName: say}}
functions: {say: {handler: a}}
resources:
  Resources:
    Rooms: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST}}
    People: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST}}
"""


def test_a_graphql_api_of_the_plugin_is_read_with_its_mapping_templates(tmp_path: Path) -> None:
    templates = tmp_path / "mapping-templates"
    templates.mkdir()
    operations = {
        "Query.room.request": "GetItem",
        "rename": "UpdateItem",
        "ids.request": "Query",
        "names.request": "BatchGetItem",
    }
    for name, operation in operations.items():
        (templates / f"{name}.vtl").write_text(
            f'#set($x = 1)\n{{"version": "2018-05-29", "operation" : "{operation}"}}'
        )
    draft = draft_of([write(tmp_path, "serverless.yml", APPSYNC)], folder=tmp_path)
    assert entry(draft, "GraphQlApi").values["operations"] == {
        "room": {"get": "Rooms"},
        "rename": {"type": "mutation", "calls": [{"update": "Rooms"}]},
        "say": {"type": "mutation", "invoke": "say"},
        "people": {"calls": [{"query": "Rooms"}, {"batch-get": "People"}]},
    }


def test_provenance_is_the_line_of_the_function(shop: Draft) -> None:
    line = SHOP.splitlines().index("  work:") + 1
    assert [str(origin) for origin in entry(shop, "work").origins] == [f"serverless.yml:{line}"]


@pytest.mark.parametrize(
    ("name", "id_"),
    [("a", "ALambdaFunction"), ("list-it", "ListDashitLambdaFunction"), ("b_c", "BUnderscorecLambdaFunction")],
)
def test_the_logical_id_of_a_function(name: str, id_: str) -> None:
    assert logical_id(name) == id_
