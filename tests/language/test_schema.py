"""The schema for editors, checked with a JSON Schema validator on all scenarios, valid and invalid."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from capplan.language.schema import scenario_schema
from capplan.reading.yaml_reader import read_leniently
from tests.goldens import WRONG
from tests.helpers import SCENARIOS

jsonschema = pytest.importorskip("jsonschema")
SCHEMA = scenario_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
ONLY_A_PLAN_SEES = [
    "gates-chance-below-an-amount",
    "gates-chance-not-closed",
    "gates-chance-of-a-chance",
    "gates-chance-of-a-metric",
    "gates-chance-of-a-percentile",
    "gates-chance-of-another-unit",
    "gates-chance-of-limit",
    "gates-percentile-above-99",
    "gates-percentile-of-a-change",
    "gates-percentile-of-an-unknown-metric",
    "traffic-growth-by-month-and-by-year",
    "traffic-percentiles-shrink",
    "buckets-no-size",
    "buckets-read-of-an-archive",
    "streams-fan-out-of-a-table",
    "streams-no-shards",
    "streams-retention-at-the-reader",
    "streams-shards-on-demand",
    "streams-warm-shards",
    "tables-kinesis-of-no-stream",
    "triggers-kinds-of-change",
    "functions-destinations",
    "functions-stream-of-two-names",
    "queues-dead-letters",
    "queues-readers",
    "queues-setting-at-the-trigger",
    "queues-sizes",
    "queues-triggers",
    "schedules-keys",
    "state-machines-of-a-queue",
    "apis-authorizer",
    "apis-cache-of-http",
    "apis-endpoint-and-timeouts",
    "apis-http-to-a-table",
    "apis-routes-above-100",
    "apis-websocket-without-connections",
    "networks-without-a-way",
    "head-commitments-for-nothing",
    "head-unit-of-no-traffic",
    "tables-example-items",
    "tables-warm-in-words",
    "traffic-spike-past-all-sense",
    "buckets-key",
    "buckets-lifecycle-out-of-order",
    "buckets-tiers-of-standard",
    "calls-per-cold-start-of-a-job",
    "functions-call-each-other-for-ever",
    "functions-duration-of-no-profile",
    "functions-call-of-an-unknown-table",
    "functions-memory-out-of-range",
    "functions-percentiles-shrink",
    "functions-range-shrinks",
    "functions-timeout-of-an-hour",
    "functions-more-calls-than-anyone-means",
    "quantities-beyond-their-bounds",
    "functions-trigger-is-a-rate",
    "functions-trigger-mistyped",
    "functions-trigger-of-a-table-without-a-stream",
    "gates-forecast-units",
    "gates-name-in-two-sections",
    "buckets-no-size",
    "buckets-read-of-an-archive",
    "functions-trigger-keys-of-batches",
    "gates-of-limit-of-a-cost",
    "gates-of-limit-without-a-share",
    "gates-unknown-observable",
    "jobs-flex-on-large-workers",
    "keys-encryption-of-nobody",
    "jobs-no-workers",
    "jobs-notice-to-nobody",
    "jobs-version-unheard-of",
    "machines-definition-absolute",
    "machines-definition-broken",
    "machines-definition-is-not-json",
    "machines-definition-missing",
    "machines-definition-outside",
    "prices-missing-in-the-region",
    "tables-example-items",
    "tables-hot-keys-above-distinct",
    "tables-index-all-in-capitals",
    "tables-index-without-a-key",
    "tables-item-above-400-kb",
    "tables-items-without-a-size",
    "tables-mode-mistyped",
    "tables-popularity-of-no-profile",
    "tables-scaling-the-wrong-way-round",
    "tables-strong-read-of-a-global-index",
    "tables-units-on-demand",
    "tables-unknown-index",
    "tables-words-of-another-request",
    "traffic-both-rate-and-schedule",
    "traffic-cron-hour-25",
    "traffic-cron-two-days",
    "traffic-cron-with-five-fields",
    "traffic-daily-23-hours",
    "traffic-daily-trough-above-mean",
    "traffic-neither-rate-nor-schedule",
    "traffic-profile",
    "traffic-replay",
    "traffic-rates-past-all-sense",
    "traffic-schedule-shaped",
    "traffic-spike-not-a-list",
    "traffic-spike-on-day-30",
    "traffic-spike-past-the-end",
    "traffic-weekly-all-zero",
    "functions-bisect-of-a-queue",
    "functions-partial-responses-of-events",
    "functions-poison-of-an-api",
]
"""Invalid in what the schema cannot express: names that must exist, keys that exclude each other, quantities."""


def plain(value: object) -> Any:  # noqa: ANN401  plain data
    """The data as an editor's YAML reader has them."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def complaints(path: Path) -> list[str] | None:
    """The validator's errors; None where the file is not valid YAML."""
    try:
        doc, diagnostics, _ = read_leniently(path.read_text(encoding="utf-8"), path.name)
    except UnicodeDecodeError:
        return None
    if doc is None or diagnostics:
        return None
    return [f"{e.json_path}: {e.message}" for e in VALIDATOR.iter_errors(plain(doc.data))]


def test_the_schema_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*/scenario.yaml")), ids=lambda path: path.parent.name)
def test_every_shipped_scenario_is_valid(path: Path) -> None:
    assert complaints(path) == []


@pytest.mark.parametrize("path", sorted(WRONG.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_wrong_scenario_is_invalid_where_the_schema_can_express_it(path: Path) -> None:
    errors = complaints(path)
    if errors is not None and path.stem not in ONLY_A_PLAN_SEES:
        assert errors


def test_every_key_of_every_part_is_documented() -> None:
    undocumented = [
        f"{name}.{key}"
        for name, part in SCHEMA["$defs"].items()
        for key, schema in part.get("properties", {}).items()
        if not schema.get("description") and key not in ("low", "likely", "high")
    ]
    assert not undocumented
