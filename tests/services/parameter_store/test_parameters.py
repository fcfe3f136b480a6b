"""Secrets and parameters: what they cost, what reads cost, and the rates at which an account may read."""

from decimal import Decimal
from pathlib import Path

import pytest

from capplan.commands.plan import plan
from capplan.errors import CapplanError
from capplan.pipeline.results import Plan
from tests.helpers import scenario

MONTH_S = 2_628_000


def planned(body: str, folder: Path) -> Plan:
    return plan(scenario(body, folder))


def quantities(found: Plan) -> dict[str, Decimal]:
    return {line.id: line.consumed_quantity for line in found.lines}


def test_a_secret_costs_with_its_replicas_and_each_call(tmp_path: Path) -> None:
    """Two secrets in three Regions are six, at 0.40 each; 2 reads a second at 0.05 per 10,000."""
    found = planned("secrets: {db: {count: 2, replicas: 2, access: [{get-secret: 2/s}]}}\n", tmp_path)
    assert quantities(found) == {"db.secrets": 6, "db.requests": 2 * MONTH_S}
    assert found.monthly_cost == Decimal("2.40") + 2 * MONTH_S * Decimal("0.000005")


@pytest.mark.parametrize(
    ("spec", "hours", "interactions"),
    [
        ("count: 3", 0, 0),
        ("count: 3, throughput: higher", 0, 50),
        ("count: 3, tier: advanced", 3 * 730, 50),
    ],
)
def test_standard_parameters_are_free_at_standard_throughput(
    spec: str, hours: int, interactions: int, tmp_path: Path
) -> None:
    """5 calls a second that return 10 parameters each: 50 interactions, free or not."""
    body = f"parameters: {{p: {{{spec}, access: [{{get-parameters: 5/s, items: 10}}]}}}}\n"
    found = quantities(planned(body, tmp_path))
    assert found.get("p.parameters", 0) == hours
    assert found.get("p.interactions", 0) == interactions * MONTH_S


def test_all_reads_share_40_a_second_unless_the_throughput_is_higher(tmp_path: Path) -> None:
    body = """
parameters:
  a: {access: [{get-parameter: 25/s}, {get-parameters: 10/s}]}
  b: {access: [{get-parameters-by-path: 5/s}, {get-parameter: 1/s}]}
"""
    limit = next(p for p in planned(body, tmp_path).limits if p.check.limit == "parameter_store.rate")
    assert [int(limit.check.load), int(limit.check.quota), limit.breached] == [41, 40, True]
    higher = body.replace("{access", "{throughput: higher, access")
    limits = {p.check.limit: (int(p.check.load), int(p.check.quota)) for p in planned(higher, tmp_path).limits}
    assert limits["parameter_store.get_parameter_rate"] == (26, 10_000)
    assert limits["parameter_store.get_parameters_rate"] == (10, 1000)
    assert limits["parameter_store.get_parameters_by_path_rate"] == (5, 100)


STORM = """
traffic:
  shoppers: {rate: 100/s, spikes: [{name: sale, at: "day 3 10:00", for: 30 min, times: 8x}]}
functions:
  web: {triggers: shoppers, duration: 100 ms, init: 300 ms, calls: [{get-parameters: config, items: 5, per: cold-start}]}
parameters: {config: {}}
"""


def test_environments_read_as_they_start_and_a_spike_starts_many_at_once(tmp_path: Path) -> None:
    """700 more a second, of which each starts an environment until the first is warm, 400 ms later: 280 in a second."""
    found = planned(STORM, tmp_path)
    usage = {r.name: r.usage for r in found.resources}
    assert usage["config"]["requests"] == usage["web"]["cold_starts"]
    assert usage["config"]["interactions"] == 5 * usage["web"]["cold_starts"]
    limit = next(p for p in found.limits if p.check.limit == "parameter_store.rate")
    assert limit.check.load == 280
    assert "parameter_store.throughput" in {finding.rule for finding in found.findings}


def test_even_traffic_starts_no_storm(tmp_path: Path) -> None:
    even = STORM.replace(', spikes: [{name: sale, at: "day 3 10:00", for: 30 min, times: 8x}]', "")
    limit = next(p for p in planned(even, tmp_path).limits if p.check.limit == "parameter_store.rate")
    assert not limit.breached


def test_an_answer_that_is_kept_for_a_time_is_fetched_again_by_each_environment(tmp_path: Path) -> None:
    """At most once in five minutes in each live environment, and as it starts; never more often than it is invoked."""
    body = STORM.replace("per: cold-start", "per: cold-start, cache: CACHE")
    reads = {}
    for cache in ("1 s", "5 min", "1 d"):
        usage = {r.name: r.usage for r in planned(body.replace("CACHE", cache), tmp_path).resources}
        reads[cache] = usage["config"]["requests"] - usage["web"]["cold_starts"]
        assert reads[cache] < usage["web"]["requests"]
    assert reads["1 s"] > reads["5 min"] > reads["1 d"] > 0
    assert reads["5 min"] / reads["1 d"] == pytest.approx(288, rel=0.02)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("per: cold-start", "cache: 5 min", "add `per: cold-start`"),
        ("items: 5", "items: 11", "at most 10"),
        ("get-parameters: config, items: 5", "get-parameter: config, items: 5", "does not apply to 'get-parameter'"),
    ],
)
def test_what_cannot_be_is_told(old: str, new: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CapplanError) as error:
        planned(STORM.replace(old, new), tmp_path)
    assert said in "\n".join(f"{d.message} {d.hint}" for d in error.value.diagnostics)


def test_a_job_has_no_environments(tmp_path: Path) -> None:
    body = """
traffic: {nightly: {schedule: rate(1 day)}}
jobs: {load: {triggers: nightly, workers: 2, duration: 10 min, calls: [{get-secret: db, per: cold-start}]}}
secrets: {db: {}}
"""
    with pytest.raises(CapplanError) as error:
        planned(body, tmp_path)
    assert "a job has no environments" in error.value.diagnostics[0].message


def test_a_secret_that_is_read_at_each_invocation_may_be_kept(tmp_path: Path) -> None:
    body = """
traffic: {shoppers: {rate: 100/s}, nightly: {schedule: rate(1 day)}}
functions: {web: {triggers: shoppers, duration: 100 ms, init: 300 ms, calls: [CALL]}}
jobs: {load: {triggers: nightly, workers: 2, duration: 10 min, calls: [{get-secret: db}]}}
secrets: {db: {}}
"""
    for call, speaks in (("{get-secret: db}", True), ("{get-secret: db, per: cold-start}", False)):
        found = planned(body.replace("CALL", call), tmp_path)
        assert ("secrets_manager.cache" in {finding.rule for finding in found.findings}) == speaks


def test_where_no_start_time_is_known_environments_are_counted_all_the_same(tmp_path: Path) -> None:
    """By a start of no time: a little fewer than with one of 300 ms."""
    known = {r.name: r.usage for r in planned(STORM, tmp_path).resources}
    unknown = {r.name: r.usage for r in planned(STORM.replace(", init: 300 ms", ""), tmp_path).resources}
    assert "cold_starts" not in unknown["web"]
    assert 0 < unknown["config"]["requests"] < known["config"]["requests"]


def test_reads_of_what_a_key_encrypts_ask_for_it(tmp_path: Path) -> None:
    """A read of a secret is one decryption, with a key of one's own; of parameters each SecureString that is returned."""
    body = """
keys: {main: {}}
secrets:
  own: {encryption: main, access: [{get-secret: 3/s}, {put-secret: 1/s}]}
  free: {access: [{get-secret: 7/s}]}
parameters:
  strings: {access: [{get-parameter: 1/s}]}
  secure: {encryption: aws-managed, access: [{get-parameters: 2/s, items: 5}]}
"""
    found = quantities(planned(body, tmp_path))
    assert found["main.requests"] == 3 * MONTH_S
    assert found["aws/ssm.requests"] == 10 * MONTH_S
