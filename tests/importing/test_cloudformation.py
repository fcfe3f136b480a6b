"""Templates of CloudFormation and SAM: what becomes of each resource, its wiring, and the traps of the format."""

import time
from decimal import Decimal
from pathlib import Path

import pytest

from capplan.commands.import_files import draft_of
from capplan.importing.draft import Draft, Entry
from capplan.importing.render import rendered
from tests.importing.drafts import entry, write


def read(folder: Path, text: str, name: str = "template.yaml", **parameters: str) -> Draft:
    return draft_of([write(folder, name, text)], folder=folder, parameters=parameters)


def one(folder: Path, body: str, head: str = "", **parameters: str) -> Entry:
    """The entry of a resource `X`, whose body is given."""
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    return entry(read(folder, f"{head}\nResources:\n  X:\n{lines}", **parameters), "X")


def asked(found: Entry) -> dict[str, tuple[object, str]]:
    return {question.key: (question.example, question.asks) for question in found.questions}


PROVISIONED = {"mode": "provisioned", "write": Decimal(5), "read": Decimal(10)}


@pytest.mark.parametrize(
    ("body", "capacity"),
    [
        ("ProvisionedThroughput: {ReadCapacityUnits: 10, WriteCapacityUnits: 5}", PROVISIONED),
        ("ProvisionedThroughput: {ReadCapacityUnits: '10', WriteCapacityUnits: '5'}", PROVISIONED),
        ("BillingMode: PAY_PER_REQUEST", "on-demand"),
        (
            "BillingMode: PROVISIONED\n  ProvisionedThroughput: {ReadCapacityUnits: 10, WriteCapacityUnits: 5}",
            PROVISIONED,
        ),
    ],
    ids=["no BillingMode is PROVISIONED", "numbers as texts", "on demand", "provisioned"],
)
def test_capacity_of_a_table(tmp_path: Path, body: str, capacity: object) -> None:
    found = one(tmp_path, f"Type: AWS::DynamoDB::Table\nProperties:\n  {body}")
    assert found.values["capacity"] == capacity


def test_a_table_whole(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        """
Type: AWS::DynamoDB::Table
Properties:
  BillingMode: PAY_PER_REQUEST
  AttributeDefinitions: [{AttributeName: pk, AttributeType: N}, {AttributeName: sk, AttributeType: S}]
  KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
  GlobalSecondaryIndexes:
    - {IndexName: by-sk, KeySchema: [{AttributeName: sk, KeyType: HASH}], Projection: {ProjectionType: INCLUDE, NonKeyAttributes: [total]}}
  LocalSecondaryIndexes:
    - {IndexName: local, KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: at, KeyType: RANGE}], Projection: {ProjectionType: KEYS_ONLY}}
  StreamSpecification: {StreamViewType: NEW_IMAGE}
  TableClass: STANDARD_INFREQUENT_ACCESS
  TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
  PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: "true"}
  OnDemandThroughput: {MaxWriteRequestUnits: 200, MaxReadRequestUnits: -1}
  WarmThroughput: {ReadUnitsPerSecond: 15000, WriteUnitsPerSecond: 5000}
""",
    )
    assert found.values == {
        "partition_key": {"name": "pk", "type": "number"},
        "sort_key": "sk",
        "capacity": "on-demand",
        "throughput": {"max_write": Decimal(200)},
        "indexes": {
            "by-sk": {"partition_key": "sk", "project": ["total"]},
            "local": {"sort_key": "at", "local": True, "project": "keys-only"},
        },
        "stream": "new-image",
        "class": "standard-ia",
        "ttl": "expires",
        "point_in_time_recovery": True,
        "warm": {"write": Decimal(5000), "read": Decimal(15000)},
    }
    assert list(asked(found)) == ["item_size", "items"]


def test_auto_scaling_is_joined_to_its_table(tmp_path: Path) -> None:
    draft = read(
        tmp_path,
        """
Resources:
  X:
    Type: AWS::DynamoDB::Table
    Properties:
      ProvisionedThroughput: {ReadCapacityUnits: 10, WriteCapacityUnits: 5}
  Target:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties: {MinCapacity: 5, MaxCapacity: 300, ResourceId: !Sub 'table/${X}', ScalableDimension: 'dynamodb:table:WriteCapacityUnits'}
  Policy:
    Type: AWS::ApplicationAutoScaling::ScalingPolicy
    Properties: {ScalingTargetId: !Ref Target, TargetTrackingScalingPolicyConfiguration: {TargetValue: 60.0}}
""",
    )
    assert entry(draft, "X").values["capacity"] == {
        "mode": "provisioned",
        "write": {"min": Decimal(5), "max": Decimal(300), "target": "60%"},
        "read": Decimal(10),
    }


@pytest.mark.parametrize(
    ("body", "is_"),
    [
        (
            "GlueVersion: 4.0\n  WorkerType: G.1X\n  NumberOfWorkers: 10",
            {"glue_version": "4.0", "workers": Decimal(10)},
        ),
        ("GlueVersion: '0.9'\n  MaxCapacity: 8", {"glue_version": "0.9", "dpus": Decimal(8)}),
        ("Command: {Name: pythonshell}\n  MaxCapacity: 0.0625", {"type": "python-shell", "dpus": Decimal("0.0625")}),
        (
            "GlueVersion: '5.0'\n  NumberOfWorkers: 4\n  Timeout: 60\n  MaxRetries: 2",
            {"timeout": "60 min", "max_retries": Decimal(2)},
        ),
        (
            "GlueVersion: '5.0'\n  NumberOfWorkers: 4\n  DefaultArguments: {--enable-auto-scaling: 'true'}",
            {"auto_scaling": True},
        ),
    ],
    ids=["a version as a float", "an old version has DPUs", "python shell", "minutes", "auto scaling by an argument"],
)
def test_a_glue_job(tmp_path: Path, body: str, is_: dict[str, object]) -> None:
    found = one(tmp_path, f"Type: AWS::Glue::Job\nProperties:\n  {body}")
    assert is_.items() <= found.values.items()


def test_max_capacity_with_a_newer_glue_is_asked_for_as_workers(tmp_path: Path) -> None:
    found = one(tmp_path, "Type: AWS::Glue::Job\nProperties: {GlueVersion: '4.0', MaxCapacity: 12}")
    assert asked(found)["workers"] == (Decimal(12), "MaxCapacity is not for Glue 4.0, which takes a number of workers")
    assert "dpus" not in found.values


FUNCTION = "Type: AWS::Lambda::Function\nProperties:\n  Runtime: python3.13\n  "


def test_a_value_that_a_condition_decides_is_asked_for_both_ways(tmp_path: Path) -> None:
    head = "Parameters: {Stage: {Type: String}}\nConditions: {IsProd: !Equals [!Ref Stage, prod]}"
    body = FUNCTION + "MemorySize: !If [IsProd, 1024, 256]\n  Timeout: !If [IsProd, 30, !Ref AWS::NoValue]"
    found = one(tmp_path, body, head)
    assert asked(found)["memory"] == ("1024 MB", "1024 MB if IsProd, else 256 MB")
    assert asked(found)["timeout"] == ("30 s", "30 s if IsProd, else not set")
    assert "memory" not in found.values
    decided = one(tmp_path, body, head, Stage="test")
    assert decided.values["memory"] == "256 MB"
    assert "timeout" not in decided.values


def test_a_conditional_resource_is_there_unless_it_is_decided_that_it_is_not(tmp_path: Path) -> None:
    text = """
Parameters: {Stage: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  X: {Type: AWS::DynamoDB::Table, Condition: IsProd, Properties: {BillingMode: PAY_PER_REQUEST}}
"""
    (found,) = read(tmp_path, text).entries
    assert found.origins[0].address == "X, if IsProd"
    assert len(read(tmp_path, text, Stage="prod").entries) == 1
    gone = read(tmp_path, text, Stage="test")
    assert gone.entries == ()
    assert gone.unused[0].why.startswith("its condition is false")


def test_what_is_read_when_it_is_deployed_is_asked_for(tmp_path: Path) -> None:
    head = "Parameters: {Memory: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /memory}, Time: {Type: Number}}"
    found = one(tmp_path, FUNCTION + "MemorySize: !Ref Memory\n  Timeout: !Ref Time", head)
    assert asked(found)["memory"] == ("128 MB", "Systems Manager has it when it is deployed, /memory")
    assert asked(found)["timeout"] == ("30 s", "parameter Time has no default: --parameter Time=...")


def test_globals_and_events_of_sam(tmp_path: Path) -> None:
    draft = read(
        tmp_path,
        """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {MemorySize: 512, Timeout: 120, Architectures: [arm64], Environment: {Variables: {TABLE: !Ref Orders}}}
Resources:
  Orders: {Type: AWS::Serverless::SimpleTable}
  Api:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      MemorySize: 1024
      Policies: [{DynamoDBCrudPolicy: {TableName: !Ref Orders}}]
      Events:
        Get: {Type: HttpApi, Properties: {Path: '/orders/{id}', Method: get}}
        Night: {Type: Schedule, Properties: {Schedule: rate(1 hour)}}
        Off: {Type: Schedule, Properties: {Schedule: rate(1 hour), Enabled: false}}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Events:
        Jobs:
          Type: SQS
          Properties:
            {Queue: !GetAtt Queue.Arn, BatchSize: 5, MaximumBatchingWindowInSeconds: 10, FunctionResponseTypes: [ReportBatchItemFailures]}
  Queue: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 720, RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}}}
  Dead: {Type: AWS::SQS::Queue}
""",
    )
    api, worker = entry(draft, "Api"), entry(draft, "Worker")
    assert api.values["memory"] == "1024 MB"
    assert (api.values["timeout"], api.values["architecture"]) == ("2 min", "arm64")
    assert api.values["calls"] == [{"get": "Orders"}, {"put": "Orders"}]
    assert {("calls", 0), ("calls", 1)} == api.confirm
    assert api.values["triggers"] == ["Api-Night"]
    assert entry(draft, "Api-Night").values == {"schedule": "rate(1 hour)"}
    assert entry(draft, "ServerlessHttpApi").values["routes"] == {"GET /orders/{id}": {"invoke": "Api"}}
    assert worker.values["triggers"] == [
        {"queue": "Queue", "batch": Decimal(5), "window": "10 s", "partial_responses": True}
    ]
    assert entry(draft, "Queue").values == {
        "visibility_timeout": "12 min",
        "max_receive_count": Decimal(3),
        "dead_letters": "Dead",
    }
    assert [row.why for row in draft.unused if "Off" in row.what] == ["it is disabled"]


def test_a_stream_of_what_is_not_imported_is_traffic_of_its_own(tmp_path: Path) -> None:
    draft = read(
        tmp_path,
        """
Transform: AWS::Serverless-2016-10-31
Resources:
  Documents: {Type: AWS::DocDB::DBCluster}
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Events: {Changes: {Type: DynamoDB, Properties: {Stream: !Ref Documents, BatchSize: 5}}}
""",
    )
    assert entry(draft, "F").values["triggers"] == [{"traffic": "Documents"}]
    assert asked(entry(draft, "Documents"))["rate"][1] == "how many changes of that table arrive?"


IAM = """
Resources:
  T: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST, TableName: orders, StreamSpecification: {StreamViewType: NEW_IMAGE}}}
  F:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Role: !GetAtt Role.Arn
      Environment: {Variables: {%s}}
  G: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13}}
  M: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies: [{PolicyName: p, PolicyDocument: {Statement: {Effect: Allow, Action: %s, Resource: %s}}}]
%s
"""


@pytest.mark.parametrize(
    ("actions", "resource", "calls"),
    [
        ("'dynamodb:GetItem'", "!GetAtt T.Arn", [{"get": "T"}]),
        (
            "['dynamodb:GetItem', 'dynamodb:PutItem', 'logs:*']",
            "[!Sub '${T.Arn}', !Sub '${T.Arn}/index/*']",
            [{"get": "T"}, {"put": "T"}],
        ),
        ("['dynamodb:Query', 'dynamodb:Scan']", "'arn:aws:dynamodb:*:*:table/orders'", [{"query": "T"}]),
        ("['dynamodb:*']", "!GetAtt T.Arn", [{"get": "T"}, {"put": "T"}]),
        ("'lambda:InvokeFunction'", "!GetAtt G.Arn", [{"invoke": "G"}]),
        ("'states:StartExecution'", "!Ref M", [{"start": "M"}]),
        ("'dynamodb:GetItem'", "'*'", None),
        ("'lambda:InvokeFunction'", "!GetAtt F.Arn", None),
    ],
)
def test_policies_say_what_may_be_called(tmp_path: Path, actions: str, resource: str, calls: object) -> None:
    found = entry(read(tmp_path, IAM % ("", actions, resource, "")), "F")
    assert found.values.get("calls") == calls
    assert len(found.confirm) == len(calls or ())  # type: ignore[arg-type]


def test_a_policy_of_its_own_and_a_variable(tmp_path: Path) -> None:
    own = """  Policy:
    Type: AWS::IAM::Policy
    Properties: {Roles: [!Ref Role], PolicyDocument: {Statement: [{Effect: Allow, Action: ['dynamodb:UpdateItem'], Resource: [!GetAtt T.Arn]}]}}
"""
    found = entry(read(tmp_path, IAM % ("A: !Ref T, B: !Ref G", "'logs:*'", "'*'", own)), "F")
    assert found.values["calls"] == [{"update": "T"}, {"invoke": "G"}]
    alone = entry(read(tmp_path, IAM % ("A: orders", "'logs:*'", "'*'", "")), "F")
    assert alone.values["calls"] == [{"get": "T"}, {"put": "T"}]
    assert alone.notes["calls", 0] == "environment variable A"


def test_a_concluded_call_never_closes_a_loop(tmp_path: Path) -> None:
    reader = """  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !Ref F, EventSourceArn: !GetAtt T.StreamArn, FilterCriteria: {Filters: []}}
"""
    draft = read(tmp_path, IAM % ("A: !Ref T", "'logs:*'", "'*'", reader))
    found = entry(draft, "F")
    assert found.values["triggers"] == [{"stream": "T"}]
    assert found.values["calls"] == [{"get": "T"}]
    assert any("without end" in row.why for row in draft.unused)


def test_a_definition_is_lifted_with_its_references(tmp_path: Path) -> None:
    draft = read(
        tmp_path,
        """
Resources:
  Save: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, FunctionName: save-it}}
  T: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST}}
  M:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineType: EXPRESS
      DefinitionString: !Sub |
        {"StartAt": "A", "States": {
          "A": {"Type": "Task", "Resource": "${Save.Arn}", "Next": "B", "Retry": ${Retries}},
          "B": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "Parameters": {"TableName": "${T}"}, "Next": "C"},
          "C": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "save-it"},
                "TimeoutSeconds": ${Seconds}, "End": true}}}
      DefinitionSubstitutions: {Retries: '[]', Seconds: 30}
  Starter: {Type: Custom::Start, Properties: {Machine: !Ref M}}
Parameters: {Retries: {Type: String, Default: '[]'}, Seconds: {Type: Number}}
""",
        Seconds="30",
    )
    found = entry(draft, "M")
    assert found.values["type"] == "express"
    assert found.values["substitutions"] == {
        "Save.Arn": "arn:aws:lambda:::function:Save",
        "T": "T",
        "Retries": "[]",
        "Seconds": Decimal(30),
    }
    assert found.values["states"] == {"C": {"call": "Save"}}
    assert '"${Save.Arn}"' in draft.beside["M.asl.json"]
    assert any("starts M when it is deployed" in row.why for row in draft.unused)


def test_a_definition_in_a_file_is_referred_to_and_never_read_outside(tmp_path: Path) -> None:
    (tmp_path / "app" / "flows").mkdir(parents=True)
    states = '{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 5, "End": true}}}'
    (tmp_path / "app" / "flows" / "m.asl.json").write_text(states)
    (tmp_path / "secret.asl.json").write_text(states)
    text = "Resources:\n  M: {{Type: AWS::Serverless::StateMachine, Properties: {{DefinitionUri: {}}}}}\n"
    inside = read(tmp_path / "app", text.format("flows/m.asl.json"))
    assert entry(inside, "M").values["definition"] == "flows/m.asl.json"
    assert inside.beside == {}
    outside = read(tmp_path / "app", text.format("../secret.asl.json"))
    assert outside.entries == ()
    assert "outside of the given folder" in outside.unused[0].why


def test_nested_templates_exports_and_values_of_systems_manager_join_stacks(tmp_path: Path) -> None:
    write(
        tmp_path,
        "data.yaml",
        """
Parameters: {Name: {Type: String}}
Resources:
  T: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST, TableName: !Ref Name}}
  P: {Type: AWS::SSM::Parameter, Properties: {Name: /shop/table, Type: String, Value: !Ref T}}
Outputs: {Table: {Value: !Ref T, Export: {Name: shop-table}}}
""",
    )
    write(
        tmp_path,
        "main.yaml",
        """
Parameters: {Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /shop/table}}
Resources:
  Data: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: data.yaml, Parameters: {Name: orders}}}
  Away: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://example.com/x.yaml'}}
  F: {Type: AWS::Serverless::Function, Properties: {Runtime: python3.13, Policies: [{DynamoDBReadPolicy: {TableName: !ImportValue shop-table}}]}}
  G: {Type: AWS::Serverless::Function, Properties: {Runtime: python3.13, Policies: [{DynamoDBWritePolicy: {TableName: !Ref Stored}}]}}
""",
    )
    draft = draft_of([str(tmp_path)], folder=tmp_path)
    assert [one.name for one in draft.entries if one.section == "tables"] == ["T"], "the nested template is read once"
    assert entry(draft, "F").values["calls"] == [{"get": "T"}]
    assert entry(draft, "G").values["calls"] == [{"put": "T"}]
    assert [row.why for row in draft.unused if row.what == "AWS::CloudFormation::Stack"] == [
        "its template is not among the files: name it too"
    ]


def test_graphql_resolvers_ask_tables_and_functions(tmp_path: Path) -> None:
    draft = read(
        tmp_path,
        """
Resources:
  T: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST}}
  F: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13}}
  Shop: {Type: AWS::AppSync::GraphQLApi, Properties: {Name: shop}}
  Rows: {Type: AWS::AppSync::DataSource, Properties: {ApiId: !GetAtt Shop.ApiId, Name: rows, Type: AMAZON_DYNAMODB, DynamoDBConfig: {TableName: !Ref T}}}
  Code:
    Type: AWS::AppSync::DataSource
    Properties: {ApiId: !GetAtt Shop.ApiId, Name: code, Type: AWS_LAMBDA, LambdaConfig: {LambdaFunctionArn: !GetAtt F.Arn}}
  A:
    Type: AWS::AppSync::Resolver
    Properties:
      {ApiId: !GetAtt Shop.ApiId, TypeName: Query, FieldName: order, DataSourceName: !GetAtt Rows.Name,
       RequestMappingTemplate: '{"operation": "GetItem"}'}
  B: {Type: AWS::AppSync::Resolver, Properties: {ApiId: !GetAtt Shop.ApiId, TypeName: Mutation, FieldName: buy, DataSourceName: code}}
""",
    )
    assert entry(draft, "Shop").values["operations"] == {
        "order": {"get": "T"},
        "buy": {"type": "mutation", "invoke": "F"},
    }


def test_what_is_logged_traced_encrypted_and_where_failures_go(tmp_path: Path) -> None:
    draft = read(
        tmp_path,
        """
Resources:
  K: {Type: AWS::KMS::Key}
  D: {Type: AWS::SQS::Queue}
  T: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST, SSESpecification: {SSEEnabled: true, KMSMasterKeyId: !Ref K}}}
  F:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, TracingConfig: {Mode: Active}, DeadLetterConfig: {TargetArn: !GetAtt D.Arn}}
  L: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub '/aws/lambda/${F}', RetentionInDays: 14}}
  M:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'
      LoggingConfiguration: {Level: ERROR}
      TracingConfiguration: {Enabled: true}
""",
    )
    assert entry(draft, "T").values["encryption"] == "K"
    function = entry(draft, "F").values
    assert (function["tracing"], function["logs"], function["on_failure"]) == ("active", {"retention": "14 d"}, "D")
    machine = entry(draft, "M").values
    assert (machine["tracing"], machine["logs"]) == ("active", {"level": "error", "execution_data": False})
    assert not any(row.what == "AWS::Logs::LogGroup" for row in draft.unused)


def test_names_longer_than_64_letters_are_shortened_and_resolve(tmp_path: Path) -> None:
    name = "T" * 80
    text = f"""
Resources:
  {name}: {{Type: AWS::DynamoDB::Table, Properties: {{BillingMode: PAY_PER_REQUEST}}}}
  F: {{Type: AWS::Serverless::Function, Properties: {{Runtime: python3.13, Policies: [{{DynamoDBReadPolicy: {{TableName: !Ref {name}}}}}]}}}}
"""
    draft = read(tmp_path, text)
    (table,) = [one.name for one in draft.entries if one.section == "tables"]
    assert len(table) == 64
    assert entry(draft, "F").values["calls"] == [{"get": table}]


def test_a_template_of_5000_lines_is_read_in_a_second(tmp_path: Path) -> None:
    bodies = "".join(
        f"""  F{i}:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      MemorySize: !If [Prod, 1024, 256]
      Environment:
        Variables:
          TABLE: !Ref T
      Policies:
        - DynamoDBCrudPolicy:
            TableName: !Ref T
      Events:
        Get:
          Type: Api
          Properties: {{Path: /p{i}, Method: get}}
"""
        for i in range(350)
    )
    head = "Parameters: {S: {Type: String, Default: x}}\nConditions: {Prod: !Equals [!Ref S, prod]}\nResources:\n"
    table = "  T: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST}}\n"
    text = head + table + bodies
    assert text.count("\n") > 4_900
    path = write(tmp_path, "template.yaml", text)
    start = time.process_time()
    draft = draft_of([path], folder=tmp_path)
    rendered(draft, "capplan import template.yaml")
    assert time.process_time() - start < 1
    assert len(draft.entries) > 350
