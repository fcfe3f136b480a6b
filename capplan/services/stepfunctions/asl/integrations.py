"""Which resource a Task state calls, read off its ARN and arguments. It never asks AWS and guesses no name.

Source: Step Functions Developer Guide, "Integrating services with Step Functions" (read 2026-11-23).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from capplan.calls import Op
from capplan.services.stepfunctions.asl.definition import Task

_TOKEN = re.compile(r"\$\{[^{}]*\}")
_INTEGRATION = re.compile(
    r":states:[^:]*:[^:]*:(?:aws-sdk:)?(?P<service>[a-z0-9-]+):(?P<action>[A-Za-z0-9]+)(?:\.sync(?::2)?|\.waitForTaskToken)?$"
)
_FUNCTION = re.compile(r":lambda:[^:]*:[^:]*:function:")
_WHOLE_TOKEN = re.compile(r"\$\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Integration:
    """A service integration that reaches a resource capplan plans.

    Attributes:
        section: Section of the scenario the target stands in.
        op: The word of the call.
        argument: The key of Parameters or Arguments that names the target.
        lasts: Whether a request-response attempt lasts as long as the target's work; otherwise only `.sync` does.
    """

    section: str
    op: Op
    argument: str
    lasts: bool = False


_KNOWN: Mapping[tuple[str, str], Integration] = {
    ("lambda", "invoke"): Integration("functions", "invoke", "FunctionName", lasts=True),
    ("dynamodb", "getitem"): Integration("tables", "get", "TableName"),
    ("dynamodb", "putitem"): Integration("tables", "put", "TableName"),
    ("dynamodb", "updateitem"): Integration("tables", "update", "TableName"),
    ("dynamodb", "deleteitem"): Integration("tables", "delete", "TableName"),
    ("dynamodb", "query"): Integration("tables", "query", "TableName"),
    ("dynamodb", "scan"): Integration("tables", "scan", "TableName"),
    ("states", "startexecution"): Integration("state_machines", "start", "StateMachineArn"),
    ("sfn", "startexecution"): Integration("state_machines", "start", "StateMachineArn"),
    ("states", "startsyncexecution"): Integration("state_machines", "start", "StateMachineArn", lasts=True),
    ("sfn", "startsyncexecution"): Integration("state_machines", "start", "StateMachineArn", lasts=True),
    ("glue", "startjobrun"): Integration("jobs", "run", "JobName"),
    ("glue", "startcrawler"): Integration("crawlers", "run", "Name"),
    ("databrew", "startjobrun"): Integration("databrew", "run", "Name"),
}
DIRECT_FUNCTION = Integration("functions", "invoke", "", lasts=True)


def integration(resource: str) -> Integration | None:
    """What a Task's Resource reaches, or None for a service that is not planned."""
    plain = _TOKEN.sub("_", resource)
    if _FUNCTION.search(plain):
        return DIRECT_FUNCTION
    match = _INTEGRATION.search(plain)
    return None if match is None else _KNOWN.get((match["service"], match["action"].lower()))


def action_of(resource: str) -> str:
    """The API's action in lower case, such as "batchwriteitem" for DynamoDB's; empty for other services."""
    match = _INTEGRATION.search(_TOKEN.sub("_", resource))
    return match["action"].lower() if match is not None and match["service"] == "dynamodb" else ""


def table_name(value: str) -> str:
    """The bare name of a table, out of an ARN or a placeholder."""
    return _bare(value) or ""


def target_name(task: Task) -> str | None:
    """The bare name of what a Task calls, where the definition says it."""
    found = integration(task.resource)
    if found is None:
        return _bare(task.resource) if _WHOLE_TOKEN.fullmatch(task.resource) else None
    value = task.arguments.get(found.argument) if found.argument else task.resource
    return _bare(value) if isinstance(value, str) else None


def is_event(task: Task) -> bool:
    """Whether a Lambda function is invoked without waiting for its answer."""
    return task.arguments.get("InvocationType") == "Event"


def _bare(value: str) -> str | None:
    """The name in an ARN, a name with a version, or the word inside a `${Placeholder}`."""
    text = value.strip()
    if text.startswith("{%"):
        return None
    plain = _WHOLE_TOKEN.sub(
        lambda m: m[1].rpartition(".")[0] if m[1].endswith((".Arn", ".Name")) else m[1].replace(":", "_"), text
    )
    for mark in (":function:", ":stateMachine:", ":job/", ":table/"):
        if mark in plain:
            plain = plain.rpartition(mark)[2]
    return plain.partition(":")[0] or None
