"""Glue's cases as calls of capplan's Glue room. No rule, price or figure of AWS stands here."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from capplan.services.glue import billing, dpu
from capplan.services.glue.jobs import retries
from capplan.services.lambda_ import billing as lambda_billing
from tests.cases.facts import Facts, NotCovered

Case = Mapping[str, Any]
_HOME = "us-east-1"
_STORAGE = "glue.data_catalog.storage_per_100k_objects_month"
_REQUESTS = "glue.data_catalog.requests_per_million"


def _run_cost(case: Case, _: Facts) -> dict[str, Any]:
    """Jobs, sessions and crawlers: DPU-hours at the case's own price."""
    given = case["inputs"]
    hours = _hours(given)
    money = billing.cost(hours, given["price_per_dpu_hour"])
    return {"dpu_hours": hours, "cost_usd": money, "cost": money}


def _hours(given: Case) -> Fraction:
    runs = given.get("runs", 1)
    if "dpu_seconds" in given:
        return billing.reported_dpu_hours(given["dpu_seconds"], runs)
    return billing.runs_dpu_hours(given["dpus"], given["runtime_seconds"], runs, given["minimum_seconds"])


def _dpu_seconds(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    seconds = dpu.dpu_seconds(given["worker_dpu"], [(s["workers"], s["seconds"]) for s in given["segments"]])
    hours = billing.reported_dpu_hours(seconds)
    return {"dpu_seconds": seconds, "dpu_hours": hours, "cost_usd": billing.cost(hours, given["price_per_dpu_hour"])}


def _worker(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    worker = dpu.WORKER_TYPES[given["worker_type"]]
    return {
        "dpu_per_worker": worker.dpu, "unit": worker.unit, "vcpu": worker.vcpu, "memory_gb": worker.memory_gb,
        "disk_gb": worker.disk_gb, "total_dpus": dpu.total_dpus(given["worker_type"], given["workers"]),
    }  # fmt: skip


def _timeout(case: Case, _: Facts) -> dict[str, Any]:
    minutes = billing.default_timeout_minutes(str(case["inputs"]["glue_version"]))
    return {"timeout_minutes": minutes, "max_minutes": billing.MAX_TIMEOUT_MINUTES}


def _retries(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    time, reached, least = given["runtime_seconds"], given["fail_fraction"], given["minimum_seconds"]
    run = retries.Attempts(
        chance=Fraction(given["p_fail_per_attempt"]),
        count=retries.attempts_at_most(given["glue_max_retries"], given.get("sfn_retries", 0)),
        failed_s=billing.attempt_s(time, reached, least),
        success_s=billing.attempt_s(time, 1, least),
    )
    billed = retries.expected_billed_s(run)
    hours = billing.dpu_hours(given["dpus"], billed)
    waits = (Fraction(given.get("startup_seconds", 0)), Fraction(given.get("retry_gap_seconds", 0)))
    notice = retries.notice_delay_s(run.count, Fraction(time) * Fraction(reached), *waits)
    return {
        "max_attempts": run.count,
        "p_success": retries.success_share(run),
        "expected_attempts": retries.expected_attempts(run),
        "expected_failures": retries.expected_failures(run),
        "expected_billed_seconds": billed,
        "expected_dpu_hours": hours,
        "expected_cost_usd": billing.cost(hours, given["price_per_dpu_hour"]),
        "waste_share": retries.waste_share(run),
        **{key: retries.billed_quantile_s(run, share) for key, share in _quantiles(case["expected"])},
        "worst_billed_seconds": retries.worst_billed_s(run),
        "final_failure_notification_after_s": notice,
    }


def _quantiles(expected: Case) -> list[tuple[str, Fraction]]:
    """The quantiles a case asks for: ("p95_billed_seconds", 19/20)."""
    found = ((key, re.fullmatch(r"p(\d+(?:\.\d+)?)_billed_seconds", key)) for key in expected)
    return [(key, Fraction(match[1]) / 100) for key, match in found if match]


def _databrew(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    if "sessions_30min" in given:
        return {"cost_usd": billing.cost(given["sessions_30min"], given["price_per_session"])}
    hours = billing.databrew_node_hours(given.get("nodes", dpu.DATABREW_DEFAULT_NODES), given["runtime_minutes"])
    return {"node_hours": hours, "cost_usd": billing.cost(hours, given["price_per_node_hour"])}


def _catalog(case: Case, facts: Facts) -> dict[str, Any]:
    given = case["inputs"]
    objects = billing.catalog_storage(given["objects_stored"], given["free_objects"])
    requests = billing.catalog_requests(given["requests"], given["free_requests"])
    return _catalog_usd(facts, objects, requests)


def _catalog_usd(facts: Facts, objects: Fraction, requests: Fraction) -> dict[str, Any]:
    storage_usd = billing.cost(objects, facts.unit_usd(_HOME, _STORAGE))
    requests_usd = billing.cost(requests, facts.unit_usd(_HOME, _REQUESTS))
    return {"storage_usd": storage_usd, "requests_usd": requests_usd, "total_usd": storage_usd + requests_usd}


def _month(case: Case, facts: Facts) -> dict[str, Any]:
    """A catalog past what the price list gives free, and a crawler, at list prices."""
    given = case["inputs"]
    free_objects = facts.price(_HOME, _STORAGE).free * billing.OBJECTS_PER_PRICE
    free_requests = facts.price(_HOME, _REQUESTS).free * billing.REQUESTS_PER_PRICE
    objects = billing.catalog_storage(given["objects_stored"], free_objects)
    requests = billing.catalog_requests(given["requests"], free_requests)
    catalog_usd = _catalog_usd(facts, objects, requests)["total_usd"]
    crawler_usd = billing.cost(_crawler_hours(given.get("crawler")), facts.unit_usd(_HOME, "glue.crawler.dpu_hour"))
    return {"catalog_usd": catalog_usd, "crawler_usd": crawler_usd, "total_usd": catalog_usd + crawler_usd}


def _crawler_hours(given: Case | None) -> Fraction:
    if given is None:
        return Fraction(0)
    size, runs = given.get("dpus", dpu.CRAWLER_DPUS), given.get("runs", 1)
    return billing.runs_dpu_hours(size, given["runtime_seconds"], runs, billing.CRAWLER_MINIMUM_S)


def _notification(case: Case, facts: Facts) -> dict[str, Any]:
    """The path of a failure notice: AWS's own events are free, the function behind them is not."""
    given = case["inputs"]
    if not given.get("eventbridge_aws_events", True) or given.get("sns_publishes") or given.get("free_tier"):
        raise NotCovered("custom events, SNS and the free tier of a notice are not computed")
    requests = Fraction(given["lambda_requests"])
    gb_seconds = lambda_billing.gb_seconds(requests, given["lambda_ms"], given["lambda_mb"])
    return {
        "eventbridge_usd": 0,
        "lambda_requests_usd": billing.cost(requests, facts.unit_usd(_HOME, "lambda.request.x86_64")),
        "lambda_duration_usd": billing.cost(gb_seconds, facts.unit_usd(_HOME, "lambda.duration.x86_64")),
    }


ADAPTERS = {
    "glue_job_cost": _run_cost,
    "glue_session_cost": _run_cost,
    "glue_crawler_cost": _run_cost,
    "glue_dpu_seconds": _dpu_seconds,
    "glue_worker_dpu": _worker,
    "glue_default_timeout": _timeout,
    "glue_retry_expected": _retries,
    "databrew_cost": _databrew,
    "glue_catalog_cost": _catalog,
    "glue_month": _month,
    "notification_cost": _notification,
}
