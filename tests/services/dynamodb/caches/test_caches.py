"""DAX clusters: what they answer, what reaches the tables, what they carry and cost."""

from collections import OrderedDict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

import capplan
from capplan.errors import CapplanError
from capplan.pipeline.results import Plan
from capplan.services.dynamodb.caches.hit_rate import che
from capplan.services.dynamodb.caches.nodes import headroom_factor, normalized, size_kb, smallest_node
from capplan.services.dynamodb.caches.spec import Cache
from tests.helpers import scenario
from tests.services.dynamodb.helpers import row, table

MONTH = 2_628_000
D = Decimal


def planned(folder: Path, tables: str, cache: str, gates: str = "") -> Plan:
    body = f"tables:\n  orders: {tables}\ncaches:\n  hot: {cache}\n{gates}"
    return capplan.plan(scenario(body, folder))


def quantity(plan: Plan, line: str) -> Decimal:
    return next((x.consumed_quantity for x in plan.lines if x.id == line), D(0))


def observed(plan: Plan, name: str) -> Decimal | None:
    return next(o.value for o in plan.observed if o.name == name)


NODES = "tables: [orders], node: dax.r5.large, nodes: 3"


# --- what reaches the table -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("access", "more", "units", "working"),
    [
        ("[{get: 100/s}]", "", 5, "a tenth of 100 x 0.5"),
        ("[{get: 100/s, consistency: strong}]", "", 100, "strong reads pass"),
        ("[{transact-get: 100/s}]", "", 200, "so do transactions, 2 units each"),
        ("[{batch-get: 10/s, items: 10}]", "", 5, "each item of a batch is a get"),
        ("[{query: 100/s, items: 4}]", "", 5, "the query cache hits as often"),
        ("[{query: 100/s, items: 4}]", ", query_hit_rate: 50%", 25, "unless it says otherwise: half of 100 x 0.5"),
        ("[{get: 100/s, missing: 100%}]", "", 5, "what is not there is cached too"),
    ],
)
def test_what_may_be_cached_is_read_as_often_as_it_misses(
    access: str, more: str, units: int, working: str, tmp_path: Path
) -> None:
    table_ = f"{{item_size: 1 KB, items: 1k, partition_key: id, sort_key: at, access: {access}}}"
    plan = planned(tmp_path, table_, f"{{{NODES}, hit_rate: 90%{more}}}")
    assert quantity(plan, "orders.reads") == units * MONTH, working


def test_writes_reach_the_table_whole_and_a_transaction_is_read_again(tmp_path: Path) -> None:
    """10 puts a second are 10 units; 5 of a transaction are 10 more, and 5 transactional gets of 2 units in its wake."""
    access = "[{put: 10/s}, {transact-write: 5/s}]"
    table_ = f"{{item_size: 1 KB, access: {access}}}"
    plan = planned(tmp_path, table_, f"{{{NODES}, hit_rate: 90%}}")
    assert row(quantity(plan, "orders.writes"), quantity(plan, "orders.reads")) == (20 * MONTH, 10 * MONTH)
    around = planned(tmp_path, table_, f"{{{NODES}, hit_rate: 90%, writes: around}}")
    assert row(quantity(around, "orders.writes"), quantity(around, "orders.reads")) == (20 * MONTH, 0)


def test_an_access_pattern_counts_what_is_asked_and_costs_what_is_missed(tmp_path: Path) -> None:
    plan = planned(tmp_path, "{item_size: 1 KB, access: [{get: 100/s}]}", f"{{{NODES}, hit_rate: 90%}}")
    (pattern,) = plan.patterns
    assert pattern.pattern.requests == 100 * MONTH
    assert pattern.monthly_cost == 5 * MONTH * D("0.000000125")
    assert observed(plan, "orders.offered") == 100 * MONTH


def test_a_cache_is_before_the_scenarios_region_only(tmp_path: Path) -> None:
    """100 gets a second, half of them in Ireland: 50 x 10% x 0.5 at home, 50 x 0.5 there."""
    table_ = "{item_size: 1 KB, replicas: [eu-west-1], reads_from: {eu-west-1: 50%}, access: [{get: 100/s}]}"
    plan = planned(tmp_path, table_, f"{{{NODES}, hit_rate: 90%}}")
    reads = [quantity(plan, f"orders.{where}reads") for where in ("", "eu-west-1.")]
    assert reads == [D("2.5") * MONTH, 25 * MONTH]


def test_a_table_that_is_short_drops_misses_only(tmp_path: Path) -> None:
    """100 gets a second, 40 of them misses of 0.5 units, at 10 units: 20 gets are served, 20 dropped."""
    capacity = "capacity: {mode: provisioned, write: 1, read: 10}"
    plan = planned(
        tmp_path, f"{{item_size: 1 KB, {capacity}, access: [{{get: 100/s}}]}}", f"{{{NODES}, hit_rate: 60%}}"
    )
    dropped = observed(plan, "orders.dropped")
    assert dropped is not None
    assert float(dropped) == pytest.approx(20 * MONTH, rel=0.02)
    assert observed(plan, "orders.served") == 100 * MONTH - dropped
    share = observed(plan, "orders.throttled")
    assert share is not None
    assert float(share) == pytest.approx(0.2, rel=0.02)


# --- what it carries --------------------------------------------------------------------------------------------------


def test_aws_own_sizing_example() -> None:
    """50,000 hits, 1,000 misses and 100 writes of 2 KB on 3 nodes: 100,000 + 20,000 + 15,000, and 1.5 for a lost node."""
    load = normalized(50_000, 1000, 100, 2, 3)
    assert load == 135_000
    assert load * headroom_factor(3) == 202_500
    assert smallest_node(202_500, 3) == "dax.r5.large"
    assert headroom_factor(11) == Fraction(10, 7), "a lost node of eleven asks for less than 70% utilization"
    assert [size_kb(size) for size in (0, 1, 1024, 1025)] == [1, 1, 1, 2]


def test_a_cluster_is_held_against_its_load_whole_and_with_a_node_less(tmp_path: Path) -> None:
    """1,000 gets of 2 KB, 90% hits: 900 x 2 + 100 x 2 x 10; 100 strong ones x 2 x 10; 10 writes x 2 x 25 x 3 nodes."""
    access = "[{get: 1000/s}, {get: 100/s, consistency: strong}, {put: 10/s}]"
    plan = planned(tmp_path, f"{{item_size: 2 KB, access: {access}}}", f"{{{NODES}, hit_rate: 90%}}")
    limits = {x.check.limit: row(x.check.load, x.check.quota) for x in plan.limits if x.check.resource == "hot"}
    load = D(1800 + 2000 + 2000 + 1500)
    assert limits == {
        "dynamodb.dax.requests": (load, 225_000),
        "dynamodb.dax.node_loss": (load, 150_000),
        "dynamodb.dax.writes": (10, 40_000),
    }


def test_its_nodes_are_paid_by_the_hour_and_break_even_where_the_reads_cost_as_much(tmp_path: Path) -> None:
    """3 x 730 h x 0.255 = 558.45; 10,000 gets of 0.5 units cost 1,642.50 a month: 34%."""
    plan = planned(tmp_path, "{item_size: 1 KB, access: [{get: 10000/s}]}", f"{{{NODES}, hit_rate: 90%}}")
    assert next(x.contracted_cost for x in plan.lines if x.id == "hot.nodes") == D("558.45")
    even = observed(plan, "hot.break_even_hit_rate")
    assert even is not None
    assert float(even) == pytest.approx(558.45 / (5000 * MONTH * 0.000000125))
    assert observed(plan, "hot.latency.mean") == D("0.95")


def test_a_cache_that_does_not_pay_is_recommended_away_at_the_difference(tmp_path: Path) -> None:
    """1,000 gets a second at 90% save 900 x 0.5 x 2,628,000 x 0.125/M = 147.825 of 558.45."""
    plan = planned(tmp_path, "{item_size: 1 KB, access: [{get: 1000/s}]}", f"{{{NODES}, hit_rate: 90%}}")
    finding = next(f for f in plan.findings if f.rule == "dynamodb.cache-pays")
    assert finding.monthly_saving == D("558.45") - D("147.825")


def test_a_node_type_that_is_too_small_or_too_large_is_another(tmp_path: Path) -> None:
    large = NODES.replace("r5.large", "r5.4xlarge")
    plan = planned(tmp_path, "{item_size: 1 KB, items: 1k, access: [{get: 10000/s}]}", f"{{{large}, hit_rate: 90%}}")
    finding = next(f for f in plan.findings if f.rule == "dynamodb.cache-node")
    assert [(c.path, c.new) for c in finding.change] == [("caches.hot.node", "dax.r5.large")]
    short = planned(tmp_path, "{item_size: 1 KB, items: 1k, access: [{get: 200000/s}]}", f"{{{NODES}, hit_rate: 90%}}")
    risk = next(f for f in short.findings if f.rule == "dynamodb.cache-node")
    assert (risk.severity, risk.change[0].new) == ("risk", "dax.r5.2xlarge")


# --- its hit rate -----------------------------------------------------------------------------------------------------


def simulated_lru(weights: "np.ndarray[Any, Any]", capacity: int, reads: int, rate: float, lifetime_s: float) -> float:
    """Reads of random keys at random times through a cache that forgets the least recently used, and what is old."""
    rng = np.random.default_rng(1)
    keys = rng.choice(len(weights), size=reads, p=weights)
    at = np.cumsum(rng.exponential(1 / rate, size=reads))
    cache: OrderedDict[int, float] = OrderedDict()
    hits = 0
    for i, (key, now) in enumerate(zip(keys.tolist(), at.tolist(), strict=True)):
        if key in cache and now - cache[key] < lifetime_s:
            hits += i >= reads // 2
            cache.move_to_end(key)
            continue
        cache.pop(key, None)
        cache[key] = now
        if len(cache) > capacity:
            cache.popitem(last=False)
    return hits / (reads - reads // 2)


@pytest.mark.parametrize(
    ("exponent", "capacity", "lifetime_s"),
    [
        (0.9, 200, np.inf),
        (0.9, 1000, np.inf),
        (0.0, 500, np.inf),
        (1.2, 50, np.inf),
        (0.9, 100_000, 60.0),
        (0.9, 100_000, 5.0),
        (0.9, 300, 30.0),
    ],
)
def test_the_hit_rate_is_that_of_a_simulated_cache(exponent: float, capacity: int, lifetime_s: float) -> None:
    weights = np.arange(1, 5001, dtype=float) ** -exponent
    weights /= weights.sum()
    expected = simulated_lru(weights, capacity, 300_000, 100.0, lifetime_s)
    found = che(weights, np.ones(5000), 100.0, capacity, lifetime_s)
    assert found == pytest.approx(expected, abs=0.015)


def test_items_in_groups_are_those_one_by_one() -> None:
    one_by_one = np.array([0.3, *[0.7 / 99] * 99])
    grouped = che(np.array([0.3, 0.7 / 99]), np.array([1.0, 99.0]), 10.0, 20, np.inf)
    assert grouped == pytest.approx(che(one_by_one, np.ones(100), 10.0, 20, np.inf))


def test_a_larger_node_hits_more_often_where_a_popularity_decides(tmp_path: Path) -> None:
    key = "partition_key: {name: id, distinct: 100M, popularity: zipf(0.9)}"
    table_ = f"{{item_size: 2 KB, items: 100M, {key}, access: [{{get: 50000/s}}]}}"
    rates = [
        observed(
            planned(tmp_path, table_, f"{{tables: [orders], node: {node}, nodes: 3, item_ttl: 0 s}}"), "hot.hit_rate"
        )
        for node in ("dax.r5.large", "dax.r5.4xlarge")
    ]
    assert rates[0] is not None
    assert rates[1] is not None
    assert 0.3 < rates[0] < rates[1] < 1


def test_unknown_keys_hit_never_and_the_answer_says_so(tmp_path: Path) -> None:
    plan = planned(tmp_path, "{item_size: 1 KB, access: [{get: 100/s}]}", f"{{{NODES}}}")
    assert observed(plan, "hot.hit_rate") == 0
    assert any(a.assumption.path == "caches.hot.hit_rate" and a.assumption.value == "0%" for a in plan.assumptions)


# --- what may be written ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"tables": ["a"], "node": "dax.r5.large", "nodes": D(12)}, "less than or equal to 11"),
        ({"tables": ["a"], "node": "r5.large", "nodes": D(3)}, "Input should be 'dax.t3.small'"),
        ({"tables": [], "node": "dax.r5.large", "nodes": D(3)}, "at least 1 item"),
        ({"tables": ["a"], "node": "dax.r5.large", "nodes": D(3), "behind": {}}, "unknown key"),
    ],
)
def test_words_that_do_not_fit_are_refused(said: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Cache.model_validate(said)
    assert message in caught.value.errors()[0]["msg"]


def test_the_inner_field_of_a_table_is_no_key() -> None:
    with pytest.raises(ValidationError):
        table(item_size="1 KB", cached={})


def test_a_cache_of_a_table_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CapplanError) as caught:
        planned(tmp_path, "{item_size: 1 KB}", f"{{{NODES.replace('orders', 'odrers')}}}")
    assert "there is no table 'odrers'" in str(caught.value)
