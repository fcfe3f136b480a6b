"""Lambda's cases as calls of the functions that `estimate` runs; `tests/reference/lambda_` computes what it does not plan."""

import math
import statistics
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from capplan import units
from capplan.calls import Access
from capplan.flow import DemandFlow, steady
from capplan.model import Charge, Context, Demand, RequestStream
from capplan.pricing.catalogue import load_prices
from capplan.pricing.rating import LineItem, rate
from capplan.quantities.distribution import fixed
from capplan.services.lambda_ import billing, limits
from capplan.services.lambda_.advice import tuning
from capplan.services.lambda_.cold_start.steady_state import Pool, steady_state
from capplan.services.lambda_.concurrency import environments, erlang
from capplan.services.lambda_.quotas import CONCURRENCY, SCALING_RATE, TIMEOUT_MAX
from capplan.services.lambda_.sources.event_source_mappings import EventSourceMapping, max_concurrency
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import meter
from tests.cases.facts import Facts, NotCovered
from tests.reference.lambda_ import billing as unplanned
from tests.reference.lambda_ import cold_start_simulation, cold_starts, concurrency, microvms, quota_checks, sizing

Case = Mapping[str, Any]
Observed = dict[str, Any]
_HOME = "us-east-1"
_X86 = "x86_64"
_SEEDS = (1, 2, 3, 4, 5)
_FEW = 2
"""Runs where a case allows no multiple of a standard error, so none need be estimated."""
_MILLION = 1_000_000
_TIMEOUT_MS = Decimal(TIMEOUT_MAX.value)
_KEEP_ALIVE_S = Function.model_fields["keep_alive_ms"].default / units.MS_PER_SECOND


def _first(given: Case, *names: str, default: Any = None) -> Any:  # noqa: ANN401  a value of a case
    """The first of some names that a case gives."""
    return next((given[name] for name in names if given.get(name) is not None), default)


def _region(given: Case) -> str:
    return str(given.get("region", _HOME))


# --- cost of a month --------------------------------------------------------------------------------------------------


_COST_WORDS = frozenset({
    "region", "arch", "memory_mb", "requests", "duration_ms", "durations_ms", "round_ms", "free_tier", "prices",
    "count_requests", "total_duration_hours", "execution_seconds", "ephemeral_mb", "provisioned", "on_demand",
    "snapstart", "streaming", "esm", "tenant_isolation", "managed_instances", "price_per_ms_128mb",
    "durable", "executions", "active_seconds_per_execution", "invocations_per_execution", "kb_is",
    "edge", "edge_price_per_128mb_second", "edge_request_price_per_million",
    "power_values", "invocations", "transition_price", "transitions",
})  # fmt: skip
"""What a cost case may say beside `microvm`; of anything else capplan knows no cost."""


def _cost(case: Case, facts: Facts) -> Observed:
    given = case["inputs"]
    if "microvm" in given:
        return _microvm(given["microvm"])
    given = _executed(given)
    unknown = [key for key in given if key not in _COST_WORDS]
    if unknown:
        raise NotCovered(f"no cost of {', '.join(unknown)} is computed")
    if "price_per_ms_128mb" in given:
        return {
            "cost_usd": unplanned.cost(_reference_seconds(given) * units.MS_PER_SECOND, given["price_per_ms_128mb"])
        }
    if "transition_price" in given:
        return _tuning_run(given)
    out = _edge(given) if given.get("edge") else _metered(given, facts)
    return out | {"total_usd": sum(Fraction(value) for key, value in out.items() if _is_line(key))}


def _executed(given: Case) -> Case:
    """Durable executions as the invocations and the time that they make."""
    if "durable" not in given or "executions" not in given:
        return given
    executions = Fraction(given["executions"])
    out: dict[str, Any] = dict(given)
    if "active_seconds_per_execution" in given:
        out.setdefault("execution_seconds", executions * Fraction(given["active_seconds_per_execution"]))
    out.setdefault("requests", executions * Fraction(given.get("invocations_per_execution", 1)))
    return out


def _durable(given: Case, facts: Facts) -> Observed:
    """Operations, what is checkpointed, and how long it is kept."""
    part = {**given, **given["durable"]}
    home = _region(given)
    executions = part.get("executions", 1)
    kb_per_gb = Fraction(part.get("kb_is", units.BYTES_PER_KB)) ** 2
    operations = Fraction(_first(part, "operations_per_execution", "operations", default=0))
    kb = Fraction(_first(part, "kb_written_per_execution", "kb_per_execution", "written_kb", "kb", default=0))
    if "kb_per_operation" in part:
        kb = operations * Fraction(part["kb_per_operation"])
    written = unplanned.durable_gb(executions, kb, kb_per_gb)
    running, retention = _first(part, "running_days", default=0), _first(part, "retention_days", "kept_days", default=0)
    months = unplanned.durable_gb_months(written, running, retention, part.get("days_in_month", 30))
    prices = {
        name: facts.unit_usd(home, f"lambda.durable.{name}") for name in ("operation", "written_gb", "kept_gb_month")
    }
    return {
        "operations": Fraction(executions) * operations,
        "operations_usd": unplanned.cost(Fraction(executions) * operations, prices["operation"]),
        "written_gb": written,
        "written_usd": unplanned.cost(written, prices["written_gb"]),
        "kept_gb_months": months,
        "kept_usd": unplanned.cost(months, prices["kept_gb_month"]),
    }


def _microvm(part: Case) -> Observed:
    """Compute at its peak and its base, and snapshots, at the case's own prices."""
    levels = [microvms.Level(part[f"{at}_seconds"], part[f"{at}_vcpu"], part[f"{at}_gb"]) for at in ("peak", "base")]
    snapshots = microvms.Snapshots(**{name: part[name] for name in microvms.Snapshots.__dataclass_fields__})
    stored = microvms.stored_gb_months(snapshots, part["hours_in_month"])
    out = {
        "compute_usd": unplanned.cost(microvms.vcpu_seconds(levels), part["vcpu_second"])
        + unplanned.cost(microvms.gb_seconds(levels), part["gb_second"]),
        "snapshot_io_usd": unplanned.cost(microvms.written_gb(snapshots), part["snapshot_write_gb"])
        + unplanned.cost(microvms.read_gb(snapshots), part["snapshot_read_gb"]),
        "snapshot_storage_usd": unplanned.cost(stored, part["snapshot_storage_gb_month"]),
    }
    return {**out, "total_usd": sum(out.values())}


def _is_line(key: str) -> bool:
    return key.endswith("_usd") and key != "tier_usd"


def _reference_seconds(given: Case) -> Fraction:
    """Seconds at the memory that older prices are quoted for."""
    times = given.get("durations_ms", [given.get("duration_ms")])
    used = sum(
        (billing.gb_seconds(given.get("requests", 1), _ms(given, ms), given["memory_mb"]) for ms in times), Fraction(0)
    )
    return used * units.MB_PER_GB / unplanned.REFERENCE_MB


def _ms(given: Case, ms: Any) -> Fraction:  # noqa: ANN401  a value of a case
    return billing.expected_billed_ms(fixed(Decimal(ms)), _TIMEOUT_MS) if given.get("round_ms", True) else Fraction(ms)


def _tuning_run(given: Case) -> Observed:
    sizes = given["power_values"]
    count = unplanned.tuning_transitions(len(sizes) if isinstance(sizes, list) else sizes, given.get("invocations"))
    return {"transitions": count, "state_machine_usd": unplanned.cost(count, given["transition_price"])}


def _edge(given: Case) -> Observed:
    per_request = Fraction(given["edge_request_price_per_million"]) / _MILLION
    return {
        "compute_usd": unplanned.cost(_reference_seconds(given), given["edge_price_per_128mb_second"]),
        "request_usd": unplanned.cost(given["requests"], per_request),
    }


def _metered(given: Case, facts: Facts) -> Observed:
    """Every part that a case names; the parts add up."""
    parts: list[Callable[[Case, Facts], Observed]] = [_compute, _requests, _ephemeral]
    named = {
        "provisioned": _provisioned, "snapstart": _snapstart, "streaming": _streaming, "esm": _pollers,
        "tenant_isolation": _tenants, "managed_instances": _managed, "durable": _durable,
    }  # fmt: skip
    parts += [part for key, part in named.items() if key in given]
    return {key: value for part in parts for key, value in part(given, facts).items()}


def _on_demand(given: Case) -> list[tuple[Any, Any]]:
    """Requests and milliseconds of each group of calls on demand."""
    groups = [given, given["on_demand"]] if "on_demand" in given else [given]
    return [(group["requests"], _ms(given, group["duration_ms"])) for group in groups if "duration_ms" in group]


def _seconds(given: Case) -> Fraction:
    """Seconds that the functions ran on demand."""
    if "execution_seconds" in given or "total_duration_hours" in given:
        return Fraction(given.get("execution_seconds", 0)) + _s(given.get("total_duration_hours", 0))
    return sum((Fraction(n) * ms / units.MS_PER_SECOND for n, ms in _on_demand(given)), Fraction(0))


def _s(hours: Any) -> Fraction:  # noqa: ANN401  a value of a case
    return Fraction(hours) * units.SECONDS_PER_HOUR


def _compute(given: Case, _: Facts) -> Observed:
    seconds = _seconds(given)
    if not seconds or "memory_mb" not in given or "managed_instances" in given:
        return {}
    used = billing.gb_seconds(1, seconds * units.MS_PER_SECOND, given["memory_mb"])
    lines = _rated(given, "duration", used, free_tier=bool(given.get("free_tier")))
    paid = [line for line in lines if line.list_unit_price]
    usd = _usd(lines)
    return {
        "gb_seconds": used,
        "billable_gb_seconds": sum(line.consumed_quantity for line in paid),
        "tier_gb_seconds": [line.consumed_quantity for line in paid],
        "tier_usd": [line.list_cost for line in paid],
        "compute_usd": usd,
    }


def _requests(given: Case, _: Facts) -> Observed:
    count = sum(Fraction(given.get(key, {}).get("requests", 0)) for key in ("provisioned", "on_demand")) + Fraction(given.get("requests", 0))  # fmt: skip
    if not count or not given.get("count_requests", True):
        return {}
    lines = _rated(given, "request", count, free_tier=given.get("free_tier") is True)
    return {
        "billable_requests": sum(line.consumed_quantity for line in lines if line.list_unit_price),
        "request_usd": _usd(lines),
    }


def _ephemeral(given: Case, _: Facts) -> Observed:
    if "ephemeral_mb" not in given:
        return {}
    used = billing.ephemeral_gb_seconds(_seconds(given), given["ephemeral_mb"])
    return {"ephemeral_gb_seconds": used, "ephemeral_usd": _usd(_rated(given, "ephemeral_storage", used))}


def _provisioned(given: Case, _: Facts) -> Observed:
    part = given["provisioned"]
    ready = billing.provisioned_gb_seconds(part["concurrency"], given["memory_mb"], _s(part["hours"]))
    busy = ready * Fraction(part.get("busy_fraction", 0))
    if "duration_ms" in part:
        busy = billing.gb_seconds(part["requests"], _ms(given, part["duration_ms"]), given["memory_mb"])
    return {
        "provisioned_gb_seconds": ready,
        "provisioned_usd": _usd(_rated(given, "provisioned_concurrency", ready)),
        "provisioned_duration_gb_seconds": busy,
        "provisioned_duration_usd": _usd(_rated(given, "provisioned_duration", busy)),
    }


def _snapstart(given: Case, facts: Facts) -> Observed:
    part, home = given["snapstart"], _region(given)
    cached = billing.snap_start_gb_seconds(part["active_seconds"], given["memory_mb"])
    restored = billing.memory_gb(part["restores"], given["memory_mb"])
    return {
        "snapstart_cache_gb_seconds": cached,
        "snapstart_cache_usd": unplanned.cost(cached, facts.unit_usd(home, "lambda.snapstart.cached")),
        "snapstart_restore_usd": unplanned.cost(restored, facts.unit_usd(home, "lambda.snapstart.restored")),
    }


def _streaming(given: Case, facts: Facts) -> Observed:
    part = given["streaming"]
    past = sum((billing.streamed_gb(group["requests"], group["response_mb"]) for group in part["groups"]), Fraction(0))
    free = facts.allowance(f"lambda.response_streaming.{given.get('arch', _X86)}") if given.get("free_tier") else 0
    billable = unplanned.above_allowance(past, part.get("free_gb_left", free))
    return {"streamed_billable_gb": billable, "streaming_usd": _usd(_rated(given, "response_streaming", billable))}


_POLLER_PRICES = {
    "kafka": "lambda.event_source_mapping_provisioned.event_poller_unit_hour",
    "sqs": "lambda.event_source_mapping_provisioned.sqs_event_poller_unit_hour",
}


def _pollers(given: Case, facts: Facts) -> Observed:
    part = given["esm"]
    hours = part.get("epu_hours")
    out: Observed = {}
    if hours is None:
        out["epus"] = billing.poller_units(part["pollers"], part.get("pollers_per_epu", 1))
        hours = billing.poller_unit_hours(out["epus"], _s(part["hours"]))
    usd = unplanned.cost(hours, facts.unit_usd(_region(given), _POLLER_PRICES[part["type"]]))
    return out | {"epu_hours": hours, "epu_usd": usd}


def _tenants(given: Case, facts: Facts) -> Observed:
    part = given["tenant_isolation"]
    created = billing.memory_gb(part["environments_created"], given["memory_mb"])
    listed = f"lambda.tenant_isolation.{given.get('arch', _X86)}"
    price = part["price_per_gb"] if "price_per_gb" in part else facts.unit_usd(_region(given), listed)
    return {"tenant_gb": created, "tenant_usd": unplanned.cost(created, price)}


def _managed(given: Case, _: Facts) -> Observed:
    part = given["managed_instances"]
    ec2, fee = unplanned.managed_instances_usd(
        part["ec2_hourly"], part["instance_hours"], part.get("savings_discount", 0)
    )
    return {"ec2_usd": ec2, "management_fee_usd": fee}


def _rated(given: Case, dimension: str, quantity: Fraction, *, free_tier: bool = False) -> tuple[LineItem, ...]:
    """A quantity at the Region's tiers, or at the prices the case gives."""
    arch = given.get("arch", _X86)
    key = f"lambda.{dimension}.{arch}"
    catalogue = load_prices(_region(given), _given_prices(given, arch))
    charge = Charge("function.line", key, dimension, quantity, dimension)
    rated = rate([charge], catalogue, free_tier=free_tier, discount=Decimal(0), today=None)
    if rated.missing:
        raise NotCovered(f"no price {key} in {_region(given)}")
    return rated.lines


def _given_prices(given: Case, arch: str) -> dict[str, Decimal]:
    part = given.get("prices", {})
    out = {f"lambda.duration.{arch}": Decimal(part["gb_second"])} if "gb_second" in part else {}
    requests = _first(part, "request_per_million", "request_per_million_cny")
    return out if requests is None else out | {f"lambda.request.{arch}": Decimal(requests) / _MILLION}


def _usd(lines: tuple[LineItem, ...]) -> Decimal:
    return sum((line.list_cost for line in lines), Decimal(0))


def _breakeven(case: Case, facts: Facts) -> Observed:
    given = case["inputs"]
    arch = given.get("arch", _X86)
    keys = [f"lambda.{name}.{arch}" for name in ("provisioned_concurrency", "duration", "provisioned_duration")]
    configured, on_demand, provisioned = (facts.unit_usd(_region(given), key) for key in keys)
    return {"breakeven_utilisation": unplanned.break_even_utilization(configured, on_demand, provisioned)}


def _billing(case: Case, _: Facts) -> Observed:
    given = case["inputs"]
    out: Observed = {}
    if "payload_kb" in given:
        out["billed_requests"] = (
            billing.async_requests(given["payload_kb"]) if given.get("invocation") == "async" else 1
        )
    if "duration_ms" in given:
        out["billed_ms"] = _billed_ms(given)
    return out


def _billed_ms(given: Case) -> Fraction:
    """A warm invocation, what a cold start adds where the INIT phase was billed, and SnapStart's billed restore."""
    duration, init = fixed(Decimal(given["duration_ms"])), fixed(Decimal(given.get("init_ms", 0)))
    timeout_ms = Decimal(given["timeout_s"]) * units.MS_PER_SECOND if "timeout_s" in given else _TIMEOUT_MS
    provisioned = bool(_first(given, "provisioned", "provisioned_concurrency"))
    day = date.fromisoformat(str(given["date"]))
    paid = unplanned.init_is_billed(day, given["package"], given["runtime"], provisioned=provisioned)
    extra = billing.init_extra_ms(duration, init, duration, timeout_ms) if paid else Fraction(0)
    restore = math.ceil(Fraction(given.get("billed_restore_ms", 0)))
    return billing.expected_billed_ms(duration, timeout_ms) + extra + restore


# --- concurrency and limits -------------------------------------------------------------------------------------------


def _concurrency(case: Case, _: Facts) -> Observed:
    given = case["inputs"]
    limit = _first(given, "reserved_concurrency", "account_concurrency", "concurrency_limit")
    ms, arrivals = given.get("duration_ms"), given.get("arrival_rps")
    out: Observed = {}
    if ms is not None and limit is not None:
        out["max_rps"] = concurrency.max_rate(limit, ms)
    if ms is not None and arrivals is not None:
        out["concurrency"] = _metered_concurrency(arrivals, ms)
        out["required_account_concurrency"] = concurrency.required_concurrency(arrivals, ms)
        if limit is not None:
            out["served_rps"] = concurrency.served_rate(arrivals, limit, ms)
            out["throttled_fraction"] = concurrency.throttled_share(arrivals, limit, ms)
    return out | _capacity(given) | _event_source(given)


def _metered_concurrency(rate: Any, duration_ms: Any) -> Fraction:  # noqa: ANN401  values of a case
    """Concurrency of a function at a steady rate, as `estimate` meters it."""
    spec = Function.model_validate({"duration": f"{duration_ms} ms", "timeout": "900 s"})
    flow = DemandFlow.of(steady("case", recurring=True), Fraction(rate))
    demand = Demand((RequestStream(Access(op="invoke", target="f"), flow, "traffic.case"),))
    return meter(spec, demand).concurrency.monthly / units.MONTH_SECONDS


def _capacity(given: Case) -> Observed:
    account = given.get("account_concurrency", int(CONCURRENCY.value))
    capacity = concurrency.function_capacity(
        account, given.get("provisioned_concurrency", 0), given.get("reserved_concurrency")
    )
    return {
        "unreserved": concurrency.unreserved(account, tuple(given.get("reserved", ()))),
        "max_rps_account": environments.request_rate_quota(account),
        "warm_capacity": capacity.warm,
        "throttle_at": capacity.throttle_at,
        "spillover_concurrency": capacity.warm,
        "spillover_rps": capacity.spillover_rps,
    }


def _event_source(given: Case) -> Observed:
    if "esm" not in given:
        return {}
    mapping = EventSourceMapping(
        given["esm"],
        shards=given.get("shards", 1),
        parallelization_factor=given.get("parallelization_factor", 1),
        message_groups=given.get("message_groups"),
        pollers=_first(given, "max_pollers", "pollers", default=1),
        maximum_concurrency=given.get("maximum_concurrency"),
    )
    maximum = max_concurrency(mapping, given.get("reserved_concurrency"))
    if "arrival_rps" not in given or "duration_ms" not in given:
        return {"max_concurrency": maximum}
    at_rate = concurrency.steady_concurrency(given["arrival_rps"], given["duration_ms"], maximum)
    return {"max_concurrency": maximum, "steady_concurrency": at_rate}


def _scaling(case: Case, _: Facts) -> Observed:
    given = case["inputs"]
    target = _first(given, "target_concurrency", "target")
    out: Observed = {}
    if "provisioned_concurrency" in given:
        out["allocation_minutes"] = concurrency.allocation_minutes(given["provisioned_concurrency"])
    if target is None:
        return out
    per_minute = _first(given, "per_minute", "scaling_per_minute")
    if per_minute is not None:
        start = _first(given, "start", "start_concurrency", default=0)
        return out | {"minutes_to_target": concurrency.minutes_to_target(start, target, per_minute)}
    if given.get("scaling_per_10s", SCALING_RATE.value) != SCALING_RATE.value:
        raise NotCovered("AWS adds environments at one rate")
    full, empty = (environments.seconds_to_add(target, bucket_full=full) for full in (True, False))
    return out | {"seconds_to_capacity_min": full, "seconds_to_capacity_max": empty}


_SETTINGS = {
    "compute": "compute", "invocation": "invocation", "memory_mb": "memory_mb", "timeout_s": "timeout_s",
    "ephemeral_mb": "ephemeral_mb", "package_zip_mb": "zip_mb", "package_unzipped_mb": "unzipped_mb",
    "image_mb": "image_mb", "layers": "layers", "environment_kb": "environment_kb", "env_kb": "environment_kb",
    "payload_kb": "payload_kb", "response_mb": "response_mb", "snapstart": "snapstart", "efs": "uses_efs",
    "account_concurrency": "account_concurrency", "provisioned_concurrency": "provisioned_concurrency",
    "async_max_retries": "async_retries", "async_max_age_s": "async_age_s", "esm": "source", "batch_size": "batch",
    "batch_window_s": "window_s", "maximum_concurrency": "maximum_concurrency", "tumbling_window_s": "tumbling_s",
    "parallelization_factor": "parallelization_factor", "min_pollers": "min_pollers", "max_pollers": "max_pollers",
    "max_retry_attempts": "stream_retries", "max_record_age_s": "stream_age_s",
}  # fmt: skip
"""A case's word for a setting, and that of `quota_checks`."""
_READ_APART = {"upload", "reserved", "reserved_concurrency", "package", "image_gb", "concurrency_limit", "payload_mb"}


def _limits(case: Case, _: Facts) -> Observed:
    given, wanted = case["inputs"], case["expected"]
    out: Observed = {}
    if "valid" in wanted:
        broken = quota_checks.broken_limits(_settings(given))
        out |= {"valid": not broken, "broken": list(broken)}
    if "memory_mb" in given:
        out |= {"vcpu": quota_checks.vcpu(given["memory_mb"]), "cores": quota_checks.cores(given["memory_mb"])}
    if "response_mb" in given:
        out["min_stream_seconds"] = limits.min_stream_s(Decimal(given["response_mb"]) * units.BYTES_PER_MB)
    if "account_concurrency" in given:
        account = Context(_HOME, quotas={CONCURRENCY.id: Decimal(given["account_concurrency"])})
        out["max_reservable"] = limits.max_reservable(account)
    quota = _first(given, "concurrency_limit", "account_concurrency")
    if quota is not None:
        out["max_tenant_environments"] = environments.max_tenant_environments(quota)
    return out


def _settings(given: Case) -> quota_checks.Settings:
    unknown = [key for key in given if key not in _SETTINGS and key not in _READ_APART]
    if unknown:
        raise NotCovered(f"no limit of {', '.join(unknown)} is checked")
    settings = {_SETTINGS[key]: value for key, value in given.items() if key in _SETTINGS}
    if "image_gb" in given:
        settings["image_mb"] = given["image_gb"] * units.MB_PER_GB
    if "payload_mb" in given:
        settings["payload_kb"] = given["payload_mb"] * units.BYTES_PER_MB / units.BYTES_PER_KB
    reserved = _first(given, "reserved", "reserved_concurrency", default=[])
    return quota_checks.Settings(
        **settings,
        through_s3=given.get("upload") == "s3",
        is_image=given.get("package") == "image",
        reserved=tuple(reserved) if isinstance(reserved, list) else (reserved,),
    )


def _throttle(case: Case, _: Facts) -> Observed:
    given = case["inputs"]
    offered = given.get("offered_concurrency")
    if offered is None:
        offered = concurrency.concurrency(given["arrival_rps"], given["duration_ms"])
    if "max_throttle" in given:
        return {"reserved_concurrency": erlang.smallest_capacity(float(offered), float(given["max_throttle"]))}
    return {"p_throttle": erlang.blocking(float(offered), given["reserved_concurrency"])}


# --- memory -----------------------------------------------------------------------------------------------------------


def _statistic(case: Case, _: Facts) -> Observed:
    given = case["inputs"]
    trim = [given["trim"]] if "trim" in given else []
    return {"mean_ms": unplanned.trimmed_mean(given["durations_ms"], *trim)}


def _selection(case: Case, _: Facts) -> Observed:
    given = case["inputs"]
    rows = [tuning.Candidate(o["memory_mb"], Fraction(o["cost"]), Fraction(o["duration"])) for o in given["options"]]
    weight = [given["weight"]] if "weight" in given else []
    return {"memory_mb": tuning.choose(rows, given["strategy"], *weight).memory_mb}


def _memory_curve(case: Case, _: Facts) -> Observed:
    measured = case["inputs"]["measured_ms"]
    curve = tuning.fit_curve({int(mb): float(ms) for mb, ms in measured.items()})
    return {"duration_ms": {mb: curve.duration_ms(float(mb)) for mb in case["expected"]["duration_ms"]}}


def _cost_curve(case: Case, facts: Facts) -> Observed:
    given = case["inputs"]
    if given.get("free_tier"):
        raise NotCovered("the curve is drawn without a free tier")
    per_gb_second, per_request = (
        facts.unit_usd(_region(given), f"lambda.{d}.{given['arch']}") for d in ("duration", "request")
    )
    means = {int(mb): ms for mb, ms in given["mean_duration_ms"].items()}
    curve = unplanned.cost_curve(means, per_gb_second, per_request)
    return {
        "usd_per_million": {size.memory_mb: size.cost for size in curve},
        "cheapest_memory_mb": tuning.choose(curve, "cost").memory_mb,
        "fastest_memory_mb": tuning.choose(curve, "speed").memory_mb,
    }


def _sizing(case: Case, facts: Facts) -> Observed:
    given = case["inputs"]
    workload = sizing.Workload(
        given["target_concurrency"],
        given["memory_per_execution_mb"],
        Fraction(given["cpu_percent_per_invocation"]) / 100,
        given["runtime_max_per_vcpu"],
    )
    reserved = {name: given[f"os_{name}"] for name in ("reserved_vcpu", "reserved_gb") if f"os_{name}" in given}
    instance = sizing.Instance(given["instance_vcpu"], given["instance_gb"], given["memory_gb_per_vcpu"], **reserved)
    bounds = {name: given[name] for name in ("headroom", "min_instances") if name in given}
    fleet = sizing.size_fleet(workload, instance, **bounds)
    out: Observed = {
        "function_memory_mb": fleet.function_mb,
        "calls_per_environment": fleet.calls_per_environment,
        "environments": fleet.environments,
        "environments_per_instance": fleet.environments_per_instance,
        "base_instances": fleet.base_instances,
        "instances": fleet.instances,
        "overfull": fleet.overfull,
        "memory_warning": fleet.overfull,
    }
    if "ec2_hourly" in given:
        out |= _fleet_usd(given, fleet.instances, facts)
    return out


def _fleet_usd(given: Case, instances: int, facts: Facts) -> Observed:
    hours = instances * Fraction(given["hours"])
    ec2, fee = unplanned.managed_instances_usd(given["ec2_hourly"], hours, given.get("savings_discount", 0))
    price = facts.unit_usd(_region(given), f"lambda.request.{given.get('arch', _X86)}")
    requests = unplanned.cost(given.get("requests", 0), price)
    return {"ec2_usd": ec2, "management_fee_usd": fee, "request_usd": requests, "total_usd": ec2 + fee + requests}


# --- cold starts ------------------------------------------------------------------------------------------------------


def _coldstart(case: Case, _: Facts) -> Observed:
    given = case["inputs"]
    keep_alive_s = float(given.get("keep_alive_s", _KEEP_ALIVE_S))
    if given.get("arrivals") == "deterministic":
        interval_s, warm_s = float(given["interval_s"]), float(given["warm_service_s"])
        return {"p_cold_steady": cold_starts.fixed_interval_share(interval_s, warm_s, keep_alive_s)}
    rate = float(given["arrival_rps"])
    times = (float(given["warm_service_s"]), float(given["cold_service_s"]), keep_alive_s)
    if "horizon_s" in given:
        return _simulated(case, cold_start_simulation.Pool(rate, *times, given.get("max_concurrency")))
    if given.get("method") == "analytic" or "service_distribution" in given:
        return _steady(Pool(rate, *times), case)
    life = cold_starts.sparse_life_s(rate, keep_alive_s)
    return {"p_cold": cold_starts.sparse_share(rate, keep_alive_s), "mean_lifespan_s": life}


def _steady(pool: Pool, case: Case) -> Observed:
    """The formula that `estimate` uses. Its cases' maximum concurrency is far from being reached."""
    state, means = steady_state(pool), cold_starts.means(pool)
    if state.environments > float(case["inputs"].get("max_concurrency", math.inf)) / 2:
        raise NotCovered("the formula has no maximum concurrency")
    return {
        "p_cold": state.cold_share,
        "p_reject": 0,
        "mean_instances": state.environments,
        "mean_running": means.running,
        "mean_idle": means.idle,
        "mean_response_s": means.response_s,
        "mean_lifespan_s": means.lifespan_s,
        "p_instances": _shares(state.shares, case["expected"].get("p_instances", {})),
    }


def _simulated(case: Case, pool: cold_start_simulation.Pool) -> Observed:
    """The mean of several runs, and the standard error of that mean."""
    given = case["inputs"]
    durations = given.get("service_distribution", "exponential")
    args = [(pool, float(given["horizon_s"]), seed, durations) for seed in _seeds(case)]
    runs = [_measured(run, case) for run in _workers().map(cold_start_simulation.simulate, *zip(*args, strict=True))]
    out: Observed = {"p_instances": _mean_shares([run.pop("p_instances") for run in runs])}
    for key in runs[0]:
        values = [run[key] for run in runs if not math.isnan(run[key])]
        if values:
            out[key] = statistics.fmean(values)
            out[f"{key}_se"] = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    return out


def _seeds(case: Case) -> tuple[int, ...]:
    return _SEEDS if "sigma" in str(case.get("tolerance")) else _SEEDS[:_FEW]


@lru_cache(maxsize=1)
def _workers() -> ProcessPoolExecutor:
    """One process a seed: they share nothing."""
    return ProcessPoolExecutor(len(_SEEDS))


_FIELDS = ("p_cold", "p_reject", "mean_instances", "mean_running", "mean_idle", "mean_response_s", "mean_lifespan_s")


def _measured(run: cold_start_simulation.Run, case: Case) -> Observed:
    out: Observed = {name: getattr(run, name) for name in _FIELDS}
    return out | {"p_instances": _shares(run.instance_shares, case["expected"].get("p_instances", {}))}


def _shares(shares: tuple[float, ...], wanted: Any) -> dict[Any, float] | list[float]:  # noqa: ANN401  a list or a mapping
    """Shares of time by number of environments, in the form of the expectation."""

    def share(n: int) -> float:
        return shares[n] if n < len(shares) else 0.0

    if isinstance(wanted, Mapping):
        return {n: share(int(n)) for n in wanted}
    return [share(n) for n in range(len(wanted))]


def _mean_shares(runs: list[Any]) -> Any:  # noqa: ANN401  a list or a mapping
    if isinstance(runs[0], Mapping):
        return {n: statistics.fmean(run[n] for run in runs) for n in runs[0]}
    return [statistics.fmean(column) for column in zip(*runs, strict=True)]


ADAPTERS = {
    "cost": _cost,
    "breakeven": _breakeven,
    "billing": _billing,
    "concurrency": _concurrency,
    "scaling": _scaling,
    "limits": _limits,
    "throttle": _throttle,
    "statistic": _statistic,
    "selection": _selection,
    "memory_curve": _memory_curve,
    "cost_curve": _cost_curve,
    "sizing": _sizing,
    "coldstart": _coldstart,
}
