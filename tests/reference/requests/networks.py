"""Small networks of functions and jobs, as plain facts, and what becomes of their requests one by one."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from tests.reference.requests.clock import Clock, Tally
from tests.reference.requests.functions import Account, Function
from tests.reference.requests.jobs import Job
from tests.reference.requests.sources import Async, Fifo, Map, Queue, Stream, Sync, send_all

Via = Literal["sync", "async", "queue", "stream", "fifo"]


@dataclass(frozen=True)
class Traffic:
    """Requests at random: a rate, and a spike of `times` that rate from `spike_at_s` on."""

    per_s: float
    times: float = 1.0
    spike_at_s: float = 0.0
    spike_s: float = 0.0

    def arrivals(self, until_s: float, draw: random.Random) -> Iterator[float]:
        """Their times, by thinning the highest rate."""
        highest, now = self.per_s * max(1.0, self.times), 0.0
        while True:
            now += draw.expovariate(highest)
            if now >= until_s:
                return
            in_spike = self.spike_at_s <= now < self.spike_at_s + self.spike_s
            if draw.random() * highest < self.per_s * (self.times if in_spike else 1.0):
                yield now


@dataclass(frozen=True)
class Source:
    """How a function's requests reach it; what a kind of source does not have is not used."""

    via: Via
    batch: int = 1
    window_s: float = 0.0
    maximum_concurrency: int | None = None
    visibility_s: float = 30.0
    max_receives: int | None = None
    lanes: int = 1
    groups: int = 1
    retries: int | None = None
    max_age_s: float = 86_400.0
    poison: float = 0.0
    bisect: bool = False
    partial: bool = False


@dataclass(frozen=True)
class Node:
    """A function: its source with its traffic (None where another node calls it), and whom each invocation calls."""

    name: str
    duration_s: float
    source: Source
    traffic: Traffic | None = None
    reserved: int | None = None
    fails: float = 0.0
    calls: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Network:
    """Functions that share an account's concurrency."""

    nodes: tuple[Node, ...]
    concurrency: int = 1000
    seed: int = 1


@dataclass
class Outcome:
    """A function's month in small: what its requests came to, and how many of it ran at a time."""

    tally: Tally
    function: Function

    def share(self, count: float) -> float:
        """A share of what arrived."""
        return count / max(1, self.tally.offered)


def run(network: Network, until_s: float, rest_s: float = 0.0) -> dict[str, Outcome]:
    """All requests of a network, one by one, from an empty start; `rest_s` more for what they cause later."""
    clock = Clock()
    account = Account(clock, network.concurrency, network.seed)
    functions = {node.name: Function(account, node.duration_s, node.fails, node.reserved) for node in network.nodes}
    senders = {node.name: _sender(clock, functions[node.name], node.source) for node in network.nodes}
    for node in network.nodes:
        for callee, times in node.calls:
            functions[node.name].calls += [senders[callee].send] * times
    for i, node in enumerate(network.nodes):
        if node.traffic is not None:
            draw = random.Random(network.seed * 1000 + i)  # noqa: S311  a simulation
            send_all(clock, node.traffic.arrivals(until_s, draw), senders[node.name].send)
    clock.run(until_s + rest_s)
    return {name: Outcome(senders[name].tally, function) for name, function in functions.items()}


def _sender(clock: Clock, function: Function, source: Source) -> Sync | Async | Queue | Stream | Fifo:
    if source.via == "sync":
        return Sync(clock, function)
    if source.via == "async":
        return Async(clock, function, 2 if source.retries is None else source.retries)
    if source.via == "queue":
        return Queue(
            clock, function, source.batch, source.window_s, source.maximum_concurrency, source.visibility_s,
            source.max_receives, source.poison, partial=source.partial,
        )  # fmt: skip
    if source.via == "stream":
        return Stream(
            clock, function, source.lanes, source.batch, source.window_s, source.retries, source.max_age_s, source.poison,
            bisect=source.bisect, partial=source.partial,
        )  # fmt: skip
    return Fifo(clock, function, source.groups, source.batch, source.maximum_concurrency)


def burst(events: int, function_s: float, reserved: int) -> Outcome:
    """Asynchronous events that arrive in one instant at a function with reserved concurrency."""
    clock = Clock()
    function = Function(Account(clock, 1000), function_s, reserved=reserved)
    sender = Async(clock, function)
    for _ in range(events):
        clock.at(0.0, sender.send)
    clock.run(6 * 3600.0)
    return Outcome(sender.tally, function)


def map_run(items: int, max_concurrency: int, function_s: float, reserved: int) -> tuple[Outcome, float]:
    """A Map over a function, and when it ends."""
    clock = Clock()
    function = Function(Account(clock, 1000), function_s, reserved=reserved)
    mapped = Map(clock, function, max_concurrency)
    clock.at(0.0, lambda: mapped.start(items))
    clock.run(7 * 86_400.0)
    return Outcome(mapped.tally, function), mapped.ended_s


def job_runs(starts_s: Iterator[float], group: int, run_s: Callable[[], float], job: dict[str, int | bool]) -> Job:
    """Runs of a job that start in groups."""
    clock = Clock()
    runs = Job(clock, run_s, int(job["max_runs"]), queues=bool(job["queues"]))
    last_s = 0.0
    for start_s in starts_s:
        last_s = start_s
        for _ in range(group):
            clock.at(start_s, runs.start)
    clock.run(last_s + 60)
    return runs


__all__ = ["Network", "Node", "Outcome", "Source", "Traffic", "burst", "job_runs", "map_run", "run"]
