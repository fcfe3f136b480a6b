"""The shipped price files: whole, dated, with sources; and like AWS's own files where those are at hand."""

import json
import os
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import capplan
from capplan.pricing.catalogue import allowances, is_stale, load_prices, newest_checked, regions, services
from capplan.services import SERVICES as PLANNED

FOLDER = Path(capplan.__file__).parent / "prices"
SERVICES = sorted(services())
EVERYWHERE = ("dynamodb", "lambda", "stepfunctions", "glue")
"""Services with a file in every Region; of the others nobody has read a price in most Regions."""
FIELD_FILES = os.environ.get("CAPPLAN_FIELD_FILES")
"""A folder with `samples`: excerpts of AWS's price files that are not ours to carry."""
needs_samples = pytest.mark.skipif(FIELD_FILES is None, reason="CAPPLAN_FIELD_FILES names no folder")


AT_NO_PRICE = ("sns.delivery.lambda", "sns.delivery.sqs", "vpc.gateway_endpoint")
"""What AWS lists at 0 USD."""


def read(region: str, service: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / region / f"{service}.json").read_bytes())
    return found


def entries() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Every dated entry: its place, itself, its file."""
    files = [
        (region, path.stem, read(region, path.stem)) for region in regions() for path in (FOLDER / region).iterdir()
    ]
    return [
        (f"{region} {service}.{key}", entry, file)
        for region, service, file in files
        for key, dated in file["prices"].items()
        for entry in dated
    ]


def test_every_region_has_files_of_services_and_no_other() -> None:
    assert len(regions()) == 36
    for region in regions():
        services = {path.stem for path in (FOLDER / region).iterdir()}
        assert services
        assert services <= set(SERVICES)
        assert {service.id for service in PLANNED if service.id in EVERYWHERE} <= services
        for service in services:
            assert (read(region, service)["service"], read(region, service)["region"]) == (service, region)
    assert sorted(path.name for path in FOLDER.iterdir() if path.is_dir()) == sorted(regions())


UNDATED = {"sfn_fixture": 3, "cache_table": 5, "objectfs": 2, "xray_page": 1}
"""Sources that have no date themselves, and how many prices nobody else has: these are stale from the first day."""


def test_every_entry_has_a_source_and_a_day() -> None:
    undated: Counter[str] = Counter()
    for where, entry, file in entries():
        assert all(file["sources"][one]["origin"] for one in entry["source"].split(", ")), where
        if entry["checked"] is None:
            undated[entry["source"]] += 1
            region, _, key = where.partition(" ")
            price = load_prices(region, {}).price(key)
            assert price is not None
            assert is_stale(price, date(2026, 1, 1)), where
        else:
            assert date(2016, 1, 1) < date.fromisoformat(entry["checked"]) <= newest_checked(), where
    assert undated == UNDATED


def test_every_entry_has_a_confidence_a_unit_and_its_first_day_or_none() -> None:
    for where, entry, _ in entries():
        assert entry["confidence"] in {"verified", "secondary", "derived"}, where
        assert entry["unit"], where
        assert entry["effective"] is None or date.fromisoformat(entry["effective"]), where
        assert "sku" in entry, where


def test_allowances_and_shares_have_a_source_and_a_day() -> None:
    allowed = json.loads((FOLDER / "allowances.json").read_bytes())["allowances"]
    shares = json.loads((FOLDER / "savings_plans.json").read_bytes()).values()
    for one in (*allowed, *shares):
        assert one["source"], one
        assert date.fromisoformat(one["checked"]), one


def test_every_mapping_says_who_has_read_its_usage_types_and_when() -> None:
    for path in (Path(capplan.__file__).parent / "services").glob("*/offers.json"):
        data = json.loads(path.read_bytes())
        assert "(read 2026-" in data["source"], path
        assert set(data) <= {"offer", "source", "reserved", "prices", "savings_plan"}, path


def test_the_index_lists_every_service_that_has_a_file() -> None:
    listed = json.loads((FOLDER / "index.json").read_bytes())["services"]
    assert set(listed) == {path.stem for path in FOLDER.glob("*/*.json")}
    assert list(services()) == listed


def test_every_tier_starts_where_it_should_and_costs_something() -> None:
    for where, entry, _ in entries():
        if "upfront_per_unit" in entry:
            assert Decimal(entry["upfront_per_unit"]) > 0 < Decimal(entry["hourly_per_unit"]), where
            continue
        begins = [Decimal(tier["begin"]) for tier in entry["tiers"]]
        assert begins[0] == 0, where
        assert begins == sorted(set(begins)), where
        *lower, last = [tier["price"] for tier in entry["tiers"]]
        assert all(Decimal(price) > 0 for price in lower), where
        assert last is None or Decimal(last) > 0 or where.partition(" ")[2] in AT_NO_PRICE, where
        assert Decimal(entry["free"]) >= 0, where


def test_later_tiers_are_cheaper() -> None:
    for where, entry, _ in entries():
        prices = [Decimal(tier["price"]) for tier in entry.get("tiers", ()) if tier["price"] is not None]
        assert prices == sorted(prices, reverse=True), where


def test_an_entry_stands_on_one_line() -> None:
    for path in FOLDER.glob("*/*.json"):
        count = sum(len(dated) for dated in read(path.parent.name, path.stem)["prices"].values())
        assert sum('"checked"' in line for line in path.read_text().splitlines()) == count


def test_the_newest_check_is_the_newest_of_all() -> None:
    assert newest_checked().isoformat() == max(entry["checked"] or "" for _, entry, _ in entries())


def test_dates_are_ordered_where_a_price_has_several() -> None:
    for path in FOLDER.glob("*/*.json"):
        for dated in read(path.parent.name, path.stem)["prices"].values():
            checked = [entry["checked"] or "" for entry in dated]
            assert checked == sorted(checked)


@pytest.mark.parametrize("region", ["us-gov-west-1", "us-gov-east-1"])
def test_express_is_not_derived_where_it_may_not_be(region: str) -> None:
    assert load_prices(region, {}).price("stepfunctions.express.request") is None


def test_everywhere_else_express_has_three_tiers() -> None:
    for region in regions():
        price = load_prices(region, {}).price("stepfunctions.express.duration")
        if not region.startswith("us-gov-"):
            assert price is not None
            assert [tier.begin for tier in price.tiers] == [0, 3_600_000, 18_000_000]


def test_a_first_tier_that_was_read_is_not_called_derived() -> None:
    price = load_prices("eu-west-3", {}).price("stepfunctions.express.duration")
    assert price is not None
    assert [tier.confidence for tier in price.tiers] == ["verified", "derived", "derived"]


def test_python_shell_costs_what_spark_does_and_says_so() -> None:
    catalogue = load_prices("eu-west-1", {})
    shell, spark = catalogue.price("glue.python_shell.dpu_hour"), catalogue.price("glue.etl.dpu_hour.standard")
    assert shell is not None
    assert spark is not None
    assert (shell.tiers[0].price, shell.confidence) == (spark.tiers[0].price, "derived")


def test_what_nobody_has_read_is_missing() -> None:
    for region, key in (
        ("eu-central-2", "stepfunctions.standard.state_transition"),
        ("us-east-2", "glue.etl.dpu_hour.gen2"),
        ("ap-southeast-6", "glue.etl.dpu_hour.standard"),
        ("il-central-1", "dynamodb.streams.read_request_unit"),
    ):
        assert load_prices(region, {}).price(key) is None, (region, key)


def test_lambdas_tiers_are_nine_and_eight_tenths_of_the_first() -> None:
    for region in regions():
        for arch in ("x86_64", "arm64"):
            price = load_prices(region, {}).price(f"lambda.duration.{arch}")
            assert price is not None
            first, *upper = (tier.price for tier in price.tiers)
            for part, found in zip(("0.9", "0.8"), upper, strict=True):
                assert first is not None
                assert found is not None
                # some Regions' list prices have fewer digits than others'
                assert abs(found / first - Decimal(part)) < Decimal("0.004"), (region, arch)


def test_what_the_account_has_free_is_data() -> None:
    found = {one.keys[0]: one.quantity for one in allowances()}
    assert found == {
        # for ever and for the account as a whole; SNS publishes and the Scheduler's are tiers of the Region's own SKU
        "cloudwatch.alarm.standard_month": 10,
        "cloudwatch.api.request": 1_000_000,
        "cloudwatch.canary_run": 100,
        "cloudwatch.dashboard_month": 3,
        "cloudwatch.metric_month": 10,
        "cloudwatch_logs.ingest.standard_gb": 5,
        "data_transfer.internet_out_gb": 100,
        "kms.request.symmetric": 20_000,
        "sns.delivery.mobile_push": 1_000_000,
        "sqs.standard.request": 1_000_000,
        "xray.trace_recorded": 100_000,
        "xray.trace_retrieved_or_scanned": 1_000_000,
        "lambda.request.x86_64": 1_000_000,
        "lambda.duration.x86_64": 400_000,
        "lambda.response_streaming.x86_64": 100,
        "stepfunctions.standard.state_transition": 4_000,
    }


@pytest.mark.parametrize(
    ("region", "key", "tiers"),
    [
        # read whole
        ("us-east-1", "api_gateway.http.request", [(0, "0.000001"), (300_000_000, "0.0000009")]),
        ("eu-west-1", "sqs.fifo.request", [(0, "0.0000005"), (100_000_000_000, "0.0000004"), (200_000_000_000, "0.00000035")]),
        ("us-east-2", "cloudwatch_logs.ingest.vended_standard_gb", [(0, "0.50"), (10_240, "0.25"), (30_720, "0.10"), (51_200, "0.05")]),
        # only the first tiers were read: beyond them the price is unknown, never the last one known
        ("ap-northeast-2", "api_gateway.http.request", [(0, "0.00000123"), (300_000_000, None)]),
        ("eu-central-1", "cloudwatch.metric_month", [(0, "0.30"), (10_000, "0.10"), (250_000, None)]),
        ("us-west-2", "cloudwatch_logs.ingest.vended_standard_gb", [(0, "0.50"), (10_240, None)]),
        # under Lambda's name in us-east-1; the same usage type as all vended logs
        ("us-east-1", "cloudwatch_logs.ingest.vended_ia_gb", [(0, "0.25"), (10_240, "0.15"), (30_720, "0.075"), (51_200, "0.05")]),
        ("sa-east-1", "data_transfer.internet_out_gb", [(0, "0.15"), (10_240, "0.138"), (51_200, "0.126"), (153_600, "0.114")]),
    ],
)  # fmt: skip
def test_tiers_of_the_services_around(region: str, key: str, tiers: list[tuple[int, str | None]]) -> None:
    price = load_prices(region, {}).price(key)
    assert price is not None
    assert [(t.begin, t.price) for t in price.tiers] == [
        (Decimal(b), None if p is None else Decimal(p)) for b, p in tiers
    ]


def test_what_aws_services_log_begins_at_the_price_of_ones_own_logs() -> None:
    """And says so where nobody has read it: "derived"."""
    own, vended = "cloudwatch_logs.ingest.standard_gb", "cloudwatch_logs.ingest.vended_standard_gb"
    found = {
        region: (load_prices(region, {}).price(own), load_prices(region, {}).price(vended)) for region in regions()
    }
    read = {region: both for region, both in found.items() if both[0] is not None and both[1] is not None}
    assert len(read) == 8
    assert all(a is not None and b is not None and a.tiers[0].price == b.tiers[0].price for a, b in read.values())
    derived = {region for region, (_, b) in read.items() if b is not None and b.confidence == "derived"}
    assert derived == {"eu-west-1", "ap-northeast-1", "us-west-2", "ap-southeast-1"}


def test_a_published_sns_message_is_free_up_to_a_million_in_every_region_that_has_its_price() -> None:
    prices = [load_prices(region, {}).price("sns.publish.request") for region in regions()]
    assert {(p.free, p.tiers[0].price) for p in prices if p is not None} == {(Decimal(1_000_000), Decimal("0.0000005"))}


def test_a_region_without_any_price_of_a_service_has_no_file() -> None:
    assert not (FOLDER / "eu-west-3" / "sqs.json").exists()
    assert load_prices("eu-west-3", {}).price("sqs.standard.request") is None
    assert all(
        json.loads(path.read_bytes())["prices"] for path in FOLDER.glob("*/*.json") if path.stem not in EVERYWHERE
    )


# --- AWS's own files --------------------------------------------------------------------------------------------------

KEYS = {
    "lambda.requests": "lambda.request.x86_64",
    "lambda.gbSecond.x86_64": "lambda.duration.x86_64",
    "lambda.gbSecond.arm64": "lambda.duration.arm64",
    "dynamodb.onDemandRead": "dynamodb.on_demand.read_request_unit.standard",
    "dynamodb.onDemandWrite": "dynamodb.on_demand.write_request_unit.standard",
    "dynamodb.storageGbMonth": "dynamodb.storage.standard_gb_month",
    "dynamodb.rcuHour": "dynamodb.provisioned.rcu_hour.standard",
    "dynamodb.wcuHour": "dynamodb.provisioned.wcu_hour.standard",
    "stepfunctions.stateTransitions": "stepfunctions.standard.state_transition",
    "stepfunctions.expressRequests": "stepfunctions.express.request",
    "stepfunctions.expressGbSecond": "stepfunctions.express.duration",
}


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(FIELD_FILES or "") / "samples" / name).read_bytes())
    return found


@needs_samples
@pytest.mark.parametrize("region", ["us-east-1", "ap-southeast-1"])
def test_selected_rates_are_those_of_the_price_list(region: str) -> None:
    catalogue = load_prices(region, {})
    for theirs, entry in sample(f"price_extract_{region}_20260902.json")["entries"].items():
        price = catalogue.price(KEYS[theirs])
        assert price is not None, theirs
        assert price.tiers[0].price == Decimal(entry["rate"]), theirs
        assert price.sku in {entry["sku"], None}, theirs


@needs_samples
def test_tiers_by_sku_are_those_of_the_price_list() -> None:
    ours = {e["sku"]: e for where, e, _ in entries() if where.startswith("us-east-1 ") and e["sku"] and "tiers" in e}
    compared = 0
    for service in sample("price_rows_us-east-1_202609.json")["services"].values():
        for row in service["rows"]:
            entry = ours.get(row["sku"])
            if entry is None or not Decimal(row["usd"]):
                continue
            begins = {Decimal(t["begin"]) + Decimal(entry["free"]): Decimal(t["price"]) for t in entry["tiers"]}
            assert begins[Decimal(str(row["b"]))] == Decimal(row["usd"]), row["d"]
            compared += 1
    assert compared >= 15


@needs_samples
def test_seouls_lambda_prices_are_those_of_the_price_list() -> None:
    ours = {e["sku"]: e for e in (dated[-1] for dated in read("ap-northeast-2", "lambda")["prices"].values())}
    compared = 0
    for product in sample("AWSLambda_products_ap-northeast-2_20261004.json")["products"]:
        for dimension in product["terms"]["onDemand"][0]["priceDimensions"]:
            if product["sku"] in ours:
                begins = {Decimal(t["begin"]): Decimal(t["price"]) for t in ours[product["sku"]]["tiers"]}
                assert begins[Decimal(dimension["beginRange"])] == Decimal(dimension["pricePerUnit"]["USD"])
                compared += 1
    assert compared >= 3
