"""Reads GraphQL APIs of AppSync: each resolver is an operation with what its mapping template or its data source asks.

Source: AWS CloudFormation User Guide, "AWS::AppSync::Resolver", "AWS::AppSync::DataSource"; AWS AppSync Developer Guide,
"Resolver mapping template reference for DynamoDB" (read 2026-11-30).
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from capplan.errors import CapplanError
from capplan.importing.cloudformation.building import truth
from capplan.importing.cloudformation.stack import Stack, properties_of
from capplan.importing.cloudformation.template import Resource
from capplan.importing.cloudformation.values import references_in, shown_text, text_of
from capplan.importing.model import Block, Question, Ref
from capplan.services import SECTIONS

_OPERATION = re.compile(r"""["']?operation["']?\s*:\s*["'](\w+)["']""")
_HELPER = re.compile(r"\bddb\.(get|put|update|remove|query|scan)\(")
"""A request by the helpers of AppSync's JavaScript runtime."""
_VERBS = {
    "GetItem": "get",
    "Query": "query",
    "Scan": "scan",
    "PutItem": "put",
    "UpdateItem": "update",
    "DeleteItem": "delete",
    "BatchGetItem": "batch-get",
    "BatchPutItem": "batch-write",
    "BatchDeleteItem": "batch-write",
    "TransactWriteItems": "transact-write",
    "TransactGetItems": "transact-get",
}
_TYPES = {"Query": "query", "Mutation": "mutation"}
_SIZES = {"SMALL": "small", "MEDIUM": "medium", "LARGE": "large", "XLARGE": "xlarge"}
_ASKS = "how many operations does it get, in the mean of the month?"


def read_graphql(stack: Stack) -> None:
    """Adds a block for each GraphQL API of a stack."""
    if "graphql_apis" not in SECTIONS:
        return
    for resource in list(stack.resources.values()):
        if resource.type == "AWS::AppSync::GraphQLApi":
            _api(stack, resource)


def _api(stack: Stack, api: Resource) -> None:
    operations: dict[str, object] = {}
    for resource in stack.resources.values():
        props = resource.properties
        if not resource.type.startswith("AWS::AppSync::") or stack.target(props.get("ApiId")) is not api:
            continue
        stack.used.add(resource.id)
        kind = _TYPES.get(text_of(props.get("TypeName")) or "")
        if resource.type == "AWS::AppSync::Resolver" and kind is not None:
            request = _request(stack, resource)
            type_ = {"type": kind} if kind == "mutation" else {}
            operations[shown_text(props.get("FieldName"))] = {**type_, **request}
    stack.used.add(api.id)
    origin = stack.origin(api)
    alias = f"{stack.template.scope}#{api.id}"
    values: dict[str, object] = {"triggers": stack.traffic(f"{api.id}-operations", origin, _ASKS)}
    if operations:
        values["operations"] = operations
    if truth(api.properties.get("XrayEnabled")):
        values["tracing"] = "active"
    level = text_of(properties_of(api.properties.get("LogConfig")).get("FieldLogLevel"))
    asks = f"it logs its fields at level {level}: how much does one request write?"
    questions = (Question("logs", {"size": "4 KB"}, asks),) if level not in (None, "NONE") else ()
    places = {("operations", name): "what its resolver asks" for name in operations}
    stack.others.append(
        Block("graphql_apis", api.id, values, origin, (alias,), confirm=frozenset(places), questions=questions)
    )


def _request(stack: Stack, resolver: Resource) -> dict[str, object]:
    """What a resolver asks, or the functions of its pipeline in turn; empty where that is not known."""
    listed = properties_of(resolver.properties.get("PipelineConfig")).get("Functions")
    functions = [stack.target(one) for one in (listed if isinstance(listed, list) else [])]
    steps = [resolver, *(function for function in functions if function is not None)]
    requests = [request for step in steps if (request := _asked(stack, step))]
    in_a_list = len(requests) > 1 or "update" in (requests[0] if requests else ())  # `update` is a key of an operation
    return {"calls": requests} if in_a_list else requests[0] if requests else {}


def _asked(stack: Stack, step: Resource) -> dict[str, object]:
    """What a resolver or a function of a pipeline asks of its data source."""
    props = step.properties
    source = _source(stack, props.get("DataSourceName"))
    if source is None:
        return {}
    called = properties_of(source.properties.get("LambdaConfig")).get("LambdaFunctionArn")
    for built in stack.blocks_named(called, "functions"):
        return {"invoke": Ref(built.aliases[0], "functions")}
    refs = references_in(properties_of(source.properties.get("DynamoDBConfig")).get("TableName"))
    if not refs:
        return {}
    written = (props.get("RequestMappingTemplate"), props.get("Code"))
    texts = [shown_text(one) for one in written if one is not None]
    places = (props.get("RequestMappingTemplateS3Location"), props.get("CodeS3Location"))
    texts += [_template_file(stack, one) for one in places if one is not None]
    verb = next((verb for text in texts if (verb := _verb_in(text))), None)
    return {verb: Ref(refs[0].alias, "tables", is_optional=True)} if verb is not None else {}


def _verb_in(template: str) -> str | None:
    """The request of a mapping template, or of a resolver's code."""
    match = _OPERATION.search(template)
    if match is not None:
        return _VERBS.get(match[1])
    helper = _HELPER.search(template)
    return None if helper is None else {"remove": "delete"}.get(helper[1], helper[1])


def _source(stack: Stack, name: object) -> Resource | None:
    """The data source that a resolver names, by reference or by its name."""
    target = stack.target(name)
    if target is not None:
        return target
    text = text_of(name)
    return next((r for r in _sources(stack) if text is not None and text_of(r.properties.get("Name")) == text), None)


def _sources(stack: Stack) -> Iterator[Resource]:
    return (r for r in stack.resources.values() if r.type == "AWS::AppSync::DataSource")


def _template_file(stack: Stack, place: object) -> str:
    """A mapping template in a file of its own, inside the given folder; empty where it is not there."""
    path = text_of(place)
    if path is None or "://" in path:
        return ""
    given = stack.template.given
    try:
        return given.files.read_text(PurePosixPath(given.folder, path).as_posix())
    except CapplanError:
        return ""
