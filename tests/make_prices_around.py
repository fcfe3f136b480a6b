"""Writes the price files of the services around: `python -m tests.make_prices_around COLLECTION_YAML OUT_DIR`.

The collection is another than that of `make_prices`, of the same form. A Region in which nobody has read a price of a service
gets no file of it.
"""

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from tests.make_prices import (
    Entry,
    Prices,
    day,
    origin,
    record,
    service_text,
    tier,
    write,
    write_allowances,
    write_index,
)

SERVICES = (
    "api_gateway", "appsync", "sqs", "sns", "eventbridge", "kinesis", "s3", "cloudwatch_logs", "cloudwatch", "xray",
    "kms", "vpc", "data_transfer", "secrets_manager", "parameter_store",
)  # fmt: skip
HOME = "us-east-1"
WHOLE_IN = (HOME, "us-east-2")
"""Where a key's tiers were read whole: they say where the next tier begins in a Region of which only the first ones were."""
PARTLY_READ = ("first_tier", "first_two_tiers", "paid_tier")
"""The collection's last word of a key whose higher tiers, or whose allowance, nobody has read in the Region."""
VENDED = {"ingest.vended_standard_gb": "ingest.standard_gb", "ingest.vended_ia_gb": "ingest.ia_gb"}
"""Logs that AWS services write (Lambda's among them, since May 2025) begin at the price of one's own: so it is in each
Region in which both were read (AWS Compute Blog, 2025-05-01; us-east-1, us-east-2, ap-northeast-2)."""
LAMBDA_LOGS = {"ingest.vended_standard_gb": "ingest.lambda_standard_gb", "ingest.vended_ia_gb": "ingest.lambda_ia_gb"}
"""Read in one Region under Lambda's name; the usage type is that of all vended logs."""

INFRACOST = ("infracost", "2024-07-01", "secondary")


def _read(price: str, unit: str, source: str, as_of: str, confidence: str) -> Entry:
    return {"price": price, "unit": unit, "source": source, "as_of": as_of, "confidence": confidence}


NOTED: dict[str, dict[str, dict[str, Entry]]] = {
    HOME: {
        "appsync": {
            "graphql_realtime_update": _read("0.000002", "5K-Chunks", "appsync_page", "2025", "verified"),
            "event_operation": _read("0.000001", "5K-Chunks", "appsync_events", "2026-09-11", "verified"),
        },
        "eventbridge": {
            "management_event_cross_account": _read("0.000001", "64K-Chunks", "eventbridge_page", "2025", "secondary"),
        },
        "xray": {
            "insights_trace": _read("0.000001", "traces", "xray_page", "undated", "secondary"),
        },
        "api_gateway": {
            "portal_product_month": _read("12.50", "Products", "apigw_page", "2026-09-20", "verified"),
        },
        "s3": {
            "one_zone_ia.storage_gb_month": _read("0.01", "GB-Mo", *INFRACOST),
            "glacier_flexible.storage_gb_month": _read("0.0036", "GB-Mo", *INFRACOST),
            "deep_archive.storage_gb_month": _read("0.00099", "GB-Mo", *INFRACOST),
            "intelligent_tiering.monitored_object": _read("0.0000025", "Objects", *INFRACOST),
            "standard_ia.retrieval_gb": _read("0.01", "GB", *INFRACOST),
            "one_zone_ia.retrieval_gb": _read("0.01", "GB", *INFRACOST),
            "glacier_flexible.retrieval_gb": _read("0.01", "GB", *INFRACOST),
            "deep_archive.retrieval_gb": _read("0.02", "GB", *INFRACOST),
            "standard_ia.transition": _read("0.00001", "Requests", *INFRACOST),
            "one_zone_ia.transition": _read("0.00001", "Requests", *INFRACOST),
            "intelligent_tiering.transition": _read("0.00001", "Requests", *INFRACOST),
            "glacier_flexible.transition": _read("0.00003", "Requests", *INFRACOST),
            "deep_archive.transition": _read("0.00005", "Requests", *INFRACOST),
            "one_zone_ia.request.tier1": _read("0.00001", "Requests", *INFRACOST),
            "one_zone_ia.request.tier2": _read("0.000001", "Requests", *INFRACOST),
            "glacier_flexible.request.tier1": _read("0.00003", "Requests", *INFRACOST),
            "glacier_flexible.request.tier2": _read("0.0000004", "Requests", *INFRACOST),
            "deep_archive.request.tier1": _read("0.00005", "Requests", *INFRACOST),
            "deep_archive.request.tier2": _read("0.0000004", "Requests", *INFRACOST),
            "glacier_instant.storage_gb_month": _read("0.004", "GB-Mo", "class_table", "2026-05", "secondary"),
            "glacier_instant.retrieval_gb": _read("0.03", "GB", "class_table", "2026-05", "secondary"),
            "glacier_instant.request.tier1": _read("0.00002", "Requests", "objectfs", "undated", "secondary"),
            "glacier_instant.request.tier2": _read("0.00001", "Requests", "objectfs", "undated", "secondary"),
            "intelligent_tiering.frequent_gb_month": _read("0.023", "GB-Mo", "s3_model", "2026-09-29", "verified"),
            "intelligent_tiering.infrequent_gb_month": _read("0.0125", "GB-Mo", "s3_model", "2026-09-29", "verified"),
            "intelligent_tiering.archive_instant_gb_month": _read("0.004", "GB-Mo", "s3_model", "2026-09-29", "verified"),
            "object_tag_month": _read("0.00000065", "Tags", *INFRACOST),
        },
    },
    "sa-east-1": {
        "data_transfer": {
            "internet_out_gb": {
                "tiers": [
                    {"begin": "0", "price": "0.15"}, {"begin": "10240", "price": "0.138"},
                    {"begin": "51200", "price": "0.126"}, {"begin": "153600", "price": "0.114"},
                ],
                "unit": "GB", "source": "infracost", "as_of": "2024-09-25", "confidence": "secondary",
                "note": "totals of a test divided by their GB",
            },
        },
    },
}  # fmt: skip
"""What was read after the collection was made: by Region, service and key."""
UPPER_TIERS: dict[str, tuple[tuple[str, str], ...]] = {
    "vpc.interface_endpoint.gb": (("1000000", "0.006"), ("5000000", "0.004")),
}
"""Higher tiers in us-east-1 of a price whose first is in the collection (Infracost's test files, 2024-07)."""
PAGES: dict[str, Entry] = {
    "appsync_page": {"origin": "https://aws.amazon.com/appsync/pricing/ (a copy of 2025 or 2026)", "copy": None},
    "appsync_events": {
        "origin": "AWS Price List AWSAppSync us-east-1, 2026-09-11, as quoted in a public note",
        "copy": None,
    },
    "eventbridge_page": {
        "origin": "https://aws.amazon.com/eventbridge/pricing/ (a copy of 2025 or 2026)",
        "copy": None,
    },
    "xray_page": {"origin": "https://aws.amazon.com/xray/pricing/ (undated copies)", "copy": None},
    "class_table": {
        "origin": "a guide's table of S3's storage classes, US East, May 2026; a test against the Pricing API agrees",
        "copy": None,
    },
    "objectfs": {
        "origin": "an integration test that compares each figure with AWS's Pricing API (usage types Requests-GIR-Tier1, -Tier2)",
        "copy": "scttfrdmn/objectfs internal/awsrates",
    },
    "s3_model": {
        "origin": "AWS Price List Bulk API AmazonS3 us-east-1 (TimedStorage-INT-FA, -IA, -AIA-ByteHrs), first tier, in a cost model",
        "copy": None,
    },
    "cache_table": {
        "origin": "API Gateway cache prices by size, an undated table; its first, second and last agree with dated ones",
        "copy": "i05nagai/memorandum cloud/aws/amazon_api_gateway.md",
    },
    "vended": {
        "origin": "derived: vended logs begin at the price of one's own; so it is in every Region where both were read",
        "copy": None,
    },
}
"""Sources of our own, and of NOTED."""


def main(collection: Path, out: Path) -> None:
    """Write every file of these services, the index and the allowances."""
    data = yaml.load(collection.read_text(encoding="utf-8"), yaml.CSafeLoader)
    places = {region: found["location"] for region, found in data["regions"].items()}
    places["sa-east-1"] = "South America (Sao Paulo)"
    for region, place in places.items():
        for service in SERVICES:
            prices = prices_of(data, region, service)
            if prices:
                text = service_text(region, place, service, prices, partial(_origin, data))
                write(out / region / f"{service}.json", text)
    write_index(out, SERVICES, places)
    write_allowances(out, SERVICES, allowances(data))


def _origin(data: Mapping[str, Any], name: str) -> Entry:
    return PAGES[name] if name in PAGES else origin(data, name)


def prices_of(data: Mapping[str, Any], region: str, service: str) -> Prices:
    """All prices of a service in a Region, by key."""
    read = {**data["regions"].get(region, {}).get(service, {}), **NOTED.get(region, {}).get(service, {})}
    sources = data["sources"]
    prices: Prices = {}
    for name, entry in read.items():
        if name.rpartition(".")[2] not in PARTLY_READ:
            prices[name] = _noted(entry, record(entry, sources))
    for name, entry in read.items():
        key, _, word = name.rpartition(".")
        if word in PARTLY_READ and key in prices:
            prices[key]["tiers"][0]["confidence"] = entry["confidence"]
        elif word in PARTLY_READ:
            prices[key] = _noted(entry, _completed(record(entry, sources), _whole(data, service, key), word))
    if service == "cloudwatch_logs":
        _add_vended(prices)
    if service == "api_gateway" and region == HOME:
        _add_cache_sizes(prices, data["global_facts"][service]["rest_cache_sizes_gb"])
    if region == HOME:
        _add_upper_tiers(prices, service)
    return dict(sorted(prices.items()))


def _noted(entry: Mapping[str, Any], out: Entry) -> Entry:
    return out | {"note": entry["note"]} if "note" in entry else out


def _whole(data: Mapping[str, Any], service: str, key: str) -> Entry:
    """The key's entry in a Region in which all its tiers were read."""
    found = next(r for r in WHOLE_IN if key in data["regions"][r].get(service, {}))
    return record(data["regions"][found][service][key], data["sources"])


def _completed(entry: Entry, whole: Entry, word: str) -> Entry:
    """The tiers that were read, and from where on the price is unknown; an allowance of the SKU is that of the other."""
    known = entry["tiers"]
    free = whole["free"] if word == "paid_tier" else entry["free"]
    beyond = [{"begin": one["begin"], "price": None} for one in whole["tiers"][len(known) : len(known) + 1]]
    return entry | {"free": free, "tiers": known + beyond}


def _add_vended(prices: Prices) -> None:
    """The price of logs that AWS services write, where a Region's was read under another name, or follows from one's own."""
    for key, read in LAMBDA_LOGS.items():
        if read in prices:
            prices[key] = prices[read] | {"sku": None, "note": f"read as {read}; the usage type is VendedLog-Bytes"}
    for key, own in VENDED.items():
        if key not in prices and own in prices:
            first = prices[own]["tiers"][0]["price"]
            tiers = [tier(0, first), {"begin": "10240", "price": None}]
            kept = {name: value for name, value in prices[own].items() if name != "note"}
            prices[key] = kept | {"tiers": tiers, "confidence": "derived", "source": "vended", "sku": None}


def _add_upper_tiers(prices: Prices, service: str) -> None:
    for key, entry in prices.items():
        upper = UPPER_TIERS.get(f"{service}.{key}", ())
        if upper:
            entry["tiers"] += [tier(begin, price, "secondary") for begin, price in upper]
            entry["source"] += ", infracost"
            entry.pop("note", None)


def _add_cache_sizes(prices: Prices, sizes: Mapping[str, str]) -> None:
    """Sizes of a REST API's cache that only an undated table has."""
    for gb, usd in sizes.items():
        key = f"rest.cache_hour.{gb}gb"
        if gb not in ("unit", "source", "confidence") and key not in prices:
            prices[key] = {
                "free": "0", "tiers": [tier(0, usd)], "unit": "Hrs", "effective": None, "checked": None,
                "confidence": "secondary", "source": "cache_table", "sku": None,
            }  # fmt: skip


def allowances(data: Mapping[str, Any]) -> list[Entry]:
    """What is free every month, for ever and for the account as a whole, and stands in no SKU of a Region.

    Allowances of an account's first twelve months are not among them: AWS gives them to accounts made before 2025-07-15 only.
    """
    facts = data["global_facts"]
    page, transfer = "https://aws.amazon.com/cloudwatch/pricing/", "https://aws.amazon.com/ec2/pricing/on-demand/"
    logs, metrics, xray = facts["cloudwatch_logs"]["free_tier"], facts["cloudwatch"]["free_tier"], facts["xray"]

    def one(service: str, keys: list[str], quantity: object, source: str) -> Entry:
        named = data["sources"].get(source, {"origin": source, "as_of": "2026-08-16"})
        checked = day(named.get("read")) or day(named["as_of"])
        return {
            "keys": [f"{service}.{key}" for key in keys], "quantity": str(quantity), "checked": checked,
            "source": named["origin"],
        }  # fmt: skip

    ingest = ["ingest.standard_gb", "ingest.ia_gb", "ingest.vended_standard_gb", "ingest.vended_ia_gb"]
    kept = ["storage.gb_month", "storage.ia_gb_month", "insights.scanned_gb"]
    return [
        one("cloudwatch_logs", ingest + kept, logs["gb"], page),
        one("cloudwatch", ["metric_month"], metrics["custom_metrics"], page),
        one("cloudwatch", ["alarm.standard_month"], metrics["alarm_metrics"], page),
        one("cloudwatch", ["dashboard_month"], metrics["dashboards"], page),
        one("cloudwatch", ["api.request"], metrics["api_requests"], page),
        one("cloudwatch", ["canary_run"], metrics["canary_runs"], page),
        one("data_transfer", ["internet_out_gb"], facts["data_transfer"]["internet_out_free_gb"], transfer),
        one("kms", ["request.symmetric"], facts["kms"]["free_symmetric_requests"], "health"),
        one("sns", ["delivery.mobile_push"], facts["sns"]["free_mobile_push"], "ohio"),
        one("sqs", ["standard.request", "fifo.request"], facts["sqs"]["free_tier"]["requests"], "sdlc"),
        one("xray", ["trace_recorded"], xray["free_recorded"], "xray_pages"),
        one("xray", ["trace_retrieved_or_scanned"], xray["free_retrieved_or_scanned"], "xray_pages"),
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
