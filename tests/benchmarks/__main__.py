"""`python -m tests.benchmarks`: every ratio beside its goal. Run it on an idle machine."""

from tests.benchmarks import (
    p1_startup,
    p2_estimate,
    p2b_over_time,
    p3_prices,
    p5_yaml,
    p6_heat,
    p7_hashing,
    p8_partitions,
    p9_modes,
    p10_warm_pool,
)

MODULES = (
    p1_startup,
    p2_estimate,
    p2b_over_time,
    p3_prices,
    p5_yaml,
    p6_heat,
    p7_hashing,
    p8_partitions,
    p9_modes,
    p10_warm_pool,
)
for module in MODULES:
    for name, found, goal in module.run():
        print(f"{name:60} {found:8.2f}   goal {goal:5.2f}   {'ok' if found <= goal else 'MISSED'}", flush=True)  # noqa: T201
