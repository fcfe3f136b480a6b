"""Translates DynamoDB cases into calls of capplan's public functions. It holds no rule, price or figure of AWS."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan.services.dynamodb import billing, burst, dax, global_tables, quotas, streams, units, vector, warm
from capplan.services.dynamodb.capacity import auto_scaling
from capplan.services.dynamodb.capacity import throttling_reasons as throttling
from capplan.services.dynamodb.items import index_writes, storage
from capplan.services.dynamodb.items import size as item_size
from capplan.services.dynamodb.partitions import count as partitions
from tests.cases.facts import Facts, NotCovered

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
    return {"bytes": item_size.number_bytes(str(given["number"]))}


def _item_size(given: Input) -> Observed:
    return {"bytes": item_size.item_bytes(_full(given["item"]))}


def _item_gate(given: Input) -> Observed:
    accepted = item_size.accepted(
        int(given["resulting_item_bytes"]),
        given.get("api", "PutItem"),
        given.get("region", ""),
        int(given.get("key_attr_bytes", 0)),
        int(given.get("set_actions", 0)),
        int(given.get("remove_actions", 0)),
    )
    return {"accepted": accepted}


def _read_units(given: Input) -> Observed:
    return {"rru": units.read_units(_bytes(given["item_bytes"]), given.get("consistency", "eventual"))}


def _batch_read(given: Input) -> Observed:
    return {
        "rru": units.batch_read_units(
            [_bytes(one) for one in given["item_bytes"]], given.get("consistency", "eventual")
        )
    }


def _query_scan(given: Input) -> Observed:
    level, fetched = given.get("consistency", "eventual"), [_n(one) for one in given.get("lsi_fetch_bytes", ())]
    searched = int(given.get("partitions_searched", 1))
    read = units.index_query_units(_total_bytes(given), fetched, level, searched)
    return {"rru": read.total, "index": read.entries, "table": read.fetched}


def _total_bytes(given: Input) -> Fraction:
    if "total_bytes" in given:
        return _n(given["total_bytes"])
    if "count" in given:
        return _n(given["count"]) * _n(given["each_bytes"])
    return sum((_n(one) for one in given["entry_bytes"]), Fraction(0))


def _images(one: Input) -> tuple[Fraction | None, Fraction | None]:
    after = one.get("after_bytes")
    return _bytes(one.get("before_bytes")), _bytes(one.get("item_bytes") if after is None else after)


def _write_units(given: Input) -> Observed:
    transactional = bool(given.get("transactional")) or given.get("api", given.get("op")) in _TRANSACTIONAL
    return {"wru": units.write_units(*_images(given), transactional=transactional)}


def _batch_write(given: Input) -> Observed:
    return {"wru": units.batch_write_units([_images(one) for one in given["ops"]])}


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
    table = index_writes.TableShape(
        tuple(spec["key"]),
        {name: _index(one) for name, one in (spec.get("gsi") or {}).items()},
        {name: _index(one) for name, one in (spec.get("lsi") or {}).items()},
    )
    changes = [_change(one) for one in given["changes"]]
    arms = index_writes.call_units(changes, table, transactional=given["api"] in _TRANSACTIONAL)
    return {"table": arms.table, "gsi": arms.global_indexes, "lsi": arms.local_indexes, "total": arms.total}


def _change(one: Input) -> index_writes.Change:
    before = None if one.get("before") is None else _full(one["before"])
    if one.get("action") == "check":
        return before, before
    return before, None if one.get("after") is None else _full(one["after"])


def _index_write_simple(given: Input) -> Observed:
    items = int(given.get("items", 1))
    return {"gsi_wru": [index_writes.entry_units(_n(one), items) for one in given["gsi_entry_bytes"]]}


def _transaction(given: Input) -> Observed:
    if "statements" in given:
        return _statements(given)
    per_second = _n(given.get("transactions_per_second", 1))
    if given["api"] == "TransactGetItems":
        rru = units.batch_read_units([_bytes(one.get("item_bytes")) for one in given["actions"]], "transactional")
        return {"rru": rru, "rcu": rru * per_second, "wru": 0, "wcu": 0}
    images = [_images(one) for one in given["actions"]]
    wru, replay = units.batch_write_units(images, transactional=True), units.replay_units(images)
    return {"wru": wru, "wcu": wru * per_second, "replay_rru": replay, "rru": 0, "rcu": 0}


def _statements(given: Input) -> Observed:
    listed = [_statement(one) for one in given["statements"]]
    level = given.get("consistency", "eventual")
    got = units.statement_units(listed, level, transactional=given["api"] in _TRANSACTIONAL)
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


def _statement(one: Input) -> units.Statement:
    before, after = _images(one)
    op, failed = one["op"], bool(one.get("fails"))
    if op in {"select", "delete"}:
        before, after = (after if before is None else before), None
    if "existing_bytes" in one:
        before = _bytes(one["existing_bytes"])
    entry = one.get("gsi_entry_bytes")
    return units.Statement(
        op, before, after, 0 if entry is None or failed else index_writes.entry_units(_n(entry)), failed
    )


# --- hashing ----------------------------------------------------------------------------------------------------------


def _hash_bucket(given: Input) -> Observed:
    return {"bucket": partitions.key_bucket(given["type"], str(given["key"]), int(given.get("buckets", 4096)))}


def _hash_order(given: Input) -> Observed:
    return {"scan_order": partitions.scan_order(given["type"], [str(key) for key in given["keys"]])}


def _hash_segment(given: Input) -> Observed:
    keys = [str(key) for key in given["keys"]]
    mine = partitions.segment_keys(given["type"], keys, int(given["segment"]), int(given["total_segments"]))
    return {"scan_order": mine}


def _hash_digest(given: Input) -> Observed:
    return {"md5_hex": partitions.key_digest(given["type"], str(given["key"])).hex()}


# --- throughput -------------------------------------------------------------------------------------------------------


def _alarm(alarm: auto_scaling.Alarm) -> Observed:
    return {"compare": alarm.compare, "periods": alarm.periods, "sum_per_60s": alarm.sum_per_60s}


def _percent(value: object) -> Fraction:
    return _n(value) / 100


def _autoscale_alarm(given: Input) -> Observed:
    high, low = auto_scaling.alarms(_n(given["provisioned_units"]), _percent(given["target_percent"]))
    return {"high": _alarm(high), "low": _alarm(low)}


def _autoscale_alarm_other(given: Input) -> Observed:
    alarm = auto_scaling.provisioned_alarm(_n(given["provisioned_units"]))
    return {
        "statistic": alarm.statistic,
        "period_s": alarm.period_s,
        "periods": alarm.periods,
        "threshold": alarm.threshold,
    }


def _autoscale_target(given: Input) -> Observed:
    consumed, target = _n(given["consumed_units_per_s"]), _percent(given["target_percent"])
    maximum = _n(given["max"]) if "max" in given else None
    return {"new_provisioned": auto_scaling.target_units(consumed, target, _n(given.get("min", 1)), maximum)}


def _autoscale_trigger(given: Input) -> Observed:
    sums = [_n(one) for one in given["consumed_per_minute_sum"]]
    events = auto_scaling.scaling_events(sums, _n(given["provisioned_units"]), _percent(given["target_percent"]))
    return {"events": [{"minute": minute, "alarm": alarm} for minute, alarm in events]}


def _decrease_quota(given: Input) -> Observed:
    if "attempt_hours_utc" in given:
        pattern = auto_scaling.decreases([_n(one) for one in given["attempt_hours_utc"]])
        return {"allowed": sum(pattern), "pattern": pattern}
    attempts = [int(n) for key, n in given.items() if key.endswith("_attempts_in_hour_0")]
    if not attempts:
        raise NotCovered
    return {"allowed": sum(sum(auto_scaling.decreases([0] * n)) for n in attempts)}


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
    return {"served_without_throttle_now": warm.served_at_once(_n(given["previous_peak"]), _n(given["requested"]))}


def _on_demand_path(given: Input) -> Observed:
    levels = warm.growth_path(_n(given["previous_peak"]), _n(given["goal"]))
    return {
        "levels": levels,
        "minutes_needed": warm.growth_minutes(levels, _n(given.get("step_minutes", warm.DOUBLING_MINUTES))),
    }


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
        verdicts = [
            warm.provisioned_accepted(
                _n(given.get(f"table_{unit}", 0)),
                [_n(one) for one in given.get(f"gsi_{unit}", ())],
                write=unit == "wcu",
            )
            for unit in ("rcu", "wcu")
        ]
        return {"accepted": all(verdicts)}
    for key, value in given.items():
        resource, _, rest = key.partition("_")
        if resource in {"table", "gsi", "index"} and rest in {"wru_per_s", "rru_per_s"}:
            where, direction = "table" if resource == "table" else "index", "write" if rest[0] == "w" else "read"
            peak = _bytes(given.get("previous_peak"))
            return {"throttle_reason": throttling.on_demand_reason(_n(value), direction, where, previous_peak=peak)}
    raise NotCovered


def _burst(given: Input) -> Observed:
    bank = burst.banked_units(_n(given["provisioned_units"]), _n(given["idle_seconds"]))
    rate = given.get("request_rate")
    seconds = None if rate is None else burst.seconds_until_throttle(_n(given["provisioned_units"]), bank, _n(rate))
    return {"banked_units": bank, "seconds_until_throttle": seconds}


def _partition_limit(given: Input) -> Observed:
    size, op = _n(given["item_bytes"]), given.get("op", "GetItem")
    consistency = given.get("consistency", "strong")
    if op in {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "write"}:
        transactional = op in _TRANSACTIONAL or consistency == "transactional"
        return {
            "max_requests_per_s": partitions.max_writes_per_s(
                units.write_units(None, size, transactional=transactional)
            )
        }
    return {"max_requests_per_s": partitions.max_reads_per_s(units.read_units(size, consistency))}


def _adaptive(given: Input) -> Observed:
    reason = burst.adapted_throttle([_n(one) for one in given["load"]], _n(given["provisioned_wcu"]))
    return {"throttled_after_adaptation": reason is not None, "reason": reason}


def _split_for_heat(given: Input) -> Observed:
    single = bool(given.get("hot_single_item"))
    split = partitions.collection_can_split(
        local_index=bool(given.get("lsi")), sort_key=str(given.get("sort_key", "random")), single_item=single
    )
    return {
        "collection_can_split": split,
        "can_split": split,
        "max_wcu": quotas.PARTITION_THROUGHPUT["write"],
        "max_rcu": quotas.PARTITION_THROUGHPUT["read"],
        "max_write_units_per_s": quotas.PARTITION_THROUGHPUT["write"],
        "max_read_units_per_s": quotas.PARTITION_THROUGHPUT["read"],
    }


def _throttle_reason(given: Input) -> Observed:
    if "api" in given:
        error, unprocessed = throttling.partial_failure(given["api"], all_items=bool(given.get("all_items_throttled")))
        return {"error": error, "unprocessed_items": unprocessed}
    return {"reason": throttling.reason(given["resource"], given["direction"], given["limit"])}


def _gsi_backpressure(given: Input) -> Observed:
    reason = throttling.index_pressure(
        _n(given["writes_per_s"]), _n(given.get("gsi_units_per_write", 1)), _n(given["gsi_wcu"])
    )
    return {"base_writes_throttled": reason is not None, "reason": reason}


# --- money ------------------------------------------------------------------------------------------------------------


def _op(given: Input) -> tuple[bool, str]:
    words = str(given["op"]).split()
    return words[-1] == "write", words[0] if len(words) > 1 else "strong"


def _provision_sizing(given: Input) -> Observed:
    write, consistency = _op(given)
    if "per_second" in given:
        wanted = billing.capacity_units(
            _n(given["per_second"]), _n(given["item_bytes"]), write=write, consistency=consistency
        )
        return {"units": wanted}
    held = _n(given["wcu" if write else "rcu"])
    return {"kb_per_s": billing.kb_per_second(held, write=write, consistency=consistency)}


def _usd(value: Fraction) -> Observed:
    return {"usd": value, "shown": value}


def _cost_line(given: Input) -> Observed:
    return _usd(billing.line_usd(_n(given["quantity"]), _n(given["unit_price_usd"])))


def _cost_capacity_hours(given: Input) -> Observed:
    return _usd(billing.capacity_usd(_n(given["units"]), _n(given["hours"]), _n(given["price_per_unit_hour"])))


def _cost_scenario(given: Input) -> Observed:
    if "price" in given:
        size = _n(given["item_bytes"])
        each = (
            units.write_units(None, size)
            if given["line"] == "write"
            else units.read_units(size, given.get("consistency", "strong"))
        )
        count = _n(given["per_second"]) * _n(given["seconds_per_month"])
        return _usd(billing.line_usd(count * each, _n(given["price"])))
    prices = {name: _n(price) for name, price in given["prices"].items()}
    stored = billing.line_usd(_n(given.get("storage_gb", 0)), prices.get("gb_month", 0))
    return _usd(stored + (_held_usd(given, prices) if "hours" in given else _requests_usd(given, prices)))


def _held_usd(given: Input, prices: Mapping[str, Fraction]) -> Fraction:
    wcu, rcu = _n(given.get("wcu", 0)), _n(given.get("rcu", 0))
    size = _n(given.get("item_bytes", 0))
    for word, consistency in (("strong_reads_per_s", "strong"), ("eventual_reads_per_s", "eventual")):
        rcu += billing.capacity_units(_n(given.get(word, 0)), size, write=False, consistency=consistency)
    wcu += billing.capacity_units(_n(given.get("writes_per_s", 0)), size, write=True)
    hours = _n(given["hours"])
    return billing.capacity_usd(wcu, hours, prices["wcu_h"]) + billing.capacity_usd(rcu, hours, prices["rcu_h"])


def _requests_usd(given: Input, prices: Mapping[str, Fraction]) -> Fraction:
    size = _n(given["item_bytes"])
    wru = _volume(given, "writes") * units.write_units(None, size)
    rru = _volume(given, "reads_strong") * units.read_units(size, "strong")
    rru += _volume(given, "reads_eventual") * units.read_units(size, "eventual")
    return billing.line_usd(wru, prices["wru"]) + billing.line_usd(rru, prices["rru"])


def _volume(given: Input, name: str) -> Fraction:
    """Requests of the month: as given, a day × days, or a second × seconds."""
    if name in given:
        return _n(given[name])
    if f"{name}_per_day" in given:
        return _n(given[f"{name}_per_day"]) * _n(given["days"])
    return _n(given.get(f"{name}_per_second", 0)) * _n(given.get("seconds_per_month", 0))


def _global_table(given: Input) -> Observed:
    if given.get("lsi_writes"):
        provisioned = given["mode"] == "provisioned"
        return {
            "unit_of_lsi_write": global_tables.write_unit_name(index="local", provisioned=provisioned),
            "unit_of_gsi_write": global_tables.write_unit_name(index="global", provisioned=provisioned),
        }
    regions = list(given["regions"])
    if "ttl_deletes_in" in given:
        paid = global_tables.expiry_writes(
            regions, given["ttl_deletes_in"], _n(given["deletes"]), _n(given["item_bytes"])
        )
        return {"rwru": paid, "wru": {}, "rwcu": paid, "rwru_total": sum(paid.values())}
    writes = {region: _n(count) for region, count in given["writes"].items()}
    indexes = _n(given.get("gsi", 0)) if given.get("assume_gsi_entry_within_1kb", True) else Fraction(0)
    got = global_tables.replica_writes(
        regions,
        writes,
        _n(given["item_bytes"]),
        index_units_per_write=indexes,
        version=str(given.get("version", "2019")),
    )
    return {
        "wru": got.ordinary,
        "rwru": got.replicated,
        "wcu": got.ordinary,
        "rwcu": got.replicated,
        "rwru_total": got.replicated_total,
        "rwcu_total": got.replicated_total,
        "wru_total": sum(got.ordinary.values()),
    }


def _ttl(given: Input) -> Observed:
    regions = ["here"] if given.get("single_region") else list(given["regions"])
    paid = global_tables.expiry_writes(
        regions, given.get("ttl_deletes_in", "here"), _n(given["deletes"]), _n(given.get("item_bytes", 1))
    )
    return {"wru": 0, "rwru": paid}


def _storage(given: Input) -> Observed:
    size = storage.billed_bytes(_n(given["items"]), _n(given["item_bytes"]), replica=bool(given.get("global_table")))
    return {"bytes": size, "gib": storage.gigabytes(size)}


def _backup_billing(given: Input) -> Observed:
    if "backups_per_day" in given:
        usd = storage.steady_backups_usd(
            _n(given["backups_per_day"]),
            _n(given["retention_days"]),
            _n(given["usd_per_backup_day"]),
            int(given["month_days"]),
        )
        return {"usd_month": usd}
    if "usd_per_backup_month" in given:
        return {
            "usd_on_first": storage.carried_backups_usd(
                _n(given["backups_carried"]), _n(given["usd_per_backup_month"]), 1, day=1
            )
        }
    usd = storage.carried_backups_usd(
        _n(given["backups_carried"]),
        _n(given["usd_per_backup_day"]),
        int(given["month_days"]),
        expire_per_day=_n(given.get("expire_per_day", 0)),
        day=int(given["day"]),
    )
    return {"usd_on_first": usd}


def _streams(given: Input) -> Observed:
    if "get_records_calls" in given:
        billable = streams.billable_reads(_n(given["get_records_calls"]), given.get("consumer", "sdk"))
        price = given.get("price_per_call")
        return {"billable": billable, "usd": None if price is None else billing.line_usd(billable, _n(price))}
    calls = streams.polling_reads(_n(given["shards"]), _n(given["days"]), _n(given["kcl_idle_ms"]))
    return {"get_records_calls_at_least": calls}


def _kinesis_cdc(given: Input) -> Observed:
    return {"cdc_units": streams.capture_units(_n(given["writes"]), _n(given["item_bytes"]))}


def _dax(given: Input, expected: Mapping[str, Any]) -> Observed:
    nodes = int(given["nodes"])
    load = dax.normalised_rps(
        _n(given["hit_rps"]), _n(given["miss_rps"]), _n(given["write_rps"]), _n(given["item_kb"]), nodes
    )
    target = dax.target_rps(load, nodes)
    return {"normalized_rps": load, **{key: target for key in expected if key.startswith("target_rps")}}


def _reserved(given: Input, facts: Facts) -> Observed:
    years, unit = int(given["years"]), str(given["unit"]).lower()
    if "upfront_per_100" in given:
        upfront, hourly = _n(given["upfront_per_100"]) / 100, _n(given["hourly_per_100"]) / 100
    else:
        upfront, hourly = _reserved_prices(facts, given["region"], years, unit)
    each = billing.reserved_unit_hour_usd(upfront, hourly, years)
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
    held = next(_n(value) for key, value in given.items() if key.startswith("provisioned_"))
    covered, rest = billing.reserved_cover(held, int(given["reserved_blocks_of_100"]))
    return {"covered": covered, "at_standard_price": rest}


def _reserved_eligibility(given: Input) -> Observed:
    table_class = str(given.get("class", given.get("table_class", "standard"))).lower()
    return {"eligible": billing.reservable(str(given["unit"]), table_class)}


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
    size = vector.write_bytes(int(given.get("dimensions", 0)), _n(given.get("other_bytes", 0)), unchanged=unchanged)
    return {"write_bytes": size}


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
    "dax": lambda case, _: _dax(case["input"], case["expect"]),
    "reserved": lambda case, facts: _reserved(case["input"], facts),
}
