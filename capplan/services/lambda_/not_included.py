"""Computes what services beside a function do for it that are not in the plan: entrances and queues of somebody else's."""

from fractions import Fraction

from capplan import units
from capplan.model import NotIncluded
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage

ENTRANCES = {
    "api-gateway-http": ("API Gateway HTTP API", "api_gateway.http.request", "requests"),
    "api-gateway-rest": ("API Gateway REST API", "api_gateway.rest.request", "requests"),
    "appsync": ("AppSync", "appsync.graphql_request", "queries"),
    "sqs": ("SQS", "sqs.standard.request", "requests"),
    "sqs-fifo": ("SQS FIFO", "sqs.fifo.request", "requests"),
    "sns": ("SNS", "sns.publish.request", "messages"),
    "eventbridge": ("EventBridge", "eventbridge.custom_event_64kb", "events"),
    "alb": ("Application Load Balancer", "", "requests"),
    "cognito": ("Cognito", "", "requests"),
    "s3": ("S3", "s3.request.tier1", "requests"),
    "kinesis": ("Kinesis Data Streams", "kinesis.provisioned.put_payload_unit", "PUT units"),
    "kafka": ("Kafka", "", "records"),
}
"""What a trigger comes through, the price of it, and what is counted. A function URL costs nothing of its own."""
_PLANNED = {
    "api-gateway-http": "apis",
    "api-gateway-rest": "apis",
    "appsync": "graphql_apis",
    "sqs": "queues",
    "sqs-fifo": "queues",
    "sns": "topics",
    "eventbridge": "buses",
    "s3": "buckets",
    "kinesis": "streams",
}
"""Where a scenario says what a trigger comes through, to have it in the plan."""
_FANNED_OUT = frozenset({"sns", "eventbridge", "s3", "kinesis", "kafka"})
"""Where several functions may read the same message, which is sent once."""
_SHARD_HOUR = "kinesis.provisioned.shard_hour"
_QUEUES = frozenset({"sqs", "sqs-fifo"})
_REQUESTS_PER_BATCH = 2
"""A batch is received and deleted; each message is sent on its own. Empty receives are not counted."""
_ASSUMED = {
    "api-gateway-http": "each up to 512 KB",
    "sqs": "a send for each message, a receive and a delete for each batch",
    "sqs-fifo": "a send for each message, a receive and a delete for each batch",
    "s3": "an object put for each event; events are free, and storage is not counted",
    "kinesis": "records of up to 25 KB, those that a filter drops too",
    "eventbridge": "custom events of up to 64 KB; events of AWS's own services are free",
}


def why_left_out(via: str | None) -> str:
    """Why the cost of what a trigger comes through is not in the plan, and what would put it there."""
    section = _PLANNED.get(via or "")
    return f"not declared here: write it under `{section}`" if section else "not modeled yet"


def not_included(spec: Function, usage: Usage) -> tuple[NotIncluded, ...]:
    """Usage of services beside a function, by trigger."""
    out = []
    for stream in usage.streams:
        trigger = spec.triggers[stream.trigger] if stream.trigger is not None else None
        if trigger is None or trigger.via not in ENTRANCES:
            continue
        what, price, unit = ENTRANCES[trigger.via]
        quantity = arrivals = stream.arrivals.monthly
        because = why_left_out(trigger.via)
        if trigger.via in _QUEUES:
            quantity += _REQUESTS_PER_BATCH * arrivals / stream.records
        if trigger.via == "kinesis":
            quantity /= Fraction(trigger.filter or 1)
            hours = Fraction((trigger.shards or 1) * units.MONTH_HOURS)
            out.append(NotIncluded(f"{what}, shards", _SHARD_HOUR, hours, "shard-hours", "", stream.cause, because))
        shared = stream.cause if trigger.via in _FANNED_OUT else ""
        out.append(NotIncluded(what, price, quantity, unit, _ASSUMED.get(trigger.via, ""), shared, because))
    return tuple(out)
