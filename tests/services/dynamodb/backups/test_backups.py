"""Backups, restores, exports and imports: how much of each is billed, once or every month."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import capplan
from capplan.errors import CapplanError
from capplan.pipeline.results import Plan
from capplan.services.dynamodb.backups.kept import carried_days, kept
from tests.helpers import scenario
from tests.services.dynamodb.helpers import table

D = Decimal
GB = Fraction(1_000_000 * 1124, 2**30)
"""1M items of 1 KB, as stored."""


def planned(folder: Path, more: str, *, other: str = "") -> Plan:
    body = f"tables:\n  orders: {{item_size: 1 KB, items: 1M, {more}}}\n{other}"
    return capplan.plan(scenario(body, folder))


def lines(plan: Plan) -> dict[str, tuple[str, Decimal, str, str]]:
    return {
        x.id: (x.price_key.removeprefix("dynamodb."), x.consumed_quantity, x.charge_frequency, x.region)
        for x in plan.lines
        if x.id != "orders.storage"
    }


def rounded(gb: Fraction) -> Decimal:
    return D(gb.numerator * 10**10 // gb.denominator + (gb.numerator * 2 * 10**10 // gb.denominator % 2)).scaleb(-10)


def test_a_daily_backup_lies_there_as_often_as_it_is_kept_days(tmp_path: Path) -> None:
    plan = planned(tmp_path, "backups: [{keep: 35 days}]")
    assert lines(plan) == {
        "orders.backup": ("backup.on_demand_gb_month", rounded(35 * GB), "recurring", "us-east-1"),
    }
    assert next(o.value for o in plan.observed if o.name == "orders.backups.kept") == 35


def test_aws_own_example_of_a_backup_bill() -> None:
    """10 backups a day of 2 USD a day, kept for 30 days: 300 x 31 days x 2; carried ones fall from 300 x 30 to half."""
    assert kept(10, 30) * 31 * 2 == 18_600
    assert carried_days(300, 30) * 2 == 18_000
    assert carried_days(300, 31, expire_per_day=10, day=30) * 2 == 9300


def test_old_backups_are_cold_and_copies_are_of_their_region(tmp_path: Path) -> None:
    """A weekly one: warm for 30 days, cold for 335; its copy in Ohio is kept for 70 days, ten of them."""
    copies = "copies: [{region: us-east-2, keep: 70 days}, {vault: air-gapped, keep: 7 days}]"
    backup = f"{{schedule: rate(7 days), by: aws-backup, keep: 365 days, cold_after: 30 days, {copies}}}"
    plan = planned(
        tmp_path, f"backups: [{backup}]", other="prices: {dynamodb.backup.aws_backup_cold_gb_month: 0.03 USD}\n"
    )
    assert lines(plan)["orders.backup"][:2] == ("backup.on_demand_gb_month", rounded(Fraction(30, 7) * GB))
    assert lines(plan)["orders.backup.cold"][:2] == ("backup.aws_backup_cold_gb_month", rounded(Fraction(335, 7) * GB))
    assert lines(plan)["orders.backup.copy"] == (
        "backup.on_demand_gb_month", rounded(10 * GB), "recurring", "us-east-2"
    )  # fmt: skip
    assert lines(plan)["orders.backup.copy.2"][:2] == (
        "backup.aws_backup_logically_air_gapped_vault_gb_month", rounded(GB)
    )  # fmt: skip


def test_copies_send_their_data_to_the_other_region(tmp_path: Path) -> None:
    """Four copies in 28 days are 365/7/12 a month, at us-east-1's 0.01 USD a GB to Ohio."""
    backup = "{schedule: rate(7 days), by: aws-backup, keep: 70 days, copies: [{region: us-east-2, keep: 70 days}]}"
    plan = planned(tmp_path, f"backups: [{backup}]")
    (line,) = [x for x in plan.lines if x.service == "data_transfer"]
    assert line.price_key == "data_transfer.inter_region_gb.us-east-2"
    assert float(line.consumed_quantity) == pytest.approx(float(GB) * 365 / 7 / 12)
    assert line.resource == "to-us-east-2"


def test_a_restore_is_paid_once_and_without_indexes_it_costs_less(tmp_path: Path) -> None:
    index = "indexes: {by-day: {partition_key: day, entry_size: 100 B}}"
    plan = planned(tmp_path, f"{index}, restores: [{{times: 2}}, {{indexes: none, region: eu-west-1}}]")
    with_index = 2 * (GB + Fraction(1_000_000 * 200, 2**30))
    found = {k: v for k, v in lines(plan).items() if "restore" in k}
    assert found == {
        "orders.restore": ("backup.restore_gb", rounded(with_index), "one_time", "us-east-1"),
        "orders.restore.2": ("backup.restore_gb", rounded(GB), "one_time", "eu-west-1"),
    }
    assert plan.one_time_cost > 0
    assert next(o.value for o in plan.observed if o.name == "orders.restore.minutes") == 60


def test_exports_are_of_the_table_or_of_what_changed_at_least_10_mb(tmp_path: Path) -> None:
    """A full one a day, 365/12 a month; 10 updates of 1 KB a second; and none at all, 10 MB a day."""
    pitr = "point_in_time_recovery: true"
    full = lines(planned(tmp_path, f"{pitr}, exports: [{{}}]"))["orders.export"]
    assert full[:2] == ("export_s3.full_gb", rounded(GB * 365 / 12))
    busy = lines(planned(tmp_path, f"{pitr}, access: [{{update: 10/s}}], exports: [{{type: incremental}}]"))
    assert busy["orders.export"][:2] == ("export_s3.incremental_gb", rounded(Fraction(10 * 2_628_000, 2**20)))
    idle = lines(planned(tmp_path, f"{pitr}, exports: [{{type: incremental}}]"))
    assert idle["orders.export"][1] == rounded(Fraction(365, 12) * Fraction(10, 1024))


def test_an_export_to_a_bucket_puts_files_of_100_mb_into_it(tmp_path: Path) -> None:
    """1.047 GB are 11 files a day, kept for 30 days."""
    pitr = "point_in_time_recovery: true"
    lake = "buckets: {lake: {expire: 30 days}}\n"
    plan = planned(tmp_path, f"{pitr}, exports: [{{bucket: lake}}]", other=lake)
    of_bucket = {x.price_key: x.consumed_quantity for x in plan.lines if x.service == "s3"}
    assert float(of_bucket["s3.request.tier1"]) == pytest.approx(11 * 365 / 12)
    assert float(of_bucket["s3.standard.storage_gb_month"]) == pytest.approx(30 * float(GB), rel=0.01)
    with pytest.raises(CapplanError, match="there is no bucket 'lake'"):
        planned(tmp_path, f"{pitr}, exports: [{{bucket: lake}}]")


def test_an_import_is_paid_once_by_its_uncompressed_size(tmp_path: Path) -> None:
    assert lines(planned(tmp_path, "imports: [{size: 500 GB}]")) == {
        "orders.import": ("import_s3.gb", D(500), "one_time", "us-east-1")
    }


def test_zero_etl_exports_everything_once_and_then_what_changes(tmp_path: Path) -> None:
    plan = planned(tmp_path, "point_in_time_recovery: true, zero_etl: [redshift], access: [{update: 10/s}]")
    found = {k: v for k, v in lines(plan).items() if "export" in k}
    assert found["orders.export"] == ("export_s3.full_gb", rounded(GB), "one_time", "us-east-1")
    changed = max(Fraction(10 * 2_628_000, 2**20), Fraction(365 * 24 * 4, 12) * Fraction(10, 1024))
    assert found["orders.export.2"][:2] == ("export_s3.incremental_gb", rounded(changed))


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"backups": [{"keep": "1 h"}]}, "a backup is kept for less than a day"),
        ({"backups": [{"keep": "365 days", "cold_after": "30 days"}]}, "DynamoDB's own backups have no cold_after"),
        (
            {"backups": [{"keep": "100 days", "cold_after": "30 days", "by": "aws-backup"}]},
            "cold storage for 90 days or more",
        ),
        ({"backups": [{"keep": "35 days", "schedule": "daily"}]}, "not a schedule expression"),
        ({"exports": [{}]}, "exports are made from continuous backups"),
        ({"point_in_time_recovery": True, "zero_etl": ["opensearch"]}, "reads the table's stream"),
        ({"restores": [{"indexes": ["by-day"]}]}, "there is no index 'by-day' to restore"),
    ],
)
def test_words_that_do_not_fit_are_refused(said: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        table(item_size="1 KB", **said)
    assert message in caught.value.errors()[0]["msg"]


def test_old_backups_are_recommended_into_cold_storage_at_the_difference(tmp_path: Path) -> None:
    """120 daily ones: 90 of them at 0.03 instead of 0.10 USD a GB and month."""
    cold = "prices: {dynamodb.backup.aws_backup_cold_gb_month: 0.03 USD}\n"
    plan = planned(tmp_path, "backups: [{by: aws-backup, keep: 120 days}]", other=cold)
    finding = next(f for f in plan.findings if f.rule == "dynamodb.backup-cold")
    assert [(c.path, c.new) for c in finding.change] == [("tables.orders.backups.0.cold_after", "30 days")]
    assert finding.monthly_saving is not None
    assert float(finding.monthly_saving) == pytest.approx(90 * float(GB) * 0.07)
    young = planned(tmp_path, "backups: [{by: aws-backup, keep: 119 days}]", other=cold)
    assert not [f for f in young.findings if f.rule == "dynamodb.backup-cold"]
