"""One question, one answer: what a simulation throttles is what the estimate says is throttled."""

from pathlib import Path

import pytest

from capplan.gates.observed import ObservedMetric
from capplan.gates.through import metrics_of
from capplan.pipeline.meter import meter
from capplan.timeline import SimulationRequest, Totals
from tests.helpers import scenario

RATE = "traffic: {web: {rate: 20/s}}\n"
EVERY_HOUR = "traffic: {tick: {schedule: rate(1 hour)}}\n"


def both(body: str, folder: Path, name: str = "f") -> tuple[Totals, dict[str, ObservedMetric]]:
    planned = scenario(body, folder)
    metered = meter(planned, 1)
    resource = planned.resources[f"functions.{name}"]
    simulator = resource.type.simulator()
    assert simulator is not None
    (timeline,) = simulator.run(metered.resource(resource.address), SimulationRequest())
    address = resource.address
    return timeline.totals, metrics_of(metered.offered[address], metered.demand[address])


def share(totals: Totals, part: str) -> float:
    return float(dict(totals.parts)[part] / totals.offered)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        # calls: Erlang's formula and the same by drawing
        (RATE + "functions: {f: {triggers: web, duration: 500 ms, reserved_concurrency: 11}}\n", "f"),
        (RATE + "functions: {f: {triggers: web, duration: 1 s, reserved_concurrency: 5}}\n", "f"),
        # events and messages wait: nothing is throttled
        (RATE + "functions: {f: {triggers: {traffic: web, via: sns}, duration: 1 s, reserved_concurrency: 5}}\n", "f"),
        (RATE + "functions: {f: {triggers: {traffic: web, via: sqs, batch: 1, maximum_concurrency: 5}, duration: 1 s}}\n", "f"),
        # 3,000 at once: two thirds of calls are throttled, events wait
        (EVERY_HOUR + "functions: {d: {triggers: tick, duration: 1 s, calls: [{invoke: f, times: 3000}]}, f: {duration: 2 s}}\n", "f"),
        (EVERY_HOUR + "functions: {d: {triggers: tick, duration: 1 s, calls: [{invoke: f, times: 3000, async: true}]}, f: {duration: 2 s}}\n", "f"),
        # an account of 30 for 40 erlangs of calls
        ("account: {quotas: {lambda.concurrency: 30}}\n" + RATE + "functions: {f: {triggers: web, duration: 2 s}}\n", "f"),
    ],
)  # fmt: skip
def test_a_simulation_throttles_what_the_estimate_says(body: str, name: str, tmp_path: Path) -> None:
    totals, metrics = both(body, tmp_path, name)
    dropped = metrics["dropped_share"].value
    waits = metrics["waiting.peak"].value
    assert dropped is not None
    expected = 0.0 if waits else float(dropped)
    assert share(totals, "throttled") == pytest.approx(expected, abs=0.004)
