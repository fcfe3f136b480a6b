"""Bills and measurements as calls of capplan's public functions. No rule, price or figure of AWS stands here."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan import units
from capplan.pricing.catalogue import allowances
from capplan.pricing.rating import list_cost
from capplan.quantities.rounding import ceil_div
from capplan.services.dynamodb.partitions.count import partition_count
from capplan.services.lambda_ import billing
from capplan.services.lambda_.cold_start import measured
from capplan.services.stepfunctions import usage as machine
from capplan.services.stepfunctions.execution import express
from tests.cases.facts import Facts, NotCovered
from tests.reference.dynamodb import warm
from tests.reference.dynamodb.single_requests import batch_write_units, read_units, scan_units
from tests.reference.lambda_ import cold_starts, concurrency
from tests.reference.rating import graduated_usd

Given = Mapping[str, Any]
Observed = Mapping[str, object]


def observe_row(row: Given, case: Given) -> Observed:
    """What capplan computes for one row of a case, by metric."""
    model = _MODELS.get(row["model"])
    if model is None:
        raise NotCovered(f"no model {row['model']}")
    return model(case["inputs"] if row["model"] == "bill_line" else row["with"])


def _rows(case: Given, _: Facts) -> list[Observed]:
    if "expect" not in case:
        raise NotCovered("a case of another form, of services that are not modeled yet")
    return [observe_row(row, case) for row in case["expect"]]


def _n(value: object) -> Fraction:
    return Fraction(str(value))


def _at(given: Given, name: str, default: int = 0) -> Fraction:
    return _n(given.get(name, default))


# --- money ------------------------------------------------------------------------------------------------------------


def _bill_line(given: Given) -> Observed:
    quantity, price = (Decimal(str(given[name])) for name in ("pricing_quantity", "list_unit_price_usd"))
    return {"cost_usd": list_cost(quantity, price)}


def _lines(given: Given) -> Observed:
    return {"total_usd": sum((_line_usd(line) for line in given["lines"]), Fraction(0))}


def _line_usd(line: Given) -> Fraction:
    tiers = line.get("tiers") or [{"from": 0, "unit_price_usd": line.get("unit_price_usd")}]
    graduated = [(_n(tier["from"]), _n(tier["unit_price_usd"])) for tier in tiers]
    return graduated_usd(_n(line["quantity"]), graduated, _at(line, "free_quantity"))


def _flat(*pairs: tuple[Fraction, Fraction]) -> Fraction:
    """Quantities at one price each."""
    return sum((graduated_usd(quantity, [(Fraction(0), usd)]) for quantity, usd in pairs), Fraction(0))


def _lambda_cost(given: Given) -> Observed:
    step_ms = int(_at(given, "billing_grain_ms", 1))
    billed_ms = ceil_div(_n(given["duration_ms"]), step_ms) * step_ms
    gb_seconds = billing.gb_seconds(_n(given["requests"]), billed_ms, _n(given["memory_mb"]))
    duration = _flat((gb_seconds, _at(given, "gb_second_usd")))
    requests = _flat((_n(given["requests"]), _at(given, "request_usd")))
    total = duration + requests
    return {"gb_seconds": gb_seconds, "duration_usd": duration, "requests_usd": requests, "total_usd": total}


def _lambda_usage(given: Given) -> Observed:
    both = (
        ("lambda.duration.x86_64", _n(given["gb_seconds"]), _n(given["gb_second_usd"])),
        ("lambda.request.x86_64", _n(given["requests"]), _n(given["request_usd"])),
    )
    free = (
        {key: Fraction(allowance.quantity) for allowance in allowances() for key in allowance.keys}
        if given.get("free_tier")
        else {}
    )
    costs = (graduated_usd(q, [(Fraction(0), usd)], free.get(key, Fraction(0))) for key, q, usd in both)
    return {"total_usd": sum(costs, Fraction(0))}


def _billed_mean(given: Given) -> Observed:
    step_ms = _at(given, "billing_grain_ms", 1)
    return {"mean_billed_ms": billing.billed_mean_ms(_n(given["mean_duration_ms"]) / step_ms) * step_ms}


def _sfn_standard(given: Given) -> Observed:
    transitions = _n(given["executions"]) * _n(given["transitions_per_execution"])
    return {"total_usd": _flat((transitions, _n(given["transition_usd"])))}


def _sfn_express(given: Given) -> Observed:
    executions = _n(given["executions"])
    ms, mb = express.billed_ms(_n(given["duration_ms"])), machine.billed_mb(_n(given["memory_mb"]))
    gb_seconds = executions * machine.gb_seconds(ms, mb)
    total = _flat((executions, _n(given["request_usd"])), (gb_seconds, _n(given["gb_second_usd"])))
    return {"total_usd": total, "gb_seconds": gb_seconds}


def _ddb_on_demand(given: Given) -> Observed:
    writes, reads = (_at(given, f"{kind}_units") for kind in ("write", "read"))
    return {"total_usd": _flat((writes, _at(given, "wru_usd")), (reads, _at(given, "rru_usd")))}


def _ddb_provisioned(given: Given) -> Observed:
    hours = _n(given["hours"])
    pairs = ((_at(given, unit) * hours, _at(given, f"{unit}_hour_usd")) for unit in ("wcu", "rcu"))
    return {"total_usd": _flat(*pairs)}


# --- DynamoDB ---------------------------------------------------------------------------------------------------------


def _ddb_write_units(given: Given) -> Observed:
    return {"units": batch_write_units([(None, _n(size)) for size in given["item_bytes"]])}


def _ddb_read_units(given: Given) -> Observed:
    sizes = given["item_bytes"] if isinstance(given["item_bytes"], list) else [given["item_bytes"]]
    return {"units": sum((read_units(_n(size), given["consistency"]) for size in sizes), Fraction(0))}


def _ddb_scan_units(given: Given) -> Observed:
    pages = None if given.get("pages") is None else int(given["pages"])
    return {"units": scan_units(int(given["items"]), _n(given["item_bytes"]), given["consistency"], pages)}


def _ddb_binary_item_units(given: Given) -> Observed:
    decoded_kb = _n(given["http_body_kb"]) * Fraction(3, 4)  # the request carries base64
    return {"units": batch_write_units([(None, decoded_kb * units.BYTES_PER_KB)])}


def _ddb_min_partitions(given: Given) -> Observed:
    count = partition_count(0, _at(given, "wcu"), _at(given, "rcu"), on_demand=False)
    return {"partitions": count}


def _ddb_warm_throughput(given: Given) -> Observed:
    return {"warm": warm.warm_after(_n(given["warm"]), _n(given["provisioned"]))}


def _ddb_new_table_admits(given: Given) -> Observed:
    start = warm.on_demand_start()
    reads, writes = (_at(given, f"{kind}_units_per_s") for kind in ("read", "write"))
    return {"admitted": reads <= start.read and writes <= start.write}


def _ddb_ramp_risk(given: Given) -> Observed:
    return {"at_risk": warm.outgrows(*(_n(given[name]) for name in ("previous_peak", "peak", "minutes")))}


# --- Lambda -----------------------------------------------------------------------------------------------------------


def _esm_ramp(given: Given) -> Observed:
    start, maximum = _n(given["start"]), _n(given["maximum"])
    minutes = concurrency.minutes_to_target(start, maximum, _n(given["add_per_minute"]))
    return {"minutes_to_maximum": minutes, "added_per_minute": (maximum - start) / minutes if minutes else Fraction(0)}


def _esm_steady(given: Given) -> Observed:
    names = ("esm_max_concurrency", "function_reserved_concurrency")
    limits = [None if given.get(name) is None else _n(given[name]) for name in names]
    rate, duration_ms = _n(given["arrival_rps"]), _n(given["duration_ms"])
    return {"steady_concurrency": concurrency.steady_concurrency(rate, duration_ms, *limits)}


def _scaling_step(given: Given) -> Observed:
    target = _n(given["target_concurrency"])
    return {"environments": [concurrency.environments_at(target, _n(second)) for second in given["at_s"]]}


def _cold_init_by_size(given: Given) -> Observed:
    return {"mean_ms": cold_starts.init_ms_by_code_size(float(given["code_kb"]))}


def _legacy_burst(given: Given) -> Observed:
    names = ("burst", "then_per_minute", "account_limit")
    new, throttled = concurrency.legacy_burst([int(n) for n in given["per_minute"]], *(int(given[n]) for n in names))
    return {"new": list(new), "throttled": list(throttled)}


def _cold_init(given: Given) -> Observed:
    init = measured.init(*(str(given[name]) for name in ("runtime", "package", "arch")), int(given["memory_mb"]))
    if init is None:
        raise NotCovered(f"no cold-start data for runtime '{given['runtime']}'")
    return {"p50_ms": init.p50_ms, "p99_ms": init.p99_ms}


_MODELS: dict[str, Callable[[Given], Observed]] = {
    "bill_line": _bill_line,
    "lines": _lines,
    "lambda_cost": _lambda_cost,
    "lambda_usage": _lambda_usage,
    "billed_mean": _billed_mean,
    "sfn_standard": _sfn_standard,
    "sfn_express": _sfn_express,
    "ddb_on_demand": _ddb_on_demand,
    "ddb_provisioned": _ddb_provisioned,
    "ddb_write_units": _ddb_write_units,
    "ddb_read_units": _ddb_read_units,
    "ddb_scan_units": _ddb_scan_units,
    "ddb_binary_item_units": _ddb_binary_item_units,
    "ddb_min_partitions": _ddb_min_partitions,
    "ddb_warm_throughput": _ddb_warm_throughput,
    "ddb_new_table_admits": _ddb_new_table_admits,
    "ddb_ramp_risk": _ddb_ramp_risk,
    "esm_ramp": _esm_ramp,
    "esm_steady": _esm_steady,
    "scaling_step": _scaling_step,
    "cold_init": _cold_init,
    "legacy_burst": _legacy_burst,
    "cold_init_by_size": _cold_init_by_size,
}
_KINDS = (
    "bill_line", "bill_total", "worked_example", "published_error", "vendor_measured", "scale_fact", "experiment",
    "vendor_model", "cold_start",
)  # fmt: skip
ADAPTERS: dict[str, Callable[[dict[str, Any], Facts], list[Observed]]] = dict.fromkeys(_KINDS, _rows)
