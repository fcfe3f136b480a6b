"""Buckets in scenarios: requests by class, what is stored at what age, what classes bill at least, what events follow."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from capplan.calls import Access
from capplan.commands.plan import plan
from capplan.errors import CapplanError
from capplan.flow import DemandFlow, steady
from capplan.model import Charge, Context, Demand, RequestStream
from capplan.pipeline.results import Plan
from capplan.resource_type import DeclaredResource, MeteredResource
from capplan.services.s3.bucket import BUCKET
from capplan.services.s3.classes import early_gb_months
from capplan.services.s3.spec import Bucket
from capplan.services.s3.stored import bands
from tests.helpers import scenario

MONTH_S = 2_628_000
GB = 1024**3


def charges(spec: dict[str, object], *requests: dict[str, object], per_second: str = "1") -> dict[str, Charge]:
    """A bucket's lines at a steady rate of each request, by what follows its name."""
    read = Bucket.model_validate(spec)
    flow = DemandFlow.of(steady("t", recurring=True), Fraction(per_second))
    streams = tuple(RequestStream(Access.model_validate(request), flow, "traffic.t") for request in requests)
    ctx = Context("us-east-1")
    usage = BUCKET.meter(DeclaredResource("b", read, ctx), Demand(streams))
    found = BUCKET.charge(MeteredResource("b", read, usage, ctx))
    return {charge.id.partition(".")[2]: charge for charge in found}


def planned(body: str, folder: Path) -> Plan:
    return plan(scenario(body, folder))


@pytest.mark.parametrize(
    ("request_", "line", "price", "count"),
    [
        ({"op": "put-object"}, "puts", "s3.request.tier1", 1),
        ({"op": "copy-object"}, "puts", "s3.request.tier1", 1),
        ({"op": "list-objects"}, "puts", "s3.request.tier1", 1),
        ({"op": "list-objects", "items": Decimal(2500)}, "puts", "s3.request.tier1", 3),
        ({"op": "put-object", "parts": Decimal(10)}, "puts", "s3.request.tier1", 12),
        ({"op": "get-object"}, "gets", "s3.request.tier2", 1),
        ({"op": "head-object"}, "gets", "s3.request.tier2", 1),
        ({"op": "put-object", "class": "standard-ia"}, "standard-ia.puts", "s3.standard_ia.request.tier1", 1),
        ({"op": "put-object", "class": "intelligent-tiering"}, "puts", "s3.request.tier1", 1),
        ({"op": "list-objects", "class": "standard-ia"}, "puts", "s3.request.tier1", 1),
    ],
)
def test_requests_are_billed_by_their_class(request_: dict[str, object], line: str, price: str, count: int) -> None:
    """A list of 2,500 keys has three pages; ten parts are ten puts, one to begin and one to end; a list costs the same
    in every class.
    """
    lines = charges({"object_size": "1 MB"}, request_)
    assert lines[line].price == price
    assert lines[line].quantity == MONTH_S * count


def test_a_delete_is_free() -> None:
    assert charges({"object_size": "1 MB"}, {"op": "delete-object"}) == {}


@pytest.mark.parametrize(
    ("class_", "size", "own_kb", "beside_kb"),
    [
        ("standard", "10 KB", 10, 0),
        ("standard-ia", "10 KB", 128, 0),
        ("standard-ia", "300 KB", 300, 0),
        ("glacier-instant", "100 KB", 128, 0),
        ("glacier-flexible", "100 KB", 132, 8),
        ("glacier-deep-archive", "1 KB", 33, 8),
    ],
)
def test_classes_bill_small_objects_as_larger_ones(class_: str, size: str, own_kb: int, beside_kb: int) -> None:
    """128 KB at least, or 32 KB of index beside each object, and its name in S3 Standard."""
    lines = charges({"class": class_, "objects": Decimal(1_000_000), "object_size": size})
    prefix = "" if class_ == "standard" else f"{class_}."
    assert lines[f"{prefix}storage"].quantity == Fraction(1_000_000 * own_kb, 1024 * 1024)
    names = lines.get(f"{prefix}names")
    assert (names.quantity if names else 0) == Fraction(1_000_000 * beside_kb, 1024 * 1024)
    assert names is None or names.price == "s3.standard.storage_gb_month"


def test_a_mean_of_sizes_counts_each_object_at_its_minimum() -> None:
    """Half of the objects are 1 KB and half 255 KB: about (128 + 255) / 2, not the mean of 128."""
    lines = charges(
        {"class": "standard-ia", "objects": Decimal(1_000_000), "object_size": {"p50": "64 KB", "p99": "2 MB"}}
    )
    billed = float(lines["standard-ia.storage"].quantity) * GB / 1_000_000 / 1024
    import numpy as np

    drawn = np.random.default_rng(1).normal(size=2_000_000)
    sigma = np.log(2048 / 64) / 2.3263478740408408
    assert billed == pytest.approx(float(np.maximum(128, 64 * np.exp(sigma * drawn)).mean()), rel=0.005)


def test_objects_are_in_the_class_of_their_age() -> None:
    """1 put a second, 30 days in Standard, 60 in Standard-IA, then gone."""
    spec = Bucket.model_validate(
        {"object_size": "1 MB", "lifecycle": [{"after": "30 d", "to": "standard-ia"}], "expire": "90 d"}
    )
    young, old = bands(spec, Fraction(MONTH_S), Fraction(1024 * 1024))
    assert [int(band.objects) for band in (young, old)] == [30 * 86_400, 60 * 86_400]
    assert [band.kept_days for band in (young, old)] == [Fraction(30), Fraction(60)]
    assert [int(moved) for moved in (young.moves_in, old.moves_in, old.leaves)] == [0, MONTH_S, MONTH_S]


def test_a_known_number_of_objects_leaves_the_old_ones_in_the_last_class() -> None:
    spec = Bucket.model_validate(
        {"object_size": "1 MB", "objects": Decimal(10_000_000), "lifecycle": [{"after": "30 d", "to": "standard-ia"}]}
    )
    young, old = bands(spec, Fraction(MONTH_S), Fraction(1024 * 1024))
    assert [int(band.objects) for band in (young, old)] == [30 * 86_400, 10_000_000 - 30 * 86_400]


def test_what_is_deleted_young_is_never_moved() -> None:
    """A million objects, of which 2.6 million are put a month: none gets 30 days old."""
    spec = Bucket.model_validate(
        {"object_size": "1 MB", "objects": Decimal(1_000_000), "lifecycle": [{"after": "30 d", "to": "standard-ia"}]}
    )
    young, old = bands(spec, Fraction(MONTH_S), Fraction(1024 * 1024))
    assert [int(count) for count in (young.objects, old.objects, old.moves_in)] == [1_000_000, 0, 0]


def test_small_objects_stay_where_they_are() -> None:
    spec = Bucket.model_validate({"object_size": "100 KB", "lifecycle": [{"after": "30 d", "to": "standard-ia"}]})
    assert [band.class_name for band in bands(spec, Fraction(1), Fraction(100 * 1024))] == ["standard"]


@pytest.mark.parametrize(
    ("kept", "least", "months", "working"),
    [(10, 30, "2/3", "20 of 30 days"), (30, 30, "0", "kept long enough"), (40, 90, "5/3", "50 of 30 days")],
)
def test_what_is_gone_early_pays_the_rest_of_its_days(kept: int, least: int, months: str, working: str) -> None:
    assert early_gb_months(Fraction(1), Fraction(kept), least, Fraction(30)) == Fraction(months), working


def test_an_object_that_expires_before_its_class_allows_is_billed_for_the_rest() -> None:
    """1 GB a second, gone after 20 days of Standard-IA: 10 more days of each, of a month of 730 / 24 days."""
    lines = charges({"object_size": "1 GB", "class": "standard-ia", "expire": "20 d"}, {"op": "put-object"})
    assert lines["standard-ia.storage"].quantity == 20 * 86_400
    assert lines["standard-ia.early-delete"].quantity == MONTH_S * 10 * Fraction(24, 730)


def test_reads_of_colder_classes_cost_per_gb() -> None:
    lines = charges({"object_size": "1 MB", "class": "glacier-instant"}, {"op": "get-object"})
    assert lines["glacier-instant.retrieval"].quantity == Fraction(MONTH_S, 1024)


def test_intelligent_tiering_watches_objects_of_128_kb_and_more() -> None:
    spec = {"class": "intelligent-tiering", "objects": Decimal(1_000_000), "tiers": {"infrequent": "40%"}}
    lines = charges({**spec, "object_size": "1 MB"})
    assert lines["intelligent-tiering.monitoring"].quantity == 1_000_000
    gb = Fraction(1_000_000, 1024)
    assert lines["intelligent-tiering.frequent"].quantity == gb * Fraction(3, 5)
    assert lines["intelligent-tiering.infrequent"].quantity == gb * Fraction(2, 5)
    assert "intelligent-tiering.monitoring" not in charges({**spec, "object_size": "127 KB"})


def test_a_month_of_uploads_and_its_thumbnails(tmp_path: Path) -> None:
    """10 uploads a second; 30% are pictures, each read once and written back small."""
    body = """
buckets:
  uploads: {object_size: 1 MB, expire: 30 d, access: [{put-object: 10/s}, {delete-object: 1/s}]}
  thumbs: {object_size: 20 KB, objects: 1M}
functions:
  resize:
    triggers: [{bucket: uploads, filter: 30%}]
    duration: 200 ms
    calls: [{get-object: uploads}, {put-object: thumbs}]
  audit: {triggers: [{bucket: uploads, on: [created, removed]}], duration: 10 ms}
"""
    found = planned(body, tmp_path)
    usage = {r.name: r.usage for r in found.resources}
    assert usage["resize"]["requests"] == 3 * MONTH_S
    assert usage["audit"]["requests"] == 11 * MONTH_S
    costs = {line.id: line.list_cost for line in found.lines}
    assert costs["uploads.puts"] == 10 * MONTH_S * Decimal("0.000005")
    assert costs["uploads.gets"] == 3 * MONTH_S * Decimal("0.0000004")
    assert costs["thumbs.puts"] == 3 * MONTH_S * Decimal("0.000005")
    stored = Decimal(10 * 30 * 86_400) / 1024
    assert costs["uploads.storage"] == stored * Decimal("0.023")


def test_a_workflow_and_a_job_read_and_write_objects(tmp_path: Path) -> None:
    (tmp_path / "flow.asl.json").write_text(
        """{"StartAt": "Read", "States": {
        "Read": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
                 "Parameters": {"Bucket": "lake", "Key": "a"}, "Next": "List"},
        "List": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:listObjectsV2",
                 "Parameters": {"Bucket": "lake"}, "End": true}}}""",
        encoding="utf-8",
    )
    body = """
traffic: {nightly: {schedule: rate(1 day)}, orders: {rate: 1/s}}
buckets: {lake: {object_size: 1 MB, objects: 10k}}
state_machines: {flow: {type: express, definition: flow.asl.json, triggers: orders}}
jobs: {load: {triggers: nightly, workers: 2, duration: 10 min, calls: [{put-object: lake, times: 100}]}}
"""
    found = planned(body, tmp_path)
    lines = {line.id: line.consumed_quantity for line in found.lines}
    assert lines["lake.gets"] == MONTH_S
    assert lines["lake.puts"] == MONTH_S + round(Decimal(100) * 365 / 12, 10)


def test_the_requests_of_a_bucket_are_spread_over_its_prefixes(tmp_path: Path) -> None:
    body = (
        "buckets: {b: {object_size: 1 KB, prefixes: PREFIXES, access: [{put-object: 7000/s}, {get-object: 5000/s}]}}\n"
    )
    for prefixes, breached in ((1, True), (2, False)):
        found = planned(body.replace("PREFIXES", str(prefixes)), tmp_path)
        writes = next(p for p in found.limits if p.check.limit == "s3.prefix.writes")
        reads = next(p for p in found.limits if p.check.limit == "s3.prefix.reads")
        assert [int(p.check.quota) for p in (writes, reads)] == [3500 * prefixes, 5500 * prefixes]
        assert (writes.breached, reads.breached) == (breached, False)
        assert ("s3.prefixes" in {finding.rule for finding in found.findings}) == breached


@pytest.mark.parametrize(
    ("spec", "rule", "speaks"),
    [
        ("{objects: 1M, object_size: 10 MB}", "s3.storage-class", True),
        ("{objects: 1M, object_size: 10 KB}", "s3.storage-class", False),
        ("{objects: 1M, object_size: 10 KB, class: standard-ia}", "s3.storage-class", True),
        ("{objects: 1M, object_size: 1 MB, access: [{get-object: 100/s}]}", "s3.storage-class", False),
        ("{object_size: 200 KB, expire: 60 d, lifecycle: [{after: 30 d, to: standard-ia}], access: [{put-object: 1/s}]}",
         "s3.lifecycle", True),
        ("{object_size: 200 MB, expire: 99 d, lifecycle: [{after: 30 d, to: standard-ia}], access: [{put-object: 1/s}]}",
         "s3.lifecycle", False),
        ("{objects: 1M, object_size: 10 MB}", "s3.intelligent-tiering", True),
    ],
)  # fmt: skip
def test_advice_speaks_where_another_class_costs_less(spec: str, rule: str, speaks: bool, tmp_path: Path) -> None:  # noqa: FBT001
    found = planned(f"buckets:\n  b: {spec}\n", tmp_path)
    assert (rule in {finding.rule for finding in found.findings}) == speaks


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("b: {objects: 1M}", "there is no object_size"),
        (
            "b: {object_size: 1 MB, lifecycle: [{after: 60 d, to: standard-ia}, {after: 30 d, to: glacier-flexible}]}",
            "in the order",
        ),
        (
            "b: {object_size: 1 MB, expire: 10 d, lifecycle: [{after: 30 d, to: standard-ia}]}",
            "expires before it moves",
        ),
        ("b: {object_size: 1 MB, bucket_key: true}", "aws-managed, or a key's name"),
        ("b: {object_size: 1 MB, encryption: mine}", "no keys declared"),
        ("b: {object_size: 1 MB, tiers: {infrequent: 10%}}", "intelligent-tiering"),
        ("b: {object_size: 1 MB, class: glacier-flexible, access: [{get-object: 1/s}]}", "must be restored"),
        ("b: {object_size: 1 MB, access: [{put-object: 1/s, class: cold}]}", "no storage class 'cold'"),
        ("b: {object_size: 1 MB, access: [{put-object: 1/s, parts: 20k}]}", "at most 10000 parts"),
        ("b: {object_size: 1 MB, access: [{get-object: 1/s, parts: 2}]}", "does not apply to 'get-object'"),
    ],
)
def test_what_cannot_be_is_told(body: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CapplanError) as error:
        planned(f"buckets:\n  {body}\n", tmp_path)
    assert said in "\n".join(f"{d.message} {d.hint}" for d in error.value.diagnostics)


@pytest.mark.parametrize(
    ("keys", "key", "per_second"),
    [
        ("", "", 0),
        (", encryption: main", "main", 30),
        (", encryption: main, bucket_key: true", "main", Decimal("0.3")),
        (", encryption: aws-managed", "aws/s3", 30),
    ],
)
def test_a_key_is_asked_for_each_object_unless_a_bucket_key_is(
    keys: str, key: str, per_second: Decimal, tmp_path: Path
) -> None:
    """10 puts and 20 gets a second; a Bucket Key leaves one of a hundred."""
    body = f"""
keys: {{main: {{}}}}
buckets: {{b: {{object_size: 1 MB{keys}, access: [{{put-object: 10/s}}, {{get-object: 20/s}}, {{list-objects: 5/s}}]}}}}
"""
    found = planned(body, tmp_path)
    lines = {line.id: line.consumed_quantity for line in found.lines}
    assert lines.get(f"{key}.requests", 0) == per_second * MONTH_S
    asked = {finding.rule for finding in found.findings}
    assert ("s3.bucket-key" in asked) == (per_second == 30)


def test_an_assumption_says_that_deletes_are_not_taken_off(tmp_path: Path) -> None:
    """What is put until it expires is stored; how old deleted objects are nobody says, so they are not subtracted."""
    body = "buckets:\n  b: {{object_size: 1 MB, expire: 30 d, access: [{{put-object: 1/s}}{more}]}}\n"
    plain = planned(body.format(more=""), tmp_path)
    deleted = planned(body.format(more=", {delete-object: 1/s}"), tmp_path)
    assert deleted.monthly_cost == plain.monthly_cost, "a delete is free and, for all that is known, of no old object"
    reasons = [a.assumption.reason for a in deleted.assumptions if a.assumption.path == "buckets.b.objects"]
    assert reasons == [
        "what is put until it expires; deletes are not taken off, as nobody says how old the deleted objects are: write `objects`"
    ]
