"""Reads Glue jobs and crawlers, and the schedules of triggers.

Source: AWS CloudFormation User Guide, "AWS::Glue::Job", "AWS::Glue::Crawler", "AWS::Glue::Trigger"; AWS Glue Developer
Guide, "Jobs", Job structure: MaxCapacity is for Python shell jobs and Glue 1.0 and older (read 2026-11-30).
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from capplan.importing.cloudformation.building import Building, count, minutes, text, truth, word
from capplan.importing.cloudformation.stack import Stack, is_schedule, properties_of
from capplan.importing.cloudformation.template import Resource
from capplan.importing.cloudformation.values import number_of, text_of

_TYPES = {"glueetl": "spark", "gluestreaming": "streaming", "pythonshell": "python-shell", "glueray": "ray"}
_VERSION = re.compile(r"\d{1,2}\.\d{1,2}")
_OLD = Decimal(2)
"""The first version that has no MaxCapacity for Spark jobs."""


def read_job(built: Building, props: Mapping[str, Any]) -> None:
    """A job."""
    command = properties_of(props.get("Command"))
    kind = _TYPES.get(text_of(command.get("Name")) or "glueetl", "spark")
    if kind != "spark":
        built.values["type"] = kind
    version = text_of(props.get("GlueVersion"))
    if kind in ("spark", "streaming"):
        built.put("glue_version", props.get("GlueVersion"), _version, "5.1")
    built.put("worker_type", props.get("WorkerType"), text, "G.1X")
    built.put("workers", props.get("NumberOfWorkers"), count, Decimal(10))
    _max_capacity(built, props.get("MaxCapacity"), kind, version)
    built.put(
        "execution_class", props.get("ExecutionClass"), word({"STANDARD": "standard", "FLEX": "flex"}), "standard"
    )
    built.put("timeout", props.get("Timeout"), minutes, "480 min")
    built.put("max_retries", props.get("MaxRetries"), count, Decimal(0))
    concurrent = properties_of(props.get("ExecutionProperty")).get("MaxConcurrentRuns")
    if number_of(concurrent) != 1:
        built.put("max_concurrent_runs", concurrent, count, Decimal(1))
    if truth(props.get("JobRunQueuingEnabled")):
        built.values["job_run_queuing"] = True
    arguments = properties_of(props.get("DefaultArguments"))
    if truth(arguments.get("--enable-auto-scaling")):
        built.values["auto_scaling"] = True
    if text_of(arguments.get("--job-bookmark-option")) == "job-bookmark-enable":
        built.values["bookmark"] = True
    if kind != "streaming":
        built.ask("duration", "10 min", "how long does one run take?")


def _max_capacity(built: Building, raw: object, kind: str, version: str | None) -> None:
    if raw is None:
        if kind in ("spark", "streaming") and "workers" not in built.values:
            built.ask("workers", Decimal(10), "the template does not say how many workers")
        return
    number = number_of(version)
    if kind == "python-shell" or (number is not None and number < _OLD):
        built.put("dpus", raw, _dpus, Decimal(10))
    elif "workers" not in built.values:
        asks = f"MaxCapacity is not for Glue {version or '2.0 and later'}, which takes a number of workers"
        built.ask("workers", count(raw) or Decimal(10), asks)


def _version(raw: object) -> str | None:
    """A version: 4.0 as a number keeps its digits."""
    written = text_of(raw)
    return written if written is not None and _VERSION.fullmatch(written) else None


def _dpus(raw: object) -> Decimal | None:
    return number_of(raw)


def read_crawler(built: Building, props: Mapping[str, Any]) -> None:
    """A crawler."""
    schedule = properties_of(props.get("Schedule")).get("ScheduleExpression")
    if schedule is not None:
        built.put("schedule", schedule, _schedule, "rate(1 day)")
    built.ask("duration", "4 min", "how long does one run take?")


def _schedule(raw: object) -> str | None:
    expression = text_of(raw)
    return expression if expression is not None and is_schedule(expression) else None


def read_triggers(stack: Stack) -> None:
    """Schedules of triggers go to the jobs and crawlers that they start."""
    for resource in stack.resources.values():
        if resource.type == "AWS::Glue::Trigger":
            _trigger(stack, resource)


def _trigger(stack: Stack, resource: Resource) -> None:
    props = resource.properties
    kind = text_of(props.get("Type")) or ""
    actions = props.get("Actions")
    started = [
        built
        for action in (actions if isinstance(actions, list) else [])
        for key, section in (("JobName", "jobs"), ("CrawlerName", "crawlers"))
        for built in stack.blocks_named(properties_of(action).get(key), section)
    ]
    stack.used.add(resource.id)
    if kind == "SCHEDULED" and truth(props.get("StartOnCreation")) is not False:
        for built in started:
            if "schedule" not in built.values:
                built.put("schedule", props.get("Schedule"), _schedule, "rate(1 day)")
        if started:
            return
    why = f"a {kind.lower().replace('_', '-')} trigger: write what starts its jobs as triggers or calls"
    stack.not_used("AWS::Glue::Trigger", why, stack.origin(resource))
