"""P10: a warm pool followed request by request, against simpy and SimFaaS at 50 requests a second, in one run.

Both peers are development dependencies only: `pip install -e .[bench]`. Without them this says so and measures itself.
"""

import contextlib
import io
import random
import time
import tracemalloc
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from capplan.services.lambda_.simulation.warm_pool import Environments
from tests.reference.lambda_.steady_run import steady_run

RATE, WARM_S, COLD_S, KEEP_ALIVE_S = 50.0, 0.2, 1.0, 600.0
GOAL_PER_S, GOAL_SIMPY, GOAL_SIMFAAS = 2_000_000, 15.0, 50.0
FLAT_MB = 40.0
"""A batch of arrivals and its draws; it does not grow with the run."""


def own(requests: int) -> None:
    """Lambda's warm pool."""
    steady_run(RATE, WARM_S, COLD_S, Environments(KEEP_ALIVE_S), requests, 1)


def by_simpy(requests: int) -> None:
    """The same pool as simpy processes: newest idle first, expiry by time."""
    import simpy

    env = simpy.Environment()
    draws = random.Random(1)  # noqa: S311  a simulation
    idle: list[float] = []

    def request() -> Any:  # noqa: ANN401  simpy's generator
        while idle and idle[0] + KEEP_ALIVE_S <= env.now:
            idle.pop(0)
        mean = WARM_S if idle else COLD_S
        if idle:
            idle.pop()
        yield env.timeout(draws.expovariate(1 / mean))
        idle.append(env.now)

    def source() -> Any:  # noqa: ANN401  the same
        for _ in range(requests):
            yield env.timeout(draws.expovariate(RATE))
            env.process(request())

    env.process(source())
    env.run()


def by_simfaas(requests: int) -> None:
    """SimFaaS's own simulator with the same inputs."""
    from simfaas.ServerlessSimulator import ServerlessSimulator

    sim = ServerlessSimulator(
        arrival_rate=RATE,
        warm_service_rate=1 / WARM_S,
        cold_service_rate=1 / COLD_S,
        expiration_threshold=KEEP_ALIVE_S,
        max_time=requests / RATE,
    )
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        sim.generate_trace(debug_print=False, progress=False)


def per_second(run: Callable[[int], None], requests: int, runs: int = 3) -> float:
    """Requests a second of processor time, the best of some runs."""
    best = 0.0
    for _ in range(runs):
        start = time.process_time()
        run(requests)
        best = max(best, requests / (time.process_time() - start))
    return best


def memory_mb(requests: int) -> float:
    """The most memory a run holds."""
    tracemalloc.start()
    own(requests)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


def run() -> list[tuple[str, float, float]]:
    """(name, value, goal): goals are at most, so speeds stand as goal / value."""
    speed = per_second(own, 3_000_000)
    print(f"P10 own       {speed / 1e6:.2f} M requests/s")  # noqa: T201  a benchmark talks
    out = [("P10 2 M requests/s over own", GOAL_PER_S / speed, 1.0)]
    small, large = memory_mb(200_000), memory_mb(1_000_000)
    out.append(("P10 memory of 1 M over 0.2 M requests", large / small, 1.2))
    out.append(("P10 memory, MB", large, FLAT_MB))
    for name, peer, requests, goal in (
        ("simpy", by_simpy, 200_000, GOAL_SIMPY),
        ("simfaas", by_simfaas, 20_000, GOAL_SIMFAAS),
    ):
        if find_spec(name) is None:
            print(f"P10 {name} is not installed: pip install -e .[bench]")  # noqa: T201
            continue
        times = speed / per_second(peer, requests)
        print(f"P10 {name:9} {speed / times / 1e6:.4f} M requests/s, {times:.0f} times slower")  # noqa: T201
        out.append((f"P10 {goal:g}x over the times of {name}", goal / times, 1.0))
    return out
