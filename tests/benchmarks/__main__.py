"""`python -m tests.benchmarks`: every figure beside its goal; with --guard or --record, the guarded ratios alone.

Run it on an idle machine; --guard has room for a busy one.
"""

import argparse
import datetime as dt
import sys

from tests.benchmarks import (
    guard,
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
    p11_profile,
    p13_short,
    p14_ranges,
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
    p11_profile,
    p13_short,
    p14_ranges,
)


def report() -> None:
    """Every figure beside its goal."""
    for module in MODULES:
        for name, found, goal in module.run():
            print(f"{name:60} {found:8.2f}   goal {goal:5.2f}   {'ok' if found <= goal else 'MISSED'}", flush=True)  # noqa: T201


def main() -> int:
    """Exit code 1 when a guarded ratio has more than doubled."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--guard", action="store_true", help="fail when a ratio is more than twice the recorded one")
    mode.add_argument(
        "--record", action="store_true", help=f"measure the guarded ratios and write {guard.RECORDED.name}"
    )
    chosen = parser.parse_args()
    if chosen.record:
        guard.record(dt.datetime.now(tz=dt.UTC).date().isoformat())
    elif chosen.guard:
        failed = guard.guard(guard.read_recorded())
        print("\n".join(failed) or "every guarded ratio holds")  # noqa: T201
        return 1 if failed else 0
    else:
        report()
    return 0


if __name__ == "__main__":
    sys.exit(main())
