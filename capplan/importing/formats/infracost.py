"""Usage files of infracost: what resources are used, by address, added to the plan or template that declares them.

infracost counts units and GB, not requests and items. Written as requests, a unit is a read (strongly consistent) or a write of
an item of 924 B: with AWS's 100 B of overhead it takes 1 KB of storage. Hours of a job are runs at equal distances.

Source: infracost documentation, "Usage file"; github infracost/infracost, infracost-usage-example.yml (read 2026-11-30).
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from capplan.importing import written
from capplan.importing.answers import origin_of, whole
from capplan.importing.formats import Format
from capplan.importing.given import Given
from capplan.importing.model import Asked, Block, Found, Joins, Origin, Place, Ref, Unused
from capplan.importing.value import Value

_ITEM_BYTES, _ITEMS_PER_GB = 924, 2**20
_MONTH_MINUTES = 43_800
_MAX_RUNS, _MANY_RUNS, _LONG_HOURS = 60, 600, 240
"""Runs a month that hours are spread over: a run of some hours would reach a job's time-out."""
_CRAWLER_MINUTES = 10
"""A crawler's run is billed for at least so long."""
_UNITS_NOTE = "infracost counts units and GB: an item of 924 B is one unit, and 1 KB with AWS's overhead"
_DEFAULTS = "infracost's example figures, chosen so that each resource costs about 5 USD a month, are nobody's usage"


class _Usage:
    """What a file says, while it is read."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.blocks: list[Block] = []
        self.unused: list[Unused] = []

    def add(
        self, section: str, address: str, values: dict[str, Any], origin: Origin, note: str = "", *, quiet: bool = False
    ) -> None:
        """What a usage adds to the resource of an address."""
        notes: dict[Place, str] = {(key,): note for key in list(values)[:1]} if note else {}
        aliases = (address, f"{self.given.name}#{address}")
        joins: Joins = "quietly" if quiet else "only_where_it_fits"
        self.blocks.append(Block(section, address, values, origin, aliases, notes, joins=joins))

    def traffic(self, address: str, requests: Decimal, origin: Origin) -> Ref:
        """So many requests a month, as a traffic that stands where the resource is declared."""
        alias = f"{self.given.name}#{address}/requests"
        name = f"{address.rpartition('.')[2]}-requests"
        self.blocks.append(
            Block("traffic", name, {"rate": written.monthly(requests)}, origin, (alias,), joins="where_it_is_named")
        )
        return Ref(alias, "traffic")

    def leave(self, address: str, key: str, why: str, origin: Origin) -> None:
        """Notes a key that no figure uses."""
        self.unused.append(Unused(f"{key} of {address}", why, origin))


def _read(given: Given, asked: Asked) -> Found:  # noqa: ARG001  a reader's signature
    top = whole(given)
    usage = _Usage(given)
    for address, value in top.get("resource_usage").entries():
        origin = origin_of(given, value, address)
        kind = _kind_of(address, value)
        reader = _READERS.get(kind)
        if reader is None:
            why = f"usage of {kind} is not read yet" if kind else "its address names no resource of AWS"
            usage.unused.append(Unused(f"usage of {kind or 'a resource'}", why, origin))
            continue
        known = {key: inner for key, inner in value.entries() if inner.known}
        for key in reader(usage, address, known, origin):
            known.pop(key, None)
        for key in known:
            usage.leave(address, key, _WHY.get(key, "no figure of capplan rests on it"), origin)
    defaults = top.get("resource_type_default_usage")
    if defaults.known:
        usage.unused.append(Unused("resource_type_default_usage", _DEFAULTS, origin_of(given, defaults)))
    if not usage.blocks and not usage.unused:
        usage.unused.append(Unused("usage file", "its resource_usage is empty", Origin(given.name)))
    return Found(tuple(usage.blocks), tuple(usage.unused))


def _kind_of(address: str, value: Value) -> str:
    """Terraform's type in an address; of a template's logical id what its keys are of; empty where neither tells."""
    written = next((word for word in address.split(".") if word.startswith("aws_")), "")
    keys = {key for key, _ in value.entries()}
    return written or next((kind for key, kind in _BY_KEY.items() if key in keys), "")


_BY_KEY: Mapping[str, str] = {
    "request_duration_ms": "aws_lambda_function",
    "monthly_write_request_units": "aws_dynamodb_table",
    "monthly_read_request_units": "aws_dynamodb_table",
    "monthly_transitions": "aws_sfn_state_machine",
    "workflow_duration_ms": "aws_sfn_state_machine",
    "monthly_hours": "aws_glue_job",
}
"""Keys that only one type has; a template's resources are named by their logical ids alone."""
_WHY: Mapping[str, str] = {
    "pitr_backup_storage_gb": "AWS bills point-in-time recovery by the size of the table, which capplan takes",
    "on_demand_backup_storage_gb": "write backups at the table: how often, and how long they are kept",
    "monthly_data_restored_gb": "a restore is no cost of every month",
    "monthly_streams_read_request_units": "capplan counts the reads of a stream from what reads it; Lambda's are free",
    "monthly_requests": (
        "infracost counts requests, capplan messages: each is sent, received and deleted, so about a third of them"
    ),
    "monthly_transitions": "capplan counts transitions from the definition: write how often the machine is started",
}


def _function(usage: _Usage, address: str, keys: Mapping[str, Value], origin: Origin) -> Iterator[str]:
    values: dict[str, Any] = {}
    if "monthly_requests" in keys:
        values["triggers"] = [usage.traffic(address, keys["monthly_requests"].count(), origin)]
        yield "monthly_requests"
    if "request_duration_ms" in keys:
        values["duration"] = f"{keys['request_duration_ms'].count().normalize():f} ms"
        yield "request_duration_ms"
    if values:
        usage.add("functions", address, values, origin)


def _table(usage: _Usage, address: str, keys: Mapping[str, Value], origin: Origin) -> Iterator[str]:
    access: list[dict[str, Any]] = []
    if "monthly_write_request_units" in keys:
        access.append({"put": written.monthly(keys["monthly_write_request_units"].count())})
        yield "monthly_write_request_units"
    if "monthly_read_request_units" in keys:
        access.append({"get": written.monthly(keys["monthly_read_request_units"].count()), "consistency": "strong"})
        yield "monthly_read_request_units"
    values: dict[str, Any] = {"item_size": f"{_ITEM_BYTES} B"}
    if "storage_gb" in keys:
        values["items"] = keys["storage_gb"].count() * _ITEMS_PER_GB
        yield "storage_gb"
    if access:
        values["access"] = access
    if len(values) > 1:
        usage.add("tables", address, values, origin, _UNITS_NOTE)


def _target(usage: _Usage, address: str, keys: Mapping[str, Value], origin: Origin) -> Iterator[str]:
    """The mean capacity of auto scaling, at the side of the table that the target scales."""
    if "capacity" in keys:
        units = Decimal(keys["capacity"].whole())
        for side in ("write", "read"):
            values = {"capacity": {side: units}}
            note = f"{address} is given as {units} units in the mean"
            usage.add("tables", f"{address}#{side}", values, origin, note, quiet=True)
        yield "capacity"


def _job(usage: _Usage, address: str, keys: Mapping[str, Value], origin: Origin) -> Iterator[str]:
    yield from _hours(usage, "jobs", address, keys, origin, 1)


def _crawler(usage: _Usage, address: str, keys: Mapping[str, Value], origin: Origin) -> Iterator[str]:
    yield from _hours(usage, "crawlers", address, keys, origin, _CRAWLER_MINUTES)


def _hours(
    usage: _Usage, section: str, address: str, keys: Mapping[str, Value], origin: Origin, least_minutes: int
) -> Iterator[str]:
    """Hours a month as runs at equal distances, each as long as is billed at least."""
    if "monthly_hours" not in keys:
        return
    hours = keys["monthly_hours"].count()
    most = _MANY_RUNS if hours > _LONG_HOURS else max(1, min(_MAX_RUNS, int(hours * 60 / least_minutes)))
    runs = max(n for n in range(1, most + 1) if _MONTH_MINUTES % n == 0)
    minutes = hours * 60 / runs
    values = {"schedule": f"rate({_MONTH_MINUTES // runs} minutes)", "duration": f"{minutes.normalize():f} min"}
    usage.add(section, address, values, origin, f"{hours:f} hours a month in {runs} runs at equal distances")
    yield "monthly_hours"


def _api(usage: _Usage, address: str, keys: Mapping[str, Value], origin: Origin) -> Iterator[str]:
    values: dict[str, Any] = {}
    if "monthly_requests" in keys:
        values["triggers"] = usage.traffic(address, keys["monthly_requests"].count(), origin)
        yield "monthly_requests"
    if "request_size_kb" in keys:
        values["request"] = f"{keys['request_size_kb'].count().normalize():f} KB"
        yield "request_size_kb"
    if values:
        usage.add("apis", address, values, origin)


def _accessed(section: str, verbs: Mapping[str, str], size: str = "") -> "_Reader":
    """A reader of requests by the verb that they are, and of the size of one."""

    def read(usage: _Usage, address: str, keys: Mapping[str, Value], origin: Origin) -> Iterator[str]:
        values: dict[str, Any] = {}
        access = [{verb: written.monthly(keys[key].count())} for key, verb in verbs.items() if key in keys]
        yield from (key for key in verbs if key in keys)
        if access:
            values["access"] = access
        if size and "request_size_kb" in keys:
            values[size] = f"{keys['request_size_kb'].count().normalize():f} KB"
            yield "request_size_kb"
        if values:
            usage.add(section, address, values, origin)

    return read


def _bucket(usage: _Usage, address: str, keys: Mapping[str, Value], origin: Origin) -> Iterator[str]:
    """Storage and requests of the class Standard; a GB is taken as 1,024 objects of 1 MB."""
    if "standard" not in keys:
        return
    of_class = {key: value for key, value in keys["standard"].entries() if value.known}
    values: dict[str, Any] = {}
    if "storage_gb" in of_class:
        values = {"object_size": "1 MB", "objects": of_class["storage_gb"].count() * 1024}
    verbs = {"monthly_tier_1_requests": "put-object", "monthly_tier_2_requests": "get-object"}
    access = [{verb: written.monthly(of_class[key].count())} for key, verb in verbs.items() if key in of_class]
    if access:
        values["access"] = access
    if values:
        usage.add("buckets", address, values, origin, "infracost counts GB: 1,024 objects of 1 MB each")
    for key in of_class:
        if key not in ("storage_gb", *verbs):
            usage.leave(address, f"standard.{key}", "no figure of capplan rests on it", origin)
    yield "standard"


def _machine(usage: _Usage, address: str, keys: Mapping[str, Value], origin: Origin) -> Iterator[str]:
    values: dict[str, Any] = {}
    if "monthly_requests" in keys:
        values["triggers"] = usage.traffic(address, keys["monthly_requests"].count(), origin)
        yield "monthly_requests"
    if "memory_mb" in keys:
        values["memory"] = f"{keys['memory_mb'].whole()} MB"
        yield "memory_mb"
    if values:
        usage.add("state_machines", address, values, origin)


_Reader = Callable[[_Usage, str, Mapping[str, Value], Origin], Iterator[str]]
_READERS: Mapping[str, _Reader] = {
    "aws_lambda_function": _function,
    "aws_dynamodb_table": _table,
    "aws_appautoscaling_target": _target,
    "aws_glue_job": _job,
    "aws_glue_crawler": _crawler,
    "aws_sfn_state_machine": _machine,
    "aws_api_gateway_rest_api": _api,
    "aws_apigatewayv2_api": _api,
    "aws_sqs_queue": _accessed("queues", {}, "message"),
    "aws_sns_topic": _accessed("topics", {"monthly_requests": "publish"}, "message"),
    "aws_cloudwatch_event_bus": _accessed("buses", {"monthly_custom_events": "put-events"}),
    "aws_s3_bucket": _bucket,
}


def _matches(given: Given) -> bool:
    return "version" in given.data and ("resource_usage" in given.data or "resource_type_default_usage" in given.data)


FORMATS = (Format("infracost-usage", "a usage file of infracost", _matches, _read),)
