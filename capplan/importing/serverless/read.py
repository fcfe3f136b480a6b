"""Reads a serverless.yml: its functions and events as SAM would have them, its resources as CloudFormation.

Its defaults differ from AWS's: 1024 MB, 6 s, batches of 10 from a stream.

Source: Serverless Framework documentation v3, "Serverless.yml Reference", "Functions", "Events" (read 2026-11-30).
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from capplan.importing.cloudformation.building import quantity
from capplan.importing.cloudformation.read import finished, read_stack
from capplan.importing.cloudformation.stack import Stack, properties_of
from capplan.importing.cloudformation.template import Resource, Template
from capplan.importing.cloudformation.values import text_of
from capplan.importing.given import Given
from capplan.importing.model import Asked, Found
from capplan.importing.serverless.graphql import graphql_resources
from capplan.importing.serverless.variables import DEFAULT_REGION, UNRESOLVED, Variables
from capplan.record import replace

MEMORY_MB, TIMEOUT_S, STREAM_BATCH = Decimal(1024), Decimal(6), Decimal(10)
_DEFAULT = "the Serverless Framework's default"
_FUNCTION = "AWS::Serverless::Function"


def read_serverless(given: Given, asked: Asked) -> Found:
    """What a serverless.yml says. Raises CapplanError."""
    variables = Variables(given, asked.parameters)
    data: Mapping[str, Any] = variables.filled(given.data)
    provider = properties_of(data.get("provider"))
    resources = _resources(data.get("resources"))
    template = Template(given, resources, asked.parameters, ("resources",))
    stack = Stack(template)
    notes: dict[str, dict[str, str]] = {}
    for name, function in properties_of(data.get("functions")).items():
        if isinstance(function, Mapping):
            resource, said = _function(given, template, name, function, provider)
            stack.resources[resource.id] = resource
            stack.names[resource.id] = name
            stack.physical[resource.id] = _physical(data, provider, name, function)
            notes[name] = said
    at, _ = given.line(["appSync"] if "appSync" in given.data else ["custom", "appSync"])
    evaluated = properties_of(template.value({key: data[key] for key in ("appSync", "custom") if key in data}))
    for resource in graphql_resources(evaluated, template.scope, at, logical_id):
        stack.resources[resource.id] = resource
    consumed = list(variables.read)
    blocks = read_stack(stack, consumed)
    kept = quantity("d")(provider.get("logRetentionInDays"))
    logs = {"logs": {"retention": kept}} if kept is not None else {}
    blocks = [
        replace(
            block,
            values={**logs, **block.values} if block.section == "functions" else block.values,
            notes={**block.notes, **{(key,): said for key, said in notes.get(block.origin.address, {}).items()}},
        )
        for block in blocks
    ]
    service = data.get("service")
    found = finished(
        stack,
        blocks,
        consumed,
        name=text_of(service) or text_of(properties_of(service).get("name")) or "",
        region=text_of(provider.get("region")) or DEFAULT_REGION,
    )
    return replace(found, parameters=(*found.parameters, *variables.asked))


def _resources(raw: object) -> Mapping[str, Any]:
    """The template under `resources`: one, or a list of parts."""
    parts = [one for one in raw if isinstance(one, Mapping)] if isinstance(raw, list) else [properties_of(raw)]
    out: dict[str, dict[str, Any]] = {}
    for part in parts:
        for key, value in part.items():
            if isinstance(value, Mapping):
                out.setdefault(key, {}).update(value)
    return out


def logical_id(name: str) -> str:
    """The logical id of a function's resource: `list-todos` is ListDashtodosLambdaFunction."""
    plain = name.replace("-", "Dash").replace("_", "Underscore")
    return plain[:1].upper() + plain[1:] + "LambdaFunction"


def _physical(data: Mapping[str, Any], provider: Mapping[str, Any], name: str, function: Mapping[str, Any]) -> str:
    own = text_of(function.get("name"))
    if own is not None:
        return own
    service = data.get("service")
    named = text_of(service) or text_of(properties_of(service).get("name")) or ""
    return f"{named}-{text_of(provider.get('stage')) or 'dev'}-{name}"


def _function(
    given: Given, template: Template, name: str, function: Mapping[str, Any], provider: Mapping[str, Any]
) -> tuple[Resource, dict[str, str]]:
    """A function as a resource of SAM, and which keys have a default of the framework."""
    props, said = _settings(function, provider)
    environment = {**properties_of(provider.get("environment")), **properties_of(function.get("environment"))}
    props["Environment"] = {"Variables": environment}
    props["Policies"] = [{"Statement": list(_statements(function, provider))}]
    listed = function.get("events")
    props["Events"] = dict(_events(listed if isinstance(listed, list) else []))
    line, column = given.line(["functions", name])
    evaluated = properties_of(template.value(props))
    return Resource(id=logical_id(name), type=_FUNCTION, properties=evaluated, line=line, column=column), said


_PROPERTIES: tuple[tuple[str, str, bool, Callable[[Any], object]], ...] = (
    ("memorySize", "MemorySize", True, lambda value: value),
    ("timeout", "Timeout", True, lambda value: value),
    ("runtime", "Runtime", True, lambda value: value),
    ("architecture", "Architectures", True, lambda value: [value]),
    ("layers", "Layers", True, lambda value: value),
    ("reservedConcurrency", "ReservedConcurrentExecutions", False, lambda value: value),
    ("ephemeralStorageSize", "EphemeralStorage", False, lambda value: {"Size": value}),
    (
        "provisionedConcurrency",
        "ProvisionedConcurrencyConfig",
        False,
        lambda value: {"ProvisionedConcurrentExecutions": value},
    ),
    ("image", "PackageType", False, lambda _: "Image"),
    ("url", "FunctionUrlConfig", False, lambda _: {}),
)
"""Keys of a function, SAM's property for each, and whether the provider may set it for all functions."""


def _settings(function: Mapping[str, Any], provider: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The properties of a function, and remarks on those that are the framework's defaults."""
    props: dict[str, Any] = {}
    for own, key, is_shared, convert in _PROPERTIES:
        value = function.get(own, provider.get(own) if is_shared else None)
        if value is not None and value is not False:
            props[key] = convert(value)
    said = {}
    for key, own, default in (("MemorySize", "memory", MEMORY_MB), ("Timeout", "timeout", TIMEOUT_S)):
        if key not in props:
            props[key] = default
            said[own] = _DEFAULT
    invoke = (("MaximumRetryAttempts", "maximumRetryAttempts"), ("MaximumEventAgeInSeconds", "maximumEventAge"))
    if properties_of(provider.get("tracing")).get("lambda") in (True, "Active") or function.get("tracing") in (
        True,
        "Active",
    ):
        props["Tracing"] = "Active"
    props["EventInvokeConfig"] = {key: function[own] for key, own in invoke if function.get(own) is not None}
    return props, said


def _statements(function: Mapping[str, Any], provider: Mapping[str, Any]) -> Iterator[object]:
    """The IAM statements of the function's own and of the shared role."""
    role = properties_of(properties_of(provider.get("iam")).get("role"))
    own = function.get("iamRoleStatements")
    shared = [role.get("statements"), provider.get("iamRoleStatements")]
    every = [own] if own is not None and not function.get("iamRoleStatementsInherit") else [own, *shared]
    for statements in every:
        yield from statements if isinstance(statements, list) else ()


# --- events ---

_SIMPLE = {"sqs": "SQS", "sns": "SNS", "s3": "S3", "stream": "", "kafka": "SelfManagedKafka", "msk": "MSK"}
_OTHER = {"cognitoUserPool": "Cognito", "alb": "ALB"}
_SETTINGS = (
    ("batchSize", "BatchSize"),
    ("batchWindow", "MaximumBatchingWindowInSeconds"),
    ("maximumBatchingWindow", "MaximumBatchingWindowInSeconds"),
    ("parallelizationFactor", "ParallelizationFactor"),
    ("maximumRetryAttempts", "MaximumRetryAttempts"),
    ("maximumRecordAgeInSeconds", "MaximumRecordAgeInSeconds"),
    ("bisectBatchOnFunctionError", "BisectBatchOnFunctionError"),
    ("enabled", "Enabled"),
    ("filterPatterns", "FilterCriteria"),
    ("filterPolicy", "FilterPolicy"),
)


def _events(events: list[object]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Events as SAM has them, each with a name."""
    for i, event in enumerate(events):
        one = {event: {}} if isinstance(event, str) else event
        if not isinstance(one, Mapping):
            continue
        for kind, given in one.items():
            for n, (type_, props) in enumerate(_event(str(kind), given)):
                yield f"{kind}{i + 1}{f'-{n + 1}' if n else ''}", {"Type": type_, "Properties": props}


def _event(kind: str, given: object) -> Iterator[tuple[str, dict[str, Any]]]:
    props = properties_of(given)
    if kind in ("http", "httpApi"):
        yield ("Api" if kind == "http" else "HttpApi"), _route(given)
    elif kind == "schedule":
        rates = props.get("rate", given if not props else None)
        for rate in rates if isinstance(rates, list) else [rates]:
            yield "Schedule", {"Schedule": rate, **({"Enabled": False} if props.get("enabled") is False else {})}
    elif kind == "eventBridge":
        if props.get("schedule") is not None:
            yield "Schedule", {"Schedule": props["schedule"]}
        if props.get("pattern") is not None:
            yield "EventBridgeRule", {"Pattern": props["pattern"], "EventBusName": props.get("eventBus")}
    elif kind in _SIMPLE:
        yield _source(kind, given, props)
    elif kind == "websocket":
        route = text_of(props.get("route")) or text_of(given) or "$default"
        yield "WebSocket", {"Route": route}
    else:
        yield _OTHER.get(kind, kind), {}


def _route(given: object) -> dict[str, Any]:
    """`GET /todos`, `*`, or {path, method}."""
    props = properties_of(given)
    text = text_of(given)
    if text is not None:
        method, _, path = text.strip().partition(" ")
        return {} if text.strip() == "*" else {"Method": method, "Path": _slash(path)}
    own = text_of(props.get("path"))
    return {"Method": props.get("method"), **({"Path": _slash(own)} if own is not None and own != "*" else {})}


def _slash(path: str) -> str:
    return path if path.startswith("/") else f"/{path}"


def _source(kind: str, given: object, props: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """A queue, a stream, a topic, a bucket."""
    out: dict[str, Any] = {own: props[key] for key, own in _SETTINGS if key in props}
    if isinstance(props.get("functionResponseType"), str):
        out["FunctionResponseTypes"] = [props["functionResponseType"]]
    arn = props.get(
        "arn", props.get("bucket", props.get("topicName", None if props and UNRESOLVED not in props else given))
    )
    if isinstance(given, Mapping) and len(given) == 1 and next(iter(given)).startswith(("Fn::", "Ref")):
        arn = given  # a function as the whole event
    if kind != "stream":
        return _SIMPLE[kind], {**out, {"sqs": "Queue", "sns": "Topic", "s3": "Bucket"}.get(kind, "Source"): arn}
    is_table = props.get("type") == "dynamodb" or ":dynamodb:" in str(arn) or "StreamArn" in str(arn)
    return ("DynamoDB" if is_table else "Kinesis"), {"BatchSize": STREAM_BATCH, **out, "Stream": arn}
