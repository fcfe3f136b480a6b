"""What producers may write to a Kinesis shard: 1,000 records and 1 MB a second (Kinesis Developer Guide, Quotas)."""

from pathlib import Path

import pytest

import capplan
from tests.helpers import scenario


@pytest.mark.parametrize(
    ("rate", "trigger", "limit", "load", "breached"),
    [
        ("3000/s", "shards: 2", "records", 1_500, True),  # 3,000 / 2
        ("3000/s", "shards: 3", "records", 1_000, False),
        ("400/s", "shards: 2, filter: 20%", "records", 200, False),  # what is kept out is written too
        ("2000/s", "shards: 2, payload: 2 KB", "bytes", 1_000 * 2_048, True),  # 1,000 records of 2 KB: 2 MB
        ("2000/s", "shards: 4, payload: 2 KB", "bytes", 500 * 2_048, False),  # 1,024,000 of 1,048,576
    ],
)
def test_what_a_shard_is_written(
    rate: str, trigger: str, limit: str, load: float, breached: object, tmp_path: Path
) -> None:
    body = (
        f"traffic: {{x: {{rate: {rate}}}}}\nfunctions:\n"
        f"  f: {{duration: 100 ms, triggers: {{traffic: x, via: kinesis, batch: 1000, {trigger}}}}}\n"
    )
    checks = {check.check.limit: check.check for check in capplan.plan(scenario(body, tmp_path)).limits}
    check = checks[f"lambda.kinesis_shard.{limit}"]
    assert float(check.load) == pytest.approx(load, rel=1e-4)
    assert check.breached is breached
