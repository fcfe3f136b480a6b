"""Answers of Lambda's API: functions, their provisioned concurrency, event source mappings, the account's concurrency.

Source: Lambda API Reference, "FunctionConfiguration", "GetAccountSettings", "ListProvisionedConcurrencyConfigs",
"EventSourceMappingConfiguration" (read 2026-11-30).
"""

from decimal import Decimal
from typing import Any

from capplan.importing.answers import answer, first_of, origin_of, whole
from capplan.importing.arn import Arn
from capplan.importing.cloudformation.building import Building
from capplan.importing.cloudformation.functions import DURATION, read_function
from capplan.importing.cloudformation.sources import mapping_settings
from capplan.importing.formats import Format
from capplan.importing.given import Given
from capplan.importing.model import Asked, Block, Found, Question, Ref, Unused
from capplan.importing.value import Value
from capplan.units import BYTES_PER_MB


def _functions(given: Given, asked: Asked) -> Found:  # noqa: ARG001  a reader's signature
    top = whole(given)
    configurations = top.get("Functions").items() or [
        top.get("Configuration") if top.get("Configuration").known else top
    ]
    concurrency = top.at("Concurrency", "ReservedConcurrentExecutions")
    blocks, regions = [], []
    for function in configurations:
        arn = Arn.of(function.get("FunctionArn").text(""))
        name = function.get("FunctionName").text()
        built = Building("functions", name, origin_of(given, function, name), _aliases(name, arn), "where_it_fits")
        known = function.properties("MemorySize", "Timeout")
        read_function(built, {**known, "ReservedConcurrentExecutions": concurrency.data})
        zipped = function.get("CodeSize")
        if function.get("PackageType").text("Zip") == "Zip" and zipped.known and zipped.whole() >= BYTES_PER_MB:
            built.values["package"] = {"zipped": f"{-(-zipped.whole() // BYTES_PER_MB)} MB"}
        regions.append(arn.region)
        blocks.append(built.block())
    return Found(tuple(blocks), region=next(filter(None, regions), ""))


def _aliases(name: str, arn: Arn) -> tuple[str, ...]:
    unqualified = arn.text.removesuffix(f":{arn.rest}") if arn.rest else arn.text
    return tuple(dict.fromkeys(filter(None, (name, arn.text, unqualified))))


def _provisioned(given: Given, asked: Asked) -> Found:  # noqa: ARG001  a reader's signature
    """Environments provisioned for a function: those of all its aliases and versions together."""
    totals: dict[str, tuple[Value, Arn, int]] = {}
    for config in whole(given).get("ProvisionedConcurrencyConfigs").items():
        arn = Arn.of(config.get("FunctionArn").text())
        wanted = config.get("RequestedProvisionedConcurrentExecutions").whole()
        first = totals.get(arn.name)
        totals[arn.name] = (config, arn, wanted) if first is None else (first[0], first[1], first[2] + wanted)
    blocks = [
        Block(
            "functions",
            name,
            {"provisioned_concurrency": Decimal(total)},
            origin_of(given, config, name),
            _aliases(name, arn),
            questions=(Question(*DURATION),),
            joins="where_it_fits",
        )
        for name, (config, arn, total) in totals.items()
    ]
    return Found(tuple(blocks), region=next((arn.region for _, arn, _ in totals.values()), ""))


def _mappings(given: Given, asked: Asked) -> Found:  # noqa: ARG001  a reader's signature
    """Triggers of functions, from the event source mappings of an account."""
    triggers: dict[str, list[object]] = {}
    first: dict[str, tuple[Value, Arn]] = {}
    unused = []
    for mapping in whole(given).get("EventSourceMappings").items():
        arn = Arn.of(mapping.get("FunctionArn").text())
        if mapping.get("State").text("Enabled") in ("Disabled", "Disabling"):
            unused.append(Unused("disabled event source mapping", "it invokes nothing", origin_of(given, mapping)))
            continue
        trigger = _trigger(mapping)
        if isinstance(trigger, str):
            unused.append(Unused("event source mapping", trigger, origin_of(given, mapping)))
            continue
        triggers.setdefault(arn.name, []).append(trigger)
        first.setdefault(arn.name, (mapping, arn))
    blocks = [
        Block(
            "functions",
            name,
            {"triggers": list(triggers[name])},
            origin_of(given, mapping, name),
            _aliases(name, arn),
            questions=(Question(*DURATION),),
            joins="where_it_fits",
        )
        for name, (mapping, arn) in first.items()
    ]
    return Found(tuple(blocks), tuple(unused), region=next((arn.region for _, arn in first.values()), ""))


_SOURCES = {"dynamodb": ("stream", "tables"), "kinesis": ("stream", "streams"), "sqs": ("queue", "queues")}
"""The word of a trigger and the section that it names, by the service of the source's ARN."""


def _trigger(mapping: Value) -> dict[str, Any] | str:
    """The trigger that a mapping is, or why it is none."""
    source = mapping.get("EventSourceArn")
    if not source.known:
        return "its source is no ARN (Kafka of one's own): write triggers: [{traffic: NAME, via: kafka}]"
    arn = Arn.of(source.text())
    if arn.service not in _SOURCES:
        return f"its source is {arn.service or 'unknown'}: write the traffic that it brings"
    word, section = _SOURCES[arn.service]
    return {word: Ref(arn.text, section), **mapping_settings(mapping.properties("BatchSize"))}


def _account(given: Given, asked: Asked) -> Found:  # noqa: ARG001  a reader's signature
    limit = whole(given).get("AccountLimit")
    return Found(account={"quotas": {"lambda.concurrency": Decimal(limit.get("ConcurrentExecutions").whole())}})


def _is_function(part: Any) -> bool:  # noqa: ANN401  plain data
    return "FunctionName" in part and ("MemorySize" in part or "Handler" in part or "PackageType" in part)


FORMATS = (
    Format(
        "lambda-function",
        "a description of Lambda functions",
        lambda given: (
            _is_function(given.data)
            or _is_function(answer(given, "Configuration"))
            or _is_function(first_of(given, "Functions"))
        ),
        _functions,
    ),
    Format(
        "lambda-provisioned-concurrency",
        "provisioned concurrency of a function",
        lambda given: "ProvisionedConcurrencyConfigs" in given.data,
        _provisioned,
    ),
    Format(
        "lambda-event-sources",
        "event source mappings",
        lambda given: "EventSourceMappings" in given.data,
        _mappings,
    ),
    Format(
        "lambda-account",
        "Lambda's limits of an account",
        lambda given: "ConcurrentExecutions" in answer(given, "AccountLimit"),
        _account,
    ),
)
