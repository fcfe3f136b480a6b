"""Every carried case with its adapter, one test per case."""

import os
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from tests.cases import runner
from tests.cases.carry import DATA, reads_definition
from tests.cases.compare import mismatches
from tests.cases.facts import Facts, NotCovered
from tests.cases.runner import Outcome, facts_of, read_cases, run_case, run_file, scored

FILES = sorted(DATA.glob("*.yaml"))
FIELD_FILES = os.environ.get("CAPPLAN_FIELD_FILES")
"""A folder of case files with an `asl` folder beside them: definitions that are not ours to carry."""

MINIMUM = {
    "number_size": 23, "item_size": 18, "read_units": 13, "batch_read": 7, "query_scan": 16, "write_units": 17,
    "batch_write": 6, "index_write": 41, "index_write_simple": 3, "transaction": 10, "item_gate": 9,
    "hash_bucket": 10, "hash_order": 2, "hash_segment": 2, "hash_digest": 2, "autoscale_alarm": 5,
    "autoscale_alarm_other": 1, "autoscale_target": 5, "autoscale_trigger": 4, "decrease_quota": 4,
    "on_demand_initial": 2, "on_demand_growth": 2, "on_demand_path": 1, "warm_throughput": 2, "mode_switch": 2,
    "quota": 3, "burst": 3, "partition_limit": 5, "adaptive": 2, "split_for_heat": 2, "provision_sizing": 4,
    "global_table": 5, "ttl": 1, "storage": 3, "cost_line": 6, "cost_capacity_hours": 6, "cost_scenario": 6,
    "backup_billing": 3, "streams": 2, "kinesis_cdc": 1, "dax": 1, "reserved": 3, "reserved_coverage": 1,
    "reserved_eligibility": 2, "breakeven": 2, "vector": 3, "throttle_reason": 5, "gsi_backpressure": 1,
    "sfn_standard_cost": 16, "sfn_express_cost": 11, "sfn_express_memory": 4, "sfn_express_recorded_billing": 2,
    "sfn_compare": 2, "asl_retry_schedule": 6, "sfn_history_recorded": 18, "attempts_expected": 4,
    "sfn_history_limit": 1, "sfn_quota": 5, "sfn_distributed_map_cost": 3, "glue_job_cost": 22,
    "glue_session_cost": 2, "glue_dpu_seconds": 1, "glue_crawler_cost": 4, "glue_catalog_cost": 3, "glue_month": 1,
    "databrew_cost": 2, "glue_worker_dpu": 7, "glue_default_timeout": 3, "glue_retry_expected": 8,
    "notification_cost": 1, "bill_line": 7, "log_lines": 2, "xray": 2, "xray_page": 1, "kms": 2, "limit": 17,
    "sqs_batch": 2, "sqs_idle": 2, "sqs_kms": 1, "esm_ramp": 1, "pipes": 1, "kinesis": 6, "s3_objects": 2,
    "s3_early_delete": 1,
}  # fmt: skip
"""How many carried cases of a kind are judged, at least; a kind may not quietly become uncovered."""


@lru_cache(maxsize=8)
def outcomes(path: Path) -> dict[str, Outcome]:
    return {outcome.id: outcome for outcome in run_file(path)}


def ids(path: Path) -> list[str]:
    document = read_cases(path)
    return [str(c["id"]) for c in scored(document["cases"]) + (document.get("aggregate_checks") or [])]


@pytest.mark.parametrize(("path", "id_"), [pytest.param(path, id_, id=id_) for path in FILES for id_ in ids(path)])
def test_a_case_gives_its_figure(path: Path, id_: str) -> None:
    outcome = outcomes(path)[id_]
    if outcome.verdict == "not covered":
        pytest.skip("; ".join(outcome.why))
    assert outcome.verdict == "pass", outcome.why


ROW = {"model": "m", "metric": "x"}


@pytest.mark.parametrize(
    ("case", "observed", "passes"),
    [
        ({"expect": {"rru": Decimal("0.5")}}, {"rru": Fraction(1, 2), "more": 1}, True),
        ({"expect": {"rru": 1}}, {"rru": Decimal("1.0000001")}, False),
        ({"expect": {"rru": 1}}, {}, False),
        ({"expect": {"gsi": {}}}, {"gsi": {"by-day": 1}}, False),
        ({"expect": {"gsi": {}}}, {"gsi": {}}, True),
        ({"expect": {"usd": Decimal("2.847")}}, {"usd": 2.8470000005}, True),
        ({"expect": {"usd": Decimal("2.847")}}, {"usd": Decimal("2.84701")}, False),
        ({"expect": {"shown": "2.85"}}, {"usd": Decimal("2.845")}, True),
        ({"expect": {"gib": Decimal("1.046806574")}}, {"gib": Decimal("1.0468065741")}, True),
        ({"expect": {"saving_percent": Decimal("77.15")}}, {"saving_percent": Fraction(77145, 1000)}, True),
        ({"expect": {"bytes_any_of": [2, 3]}}, {"bytes": 3}, True),
        ({"expect": {"bytes_any_of": [2, 3]}}, {"bytes": 4}, False),
        ({"expect": {"accepted": True}}, {"accepted": 1}, False),
        ({"expect": {"error": None}}, {"error": None}, True),
        ({"expect": {"error": None}}, {}, False),
        ({"expected": {"a": 10}, "tolerance": {"rel": Decimal("0.1")}}, {"a": 11}, True),
        ({"expected": {"a": 10}, "tolerance": {"rel": Decimal("0.1")}}, {"a": Decimal("11.01")}, False),
        ({"expected": {"a": 10}, "tolerance": {"rel": Decimal("0.1"), "abs": 2}}, {"a": 12}, True),
        ({"expected": {"a": 10, "b": 0}, "tolerance": {"a": {"abs": 1}}}, {"a": 11, "b": Decimal("0.1")}, False),
        ({"expected": {"a": 10, "a_se": 3}, "tolerance": {"sigma": 1}}, {"a": 13}, True),
        ({"expected": {"a": 10, "a_se": 3}, "tolerance": {"sigma": 1}}, {"a": 15, "a_se": 4}, True),
        ({"expected": {"a": 10, "a_se": 3}, "tolerance": {"sigma": 1}}, {"a": 15}, False),
        ({"expected": {"a": {256: 1}}, "tolerance": {"abs": 0}}, {"a": {"256": 1, "512": 7}}, True),
        ({"expected": {"a": [1, 2]}, "tolerance": {"abs": 0}}, {"a": [1]}, False),
        ({"expected": {"valid": False}, "tolerance": {"abs": 1}}, {"valid": True}, False),
        ({"expected": {"a": [1, 2]}, "tolerance": Decimal("0.5")}, {"a": [Decimal("1.5"), 2]}, True),
        ({"expected": {"a": 1}}, {"a": 1.0000001}, False),
        ({"expected": {"delay": 1, "meaning": "words"}}, {"delay": 1}, True),
        ({"expected": {"meaning": "words"}}, {}, False),
        ({"expected": {"a": 1}}, "RuntimeError: text", False),
        ({"expect": [ROW | {"value": "500", "abs": "0"}]}, [500], True),
        ({"expect": [ROW | {"value": "500"}]}, [{"x": Decimal("500.1")}], False),
        ({"expect": [ROW | {"value": [1, 2]}]}, {"rows": [{"x": [1, 2]}]}, True),
        ({"expect": [ROW | {"value": False}]}, {"x": False}, True),
        ({"expect": [ROW | {"min": "1", "max": "2"}]}, [2], True),
        ({"expect": [ROW | {"min": "1", "max": "2"}]}, [Decimal("2.1")], False),
        ({"expect": [ROW | {"value": 1}]}, [], False),
    ],
)
def test_a_case_passes_only_if_every_field_agrees(case: dict[str, Any], observed: object, passes: bool) -> None:  # noqa: FBT001
    assert (mismatches(case, observed) == []) is passes


def test_an_unknown_kind_is_not_covered_and_an_error_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(case: dict[str, Any], facts: Facts) -> object:
        raise RuntimeError(f"{case['id']} {facts.asl}")

    def unknown(case: dict[str, Any], facts: Facts) -> object:
        raise NotCovered(f"{case['id']} {facts.asl}")

    monkeypatch.setattr(runner, "all_adapters", lambda: {"broken": broken, "unknown": unknown})
    kinds = ("broken", "unknown", "new")
    found = [run_case({"id": kind, "kind": kind, "expected": {"a": 1}}, Facts()) for kind in kinds]
    assert [o.verdict for o in found] == ["fail", "not covered", "not covered"]
    assert found[0].observed == "RuntimeError: broken None"


def test_a_check_over_many_cases_is_the_mean_error() -> None:
    cases = [{"id": str(n), "kind": "k", "group": "g", "expected": {"m": 10}} for n in (11, 8)]
    outcomes_ = [Outcome(str(n), "k", "pass", {"m": 10}, {"m": n}) for n in (11, 8)]
    check = {"id": "agg", "group": "g", "kind": "k", "metric": "m", "max": Decimal("0.15")}
    (found,) = runner.run_aggregates({"cases": cases, "aggregate_checks": [check]}, outcomes_)
    assert (found.verdict, found.observed) == ("pass", {"mean": 0.15, "values": 2})


@pytest.mark.skipif(not FILES, reason="no case file is carried")
@pytest.mark.parametrize("kind", MINIMUM)
def test_no_kind_loses_cases_it_once_covered(kind: str) -> None:
    covered = Counter(o.kind for path in FILES for o in outcomes(path).values() if o.verdict != "not covered")
    assert covered[kind] >= MINIMUM[kind]


@pytest.mark.skipif(FIELD_FILES is None, reason="CAPPLAN_FIELD_FILES names no folder")
def test_cases_that_read_other_peoples_definitions_pass() -> None:
    failed: list[str] = []
    for path in sorted(Path(FIELD_FILES or "").glob("*-cases.yaml")):
        document = read_cases(path)
        facts = facts_of(path, document, None)
        found = [run_case(case, facts) for case in scored(document["cases"]) if reads_definition(case)]
        failed += [f"{o.id}: {'; '.join(o.why)}" for o in found if o.verdict == "fail"]
    assert not failed
