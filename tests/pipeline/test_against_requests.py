"""What gets through, planned and request by request: small networks drawn at random, within stated bounds.

A plan is a fluid in minutes and a formula within them; `tests/reference/requests` has single requests in plain Python.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import pytest

import capplan
from tests.helpers import scenario
from tests.reference.requests.networks import Network, Node, Outcome, Source, Traffic, burst, map_run, run
from tests.reference.requests.sources import AFTER_ERRORS_S

HOUR = 3600.0
VIAS = {"queue": "sqs", "fifo": "sqs-fifo", "stream": "kinesis", "async": "s3"}
SPIKE_AT_S = 1800.0


# --- a network as a scenario ------------------------------------------------------------------------------------------


def text_of(network: Network) -> str:
    """The scenario of a network."""
    traffic, functions = ["traffic:"], ["functions:"]
    for node in network.nodes:
        if node.traffic is not None:
            spike = (
                f", spikes: [{{at: day 2 00:30, for: {node.traffic.spike_s:g} s, times: {node.traffic.times:g}x}}]"
                if node.traffic.times != 1
                else ""
            )
            traffic.append(f"  to-{node.name}: {{rate: {node.traffic.per_s * 3600:g}/h{spike}}}")
        functions += [f"  {node.name}:", *(f"    {line}" for line in _lines(network, node))]
    body = [f"account: {{quotas: {{lambda.concurrency: {network.concurrency}}}}}", *traffic, *functions]
    return "\n".join(body) + "\n"


def _lines(network: Network, node: Node) -> list[str]:
    lines = [f"duration: {node.duration_s * 1000:g} ms", "memory: 128 MB", "timeout: 15 min", "init: 1 ms"]
    lines += ["fails: " + f"{node.fails:.0%}"] if node.fails else []
    lines += [f"reserved_concurrency: {node.reserved}"] if node.reserved is not None else []
    if node.traffic is not None:
        lines.append("triggers: {" + ", ".join([f"traffic: to-{node.name}", *_source(node.source)]) + "}")
    if node.source.via == "async" and node.source.retries is not None:
        lines.append(f"retries: {node.source.retries}")
    nodes = {one.name: one for one in network.nodes}
    calls = [
        f"{{invoke: {to}, times: {times}, async: {str(nodes[to].source.via == 'async').lower()}}}"
        for to, times in node.calls
    ]
    return [*lines, *([f"calls: [{', '.join(calls)}]"] if calls else [])]


def _source(source: Source) -> list[str]:
    words = [f"via: {VIAS[source.via]}"] if source.via in VIAS else []
    if source.via in ("queue", "fifo", "stream"):
        words.append(f"batch: {source.batch}")
    if source.via in ("queue", "fifo"):
        words.append(f"visibility_timeout: {source.visibility_s:g} s")
    words += [f"window: {source.window_s:g} s"] if source.window_s else []
    words += [f"maximum_concurrency: {source.maximum_concurrency}"] if source.maximum_concurrency else []
    words += [f"max_receive_count: {source.max_receives}"] if source.max_receives else []
    words += [f"message_groups: {source.groups}"] if source.via == "fifo" else []
    words += [f"shards: {source.lanes}"] if source.via == "stream" else []
    words += [f"retries: {source.retries}"] if source.via == "stream" and source.retries is not None else []
    return words


def planned(text: str, folder: Path) -> Mapping[str, Decimal]:
    """The observables of a plan; those that are unknown are left out."""
    plan = capplan.plan(scenario(text, folder))
    return {o.name: o.value for o in plan.observed if o.value is not None}


def shares(observed: Mapping[str, Decimal], name: str) -> tuple[float, float]:
    """Shares of what arrives that are served and dropped."""
    offered = float(observed[f"{name}.offered"])
    return float(observed[f"{name}.served"]) / offered, float(observed[f"{name}.dropped"]) / offered


# --- networks drawn at random -----------------------------------------------------------------------------------------


def synchronous(draw: random.Random) -> Network:
    """A function with reserved concurrency below, at or above what it is asked for."""
    reserved, duration_s = draw.randint(1, 40), draw.choice([0.2, 1.0, 5.0])
    traffic = Traffic(reserved / duration_s * draw.uniform(0.5, 3))
    return Network((Node("f", duration_s, Source("sync"), traffic, reserved),))


def pooled(draw: random.Random) -> Network:
    """Two functions that share a small account."""
    concurrency, nodes = draw.randint(10, 40), []
    for name in ("f", "g"):
        duration_s = draw.choice([0.5, 1.0, 3.0])
        nodes.append(Node(name, duration_s, Source("sync"), Traffic(concurrency / duration_s * draw.uniform(0.3, 1.0))))
    return Network(tuple(nodes), concurrency)


def queued(draw: random.Random) -> Network:
    """A queue whose maximum concurrency is too low, or just enough."""
    most, batch, duration_s = draw.randint(2, 30), draw.choice([1, 5, 10]), draw.choice([0.5, 2.0, 10.0])
    load = draw.choice([0.6, 0.9, 1.3, 2.5])
    source = Source("queue", batch, maximum_concurrency=most, visibility_s=6 * 60)
    return Network((Node("f", duration_s, source, Traffic(most * batch / duration_s * load)),))


def streamed(draw: random.Random) -> Network:
    """A stream with too few shards, or just enough; its batches may fail a few times."""
    lanes, batch, duration_s = draw.randint(1, 6), draw.choice([1, 10, 50]), draw.choice([0.2, 1.0])
    fails, retries = draw.choice([(0.0, None), (0.2, 1), (0.5, 2)])
    load = draw.choice([0.5, 0.9, 1.5, 3.0])
    source = Source("stream", batch, lanes=lanes, retries=retries)
    return Network((Node("f", duration_s, source, Traffic(lanes * batch / duration_s * load), fails=fails),))


def grouped(draw: random.Random) -> Network:
    """A FIFO queue: as many at a time as it has groups."""
    groups, batch, duration_s = draw.randint(1, 12), draw.choice([1, 10]), draw.choice([0.5, 2.0])
    load = draw.choice([0.6, 1.4, 2.5])
    source = Source("fifo", batch, groups=groups, visibility_s=6 * 60)
    return Network((Node("f", duration_s, source, Traffic(groups * batch / duration_s * load)),))


def chained(draw: random.Random) -> Network:
    """A function that throttles its callers and then sends events to another, which sees what it served."""
    first, second = draw.randint(2, 15), draw.randint(2, 15)
    slow_s = draw.choice([1.0, 2.0])
    front = Node(
        "f", 1.0, Source("sync"), Traffic(first * draw.uniform(0.8, 3)), first, calls=(("g", draw.choice([1, 2])),)
    )
    return Network((front, Node("g", slow_s, Source("async"), None, second + first * 4)))


def throttled_queue(draw: random.Random) -> Network:
    """A queue whose pollers find the function's reserved concurrency in use: messages come again.

    One message at a time: how full batches are whose pollers are throttled, AWS does not publish.
    """
    reserved, duration_s = draw.randint(3, 20), draw.choice([2.0, 5.0])
    load = draw.choice([0.5, 1.5, 3.0])
    source = Source("queue", 1, visibility_s=60)
    return Network((Node("f", duration_s, source, Traffic(reserved / duration_s * load), reserved),))


def failing(draw: random.Random) -> Network:
    """Events some of which fail at every try."""
    source = Source("async", retries=draw.choice([0, 1, 2]))
    return Network((Node("f", 1.0, source, Traffic(20.0), fails=draw.choice([0.1, 0.3, 0.5])),))


KINDS: Mapping[str, Callable[[random.Random], Network]] = {
    "synchronous": synchronous, "pooled": pooled, "queued": queued, "streamed": streamed, "grouped": grouped, "chained": chained,
    "throttled_queue": throttled_queue, "failing": failing,
}  # fmt: skip
BOUND = 0.02
"""Shares of what arrives that are served and dropped: two points, of which the reference's own draws are up to one."""
REQUESTS = 20_000


@lru_cache(maxsize=64)
def one_by_one(network: Network) -> Mapping[str, Outcome]:
    """The reference's run: so many requests."""
    per_s = sum(node.traffic.per_s for node in network.nodes if node.traffic is not None)
    is_tried_again = any(node.fails and node.source.via == "async" for node in network.nodes)
    return run(network, REQUESTS / per_s, sum(AFTER_ERRORS_S) + 10 if is_tried_again else 0.0)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", KINDS)
def test_a_steady_network_serves_what_single_requests_get(kind: str, seed: int, tmp_path: Path) -> None:
    network = replace(KINDS[kind](random.Random(f"{kind} {seed}")), seed=seed)  # noqa: S311  a simulation
    observed, reference = planned(text_of(network), tmp_path), one_by_one(network)
    for node in network.nodes:
        tally = reference[node.name].tally
        served, dropped = shares(observed, node.name)
        in_work = reference[node.name].function.peak * node.source.batch / tally.offered
        assert served == pytest.approx(tally.served / tally.offered, abs=BOUND + in_work), text_of(network)
        if node.source.via == "sync":
            assert dropped == pytest.approx(tally.dropped / tally.offered, abs=BOUND), text_of(network)
        else:  # a backlog that grows waits in the reference, and is given up by its age in the four weeks of a plan
            assert not tally.dropped
        if node.fails and node.source.via == "async":
            dead = float(observed[f"{node.name}.dead_letters"]) / float(observed[f"{node.name}.offered"])
            assert dead == pytest.approx(tally.dead / tally.offered, abs=BOUND), text_of(network)
            calls = reference[node.name].function.invocations / tally.offered
            requests = float(observed[f"{node.name}.requests"]) / float(observed[f"{node.name}.offered"])
            assert requests == pytest.approx(calls, rel=BOUND), "what is retried is billed"
        # the plan's peak is exceeded in one minute of a thousand; the reference's is the most of half an hour's instants
        peak = float(observed[f"{node.name}.concurrency.peak"])
        assert peak >= reference[node.name].function.peak * 0.75 - 1, text_of(network)


# --- spikes: what waits, for how long -----------------------------------------------------------------------------------

MINUTE = 60.0
PEAK, DRAIN = 0.1, 0.15
"""Peak backlog and drain time: a tenth and 15%, and two minutes of the plan's grid."""
RETRY_S, LAST_TRIES = 300.0, 4
"""An event that was throttled tries again within 5 minutes, whatever is free before; the plan serves it as soon as a place is
free. The last of some hundreds needs up to four such tries: so much later may single events be done."""


def spiked_queue(draw: random.Random) -> Network:
    """A queue that fills in a spike and drains after it."""
    most, batch, duration_s = draw.randint(2, 10), draw.choice([1, 5]), draw.choice([5.0, 20.0])
    capacity = most * batch / duration_s
    traffic = Traffic(
        capacity * draw.uniform(0.2, 0.5), draw.randint(4, 9), SPIKE_AT_S, draw.choice([5, 10, 20]) * MINUTE
    )
    source = Source("queue", batch, maximum_concurrency=most, visibility_s=6 * 60)
    return Network((Node("f", duration_s, source, traffic),))


def spiked_stream(draw: random.Random) -> Network:
    """A stream that falls behind in a spike."""
    lanes, batch, duration_s = draw.randint(1, 4), draw.choice([2, 10]), draw.choice([5.0, 10.0])
    capacity = lanes * batch / duration_s
    traffic = Traffic(capacity * draw.uniform(0.2, 0.5), draw.randint(4, 9), SPIKE_AT_S, draw.choice([5, 10]) * MINUTE)
    return Network((Node("f", duration_s, Source("stream", batch, lanes=lanes), traffic),))


def spiked_groups(draw: random.Random) -> Network:
    """A FIFO queue that fills in a spike."""
    groups, duration_s = draw.randint(2, 8), draw.choice([2.0, 5.0])
    traffic = Traffic(groups / duration_s * draw.uniform(0.2, 0.5), draw.randint(4, 9), SPIKE_AT_S, 10 * MINUTE)
    return Network((Node("f", duration_s, Source("fifo", 1, groups=groups, visibility_s=6 * 60), traffic),))


def spiked_events(draw: random.Random) -> Network:
    """Asynchronous events of a spike, at a function with reserved concurrency."""
    reserved, duration_s = draw.randint(4, 20), draw.choice([5.0, 15.0])
    traffic = Traffic(reserved / duration_s * draw.uniform(0.2, 0.4), draw.randint(4, 9), SPIKE_AT_S, 10 * MINUTE)
    return Network((Node("f", duration_s, Source("async"), traffic, reserved),))


SPIKED: Mapping[str, Callable[[random.Random], Network]] = {
    "queue": spiked_queue, "stream": spiked_stream, "groups": spiked_groups, "events": spiked_events,
}  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", SPIKED)
def test_a_spike_waits_and_drains_as_single_requests_do(kind: str, seed: int, tmp_path: Path) -> None:
    network = replace(SPIKED[kind](random.Random(f"{kind} {seed}")), seed=seed)  # noqa: S311  a simulation
    observed = planned(text_of(network), tmp_path)
    outcome = run(network, 5 * HOUR)["f"]
    tally, node = outcome.tally, network.nodes[0]
    assert node.traffic is not None
    # the spike's arrivals are a Poisson number: three of its standard deviations; batches in work do not wait
    spread = 3 * (node.traffic.per_s * node.traffic.times * node.traffic.spike_s) ** 0.5
    in_work = node.source.batch * outcome.function.peak
    assert float(observed["f.waiting.peak"]) == pytest.approx(tally.peak_waiting, rel=PEAK, abs=spread + in_work), kind
    assert tally.drain_s is not None
    late_s = LAST_TRIES * RETRY_S if kind == "events" else 0.0
    spread_s = spread / node.traffic.per_s / 2  # as much capacity as the base rate takes, and more, works it off
    for name, one_by_one_s in (("drain_time", tally.drain_s), ("oldest_wait", tally.oldest_s)):
        planned_s = float(observed[f"f.{name}"])
        assert planned_s <= one_by_one_s * (1 + DRAIN) + 2 * MINUTE + spread_s, (name, text_of(network))
        assert planned_s >= one_by_one_s * (1 - DRAIN) - 2 * MINUTE - spread_s - late_s, (name, text_of(network))
    assert shares(observed, "f") == (1, 0)
    assert tally.dropped == 0


# --- at once ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "duration_s", "reserved"),
    [(3000, 2.0, 100), (500, 30.0, 20), (2000, 1.0, 40), (100, 60.0, 5), (50, 5.0, 50)],
)
def test_a_burst_of_events_waits_for_reserved_concurrency(
    events: int, duration_s: float, reserved: int, tmp_path: Path
) -> None:
    body = f"""
traffic: {{tick: {{schedule: rate(1 day)}}}}
functions:
  send: {{triggers: tick, memory: 128 MB, duration: 1 s, init: 1 ms, timeout: 1 min, calls: [{{invoke: f, times: {events}, async: true}}]}}
  f: {{memory: 128 MB, duration: {duration_s:g} s, init: 1 ms, timeout: 15 min, reserved_concurrency: {reserved}}}
"""
    observed, tally = planned(body, tmp_path), burst(events, duration_s, reserved).tally
    assert observed["f.concurrency.peak"] == min(events, reserved)
    assert shares(observed, "f") == (1, 0)
    assert tally.served == events
    assert float(observed["f.waiting.peak"]) == pytest.approx(tally.peak_waiting, rel=PEAK, abs=2 * reserved)
    assert tally.drain_s is not None
    drain_s = float(observed["f.drain_time"])
    assert drain_s <= tally.drain_s + MINUTE
    assert drain_s >= tally.drain_s - min(2 * tally.drain_s, LAST_TRIES * RETRY_S)


@pytest.mark.parametrize(("items", "most", "duration_s"), [(1300, 10, 10.0), (40, 40, 5.0), (95, 7, 30.0)])
def test_a_map_starts_the_next_item_when_one_ends(items: int, most: int, duration_s: float, tmp_path: Path) -> None:
    each = (
        '{"StartAt": "Do", "States": {"Do": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,'
    )
    each += ' "Parameters": {"FunctionName": "f"}}}}'
    whole = f'{{"Type": "Map", "MaxConcurrency": {most}, "End": true, "ItemProcessor": {each}}}'
    (tmp_path / "m.asl.json").write_text(f'{{"StartAt": "Each", "States": {{"Each": {whole}}}}}')
    body = f"""
traffic: {{nightly: {{schedule: rate(1 day)}}}}
state_machines: {{m: {{triggers: nightly, definition: m.asl.json, states: {{Each: {{items: {items}}}}}}}}}
functions: {{f: {{memory: 128 MB, duration: {duration_s:g} s, init: 1 ms, timeout: 15 min, reserved_concurrency: {most}}}}}
"""
    observed, (outcome, ended_s) = planned(body, tmp_path), map_run(items, most, duration_s, most)
    assert outcome.tally.served == items
    assert float(observed["m.duration"]) / 1000 == pytest.approx(ended_s, rel=0.05)
    assert observed["f.concurrency.peak"] <= most
    assert float(observed["f.dropped"]) == 0


# --- what always holds ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", [*KINDS, *SPIKED])
def test_all_is_accounted_for_and_more_capacity_never_serves_less(kind: str, seed: int, tmp_path: Path) -> None:
    drawn = {**KINDS, **SPIKED}[kind](random.Random(f"more {kind} {seed}"))  # noqa: S311  a simulation
    before = planned(text_of(drawn), tmp_path)
    after = planned(text_of(_with_more(drawn)), tmp_path)
    for node in drawn.nodes:
        served, dropped = shares(before, node.name)
        assert served >= 0
        assert dropped >= 0
        assert served + dropped <= 1 + 1e-6
        if node.traffic is not None:
            assert float(after[f"{node.name}.served"]) >= float(before[f"{node.name}.served"]) * (1 - 1e-6)


def _with_more(network: Network) -> Network:
    """The network with half as much again of whatever bounds it."""

    def more(count: int | None) -> int | None:
        return None if count is None else count + max(1, count // 2)

    nodes = tuple(
        replace(
            node,
            reserved=more(node.reserved),
            source=replace(
                node.source, maximum_concurrency=more(node.source.maximum_concurrency),
                lanes=node.source.lanes + 1, groups=node.source.groups + 1,
            ),
        )
        for node in network.nodes
    )  # fmt: skip
    return replace(network, nodes=nodes, concurrency=network.concurrency + network.concurrency // 2)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", ["queued", "synchronous"])
def test_a_lower_cap_never_raises_the_load_of_the_account(kind: str, seed: int, tmp_path: Path) -> None:
    network = KINDS[kind](random.Random(f"cap {kind} {seed}"))  # noqa: S311  a simulation
    (node,) = network.nodes
    most = node.source.maximum_concurrency
    lower = replace(
        node,
        reserved=None if node.reserved is None else max(1, node.reserved // 2),
        source=replace(node.source, maximum_concurrency=None if most is None else max(2, most // 2)),
    )
    loads = [
        float(planned(text_of(replace(network, nodes=(one,))), tmp_path)["account.lambda.concurrency.load"])
        for one in (node, lower)
    ]
    assert loads[1] <= loads[0] * (1 + 1e-6)


# --- what AWS publishes -----------------------------------------------------------------------------------------------

HEAD = "memory: 128 MB, init: 1 ms, timeout: 15 min"
PUBLISHED: Mapping[str, tuple[str, Mapping[str, float]]] = {
    # Lambda Developer Guide, "Understanding Lambda function scaling": 10 requests a second for each unit of concurrency;
    # 20,000 a second of 20 ms need 400 environments, and 10,000 of them get through with a quota of 1,000
    "request rate": (
        f"traffic: {{t: {{rate: 20000/s}}}}\nfunctions: {{f: {{triggers: t, duration: 20 ms, {HEAD}}}}}\n",
        {"f.dropped_share": 0.5},
    ),
    # "How Lambda handles errors and retries with asynchronous invocation": two tries more, so 1 + p + p² attempts; p³ is lost
    "attempts": (
        (
            f"traffic: {{t: {{rate: 1000/h}}}}\n"
            f"functions: {{f: {{triggers: {{traffic: t, via: s3}}, duration: 1 s, fails: 20%, {HEAD}}}}}\n"
        ),
        {"f.requests": 730_000 * 1.24, "f.dead_letters": 730_000 * 0.008},
    ),
    # the same page: an event that was throttled waits for up to six hours; half of 20 a second never gets its turn
    "six hours": (
        (
            f"traffic: {{t: {{rate: 20/s}}}}\n"
            f"functions: {{f: {{triggers: {{traffic: t, via: s3}}, duration: 1 s, reserved_concurrency: 10, {HEAD}}}}}\n"
        ),
        {"f.oldest_wait": 6 * HOUR, "f.served": 10 * 730 * HOUR},
    ),
    # "Using Lambda with Amazon SQS": maximum concurrency bounds what one queue invokes
    "maximum concurrency": (
        (
            f"traffic: {{t: {{rate: 5/s}}}}\n"
            f"functions: {{f: {{triggers: {{traffic: t, via: sqs, batch: 1, maximum_concurrency: 20}}, duration: 30 s, {HEAD}}}}}\n"
        ),
        {"f.concurrency.peak": 20, "f.served": 20 / 30 * 730 * HOUR, "account.lambda.concurrency.load": 20},
    ),
    # "Using Lambda with Kinesis": one batch at a time of each shard
    "shards": (
        (
            f"traffic: {{t: {{rate: 100/s}}}}\n"
            f"functions: {{f: {{triggers: {{traffic: t, via: kinesis, shards: 4, batch: 10}}, duration: 1 s, {HEAD}}}}}\n"
        ),
        {"f.concurrency.peak": 4, "f.served": 40 * 730 * HOUR},
    ),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_aws_publishes(name: str, tmp_path: Path) -> None:
    text, right = PUBLISHED[name]
    observed = planned(text, tmp_path)
    assert {key: float(observed[key]) for key in right} == pytest.approx(right, rel=0.005)
