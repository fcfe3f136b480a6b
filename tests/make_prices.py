"""Makes capplan/prices from a harvested collection of price-list figures: `python -m tests.make_prices PRICES_YAML OUT_DIR`.

The collection names, for every figure, its source and the day it was read. This script drops nothing that is verified or
secondary, adds only what the collection's block `derived` allows, and never invents a figure.
"""

import json
import re
import sys
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import yaml

SERVICES = {"dynamodb": "dynamodb", "lambda": "lambda", "step_functions": "stepfunctions", "glue": "glue"}
LAMBDA_BOUNDS = {"x86_64": ("6000000000", "15000000000"), "arm64": ("7500000000", "18750000000")}
PER = {"data_catalog.storage_per_100k_objects_month": 100_000, "data_catalog.requests_per_million": 1_000_000}
CUT = "2024-11-01"  # the day the on-demand prices of DynamoDB were halved


def day(text: object) -> str | None:
    """The first day that a note such as 2026-05 can mean; None where it is undated."""
    found = re.match(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", str(text or ""))
    return f"{found[1]}-{found[2] or '01'}-{found[3] or '01'}" if found else None


def number(text: object) -> str:
    """A figure without its unit's word."""
    return str(text).split()[0]


def tiers_of(entry: Mapping[str, Any], key: str) -> tuple[list[list[str]], str]:
    """Paid tiers from 0 on, as [begin, price], and the free quantity before them."""
    if "tiers" not in entry:
        return [["0", entry["price"]]], "0"
    per = PER.get(key, 1)
    free, paid = "0", []
    for tier in entry["tiers"]:
        begin, end = (number(tier[k]) for k in ("begin", "end"))
        if Decimal(tier["price"]) == 0 and begin == "0":
            free = str(Decimal(end) / per)
        else:
            paid.append([begin, tier["price"]])
    if paid and free != "0":
        paid[0][0] = "0"
    return paid, free


def record(key: str, entry: Mapping[str, Any], sources: Mapping[str, Any]) -> dict[str, Any]:
    """One dated price."""
    source = str(entry["source"]).split(",")[0].strip()
    read = day(sources.get(source, {}).get("read"))
    checked = max(filter(None, (day(entry.get("as_of")), read)), default=None)
    out: dict[str, Any] = {
        "effective": CUT if key.startswith("on_demand.") else None,
        "checked": checked,
        "source": source,
        "confidence": entry["confidence"],
        "sku": entry.get("sku"),
        "unit": entry["unit"],
    }
    if "upfront_per_unit" in entry:
        return {**out, "upfront": entry["upfront_per_unit"], "hourly": entry["hourly_per_unit"]}
    tiers, free = tiers_of(entry, key)
    return {**out, "free": free, "tiers": tiers}


def add_lambda_tiers(prices: dict[str, Any]) -> None:
    """Tiers 2 and 3 where only the first is listed: 0.9 and 0.8 of it, half up at 10 decimals."""
    for arch, bounds in LAMBDA_BOUNDS.items():
        entry = prices.get(f"duration.{arch}")
        if entry is None or len(entry["tiers"]) > 1:
            continue
        first = Decimal(entry["tiers"][0][1])
        for bound, part in zip(bounds, ("0.9", "0.8"), strict=True):
            price = (first * Decimal(part)).quantize(Decimal("1E-10"), ROUND_HALF_UP)
            entry["tiers"].append([bound, format(price, "f"), "derived"])


def add_express(prices: dict[str, Any], derived: Mapping[str, Any], region: str) -> None:
    """Express prices from the collection's derived figures, but in the Regions it names."""
    rule = derived["step_functions.express"]
    first = prices.pop("express.duration.first_tier", None)
    if region in rule["not_in"]:
        return
    figures = rule["figures"]
    listed = [[number(t["begin"]), t["price"], "derived"] for t in figures["express.duration"]["tiers"]]
    known = {"effective": None, "checked": None, "source": "derived", "confidence": "derived", "sku": None, "free": "0"}
    if "express.duration" not in prices:
        if first is None:
            prices["express.duration"] = {**known, "unit": "GB-Second", "tiers": [t[:2] for t in listed]}
        else:
            prices["express.duration"] = {**first, "tiers": [first["tiers"][0], *listed[1:]]}
    if "express.request" not in prices:
        prices["express.request"] = {**known, "unit": "Requests", "tiers": [["0", figures["express.request"]]]}


def add_glue(prices: dict[str, Any]) -> None:
    """Python shell jobs bear the usage type of Spark jobs; catalogue allowances are the same in every Region."""
    if "python_shell.dpu_hour" not in prices and "etl.dpu_hour.standard" in prices:
        prices["python_shell.dpu_hour"] = {**prices["etl.dpu_hour.standard"], "confidence": "derived"}
    for key, free in (("data_catalog.storage_per_100k_objects_month", "10"), ("data_catalog.requests_per_million", "1")):
        if key in prices and prices[key]["free"] == "0":
            prices[key] = {**prices[key], "free": free}


def main(collection: Path, out: Path) -> None:
    """Write every file."""
    data = yaml.load(collection.read_text(), yaml.CSafeLoader)  # noqa: S506  the safe loader
    newest, regions = "", {}
    notes = {name: source.get("origin", "") for name, source in data["sources"].items()}
    for region, found in data["regions"].items():
        regions[region] = found["location"]
        for theirs, service in SERVICES.items():
            prices = {k: record(k, e, data["sources"]) for k, e in found.get(theirs, {}).items()}
            if service == "lambda":
                add_lambda_tiers(prices)
            if service == "stepfunctions":
                add_express(prices, data["derived"], region)
            if service == "glue":
                add_glue(prices)
            write(out / region / f"{service}.json", region, service, prices, notes)
            newest = max([newest, *(p["checked"] for p in prices.values() if p["checked"])])
    lines = ",\n".join(f"  {json.dumps(r)}: {json.dumps(n)}" for r, n in regions.items())
    head = f'{{\n"newest_checked": "{newest}",\n"regions": {{\n{lines}\n}}\n}}\n'
    (out / "index.json").write_text(head)


def write(path: Path, region: str, service: str, prices: Mapping[str, Any], notes: Mapping[str, str]) -> None:
    """One service of one Region: one price a line, so that a change is a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    used = sorted({p["source"] for p in prices.values()})
    sources = ",\n".join(f"  {json.dumps(s)}: {json.dumps(notes.get(s, 'from another Region: see docs/prices.md'))}" for s in used)  # fmt: skip
    rows = ",\n".join(f"  {json.dumps(key)}: [{json.dumps(price)}]" for key, price in sorted(prices.items()))
    path.write_text(f'{{\n"region": "{region}",\n"service": "{service}",\n"sources": {{\n{sources}\n}},\n"prices": {{\n{rows}\n}}\n}}\n')  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
