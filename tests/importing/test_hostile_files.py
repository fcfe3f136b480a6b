"""Whatever stands in a file: an import, or an error with a message; never anything else."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from capplan.commands.import_files import draft_of, imported
from capplan.errors import CapplanError
from capplan.importing.render import rendered
from capplan.language.load import load
from tests.importing.drafts import FILES

_BAD: tuple[Any, ...] = (
    None,
    "x",
    -1,
    [],
    {},
    True,
    "1e999",
    [[None]],
    {"a": 1},
    "",
    1.5,
    [{}],
    "arn:aws:lambda:::",
    10**30,
)
_TABLE = {
    "Table": {
        "TableName": "t",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
        "ItemCount": 5,
        "TableSizeBytes": 500,
        "GlobalSecondaryIndexes": [{"IndexName": "i", "KeySchema": [], "Projection": {"ProjectionType": "ALL"}}],
    }
}
_FUNCTION = {"FunctionName": "f", "MemorySize": 128, "Timeout": 3, "Runtime": "python3.13", "Layers": [{"Arn": "a"}]}
_RUNS = {"JobRuns": [{"Id": "a", "JobName": "j", "JobRunState": "FAILED", "ExecutionTime": 5, "StartedOn": 1.7e9}]}
_JOB = {"Job": {"Name": "j", "Command": {"Name": "glueetl"}, "GlueVersion": "4.0", "MaxCapacity": 10.0}}
_HISTORY = {
    "events": [
        {"id": 1, "type": "ExecutionStarted", "previousEventId": 0},
        {"id": 2, "type": "MapStateEntered", "previousEventId": 1, "stateEnteredEventDetails": {"name": "M"}},
        {"id": 3, "type": "MapStateStarted", "previousEventId": 2, "mapStateStartedEventDetails": {"length": 4}},
    ]
}
_MODEL = {
    "DataModel": [
        {
            "TableName": "t",
            "KeyAttributes": {"PartitionKey": {"AttributeName": "id", "AttributeType": "S"}},
            "TableData": [{"id": {"S": "a"}, "m": {"M": {"n": {"N": "1"}}}}],
            "GlobalSecondaryIndexes": [{"IndexName": "i", "KeyAttributes": {"PartitionKey": {"AttributeName": "m"}}}],
        }
    ]
}
_METRIC = {
    "MetricDataResults": [
        {
            "Id": "m",
            "Label": "Invocations",
            "Timestamps": ["2026-11-01T00:00:00Z", "2026-11-01T00:05:00Z"],
            "Values": [1, 2],
        }
    ]
}
_TUNING = {"power": "128", "cost": 1e-7, "duration": 5, "stats": [{"value": 128, "averageDuration": 5}]}
_QUOTA = {"Quota": {"ServiceCode": "lambda", "QuotaCode": "L-B99A9384", "QuotaName": "n", "Value": 1000.0}}
_USAGE = {
    "version": 0.1,
    "resource_usage": {"aws_lambda_function.f": {"monthly_requests": 5}, "aws_glue_job.j": {"monthly_hours": 6}},
}


def _places(data: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inside: Any = data.items() if isinstance(data, dict) else enumerate(data[:3]) if isinstance(data, list) else ()
    for key, inner in inside:
        yield from _places(inner, (*path, key))


def _with(data: Any, path: tuple[Any, ...], value: object) -> Any:  # noqa: ANN401  plain data
    if not path:
        return value
    out = copy.deepcopy(data)
    here = out
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return out


def _import(data: object, folder: Path) -> None:
    path = folder / "file.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    try:
        text = rendered(draft_of([str(path)], folder=folder), "capplan import")
    except CapplanError as error:
        assert all(one.message for one in error.diagnostics)  # noqa: PT017  both ways are right
    else:
        assert all(line.isprintable() for line in text.split("\n"))  # no command of a terminal from a file


@pytest.mark.parametrize(
    "data",
    [_TABLE, _FUNCTION, _RUNS, _JOB, _HISTORY, _MODEL, _METRIC, _TUNING, _QUOTA, _USAGE],
    ids=["table", "function", "runs", "job", "history", "model", "metric", "tuning", "quota", "usage"],
)
def test_any_value_anywhere_is_imported_or_an_error(data: object, tmp_path: Path) -> None:
    for path in _places(data):
        for bad in _BAD:
            _import(_with(data, path, bad), tmp_path)


def test_any_value_in_a_plan_is_imported_or_an_error(tmp_path: Path) -> None:
    plan = json.loads((FILES / "shop.tfplan.json").read_text(encoding="utf-8"))
    for n, path in enumerate(list(_places(plan))[::9]):
        _import(_with(plan, path, _BAD[n % len(_BAD)]), tmp_path)


def _valid(data: object, folder: Path) -> None:
    """What is imported is a valid scenario, whatever stood in the file."""
    source, target = folder / "file.json", folder / "scenario.yaml"
    source.write_text(json.dumps(data), encoding="utf-8")
    try:
        done = imported([str(source)], str(target), anew=True)
    except CapplanError as error:
        assert all(one.message for one in error.diagnostics)  # noqa: PT017  both ways are right
        return
    assert all(line.isprintable() for line in done.text.split("\n"))
    target.write_text(done.text, encoding="utf-8")
    for name, text in done.beside.items():
        (folder / name).write_text(text, encoding="utf-8")
    load(str(target))


def test_the_name_of_a_file_acts_on_no_terminal_either(tmp_path: Path) -> None:
    source = tmp_path / "a\x1b[2Jb\n.json"
    source.write_text(json.dumps(_TABLE), encoding="utf-8")
    text = imported([str(source)], str(tmp_path / "scenario.yaml"), anew=True).text
    assert all(line.isprintable() for line in text.split("\n"))
    (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
    load(str(tmp_path / "scenario.yaml"))


def test_any_value_in_a_template_is_a_valid_scenario_or_an_error(tmp_path: Path) -> None:
    template = json.loads((FILES / "wide.template.json").read_text(encoding="utf-8"))
    for n, path in enumerate(_places(template)):
        _valid(_with(template, path, _BAD[n % len(_BAD)]), tmp_path)


_SERVERLESS = {
    "service": "s",
    "provider": {"name": "aws", "stage": "${opt:stage, 'dev'}", "environment": {"A": "${self:custom.a.${sls:stage}}"}},
    "custom": {
        "a": {"dev": 1},
        "appSync": {"dataSources": [{"name": "d", "type": "AMAZON_DYNAMODB", "config": {"tableName": "t"}}]},
    },
    "functions": {
        "f": {
            "handler": "h",
            "memorySize": 128,
            "events": [
                {"http": "GET /x"},
                {"schedule": {"rate": ["rate(1 hour)"]}},
                {"sqs": {"arn": "arn:aws:sqs:a:b:q"}},
                {"stream": "arn:x"},
            ],
            "iamRoleStatements": [
                {"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": {"Fn::GetAtt": ["T", "Arn"]}}
            ],
        }
    },
    "resources": {
        "Resources": {"T": {"Type": "AWS::DynamoDB::Table", "Properties": {"BillingMode": "PAY_PER_REQUEST"}}}
    },
}


def test_any_value_in_a_serverless_yml_is_a_valid_scenario_or_an_error(tmp_path: Path) -> None:
    for n, path in enumerate(_places(_SERVERLESS)):
        for shift in (0, 4, 9):
            _valid(_with(_SERVERLESS, path, _BAD[(n + shift) % len(_BAD)]), tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        '{"format_version": "1.2", "planned_values": ' + '{"a": ' * 200 + "1" + "}" * 202,
        '{"Table": {"TableName": "t", "ItemCount": ' + "9" * 100 + "}}",
        '{"events": [' + '{"id": 1, "type": "X", "previousEventId": 1},' * 26_000 + "{}]}",
        "timestamp,value\n" + "2026-11-01 00:00:00,1\n" * 200_100,
    ],
    ids=["deep", "long number", "more events than an execution has", "more points than are read"],
)
def test_what_is_too_much_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / ("file.csv" if text.startswith("time") else "file.json")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CapplanError):
        draft_of([str(path)], folder=tmp_path)
