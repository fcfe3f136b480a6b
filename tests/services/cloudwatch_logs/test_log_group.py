"""What a log group bills: ingestion by who writes and by class, storage at its steady state, scans."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import capplan
from capplan.errors import CapplanError
from capplan.pipeline.results import Plan
from capplan.pricing.rating import LineItem
from tests.helpers import scenario

GB = Decimal(2**30)


def planned(body: str, folder: Path) -> Plan:
    return capplan.plan(scenario(body, folder), findings=False)


def lines(body: str, folder: Path) -> dict[str, LineItem]:
    return {
        line.id.rpartition(".")[2]: line for line in planned(body, folder).lines if line.service == "cloudwatch_logs"
    }


@pytest.mark.parametrize(
    ("words", "ingested", "stored", "keys"),
    [
        # 100 GB at 0.50, their 15 GB-months at 0.03
        ("", "50", "0.45", ("ingest.standard_gb", "storage.gb_month")),
        # half the price, and storage at 0.018
        ("class: infrequent-access, ", "25", "0.27", ("ingest.ia_gb", "storage.ia_gb_month")),
        # 365 days are twelve months of logs
        ("retention: 365 d, ", "50", "5.4", ("ingest.standard_gb", "storage.gb_month")),
        # what most tools take: nothing is saved by compression
        ("compression: 100%, ", "50", "3", ("ingest.standard_gb", "storage.gb_month")),
    ],
)
def test_what_others_write_is_billed_by_class_and_kept_by_retention(
    words: str, ingested: str, stored: str, keys: tuple[str, str], tmp_path: Path
) -> None:
    found = lines(f"log_groups: {{/app/x: {{{words}written: 100 GB}}}}\n", tmp_path)
    assert (found["other-ingest"].list_cost, found["other-storage"].list_cost) == (Decimal(ingested), Decimal(stored))
    used = (found["other-ingest"].price_key, found["other-storage"].price_key)
    assert used == tuple(f"cloudwatch_logs.{key}" for key in keys)


def test_queries_are_billed_by_what_they_scan(tmp_path: Path) -> None:
    """1,000 GB written at 0.50; 250 GB scanned at 0.005."""
    found = lines("log_groups: {/app/x: {written: 1000 GB, scans: 250 GB}}\n", tmp_path)
    assert (found["other-ingest"].list_cost, found["scans"].list_cost) == (Decimal(500), Decimal("1.25"))


def test_what_a_function_writes_itself_is_no_vended_log(tmp_path: Path) -> None:
    """10 a second x 2,628,000 s x 2 KB = 50.125 GB at the flat price, beside what Lambda delivers."""
    body = (
        "traffic: {t: {rate: 10/s}}\nlog_groups: {audit: {retention: 7 d}}\nfunctions:\n"
        "  f: {duration: 10 ms, triggers: t, logs: false, calls: [{put-log-events: audit, payload: 2 KB}]}\n"
    )
    found = lines(body, tmp_path)
    assert set(found) == {"own-ingest", "storage"}
    assert found["own-ingest"].consumed_quantity == pytest.approx(26_280_000 * 2048 / GB)
    assert found["own-ingest"].price_key == "cloudwatch_logs.ingest.standard_gb"
    limits = {p.check.limit: p for p in planned(body, tmp_path).limits}
    assert limits["cloudwatch_logs.put_log_events"].check.quota == 5000


def test_vended_logs_have_tiers_over_the_account(tmp_path: Path) -> None:
    """Two functions of 10 TB each: the first 10 TB at 0.50, the next ten at 0.25."""
    rate = f"{10 * 2**40 // 1024 // 100}/month"  # 10 TB in invocations of 100 KB
    body = (
        f"traffic: {{t: {{rate: {rate}}}}}\ndefaults: {{functions: {{logs: {{size: 100 KB}}}}}}\nfunctions:\n"
        "  f: {duration: 10 ms, triggers: t}\n  g: {duration: 10 ms, triggers: t}\n"
    )
    ingest = [line for line in planned(body, tmp_path).lines if ".ingest" in line.id]
    assert sum(line.list_cost for line in ingest) == pytest.approx(
        Decimal(10240) * Decimal("0.75"), rel=Decimal("1e-6")
    )


def test_the_free_five_gb_go_to_the_dearest_first(tmp_path: Path) -> None:
    body = "account: {free_tier: true}\nlog_groups: {/app/x: {written: 12 GB, compression: 100%}}\n"
    plan = planned(body, tmp_path)
    assert plan.monthly_cost == Decimal("3.5") + Decimal("0.36")  # 7 GB at 0.50; all 12 stored at 0.03


def test_logs_that_never_expire_are_said(tmp_path: Path) -> None:
    never = planned("log_groups: {/app/x: {written: 1 GB}}\n", tmp_path)
    assert "logs.retention" in {w.assumption.path for w in never.assumptions}
    kept = planned("log_groups: {/app/x: {written: 1 GB, retention: 1 d}}\n", tmp_path)
    assert "logs.retention" not in {w.assumption.path for w in kept.assumptions}


def test_a_retention_that_aws_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CapplanError, match="set numbers of days"):
        planned("log_groups: {/app/x: {written: 1 GB, retention: 10 d}}\n", tmp_path)


def test_stored_is_written_times_retention(tmp_path: Path) -> None:
    plan = planned("log_groups: {/app/x: {written: 730 GB, retention: 30 d}}\n", tmp_path)
    (group,) = plan.resources
    assert group.usage["gb_stored"] == Decimal(Fraction(730 * 720, 730) * Fraction(15, 100) == 108) * 108
