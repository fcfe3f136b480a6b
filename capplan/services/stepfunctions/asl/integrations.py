"""Reads which resource a Task state calls from its ARN and arguments.

Source: Step Functions Developer Guide, "Integrating services with Step Functions" (read 2026-11-23).
"""

import re
from collections.abc import Mapping

from capplan.service import Integration
from capplan.services.stepfunctions.asl.definition import Task

Integrations = Mapping[tuple[str, str], Integration]
"""By (service, action) of an ARN, in lower case."""

_ACTION_OF_ARGUMENT = {
    "Item": "putitem",
    "UpdateExpression": "updateitem",
    "AttributeUpdates": "updateitem",
    "KeyConditionExpression": "query",
    "KeyConditions": "query",
}
"""Arguments that only one action of DynamoDB has (API Reference, read 2026-11-23)."""
_PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
_INTEGRATION = re.compile(
    r":states:[^:]*:[^:]*:(?:aws-sdk:)?(?P<service>[a-z0-9-]+):(?P<action>[A-Za-z0-9]+)(?:\.sync(?::2)?|\.waitForTaskToken)?$"
)
_FUNCTION = re.compile(r":lambda:[^:]*:[^:]*:function:")


def action_of(resource: str) -> tuple[str, str] | None:
    """Service and action of a Task's Resource, in lower case; None where it is no service integration.

    A Lambda function's own ARN is the older way to invoke it.
    """
    arn = _PLACEHOLDER.sub("_", resource)
    if _FUNCTION.search(arn):
        return "lambda", "invoke"
    match = _INTEGRATION.search(arn)
    return None if match is None else (match["service"], match["action"].lower())


ARN_OF_SDK = "arn:aws:states:::aws-sdk:"
_OPTIMIZED: Mapping[str, tuple[str, ...]] = {
    "dynamodb": ("getitem", "putitem", "updateitem", "deleteitem"),
    "lambda": ("invoke",),
    "sns": ("publish",),
    "sqs": ("sendmessage",),
    "glue": ("startjobrun",),
    "databrew": ("startjobrun",),
    "batch": ("submitjob",),
    "ecs": ("runtask",),
    "events": ("putevents",),
    "states": ("startexecution", "startsyncexecution"),
}
"""Actions with an optimized integration, of the services of which all are listed."""


def why_no_integration(resource: str) -> str | None:
    """Why AWS has no such optimized integration; None where it has, or the Resource is another one."""
    action = action_of(resource)
    if action is None or ":aws-sdk:" in resource or ":function:" in resource:
        return None
    known = _OPTIMIZED.get(action[0])
    if known is None or action[1] in known:
        return None
    return f"{action[0]}:{action[1]} is no optimized integration; the SDK integration has it"


def integration(resource: str, known: Integrations) -> Integration | None:
    """The integration of a Task's Resource; None for an action that no planned service offers."""
    action = action_of(resource)
    return None if action is None else known.get(action)


def target_name(task: Task, known: Integrations) -> str | None:
    """The bare name of what a Task calls; None where the definition does not name it."""
    called = integration(task.resource, known)
    if called is None:
        return bare_name(task.resource) if _PLACEHOLDER.fullmatch(task.resource) else None
    value = (
        task.resource
        if _FUNCTION.search(_PLACEHOLDER.sub("_", task.resource))
        else _at(task.arguments, called.argument)
    )
    if isinstance(value, list) and len(value) == 1:  # an argument that takes several names
        value = value[0]
    if value is None and called.default and called.entries in task.arguments:
        return called.default
    return bare_name(value) if isinstance(value, str) else None


def _at(arguments: Mapping[str, object], path: str) -> object:
    """The value at an argument such as FunctionName, or Entries.EventBusName of the first entry."""
    value: object = arguments
    for key in path.split("."):
        if isinstance(value, list) and value:
            value = value[0]
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def entries_of(task: Task, called: Integration) -> int:
    """Messages or events of one call, where its arguments list them."""
    listed = task.arguments.get(called.entries) if called.entries else None
    return max(1, len(listed)) if isinstance(listed, list) else 1


def verb_of(task: Task, section: str, known: Integrations) -> str | None:
    """The verb of a Task whose Resource is a placeholder: by the action in its name, else by its arguments."""
    word = "".join(letter for letter in task.resource.lower() if letter.isalnum())
    verbs = {action: called.verb for (_, action), called in known.items() if called.section == section}
    named = [action for action in verbs if action in word]
    if named:
        return verbs[max(named, key=len)]
    given = {key.removesuffix(".$") for key in task.arguments}
    fitting = [action for argument, action in _ACTION_OF_ARGUMENT.items() if argument in given and action in verbs]
    return verbs[fitting[0]] if fitting else None


def is_event(task: Task) -> bool:
    """Whether a Lambda function is invoked asynchronously."""
    return task.arguments.get("InvocationType") == "Event"


def bare_name(value: str) -> str | None:
    """The name in an ARN, a name without its version, or the word inside a `${Placeholder}`; None for an expression."""
    text = value.strip()
    if text.startswith("{%"):
        return None
    plain = _PLACEHOLDER.sub(
        lambda m: m[1].rpartition(".")[0] if m[1].endswith((".Arn", ".Name")) else m[1].replace(":", "_"), text
    )
    for mark in (":function:", ":stateMachine:", ":job/", ":table/", ":event-bus/", ":stream/"):
        if mark in plain:
            plain = plain.rpartition(mark)[2]
    if plain.startswith(("arn:aws:sns:", "arn:aws:sqs:", "arn:aws:s3:")):
        plain = plain.rpartition(":")[2]
    elif plain.startswith("https://"):  # a queue is called by its URL
        plain = plain.rpartition("/")[2]
    return plain.partition(":")[0].removesuffix(".fifo") or None
