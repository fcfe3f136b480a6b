"""Reads DynamoDB tables: keys, capacity, indexes, streams; scalable targets are joined to the tables they scale.

Source: AWS CloudFormation User Guide, "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::Serverless::SimpleTable",
"AWS::ApplicationAutoScaling::ScalableTarget" (read 2026-11-30). A table without BillingMode is PROVISIONED.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from capplan.importing.cloudformation.building import Building, count, percent, quantity, text, truth, word
from capplan.importing.cloudformation.stack import is_schedule, properties_of
from capplan.importing.cloudformation.values import Either, Unknown, number_of, references_in, shown_text, text_of
from capplan.importing.model import Ref

_STREAMS = {
    "NEW_AND_OLD_IMAGES": "new-and-old-images",
    "NEW_IMAGE": "new-image",
    "OLD_IMAGE": "old-image",
    "KEYS_ONLY": "keys-only",
}
_CLASSES = {"STANDARD": "standard", "STANDARD_INFREQUENT_ACCESS": "standard-ia"}
_TYPES = {"N": "number", "B": "binary"}
_DIMENSION = re.compile(r"dynamodb:(table|index):(Read|Write)CapacityUnits")
_SCHEDULED = "scheduled"
_RECOVERY_DAYS = 35
"""AWS's default, which is not written."""
_EITHER_MODE = "the template decides between on-demand and provisioned capacity"

Targets = Mapping[tuple[str, str, str], Mapping[str, object]]
"""Bounds of scalable targets by (table's alias or name, index or "", "read" or "write")."""


def read_table(built: Building, props: Mapping[str, Any], targets: Targets, names: Iterable[str]) -> None:
    """A table or a global table; `names` are the aliases by which a scalable target may name it."""
    types = {
        text_of(one.get("AttributeName")): text_of(one.get("AttributeType"))
        for one in _maps(props.get("AttributeDefinitions"))
    }
    for key, value in _keys(props.get("KeySchema"), types).items():
        built.values[key] = value
    scaled = {(index, way): bounds for (table, index, way), bounds in targets.items() if table in names}
    _capacity(built, props, scaled)
    indexes: dict[str, object] = {}
    for local, key in ((False, "GlobalSecondaryIndexes"), (True, "LocalSecondaryIndexes")):
        for index in _maps(props.get(key)):
            name = shown_text(index.get("IndexName"))
            of_home = next(
                (i for i in _maps(_home(props).get(key)) if i.get("IndexName") == index.get("IndexName")), None
            )
            read = _index(
                index, types, local=local, provisioned=_is_provisioned(props), scaled=scaled, name=name, replica=of_home
            )
            if local or "partition_key" in read:
                indexes[name] = read
    if indexes:
        built.values["indexes"] = indexes
    _settings(built, props)
    ask_of_table(built)


def read_simple_table(built: Building, props: Mapping[str, Any]) -> None:
    """SAM's simple table: a partition key, `id` by default, and on-demand unless throughput is given."""
    key = properties_of(props.get("PrimaryKey"))
    built.values["partition_key"] = text_of(key.get("Name")) or "id"
    if isinstance(props.get("ProvisionedThroughput"), Mapping):
        built.put("capacity", props["ProvisionedThroughput"], _units, {"mode": "provisioned"})
    ask_of_table(built)


def ask_of_table(built: Building) -> None:
    """What no template knows of a table."""
    if not {"item_size", "item", "items_file"} & built.values.keys():
        built.ask("item_size", "1 KB", "how large is an item, names included, in the mean?")
    built.ask("items", "1M", "how many items are stored?")


def _maps(raw: object) -> list[Mapping[str, Any]]:
    return [one for one in raw if isinstance(one, Mapping)] if isinstance(raw, list) else []


def _keys(schema: object, types: Mapping[str | None, str | None], *, index: bool = False) -> dict[str, object]:
    """The keys of a table or an index; an index may have several attributes in each."""
    out: dict[str, object] = {}
    for role, key in (("HASH", "partition_key"), ("RANGE", "sort_key")):
        names = [
            n
            for one in _maps(schema)
            if text_of(one.get("KeyType")) == role and (n := text_of(one.get("AttributeName")))
        ]
        if not names:
            continue
        name: object = names[0] if len(names) == 1 or not index else names
        kind = _TYPES.get(types.get(names[0]) or "")
        out[key] = {"name": name, "type": kind} if key == "partition_key" and kind and len(names) == 1 else name
        if key == "partition_key" and isinstance(name, list):
            out[key] = {"name": name}
    return out


def _home(props: Mapping[str, Any]) -> Mapping[str, Any]:
    """A global table's replica in the scenario's Region: the first; empty for any other table."""
    return next(iter(_maps(props.get("Replicas"))), {})


def home_region(props: Mapping[str, Any]) -> str:
    """The Region of a global table's first replica; empty for any other table."""
    return text_of(_home(props).get("Region")) or ""


# --- capacity ---


def _is_provisioned(props: Mapping[str, Any]) -> bool:
    mode = props.get("BillingMode")
    return mode is None or text_of(mode) == "PROVISIONED"


def _capacity(
    built: Building, props: Mapping[str, Any], scaled: Mapping[tuple[str, str], Mapping[str, object]]
) -> None:
    mode = props.get("BillingMode")
    if text_of(mode) == "PAY_PER_REQUEST":
        built.values["capacity"] = "on-demand"
        most = props.get("OnDemandThroughput") or props.get("WriteOnDemandThroughputSettings")
        if isinstance(most, Mapping):
            bounds = {
                key: number
                for key, word_ in (("max_write", "MaxWriteRequestUnits"), ("max_read", "MaxReadRequestUnits"))
                if (number := number_of(most.get(word_))) is not None and number > 0
            }
            if bounds:
                built.values["throughput"] = bounds
        return
    if mode is not None and text_of(mode) is None:
        example: object = "on-demand"
        why = mode.why if isinstance(mode, Unknown) else _EITHER_MODE
        if isinstance(mode, Either):
            why = f"{_mode_word(mode.some)} if {mode.condition}, else {_mode_word(mode.other)}"
        built.ask("capacity", example, why)
        return
    units = _units(props.get("ProvisionedThroughput"), scaled=scaled, props=props, replica=_home(props))
    steps = _steps(scaled, "")
    built.values["capacity"] = {"mode": "provisioned", **units, **({"scheduled": steps} if steps else {})}
    if mode is None:
        built.notes["capacity",] = "no BillingMode: CloudFormation's default is PROVISIONED"
    for way, key in (("write", "WriteCapacityUnits"), ("read", "ReadCapacityUnits")):
        given = props.get("ProvisionedThroughput")
        raw = given.get(key) if isinstance(given, Mapping) else None
        if way not in units:
            example = {"mode": "provisioned", **units, way: Decimal(5)}
            why = raw.why if isinstance(raw, Unknown) else "the template does not say how many units"
            del built.values["capacity"]
            built.notes.pop(("capacity",), None)
            built.ask("capacity", example, f"{way} units: {why}")
            return


def _mode_word(value: object) -> str:
    return {"PAY_PER_REQUEST": "on-demand", "PROVISIONED": "provisioned"}.get(
        text_of(value) or "", "on-demand or provisioned"
    )


def _units(
    raw: object,
    *,
    scaled: Mapping[tuple[str, str], Mapping[str, object]] | None = None,
    props: Mapping[str, Any] | None = None,
    index: str = "",
    replica: Mapping[str, Any] | None = None,
) -> dict[str, object]:
    """The units of both directions: fixed ones, or the bounds of auto scaling."""
    out: dict[str, object] = {}
    given = raw if isinstance(raw, Mapping) else {}
    for way, key, settings in (
        ("write", "WriteCapacityUnits", "WriteProvisionedThroughputSettings"),
        ("read", "ReadCapacityUnits", "ReadProvisionedThroughputSettings"),
    ):
        bounds = (scaled or {}).get((index, way))
        own = (props or {}).get(settings)
        if own is None and replica is not None:
            own = replica.get(settings)
        if isinstance(own, Mapping) and bounds is None:  # of a global table
            inner = own.get(f"{way.title()}CapacityAutoScalingSettings")
            bounds = _auto_scaling(inner) if isinstance(inner, Mapping) else None
            fixed = count(own.get(key))
            if fixed is not None:
                out[way] = fixed
        number = count(given.get(key))
        if bounds is not None and {"min", "max"} <= bounds.keys():
            out[way] = {key: value for key, value in bounds.items() if key != _SCHEDULED}
        elif number is not None:
            out[way] = number
    return out


def _auto_scaling(settings: Mapping[str, Any]) -> dict[str, object] | None:
    """Bounds and target of a global table's own auto scaling."""
    least, most = count(settings.get("MinCapacity")), count(settings.get("MaxCapacity"))
    policy = settings.get("TargetTrackingScalingPolicyConfiguration")
    target = percent(policy.get("TargetValue")) if isinstance(policy, Mapping) else None
    if least is None or most is None:
        return None
    return {"min": least, "max": most, **({"target": target} if target else {})}


def _index(
    props: Mapping[str, Any],
    types: Mapping[str | None, str | None],
    *,
    local: bool,
    provisioned: bool,
    scaled: Mapping[tuple[str, str], Mapping[str, object]],
    name: str,
    replica: Mapping[str, Any] | None = None,
) -> dict[str, object]:
    """A secondary index; `replica` are its settings in the table's own Region."""
    keys = _keys(props.get("KeySchema"), types, index=True)
    out: dict[str, object] = {"sort_key": keys.get("sort_key"), "local": True} if local else dict(keys)
    projection = props.get("Projection")
    if isinstance(projection, Mapping):
        kind = text_of(projection.get("ProjectionType"))
        if kind == "KEYS_ONLY":
            out["project"] = "keys-only"
        elif kind == "INCLUDE":
            listed = projection.get("NonKeyAttributes")
            out["project"] = [n for one in listed if (n := text_of(one))] if isinstance(listed, list) else "keys-only"
    if provisioned and not local:
        units = _units(props.get("ProvisionedThroughput"), scaled=scaled, props=props, index=name, replica=replica)
        steps = _steps(scaled, name)
        if units:
            out["capacity"] = {**units, **({"scheduled": steps} if steps else {})}
    return out


# --- the rest ---


def _encryption(built: Building, settings: Mapping[str, Any]) -> None:
    """Whose key encrypts it."""
    if truth(settings.get("SSEEnabled")):
        key = references_in(settings.get("KMSMasterKeyId"))
        built.values["encryption"] = Ref(key[0].alias, "keys", otherwise="aws-managed") if key else "aws-managed"


def _settings(built: Building, props: Mapping[str, Any]) -> None:
    recovery = props.get("PointInTimeRecoverySpecification")
    home = _home(props)
    recovery = recovery or home.get("PointInTimeRecoverySpecification")
    if isinstance(recovery, Mapping):
        on = recovery.get("PointInTimeRecoveryEnabled")
        if truth(on) is not False:
            built.put("point_in_time_recovery", on, truth, example=True)
            days = recovery.get("RecoveryPeriodInDays")
            if built.values.get("point_in_time_recovery") is True and number_of(days) != _RECOVERY_DAYS:
                built.put("recovery_period", days, quantity("d"), f"{_RECOVERY_DAYS} d")
    stream = props.get("StreamSpecification")
    if isinstance(stream, Mapping):
        built.put("stream", stream.get("StreamViewType"), word(_STREAMS), "new-and-old-images")
    table_class = props.get("TableClass") or home.get("TableClass")
    if text_of(table_class) != "STANDARD":
        built.put("class", table_class, word(_CLASSES), "standard")
    ttl = props.get("TimeToLiveSpecification")
    if isinstance(ttl, Mapping) and truth(ttl.get("Enabled")) is not False:
        built.put("ttl", ttl.get("AttributeName"), text, "expires_at")
    _encryption(built, properties_of(props.get("SSESpecification")))
    warm = props.get("WarmThroughput")
    if isinstance(warm, Mapping):
        units = {
            way: number
            for way, key in (("write", "WriteUnitsPerSecond"), ("read", "ReadUnitsPerSecond"))
            if (number := count(warm.get(key)))
        }
        if units:
            built.values["warm"] = units
    regions = [region for one in _maps(props.get("Replicas")) if (region := text_of(one.get("Region")))]
    others = [region for region in regions if region != text_of(home.get("Region"))]
    if others:
        built.values["replicas"] = others


# --- scalable targets ---


def scalable_targets(resources: Iterable[Any]) -> Targets:
    """Bounds of each scalable target of a table or an index, with the target of its policy."""
    every = list(resources)
    policies = _targets_of_policies(every)
    out: dict[tuple[str, str, str], dict[str, object]] = {}
    for resource in every:
        if resource.type != "AWS::ApplicationAutoScaling::ScalableTarget":
            continue
        props = resource.properties
        match = _DIMENSION.fullmatch(text_of(props.get("ScalableDimension")) or "")
        if match is None:
            continue
        least, most = count(props.get("MinCapacity")), count(props.get("MaxCapacity"))
        if least is None or most is None:
            continue
        bounds: dict[str, object] = {"min": least, "max": most, _SCHEDULED: _scheduled(props, match[2].lower())}
        where = shown_text(props.get("ResourceId"))
        target = policies.get(resource.id) or policies.get(f"{where} {match[0]}")
        if target is not None:
            bounds["target"] = target
        index = where.rpartition("/index/")[2] if "/index/" in where else ""
        refs = [ref.alias for ref in references_in(props.get("ResourceId"))]
        name = where.removeprefix("table/").partition("/")[0]
        for alias in (*refs, name):
            out[alias, index, match[2].lower()] = bounds
    return out


def _scheduled(props: Mapping[str, Any], way: str) -> list[dict[str, object]]:
    """Recurring actions of a scalable target, in UTC; one that happens once is no part of every month."""
    out: list[dict[str, object]] = []
    for action in _maps(props.get("ScheduledActions")):
        at, zone = text_of(action.get("Schedule")) or "", text_of(action.get("Timezone")) or "UTC"
        new = action.get("ScalableTargetAction")
        words = (("min", "MinCapacity"), ("max", "MaxCapacity"))
        units = {key: n for key, name in words if isinstance(new, Mapping) and (n := count(new.get(name)))}
        if units and is_schedule(at) and at.startswith(("cron(", "rate(")) and zone in ("UTC", "Etc/UTC"):
            out.append({"at": at, way: units})
    return out


def _steps(scaled: Mapping[tuple[str, str], Mapping[str, object]], index: str) -> list[dict[str, object]]:
    """The steps of a table (or an index) in both directions; those at the same time are one."""
    out: dict[object, dict[str, object]] = {}
    for way in ("write", "read"):
        steps: Any = scaled.get((index, way), {}).get(_SCHEDULED, ())
        for step in steps:
            out.setdefault(step["at"], {}).update(step)
    return list(out.values())


def _targets_of_policies(resources: Iterable[Any]) -> dict[str, str]:
    """Target values by the logical id of the scalable target, and by resource and dimension."""
    out: dict[str, str] = {}
    for resource in resources:
        if resource.type != "AWS::ApplicationAutoScaling::ScalingPolicy":
            continue
        props = resource.properties
        tracking = props.get("TargetTrackingScalingPolicyConfiguration")
        target = percent(tracking.get("TargetValue")) if isinstance(tracking, Mapping) else None
        if target is None:
            continue
        for ref in references_in(props.get("ScalingTargetId")):
            out[getattr(ref, "id", "")] = target
        dimension = text_of(props.get("ScalableDimension"))
        if dimension is not None:
            out[f"{shown_text(props.get('ResourceId'))} {dimension}"] = target
    return out
