"""An event source mapping in the words of Lambda's API as a trigger of a function.

Source: Lambda API Reference, "EventSourceMappingConfiguration", "CreateEventSourceMapping" (read 2026-11-30).
"""

from decimal import Decimal
from typing import Any

from capplan.importing import written
from capplan.importing.arn import Arn
from capplan.importing.model import Ref
from capplan.importing.value import Value

SECTIONS = {"dynamodb": ("stream", "tables"), "kinesis": ("stream", "streams"), "sqs": ("queue", "queues")}
"""The word of a trigger and the section that it names, by the service of the source's ARN."""


def event_source_trigger(mapping: Value) -> dict[str, Any] | str:
    """The trigger, or why there is none."""
    source = mapping.get("EventSourceArn")
    if not source.known:
        return "its source is no ARN (Kafka of one's own): write triggers: [{traffic: NAME, via: kafka}]"
    arn = Arn.of(source.text())
    if arn.service not in SECTIONS:
        return f"its source is {arn.service or 'unknown'}: write the traffic that it brings"
    word, section = SECTIONS[arn.service]
    return {word: Ref(arn.text, section), **settings(mapping)}


def settings(mapping: Value) -> dict[str, Any]:
    """Batching, parallelism and retries, where they are not AWS's defaults."""
    values: dict[str, Any] = {}
    if mapping.get("BatchSize").known:
        values["batch"] = Decimal(mapping.get("BatchSize").whole())
    window = mapping.get("MaximumBatchingWindowInSeconds")
    if window.known and window.whole():
        values["window"] = written.duration(window.whole() * 1000)
    parallel = mapping.get("ParallelizationFactor")
    if parallel.known and parallel.whole() > 1:
        values["parallelization_factor"] = Decimal(parallel.whole())
    most = mapping.at("ScalingConfig", "MaximumConcurrency")
    if most.known:
        values["maximum_concurrency"] = Decimal(most.whole())
    if mapping.get("BisectBatchOnFunctionError").flag():
        values["bisect"] = True
    retries = mapping.get("MaximumRetryAttempts")
    if retries.known and retries.number() >= 0:
        values["retries"] = Decimal(retries.whole())
    age = mapping.get("MaximumRecordAgeInSeconds")
    if age.known and age.number() > 0:
        values["max_record_age"] = written.duration(age.whole() * 1000)
    types = [word.text() for word in mapping.get("FunctionResponseTypes").items()]
    if "ReportBatchItemFailures" in types:
        values["partial_responses"] = True
    return values
