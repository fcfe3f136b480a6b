"""Offer files as AWS serves them, written by hand, and a server on the loopback address that serves them, or fails to.

The shapes are those of AWS's bulk files: products and terms are maps by SKU, dimensions are in no order, all figures are
strings, a Savings Plan's Region index has a list where an offer's has a map; a CSV has five lines before its table.
"""

import csv
import http.server
import io
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, NamedTuple

PUBLISHED, VERSION = "2026-12-01T08:00:00Z", "20261201080000"
EFFECTIVE = "2026-12-01T00:00:00Z"
TERM = "JRTCKXETXF"


class Item(NamedTuple):
    """A product as the tests write it: usd by the beginning of each tier."""

    sku: str
    usage: str
    unit: str
    usd: Mapping[str, str]
    operation: str = ""
    region: str = "us-east-1"
    location: str = "US East (N. Virginia)"
    reserved: Mapping[str, tuple[str, str]] = {}
    """Upfront and hourly USD by lease."""
    to: str = ""
    """Of data transfer: the Region or "External" that it goes to; such a product has another Region's attributes."""


STATES = (
    Item("S1", "USE1-StateTransition", "StateTransitions", {"0": "0.0000250000"}),
    Item("S2", "USE1-StepFunctions-Request", "Requests", {"0": "0.0000010000"}),
    Item("S3", "USE1-StepFunctions-GB-Second", "GB-Seconds",
         {"3600000": "0.0000083300", "0": "0.0000166700", "18000000": "0.0000045600"}),
)  # fmt: skip
TABLES = (
    Item("W", "WriteRequestUnits", "WriteRequestUnits", {"0": "0.0000006250"}, "PayPerRequestThroughput"),
    Item("WIA", "IA-WriteRequestUnits", "WriteRequestUnits", {"0": "0.0000007800"}, "PayPerRequestThroughput"),
    Item("WR", "ReplWriteRequestUnits", "ReplicatedWriteRequestUnits", {"0": "0.0000006250"}, "PayPerRequestThroughput"),
    Item("R", "ReadRequestUnits", "ReadRequestUnits", {"0": "0.0000001250"}, "PayPerRequestThroughput"),
    Item("WCU", "WriteCapacityUnit-Hrs", "WriteCapacityUnit-Hrs", {"18600": "0.0006500000", "0": "0.0000000000"},
         "CommittedThroughput", reserved={"1yr": ("1.5", "0.000128"), "3yr": ("1.799999999999999822", "0.000081")}),
    Item("ST", "TimedStorage-ByteHrs", "GB-Mo", {"0": "0.0000000000", "25": "0.2500000000"}),
    Item("EU", "EU-WriteRequestUnits", "WriteRequestUnits", {"0": "9.0000000000"}, "PayPerRequestThroughput",
         "eu-west-1", "EU (Ireland)"),
    Item("DT", "USE1-DataTransfer-Out-Bytes", "GB", {"0": "0.0900000000"}),
)  # fmt: skip
GRAPHQL = (
    Item("Q", "USE1-GraphQLInvocation", "Requests", {"0": "0.0000040000"}),
    Item("U", "USE1-GraphQLNotification", "Operation", {"0": "0.0000020000"}),
    Item("M", "USE1-ConnectionDuration", "Minutes", {"0": "0.0000000800"}),
    Item("E", "USE1-EventAPI-Operation", "Operation", {"0": "0.0000010000"}),
    Item("EM", "USE1-EventAPI-ConnectionDuration", "Minutes", {"0": "7.0000000000"}),
)
TRANSFER = (
    Item("OUT", "DataTransfer-Out-Bytes", "GB",
         {"51200": "0.0700000000", "0": "0.0900000000", "10240": "0.0850000000", "153600": "0.0500000000"}, to="External"),
    Item("AZ", "DataTransfer-Regional-Bytes", "GB", {"0": "0.0100000000"}, to="us-east-1"),
    Item("XAZ", "DataTransfer-xAZ-Out-Bytes", "GB", {"0": "8.0000000000"}, to="us-east-1"),
    Item("IN", "USE2-USE1-AWS-In-Bytes", "GB", {"0": "0.0000000000"}, region="us-east-2", to="us-east-1"),
    Item("U2", "USE1-USE2-AWS-Out-Bytes", "GB", {"0": "0.0100000000"}, to="us-east-2"),
    Item("EU", "USE1-EU-AWS-Out-Bytes", "GB", {"0": "0.0200000000"}, to="eu-west-1"),
    Item("AF", "USE1-AFS1-AWS-Out-Bytes", "GB", {"0": "0.0200000000"}, to="af-south-1"),
    Item("WL", "USE1WL1ATL1-CAN1-AWS-Out-Bytes", "GB", {"0": "9.0000000000"}, to="ca-central-1"),
    Item("BACK", "USE2-USW2-AWS-Out-Bytes", "GB", {"0": "9.0000000000"}, region="us-east-2", to="us-west-2"),
)  # fmt: skip
ENDPOINTS = (Item("EH", "USE1-VpcEndpoint-Hours", "Hrs", {"0": "0.0100000000"}),)
MACHINES = (
    Item("BOX", "BoxUsage:m5.large", "Hrs", {"0": "0.0960000000"}, "RunInstances",
         reserved={"1yr": ("500", "0.01"), "3yr": ("900", "0.005")}),
    Item("NH", "NatGateway-Hours", "Hrs", {"0": "0.0450000000"}, "NatGateway"),
    Item("RH", "RegionalNatGateway-Hours", "Hrs", {"0": "7.0000000000"}, "NatGateway"),
    Item("NB", "NatGateway-Bytes", "GB", {"0": "0.0450000000"}, "NatGateway"),
)  # fmt: skip
PLAN = (
    ("W", "WriteRequestUnits", "PayPerRequestThroughput", "WriteRequestUnits", "0.0000005125", "AmazonDynamoDB"),
    ("K", "WriteRequestUnits", "PayPerRequestThroughput", "WriteRequestUnits", "0.0000009999", "AmazonMCS"),
)
"""Keyspaces has DynamoDB's usage types."""


def offer_json(code: str, items: Sequence[Item]) -> bytes:
    """An offer of one Region, or of several."""
    products, on_demand, reserved = {}, {}, {}
    for item in items:
        attributes = {"servicecode": code, "usagetype": item.usage, "operation": item.operation} | _where(item)
        products[item.sku] = {"sku": item.sku, "productFamily": "a family", "attributes": attributes}
        bounds = _bounds(item)
        dimensions = {
            f"{item.sku}.{TERM}.{begin}": {
                "rateCode": f"{item.sku}.{TERM}.{begin}", "description": "words", "beginRange": begin,
                "endRange": bounds[begin], "unit": item.unit, "pricePerUnit": {"USD": usd}, "appliesTo": [],
            }
            for begin, usd in item.usd.items()
        }  # fmt: skip
        term = {"offerTermCode": TERM, "sku": item.sku, "effectiveDate": EFFECTIVE, "priceDimensions": dimensions}
        on_demand[item.sku] = {f"{item.sku}.{TERM}": term | {"termAttributes": {}}}
        if item.reserved:
            reserved[item.sku] = {
                f"{item.sku}.{lease}": {
                    "offerTermCode": lease, "sku": item.sku, "effectiveDate": "2017-04-01T00:00:00Z",
                    "termAttributes": {"LeaseContractLength": lease, "PurchaseOption": "Heavy Utilization"},
                    "priceDimensions": {
                        "a": {"unit": item.unit, "beginRange": "0", "endRange": "Inf", "pricePerUnit": {"USD": hourly}},
                        "b": {"unit": "Quantity", "description": "Upfront Fee", "pricePerUnit": {"USD": upfront}},
                    },
                }
                for lease, (upfront, hourly) in item.reserved.items()
            }  # fmt: skip
    data = {
        "formatVersion": "v1.0", "disclaimer": "words", "offerCode": code, "version": VERSION,
        "publicationDate": PUBLISHED, "products": products, "terms": {"OnDemand": on_demand, "Reserved": reserved},
    }  # fmt: skip
    return json.dumps(data).encode()


def _where(item: Item) -> dict[str, str]:
    """The Region's attributes; data transfer has two of each."""
    if not item.to:
        return {"location": item.location, "locationType": "AWS Region", "regionCode": item.region}
    there = {"toLocation": "External"} if item.to == "External" else {"toLocation": item.to, "toRegionCode": item.to}
    return {"fromLocation": item.location, "fromLocationType": "AWS Region", "fromRegionCode": item.region} | there


def _bounds(item: Item) -> dict[str, str]:
    """Where each tier ends."""
    begins = sorted(item.usd, key=Decimal)
    return dict(zip(begins, [*begins[1:], "Inf"], strict=True))


def offer_csv(code: str, items: Sequence[Item]) -> bytes:
    """The same as CSV."""
    head = (
        "SKU,OfferTermCode,RateCode,TermType,PriceDescription,EffectiveDate,StartingRange,EndingRange,Unit,PricePerUnit,"
        "Currency,LeaseContractLength,PurchaseOption,OfferingClass,Product Family,serviceCode,Location,Location Type,"
        "usageType,operation,Region Code,From Location,From Region Code,To Location,To Region Code,serviceName"
    )
    names = head.split(",")
    out = io.StringIO()
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    for line in (("FormatVersion", "v1.0"), ("Disclaimer", "words, more words"), ("Publication Date", PUBLISHED)):
        table.writerow(line)
    table.writerows((("Version", VERSION), ("OfferCode", code), names))
    for item in items:
        where = _where(item)
        here = (where.get("regionCode", ""), where.get("fromLocation", ""), where.get("fromRegionCode", ""))
        there = (where.get("toLocation", ""), where.get("toRegionCode", ""))
        ends = (code, where.get("location", ""), "AWS Region", item.usage, item.operation, *here, *there, code)
        bounds = _bounds(item)
        for begin, usd in item.usd.items():
            money = (EFFECTIVE[:10], begin, bounds[begin], item.unit, usd, "USD", "", "", "", "a family")
            table.writerow((item.sku, TERM, f"{item.sku}.{begin}", "OnDemand", "words", *money, *ends))
        for lease, (upfront, hourly) in item.reserved.items():
            for begin, unit, usd in (("0", item.unit, hourly), ("", "Quantity", upfront)):
                money = ("2017-04-01", begin, "", unit, usd, "USD", lease, "Heavy Utilization", "standard", "a family")
                table.writerow((item.sku, lease, f"{item.sku}.{lease}", "Reserved", "words", *money, *ends))
    return out.getvalue().encode()


def plan_json(region: str) -> bytes:
    """A Savings Plan's rates."""
    rates = [
        {
            "discountedSku": sku, "discountedUsageType": usage, "discountedOperation": operation, "unit": unit,
            "discountedServiceCode": service, "rateCode": f"SP.{sku}", "discountedRegionCode": region,
            "discountedRate": {"price": usd, "currency": "USD"},
        }
        for sku, usage, operation, unit, usd, service in PLAN
    ]  # fmt: skip
    half = [rate | {"discountedRate": {"price": "0.0000003", "currency": "USD"}} for rate in rates]
    terms = [
        {
            "sku": sku,
            "effectiveDate": EFFECTIVE,
            "leaseContractLength": {"duration": years, "unit": "year"},
            "rates": its,
        }
        for sku, years, its in (("SP", 1, rates), ("ALL", 1, half), ("SP3", 3, half))
    ]
    products = [
        {"sku": sku, "attributes": {"purchaseOption": option, "purchaseTerm": "1yr"}}
        for sku, option in (("SP", "No Upfront"), ("ALL", "All Upfront"), ("SP3", "No Upfront"))
    ]
    head = {"version": VERSION, "publicationDate": PUBLISHED, "offerCode": "AmazonDatabaseSavingsPlans"}
    return json.dumps({**head, "products": products, "terms": {"savingsPlan": terms}}).encode()


def plan_csv(region: str) -> bytes:
    """The same as CSV, which quotes nothing."""
    names = (
        "SKU,RateCode,Unit,EffectiveDate,DiscountedRate,Currency,DiscountedSKU,DiscountedServiceCode,DiscountedUsageType,"
        "DiscountedOperation,PurchaseOption,LeaseContractLength,LeaseContractLengthUnit,DiscountedRegionCode"
    )
    head = f"FormatVersion,v1.0\nDisclaimer,words\nPublication Date,{PUBLISHED}\nVersion,{VERSION}\nOfferCode,AmazonDatabaseSavingsPlans\n"
    rows = [
        f"SP,SP.{sku},{unit},{EFFECTIVE},{price},USD,{sku},{service},{usage},{operation},{option},{years},year,{region}"
        for sku, usage, operation, unit, usd, service in PLAN
        for price, option, years in (
            (usd, "No Upfront", 1),
            ("0.0000003", "All Upfront", 1),
            ("0.0000003", "No Upfront", 3),
        )
    ]
    return "\n".join((head + names, *rows, "")).encode()


def price_list(**offers: Sequence[Item]) -> dict[str, bytes]:
    """Every file of a list by path: offers by code, of us-east-1, each as JSON and CSV."""
    of, region = "/offers/v1.0/aws", "us-east-1"
    files: dict[str, bytes] = {}
    index: dict[str, Any] = {}
    for code, items in offers.items():
        current = f"{of}/{code}/current/region_index.json"
        index[code] = {"offerCode": code, "currentVersionUrl": f"{of}/{code}/current/index.json"}
        index[code]["currentRegionIndexUrl"] = current
        place = f"{of}/{code}/{VERSION}/{region}/index"
        row = {"regionCode": region, "currentVersionUrl": f"{place}.json"}
        files[current] = json.dumps({"publicationDate": PUBLISHED, "regions": {region: row}}).encode()
        files[f"{place}.json"], files[f"{place}.csv"] = offer_json(code, items), offer_csv(code, items)
    files[f"{of}/index.json"] = json.dumps({"formatVersion": "v1.0", "offers": index}).encode()
    plan = f"/savingsPlan/v1.0/aws/AWSDatabaseSavingsPlans/{VERSION}/{region}/index"
    regions = [{"regionCode": region, "versionUrl": f"{plan}.json"}]
    files["/savingsPlan/v1.0/aws/AWSDatabaseSavingsPlans/current/region_index.json"] = json.dumps(
        {"publicationDate": PUBLISHED, "regions": regions}
    ).encode()
    files[f"{plan}.json"], files[f"{plan}.csv"] = plan_json(region), plan_csv(region)
    return files


Fault = Callable[[http.server.BaseHTTPRequestHandler, bytes], None]


def cut_off(request: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
    """Half of what was announced."""
    request.send_response(200)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body[: len(body) // 2])


def silent(request: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
    """Announces, and says nothing for longer than anybody waits."""
    request.send_response(200)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    time.sleep(3.0)


def dripping(request: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
    """A byte now and then, so that no single wait is long."""
    request.send_response(200)
    request.end_headers()
    for byte in body[:100]:
        request.wfile.write(bytes([byte]))
        request.wfile.flush()
        time.sleep(0.02)


def failing(request: http.server.BaseHTTPRequestHandler, _body: bytes) -> None:
    """An error of the server."""
    request.send_error(503)


@contextmanager
def served(files: Mapping[str, bytes], faults: Mapping[str, Fault] = {}) -> Iterator[str]:
    """The address of a server of these files; a path with a fault fails in that way."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, fault = files.get(self.path), faults.get(self.path)
            try:
                if body is None:
                    self.send_error(404)
                elif fault is not None:
                    fault(self, body)
                else:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                pass

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
