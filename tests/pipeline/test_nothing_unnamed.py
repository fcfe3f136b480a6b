"""Which services around each section implies: as resources of their own, or named with what is not included."""

from pathlib import Path

import pytest

import capplan
from capplan.pipeline.results import Plan
from capplan.services import SECTIONS
from tests.helpers import scenario

TRAFFIC = "traffic: {t: {rate: 10/s}}\n"
DEFINITION = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'

IMPLIED = {
    # section: (an entry with everything on, what it needs beside it, sections that it implies, what it names besides)
    "tables": (
        ("d: {item_size: 1 KB, encryption: aws-managed, contributor_insights: accessed-and-throttled,"
        " capacity: {mode: provisioned, write: {max: 50}, read: {max: 50}}, access: [{put: t}]}"),
        "", {"alarms", "keys", "insight_rules"},
        # their price was read in us-east-2 only
        {"CloudWatch: 2 Contributor Insights rules", "CloudWatch: events of Contributor Insights"},
    ),
    "functions": (
        "f: {duration: 9 ms, triggers: {traffic: t, via: alb}, tracing: active, encryption: kms}", "",
        {"log_groups", "sampling_rules", "keys"}, {"Application Load Balancer"},
    ),
    "state_machines": (
        "m: {definition: m.json, type: express, triggers: t, tracing: active, logs: true}", "",
        {"log_groups", "sampling_rules"}, set(),
    ),
    "jobs": ("j: {workers: 2, duration: 9 min, triggers: t, logs: {size: 20 MB}}", "", {"log_groups"}, set()),
    "apis": (
        'a: {type: rest, triggers: t, response: 9 KB, tracing: active, logs: {size: 600 B}, routes: {"GET /": {invoke: g}}}',
        "functions: {g: {duration: 9 ms, logs: false}}\n", {"log_groups", "sampling_rules", "data_transfer"}, set(),
    ),
    "graphql_apis": (
        "a: {triggers: t, response: 9 KB, tracing: active, logs: {size: 4 KB}, operations: {list: {invoke: g}}}",
        "functions: {g: {duration: 9 ms, logs: false}}\n", {"log_groups", "sampling_rules", "data_transfer"}, set(),
    ),
    "queues": ("q: {encryption: kms, access: [{send: t}]}", "", {"keys"}, set()),
    "topics": ("p: {encryption: kms, access: [{publish: t}]}", "", {"keys"}, set()),
    "streams": ("s: {shards: 1, encryption: kms, access: [{put-records: t, payload: 1 KB}]}", "", {"keys"}, set()),
    "secrets": ("s: {encryption: kms, access: [{get-secret: t}]}", "", {"keys"}, set()),
    "parameters": ("p: {encryption: kms, access: [{get-parameter: t}]}", "", {"keys"}, set()),
    "buckets": ("b: {object_size: 1 KB, encryption: kms, access: [{put-object: t}]}", "", {"keys"}, set()),
}  # fmt: skip
NOTHING = {
    "alarms", "metrics", "dashboards", "insight_rules", "sampling_rules", "log_groups", "keys",  # they are what others imply
    "data_transfer", "networks", "buses", "pipes", "schedules", "event_apis", "caches",
    "crawlers", "catalog", "catalog_tasks", "data_quality", "sessions", "databrew",
}  # fmt: skip
"""Sections from which nothing of another service follows, but what their lines of `access` and triggers say."""


def planned(section: str, folder: Path) -> Plan:
    entry, beside, _, _ = IMPLIED[section]
    (folder / "m.json").write_text(DEFINITION)
    return capplan.plan(scenario(f"{TRAFFIC}{beside}{section}: {{{entry}}}\n", folder), findings=False)


def test_every_section_is_told_of() -> None:
    assert IMPLIED.keys() | NOTHING >= SECTIONS.keys()
    assert not IMPLIED.keys() & NOTHING


@pytest.mark.parametrize("section", list(IMPLIED))
def test_what_a_section_implies_is_a_resource_or_named(section: str, tmp_path: Path) -> None:
    _, _, sections, named = IMPLIED[section]
    plan = planned(section, tmp_path)
    follows = {r.address.partition(".")[0] for r in plan.resources if r.implied_by}
    assert follows == sections
    assert {cost.what for cost in plan.not_included} == named
    own = next(r for r in plan.resources if r.address.startswith(f"{section}."))
    assert all(r.implied_by == (own.address,) for r in plan.resources if r.implied_by)


def test_a_job_whose_logs_nobody_described_is_named(tmp_path: Path) -> None:
    plan = capplan.plan(scenario(f"{TRAFFIC}jobs: {{j: {{workers: 2, duration: 9 min, triggers: t}}}}\n", tmp_path))
    assert "logs of j" in {excluded.what for excluded in plan.excluded}
