"""Answers of Service Quotas: an account's quotas as capplan names them.

Source: Service Quotas API Reference, "ServiceQuota"; the quota codes: Service Quotas console, AWS General Reference,
"Service endpoints and quotas" of each service (read 2026-11-30).
"""

from decimal import Decimal

from capplan.importing.answers import answer, first_of, origin_of, whole
from capplan.importing.arn import Arn
from capplan.importing.formats import Format
from capplan.importing.given import Given
from capplan.importing.model import Asked, Found, Unused

QUOTAS = {
    ("lambda", "L-B99A9384"): "lambda.concurrency",
    ("dynamodb", "L-34F6A552"): "dynamodb.account.provisioned_read",
    ("dynamodb", "L-34F8CCC8"): "dynamodb.account.provisioned_write",
    ("dynamodb", "L-CF0CBE56"): "dynamodb.table.read",
    ("dynamodb", "L-AB614373"): "dynamodb.table.write",
    ("glue", "L-5E4153CA"): "glue.concurrent_runs",
    ("glue", "L-A457CBAB"): "glue.queued_runs",
    ("glue", "L-4071B0E3"): "glue.concurrent_crawlers",
}
"""capplan's quota by service and AWS's quota code."""


def _read(given: Given, asked: Asked) -> Found:  # noqa: ARG001  a reader's signature
    top = whole(given)
    entries = [top.get("Quota")] if top.get("Quota").known else top.get("Quotas").items()
    quotas: dict[str, object] = {}
    unused: list[Unused] = []
    region = ""
    for entry in entries:
        region = region or Arn.of(entry.get("QuotaArn").text("")).region
        key = entry.get("ServiceCode").text(), entry.get("QuotaCode").text("")
        value = entry.get("Value").count()
        if key in QUOTAS:
            quotas[QUOTAS[key]] = Decimal(int(value)) if value == value.to_integral_value() else value
        else:
            name = entry.get("QuotaName").text(key[1])
            unused.append(
                Unused("quota of an account", f"{name}: no figure of capplan uses it", origin_of(given, entry))
            )
    return Found(unused=tuple(unused), region=region, account={"quotas": quotas} if quotas else {})


def _matches(given: Given) -> bool:
    entry = answer(given, "Quota") or first_of(given, "Quotas")
    return "QuotaCode" in entry or "QuotaName" in entry


FORMATS = (Format("service-quotas", "quotas of an account", _matches, _read),)
