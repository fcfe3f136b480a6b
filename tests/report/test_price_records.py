"""JSON of `prices verify`, `age`, `diff` and `refresh` holds to the schemas that `capplan schema --for` prints."""

import json
from datetime import date
from decimal import Decimal

import jsonschema
import pytest

from capplan.commands.refresh_prices import FileRefresh, Refresh
from capplan.pricing.audit import ages, coverage, differences
from capplan.pricing.refresh.merge import KeyChange
from capplan.report.formats.json import to_json
from capplan.report.record import answer_schema
from capplan.report.records.answers import ANSWERS
from capplan.report.records.price_audit import ages_record, price_diff_record, verified_prices_record
from capplan.report.records.refresh import refresh_record

CHANGE = KeyChange("request.arm64", "jumped", Decimal("0.0000002"), Decimal("0.2"), "0.0000002 became 0.2 USD")
FILES = (
    FileRefresh("lambda", "us-east-1", "20261201", (CHANGE,), "", is_written=True),
    FileRefresh("lambda", "eu-west-1", "", (), "cut off", is_written=False),
)


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("prices-verify", verified_prices_record(coverage("lambda"))),
        ("prices-age", ages_record(ages("us-east-1", None, date(2026, 11, 30)))),
        ("prices-diff", price_diff_record(differences("us-east-1", "eu-west-1", service="lambda"))),
        ("prices-refresh", refresh_record(Refresh("https://x", date(2026, 12, 2), FILES, ("s3",)))),
    ],
)
def test_an_answer_holds_to_its_schema(name: str, record: object) -> None:
    answer = json.loads(to_json(record))
    schema = answer_schema(name, ANSWERS[name])
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(answer, schema)
    assert answer["schema"] == f"capplan.{name}/1"
