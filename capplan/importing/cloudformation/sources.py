"""Reads what invokes functions and starts machines: events of SAM, event source mappings, rules, schedules, subscriptions.

Sources: AWS SAM Developer Guide, "EventSource"; AWS CloudFormation User Guide, "AWS::Lambda::EventSourceMapping",
"AWS::Events::Rule", "AWS::Scheduler::Schedule", "AWS::SNS::Subscription", "AWS::S3::Bucket" (read 2026-11-30).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from capplan.importing.cloudformation.apis import Apis
from capplan.importing.cloudformation.building import Building, count, seconds, truth
from capplan.importing.cloudformation.stack import SECTION_OF, Stack, properties_of
from capplan.importing.cloudformation.template import Resource
from capplan.importing.cloudformation.values import Reference, Token, references_in, shown_text, text_of
from capplan.importing.model import Fallback, Origin, Ref
from capplan.services import SECTIONS, resource_type

_WORDS = {
    "tables": "stream",
    "streams": "stream",
    "queues": "queue",
    "topics": "topic",
    "buses": "bus",
    "buckets": "bucket",
}
"""The key of a trigger that names a resource of a section."""
_VIA = {"streams": "kinesis", "queues": "sqs", "topics": "sns", "buses": "eventbridge", "buckets": "s3"}
"""How its events arrive where it is somebody else's."""
_SECTION_BY_ARN = {
    ":dynamodb:": "tables",
    ":kinesis:": "streams",
    ":sqs:": "queues",
    ":sns:": "topics",
    ":s3:": "buckets",
    ":events:": "buses",
}
_MAPPING_KEYS = (
    ("BatchSize", "batch", count),
    ("MaximumBatchingWindowInSeconds", "window", seconds),
    ("ParallelizationFactor", "parallelization_factor", count),
    ("MaximumRecordAgeInSeconds", "max_record_age", seconds),
    ("MaximumRetryAttempts", "retries", count),
)
_POLLED = ("tables", "streams", "queues")
_FILTERED = "it filters its events: which share passes? filter: 20%"


def read_sources(stack: Stack) -> None:
    """Adds triggers to all functions, machines and jobs of a stack."""
    apis = Apis(stack)
    for id_, built in list(stack.built.items()):
        props = stack.resources[id_].properties
        if stack.resources[id_].type.startswith("AWS::Serverless::"):
            for name, event in properties_of(props.get("Events")).items():
                _event(stack, apis, built, name, properties_of(event))
        url = props.get("FunctionUrlConfig")
        if built.section == "functions" and isinstance(url, Mapping):
            _from_outside(stack, built, "url", "function-url", "its function URL")
    for resource in list(stack.resources.values()):
        reader = _READERS.get(resource.type)
        if reader is not None:
            reader(stack, resource)
    apis.read()
    apis.write()


def _from_outside(stack: Stack, built: Building, name: str, via: str | None, what: str) -> None:
    """Traffic of its own for what nothing in the files emits."""
    asks = f"how often does {what} invoke it?" if built.section == "functions" else f"how often does {what} start it?"
    traffic = stack.traffic(f"{built.name}-{name}", built.origin, asks)
    built.add("triggers", {"traffic": traffic, "via": via} if via and built.section == "functions" else traffic)


def _scheduled(stack: Stack, built: Building, name: str, expression: object, origin: Origin) -> None:
    """Runs at set times."""
    key = "schedule" if built.section in ("jobs", "crawlers") else ""
    if key and key not in built.values and text_of(expression) is not None:
        built.values[key] = text_of(expression)
        return
    traffic = stack.traffic(f"{built.name}-{name}", origin, "how often?", expression if expression is not None else "")
    built.add("triggers", traffic)


# --- events of SAM ---


def _event(stack: Stack, apis: Apis, built: Building, name: str, event: Mapping[str, Any]) -> None:
    kind, props = text_of(event.get("Type")) or "", properties_of(event.get("Properties"))
    if kind in ("Api", "HttpApi"):
        apis.event("rest" if kind == "Api" else "http", props, built)
    elif kind in ("Schedule", "ScheduleV2"):
        if truth(props.get("Enabled")) is False or text_of(props.get("State")) == "DISABLED":
            stack.not_used(f"schedule {name} of {built.name}", "it is disabled", built.origin)
            return
        _scheduled(stack, built, name, props.get("Schedule") or props.get("ScheduleExpression"), built.origin)
    elif kind in _EVENT_SOURCES:
        source = next((props[key] for key in _EVENT_SOURCES[kind][0] if key in props), None)
        _read_from(stack, built, name, source, _EVENT_SOURCES[kind][1], props)
    elif kind in ("EventBridgeRule", "CloudWatchEvent", "EventBridge"):
        _rule(stack, built, name, props.get("EventBusName"), props.get("Pattern"))
    elif kind == "WebSocket":
        apis.route("WebsocketsApi", "websocket", text_of(props.get("Route")) or "$default", built, built.origin)
    else:
        _from_outside(
            stack,
            built,
            name,
            {"ALB": "alb", "Cognito": "cognito", "MSK": "kafka", "SelfManagedKafka": "kafka"}.get(kind),
            kind or "an event",
        )


_EVENT_SOURCES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "SQS": (("Queue",), "queues"),
    "SNS": (("Topic",), "topics"),
    "S3": (("Bucket",), "buckets"),
    "Kinesis": (("Stream",), "streams"),
    "DynamoDB": (("Stream",), "tables"),
}


# --- what is read from another resource ---


def _section_of(stack: Stack, source: object, guess: str) -> str:
    """The section of a source: by the resource it refers to, by its ARN, else as the event says."""
    target = stack.target(source)
    if target is not None and target.type in SECTION_OF:
        return SECTION_OF[target.type]
    named = shown_text(source)
    return next((section for part, section in _SECTION_BY_ARN.items() if part in named), guess)


def _alias_of(source: object, section: str) -> str:
    """What a source is known by: a reference, or the name in its ARN."""
    refs: list[Reference] = references_in(source)
    if refs:
        return refs[0].alias
    name = shown_text(source)
    name = name.partition("/stream/")[0].rpartition("table/")[2] if section == "tables" else name.rpartition(":")[2]
    return name.rpartition("/")[2]


def _read_from(stack: Stack, built: Building, name: str, source: object, guess: str, props: Mapping[str, Any]) -> None:
    """A trigger that reads a queue, a stream, a topic, a bucket; traffic of its own where no file has the source."""
    if truth(props.get("Enabled")) is False:
        stack.not_used(f"event source {name} of {built.name}", "it is disabled", built.origin)
        return
    section = _section_of(stack, source, guess)
    here = stack.target(source)
    outside = _outside(stack, built, name, source, section, props)
    trigger: object = outside
    read = stack.built.get(here.id) if here is not None else None
    if read is not None and section == "tables" and "stream" not in read.values:
        read.values["stream"] = "new-and-old-images"
        read.notes["stream",] = "it is read; what it has of a change is not known"
        read.confirm.add(("stream",))
        read.questions = [question for question in read.questions if question.key != "stream"]
    if _may_read(built.section, section):
        settings = mapping_settings(props) if section in _POLLED else {}
        inside = {_WORDS[section]: Ref(_alias_of(source, section), section), **settings}
        trigger = inside if read is not None else Fallback(inside, outside)
    filtered = props.get("FilterCriteria") or props.get("FilterPolicy")
    built.add("triggers", trigger, _FILTERED if filtered else "")


def _may_read(reader: str, section: str) -> bool:
    """Whether a resource of one section may name one of the other in a trigger."""
    emits = SECTIONS[section].emits if section in SECTIONS else None
    if emits is None or reader not in SECTIONS:
        return False
    ways = {emits.read_as, *emits.decided_by[1].values()}
    return bool(ways & resource_type(reader).reads)


def _outside(
    stack: Stack, built: Building, name: str, source: object, section: str, props: Mapping[str, Any]
) -> dict[str, object] | Ref:
    """A trigger by traffic of its own: the source is somebody else's, or there is no section for it yet."""
    here = stack.target(source)
    queue = here.properties if here is not None else {}
    is_fifo = truth(queue.get("FifoQueue")) is True or shown_text(source).endswith(".fifo")
    via = "sqs-fifo" if section == "queues" and is_fifo else _VIA.get(section)
    what = {"queues": "messages", "streams": "records", "tables": "changes of that table"}.get(section, "events")
    traffic = stack.traffic(
        _source_name(source, built, name), built.origin, f"how many {what} arrive?", joins="where_it_is_named"
    )
    if built.section != "functions":
        return traffic
    settings = mapping_settings(props) if section in ("queues", "streams") else {}
    return {"traffic": traffic, **({"via": via} if via else {}), **settings}


def _source_name(source: object, built: Building, name: str) -> str:
    """The name of the traffic of a source that is not in the files."""
    refs = references_in(source)
    return getattr(refs[0], "id", "") or f"{built.name}-{name}" if refs else f"{built.name}-{name}"


_AS_DEFAULT: Mapping[str, object] = {"window": "0 s", "parallelization_factor": Decimal(1)}
"""AWS's defaults, which are not written."""


def mapping_settings(props: Mapping[str, Any]) -> dict[str, object]:
    """The settings of an event source mapping."""
    out: dict[str, object] = {}
    for key, own, convert in _MAPPING_KEYS:
        value = convert(props.get(key)) if props.get(key) is not None else None
        if value not in (None, _AS_DEFAULT.get(own)):
            out[own] = value
    most = count(properties_of(props.get("ScalingConfig")).get("MaximumConcurrency"))
    if most is not None:
        out["maximum_concurrency"] = most
    pollers = properties_of(props.get("ProvisionedPollerConfig"))
    bounds = {
        own: n for key, own in (("MinimumPollers", "min"), ("MaximumPollers", "max")) if (n := count(pollers.get(key)))
    }
    if bounds:
        out["pollers"] = bounds
    if truth(props.get("BisectBatchOnFunctionError")):
        out["bisect"] = True
    types = props.get("FunctionResponseTypes")
    if isinstance(types, list) and "ReportBatchItemFailures" in types:
        out["partial_responses"] = True
    return out


def _mapping(stack: Stack, resource: Resource) -> None:
    props = resource.properties
    for built in stack.blocks_named(props.get("FunctionName"), "functions"):
        stack.used.add(resource.id)
        source = props.get("EventSourceArn")
        if source is not None:
            _read_from(stack, built, resource.id, source, "", props)
        else:
            _from_outside(stack, built, resource.id, "kafka", "the topic")


# --- EventBridge ---


def _rule(stack: Stack, built: Building, name: str, bus: object, pattern: object) -> None:
    """A rule of a bus with a pattern: a share of what the bus carries."""
    sources = properties_of(pattern).get("source")
    listed = ", ".join(shown_text(one) for one in sources) if isinstance(sources, list) else ""
    bucket = _bucket_in(stack, pattern)
    if bucket is not None and _may_read(built.section, "buckets"):
        built.add("triggers", {"bucket": Ref(f"{stack.template.scope}#{bucket.id}", "buckets")}, "by EventBridge")
        return
    verb = "invoke" if built.section == "functions" else "start"
    asks = f"how often does the event{' of ' + listed if listed else ''} {verb} it?"
    traffic = stack.traffic(f"{built.name}-{name}", built.origin, asks, joins="where_it_is_named")
    outside = {"traffic": traffic, "via": "eventbridge"} if built.section == "functions" else traffic
    if references_in(bus) and _may_read(built.section, "buses"):
        inside = {"bus": Ref(references_in(bus)[0].alias, "buses")}
        said = f"a rule{' for ' + listed if listed else ''}: which share matches? filter: 5%"
        built.add("triggers", Fallback(inside, outside), said)
    else:
        built.add("triggers", outside)


def _bucket_in(stack: Stack, pattern: object) -> Resource | None:
    """The bucket that a pattern names."""
    detail = properties_of(properties_of(pattern).get("detail"))
    target = stack.target(properties_of(detail.get("bucket")).get("name"))
    return target if target is not None and target.type == "AWS::S3::Bucket" else None


def _events_rule(stack: Stack, resource: Resource) -> None:
    props = resource.properties
    targets = props.get("Targets")
    for target in targets if isinstance(targets, list) else []:
        for built in stack.blocks_named(
            properties_of(target).get("Arn"), "functions", "state_machines", "queues", "topics"
        ):
            stack.used.add(resource.id)
            if text_of(props.get("State")) == "DISABLED":
                stack.not_used(f"rule {resource.id} of {built.name}", "it is disabled", stack.origin(resource))
            elif props.get("ScheduleExpression") is not None:
                _scheduled(stack, built, resource.id, props["ScheduleExpression"], stack.origin(resource))
            else:
                _rule(stack, built, resource.id, props.get("EventBusName"), props.get("EventPattern"))


def _schedule(stack: Stack, resource: Resource) -> None:
    props = resource.properties
    for built in stack.blocks_named(
        properties_of(props.get("Target")).get("Arn"), "functions", "state_machines", "jobs", "crawlers"
    ):
        stack.used.add(resource.id)
        if text_of(props.get("State")) == "DISABLED":
            stack.not_used(f"schedule {resource.id} of {built.name}", "it is disabled", stack.origin(resource))
        else:
            _scheduled(stack, built, resource.id, props.get("ScheduleExpression"), stack.origin(resource))


# --- SNS, S3 ---


def _subscription(stack: Stack, resource: Resource) -> None:
    props = resource.properties
    for built in stack.blocks_named(props.get("Endpoint"), "functions", "queues"):
        stack.used.add(resource.id)
        _read_from(stack, built, resource.id, props.get("TopicArn"), "topics", props)


def _notifications(stack: Stack, resource: Resource) -> None:
    config = properties_of(resource.properties.get("NotificationConfiguration"))
    listed = config.get("LambdaConfigurations")
    for one in listed if isinstance(listed, list) else []:
        for built in stack.blocks_named(properties_of(one).get("Function"), "functions"):
            _read_from(stack, built, resource.id, Token(stack.template.scope, resource.id), "buckets", {})


def _cdk_notifications(stack: Stack, resource: Resource) -> None:
    """The CDK sets a bucket's notifications by a custom resource."""
    bucket = resource.properties.get("BucketName")
    config = properties_of(resource.properties.get("NotificationConfiguration"))
    listed = config.get("LambdaFunctionConfigurations")
    for one in listed if isinstance(listed, list) else []:
        for built in stack.blocks_named(properties_of(one).get("LambdaFunctionArn"), "functions"):
            stack.used.add(resource.id)
            _read_from(stack, built, resource.id, bucket, "buckets", {})


def _permission(stack: Stack, resource: Resource) -> None:
    """Who else may invoke a function; used where nothing more exact does."""
    stack.used.add(resource.id)


def _url(stack: Stack, resource: Resource) -> None:
    for built in stack.blocks_named(resource.properties.get("TargetFunctionArn"), "functions"):
        stack.used.add(resource.id)
        _from_outside(stack, built, "url", "function-url", "its function URL")


_READERS = {
    "AWS::Lambda::EventSourceMapping": _mapping,
    "AWS::Events::Rule": _events_rule,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::SNS::Subscription": _subscription,
    "AWS::S3::Bucket": _notifications,
    "Custom::S3BucketNotifications": _cdk_notifications,
    "AWS::Lambda::Permission": _permission,
    "AWS::Lambda::Url": _url,
}
