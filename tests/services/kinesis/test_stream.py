"""Streams in scenarios: what is counted of a record, what shards take, what readers see, what the account pays at least."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from capplan.calls import Access
from capplan.commands.plan import plan
from capplan.flow import DemandFlow, steady
from capplan.model import Context, Demand, RequestStream
from capplan.pipeline.results import Plan
from capplan.resource_type import DeclaredResource, MeteredResource
from capplan.services.kinesis.admission import on_demand_shards, served_share
from capplan.services.kinesis.sizing import hottest_shard_share, shards_needed
from capplan.services.kinesis.spec import Stream
from capplan.services.kinesis.stream import STREAM
from tests.helpers import scenario

MONTH_S = 2_628_000


def charges(spec: dict[str, object], per_second: str = "100", **request: object) -> dict[str, Fraction]:
    """The quantities of a stream's lines at a steady rate of records, by the last word of their ids."""
    read = Stream.model_validate(spec)
    flow = DemandFlow.of(steady("t", recurring=True), Fraction(per_second))
    stream = RequestStream(Access.model_validate({"op": "put-records", **request}), flow, "traffic.t")
    usage = STREAM.meter(DeclaredResource("s", read, Context("us-east-1")), Demand((stream,)))
    found = STREAM.charge(MeteredResource("s", read, usage, Context("us-east-1")))
    return {charge.id.partition(".")[2]: charge.quantity for charge in found}


def planned(body: str, folder: Path) -> Plan:
    return plan(scenario(body, folder))


@pytest.mark.parametrize(
    ("payload", "units", "working"),
    [
        ("1 B", 1, "at least one"),
        ("25 KB", 1, "exactly 25 KB"),
        ("25601 B", 2, "one byte more"),
        ("45 KB", 2, "AWS's page: 45 KB are two"),
        ("1000 KB", 40, "AWS's page: 1,000 / 25"),
        ("1 MB", 41, "1,024 / 25 = 40.96"),
    ],
)
def test_a_record_is_counted_in_started_25_kb(payload: str, units: int, working: str) -> None:
    lines = charges({"shards": 1}, payload=payload)
    assert lines["put-units"] == 100 * MONTH_S * units, working


def test_on_demand_counts_whole_kb_of_each_record_and_what_each_consumer_reads() -> None:
    spec: dict[str, object] = {"mode": "on-demand", "consumers": {"shared": 3, "fan_out": 2}}
    lines = charges(spec, payload="4.5 KB")
    gb = Fraction(100 * 5 * MONTH_S, 1024 * 1024)  # 4.5 KB are counted as 5
    assert lines == {"stream": 730, "ingest": gb, "reads": 3 * gb, "fan-out-reads": 2 * gb}


def test_aggregated_records_share_a_put_unit() -> None:
    """100 records a second of 1 KB, 20 to a record of the stream: 5 a second of 20 KB, one unit each."""
    assert charges({"shards": 1}, payload="1 KB", aggregate=20)["put-units"] == 5 * MONTH_S


@pytest.mark.parametrize(
    ("retention", "extended", "long_term_days"),
    [("24 h", 0, 0), ("25 h", 2920, 0), ("7 d", 2920, 0), ("30 d", 2920, 23)],
)
def test_a_shard_pays_for_longer_retention_by_the_hour_and_past_seven_days_by_what_is_stored(
    retention: str, extended: int, long_term_days: int
) -> None:
    """Four shards: 4 x 730 h whatever the length; 100 KB a second for the days past the seventh."""
    lines = charges({"shards": 4, "retention": retention}, payload="1 KB")
    assert lines.get("extended-retention", 0) == extended
    stored = Fraction(100 * long_term_days * 86_400, 1024 * 1024)
    assert lines.get("long-term-retention", 0) == stored


def test_on_demand_stores_what_is_older_than_a_day() -> None:
    lines = charges({"mode": "on-demand", "retention": "7 d"}, payload="1 KB")
    assert lines["extended-retention"] == Fraction(100 * 6 * 86_400, 1024 * 1024)


def test_fan_out_pays_for_each_consumer_and_shard_and_for_the_bytes_as_they_are() -> None:
    lines = charges({"shards": 3, "consumers": {"fan_out": 2}}, payload="4.5 KB")
    assert lines["fan-out"] == 2 * 3 * 730
    assert lines["fan-out-reads"] == 2 * Fraction(100 * 9 * MONTH_S, 2 * 1024 * 1024)


def test_an_account_with_advantage_pays_for_25_mb_a_second_over_all_its_streams(tmp_path: Path) -> None:
    """One stream of 10 MB/s and one without load: 15 MB/s are missing in, and 25 out, as nobody reads; half at each."""
    body = """
streams:
  busy: {mode: on-demand-advantage, record: 1 MB, access: [{put-records: 10/s}]}
  idle: {mode: on-demand-advantage}
prices:
  kinesis.on_demand_advantage.ingest_gb: 0.032 USD
  kinesis.on_demand_advantage.retrieval_gb: 0.016 USD
"""
    lines = {line.id: line.consumed_quantity for line in planned(body, tmp_path).lines}
    gb = Decimal(MONTH_S) / 1024
    assert lines["busy.ingest"] == 10 * gb
    assert lines["busy.minimum-in"] == lines["idle.minimum-in"] == Decimal("7.5") * gb
    assert lines["busy.minimum-out"] == lines["idle.minimum-out"] == Decimal("12.5") * gb


def test_enough_traffic_leaves_nothing_of_the_minimum(tmp_path: Path) -> None:
    body = """
streams:
  busy: {mode: on-demand-advantage, record: 1 MB, consumers: {shared: 1}, access: [{put-records: 25/s}]}
prices:
  kinesis.on_demand_advantage.ingest_gb: 0.032 USD
  kinesis.on_demand_advantage.retrieval_gb: 0.016 USD
"""
    assert sorted(line.id for line in planned(body, tmp_path).lines) == ["busy.ingest", "busy.reads"]


@pytest.mark.parametrize(
    ("records", "size", "consumers", "spare", "shards", "working"),
    [
        ("1000", 4096, 3, "1", 6, "4,000 KB/s: 3.9 to write, 12,000 / 2,048 = 5.86 to read"),
        ("3500", 100, 0, "1", 4, "records: 3,500 / 1,000"),
        ("10", 10_240, 20, "1.2", 2, "one, and a buffer of 20% makes two"),
        ("0", 0, 0, "1", 1, "a stream has one"),
    ],
)
def test_shards_follow_aws_formula(
    records: str, size: int, consumers: int, spare: str, shards: int, working: str
) -> None:
    rate = Fraction(records)
    assert shards_needed(rate, rate * size, consumers, Fraction(spare)) == shards, working


def test_the_busiest_shard_has_all_of_the_hottest_key() -> None:
    assert hottest_shard_share(Fraction(0), 4) == Fraction(1, 4)
    assert hottest_shard_share(Fraction(1, 10), 4) == Fraction(1, 10) + Fraction(9, 40)
    assert hottest_shard_share(Fraction(1), 4) == 1


@pytest.mark.parametrize(
    ("load", "shards", "hot", "share", "working"),
    [
        (3.0, 4, 0.0, 1.0, "three shards' worth on four"),
        (5.0, 4, 0.0, 0.8, "four of five"),
        (2.0, 4, 0.5, 0.875, "the hot shard has 0.5 + 0.125 of 2 = 1.25 and takes 1; the others take their 0.75"),
        (2.0, 1, 0.0, 0.5, "one shard of two"),
    ],
)
def test_what_a_full_shard_throttles_the_others_do_not_take(
    load: float, shards: int, hot: float, share: float, working: str
) -> None:
    import numpy as np

    assert served_share(np.array([load]), float(shards), hot)[0] == pytest.approx(share), working


def test_an_on_demand_stream_doubles_every_fifteen_minutes() -> None:
    """It has served 2 shards' worth; 40 come at once: 4 for the first quarter, then 8, 16, 32, 64."""
    import numpy as np

    load = np.array([2.0] * 15 + [40.0] * 75)
    shards = on_demand_shards(load, 4.0)
    assert [shards[minute] for minute in (15, 30, 45, 60, 75)] == [4, 8, 16, 32, 64]


def test_readers_see_what_the_shards_take(tmp_path: Path) -> None:
    """2,500 records a second of 100 bytes on two shards: 2,000 are taken, and read."""
    body = """
streams:
  clicks: {shards: 2, record: 100 B, access: [{put-records: 2500/s}]}
functions:
  count: {triggers: [{stream: clicks, batch: 100, window: 1 s}], duration: 20 ms}
gates:
  - clicks.throttled < 21%
  - clicks.throttled > 19%
"""
    found = planned(body, tmp_path)
    usage = {r.name: r.usage for r in found.resources}
    assert usage["clicks"]["records"] == 2000 * MONTH_S
    assert usage["clicks"]["throttled_share"] == Decimal("0.2")
    assert usage["count"]["requests"] == 2000 * MONTH_S / 100
    writes = next(p for p in found.limits if p.check.limit == "kinesis.shard.write_records")
    assert writes.check.load == 1250
    assert writes.check.quota == 1000
    assert writes.breached


def test_a_function_reads_by_the_streams_own_shards_and_retention(tmp_path: Path) -> None:
    body = """
streams:
  clicks: {shards: 7, retention: 3 d, access: [{put-records: 100/s, payload: 1 KB}]}
functions:
  count: {triggers: [{stream: clicks, parallelization_factor: 2}], duration: 20 ms}
"""
    found = planned(body, tmp_path)
    concurrency = next(p for p in found.limits if p.check.limit == "lambda.event_source.kinesis")
    assert concurrency.check.quota == 14


def test_a_table_and_a_stream_share_the_word(tmp_path: Path) -> None:
    body = """
tables:
  orders: {item_size: 1 KB, stream: new-image, access: [{put: 10/s}]}
streams:
  clicks: {shards: 1, access: [{put-records: 20/s, payload: 1 KB}]}
functions:
  of-orders: {triggers: [{stream: orders, batch: 1}], duration: 20 ms}
  of-clicks: {triggers: [{stream: clicks, batch: 1}], duration: 20 ms}
"""
    usage = {r.name: r.usage for r in planned(body, tmp_path).resources}
    assert usage["of-orders"]["requests"] == 10 * MONTH_S
    assert usage["of-clicks"]["requests"] == 20 * MONTH_S


def test_a_spike_above_twice_the_usual_peak_is_throttled_on_demand_only_at_first(tmp_path: Path) -> None:
    """2 MB/s, and 30 for an hour: 4 MB/s for a quarter, then 8, 16, 32: in the last quarter everything is taken."""
    body = """
traffic:
  clicks: {rate: 20/s, spikes: [{name: sale, at: "day 3 10:00", for: 1 h, times: 15x}]}
streams:
  raw: {mode: on-demand, record: 100 KB, access: [{put-records: clicks}]}
"""
    found = planned(body, tmp_path)
    usage = {r.name: r.usage for r in found.resources}["raw"]
    shard = 1024 / 100  # records a second of 100 KB
    sent = 20 * MONTH_S + (300 - 20) * 3600
    lost = sum((300 - min(300, shards * shard)) * 900 for shards in (4, 8, 16, 32))
    assert float(usage["throttled_share"]) == pytest.approx(lost / sent, rel=0.002)


@pytest.mark.parametrize(
    ("body", "rule", "speaks"),
    [
        ("clicks: {shards: 20, record: 1 KB, access: [{put-records: 1000/s}]}", "kinesis.shards", True),
        ("clicks: {shards: 2, record: 1 KB, access: [{put-records: 1000/s}]}", "kinesis.shards", False),
        ("clicks: {shards: 1, record: 1 KB, access: [{put-records: 3000/s}]}", "kinesis.shards", True),
        ("clicks: {shards: 1, record: 2 KB, access: [{put-records: 100/s}]}", "kinesis.aggregate", True),
        ("clicks: {shards: 1, record: 20 KB, access: [{put-records: 10/s}]}", "kinesis.aggregate", False),
        ("clicks: {mode: on-demand, record: 1 KB, access: [{put-records: 1000/s}]}", "kinesis.capacity-mode", True),
        (
            "clicks: {shards: 9, hottest_key: 60%, record: 1 KB, access: [{put-records: 4000/s}]}",
            "kinesis.hot-key",
            True,
        ),
        (
            "clicks: {shards: 9, hottest_key: 2%, record: 1 KB, access: [{put-records: 4000/s}]}",
            "kinesis.hot-key",
            False,
        ),
        (
            "clicks: {shards: 1, record: 1 KB, consumers: {shared: 6}, access: [{put-records: 9/s}]}",
            "kinesis.fan-out",
            True,
        ),
        (
            "clicks: {shards: 1, record: 1 KB, consumers: {shared: 5}, access: [{put-records: 9/s}]}",
            "kinesis.fan-out",
            False,
        ),
    ],
)
def test_advice_speaks_where_it_helps(body: str, rule: str, speaks: bool, tmp_path: Path) -> None:  # noqa: FBT001
    found = planned(f"streams:\n  {body}\n", tmp_path)
    assert (rule in {finding.rule for finding in found.findings}) == speaks


def test_what_reads_a_stream_counts_among_its_consumers(tmp_path: Path) -> None:
    """Two functions and an application share the read rate; one more is pushed its records."""
    body = """
streams:
  clicks: {shards: 2, consumers: {shared: 1, fan_out: 1}, access: [{put-records: 100/s, payload: 10 KB}]}
functions:
  a: {triggers: [{stream: clicks}], duration: 20 ms}
  b: {triggers: [{stream: clicks}], duration: 20 ms}
  c: {triggers: [{stream: clicks, fan_out: true}], duration: 20 ms}
"""
    found = planned(body, tmp_path)
    lines = {line.id: line.consumed_quantity for line in found.lines}
    assert lines["clicks.fan-out"] == 2 * 2 * 730
    assert float(lines["clicks.fan-out-reads"]) == pytest.approx(2 * 1000 * MONTH_S / 1024**2)
    limits = {p.check.limit: p.check.load for p in found.limits if p.check.resource == "clicks"}
    assert limits["kinesis.shard.reads"] == 3
    assert limits["kinesis.shard.read_bytes"] == 3 * 100 * 10 * 1024 / 2


def test_another_mode_is_priced_with_all_that_read_the_stream(tmp_path: Path) -> None:
    """A record of 200 KB a minute: 4 shards, by the hour 43.80; on demand 29.20, and each GB in 0.08 and out twice 0.04."""
    body = """
streams:
  s: {shards: 4, access: [{put-records: 1/min, payload: 200 KB}]}
functions:
  f: {triggers: [{stream: s}], duration: 10 ms}
  g: {triggers: [{stream: s}], duration: 10 ms}
"""
    found = planned(body, tmp_path)
    (saving,) = (f.monthly_saving for f in found.findings if f.rule == "kinesis.capacity-mode")
    gb, units = MONTH_S / 60 * 200 / 1024**2, MONTH_S / 60 * 8
    assert float(saving or 0) == pytest.approx(43.80 + units * 14e-9 - 29.20 - gb * (0.08 + 2 * 0.04))
