"""Finding prices: the user's own first, each with its age and where it was read."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from capplan.pricing import catalogue
from capplan.pricing.catalogue import Price, Tier, is_stale, load_prices, regions

STORAGE = "dynamodb.storage.standard_gb_month"


def known(key: str, region: str = "us-east-1") -> Price:
    found = load_prices(region, {}).price(key)
    assert found is not None
    return found


def test_a_price_has_its_tiers_its_allowance_and_where_it_was_read() -> None:
    price = known(STORAGE)
    assert price.tiers == (Tier(Decimal(0), Decimal("0.25"), "verified"),)
    assert (price.free, price.unit, price.sku) == (Decimal(25), "GB-Mo", "F3E2EDSYC6ZNW7XP")
    assert (price.checked, price.effective) == (date(2026, 9, 11), None)
    assert price.source.startswith("AWS Price List Bulk API us-east-1")
    assert not price.overridden


def test_a_day_of_effect_is_told_where_the_source_tells_it() -> None:
    assert known("lambda.provisioned_concurrency.x86_64").effective == date(2025, 10, 1)


@pytest.mark.parametrize("key", ["dynamodb.no_such_thing", "sqs.request", "dynamodb", "", "dynamodb.reserved.1yr.wcu"])
def test_an_unknown_key_has_no_price(key: str) -> None:
    assert load_prices("us-east-1", {}).price(key) is None


def test_reserved_capacity_has_two_prices() -> None:
    prices = load_prices("us-east-1", {})
    assert prices.reserved("dynamodb.reserved.1yr.wcu") == (Decimal("1.5"), Decimal("0.000128"))
    assert prices.reserved(STORAGE) is None
    assert prices.reserved("dynamodb.reserved.9yr.wcu") is None


def test_the_users_own_price_goes_first_and_is_flat() -> None:
    price = load_prices("us-east-1", {"lambda.duration.arm64": Decimal("0.00001")}).price("lambda.duration.arm64")
    assert price is not None
    assert price.tiers == (Tier(Decimal(0), Decimal("0.00001"), "scenario"),)
    assert (price.source, price.confidence, price.unit) == ("scenario", "scenario", "Lambda-GB-Second")
    assert price.overridden


def test_the_users_own_price_may_be_of_something_no_file_knows() -> None:
    price = load_prices("ap-southeast-6", {"glue.crawler.dpu_hour": Decimal("0.44")}).price("glue.crawler.dpu_hour")
    assert price is not None
    assert (price.unit, price.sku, price.free) == ("", None, Decimal(0))


@pytest.mark.parametrize("region", ["cn-north-1", "../prices/us-east-1", ""])
def test_a_region_without_files_has_the_users_own_prices_only(region: str) -> None:
    prices = load_prices(region, {STORAGE: Decimal(1)})
    assert prices.price(STORAGE) is not None
    assert prices.price("dynamodb.storage.ia_gb_month") is None


@pytest.mark.parametrize(
    ("checked", "today", "stale"),
    [
        (date(2024, 11, 24), date(2026, 11, 24), False),
        (date(2024, 11, 23), date(2026, 11, 24), True),
        (date(2024, 2, 29), date(2026, 2, 28), False),
        (date(2024, 2, 29), date(2026, 3, 1), True),
        (date(2026, 11, 25), date(2026, 11, 24), False),
        (None, date(2026, 11, 24), True),
        (date(2024, 10, 6), None, False),
        (date(2024, 10, 5), None, True),
        (None, None, True),
    ],
)
def test_a_price_is_stale_once_24_months_have_passed_without_a_check(
    checked: date | None,
    today: date | None,
    stale: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(catalogue, "newest_checked", lambda: date(2026, 10, 6))
    price = Price("k", (), Decimal(0), "GB", None, checked, "s", "verified", None)
    assert is_stale(price, today) is stale


def test_the_users_own_price_is_never_stale() -> None:
    price = load_prices("us-east-1", {STORAGE: Decimal(1)}).price(STORAGE)
    assert price is not None
    assert not is_stale(price, date(2099, 1, 1))


def test_the_fingerprint_is_that_of_a_region_and_of_the_users_own_prices() -> None:
    one = load_prices("us-east-1", {}).sha256
    assert one == load_prices("us-east-1", {}).sha256
    others = {load_prices(region, {}).sha256 for region in regions()}
    assert len(others) == len(regions())
    assert one != load_prices("us-east-1", {STORAGE: Decimal(1)}).sha256


def test_a_services_file_is_read_on_its_first_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text(json.dumps({"newest_checked": "2026-01-01", "regions": {"here": "Here"}}))
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "glue.json").write_text("broken")
    entry = {
        "free": "0", "tiers": [{"begin": "0", "price": "1"}], "unit": "GB", "effective": None, "checked": None,
        "confidence": "secondary", "source": "a, b", "sku": None,
    }  # fmt: skip
    newer = entry | {"tiers": [{"begin": "0", "price": "2"}, {"begin": "9", "price": None}]}
    file = {"sources": {"a": {"origin": "one"}, "b": {"origin": "two"}}, "prices": {"old": [entry, newer]}}
    (tmp_path / "here" / "lambda.json").write_text(json.dumps(file))
    caches = (catalogue._file, catalogue._listed, catalogue._index)  # noqa: SLF001
    for cache in caches:
        cache.cache_clear()
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    found = load_prices("here", {}).price("lambda.old")
    for cache in caches:
        cache.cache_clear()
    assert found is not None
    assert [tier.price for tier in found.tiers] == [2, None], "the last entry is the one that holds"
    assert found.source == "one; two"
