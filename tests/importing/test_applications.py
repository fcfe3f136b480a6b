"""Small applications of the shapes that public ones have: each counts right, is valid, and answers before any traffic is known.

The shapes (several SAM templates, mapping templates, a definition in Fn::Sub, conditions, Fn::ForEach, a synthesized assembly,
several serverless.yml, machines with substitutions, auto scaling) are those of eleven applications read on 2026-11-30.
"""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from capplan.commands.import_files import imported
from capplan.commands.plan import plan
from capplan.language.load import load
from capplan.record import replace

FUNCTION = "{Type: AWS::Serverless::Function, Properties: {Runtime: python3.13}}"
TABLE = "{Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST}}"
STATES = '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "%s", "End": true}}}'
ASL = STATES % "${Work}"


def _sam(**resources: str) -> str:
    return "Transform: AWS::Serverless-2016-10-31\nResources:\n" + "".join(
        f"  {k}: {v}\n" for k, v in resources.items()
    )


def _cdk(name: str) -> str:
    """A template as the CDK synthesizes it: JSON, joined ARNs, ids with a digest."""
    machine = {
        "Fn::Join": [
            "",
            [STATES.partition("%s")[0], {"Fn::GetAtt": [f"{name}Fn1A2B3C4D", "Arn"]}, STATES.partition("%s")[2]],
        ]
    }
    return json.dumps(
        {
            "Resources": {
                f"{name}Fn1A2B3C4D": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "nodejs22.x"}},
                f"{name}Flow5E6F7A8B": {
                    "Type": "AWS::StepFunctions::StateMachine",
                    "Properties": {"DefinitionString": machine},
                },
                "CDKMetadata": {"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "v2"}},
            }
        }
    )


def _sls(service: str) -> str:
    return f"""service: {service}
provider: {{name: aws, runtime: nodejs22.x, stage: "${{opt:stage, 'dev'}}"}}
functions:
  get: {{handler: a, events: [{{http: 'GET /{service}'}}]}}
  put: {{handler: a, events: [{{http: 'PUT /{service}'}}]}}
resources:
  Resources:
    Rows: {TABLE}
"""


APPLICATIONS: Mapping[str, tuple[Mapping[str, str], Mapping[str, int]]] = {
    "several SAM templates": (
        {f"{n}/template.yaml": _sam(F=FUNCTION, G=FUNCTION, T=TABLE) for n in ("orders", "stock", "mail")},
        {"functions": 6, "tables": 3},
    ),
    "a definition in Fn::Sub": (
        {
            "template.yaml": _sam(
                Work=FUNCTION,
                Flow="{Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: !Sub '"
                + STATES % "${Work.Arn}"
                + "'}}",
            )
        },
        {"functions": 1, "state_machines": 1},
    ),
    "conditions and mappings": (
        {
            "template.yaml": "Parameters: {Env: {Type: String}}\nConditions: {Prod: !Equals [!Ref Env, prod]}\n"
            "Mappings: {Sizes: {prod: {m: 1024}, dev: {m: 256}}}\nResources:\n"
            "  A: {Type: AWS::DynamoDB::Table, Condition: Prod, Properties: {BillingMode: PAY_PER_REQUEST}}\n"
            "  F: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, MemorySize: !FindInMap [Sizes, !Ref Env, m]}}\n"
        },
        {"tables": 1, "functions": 1},
    ),
    "Fn::ForEach and Glue": (
        {
            "template.yaml": "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::T:\n    - N\n    - [A, B, C]\n"
            "    - Table${N}: " + TABLE + "\n"
            "  J: {Type: AWS::Glue::Job, Properties: {Command: {Name: glueetl}, GlueVersion: 4.0, NumberOfWorkers: '5', WorkerType: G.1X}}\n"
            "  C: {Type: AWS::Glue::Crawler, Properties: {Schedule: {ScheduleExpression: cron(0 3 * * ? *)}}}\n"
        },
        {"tables": 3, "jobs": 1, "crawlers": 1},
    ),
    "a synthesized assembly": (
        {
            "cdk.out/One.template.json": _cdk("One"),
            "cdk.out/Two.template.json": _cdk("Two"),
            "cdk.out/manifest.json": '{"version": "36.0.0", "artifacts": {}}',
            "cdk.out/tree.json": '{"version": "tree-0.1", "tree": {}}',
        },
        {"functions": 2, "state_machines": 2},
    ),
    "several serverless.yml": (
        {f"services/{n}/serverless.yml": _sls(n) for n in ("users", "posts")},
        {"functions": 4, "tables": 2, "apis": 2},
    ),
    "machines with substitutions": (
        {
            "template.yaml": _sam(
                Work=FUNCTION,
                A="{Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: flows/a.asl.json, DefinitionSubstitutions: {Work: !GetAtt Work.Arn}}}",
                B="{Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: flows/b.asl.yaml, DefinitionSubstitutions: {Work: !GetAtt Work.Arn}}}",
            ),
            "flows/a.asl.json": ASL,
            "flows/b.asl.yaml": "StartAt: A\nStates:\n  A: {Type: Task, Resource: '${Work}', End: true}\n",
            "package.json": '{"name": "x"}',
        },
        {"functions": 1, "state_machines": 2},
    ),
    "a network, alarms, queues": (
        {
            "template.json": json.dumps(
                {
                    "Resources": {
                        "Vpc": {"Type": "AWS::EC2::VPC"},
                        "Net": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}}},
                        "Nat": {"Type": "AWS::EC2::NatGateway", "Properties": {"SubnetId": {"Ref": "Net"}}},
                        "A1": {"Type": "AWS::CloudWatch::Alarm"},
                        "A2": {"Type": "AWS::CloudWatch::Alarm"},
                        "Q": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": "90"}},
                        "N": {"Type": "AWS::SNS::Topic"},
                        "S": {
                            "Type": "AWS::SNS::Subscription",
                            "Properties": {
                                "TopicArn": {"Ref": "N"},
                                "Endpoint": {"Fn::GetAtt": ["Q", "Arn"]},
                                "Protocol": "sqs",
                            },
                        },
                    }
                }
            )
        },
        {"networks": 1, "alarms": 1, "queues": 1, "topics": 1},
    ),
}


@pytest.mark.parametrize("name", APPLICATIONS)
def test_an_application_counts_right_and_is_valid_before_any_traffic_is_known(name: str, tmp_path: Path) -> None:
    files, counts = APPLICATIONS[name]
    source = tmp_path / "app"
    for file, text in files.items():
        (source / file).parent.mkdir(parents=True, exist_ok=True)
        (source / file).write_text(text, encoding="utf-8")
    target = tmp_path / "scenario.yaml"
    done = imported([str(source)], str(target))
    assert dict(Counter(e.section for e in done.draft.entries if e.section != "traffic")) == counts
    target.write_text(done.text, encoding="utf-8")
    for file, text in done.beside.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    answer = plan(replace(load(str(target)), allow_open=True))
    assert all(q.monthly_cost_at_stake is not None for q in answer.open_questions)
    again = imported([str(source)], str(target))
    assert not again.drifted
    assert again.text == done.text
