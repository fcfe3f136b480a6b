"""Cases of streams, buckets and parameters as calls of the functions that `estimate` runs."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan import units
from capplan.calls import Access
from capplan.flow import DemandFlow, steady
from capplan.model import Charge, Context, Demand, RequestStream
from capplan.pipeline.pools import pool_check
from capplan.quantities.distribution import mean
from capplan.resource_type import DeclaredResource, MeteredResource
from capplan.services.kinesis.quotas import SHARD_WRITE_BYTES
from capplan.services.kinesis.records import stepped_bytes
from capplan.services.kinesis.sizing import shards_needed
from capplan.services.kinesis.stream import STREAM
from capplan.services.lambda_.sources.event_source_mappings import EventSourceMapping, max_concurrency
from capplan.services.parameter_store.parameter import pool_loads
from capplan.services.parameter_store.quotas import RATE
from capplan.services.s3.bucket import BUCKET
from capplan.services.s3.classes import early_gb_months
from capplan.services.s3.limits import per_second
from capplan.services.s3.quotas import PREFIX_READS, PREFIX_WRITES
from tests.cases.facts import Facts, NotCovered

Case = Mapping[str, Any]
_HOME = "us-east-1"
_MODES = {"provisioned": "provisioned", "on_demand": "on-demand", "advantage": "on-demand-advantage"}
_STREAM_PRICES = {
    "provisioned.shard_hour": "shard_hour",
    "provisioned.put_payload_unit": "put_unit",
    "provisioned.extended_retention_shard_hour": "extended_shard_hour",
    "efo.consumer_shard_hour": "efo_shard_hour",
    "efo.gb": "efo_gb",
    "on_demand.stream_hour": "stream_hour",
    "on_demand.ingest_gb": "ingest_gb",
    "on_demand.retrieval_gb": "retrieval_gb",
    "on_demand.efo_retrieval_gb": "efo_retrieval_gb",
    "on_demand_advantage.ingest_gb": "ingest_gb",
    "on_demand_advantage.retrieval_gb": "retrieval_gb",
}
"""How the cases call a price."""


def _demand(op: str, per_second: object, **request: object) -> Demand:
    """A steady rate of one request."""
    flow = DemandFlow.of(steady("case", recurring=True), Fraction(str(per_second)))
    return Demand((RequestStream(Access.model_validate({"op": op, **request}), flow, "traffic.case"),))


# --- Kinesis ----------------------------------------------------------------------------------------------------------


def _kinesis(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    shared, fan_out = (int(given.get(key, 0)) for key in ("consumers", "efo_consumers"))
    size = f"{given['record_kb']} KB"
    demand = _demand("put-records", given["records_per_s"], payload=size)
    payload = demand.requests[0].access.payload
    assert payload is not None
    rate, spare = Fraction(str(given["records_per_s"])), 1 + Fraction(str(given.get("buffer_percent", 0))) / 100
    if given.get("sizing") == "calculator":  # bytes as they are, and every consumer reads at the shared rate
        shards = shards_needed(Fraction(0), rate * mean(payload), shared + fan_out, spare)
    else:
        shards = shards_needed(rate, rate * stepped_bytes(payload), shared, spare)
    words: dict[str, Any] = {"mode": _MODES[given["mode"]], "consumers": {"shared": shared, "fan_out": fan_out}}
    if given["mode"] == "provisioned":
        words["shards"] = given.get("shards", shards)
    if "retention_hours" in given:
        words["retention"] = f"{given['retention_hours']} h"
    spec = STREAM.spec.model_validate(words)
    ctx = Context(given.get("region", _HOME))
    usage = STREAM.meter(DeclaredResource("it", spec, ctx), demand)
    charges = STREAM.at_least({"it": spec}, {"it": STREAM.charge(MeteredResource("it", spec, usage, ctx))})["it"]
    by_line = {charge.id.partition(".")[2]: charge.quantity for charge in charges}
    return {
        "shards": usage.shards,
        "put_units": by_line.get("put-units"),
        "ingest_gb": by_line.get("ingest"),
        **({"total_usd": _total(charges, given["prices"])} if "prices" in given else {}),
    }


def _total(charges: tuple[Charge, ...], prices: Mapping[str, str]) -> Fraction:
    out = Fraction(0)
    for charge in charges:
        name = _STREAM_PRICES.get(charge.price.partition(".")[2]) or charge.price.rpartition(".")[2]
        if name not in prices:
            raise NotCovered(f"the case has no price of {charge.price}")
        out += charge.quantity * Fraction(prices[name])
    return out


def _on_demand_ceiling(given: Case) -> dict[str, Any]:
    """A stream whose usual peak is known: the shards it may have, in MB a second."""
    rate = Fraction(str(given["peak_mb_s"])) * units.BYTES_PER_MB
    spec = STREAM.spec.model_validate({"mode": "on-demand"})
    usage = STREAM.meter(
        DeclaredResource("it", spec, Context(_HOME)), _demand("put-records", rate / units.BYTES_PER_MB, payload="1 MB")
    )
    return {"ceiling_mb_s": Fraction(usage.shards) * int(SHARD_WRITE_BYTES.value) / units.BYTES_PER_MB}


def _kinesis_lambda(given: Case) -> dict[str, Any]:
    mapping = EventSourceMapping("kinesis", given["shards"], given["parallelization_factor"])
    return {"concurrency": max_concurrency(mapping)}


# --- S3 ---------------------------------------------------------------------------------------------------------------

_CLASSES = {"standard_ia": "standard-ia", "one_zone_ia": "one-zone-ia", "intelligent_tiering": "intelligent-tiering",
            "glacier_instant": "glacier-instant", "glacier_flexible": "glacier-flexible",
            "deep_archive": "glacier-deep-archive", "glacier_deep_archive": "glacier-deep-archive"}  # fmt: skip
"""How the cases call a class."""


def _s3_objects(case: Case, _: Facts) -> dict[str, Any]:
    """Stored objects of one class: its own storage, and what lies beside them in S3 Standard."""
    given = case["inputs"]
    name = _CLASSES.get(given["class"], given["class"])
    words = {"class": name, "objects": Decimal(str(given["objects"])), "object_size": f"{given['object_kb']} KB"}
    spec = BUCKET.spec.model_validate(words)
    ctx = Context(given.get("region", _HOME))
    usage = BUCKET.meter(DeclaredResource("it", spec, ctx), Demand())
    stored = [c for c in BUCKET.charge(MeteredResource("it", spec, usage, ctx)) if c.unit == "GB-month"]
    beside = [c for c in stored if c.id.endswith(".names")]
    own = sum((c.quantity for c in stored if c not in beside), Fraction(0))
    usd = own * Fraction(given["usd"])
    usd += sum((c.quantity for c in beside), Fraction(0)) * Fraction(given.get("standard_usd", given["usd"]))
    return {"billed_gb": own, "usd": usd}


def _s3_early_delete(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    gb, month = Fraction(str(given["gb"])), Fraction(str(given["month_days"]))
    kept, least = Fraction(str(given["kept_days"])), int(given["minimum_days"])
    missing = early_gb_months(gb, kept, least, month)
    months = gb * kept / month + missing
    return {"billed_days": kept + missing / gb * month if gb else kept, "usd": months * Fraction(given["usd"])}


def _s3_prefix(given: Case) -> dict[str, Any]:
    takes = per_second(int(given["prefixes"]))
    return {"put_per_s": takes[PREFIX_WRITES.id], "get_per_s": takes[PREFIX_READS.id]}


# --- Parameter Store --------------------------------------------------------------------------------------------------


def _parameter_store(given: Case) -> dict[str, Any]:
    """Calls of several kinds at their rates, against the account's quota."""
    verbs = ("get-parameter", "get-parameters", "get-parameters-by-path")
    requests = [r for i, rate in enumerate(given["rates"]) for r in _demand(verbs[i % len(verbs)], rate).requests]
    loads = pool_loads("standard", requests)
    ctx = Context(_HOME, quotas={RATE.id: Decimal(str(given["quota"]))})
    check = pool_check(RATE.id, loads, ctx)
    return {"within": check is None or not check.breached}


# --- limits -----------------------------------------------------------------------------------------------------------

_LIMITS = {
    "kinesis_lambda": _kinesis_lambda,
    "kinesis_on_demand": _on_demand_ceiling,
    "s3_prefix": _s3_prefix,
    "parameter_store": _parameter_store,
}


def _limit(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    if given["what"] not in _LIMITS:
        raise NotCovered(f"no adapter for the limit {given['what']}")
    return _LIMITS[given["what"]](given)


ADAPTERS = {"kinesis": _kinesis, "s3_objects": _s3_objects, "s3_early_delete": _s3_early_delete, "limit": _limit}
