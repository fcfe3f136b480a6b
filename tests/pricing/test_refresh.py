"""`prices refresh`, end to end: a server on the loopback address serves offer files of AWS's shape, and faults."""

import json
import os
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest

from capplan.cli.app import run
from capplan.commands.refresh_prices import FileRefresh, Options, Refresh, refresh
from capplan.errors import CapplanError
from capplan.pricing.catalogue import known_keys, load_prices
from capplan.pricing.refresh.merge import is_named, merged
from capplan.pricing.refresh.offer_file import offer_of, plan_rates
from capplan.pricing.refresh.products import Place
from capplan.reading.web import Limits, Pieces, reader_of
from capplan.report.formats.terminal import terminal_text
from capplan.report.style import Style
from capplan.report.views.refresh import refresh_document
from capplan.services.offers import mapped
from tests.pricing.folder import copy_of, forget, use
from tests.pricing.price_list import (
    ENDPOINTS,
    GRAPHQL,
    MACHINES,
    STATES,
    TABLES,
    TRANSFER,
    Fault,
    Item,
    cut_off,
    dripping,
    failing,
    offer_json,
    price_list,
    served,
    silent,
)

DAY = date(2026, 12, 2)
SAGA = Path(__file__).parent.parent.parent / "scenarios" / "order-saga" / "scenario.yaml"
OFFER = "/offers/v1.0/aws/AmazonStates/20261201080000/us-east-1/index.json"
PATIENT = Limits()
LIMITS = {silent: Limits(silence_s=1.0), dripping: Limits(whole_s=0.5)}
"""Short only for the faults that need it: on a busy machine a healthy answer takes its time."""
Kind = Literal["json", "csv"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return copy_of(tmp_path / "prices", "us-east-1")


def read(home: Path, service: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((home / "us-east-1" / f"{service}.json").read_bytes())
    return data


def renewed(
    home: Path,
    files: dict[str, bytes],
    service: str = "stepfunctions",
    faults: dict[str, Fault] | None = None,
    *,
    kind: Kind = "json",
    confirmed: bool = False,
    dry: bool = False,
    day: date = DAY,
) -> FileRefresh:
    limits = next((LIMITS[fault] for fault in (faults or {}).values() if fault in LIMITS), PATIENT)
    with served(files, faults or {}) as base:
        options = Options(base, home, day, kind, confirmed, dry)
        (file,) = refresh(reader_of(base, time.monotonic, limits), options, ("us-east-1",), (service,)).files
    return file


def outcomes(file: FileRefresh) -> dict[str, str]:
    return {change.key: change.outcome for change in file.changes}


def changed(item: Item, **values: Any) -> tuple[Item, ...]:  # noqa: ANN401  fields of an Item
    return tuple(one._replace(**values) if one is item else one for one in STATES)


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_an_unchanged_price_is_confirmed_beside_its_first_reading(home: Path, kind: Kind) -> None:
    before = read(home, "stepfunctions")
    file = renewed(home, price_list(AmazonStates=STATES), kind=kind)
    assert set(outcomes(file).values()) == {"unchanged"}
    assert (file.is_written, file.version) == (True, "20261201080000")
    after = read(home, "stepfunctions")
    for key, (first,) in before["prices"].items():
        old, new = after["prices"][key]
        assert old == first, "nothing is overwritten"
        assert new["tiers"] == first["tiers"]
        assert (new["checked"], new["effective"], new["confidence"]) == ("2026-12-02", "2026-12-01", "verified")
    origin = after["sources"]["AmazonStates_20261201080000"]["origin"]
    assert "AmazonStates/20261201080000/us-east-1 (published 2026-12-01T08:00:00Z)" in origin
    renewed(home, price_list(AmazonStates=STATES), kind=kind, day=date(2026, 12, 9))
    dated = read(home, "stepfunctions")["prices"]["express.request"]
    assert [entry["checked"] for entry in dated] == ["2026-09-11", "2026-12-09"], "its first and its last reading"
    assert json.loads((home / "index.json").read_bytes())["newest_checked"] == "2026-12-09"


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_tables_with_allowances_classes_reservations_and_a_savings_plan(home: Path, kind: Kind) -> None:
    """A Region's own products only; a $0 tier is the allowance; upfront fees lose the noise of binary fractions."""
    file = renewed(home, price_list(AmazonDynamoDB=TABLES), "dynamodb", kind=kind)
    prices = read(home, "dynamodb")["prices"]
    last = {key: dated[-1] for key, dated in prices.items()}
    assert last["on_demand.write_request_unit.standard"]["sku"] == "W"
    assert last["on_demand.write_request_unit.ia"]["tiers"] == [{"begin": "0", "price": "0.00000078"}]
    assert last["on_demand.replicated_write_request_unit.standard"]["sku"] == "WR"
    assert (last["storage.standard_gb_month"]["free"], last["provisioned.wcu_hour.standard"]["free"]) == ("25", "18600")
    assert last["provisioned.wcu_hour.standard"]["tiers"] == [{"begin": "0", "price": "0.00065"}]
    three = last["reserved.3yr.wcu"]
    assert (three["upfront_per_unit"], three["hourly_per_unit"]) == ("1.8", "0.000081")
    plan = last["database_savings_plan.1yr_no_upfront.on_demand.write_request_unit.standard"]
    assert plan["tiers"] == [{"begin": "0", "price": "0.0000005125"}]
    found = outcomes(file)
    assert found["backup.pitr_gb_month"] == "missing", "the offer has no such product"
    assert len(prices["backup.pitr_gb_month"]) == 1, "the old price stays"
    assert found["dax.node_hour.t3.small"] == "missing", "the list has no offer AmazonDAX"


def test_a_changed_price_is_a_new_entry(home: Path) -> None:
    items = changed(STATES[0], usd={"0": "0.0000300000"})
    file = renewed(home, price_list(AmazonStates=items))
    assert outcomes(file)["standard.state_transition"] == "changed"
    old, new = read(home, "stepfunctions")["prices"]["standard.state_transition"]
    assert (old["tiers"][0]["price"], new["tiers"][0]["price"]) == ("0.000025", "0.00003")


@pytest.mark.parametrize(("usd", "jumps"), [("0.00025", True), ("0.000249", False), ("0.0000025", True), ("0", True)])
def test_a_price_that_jumped_tenfold_waits_for_a_confirmation(home: Path, usd: str, jumps: bool) -> None:  # noqa: FBT001
    files = price_list(AmazonStates=changed(STATES[0], usd={"0": usd}))
    file = renewed(home, files)
    assert (outcomes(file)["standard.state_transition"] == "jumped") is jumps
    assert len(read(home, "stepfunctions")["prices"]["standard.state_transition"]) == (1 if jumps else 2)
    assert len(read(home, "stepfunctions")["prices"]["express.request"]) == 2, "the others are written"
    assert Refresh("", DAY, (file,), ()).is_whole is not jumps
    if jumps:
        file = renewed(home, files, confirmed=True)
        assert outcomes(file)["standard.state_transition"] == "changed"
        assert read(home, "stepfunctions")["prices"]["standard.state_transition"][-1]["tiers"][0]["price"] == usd


def test_an_unknown_unit_and_two_prices_of_one_name_are_never_taken(home: Path) -> None:
    items = (*changed(STATES[0], unit="1M Transitions"), STATES[1]._replace(sku="S9", usd={"0": "0.000002"}))
    file = renewed(home, price_list(AmazonStates=items), confirmed=True)
    found = outcomes(file)
    assert (found["standard.state_transition"], found["express.request"]) == ("unknown unit", "ambiguous")
    said = next(change.said for change in file.changes if change.outcome == "unknown unit")
    assert said == "per 1M Transitions, expected StateTransitions"
    prices = read(home, "stepfunctions")["prices"]
    assert [len(prices[key]) for key in ("standard.state_transition", "express.request")] == [1, 1]


def test_a_region_in_which_nobody_had_read_a_service_gets_its_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "us-east-1" / "stepfunctions.json").unlink()
    file = renewed(home, price_list(AmazonStates=STATES))
    assert (set(outcomes(file).values()), file.is_written) == ({"new"}, True)
    use(home, monkeypatch)
    price = load_prices("us-east-1", {}).price("stepfunctions.express.duration")
    monkeypatch.undo()
    forget()
    assert price is not None
    assert [tier.price for tier in price.tiers] == [Decimal("0.00001667"), Decimal("0.00000833"), Decimal("0.00000456")]
    assert read(home, "stepfunctions")["location"] == "US East (N. Virginia)"


def test_after_a_refresh_a_plan_has_the_new_price_and_an_older_day_the_old_one(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """0.00003 USD a transition since 2026-12-01, 0.000025 before: +20 %."""
    change_of = "stepfunctions.standard.state_transition"
    renewed(home, price_list(AmazonStates=changed(STATES[0], usd={"0": "0.00003"})))
    use(home, monkeypatch)
    totals: list[Decimal] = []
    for on in ((), ("--on", "2026-11-30"), ("--on", "2026-12-01")):
        assert run(["estimate", str(SAGA), "-f", "json", *on]) == 0
        lines = json.loads(capfd.readouterr().out)["line_items"]
        totals.append(sum((Decimal(a["list_cost"]) for a in lines if a["price_key"] == change_of), Decimal(0)))
    assert run(["prices", "diff", "2026-11-30", "2026-12-01", "--service", "stepfunctions", "-f", "json"]) == 0
    (change,) = json.loads(capfd.readouterr().out)["changes"]
    monkeypatch.undo()
    forget()
    now, before, since = totals
    assert now == since
    assert before > 1000
    assert abs(now - before * Decimal("1.2")) < Decimal("1E-8"), "each line is rounded at 10 decimals"
    assert (change["key"], Decimal(change["change"])) == (change_of, Decimal("0.2"))


def test_a_missing_product_leaves_the_old_price(home: Path) -> None:
    file = renewed(home, price_list(AmazonStates=STATES[1:]))
    assert outcomes(file)["standard.state_transition"] == "missing"
    assert len(read(home, "stepfunctions")["prices"]["standard.state_transition"]) == 1


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_graphql_and_event_apis(home: Path, kind: Kind) -> None:
    """Connection minutes of Event APIs have a usage type of their own, which ends like that of GraphQL."""
    file = renewed(home, price_list(AWSAppSync=GRAPHQL), "appsync", kind=kind)
    assert set(outcomes(file).values()) == {"unchanged"}
    last = {key: dated[-1] for key, dated in read(home, "appsync")["prices"].items()}
    assert {key: entry["sku"] for key, entry in last.items()} == {
        "graphql_request": "Q",
        "graphql_realtime_update": "U",
        "realtime_minute": "M",
        "event_operation": "E",
    }


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_data_transfer_is_of_the_region_that_it_leaves(home: Path, kind: Kind) -> None:
    """Each pair of Regions has its price; a usage type of the other direction, or of a Wavelength Zone, is none of them."""
    file = renewed(home, price_list(AWSDataTransfer=TRANSFER), "data_transfer", kind=kind)
    found = outcomes(file)
    assert found.pop("inter_region_gb.us-west-2") == "missing", "the row is from us-east-2"
    assert found == {
        "internet_out_gb": "unchanged",
        "inter_az_gb_each_direction": "unchanged",
        "inter_region_gb.us-east-2": "unchanged",
        "inter_region_gb.eu-west-1": "new",
        "inter_region_gb.af-south-1": "new",
    }
    last = {key: dated[-1] for key, dated in read(home, "data_transfer")["prices"].items()}
    assert last["inter_region_gb.eu-west-1"]["tiers"] == [{"begin": "0", "price": "0.02"}]
    assert [tier["begin"] for tier in last["internet_out_gb"]["tiers"]] == ["0", "10240", "51200", "153600"]


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_nat_gateways_stand_in_the_offer_of_machines(home: Path, kind: Kind) -> None:
    file = renewed(home, price_list(AmazonVPC=ENDPOINTS, AmazonEC2=MACHINES), "vpc", kind=kind)
    found = outcomes(file)
    assert {key: found[key] for key in ("nat_gateway.hour", "nat_gateway.gb", "interface_endpoint.az_hour")} == {
        "nat_gateway.hour": "unchanged",
        "nat_gateway.gb": "unchanged",
        "interface_endpoint.az_hour": "unchanged",
    }
    data = read(home, "vpc")
    hour = data["prices"]["nat_gateway.hour"][-1]
    assert (hour["sku"], hour["source"]) == ("NH", "AmazonEC2_20261201080000")
    assert {"AmazonEC2_20261201080000", "AmazonVPC_20261201080000"} <= data["sources"].keys()


def test_an_offer_that_cannot_be_read_leaves_its_prices_and_the_others_are_renewed(home: Path) -> None:
    files = price_list(AmazonVPC=ENDPOINTS, AmazonEC2=MACHINES)
    machines = "/offers/v1.0/aws/AmazonEC2/20261201080000/us-east-1/index.json"
    file = renewed(home, files, "vpc", {machines: cut_off})
    found = outcomes(file)
    assert (found["nat_gateway.hour"], found["interface_endpoint.az_hour"]) == ("unread", "unchanged")
    said = next(change.said for change in file.changes if change.outcome == "unread")
    assert "AmazonEC2" in said
    assert "cut off" in said
    prices = read(home, "vpc")["prices"]
    assert (len(prices["nat_gateway.hour"]), len(prices["interface_endpoint.az_hour"])) == (1, 2)
    assert not Refresh("", DAY, (file,), ()).is_whole


def test_an_offer_that_the_list_does_not_have(home: Path) -> None:
    """Its prices are missing, as a product is that an offer does not have."""
    file = renewed(home, price_list(AmazonVPC=ENDPOINTS), "vpc")
    assert outcomes(file)["nat_gateway.hour"] == "missing"
    assert Refresh("", DAY, (file,), ()).is_whole


def test_tiers_between_which_something_lacks_are_not_taken(home: Path) -> None:
    """3,600,000 to 18,000,000 is cut out; then the last tier is."""
    for lost in (b"3600000", b"18000000"):
        data = json.loads(offer_json("AmazonStates", STATES))
        (term,) = data["terms"]["OnDemand"]["S3"].values()
        kept = {code: one for code, one in term["priceDimensions"].items() if one["beginRange"] != lost.decode()}
        term["priceDimensions"] = kept
        file = renewed(home, price_list(AmazonStates=STATES) | {OFFER: json.dumps(data).encode()})
        (change,) = [change for change in file.changes if change.key == "express.duration"]
        assert change.outcome == "unreadable"
        assert "is the file cut off?" in change.said
    assert len(read(home, "stepfunctions")["prices"]["express.duration"]) == 1


STATES_INDEX = "/offers/v1.0/aws/AmazonStates/current/region_index.json"
FAULTS: list[tuple[Fault, str]] = [
    (cut_off, "cut off"),
    (silent, "no answer in time"),
    (dripping, "it takes too long"),
    (failing, "the server answers 503"),
]


@pytest.mark.parametrize(("fault", "said"), FAULTS)
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (OFFER, "json"),
        (OFFER.replace(".json", ".csv"), "csv"),
        (STATES_INDEX, "json"),
        ("/offers/v1.0/aws/index.json", "json"),
    ],
)
def test_a_file_that_does_not_come_whole_changes_nothing(
    home: Path, path: str, kind: Kind, fault: Fault, said: str
) -> None:
    before = (home / "us-east-1" / "stepfunctions.json").read_bytes()
    file = renewed(home, price_list(AmazonStates=STATES), faults={path: fault}, kind=kind)
    assert said in file.failed
    assert path in file.failed
    assert (home / "us-east-1" / "stepfunctions.json").read_bytes() == before
    assert not list(home.rglob("*.tmp"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Access denied</html>",
        offer_json("AmazonStates", STATES)[:-40],
        offer_json("AmazonStates", STATES).replace(b'"terms"', b'"other"'),
        offer_json("AmazonStates", STATES).replace(b"0.0000010000", b"a lot"),
        offer_json("AmazonStates", STATES).replace(b"0.0000010000", b"-0.000001"),
        offer_json("AmazonStates", STATES).replace(b'"USD"', b'"CNY"'),
        b'{"a": 1, "a": 2}',
        b"[" * 100_000,
        b"\xff\xfe",
        b"[]",
    ],
)
def test_what_is_no_offer_file_changes_nothing(home: Path, body: bytes) -> None:
    before = (home / "us-east-1" / "stepfunctions.json").read_bytes()
    file = renewed(home, price_list(AmazonStates=STATES) | {OFFER: body})
    assert file.failed
    assert not file.is_written
    assert (home / "us-east-1" / "stepfunctions.json").read_bytes() == before


@pytest.mark.parametrize("path", ["http://elsewhere/x.json", "//elsewhere/x.json", "/../../etc/passwd", "x.json"])
def test_an_index_leads_nowhere_else(home: Path, path: str) -> None:
    index = "/offers/v1.0/aws/AmazonStates/current/region_index.json"
    regions = {"us-east-1": {"regionCode": "us-east-1", "currentVersionUrl": path}}
    file = renewed(home, price_list(AmazonStates=STATES) | {index: json.dumps({"regions": regions}).encode()})
    assert "is not a path of the price list" in file.failed


@pytest.mark.parametrize(("fault", "said"), FAULTS)
def test_a_savings_plan_that_does_not_come_whole(home: Path, fault: Fault, said: str) -> None:
    """The list prices are renewed; the plan's stay, and are named."""
    plan = "/savingsPlan/v1.0/aws/AWSDatabaseSavingsPlans/20261201080000/us-east-1/index.json"
    file = renewed(home, price_list(AmazonDynamoDB=TABLES), "dynamodb", {plan: fault})
    held = [change for change in file.changes if change.outcome == "unread"]
    assert {change.key.partition(".")[0] for change in held} == {"database_savings_plan"}
    assert all(said in change.said and plan in change.said for change in held)
    assert outcomes(file)["on_demand.write_request_unit.standard"] == "unchanged"


def test_an_index_that_cannot_be_read_is_asked_for_once(home: Path) -> None:
    asked = []

    def nobody(path: str) -> Pieces:
        asked.append(path)
        yield b"<html>"

    done = refresh(nobody, Options("x", home, DAY))
    assert all("not of the form of an index" in file.failed for file in done.files if file.service != "dynamodb")
    assert len(asked) == 2, "the list of offers, and the Savings Plan's index of Regions"


def test_what_cannot_be_renewed_is_named(home: Path) -> None:
    with served(price_list(AmazonVPC=ENDPOINTS, AmazonEC2=MACHINES)) as base:
        done = refresh(reader_of(base, time.monotonic), Options(base, home, DAY), (), ("vpc", "sqs"))
    assert done.not_renewed == ("sqs.fair_queue.surcharge_request", "vpc.gateway_endpoint")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[]", "no object"),
        ('{"sources": {}, "prices": {"a": [{"unit": "x"}]}}', "an entry is not of the form"),
        ('{"prices": {}}', "an entry is not of the form"),
    ],
)
def test_a_price_file_of_ours_that_is_broken(home: Path, text: str, said: str) -> None:
    """It is named, with what to do; the price list is not asked for it."""
    path = home / "us-east-1" / "stepfunctions.json"
    path.write_text(text)
    file = renewed(home, price_list(AmazonStates=STATES))
    assert said in file.failed
    assert path.as_posix() in file.failed
    assert "take it back from version control" in file.failed
    assert path.read_text() == text


def test_a_failed_write_leaves_the_whole_old_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (home / "us-east-1" / "stepfunctions.json").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    file = renewed(home, price_list(AmazonStates=STATES))
    assert (file.failed, file.is_written) == ("cannot write it: No space left on device", False)
    assert (home / "us-east-1" / "stepfunctions.json").read_bytes() == before
    assert not list(home.rglob("*.tmp"))


def test_a_dry_run_writes_nothing(home: Path) -> None:
    before = {path: path.read_bytes() for path in home.rglob("*.json")}
    file = renewed(home, price_list(AmazonStates=changed(STATES[0], usd={"0": "0.00003"})), dry=True)
    assert outcomes(file)["standard.state_transition"] == "changed"
    assert {path: path.read_bytes() for path in home.rglob("*.json")} == before


def test_a_region_where_it_is_not_offered(tmp_path: Path) -> None:
    home = copy_of(tmp_path / "prices", "us-east-1", "us-gov-west-1")
    with served(price_list(AmazonStates=STATES)) as base:
        done = refresh(reader_of(base, time.monotonic), Options(base, home, DAY), (), ("stepfunctions",))
    assert {file.region: bool(file.version) for file in done.files} == {"us-east-1": True, "us-gov-west-1": False}


@pytest.mark.parametrize(
    ("usage", "name", "found"),
    [
        ("WriteRequestUnits", "WriteRequestUnits", True),
        ("APN2-WriteRequestUnits", "WriteRequestUnits", True),
        ("EU-WriteRequestUnits", "WriteRequestUnits", True),
        ("IA-WriteRequestUnits", "WriteRequestUnits", False),
        ("APN2-IA-WriteRequestUnits", "IA-WriteRequestUnits", True),
        ("APN2-IA-WriteRequestUnits", "WriteRequestUnits", False),
        ("ReplWriteRequestUnits", "WriteRequestUnits", False),
        ("USE1-ETL-DPU-Hour-Gen2", "ETL-DPU-Hour", False),
        ("us-east-1-KMS-Requests", "KMS-Requests", True),
        ("ap-northeast-2-KMS-Keys", "KMS-Keys", True),
        ("us-east-1-KMS-Requests-Asymmetric", "KMS-Requests", False),
        ("Global-Requests", "Requests", False),
    ],
)
def test_a_usage_type_is_matched_whole(usage: str, name: str, found: bool) -> None:  # noqa: FBT001
    assert is_named(usage, name) is found


def test_every_mapped_key_is_one_that_capplan_charges() -> None:
    """Of pairs of Regions nobody has read all; a transfer asks for the pair's own price first."""
    for service, found in mapped().items():
        for listed in (*found.prices, *found.plan_prices) if found is not None else ():
            key = f"{service}.{listed.key}"
            assert key in known_keys(service) or key.startswith("data_transfer.inter_region_gb.")
            assert listed.usage_types
            assert listed.units


@pytest.mark.parametrize("kind", ["json", "csv"])
@pytest.mark.parametrize("service", [name for name, found in mapped().items() if found is not None])
def test_a_price_list_with_todays_prices_changes_none(home: Path, service: str, kind: Kind) -> None:
    """Each mapped price, served under its first usage type, is found, taken in its unit, and is the one on file."""
    found = mapped()[service]
    assert found is not None
    on_file = read(home, service)["prices"]
    offers: dict[str, list[Item]] = {}
    told: dict[tuple[str, str, str | None], str] = {}
    for listed in found.prices:
        entry = on_file.get(listed.key, [{"tiers": []}])[-1]
        if not entry["tiers"] or any(tier["price"] is None for tier in entry["tiers"]):
            continue
        free, per = Decimal(entry["free"]) * listed.per, listed.per
        usd = {
            format(free + Decimal(tier["begin"]) * per, "f"): format(Decimal(tier["price"]) / per, "f")
            for tier in entry["tiers"]
        }
        if free:
            usd = {"0": "0"} | usd
        item = Item(listed.key, f"USE1-{listed.usage_types[0]}", listed.units[0], usd, listed.operation or "")
        name = (listed.offer, item.usage, listed.operation)
        if told.setdefault(name, listed.key) == listed.key:
            offers.setdefault(listed.offer, []).append(item)
    file = renewed(home, price_list(**{code: tuple(items) for code, items in offers.items()}), service, kind=kind)
    served_keys = {item.sku for items in offers.values() for item in items}
    assert served_keys
    assert {key: what for key, what in outcomes(file).items() if key in served_keys} == dict.fromkeys(
        served_keys, "unchanged"
    )


def _command(home: Path, base: str, capfd: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, Any]]:
    where = ("--from", base, "--into", str(home), "--region", "us-east-1", "--today", "2026-12-02", "-f", "json")
    code = run(["prices", "refresh", *where, *more])
    answer: dict[str, Any] = json.loads(capfd.readouterr().out)
    return code, answer


def test_the_command(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files = price_list(AmazonStates=changed(STATES[0], usd={"0": "0.25"}))
    with served(files) as base:
        code, answer = _command(home, base, capfd, "--service", "stepfunctions")
        assert (code, answer["schema"], answer["is_whole"]) == (3, "capplan.prices-refresh/1", False)
        code, answer = _command(home, base, capfd, "--service", "stepfunctions", "--confirm")
        assert (code, answer["is_whole"]) == (0, True)
        code, answer = _command(home, base, capfd, "--service", "appsync")
        assert (code, answer["unmapped"], answer["files"][0]["is_written"]) == (3, [], False)
        assert answer["files"][0]["failed"].startswith("/offers/v1.0/aws/index.json: it has no offer AWSAppSync")
        code, answer = _command(home, base, capfd, "--service", "dynamo")
        assert (code, answer["schema"]) == (2, "capplan.errors/1")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_screen_says_why_a_price_is_held_back_or_missing(home: Path, width: int) -> None:
    items = (STATES[0]._replace(usd={"0": "0.25"}), STATES[1]._replace(unit="1M Requests"))
    file = renewed(home, price_list(AmazonStates=items))
    document = refresh_document(Refresh("x", DAY, (file,), (), ("sqs.fair_queue.surcharge_request",)))
    text = " ".join(terminal_text(document, Style(width=width)).split())
    for said in (
        "0.000025 became 0.25 USD",
        "per 1M Requests, expected Requests",
        "no StepFunctions-GB-Second in AmazonStates",
        "fair_queue.surcharge_request",
    ):
        assert said in text


def test_a_folder_with_the_same_paths(home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    saved = tmp_path / "saved"
    for path, body in price_list(AmazonStates=STATES).items():
        (saved / path[1:]).parent.mkdir(parents=True, exist_ok=True)
        (saved / path[1:]).write_bytes(body)
    code, answer = _command(home, str(saved), capfd, "--service", "stepfunctions")
    assert (code, answer["files"][0]["is_written"]) == (0, True)
    code = run(["prices", "refresh", "--from", str(saved), "--into", str(home), "--service", "stepfunctions"])
    assert "1 file written" in capfd.readouterr().out
    assert code == 0


@pytest.mark.parametrize("place", ["ftp://127.0.0.1/x", "file:///etc", "no-such-folder", "//elsewhere"])
def test_a_place_that_is_neither_a_folder_nor_an_address(
    home: Path, capfd: pytest.CaptureFixture[str], place: str
) -> None:
    assert run(["prices", "refresh", "--from", place, "--into", str(home)]) == 2
    assert "expected a folder or an https address" in " ".join(capfd.readouterr().err.replace("│", " ").split())


@pytest.mark.parametrize(
    "place", ["http://", "http://a b/", "https://[", "http://127.0.0.1:x", "http://127.0.0.1:99999"]
)
def test_an_address_that_is_none(home: Path, capfd: pytest.CaptureFixture[str], place: str) -> None:
    code, answer = _command(home, place, capfd, "--service", "stepfunctions")
    assert code == 3
    assert "cannot read it" in answer["files"][0]["failed"]


def test_no_server_is_told(home: Path) -> None:
    nobody = reader_of("http://127.0.0.1:9", time.monotonic)
    (file,) = refresh(nobody, Options("x", home, DAY), (), ("stepfunctions",)).files
    assert "cannot read it" in file.failed


def nothing(path: str) -> Pieces:
    yield path[:0].encode()


READERS: list[Callable[[], object]] = [
    lambda: refresh(nothing, Options("x", Path("/nowhere"), DAY)),
]


@pytest.mark.parametrize("call", READERS)
def test_a_folder_without_price_files_is_an_error(call: Callable[[], object]) -> None:
    with pytest.raises(CapplanError, match="cannot open"):
        call()


# --- AWS's own files, where they are at hand --------------------------------------------------------------------------

SAMPLES = os.environ.get("CAPPLAN_FIELD_FILES")
"""A folder with `samples`: excerpts of AWS's price files that are not ours to carry."""
needs_samples = pytest.mark.skipif(SAMPLES is None, reason="CAPPLAN_FIELD_FILES names no folder")


def sample(name: str) -> bytes:
    return (Path(SAMPLES or "") / "samples" / name).read_bytes()


@needs_samples
def test_an_offer_file_of_2016_with_reservations_and_no_region_codes() -> None:
    """Prices of that year: 0.25 USD a GB-month after 25 free; 1 year of a write unit: 1.50 USD upfront, 0.000128 an hour."""
    offer = offer_of(
        [sample("AmazonDynamoDB_20160107013501_excerpt.json")], Place("us-east-1", "US East (N. Virginia)"), "f"
    )
    assert (offer.code, offer.version) == ("AmazonDynamoDB", "20160107013501")
    by_usage = {product.usage_type: product for product in offer.products}
    storage = [(step.begin, step.usd) for step in by_usage["TimedStorage-ByteHrs"].steps]
    assert storage == [(Decimal(0), Decimal(0)), (Decimal(25), Decimal("0.25"))]
    reserved = {one.years: one for one in by_usage["WriteCapacityUnit-Hrs"].reserved}
    assert (reserved[1].upfront, reserved[1].hourly) == (Decimal("1.5"), Decimal("0.000128"))
    assert {product.location for product in offer.products} == {"US East (N. Virginia)"}


@needs_samples
def test_a_whole_offer_csv_and_a_whole_savings_plan_csv() -> None:
    offer = offer_of([sample("comprehend_20260116160258_ap-south-1.csv")], Place("ap-south-1"), "f")
    product = next(one for one in offer.products if one.sku == "3AXMQWKDDFYP7NT5")
    assert [str(step.begin) for step in product.steps][:2] == ["0", "10000000"]
    assert offer.published == "2026-01-16T16:02:58Z"
    plan = plan_rates(
        [sample("AWSDatabaseSavingsPlans_20260422194203_ap-south-2.csv")], "ap-south-2", "f", "AmazonDynamoDB"
    )
    rates = {(one.usage_type, one.operation): one.steps[0].usd for one in plan.products}
    assert rates["APS5-WriteRequestUnits", "PayPerRequestThroughput"] == Decimal("0.0000005822")
    (dynamodb,) = [found for found in mapped().values() if found is not None and found.savings_plan]
    _, changes = merged({}, plan, dynamodb.plan_prices, {}, "s", DAY)
    assert {change.outcome for change in changes} == {"new"}
    assert len(changes) == 12
