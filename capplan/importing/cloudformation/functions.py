"""Reads Lambda functions: what CloudFormation and SAM say of one, AWS's own defaults left out.

Source: AWS CloudFormation User Guide, "AWS::Lambda::Function"; AWS SAM Developer Guide, "AWS::Serverless::Function",
"Globals section" (read 2026-11-30).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from capplan.importing.cloudformation.building import Building, count, quantity, seconds, text, within, word
from capplan.importing.cloudformation.stack import Stack, properties_of
from capplan.importing.cloudformation.template import Resource
from capplan.importing.cloudformation.values import Either, number_of, references_in, shown_text, text_of
from capplan.importing.model import Ref
from capplan.log_settings import RETENTION_DAYS
from capplan.services.lambda_.quotas import (
    ASYNC_RETRIES_MAX,
    EPHEMERAL_STORAGE_MAX,
    EPHEMERAL_STORAGE_MIN,
    EVENT_AGE_MAX,
    EVENT_AGE_MIN,
    MEMORY_MAX,
    MEMORY_MIN,
    TIMEOUT_MAX,
)
from capplan.services.lambda_.runtimes import why_unknown

DURATION = ("duration", "120 ms", "how long does one invocation take?")


def with_globals(props: Mapping[str, Any], shared: object) -> dict[str, Any]:
    """Properties with SAM's Globals below: mappings are joined, lists follow each other, single values give way."""
    out = dict(properties_of(shared))
    for key, value in props.items():
        below = out.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            out[key] = with_globals(value, below)
        elif isinstance(below, list) and isinstance(value, list):
            out[key] = [*below, *value]
        else:
            out[key] = value
    return out


def read_function(built: Building, props: Mapping[str, Any]) -> None:
    """The keys of a function that CloudFormation and SAM share."""
    runtime = text_of(props.get("Runtime"))
    if runtime is not None and why_unknown(runtime) is not None:
        built.values["runtime"] = "other"
        built.notes["runtime",] = f"{runtime} is not known to this version"
    else:
        built.put("runtime", props.get("Runtime"), text, "python3.13")
    built.put(
        "memory",
        props.get("MemorySize"),
        within(quantity("MB"), int(MEMORY_MIN.value), int(MEMORY_MAX.value)),
        "128 MB",
    )
    built.put("timeout", props.get("Timeout"), within(seconds, 1, int(TIMEOUT_MAX.value) // 1000), "30 s")
    architectures = props.get("Architectures")
    if isinstance(architectures, list) and architectures:
        built.put("architecture", architectures[0], text, "arm64")
    elif isinstance(architectures, Either):
        first = Either(architectures.condition, _first(architectures.some), _first(architectures.other))
        built.put("architecture", first, text, "arm64")
    storage = properties_of(props.get("EphemeralStorage")).get("Size")
    if number_of(storage) != 512:  # noqa: PLR2004  AWS's default
        built.put(
            "ephemeral_storage",
            storage,
            within(quantity("MB"), int(EPHEMERAL_STORAGE_MIN.value), int(EPHEMERAL_STORAGE_MAX.value)),
            "1024 MB",
        )
    built.put("reserved_concurrency", props.get("ReservedConcurrentExecutions"), count, Decimal(10))
    snap_start = properties_of(props.get("SnapStart")).get("ApplyOn")
    if text_of(snap_start) == "PublishedVersions":
        built.values["snap_start"] = True
    layers = props.get("Layers")
    if isinstance(layers, list) and layers and text_of(props.get("PackageType")) != "Image":
        built.values["layers"] = Decimal(len(layers))
    tracing = props.get("Tracing") or properties_of(props.get("TracingConfig")).get("Mode")
    if text_of(tracing) != "PassThrough":
        built.put("tracing", tracing, word({"Active": "active"}), "active")
    read_invoke_config(built, properties_of(props.get("EventInvokeConfig")))
    dead = properties_of(props.get("DeadLetterConfig") or props.get("DeadLetterQueue")).get("TargetArn")
    _destination(built, "on_failure", dead)
    if number_of(built.values.get("reserved_concurrency")) == 0:
        built.notes["reserved_concurrency",] = "it is switched off"
    provisioned = properties_of(props.get("ProvisionedConcurrencyConfig")).get("ProvisionedConcurrentExecutions")
    built.put("provisioned_concurrency", provisioned, count, Decimal(5))
    built.ask(*DURATION)


def read_invoke_config(built: Building, config: Mapping[str, Any]) -> None:
    """How asynchronous invocations are retried."""
    retries = within(count, 0, int(ASYNC_RETRIES_MAX.value))
    age = within(seconds, int(EVENT_AGE_MIN.value) // 1000, int(EVENT_AGE_MAX.value) // 1000)
    built.put("retries", config.get("MaximumRetryAttempts"), retries, Decimal(2))
    built.put("maximum_event_age", config.get("MaximumEventAgeInSeconds"), age, "6 h")
    destinations = properties_of(config.get("DestinationConfig"))
    for key, own in (("OnFailure", "on_failure"), ("OnSuccess", "on_success")):
        _destination(built, own, properties_of(destinations.get(key)).get("Destination"))


def _destination(built: Building, key: str, value: object) -> None:
    """What gets the events that failed, or went well."""
    refs = references_in(value)
    if refs and key not in built.values:
        built.values[key] = Ref(refs[0].alias)


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else None


def read_additions(stack: Stack) -> None:
    """What other resources add to functions: aliases and versions with provisioned concurrency, invoke configurations."""
    for resource in stack.resources.values():
        if resource.type in ("AWS::Lambda::Alias", "AWS::Lambda::Version"):
            _provisioned(stack, resource)
        elif resource.type == "AWS::Lambda::EventInvokeConfig":
            for built in stack.blocks_named(resource.properties.get("FunctionName"), "functions"):
                read_invoke_config(built, resource.properties)
                stack.used.add(resource.id)
        elif resource.type == "AWS::ApplicationAutoScaling::ScalableTarget":
            _scaled(stack, resource)
        elif resource.type == "AWS::Logs::LogGroup":
            _retention(stack, resource)


def _retention(stack: Stack, group: Resource) -> None:
    """How long the logs of a function are kept: its group's name has the function's."""
    name, days = group.properties.get("LogGroupName"), count(group.properties.get("RetentionInDays"))
    if days not in RETENTION_DAYS or "/aws/lambda/" not in shown_text(name):
        return
    own = shown_text(name).partition("/aws/lambda/")[2]
    ids = {getattr(ref, "id", "") for ref in references_in(name)}
    for id_, built in stack.built.items():
        if built.section == "functions" and (id_ in ids or own in built.aliases):
            built.values["logs"] = {"retention": f"{days:f} d"}
            stack.used.add(group.id)


def _provisioned(stack: Stack, resource: Resource) -> None:
    config = properties_of(resource.properties.get("ProvisionedConcurrencyConfig"))
    for built in stack.blocks_named(resource.properties.get("FunctionName"), "functions"):
        stack.used.add(resource.id)
        built.put("provisioned_concurrency", config.get("ProvisionedConcurrentExecutions"), count, Decimal(5))


def _scaled(stack: Stack, resource: Resource) -> None:
    """Provisioned concurrency that follows a target: its least is what is always there."""
    props = resource.properties
    if text_of(props.get("ScalableDimension")) != "lambda:function:ProvisionedConcurrency":
        return
    where = props.get("ResourceId")
    names = shown_text(where)
    for built in stack.built.values():
        named = any(getattr(ref, "id", "") == built.name for ref in references_in(where))
        if built.section == "functions" and (named or any(f"function:{alias}:" in names for alias in built.aliases)):
            stack.used.add(resource.id)
            built.put("provisioned_concurrency", props.get("MinCapacity"), count, Decimal(5))
            most = shown_text(props.get("MaxCapacity"))
            built.notes["provisioned_concurrency",] = f"the least of a scalable target, which goes up to {most}"
