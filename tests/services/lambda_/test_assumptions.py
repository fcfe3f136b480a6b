"""Assumptions that decide, with what they are worth: batches of a queue without a window, a visibility timeout of nobody."""

from decimal import Decimal
from pathlib import Path

import pytest

import capplan
from capplan.pipeline.results import WeighedAssumption
from tests.helpers import scenario


def assumed(body: str, folder: Path) -> dict[str, WeighedAssumption]:
    plan = capplan.plan(scenario(body, folder))
    return {weighed.assumption.path: weighed for weighed in plan.assumptions}


def queue(words: str, rate: str = "10/s", keys: str = "", calls: str = "") -> str:
    return (
        f"traffic: {{t: {{rate: {rate}}}}}\n"
        "tables: {d: {item_size: 1 KB, items: 1k, ttl: e}}\n"
        "functions:\n"
        f"  f: {{triggers: {{traffic: t, via: sqs{keys}}}, memory: 1024 MB, architecture: arm64, logs: false, {words}{calls}}}\n"
    )


@pytest.mark.parametrize(
    ("body", "usd"),
    [
        # ten messages a second in one invocation instead of ten: 0.9 x 26.28 M fewer, each 0.2/M and 0.1 GB-s x 13.3334/M
        (queue("duration: 100 ms", calls=", calls: [{put: d}]"), "-36.27"),
        # each message still takes its 50 ms: of 100 + 50 n, only the 100 are spared
        (queue("duration: 100 ms, per_record: 50 ms"), "-36.27"),
        # sixty a day come one by one anyway
        (queue("duration: 100 ms", rate="60/day"), None),
    ],
)
def test_one_message_an_invocation_is_the_dearest_case(body: str, usd: str | None, tmp_path: Path) -> None:
    weighed = assumed(body, tmp_path)["functions.f.triggers.0"]
    assert weighed.assumption.value == "1 message an invocation"
    worth = weighed.cost_if_not
    assert worth is None if usd is None else worth is not None and abs(worth - Decimal(usd)) < Decimal("0.01")


@pytest.mark.parametrize(
    ("words", "keys", "value", "usd"),
    [
        ("duration: 1 s", "", "30 s", None),
        ("duration: 1 s", ", visibility_timeout: 1 min", None, None),
        # received again after 30 and 60 s while the first of 70 s runs: twice as much again,
        # 2 x 26,280 x (70 GB-s x 13.3334/M + 0.2/M) = 49.07
        ("duration: 70 s, timeout: 2 min", "", "longer than an invocation", "49.07"),
    ],
)
def test_a_visibility_timeout_that_nobody_wrote_is_named(
    words: str, keys: str, value: str | None, usd: str | None, tmp_path: Path
) -> None:
    weighed = assumed(queue(words, rate="36/h", keys=keys), tmp_path).get("functions.f.triggers.0.visibility_timeout")
    assert (weighed.assumption.value if weighed is not None else None) == value
    worth = weighed.cost_if_not if weighed is not None else None
    assert worth is None if usd is None else worth is not None and abs(worth - Decimal(usd)) < Decimal("0.01")
