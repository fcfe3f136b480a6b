"""Concludes what functions call: from IAM statements, SAM policy templates, and environment variables.

What a policy allows is not what is called, nor how often: each line has `times: 1` and is marked as to confirm. A policy that
allows everything gives one reading and one writing request, and says so.

Sources: AWS SAM Developer Guide, "AWS SAM policy templates"; Service Authorization Reference, "Actions, resources, and
condition keys for Amazon DynamoDB", … (read 2026-11-30).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from capplan.importing.cloudformation.building import Building
from capplan.importing.cloudformation.stack import SECTION_OF, Stack, properties_of
from capplan.importing.cloudformation.template import Resource
from capplan.importing.cloudformation.values import Export, Token, references_in, shown_text, text_of
from capplan.importing.model import Ref
from capplan.services import SECTIONS, verbs

_VERBS: Mapping[str, str] = {
    "dynamodb:getitem": "get",
    "dynamodb:query": "query",
    "dynamodb:scan": "scan",
    "dynamodb:batchgetitem": "batch-get",
    "dynamodb:putitem": "put",
    "dynamodb:updateitem": "update",
    "dynamodb:deleteitem": "delete",
    "dynamodb:batchwriteitem": "batch-write",
    "lambda:invokefunction": "invoke",
    "lambda:invokeasync": "invoke",
    "states:startexecution": "start",
    "states:startsyncexecution": "start",
    "glue:startjobrun": "run",
    "glue:startcrawler": "run",
    "sqs:sendmessage": "send",
    "sqs:sendmessagebatch": "send",
    "sns:publish": "publish",
    "events:putevents": "put-events",
    "kinesis:putrecord": "put-records",
    "kinesis:putrecords": "put-records",
    "s3:putobject": "put-object",
    "s3:getobject": "get-object",
    "s3:listbucket": "list-objects",
    "s3:deleteobject": "delete-object",
}
"""The verb of `calls` that an action is."""
_READS, _WRITES = ("get", "query", "batch-get", "scan"), ("put", "update", "batch-write", "delete")
_MANY = 3
"""A policy that allows more requests of a table than this grants access, and does not say which are made."""
_CRUD = ("dynamodb:getitem", "dynamodb:query", "dynamodb:putitem", "dynamodb:updateitem", "dynamodb:deleteitem")
_POLICY_TEMPLATES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "DynamoDBCrudPolicy": ("TableName", _CRUD),
    "DynamoDBReadPolicy": (
        "TableName",
        ("dynamodb:getitem", "dynamodb:query", "dynamodb:scan", "dynamodb:batchgetitem"),
    ),
    "DynamoDBWritePolicy": ("TableName", ("dynamodb:putitem", "dynamodb:updateitem", "dynamodb:batchwriteitem")),
    "LambdaInvokePolicy": ("FunctionName", ("lambda:invokefunction",)),
    "StepFunctionsExecutionPolicy": ("StateMachineName", ("states:startexecution",)),
    "SQSSendMessagePolicy": ("QueueName", ("sqs:sendmessage",)),
    "SNSPublishMessagePolicy": ("TopicName", ("sns:publish",)),
    "EventBridgePutEventsPolicy": ("EventBusName", ("events:putevents",)),
    "KinesisCrudPolicy": ("StreamName", ("kinesis:putrecords",)),
    "S3ReadPolicy": ("BucketName", ("s3:getobject",)),
    "S3WritePolicy": ("BucketName", ("s3:putobject",)),
    "S3CrudPolicy": ("BucketName", ("s3:getobject", "s3:putobject")),
}
"""SAM's policy templates: the parameter that names the resource, and what is allowed that is billed."""
_SERVICE_OF = {
    "dynamodb": ("tables",),
    "lambda": ("functions",),
    "states": ("state_machines",),
    "glue": ("jobs", "crawlers"),
    "sqs": ("queues",),
    "sns": ("topics",),
    "events": ("buses",),
    "kinesis": ("streams",),
    "s3": ("buckets",),
}
_BY_ENVIRONMENT = {
    "tables": ("get", "put"),
    "functions": ("invoke",),
    "state_machines": ("start",),
    "queues": ("send",),
    "topics": ("publish",),
    "buses": ("put-events",),
    "streams": ("put-records",),
}
"""What a function is taken to do with a resource of which it only knows the name."""
_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")

Grants = dict[tuple[str, str], dict[str, str]]
"""By (section, alias): the verbs that are allowed, each with where that is said."""


def read_calls(stack: Stack) -> None:
    """Adds calls to the functions of a stack."""
    attached = _attached(stack)
    for id_, built in stack.built.items():
        if built.section != "functions":
            continue
        resource = stack.resources[id_]
        grants: Grants = {}
        for statement, said in _statements(stack, resource, attached):
            _grant(stack, grants, statement, said)
        _of_templates(stack, grants, resource.properties.get("Policies"))
        for key, allowed in grants.items():
            _write(built, key, allowed)
        _of_environment(stack, built, resource, {alias.lower() for _, alias in grants})


# --- statements ---


def _attached(stack: Stack) -> dict[str, list[tuple[object, str]]]:
    """Policies that are resources of their own, by the role they are attached to."""
    out: dict[str, list[tuple[object, str]]] = {}
    for resource in stack.resources.values():
        if resource.type in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"):
            roles = [resource.properties.get("Roles"), resource.properties.get("RoleName")]
            for ref in references_in(roles):
                out.setdefault(getattr(ref, "id", ""), []).append(
                    (resource.properties.get("PolicyDocument"), resource.id)
                )
    return out


def _statements(
    stack: Stack, resource: Resource, attached: Mapping[str, list[tuple[object, str]]]
) -> Iterator[tuple[Mapping[str, Any], str]]:
    """What a function's policies and its role allow."""
    documents: list[tuple[object, str]] = []
    policies = resource.properties.get("Policies")
    for policy in policies if isinstance(policies, list) else [policies]:
        if isinstance(policy, Mapping) and ("Statement" in policy or "Version" in policy):
            documents.append((policy, "its policy"))
        else:
            documents += [(r.properties.get("PolicyDocument"), r.id) for r in [stack.target(policy)] if r is not None]
    role = stack.target(resource.properties.get("Role"))
    if role is not None:
        inline = role.properties.get("Policies")
        documents += [
            (properties_of(one).get("PolicyDocument"), role.id) for one in (inline if isinstance(inline, list) else [])
        ]
        documents += attached.get(role.id, [])
        managed = role.properties.get("ManagedPolicyArns")
        for one in managed if isinstance(managed, list) else []:
            policy = stack.target(one)
            documents += [(policy.properties.get("PolicyDocument"), policy.id)] if policy is not None else []
    documents += attached.get(f"{resource.id}Role", [])  # the role that SAM makes
    for document, said in documents:
        listed = properties_of(document).get("Statement")
        for statement in listed if isinstance(listed, list) else [listed]:
            if isinstance(statement, Mapping) and text_of(statement.get("Effect")) != "Deny":
                yield statement, said


def _block_alias(stack: Stack, section: str, name: str) -> str:
    """The first alias of the block that is known by a name; the name itself where there is none."""
    return next((b.aliases[0] for b in stack.built.values() if b.section == section and name in b.aliases), name)


def _grant(stack: Stack, grants: Grants, statement: Mapping[str, Any], said: str) -> None:
    actions = statement.get("Action")
    allowed = [text_of(one) or "" for one in (actions if isinstance(actions, list) else [actions])]
    resources = statement.get("Resource")
    for one in resources if isinstance(resources, list) else [resources]:
        for section, alias in _named(stack, one):
            for action in allowed:
                for verb in _verbs_of(action, section):
                    grants.setdefault((section, alias), {}).setdefault(verb, f"{action} in {said}")


def _verbs_of(action: str, section: str) -> list[str]:
    """The verbs of an action, which may end with `*`."""
    action = action.lower()
    service = action.partition(":")[0]
    if section not in _SERVICE_OF.get(service, ()):
        return []
    if "*" in action:
        pattern = re.compile(re.escape(action).replace(r"\*", ".*"))
        return list(dict.fromkeys(verb for known, verb in _VERBS.items() if pattern.fullmatch(known)))
    return [_VERBS[action]] if action in _VERBS else []


def _named(stack: Stack, value: object) -> Iterator[tuple[str, str]]:
    """Section and alias of what a policy names: by reference, by export, by the name in an ARN."""
    for ref in references_in(value):
        if isinstance(ref, Export):
            yield from (
                (section, ref.alias) for section in ("tables", "functions", "state_machines", "queues", "topics")
            )
        elif isinstance(ref, Token):
            resource = stack.resources.get(ref.id) if ref.scope == stack.template.scope else None
            if resource is not None and resource.type in SECTION_OF:
                yield SECTION_OF[resource.type], ref.alias
            elif ref.scope != stack.template.scope:
                yield from ((section, ref.alias) for section in ("tables", "functions", "state_machines", "queues"))
            elif resource is not None and resource.type == "AWS::Lambda::Alias":
                yield from (
                    ("functions", b.aliases[0])
                    for b in stack.blocks_named(resource.properties.get("FunctionName"), "functions")
                )
            return
    arn = shown_text(value)
    for mark, section in (("table/", "tables"), (":function:", "functions"), (":stateMachine:", "state_machines")):
        name = arn.partition(mark)[2].partition("/")[0].partition(":")[0]
        if name and "*" not in name:
            yield section, _block_alias(stack, section, name)


# --- policy templates, environment ---


def _of_templates(stack: Stack, grants: Grants, policies: object) -> None:
    for policy in policies if isinstance(policies, list) else [policies]:
        for name, given in properties_of(policy).items():
            if name not in _POLICY_TEMPLATES:
                continue
            parameter, actions = _POLICY_TEMPLATES[name]
            value = properties_of(given).get(parameter)
            sections = _SERVICE_OF[actions[0].partition(":")[0]]
            named = (
                list(_named(stack, value))
                if references_in(value)
                else [(sections[0], _block_alias(stack, sections[0], shown_text(value)))]
            )
            for section, alias in named:
                for action in actions:
                    for verb in _verbs_of(action, section):
                        grants.setdefault((section, alias), {}).setdefault(verb, name)


def _of_environment(stack: Stack, built: Building, resource: Resource, granted: set[str]) -> None:
    """Resources that a function only knows by an environment variable."""
    variables = properties_of(properties_of(resource.properties.get("Environment")).get("Variables"))
    for variable, value in variables.items():
        for section, alias in _in_variable(stack, value):
            if alias.lower() in granted or alias == built.aliases[0] or section not in _BY_ENVIRONMENT:
                continue
            allowed = dict.fromkeys(_BY_ENVIRONMENT[section], f"environment variable {variable}")
            _write(built, (section, alias), allowed)


def _in_variable(stack: Stack, value: object) -> Iterator[tuple[str, str]]:
    if references_in(value):
        yield from _named(stack, value)
        return
    name = text_of(value)
    if name is None or not _NAME.fullmatch(name):
        return
    yield from (
        (b.section, b.aliases[0]) for b in stack.built.values() if name in b.aliases[1:] and b.section == "tables"
    )


# --- lines ---


def _write(built: Building, key: tuple[str, str], allowed: Mapping[str, str]) -> None:
    """The calls for what is allowed."""
    section, alias = key
    if alias == built.aliases[0]:
        return  # a function that may invoke itself
    known = {verb: said for verb, said in allowed.items() if verb in verbs() and section in SECTIONS}
    chosen, others = _chosen(known) if section == "tables" else (list(known), [])
    for verb in chosen:
        said = known[verb] + (f"; {', '.join(others)} too" if others and verb == chosen[-1] else "")
        built.add("calls", {verb: Ref(alias, section)}, said, confirm=True)


def _chosen(known: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The requests to write, and the ones that are allowed beside them."""
    reads = [verb for verb in _READS if verb in known]
    writes = [verb for verb in _WRITES if verb in known]
    without_scans = [verb for verb in reads if verb != "scan" or len(reads) == 1]
    broad = len(reads) + len(writes) > _MANY or any(said in _POLICY_TEMPLATES for said in known.values())
    chosen = [*reads[:1], *writes[:1]] if broad else [*without_scans, *writes]
    return chosen, [verb for verb in (*reads, *writes) if verb not in chosen]
