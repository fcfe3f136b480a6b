"""P3: reading a Region's four small price files against one file of all of them as YAML; and rating a large account.

Prints the ratios and their goals.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

import capplan
from capplan.model import Charge
from capplan.pricing import catalogue
from capplan.pricing.catalogue import load_prices
from capplan.pricing.rating import rate

FOLDER = Path(capplan.__file__).parent / "prices" / "us-east-1"
FILES_GOAL = 0.26
"""What the C parser's events cost of `CSafeLoader`, when a single file was measured."""
RATING_GOAL = 100.0
ROUNDS = 15
RESOURCES = 4_000
KEYS = ("lambda.request.arm64", "lambda.duration.arm64", "dynamodb.on_demand.write_request_unit.standard")


def run() -> list[tuple[str, float, float]]:
    """Measured ratios and their goals; what is compared takes turns, so that a busy machine slows both."""
    whole = yaml.safe_dump({path.stem: json.loads(path.read_bytes()) for path in FOLDER.glob("*.json")})
    account = charges()
    products = [(Decimal(n), Decimal("0.0000133334")) for n in range(len(account))]
    files: list[float] = []
    rating: list[float] = []
    for _ in range(ROUNDS):
        files.append(_seconds(read_region) / _seconds(lambda: yaml.load(whole, yaml.CSafeLoader)))
        rating.append(_seconds(lambda: rate_all(account)) / _seconds(lambda: [q * p for q, p in products]))
    return [
        ("P3 four price files / one YAML file through CSafeLoader", statistics.median(files), FILES_GOAL),
        ("P3 rating 12,000 charges / their bare products", statistics.median(rating), RATING_GOAL),
    ]


def read_region() -> None:
    """What the first plan of a process reads: four files, nothing kept from before."""
    cached: tuple[Any, ...] = (catalogue._file, catalogue._listed, catalogue._index)  # noqa: SLF001
    for one in cached:
        one.cache_clear()
    for key in (KEYS[1], KEYS[2], "stepfunctions.express.duration", "glue.etl.dpu_hour.standard"):
        load_prices("us-east-1", {}).price(key)


def charges() -> list[Charge]:
    """Three charges a resource."""
    return [Charge(f"r{n}.{i}", key, "", Fraction(n * 1009 + 1, 7), "u") for n in range(RESOURCES) for i, key in enumerate(KEYS)]  # fmt: skip


def rate_all(account: list[Charge]) -> None:
    """The whole account at once."""
    rate(account, load_prices("us-east-1", {}), free_tier=False, discount=Decimal(0), today=None)


def _seconds(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


if __name__ == "__main__":
    for name, ratio, goal in run():
        sys.stdout.write(f"{name}: {ratio:.2f} (goal {goal:.2f} or less)\n")
