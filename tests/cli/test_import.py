"""`capplan import`: what is printed, written and refused, and what other commands say of a file that is no scenario."""

import json
from pathlib import Path

import pytest

from tests.cli.test_cli import run

TEMPLATE = """Transform: AWS::Serverless-2016-10-31
Parameters: {Memory: {Type: Number, Default: 256}}
Resources:
  Orders: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST}}
  Api:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      MemorySize: !Ref Memory
      Policies: [{DynamoDBCrudPolicy: {TableName: !Ref Orders}}]
      Events: {Get: {Type: Api, Properties: {Path: /orders, Method: get}}}
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties: {DefinitionString: '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'}
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE)
    return path


def test_a_scenario_is_printed_and_answers_at_once(template: Path) -> None:
    printed = run("import", str(template))
    assert printed.returncode == 0
    assert "  Orders:                             # template.yaml:4\n" in printed.stdout.replace(
        str(template), "template.yaml"
    )
    target = template.parent / "scenario.yaml"
    assert run("import", str(template), "-o", str(target)).returncode == 0
    assert (template.parent / "Flow.asl.json").is_file()
    assert run("validate", str(target)).returncode == 0
    estimate = run("estimate", str(target))
    assert estimate.returncode == 0
    assert "settle most of the bill" in estimate.stdout or "what hangs on each" in estimate.stdout
    assert run("estimate", str(target), "--strict").returncode == 4
    check = run("check", str(target))
    assert check.returncode == 2
    assert "is not answered yet" in check.stderr


def test_it_follows_the_template_and_checks_for_drift(template: Path) -> None:
    target = template.parent / "scenario.yaml"
    command = ("import", str(template), "-o", str(target))
    assert run(*command, "--check").returncode == 2, "there is nothing to check yet"
    run(*command)
    target.write_text(target.read_text().replace("# duration: 120 ms ", "duration: 40 ms  # ours, "))
    assert run(*command, "--check").returncode == 0
    template.write_text(TEMPLATE.replace("Default: 256", "Default: 512"))
    before = target.read_text()
    checked = run(*command, "--check", "-f", "json")
    assert checked.returncode == 3
    answer = json.loads(checked.stdout)
    assert answer["schema"] == "capplan.import/1"
    assert [(d["kind"], d["path"], d["scenario"], d["source"]) for d in answer["differences"]] == [
        ("changed", "functions.Api.memory", "256 MB", "512 MB")
    ]
    assert (answer["written"], target.read_text()) == (None, before)
    assert run(*command).returncode == 0
    assert "memory: 512 MB" in target.read_text()
    assert "duration: 40 ms  # ours," in target.read_text()
    assert run(*command, "--check").returncode == 0


def test_a_parameter_decides_and_an_unknown_one_is_an_error(template: Path) -> None:
    assert "memory: 2048 MB" in run("import", str(template), "--parameter", "Memory=2048").stdout
    wrong = run("import", str(template), "--parameter", "Memroy=2048")
    assert wrong.returncode == 2
    assert "did you mean 'Memory'?" in wrong.stderr
    assert run("import", str(template), "--parameter", "Memory").returncode == 2


@pytest.mark.parametrize("command", ["estimate", "check", "validate"])
def test_a_command_says_what_a_file_is_and_which_import_makes_a_scenario_of_it(command: str, template: Path) -> None:
    flow = template.parent / "flow.asl.json"
    flow.write_text('{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}')
    source = template.parent / "main.tf"
    source.write_text('resource "aws_dynamodb_table" "t" {\n  name = var.name\n}\n')
    for path, words in (
        (template, f"capplan import {template} -o scenario.yaml"),
        (flow, "capplan import"),
        (source, "terraform show -json"),
        (template.parent, "this is a folder"),
    ):
        done = run(command, str(path), "-f", "json")
        assert done.returncode == 2
        (error,) = json.loads(done.stdout)["errors"]
        assert words in f"{error['message']}; {error['hint']}", path


def test_init_begins_from_a_template(template: Path) -> None:
    assert "capplan init --from" in " ".join(run("init", str(template)).stderr.split())
    folder = template.parent / "new"
    assert run("init", str(folder), "--from", str(template)).returncode == 0
    assert run("validate", str(folder / "scenario.yaml")).returncode == 0
    assert run("init", str(folder), "--from", str(template)).returncode == 2


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        (
            "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: !!python/name:os.system 5}}\n",
            "2:62",
            "unknown tag",
        ),
        ("Resources:\n  A: [1\n", "3:1", "not YAML"),
        ("a,b\n1,2\n", "1:1", "none of the formats"),
        ("capplan: 1\n", "1:1", "this is a scenario"),
    ],
)
def test_what_cannot_be_imported_says_where_and_why(tmp_path: Path, text: str, at: str, message: str) -> None:
    path = tmp_path / ("x.csv" if text.startswith("a,") else "x.yaml")
    path.write_text(text)
    done = run("import", str(path))
    assert done.returncode == 2
    assert f"{path}:{at}: error: " in done.stderr
    assert message in done.stderr


def test_as_names_a_format() -> None:
    wrong = run("import", "x.yaml", "--as", "clodformation")
    assert wrong.returncode == 2


def test_the_scenario_of_the_docs_is_as_its_template_says() -> None:
    shop = Path("tests/importing/files/shop")
    done = run("import", (shop / "template.yaml").as_posix(), "-o", (shop / "scenario.yaml").as_posix(), "--check")
    assert done.returncode == 0, done.stdout
