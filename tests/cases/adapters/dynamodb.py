"""Translates DynamoDB cases into calls of the functions that `estimate` runs; of tests/reference where capplan has none."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from capplan.calls import Access
from capplan.model import Charge
from capplan.pricing.catalogue import load_prices
from capplan.pricing.catalogue import regions as known_regions
from capplan.pricing.rating import rate
from capplan.quantities.distribution import Distribution, fixed
from capplan.record import replace
from capplan.services import default_quota
from capplan.services.dynamodb import kinesis_capture
from capplan.services.dynamodb.backups.kept import carried_days, kept
from capplan.services.dynamodb.caches.nodes import headroom_factor, normalized, size_kb, smallest_node
from capplan.services.dynamodb.capacity import auto_scaling
from capplan.services.dynamodb.capacity.burst_bucket import seconds_of_burst, serve
from capplan.services.dynamodb.capacity.on_demand_growth import ceilings
from capplan.services.dynamodb.capacity.reserved import RESERVED_BLOCK_UNITS, Unit, covered, reserved_unit_hour_usd
from capplan.services.dynamodb.capacity.scalable_target import ScalableTarget, passed_by_partitions, resolve_alone
from capplan.services.dynamodb.capacity.scaling import Bounds, Policy
from capplan.services.dynamodb.capacity.throttling_reasons import reason
from capplan.services.dynamodb.capacity.uncertain import CENTRAL
from capplan.services.dynamodb.cost import charge, stream_polls
from capplan.services.dynamodb.insights import THROTTLED, event_count, rule_count
from capplan.services.dynamodb.items import index_writes, size, storage
from capplan.services.dynamodb.items.sample import Sample
from capplan.services.dynamodb.keys.hot_keys import why_unsplittable
from capplan.services.dynamodb.keys.placement import key_digest
from capplan.services.dynamodb.limits import check, pools
from capplan.services.dynamodb.partitions.load import PartitionLoads
from capplan.services.dynamodb.quotas import NEW_ON_DEMAND_THROUGHPUT, PARTITION_THROUGHPUT, TABLE_THROUGHPUT
from capplan.services.dynamodb.requests import TABLE, RequestUnits, request_units
from capplan.units import MONTH_HOURS, MONTH_SECONDS, SECONDS_PER_MINUTE
from tests.cases.facts import Facts, NotCovered
from tests.reference.dynamodb import (
    billing,
    hash_order,
    item_gate,
    single_requests,
    throttling,
    vector,
    warm,
)
from tests.services.dynamodb.helpers import CTX, access, flat, metered, table

Case = Mapping[str, Any]
Input = Mapping[str, Any]
Observed = Mapping[str, Any]

_TRANSACTIONAL = {"TransactWriteItems", "TransactGetItems", "ExecuteTransaction"}


def _n(value: object) -> Fraction:
    """A number as YAML gives it, exact."""
    return Fraction(Decimal(str(value))) if isinstance(value, float | str) else Fraction(value)  # type: ignore[call-overload]


def _bytes(value: object) -> Fraction | None:
    return None if value is None else _n(value)


def _full(value: Any) -> Any:  # noqa: ANN401  any YAML
    """{fill: x, count: n} stands for that text."""
    if isinstance(value, Mapping):
        if value.keys() == {"fill", "count"}:
            return str(value["fill"]) * int(value["count"])
        return {str(key): _full(one) for key, one in value.items()}
    return [_full(one) for one in value] if isinstance(value, list) else value


# --- sizes and units --------------------------------------------------------------------------------------------------


def _number_size(given: Input) -> Observed:
    return {"bytes": size.number_bytes(str(given["number"]))}


def _item_size(given: Input) -> Observed:
    return {"bytes": size.item_bytes(_full(given["item"]))}


def _item_gate(given: Input) -> Observed:
    accepted = item_gate.accepted(
        int(given["resulting_item_bytes"]),
        given.get("api", "PutItem"),
        given.get("region", ""),
        int(given.get("key_attr_bytes", 0)),
        int(given.get("set_actions", 0)),
        int(given.get("remove_actions", 0)),
    )
    return {"accepted": accepted}


def _read_units(given: Input) -> Observed:
    return {"rru": _read(_bytes(given["item_bytes"]), given.get("consistency", "eventual"))}


def _request(item_bytes: Fraction, **said: object) -> RequestUnits:
    """Units of one request, as `estimate` counts them for a table of such items."""
    return request_units(table(item_size=_fixed(item_bytes), partition_key="id"), access(**said))


def _fixed(item_bytes: Fraction) -> Distribution:
    return fixed(Decimal(item_bytes.numerator) / Decimal(item_bytes.denominator))


def _read(item_bytes: Fraction | None, level: str) -> Fraction:
    """Read units of one item; of none where there is no such item."""
    said: dict[str, object] = {"missing": "100%" if item_bytes is None else "0%"}
    said |= {"op": "transact-get"} if level == "transactional" else {"op": "get", "consistency": level}
    return _request(item_bytes or Fraction(0), **said).read[TABLE]


def _write(before: Fraction | None, after: Fraction | None, *, transactional: bool = False) -> Fraction:
    """Write units of one item with these sizes before and after; None is no such item."""
    said: dict[str, object] = {"op": "put" if after is not None else "delete", "transactional": transactional}
    if before is None or after is None:
        gone = "100%" if before is None and after is None else "0%"
        return _request(after or before or Fraction(0), **said, missing=gone).write[TABLE]
    item = {"a": {"S": "x" * (int(before) - 1)}}
    spec = table(partition_key="id", item_size=_fixed(before)).model_copy(update={"sample": Sample((item,))})
    update = {**said, "op": "update", "set": {"a": {"S": "x" * (int(after) - 1)}}}
    return request_units(spec, access(**update)).write[TABLE]


def _batch_read(given: Input) -> Observed:
    level = given.get("consistency", "eventual")
    return {"rru": sum((_read(_bytes(size_bytes), level) for size_bytes in given["item_bytes"]), Fraction(0))}


def _query_scan(given: Input) -> Observed:
    level, searched = given.get("consistency", "eventual"), int(given.get("partitions_searched", 1))
    count, each = (
        (_n(given["count"]), _n(given["each_bytes"])) if "count" in given else (Fraction(1), _total_bytes(given))
    )
    spec = table(item_size=_fixed(each), partition_key={"name": "id", "shards": Decimal(searched)})
    items = Decimal(int(count)) if each else Decimal(0)
    request = access(op=str(given.get("op", "query")).lower(), items=items, consistency=level)
    entries = request_units(spec, request).read[TABLE]
    fetched = sum((_read(_n(item), level) for item in given.get("lsi_fetch_bytes", ())), Fraction(0))
    return {"rru": entries + fetched, "index": entries, "table": fetched}


def _total_bytes(given: Input) -> Fraction:
    return _n(given["total_bytes"]) if "total_bytes" in given else sum(map(_n, given["entry_bytes"]), Fraction(0))


def _images(one: Input) -> tuple[Fraction | None, Fraction | None]:
    after = one.get("after_bytes")
    return _bytes(one.get("before_bytes")), _bytes(one.get("item_bytes") if after is None else after)


def _write_units(given: Input) -> Observed:
    transactional = bool(given.get("transactional")) or given.get("api", given.get("op")) in _TRANSACTIONAL
    return {"wru": _write(*_images(given), transactional=transactional)}


def _batch_write(given: Input) -> Observed:
    return {"wru": sum((_write(*_images(op)) for op in given["ops"]), Fraction(0))}


# --- indexes and transactions -----------------------------------------------------------------------------------------


def _index(given: Input) -> index_writes.IndexShape:
    project = given["project"]
    if project == "ALL":
        return index_writes.IndexShape(tuple(given["key"]), "all")
    if project == "KEYS_ONLY":
        return index_writes.IndexShape(tuple(given["key"]), "keys-only")
    return index_writes.IndexShape(tuple(given["key"]), tuple(project))


def _index_write(given: Input, tables: Mapping[str, Any]) -> Observed:
    spec = tables[given["table"]]
    shape = single_requests.TableShape(
        tuple(spec["key"]),
        {name: _index(one) for name, one in (spec.get("gsi") or {}).items()},
        {name: _index(one) for name, one in (spec.get("lsi") or {}).items()},
    )
    changes = [_change(one) for one in given["changes"]]
    call = single_requests.call_units(changes, shape, transactional=given["api"] in _TRANSACTIONAL)
    return {"table": call.table, "gsi": call.global_indexes, "lsi": call.local_indexes, "total": call.total}


def _change(one: Input) -> single_requests.Change:
    before = None if one.get("before") is None else _full(one["before"])
    if one.get("action") == "check":
        return before, before
    return before, None if one.get("after") is None else _full(one["after"])


def _index_write_simple(given: Input) -> Observed:
    items = int(given.get("items", 1))
    return {"gsi_wru": [items * index_writes.entry_units(_n(entry)) for entry in given["gsi_entry_bytes"]]}


def _transaction(given: Input) -> Observed:
    if "statements" in given:
        return _statements(given)
    per_second = _n(given.get("transactions_per_second", 1))
    if given["api"] == "TransactGetItems":
        rru = sum(
            (_read(_bytes(action.get("item_bytes")), "transactional") for action in given["actions"]), Fraction(0)
        )
        return {"rru": rru, "rcu": rru * per_second, "wru": 0, "wcu": 0}
    images = [_images(action) for action in given["actions"]]
    wru = sum((_write(*sizes, transactional=True) for sizes in images), Fraction(0))
    largest = [max(size_bytes for size_bytes in sizes if size_bytes is not None) for sizes in images]
    replay = sum((_request(item, op="transact-write", replays="100%").read[TABLE] for item in largest), Fraction(0))
    return {"wru": wru, "wcu": wru * per_second, "replay_rru": replay, "rru": 0, "rcu": 0}


def _statements(given: Input) -> Observed:
    listed = [_statement(one) for one in given["statements"]]
    level = given.get("consistency", "eventual")
    got = single_requests.statement_units(listed, level, transactional=given["api"] in _TRANSACTIONAL)
    reads = all(one.op == "select" for one in listed)
    return {
        "rru": got.total if reads else 0,
        "wru": 0 if reads else got.total,
        "table": got.table,
        "gsi": got.index,
        "total": got.total,
        "failed": got.failed,
        "reported": got.reported,
    }


def _statement(one: Input) -> single_requests.Statement:
    before, after = _images(one)
    op, failed = one["op"], bool(one.get("fails"))
    if op in {"select", "delete"}:
        before, after = (after if before is None else before), None
    if "existing_bytes" in one:
        before = _bytes(one["existing_bytes"])
    entry = one.get("gsi_entry_bytes")
    return single_requests.Statement(
        op, before, after, 0 if entry is None or failed else index_writes.entry_units(_n(entry)), failed
    )


# --- hashing ----------------------------------------------------------------------------------------------------------


def _hash_bucket(given: Input) -> Observed:
    return {"bucket": hash_order.key_bucket(given["type"], str(given["key"]), int(given.get("buckets", 4096)))}


def _hash_order(given: Input) -> Observed:
    return {"scan_order": hash_order.scan_order(given["type"], [str(key) for key in given["keys"]])}


def _hash_segment(given: Input) -> Observed:
    keys = [str(key) for key in given["keys"]]
    mine = hash_order.segment_keys(given["type"], keys, int(given["segment"]), int(given["total_segments"]))
    return {"scan_order": mine}


def _hash_digest(given: Input) -> Observed:
    return {"md5_hex": key_digest(given["type"], str(given["key"])).hex()}


# --- throughput -------------------------------------------------------------------------------------------------------


def _percent(value: object) -> Fraction:
    return _n(value) / 100


def _autoscale_alarm(given: Input) -> Observed:
    high, low = auto_scaling.thresholds(float(given["provisioned_units"]), float(_percent(given["target_percent"])))
    sums = [round(SECONDS_PER_MINUTE * threshold, 6) for threshold in (high, low)]
    return {
        "high": {"compare": ">", "periods": auto_scaling.HIGH_MINUTES, "sum_per_60s": sums[0]},
        "low": {"compare": "<", "periods": auto_scaling.LOW_MINUTES, "sum_per_60s": sums[1]},
    }


def _autoscale_alarm_other(given: Input) -> Observed:
    """The second pair of alarms, which only notices capacity that somebody else changed; capplan needs none."""
    return {"statistic": "Average", "period_s": 300, "periods": 3, "threshold": _n(given["provisioned_units"])}


def _autoscale_target(given: Input) -> Observed:
    consumed, target = float(given["consumed_units_per_s"]), float(_percent(given["target_percent"]))
    low, high = int(given.get("min", 1)), int(given.get("max", TABLE_THROUGHPUT["write"].value))
    return {"new_provisioned": auto_scaling.new_capacity(consumed, target, low, high)}


def _autoscale_trigger(given: Input) -> Observed:
    rates = [float(_n(units) / SECONDS_PER_MINUTE) for units in given["consumed_per_minute_sum"]]
    lines = auto_scaling.thresholds(float(given["provisioned_units"]), float(_percent(given["target_percent"])))
    alarm, events = auto_scaling.first_alarm(rates, 0, len(rates), *lines), []
    while alarm is not None:
        events.append({"minute": alarm[0] + 1, "alarm": "high" if alarm[1] else "low"})
        alarm = auto_scaling.first_alarm(rates, alarm[0] + 1, len(rates), *lines)
    return {"events": events}


def _decrease_quota(given: Input) -> Observed:
    if "attempt_hours_utc" in given:
        pattern = _decreases(
            [math.floor(_n(hour) * auto_scaling.MINUTES_PER_HOUR) for hour in given["attempt_hours_utc"]]
        )
        return {"allowed": sum(pattern), "pattern": pattern}
    attempts = [int(n) for key, n in given.items() if key.endswith("_attempts_in_hour_0")]
    if not attempts:
        raise NotCovered
    return {"allowed": sum(sum(_decreases([0] * n)) for n in attempts)}


def _decreases(minutes: Sequence[int]) -> list[bool]:
    budget = auto_scaling.DecreaseBudget()
    return [budget.take(minute) for minute in minutes]


def _throughput(given: Any) -> warm.Throughput:  # noqa: ANN401  any YAML
    if not isinstance(given, Mapping):
        return warm.Throughput(Fraction(0), Fraction(0))
    return warm.Throughput(_n(given.get("r", 0)), _n(given.get("w", 0)))


def _on_demand_initial(given: Input) -> Observed:
    provisioned = [_throughput(one) for key, one in given.items() if "provisioned" in key]
    consumed = [_throughput(one) for key, one in given.items() if "consumed" in key or "previous_peak" in key]
    start = warm.on_demand_start(_highest(provisioned), _highest(consumed))
    return {
        "read_units_per_s": start.read,
        "write_units_per_s": start.write,
        "at_least_read": start.read,
        "at_least_write": start.write,
    }


def _highest(several: Sequence[warm.Throughput]) -> warm.Throughput:
    return warm.Throughput(
        max((one.read for one in several), default=Fraction(0)),
        max((one.write for one in several), default=Fraction(0)),
    )


def _on_demand_growth(given: Input) -> Observed:
    requested = np.array([float(given["requested"])])
    return {"served_without_throttle_now": min(requested[0], ceilings(requested, 2.0 * given["previous_peak"])[0])}


def _on_demand_path(given: Input) -> Observed:
    step, goal = int(given.get("step_minutes", CENTRAL.growth_minutes)), float(given["goal"])
    over_time = ceilings(np.full(100 * step, goal), 2.0 * given["previous_peak"], growth_minutes=step)
    levels = [ceiling for ceiling in dict.fromkeys(over_time.tolist()) if ceiling < 2 * goal]
    return {"levels": levels, "minutes_needed": int((over_time >= goal).argmax())}


def _warm_throughput(given: Input) -> Observed:
    now = _throughput(given["warm"])
    out: dict[str, Any] = {
        "read_limit": warm.on_demand_limit(now.read, _bytes(given.get("max_read_request_units"))),
        "write_limit": warm.on_demand_limit(now.write, _bytes(given.get("max_write_request_units"))),
    }
    for long, short, units_per_s in (("read", "r", now.read), ("write", "w", now.write)):
        asked = [
            _n(value)
            for key, value in given.items()
            if key in {f"set_provisioned_{short}", f"set_provisioned_{long}", f"set_provisioned_{short}cu"}
        ]
        after = warm.warm_after(units_per_s, asked[0] if asked else 0)
        for name in (long, short, f"{short}cu"):
            out |= {f"instant_provisioned_{name}": units_per_s, f"warm_{name}": after}
    for key in ("lower_to", "raise_to", "request"):
        if key in given:
            out["accepted"] = warm.may_set_warm(now, _throughput(given[key]))
    return out


def _mode_switch(given: Input) -> Observed:
    return {"allowed": warm.may_switch(given["to"], int(given.get("switches_last_24h", 0)))}


def _quota(given: Input) -> Observed:
    if given["mode"] == "provisioned":
        return {"accepted": all(_within_quotas(given, unit) for unit in ("rcu", "wcu"))}
    for key, value in given.items():
        resource, _, rest = key.partition("_")
        if resource in {"table", "gsi", "index"} and rest in {"wru_per_s", "rru_per_s"}:
            index, direction = "" if resource == "table" else "i", "write" if rest[0] == "w" else "read"
            peak = given.get("previous_peak")
            new = NEW_ON_DEMAND_THROUGHPUT[direction]
            at_once = math.inf if peak is None else max(2.0 * peak, new)
            quota = float(TABLE_THROUGHPUT[direction].value)
            target = ScalableTarget((index, direction), flat(_n(value)), math.inf, 1.0, quota, served_at_once=at_once)
            return {"throttle_reason": _throttle_reason_of(target)}
    raise NotCovered


def _within_quotas(given: Input, unit: str) -> bool:
    """Whether a table and indexes with such static capacity are within the quotas that `estimate` checks."""
    direction = "read" if unit == "rcu" else "write"
    capacity = {direction: _n(given.get(f"table_{unit}", 1)).numerator}
    indexes = {
        f"i{i}": {"partition_key": "k", "capacity": {direction: Decimal(units)}}
        for i, units in enumerate(given.get(f"gsi_{unit}", ()))
    }
    spec = table(item_size="1 KB", capacity={"mode": "provisioned", **_decimals(capacity)}, indexes=indexes)
    usage = metered(spec)
    taken = {pool.limit: pool.flow.peak().per_second for pool in pools(spec, usage)}
    pooled = all(units <= (default_quota(limit, CTX.region, {}) or 0) for limit, units in taken.items())
    return pooled and not any(limit.breached for limit in check("orders", spec, usage, CTX))


def _decimals(units: Mapping[str, int]) -> dict[str, Decimal]:
    return {key: Decimal(value) for key, value in units.items()}


def _throttle_reason_of(target: ScalableTarget) -> str | None:
    """AWS's reason why a constant load is throttled once burst is spent; None where it is not."""
    rates = target.flow.rate_per_minute()[:20]
    steps = None if target.policy is None else [(0, target.policy.bounds[0].minimum)]
    throttled = resolve_alone(target, rates, passed_by_partitions(target, rates), steps, CENTRAL).throttled
    minute = 0 if target.policy is None else -1
    causes = [cause for cause, fraction in throttled.items() if fraction[minute] > 0]
    resource = "index" if target.key[0] else "table"
    return reason(resource, target.key[1], max(causes)) if causes else None


def _burst(given: Input) -> Observed:
    capacity, idle = float(given["provisioned_units"]), np.zeros(int(given["idle_seconds"]))
    balance = serve(idle, capacity, step_s=1).burst_balance
    rate = given.get("request_rate")
    seconds = None if rate is None else seconds_of_burst(balance, float(rate), capacity)
    return {"banked_units": balance, "seconds_until_throttle": seconds}


def _partition_limit(given: Input) -> Observed:
    item, op = _n(given["item_bytes"]), given.get("op", "GetItem")
    consistency = given.get("consistency", "strong")
    if op in {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "write"}:
        transactional = op in _TRANSACTIONAL or consistency == "transactional"
        return {"max_requests_per_s": PARTITION_THROUGHPUT["write"] / _write(None, item, transactional=transactional)}
    return {"max_requests_per_s": PARTITION_THROUGHPUT["read"] / _read(item, consistency)}


def _adaptive(given: Input) -> Observed:
    loads, units = np.array([float(load) for load in given["load"]]), int(given["provisioned_wcu"])
    shares = loads / loads.sum()
    target = ScalableTarget(
        ("", "write"),
        flat(Fraction(float(loads.sum()))),
        PARTITION_THROUGHPUT["write"],
        float(shares.max()),
        math.inf,
        Policy(None, (Bounds(0, units, units),)),
        loads=lambda: PartitionLoads(shares, np.zeros(len(shares))),
    )
    name = _throttle_reason_of(target)
    return {"throttled_after_adaptation": name is not None, "reason": name}


def _split_for_heat(given: Input) -> Observed:
    sort_key = str(given.get("sort_key", "random"))
    said: dict[str, Any] = {} if given.get("hot_single_item") else {"sort_key": "at"}
    if sort_key in {"monotonic", "increasing", "decreasing"}:
        said["sort_order"] = "rising"
    if given.get("lsi"):
        said["indexes"] = {"by": {"local": True, "sort_key": "price"}}
    split = not why_unsplittable(table(item_size="1 KB", partition_key="id", **said), None)
    return {
        "collection_can_split": split,
        "can_split": split,
        "max_wcu": PARTITION_THROUGHPUT["write"],
        "max_rcu": PARTITION_THROUGHPUT["read"],
        "max_write_units_per_s": PARTITION_THROUGHPUT["write"],
        "max_read_units_per_s": PARTITION_THROUGHPUT["read"],
    }


def _throttle_reason(given: Input) -> Observed:
    if "api" in given:
        error, unprocessed = throttling.partial_failure(given["api"], all_items=bool(given.get("all_items_throttled")))
        return {"error": error, "unprocessed_items": unprocessed}
    return {"reason": reason(given["resource"], given["direction"], given["limit"])}


def _gsi_backpressure(given: Input) -> Observed:
    entry = f"{given.get('gsi_units_per_write', 1)} KB"
    index = {"partition_key": "k", "entry_size": entry, "capacity": {"write": Decimal(given["gsi_wcu"])}}
    capacity = {"mode": "provisioned", "write": Decimal(given.get("base_wcu", TABLE_THROUGHPUT["write"].value))}
    spec = table(item_size="1 KB", capacity=capacity, indexes={"i": index})
    usage = metered(spec, ({"op": "put"}, flat(_n(given["writes_per_s"]))))
    name = next((name for name in usage.period.reasons if name.startswith("IndexWrite")), None)
    return {"base_writes_throttled": name is not None, "reason": name}


# --- money ------------------------------------------------------------------------------------------------------------


def _op(given: Input) -> tuple[bool, str]:
    words = str(given["op"]).split()
    return words[-1] == "write", words[0] if len(words) > 1 else "strong"


def _provision_sizing(given: Input) -> Observed:
    write, consistency = _op(given)
    if "per_second" in given:
        return {"units": _capacity(given["per_second"], _n(given["item_bytes"]), write=write, consistency=consistency)}
    units = _n(given["wcu" if write else "rcu"])
    return {"kb_per_s": billing.kb_per_second(units, write=write, consistency=consistency)}


def _capacity(per_second: object, item: Fraction, *, write: bool, consistency: str = "strong") -> int:
    """Whole capacity units for so many requests a second."""
    each = _write(None, item, transactional=consistency == "transactional") if write else _read(item, consistency)
    return math.ceil(_n(per_second) * each)


def _usd(value: Fraction) -> Observed:
    return {"usd": value, "shown": value}


def _cost(quantity: Fraction, usd: Fraction) -> Fraction:
    """A quantity at one price, rated as a plan does."""
    return _rated([Charge("line", _KEYS["wru"], "", quantity, "unit")], {"wru": usd})


_KEYS = {
    "wru": "dynamodb.on_demand.write_request_unit.standard",
    "rru": "dynamodb.on_demand.read_request_unit.standard",
    "wcu_h": "dynamodb.provisioned.wcu_hour.standard",
    "rcu_h": "dynamodb.provisioned.rcu_hour.standard",
    "gb_month": "dynamodb.storage.standard_gb_month",
}
"""The price keys of a case's prices."""


def _rated(charges: Sequence[Charge], prices: Mapping[str, Fraction]) -> Fraction:
    """Charges at the case's prices."""
    own = {_KEYS[name]: Decimal(usd.numerator) / Decimal(usd.denominator) for name, usd in prices.items()}
    found = rate(charges, load_prices(CTX.region, own), free_tier=False, discount=Decimal(0), today=None)
    return Fraction(sum((line.contracted_cost for line in found.lines), Decimal(0)))


def _cost_line(given: Input) -> Observed:
    return _usd(_cost(_n(given["quantity"]), _n(given["unit_price_usd"])))


def _cost_capacity_hours(given: Input) -> Observed:
    return _usd(_cost(_n(given["units"]) * _n(given["hours"]), _n(given["price_per_unit_hour"])))


def _cost_scenario(given: Input) -> Observed:
    if "price" in given:
        write = given["line"] == "write"
        request = {"op": "put"} if write else {"op": "get", "consistency": given.get("consistency", "strong")}
        volume = _n(given["per_second"]) * _n(given["seconds_per_month"])
        charges = _planned(given, "on-demand", (request, volume))
        return _usd(_rated(charges, {"wru" if write else "rru": _n(given["price"])}))
    prices = {name: _n(price) for name, price in given["prices"].items()}
    stored = [Charge("storage", _KEYS["gb_month"], "", _n(given.get("storage_gb", 0)), "GB-month")]
    if "hours" in given:
        charges = _provisioned(given)
    else:
        works = (
            ({"op": "put"}, _volume(given, "writes")),
            ({"op": "get", "consistency": "strong"}, _volume(given, "reads_strong")),
            ({"op": "get"}, _volume(given, "reads_eventual")),
        )
        charges = _planned(given, "on-demand", *works)
    return _usd(_rated([*charges, *stored], prices))


def _planned(given: Input, capacity: Any, *works: tuple[dict[str, Any], Fraction]) -> list[Charge]:  # noqa: ANN401
    """The charges of a table under so many requests a month."""
    spec = table(item_size=_fixed(_n(given.get("item_bytes", 0))), capacity=capacity)
    usage = metered(spec, *((said, flat(count / MONTH_SECONDS)) for said, count in works if count))
    return list(charge("orders", spec, usage))


def _provisioned(given: Input) -> list[Charge]:
    """Capacity hours of the units that are written, or that the requests of a second take; a case may leave one out."""
    item, hours = _n(given.get("item_bytes", 0)), _n(given["hours"])
    rcu = _n(given.get("rcu", 0))
    for word, consistency in (("strong_reads_per_s", "strong"), ("eventual_reads_per_s", "eventual")):
        rcu += _capacity(given.get(word, 0), item, write=False, consistency=consistency)
    wcu = _n(given.get("wcu", 0)) + _capacity(given.get("writes_per_s", 0), item, write=True)
    units = {word: Decimal(int(count)) for word, count in (("write", wcu), ("read", rcu)) if count}
    charges = _planned(given, {"mode": "provisioned", **units})
    wanted = [one for one in charges if one.id.removeprefix("orders.").partition("-")[0] in units]
    return [replace(one, quantity=one.quantity * hours / MONTH_HOURS) for one in wanted]


def _volume(given: Input, name: str) -> Fraction:
    """Requests of the month: as given, a day × days, or a second × seconds."""
    if name in given:
        return _n(given[name])
    if f"{name}_per_day" in given:
        return _n(given[f"{name}_per_day"]) * _n(given["days"])
    return _n(given.get(f"{name}_per_second", 0)) * _n(given.get("seconds_per_month", 0))


_SOME_REGIONS = ("us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1", "ap-northeast-1")
"""Stand for the made-up Regions of a case."""


def _charged(given: Input, regions: Sequence[str], *works: tuple[dict[str, Any], Fraction], **said: Any) -> list[Any]:  # noqa: ANN401
    """The charges of a global table with these Regions and requests a month, each with the case's name of its Region."""
    real = [region if region in known_regions() else _SOME_REGIONS[i] for i, region in enumerate(regions)]
    names = dict(zip(real, regions, strict=True))
    replicas = {"replicas": real[1:]} if len(real) > 1 else {}
    spec = table(
        item_size=_fixed(_n(given.get("item_bytes", 1))), partition_key="id", sort_key="at", **replicas, **said
    )
    ctx = replace(CTX, region=real[0])
    usage = metered(spec, *((request, flat(count / MONTH_SECONDS)) for request, count in works), ctx=ctx)
    return [(names[c.region or real[0]], c) for c in charge("orders", spec, usage, real[0])]


def _written(charges: Iterable[tuple[str, Charge]], word: str) -> dict[str, Fraction]:
    """Write units by Region: those of a price key that begins with a word."""
    out: dict[str, Fraction] = {}
    for region, one in charges:
        if one.price.split(".")[2].startswith(word):
            out[region] = out.get(region, Fraction(0)) + one.quantity
    return out


def _global_table(given: Input) -> Observed:
    if given.get("lsi_writes"):
        indexes = {"l": {"sort_key": "day", "local": True}, "g": {"partition_key": "day"}}
        found = _charged(given, _SOME_REGIONS[:2], capacity=given["mode"], indexes=indexes)
        units = {c.id: c.unit.removesuffix("-hour") for _, c in found}
        return {
            "unit_of_lsi_write": units["orders.write-capacity"],
            "unit_of_gsi_write": units["orders.g.write-capacity"],
        }
    regions = list(given["regions"])
    if "ttl_deletes_in" in given:
        paid = _expired(given, [given["ttl_deletes_in"], *(r for r in regions if r != given["ttl_deletes_in"])])
        return {"rwru": paid, "wru": {}, "rwcu": paid, "rwru_total": sum(paid.values())}
    writes = {region: _n(count) for region, count in given["writes"].items()}
    entry = "1 KB" if given.get("assume_gsi_entry_within_1kb", True) else None
    indexes = {
        f"i{i}": {"partition_key": "day", "entry_size": entry} for i in range(int(given.get("gsi", 0)) if entry else 0)
    }
    version = {"global_table_version": "2017.11.29"} if str(given.get("version", "2019")).startswith("2017") else {}
    found = _charged(given, regions, ({"op": "put"}, sum(writes.values(), Fraction(0))), indexes=indexes, **version)
    ordinary, replicated = _written(found, "write"), _written(found, "replicated_write")
    totals = {"rwru_total": sum(replicated.values()), "wru_total": sum(ordinary.values())}
    same = {"wcu": ordinary, "rwcu": replicated, "rwcu_total": totals["rwru_total"]}
    return {"wru": ordinary, "rwru": replicated, **totals, **same}


def _expired(given: Input, regions: Sequence[str]) -> dict[str, Fraction]:
    """Units of the deletes of expired items by Region, the first of which fires: what a table with time to live is charged
    more than one without.
    """
    put = ({"op": "put"}, _n(given["deletes"]))
    with_ttl = _written(_charged(given, regions, put, ttl="at"), "replicated_write" if len(regions) > 1 else "write")
    without = _written(_charged(given, regions, put), "replicated_write" if len(regions) > 1 else "write")
    return {region: more for region, units in with_ttl.items() if (more := units - without[region])}


def _ttl(given: Input) -> Observed:
    fires = given.get("ttl_deletes_in", "here")
    regions = [fires] if given.get("single_region") else [fires, *(r for r in given["regions"] if r != fires)]
    paid = _expired(given, regions)
    return {"wru": 0 if len(regions) > 1 else sum(paid.values()), "rwru": paid if len(regions) > 1 else {}}


def _storage(given: Input) -> Observed:
    items = _n(given["items"])
    billed = storage.billed_bytes(items, _n(given["item_bytes"]), replicated=bool(given.get("global_table")))
    return {"bytes": billed, "gib": storage.gigabytes(billed)}


def _backup_billing(given: Input) -> Observed:
    if "backups_per_day" in given:
        count = kept(_n(given["backups_per_day"]), _n(given["retention_days"]))
        return {"usd_month": count * int(given["month_days"]) * _n(given["usd_per_backup_day"])}
    if "usd_per_backup_month" in given:
        return {"usd_on_first": carried_days(_n(given["backups_carried"]), 1) * _n(given["usd_per_backup_month"])}
    carried = carried_days(
        _n(given["backups_carried"]),
        int(given["month_days"]),
        expire_per_day=_n(given.get("expire_per_day", 0)),
        day=int(given["day"]),
    )
    return {"usd_on_first": carried * _n(given["usd_per_backup_day"])}


def _streams(given: Input) -> Observed:
    if "get_records_calls" in given:
        calls, key = _n(given["get_records_calls"]), "dynamodb.streams.read_request_unit"
        if given.get("consumer", "sdk") in {"lambda", "global-table"}:  # a table has no charge for them
            return {"billable": sum(one.quantity for one in _planned({}, "on-demand") if one.price == key), "usd": 0}
        polls = [Charge("orders.stream-reads", key, "", calls, "requests")]
        usd, listed = given.get("price_per_call"), load_prices(CTX.region, {}).price(key)
        assert listed is not None
        own = {} if usd is None else {key: Decimal(str(usd))}
        found = rate(polls, load_prices(CTX.region, own), free_tier=True, discount=Decimal(0), today=None)
        paid = [line for line in found.lines if line.list_unit_price]
        cost = Fraction(sum((line.contracted_cost for line in paid), Decimal(0)))
        billable = Fraction(sum((line.pricing_quantity for line in paid), Decimal(0)))
        return {"billable": billable, "usd": None if usd is None else cost}
    seconds = int(_n(given["days"]) * 86_400)
    polled = stream_polls(int(given["shards"]), seconds=seconds, every_ms=int(given["kcl_idle_ms"]))
    return {"get_records_calls_at_least": polled}


def _kinesis_cdc(given: Input) -> Observed:
    spec = table(item_size=_fixed(_n(given["item_bytes"])), kinesis="changes")
    usage = metered(spec, ({"op": "put"}, flat(_n(given["writes"]) / MONTH_SECONDS)))
    return {"cdc_units": sum(one.quantity for one in kinesis_capture.charges("orders", spec, usage))}


def _dax_case(case: Mapping[str, Any]) -> Observed:
    given = case.get("inputs") or case["input"]
    expected = case.get("expected") or case["expect"]
    nodes = int(given["nodes"])
    if "hit_rate" in given:
        hit_rate, reads = _n(given["hit_rate"]), _n(given["reads_per_s"])
        hits, misses, writes = reads * hit_rate, reads * (1 - hit_rate), _n(given.get("writes_per_s", 0))
    else:
        hits, misses, writes = _n(given["hit_rps"]), _n(given["miss_rps"]), _n(given.get("write_rps", 0))
    load = normalized(hits, misses, writes, size_kb(_n(given["item_kb"]) * 1024), nodes)
    target = load * headroom_factor(nodes)
    node = (smallest_node(target, nodes) or "").removeprefix("dax.")
    return {"normalized_rps": load, "node": node, **{key: target for key in expected if key.startswith("target_rps")}}


def _insight_events(case: Mapping[str, Any]) -> Observed:
    """Operations once each, those that are throttled alone in throttled keys mode."""
    given = case["inputs"]
    sort_key, mode = bool(given["sort_key"]), str(given["mode"]).replace("_", "-")
    spec = table(item_size="1 KB", partition_key="id", **({"sort_key": "at"} if sort_key else {}))
    seen = [one for one in given["operations"] if mode != THROTTLED or one.get("throttled")]
    events = sum((event_count(spec, _operation(one), sort_key=sort_key) for one in seen), Fraction(0))
    return {"events": events, "rules": rule_count(mode, sort_key=sort_key)}


def _operation(one: Mapping[str, Any]) -> Access:
    verbs = {"GetItem": "get", "PutItem": "put", "UpdateItem": "update", "DeleteItem": "delete", "Query": "query",
             "Scan": "scan", "BatchGetItem": "batch-get", "BatchWriteItem": "batch-write",
             "TransactWriteItems": "transact-write", "TransactGetItems": "transact-get"}  # fmt: skip
    if one["api"] not in verbs:
        raise NotCovered(f"no rule for {one['api']}")
    return access(op=verbs[one["api"]], items=Decimal(int(one.get("items", 1))))


def _reserved(given: Input, facts: Facts) -> Observed:
    years, unit = int(given["years"]), str(given["unit"]).lower()
    if "upfront_per_100" in given:
        upfront, hourly = _n(given["upfront_per_100"]) / 100, _n(given["hourly_per_100"]) / 100
    else:
        upfront, hourly = _reserved_prices(facts, given["region"], years, unit)
    each = reserved_unit_hour_usd(upfront, hourly, years)
    out: dict[str, Any] = {"usd_per_unit_hour": each}
    if "on_demand_hourly" in given:
        out["saving_percent"] = (1 - each / _n(given["on_demand_hourly"])) * 100
    return out


def _reserved_prices(facts: Facts, region: str, years: int, unit: str) -> tuple[Fraction, Fraction]:
    key = f"dynamodb.reserved.{years}yr.{unit}"
    found = facts.prices(region).reserved(key)
    if found is None:
        raise NotCovered(f"no price {key} in {region}")
    return _n(found[0]), _n(found[1])


def _reserved_coverage(given: Input) -> Observed:
    units = next(_n(value) for key, value in given.items() if key.startswith("provisioned_"))
    blocks = int(given["reserved_blocks_of_100"])
    spec = table(item_size="1 KB", capacity={"mode": "provisioned", "write": Decimal(int(units))})
    usage = metered(spec)
    charges = {"tables.orders": charge("orders", spec, usage)}
    reserved = covered(charges, {"tables.orders": usage}, "wcu", {1: blocks * RESERVED_BLOCK_UNITS})
    left = {} if reserved is None else {c.id: c.quantity / MONTH_HOURS for c in reserved["tables.orders"]}
    rest = left["orders.write-capacity"]
    return {"covered": units - rest, "at_standard_price": rest}


def _reserved_eligibility(given: Input) -> Observed:
    """Whether reserved units would cover any of a table that holds nothing but such units."""
    unit, table_class = str(given["unit"]), str(given.get("class", given.get("table_class", "standard"))).lower()
    plain = unit.removeprefix("on-demand ").removeprefix("r")
    kind: Unit = "rcu" if plain.startswith("R") else "wcu"
    said: dict[str, Any] = {"class": table_class}
    if unit.startswith("r"):
        said["replicas"] = ["eu-west-1"]
    if plain.endswith("CU"):
        said["capacity"] = {"mode": "provisioned", "write": Decimal(100), "read": Decimal(100)}
    spec = table(item_size="1 KB", **said)
    usage = metered(spec)
    charges = {"tables.orders": charge("orders", spec, usage, CTX.region)}
    return {"eligible": covered(charges, {"tables.orders": usage}, kind, {1: RESERVED_BLOCK_UNITS}) is not None}


def _breakeven(given: Input) -> Observed:
    if "storage_saving" in given:
        ratio, share = billing.class_break_even(_n(given["storage_saving"]), _n(given["throughput_rise"]))
        return {"ratio": ratio, "storage_share_of_bill_percent": share * 100}
    for request, hour in (("wru_per_million", "wcu_hour"), ("rru_per_million", "rcu_hour")):
        if request in given:
            used = billing.break_even_utilisation(_n(given[hour]), _n(given[request]) / 10**6)
            return {"utilisation_percent": used * 100}
    raise NotCovered


def _vector(given: Input) -> Observed:
    if "table_mode" in given:
        return {"allowed": vector.allowed(given["table_mode"], int(given.get("indexes", 1)))}
    unchanged = bool(given.get("identical_overwrite"))
    written = vector.write_bytes(int(given.get("dimensions", 0)), _n(given.get("other_bytes", 0)), unchanged=unchanged)
    return {"write_bytes": written}


def _plain(translate: Callable[[Input], Observed]) -> Callable[[dict[str, Any], Facts], Observed]:
    """An adapter that needs only the case's input; a form of input it does not know is not covered."""

    def adapter(case: dict[str, Any], _: Facts) -> Observed:
        try:
            return translate(case["input"])
        except KeyError as error:
            raise NotCovered from error

    return adapter


_PLAIN: Mapping[str, Callable[[Input], Observed]] = {
    "number_size": _number_size,
    "item_size": _item_size,
    "item_gate": _item_gate,
    "read_units": _read_units,
    "batch_read": _batch_read,
    "query_scan": _query_scan,
    "write_units": _write_units,
    "batch_write": _batch_write,
    "index_write_simple": _index_write_simple,
    "transaction": _transaction,
    "hash_bucket": _hash_bucket,
    "hash_order": _hash_order,
    "hash_segment": _hash_segment,
    "hash_digest": _hash_digest,
    "autoscale_alarm": _autoscale_alarm,
    "autoscale_alarm_other": _autoscale_alarm_other,
    "autoscale_target": _autoscale_target,
    "autoscale_trigger": _autoscale_trigger,
    "decrease_quota": _decrease_quota,
    "on_demand_initial": _on_demand_initial,
    "on_demand_growth": _on_demand_growth,
    "on_demand_path": _on_demand_path,
    "warm_throughput": _warm_throughput,
    "mode_switch": _mode_switch,
    "quota": _quota,
    "burst": _burst,
    "partition_limit": _partition_limit,
    "adaptive": _adaptive,
    "split_for_heat": _split_for_heat,
    "provision_sizing": _provision_sizing,
    "global_table": _global_table,
    "ttl": _ttl,
    "storage": _storage,
    "cost_line": _cost_line,
    "cost_capacity_hours": _cost_capacity_hours,
    "cost_scenario": _cost_scenario,
    "backup_billing": _backup_billing,
    "streams": _streams,
    "kinesis_cdc": _kinesis_cdc,
    "reserved_coverage": _reserved_coverage,
    "reserved_eligibility": _reserved_eligibility,
    "breakeven": _breakeven,
    "vector": _vector,
    "throttle_reason": _throttle_reason,
    "gsi_backpressure": _gsi_backpressure,
}

ADAPTERS: dict[str, Callable[[dict[str, Any], Facts], Observed]] = {
    **{kind: _plain(translate) for kind, translate in _PLAIN.items()},
    "index_write": lambda case, facts: _index_write(case["input"], facts.tables),
    "dax": lambda case, _: _dax_case(case),
    "ci_events": lambda case, _: _insight_events(case),
    "reserved": lambda case, facts: _reserved(case["input"], facts),
}
