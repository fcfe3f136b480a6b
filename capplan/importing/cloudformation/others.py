"""Reads queues, streams, topics, buses, buckets, secrets, parameters and keys: what their properties say.

Source: AWS CloudFormation User Guide, "AWS::SQS::Queue", "AWS::Kinesis::Stream", "AWS::SNS::Topic", "AWS::S3::Bucket",
"AWS::SSM::Parameter" (read 2026-11-30).
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from capplan.importing.cloudformation.building import Building, count, quantity, seconds, text, truth
from capplan.importing.cloudformation.stack import properties_of
from capplan.importing.cloudformation.values import Token, number_of, references_in, text_of
from capplan.importing.model import Ref

_CLASSES = {
    "STANDARD_IA": "standard-ia",
    "ONEZONE_IA": "one-zone-ia",
    "INTELLIGENT_TIERING": "intelligent-tiering",
    "GLACIER_IR": "glacier-instant",
    "GLACIER": "glacier-flexible",
    "DEEP_ARCHIVE": "glacier-deep-archive",
}


def _queue(built: Building, props: Mapping[str, Any]) -> None:
    if truth(props.get("FifoQueue")):
        built.values["type"] = "fifo"
        if text_of(props.get("FifoThroughputLimit")) == "perMessageGroupId":
            built.values["high_throughput"] = True
    built.put("visibility_timeout", props.get("VisibilityTimeout"), seconds, "30 s")
    built.put("retention", props.get("MessageRetentionPeriod"), seconds, "4 days")
    if number_of(props.get("DelaySeconds")):
        built.put("delay", props.get("DelaySeconds"), seconds, "10 s")
    built.put("receive_wait", props.get("ReceiveMessageWaitTimeSeconds"), seconds, "20 s")
    redrive = properties_of(props.get("RedrivePolicy"))
    refs = [ref for ref in references_in(redrive.get("deadLetterTargetArn")) if isinstance(ref, Token)]
    if refs and count(redrive.get("maxReceiveCount")) is not None:
        built.values["max_receive_count"] = count(redrive.get("maxReceiveCount"))
        built.values["dead_letters"] = Ref(refs[0].alias, "queues")
    built.ask("message", "2 KB", "how large is a message?")


def _stream(built: Building, props: Mapping[str, Any]) -> None:
    mode = text_of(properties_of(props.get("StreamModeDetails")).get("StreamMode"))
    if mode == "ON_DEMAND":
        built.values["mode"] = "on-demand"
    else:
        built.put("shards", props.get("ShardCount"), count, Decimal(1))
        if props.get("ShardCount") is None:
            built.values["mode"] = "on-demand"
    built.put("retention", props.get("RetentionPeriodHours"), quantity("h"), "24 h")
    built.ask("record", "2 KB", "how large is a record?")


def _topic(built: Building, props: Mapping[str, Any]) -> None:
    if truth(props.get("FifoTopic")):
        built.values["type"] = "fifo"


def _bucket(built: Building, props: Mapping[str, Any]) -> None:
    steps: dict[Decimal, object] = {}
    rules = properties_of(props.get("LifecycleConfiguration")).get("Rules")
    for rule in rules if isinstance(rules, list) else []:
        if not isinstance(rule, Mapping) or text_of(rule.get("Status")) != "Enabled" or rule.get("Prefix"):
            continue
        days = count(rule.get("ExpirationInDays"))
        if days:
            built.values["expire"] = f"{days:f} d"
        listed = rule.get("Transitions") or [rule.get("Transition")]
        for step in listed if isinstance(listed, list) else []:
            age = count(properties_of(step).get("TransitionInDays"))
            to = _CLASSES.get(text_of(properties_of(step).get("StorageClass")) or "")
            if age and to:
                steps[age] = {"after": f"{age:f} d", "to": to}
    if steps:
        built.values["lifecycle"] = [steps[age] for age in sorted(steps)]
    built.ask("object_size", "300 KB", "how large is an object?")
    built.ask("objects", "1M", "how many are stored?")


def _parameter(built: Building, props: Mapping[str, Any]) -> None:
    if text_of(props.get("Tier")) == "Advanced":
        built.put("tier", "advanced", text, "advanced")


def _nothing(built: Building, props: Mapping[str, Any]) -> None:
    """Its properties say nothing of what it costs."""


READERS: Mapping[str, Callable[[Building, Mapping[str, Any]], None]] = {
    "AWS::SQS::Queue": _queue,
    "AWS::Kinesis::Stream": _stream,
    "AWS::SNS::Topic": _topic,
    "AWS::Events::EventBus": _nothing,
    "AWS::S3::Bucket": _bucket,
    "AWS::SSM::Parameter": _parameter,
    "AWS::SecretsManager::Secret": _nothing,
    "AWS::KMS::Key": _nothing,
}
