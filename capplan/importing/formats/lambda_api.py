"""Answers of Lambda's API: functions, their provisioned concurrency, event source mappings, the account's concurrency.

Source: Lambda API Reference, "FunctionConfiguration", "GetAccountSettings", "ListProvisionedConcurrencyConfigs",
"EventSourceMappingConfiguration" (read 2026-11-30).
"""

from decimal import Decimal
from typing import Any

from capplan.importing.answers import answer, first_of, origin_of, whole
from capplan.importing.arn import Arn
from capplan.importing.event_source import event_source_trigger
from capplan.importing.formats import Format
from capplan.importing.given import Given
from capplan.importing.lambda_function import DURATION, function_values
from capplan.importing.model import Asked, Block, Found, Unused
from capplan.importing.value import Value


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
        values = function_values(function)
        if concurrency.known:
            values["reserved_concurrency"] = Decimal(concurrency.whole())
        regions.append(arn.region)
        blocks.append(
            Block(
                "functions",
                name,
                values,
                origin_of(given, function, name),
                _aliases(name, arn),
                questions=(DURATION,),
                joins="where_it_fits",
            )
        )
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
            questions=(DURATION,),
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
        trigger = event_source_trigger(mapping)
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
            questions=(DURATION,),
            joins="where_it_fits",
        )
        for name, (mapping, arn) in first.items()
    ]
    return Found(tuple(blocks), tuple(unused), region=next((arn.region for _, arn in first.values()), ""))


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
