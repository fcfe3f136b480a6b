"""Cases of bills, logs, traces and keys as calls of the functions that `estimate` runs."""

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from capplan import units
from capplan.flow import DemandFlow, steady
from capplan.model import Charge, Context, PoolLoad
from capplan.pipeline.pools import pool_check
from capplan.pricing.catalogue import Catalogue, Price, Tier
from capplan.pricing.rating import rate
from capplan.quantities.rounding import ceil_div
from capplan.services import FOLDERS
from capplan.services.cloudwatch_logs.quotas import EVENT_OVERHEAD_BYTES
from capplan.services.kms.key import key_months
from capplan.services.kms.quotas import REQUESTS
from capplan.services.lambda_.logs import END_BYTES, line_bytes, start_bytes
from capplan.services.xray.quotas import RATE, RESERVOIR_PER_S
from capplan.services.xray.sampling import recorded
from tests.cases.facts import Facts, NotCovered

Case = Mapping[str, Any]
_KEY_USD, _REQUEST_USD = "1", "0.000003"
"""Of cases that give no price: AWS KMS pricing page (read 2026-11-30)."""
_TRACE_USD, _READ_USD, _INSIGHTS_USD = "0.000005", "0.0000005", "0.000001"
_FREE_TRACES, _FREE_READS = 100_000, 1_000_000
"""AWS X-Ray pricing page (read 2026-11-30)."""


def _n(value: object) -> Fraction:
    return Fraction(str(value))


@lru_cache(maxsize=1)
def steps() -> Mapping[str, int]:
    """By price key: the bytes of one metered unit, as each service says."""
    out: dict[str, int] = {}
    for folder in FOLDERS:
        name = f"capplan.services.{folder}.quotas"
        if importlib.util.find_spec(name) is not None:
            out |= getattr(importlib.import_module(name), "METERED_STEP_BYTES", {})
    return out


def _usd(units_: Fraction, tiers: Sequence[tuple[object, object]], free: object = 0) -> Decimal:
    """What so many units cost at a case's price, its allowance taken off first."""
    listed = tuple(Tier(Decimal(str(begin)), Decimal(str(price)), "verified") for begin, price in tiers)
    price = Price("case.it", listed, Decimal(str(free)), "unit", None, None, "the case", "verified", None)
    catalogue = Catalogue("case", {}, None, {"case.it": price})
    charge = Charge("it.it", "case.it", "it", units_, "unit")
    rated = rate([charge], catalogue, free_tier=True, discount=Decimal(0), today=None)
    if rated.missing:
        raise NotCovered("a tier without a price")
    return sum((line.list_cost for line in rated.lines), Decimal(0))


def _cost(case: Case, _: Facts) -> dict[str, Any]:
    metered: dict[str, Fraction] = {}
    usd: dict[str, Decimal] = {}
    for meter in case["inputs"]["meters"]:
        name, quantity = meter["meter"], _n(meter["quantity"])
        if "size_kb" in meter:
            if name not in steps():
                raise NotCovered(f"the step of {name}")
            quantity *= max(1, ceil_div(_n(meter["size_kb"]) * units.BYTES_PER_KB, steps()[name]))
        tiers = [(t["from"], t["usd"]) for t in meter["tiers"]] if "tiers" in meter else [(0, meter["usd"])]
        metered[name] = metered.get(name, Fraction(0)) + quantity
        usd[name] = usd.get(name, Decimal(0)) + _usd(quantity, tiers, meter.get("free", 0))
    return {"units": metered, "usd": usd, "total_usd": sum(usd.values(), Decimal(0))}


def _bill_line(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    return {"cost_usd": _usd(_n(given["quantity"]), [(0, given["unit_price_usd"])])}


def _log_lines(case: Case, _: Facts) -> dict[str, Any]:
    given, out = case["inputs"], dict[str, Any]()
    if "version" in given:
        out["start_bytes"] = start_bytes(given["version"])
    if "report" in given:
        out |= {"end_bytes": END_BYTES, "report_bytes": line_bytes(given["report"])}
    if "invocations" in given:
        overhead = EVENT_OVERHEAD_BYTES * int(given.get("events_per_invocation", 0))
        size = _n(given["bytes_per_invocation"]) + overhead
        gb = _n(given["invocations"]) * size / units.BYTES_PER_GB
        out["gb"] = gb
        if "usd" in given:
            out["usd"] = _usd(gb, [(0, given["usd"])], given.get("free", 0))
    return out


def _xray(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    per_second = recorded(
        _n(given["requests_per_s"]), _n(given.get("reservoir", RESERVOIR_PER_S)), _n(given.get("rate", RATE))
    )
    traces = per_second * _n(given["seconds"])
    price = given.get("usd", _TRACE_USD)
    return {"traces_per_s": per_second, "traces": traces, "usd": _usd(traces, [(0, price)], given.get("free", 0))}


def _xray_page(case: Case, _: Facts) -> dict[str, Any]:
    """The page samples a share of all requests: a rule without a reservoir."""
    given = case["inputs"]
    days = _n(given["days"])
    requests = _n(given["requests_per_hour"]) * 24 * days
    traces = recorded(requests, Fraction(0), _n(given["sampling"]))
    queries = _n(given.get("queries_per_day", 0)) * days
    scanned, retrieved = (
        queries * _n(given.get("scanned_per_query", 0)),
        queries * _n(given.get("retrieved_per_query", 0)),
    )
    usd = {
        "recorded_usd": _usd(traces, [(0, _TRACE_USD)], _FREE_TRACES),
        "read_usd": _usd(scanned + retrieved, [(0, _READ_USD)], _FREE_READS),
        "insights_usd": _usd(traces, [(0, _INSIGHTS_USD)]) if given.get("insights") else Decimal(0),
    }
    out = {"recorded": traces, "scanned": scanned, "retrieved": retrieved}
    return {**out, **usd, "total_usd": sum(usd.values(), Decimal(0))}


def _kms(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    months = key_months(int(given["keys"]), int(given.get("rotations", 0)))
    key = _usd(Fraction(months), [(0, given.get("key_usd", _KEY_USD))])
    price = given.get("usd", given.get("request_usd", _REQUEST_USD))
    requests = _usd(_n(given.get("requests", 0)), [(0, price)], given.get("free", 0))
    return {"key_usd": key, "request_usd": requests, "total_usd": key + requests}


def _kms_rate(given: Case) -> dict[str, Any]:
    """Keys that are asked so often, and the quota that they share."""
    rates = [_n(rate_) for rate_ in given["rates"]]
    loads = [PoolLoad(REQUESTS.id, DemandFlow.of(steady(f"case {i}", recurring=True), r)) for i, r in enumerate(rates)]
    region = given.get("region", "us-east-1")
    quotas = {REQUESTS.id: Decimal(str(given["quota"]))} if "quota" in given else {}
    check = pool_check(REQUESTS.id, loads, Context(region, quotas=quotas))
    return {"requests_per_s": sum(rates, Fraction(0)), "within": check is None or not check.breached}


def _limit(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    if given.get("what") != "kms_rate":
        raise NotCovered(f"the limit {given.get('what')}")
    return _kms_rate(given)


ADAPTERS = {
    "cost": _cost,
    "bill_line": _bill_line,
    "log_lines": _log_lines,
    "xray": _xray,
    "xray_page": _xray_page,
    "kms": _kms,
    "limit": _limit,
}
