"""Usage files of infracost: merged by address, and priced line by line as infracost's own goldens have it, or told why not."""

import json
import os
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from capplan.commands.import_files import draft_of
from capplan.commands.plan import plan
from capplan.importing.draft import Draft
from capplan.importing.render import rendered
from capplan.language.load import load
from capplan.pipeline.results import Plan
from capplan.record import replace
from tests.importing.drafts import entry, imported

_FOLDER = os.environ.get("CAPPLAN_FIELD_FILES")
_INPUTS = Path(_FOLDER) / "inputs" if _FOLDER else None


def _plan(*resources: tuple[str, dict[str, object]]) -> dict[str, object]:
    """A plan with some resources by address."""
    listed = [
        {
            "address": address,
            "mode": "managed",
            "type": address.split(".")[-2],
            "name": address.split(".")[-1].split("[")[0],
            "values": values,
        }
        | ({"index": int(address[:-1].rpartition("[")[2])} if address.endswith("]") else {})
        for address, values in resources
    ]
    return {"format_version": "1.2", "planned_values": {"root_module": {"resources": listed}}}


_FUNCTION: dict[str, object] = {"function_name": "book", "memory_size": 512, "timeout": 3}


def test_usage_is_merged_by_address(tmp_path: Path) -> None:
    usage = "version: 0.1\nresource_usage:\n  aws_lambda_function.book:\n    monthly_requests: 100000\n    request_duration_ms: 350\n"
    draft = imported(tmp_path, _plan(("aws_lambda_function.book", _FUNCTION)), usage__yml=usage)
    assert [(one.section, one.name) for one in draft.entries] == [("traffic", "book-requests"), ("functions", "book")]
    assert entry(draft, "book-requests").values == {"rate": "100000/month"}
    assert entry(draft, "book").values["triggers"] == ["book-requests"]
    assert entry(draft, "book").values["duration"] == "350 ms"
    assert not entry(draft, "book").questions


def test_usage_of_what_no_file_declares_is_told_and_leaves_no_traffic(tmp_path: Path) -> None:
    usage = "version: 0.1\nresource_usage:\n  aws_lambda_function.gone:\n    monthly_requests: 5\n"
    draft = imported(tmp_path, _plan(("aws_lambda_function.book", _FUNCTION)), usage__yml=usage)
    assert [one.name for one in draft.entries] == ["book"]
    assert [row.why for row in draft.unused] == ["no file given declares it"]


def test_usage_of_a_template_is_by_logical_id(tmp_path: Path) -> None:
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {"BillingMode": "PAY_PER_REQUEST", "KeySchema": []}}
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Alerts": table}}
    usage = "version: 0.1\nresource_usage:\n  Alerts:\n    monthly_write_request_units: 70\n    storage_gb: 2\n"
    found = entry(imported(tmp_path, template, usage__yml=usage), "Alerts").values
    assert found["access"] == [{"put": "70/month"}]
    assert (found["item_size"], found["items"]) == ("924 B", 2 * 2**20)


def test_a_wildcard_is_for_every_instance(tmp_path: Path) -> None:
    usage = 'version: 0.1\nresource_usage:\n  "aws_lambda_function.book[*]":\n    request_duration_ms: "70"\n'
    two = [(f"aws_lambda_function.book[{n}]", {**_FUNCTION, "function_name": f"book-{n}"}) for n in (0, 1)]
    draft = imported(tmp_path, _plan(*two), usage__yml=usage)
    assert {one.name: one.values["duration"] for one in draft.entries} == {"book-0": "70 ms", "book-1": "70 ms"}


@pytest.mark.parametrize(
    ("hours", "schedule", "duration", "working"),
    [
        (60, "rate(730 minutes)", "60 min", "60 runs a month of 60 min"),
        ("0.5", "rate(1460 minutes)", "1 min", "30 runs of the minute that is billed at least"),
        (730, "rate(73 minutes)", "73 min", "600 runs of 73 min: all the time"),
    ],
)
def test_hours_of_a_job_are_runs_that_add_up_to_them(
    hours: object, schedule: str, duration: str, working: str, tmp_path: Path
) -> None:
    usage = f"version: 0.1\nresource_usage:\n  aws_glue_job.etl:\n    monthly_hours: {hours}\n"
    job = _plan(("aws_glue_job.etl", {"name": "etl", "number_of_workers": 10}))
    found = entry(imported(tmp_path, job, usage__yml=usage), "etl").values
    assert (found["schedule"], found["duration"]) == (schedule, duration), working


@pytest.mark.parametrize(
    ("address", "values", "usage", "section", "expected"),
    [
        (
            "aws_sns_topic.sales",
            {"name": "sales"},
            {"monthly_requests": 500, "request_size_kb": 16},
            "topics",
            {"access": [{"publish": "500/month"}], "message": "16 KB"},
        ),
        (
            "aws_s3_bucket.files",
            {"bucket": "files"},
            {"standard": {"storage_gb": 225, "monthly_tier_1_requests": 10, "monthly_tier_2_requests": "20"}},
            "buckets",
            {
                "object_size": "1 MB",
                "objects": 230_400,
                "access": [{"put-object": "10/month"}, {"get-object": "20/month"}],
            },
        ),
        (
            "aws_cloudwatch_event_bus.shop",
            {"name": "shop"},
            {"monthly_custom_events": 7},
            "buses",
            {"access": [{"put-events": "7/month"}]},
        ),
        ("aws_sqs_queue.jobs", {"name": "jobs"}, {"request_size_kb": 2}, "queues", {"message": "2 KB"}),
        (
            "aws_glue_crawler.raw",
            {"name": "raw"},
            {"monthly_hours": 5},
            "crawlers",
            {"schedule": "rate(1460 minutes)", "duration": "10 min"},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_usage_of_other_services(
    address: str,
    values: dict[str, object],
    usage: dict[str, object],
    section: str,
    expected: dict[str, object],
    tmp_path: Path,
) -> None:
    draft = imported(
        tmp_path, _plan((address, values)), usage__yml=json.dumps({"version": 0.1, "resource_usage": {address: usage}})
    )
    (found,) = [one for one in draft.entries if one.section == section]
    assert {key: found.values.get(key) for key in expected} == expected


def test_default_usage_of_a_type_is_not_taken_for_somebodys_usage(tmp_path: Path) -> None:
    usage = "version: 0.1\nresource_type_default_usage:\n  aws_lambda_function:\n    monthly_requests: 6\n"
    draft = imported(tmp_path, _plan(("aws_lambda_function.book", _FUNCTION)), usage__yml=usage)
    assert "triggers" not in entry(draft, "book").values
    assert draft.unused[-1].what == "resource_type_default_usage"


# --- infracost's own goldens ---


class _Row(NamedTuple):
    """A printed line of a resource: what it is and its monthly cost in USD."""

    what: str
    usd: Decimal


_RESOURCE = re.compile(r" (aws_\S+)\s*")
_PRICED = re.compile(r"[ │├└─]+(\S.*?)\s{2,}[\d,.]+\s{2,}.*?\$([\d,]+\.\d\d)\s*\*?\s*")
_REGION_HEAD = re.compile(r" [├└]─ (Global table .*?)\s*")


def _golden(name: str) -> dict[str, list[_Row]]:
    """The priced lines of a golden by resource; those of a replica named by its Region."""
    assert _INPUTS is not None
    out: dict[str, list[_Row]] = {}
    rows: list[_Row] = []
    region = ""
    for line in (_INPUTS / "infracost" / f"{name}.golden.txt").read_text(encoding="utf-8").splitlines():
        resource, priced, head = _RESOURCE.fullmatch(line), _PRICED.fullmatch(line), _REGION_HEAD.fullmatch(line)
        if resource:
            rows, region = out.setdefault(resource[1], []), ""
        elif head:
            region = f"{head[1]}: "
        elif priced:
            inside = "│  " in line or line.startswith("    └─")
            rows.append(_Row(f"{region if inside else ''}{priced[1]}", Decimal(priced[2].replace(",", ""))))
        elif "OVERALL TOTAL" in line:
            break
    return out


def _alone(draft: Draft, address: str, folder: Path) -> Plan:
    """The plan of one resource without others: infracost applies tiers by resource, AWS by account.

    Its concurrency is raised: a month of billions of requests needs more than the 1,000 of a new account.
    """
    (one,) = [found for found in draft.entries if found.origins[0].address == address and found.section != "traffic"]
    values = one.values
    traffic = [t for t in draft.entries if t.section == "traffic" and t.name in str(values.get("triggers"))]
    quotas = {"lambda.concurrency": Decimal(10**6), "lambda.request_rate": Decimal(10**7)}
    written = replace(draft, account={"quotas": quotas}, entries=(*traffic, one))
    path = folder / "scenario.yaml"
    path.write_text(rendered(written, "capplan import"), encoding="utf-8")
    return plan(load(str(path)), findings=False)


_LINE_OF = {
    "Requests": "requests",
    "Duration (first 6B)": "duration",
    "Duration (first 7.5B)": "duration",
    "Duration (next 9B)": "duration.tier2",
    "Duration (next 11.25B)": "duration.tier2",
    "Duration (over 15B)": "duration.tier3",
    "Duration (over 18.75B)": "duration.tier3",
    "Duration": "dpu-hours",
    "Write request unit (WRU)": "writes",
    "Read request unit (RRU)": "reads",
    "Data storage": "storage",
    "Write capacity unit (WCU)": "write-capacity",
    "Write capacity unit (WCU, autoscaling)": "write-capacity",
    "Read capacity unit (RCU)": "read-capacity",
    "Read capacity unit (RCU, autoscaling)": "read-capacity",
    "Global table (us-west-1): Replicated write request unit (rWRU)": "us-west-1.writes",
    "Global table (us-west-1): Replicated write capacity unit (rWCU)": "us-west-1.write-capacity",
}
"""capplan's charge by infracost's line."""
_WHY_NOT = {
    "Point-In-Time Recovery (PITR) backup storage": "AWS bills the size of the table (230 GB), not a figure of its own (2,300 GB)",
    "On-demand backup storage": "a backup is written at the table: how often, how long it is kept",
    "Table data restored": "a restore is no cost of every month",
    "Streams read request unit (sRRU)": "capplan counts what reads the stream",
    "Global table (us-east-2): Replicated write request unit (rWRU)": "the table's own Region is no replica: AWS rejects it",
    "Global table (us-east-2): Replicated write capacity unit (rWCU)": "the table's own Region is no replica: AWS rejects it",
}
"""Lines that differ, and why."""
_WHY_NOT_HERE = {
    ("aws_dynamodb_table.my_dynamodb_table_usage", "Data storage"): (
        "a global table keeps 48 bytes of attributes of its own in each item"
    )
}


@pytest.mark.skipif(_INPUTS is None, reason="CAPPLAN_FIELD_FILES is not set")
@pytest.mark.parametrize(("name", "compared"), [("lambda_function", 26), ("glue_job", 4), ("dynamodb_table", 15)])
def test_an_import_is_priced_as_infracosts_golden_line_by_line(name: str, compared: int, tmp_path: Path) -> None:
    assert _INPUTS is not None
    paths = [_INPUTS / "terraform" / f"derived_plan_infracost_{name}.json", _INPUTS / "infracost" / f"{name}.usage.yml"]
    draft = draft_of([str(path) for path in paths], folder=tmp_path)
    seen = 0
    for address, rows in _golden(name).items():
        if not rows:  # it depends on usage that nobody gives: capplan asks for it
            continue
        costs = {line.id.partition(".")[2]: line.list_cost for line in _alone(draft, address, tmp_path).lines}
        for row in rows:
            if row.what in _WHY_NOT or (address, row.what) in _WHY_NOT_HERE:
                continue
            line = _LINE_OF[row.what]
            cost = costs.get(line, costs.get(f"{line}.tier1", Decimal(0))).quantize(Decimal("0.01"), ROUND_HALF_UP)
            assert cost == row.usd, (address, row.what)
            seen += 1
    assert seen == compared
