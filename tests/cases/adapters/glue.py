"""Glue's cases as calls of the functions that `estimate` runs."""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan import units
from capplan.calls import Access
from capplan.flow import DemandFlow, steady
from capplan.model import Charge, Context, Demand, RequestStream
from capplan.resource_type import DeclaredResource, MeteredResource, ResourceType
from capplan.services.glue import dpu
from capplan.services.glue.data_catalog import CATALOG
from capplan.services.glue.jobs.attempts import billed_quantile_s
from capplan.services.glue.jobs.derived_settings import timeout_ms
from capplan.services.glue.jobs.job import JOB
from capplan.services.glue.jobs.retries import expected_attempts, expected_billed_s, expected_failures, worst_billed_s
from capplan.services.glue.jobs.spec import Job
from capplan.services.glue.quotas import CRAWLER_MINIMUM_S, OBJECTS_PER_PRICE, OLD_SPARK_MINIMUM_S, REQUESTS_PER_PRICE
from capplan.services.glue.quotas import TIMEOUT as JOB_TIMEOUT
from capplan.services.glue.timed_runs.crawlers import CRAWLER
from capplan.services.glue.timed_runs.databrew import DATABREW
from capplan.services.glue.timed_runs.sessions import SESSION
from capplan.services.lambda_ import billing as lambda_billing
from tests.cases.facts import Facts, NotCovered
from tests.reference.rating import graduated_usd

Case = Mapping[str, Any]
_HOME = "us-east-1"
_CONTEXT = Context(_HOME)
_STORAGE = "glue.data_catalog.storage_per_100k_objects_month"
_REQUESTS = "glue.data_catalog.requests_per_million"


def _demand(units_a_month: object) -> Demand:
    """So many runs or requests in a month."""
    flow = DemandFlow.of(steady("case", recurring=False), Fraction(str(units_a_month)) / units.MONTH_SECONDS)
    return Demand((RequestStream(Access(op="run"), flow, "traffic.case"),))


def _charges(of: ResourceType[Any, Any], spec: Any, units_a_month: object) -> dict[str, Charge]:  # noqa: ANN401  any spec
    """What a resource is charged for a month, by the last word of the line."""
    usage = of.meter(DeclaredResource("it", spec, _CONTEXT), _demand(units_a_month))
    charges = of.charge(MeteredResource("it", spec, usage, _CONTEXT))
    return {charge.id.rpartition(".")[2]: charge for charge in charges}


def _seconds(given: object) -> str:
    return f"{given} s"


# --- runs -------------------------------------------------------------------------------------------------------------


def _job(given: Case, **more: object) -> Job:
    """A job of the case's size: DPUs as workers of one DPU, the minimum by its Glue version."""
    old = given.get("minimum_seconds") == OLD_SPARK_MINIMUM_S
    words: dict[str, Any] = {"glue_version": "1.0" if old else "5.1", "duration": _seconds(given["runtime_seconds"])}
    words["timeout"] = f"{JOB_TIMEOUT.value} s"
    dpus = Decimal(str(given["dpus"]))
    size = {"workers": int(dpus)} if dpus >= 1 else {"type": "python-shell", "dpus": dpus}
    return Job.model_validate({**words, **size, **more})


def _run_cost(case: Case, _: Facts) -> dict[str, Any]:
    """Jobs, sessions and crawlers: DPU-hours at the case's own price."""
    given = case["inputs"]
    if "dpu_seconds" in given:
        spec = _job(
            {"dpus": 2, "runtime_seconds": 60}, auto_scaling=True, dpu_seconds=Decimal(str(given["dpu_seconds"]))
        )
        return _priced(_charges(JOB, spec, given.get("runs", 1))["dpu-hours"], given)
    return _priced(_charges(JOB, _job(given), given.get("runs", 1))["dpu-hours"], given)


def _priced(charge: Charge, given: Case) -> dict[str, Any]:
    usd = charge.quantity * Fraction(str(given["price_per_dpu_hour"]))
    return {"dpu_hours": charge.quantity, "cost_usd": usd, "cost": usd}


def _session(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    spec = SESSION.spec.model_validate({"workers": given["dpus"], "duration": _seconds(given["runtime_seconds"])})
    return _priced(_charges(SESSION, spec, 1)["dpu-hours"], given)


def _crawler(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    if given["minimum_seconds"] != CRAWLER_MINIMUM_S:
        raise NotCovered("a crawler of another minimum")
    return _priced(_crawls(given), given)


def _crawls(given: Case) -> Charge:
    size = {"dpus": Decimal(str(given["dpus"]))} if "dpus" in given else {}
    spec = CRAWLER.spec.model_validate({**size, "duration": _seconds(given["runtime_seconds"])})
    return _charges(CRAWLER, spec, given.get("runs", 1))["dpu-hours"]


def _dpu_seconds(case: Case, _: Facts) -> dict[str, Any]:
    """Workers that come and go: the DPUSeconds that AWS reports are given to capplan."""
    given = case["inputs"]
    seconds = sum(Decimal(str(given["worker_dpu"])) * s["workers"] * s["seconds"] for s in given["segments"])
    spec = _job({"dpus": 2, "runtime_seconds": 60}, auto_scaling=True, dpu_seconds=seconds)
    return {"dpu_seconds": seconds, **_priced(_charges(JOB, spec, 1)["dpu-hours"], given)}


def _worker(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    worker = dpu.WORKER_TYPES[given["worker_type"]]
    return {
        "dpu_per_worker": worker.dpu, "unit": worker.unit, "vcpu": worker.vcpu, "memory_gb": worker.memory_gb,
        "disk_gb": worker.disk_gb, "total_dpus": dpu.total_dpus(given["worker_type"], given["workers"]),
    }  # fmt: skip


def _timeout(case: Case, _: Facts) -> dict[str, Any]:
    spec = Job.model_validate({"glue_version": str(case["inputs"]["glue_version"]), "workers": 2, "duration": "1 min"})
    return {
        "timeout_minutes": timeout_ms(spec) / units.MS_PER_SECOND / units.SECONDS_PER_MINUTE,
        "max_minutes": int(JOB_TIMEOUT.value) // units.SECONDS_PER_MINUTE,
    }


# --- retries ----------------------------------------------------------------------------------------------------------


def _retries(case: Case, _: Facts) -> dict[str, Any]:
    """A job with retries; those of a state machine that starts it again multiply its attempts."""
    given = case["inputs"]
    chance, after = (f"{Decimal(str(given[key])) * 100:f}%" for key in ("p_fail_per_attempt", "fail_fraction"))
    waits = {
        "startup": _seconds(given.get("startup_seconds", 0)),
        "fails": {"chance": chance, "after": after, "gap": _seconds(given.get("retry_gap_seconds", 0))},
    }
    count = (given["glue_max_retries"] + 1) * (given.get("sfn_retries", 0) + 1)
    spec = _job(given, **waits).model_copy(update={"max_retries": count - 1})
    usage = JOB.meter(DeclaredResource("it", spec, _CONTEXT), _demand(1))
    run = usage.attempts
    return {
        "max_attempts": run.count,
        "p_success": usage.success_share,
        "expected_attempts": expected_attempts(run),
        "expected_failures": expected_failures(run),
        "expected_billed_seconds": expected_billed_s(run),
        "expected_dpu_hours": usage.run_dpu_hours,
        "expected_cost_usd": usage.run_dpu_hours * Fraction(str(given["price_per_dpu_hour"])),
        "waste_share": usage.waste_share,
        **{key: billed_quantile_s(spec, share) for key, share in _quantiles(case["expected"])},
        "worst_billed_seconds": worst_billed_s(run),
        "final_failure_notification_after_s": usage.failure_notice_s,
    }


def _quantiles(expected: Case) -> list[tuple[str, Fraction]]:
    """The quantiles a case asks for: ("p95_billed_seconds", 19/20)."""
    matches = ((key, re.fullmatch(r"p(\d+(?:\.\d+)?)_billed_seconds", key)) for key in expected)
    return [(key, Fraction(match[1]) / 100) for key, match in matches if match]


# --- DataBrew, catalog, notices ---------------------------------------------------------------------------------------


def _databrew(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    if "sessions_30min" in given:
        spec = DATABREW.spec.model_validate({"type": "session", "duration": "30 min"})
        sessions = _charges(DATABREW, spec, given["sessions_30min"])["use"].quantity
        return {"cost_usd": sessions * Fraction(str(given["price_per_session"]))}
    size = {"nodes": given["nodes"]} if "nodes" in given else {}
    spec = DATABREW.spec.model_validate({**size, "duration": f"{given['runtime_minutes']} min"})
    hours = _charges(DATABREW, spec, 1)["use"].quantity
    return {"node_hours": hours, "cost_usd": hours * Fraction(str(given["price_per_node_hour"]))}


def _catalog(case: Case, facts: Facts) -> dict[str, Any]:
    given = case["inputs"]
    free = (Fraction(given["free_objects"]) / OBJECTS_PER_PRICE, Fraction(given["free_requests"]) / REQUESTS_PER_PRICE)
    return _catalog_usd(facts, given, free)


def _catalog_usd(facts: Facts, given: Case, free: tuple[Fraction, Fraction]) -> dict[str, Any]:
    """What is above the free objects and requests, both in units of their price."""
    spec = CATALOG.spec.model_validate({"objects": given["objects_stored"]})
    charges = _charges(CATALOG, spec, given["requests"])
    usd = [
        graduated_usd(
            charges[line].quantity, [(Fraction(0), Fraction(0)), (amount, Fraction(facts.unit_usd(_HOME, key)))]
        )
        for line, key, amount in (("objects", _STORAGE, free[0]), ("requests", _REQUESTS, free[1]))
    ]
    return {"storage_usd": usd[0], "requests_usd": usd[1], "total_usd": sum(usd)}


def _month(case: Case, facts: Facts) -> dict[str, Any]:
    """A catalog past what the price list gives free, and a crawler, at list prices."""
    given = case["inputs"]
    free = (Fraction(facts.price(_HOME, _STORAGE).free), Fraction(facts.price(_HOME, _REQUESTS).free))
    catalog_usd = _catalog_usd(facts, given, free)["total_usd"]
    hours = _crawls(given["crawler"]).quantity if given.get("crawler") else Fraction(0)
    crawler_usd = hours * Fraction(facts.unit_usd(_HOME, "glue.crawler.dpu_hour"))
    return {"catalog_usd": catalog_usd, "crawler_usd": crawler_usd, "total_usd": catalog_usd + crawler_usd}


def _notification(case: Case, facts: Facts) -> dict[str, Any]:
    """The path of a failure notice: AWS's own events are free, the function behind them is not."""
    given = case["inputs"]
    if not given.get("eventbridge_aws_events", True) or given.get("sns_publishes") or given.get("free_tier"):
        raise NotCovered("custom events, SNS and the free tier of a notice are not computed")
    requests = Fraction(given["lambda_requests"])
    gb_seconds = lambda_billing.gb_seconds(requests, given["lambda_ms"], given["lambda_mb"])
    return {
        "eventbridge_usd": 0,
        "lambda_requests_usd": requests * Fraction(facts.unit_usd(_HOME, "lambda.request.x86_64")),
        "lambda_duration_usd": gb_seconds * Fraction(facts.unit_usd(_HOME, "lambda.duration.x86_64")),
    }


ADAPTERS = {
    "glue_job_cost": _run_cost,
    "glue_session_cost": _session,
    "glue_crawler_cost": _crawler,
    "glue_dpu_seconds": _dpu_seconds,
    "glue_worker_dpu": _worker,
    "glue_default_timeout": _timeout,
    "glue_retry_expected": _retries,
    "databrew_cost": _databrew,
    "glue_catalog_cost": _catalog,
    "glue_month": _month,
    "notification_cost": _notification,
}
