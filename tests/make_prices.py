"""Writes the price files from a collection of figures: `python -m tests.make_prices PRICES_YAML OUT_DIR`.

The collection has the source of every figure and the day it was read. Verified and secondary figures are taken over; its
block `derived` says what may be computed, and nothing else is: a missing price stays missing.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from capplan.pricing.refresh.price_file import file_text, index_text

Entry = dict[str, Any]
Prices = dict[str, Entry]

SERVICES = {"dynamodb": "dynamodb", "lambda": "lambda", "step_functions": "stepfunctions", "glue": "glue"}
HOME = "us-east-1"
"""Where Express Workflows' upper tiers were read, and the Region of AWS's own examples."""
LAMBDA_TIERS = {
    "duration.x86_64": (("6000000000", "0.9"), ("15000000000", "0.8")),
    "duration.arm64": (("7500000000", "0.9"), ("18750000000", "0.8")),
}
"""From where, and for what part of the first price. AWS Lambda pricing page; the Regions that list all tiers agree."""
STREAMED_FREE_GB = "100"
"""AWS Lambda pricing page (read 2026-09-20): streamed responses' monthly allowance, both architectures together."""
LAMBDA_PAGE = "lambda_page"
LAMBDA_PAGE_ORIGIN = "https://aws.amazon.com/lambda/pricing/ (us-east-1, page state after 2026-06)"
LAMBDA_PAGE_PRICES = {
    "event_source_mapping_provisioned.sqs_event_poller_unit_hour": ("0.00925", "Event-Poller-Unit-Hours"),
    "tenant_isolation.x86_64": ("0.000166667", "GB"),
    "tenant_isolation.arm64": ("0.000133333", "GB"),
    "durable.operation": ("0.000008", "Operations"),
    "durable.written_gb": ("0.25", "GB"),
    "durable.kept_gb_month": ("0.15", "GB-Mo"),
}
"""What only AWS's pricing page shows, for its home Region: its worked examples divide to these figures."""
RULES = {"express": "step_functions.express", "python_shell": "glue.python_shell.dpu_hour"}
"""Sources of our own, and the entry of the block `derived` that each stands for."""
_DAY = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_EFFECTIVE = re.compile(r"effective(?:Date)? (\d{4}-\d{2}-\d{2})")
_TEN_DECIMALS = Decimal("1E-10")


# --- one figure -------------------------------------------------------------------------------------------------------


def day(text: object) -> str | None:
    """The first day that a note such as "2026-05" can mean; None where it is undated."""
    found = None if text is None or "undated" in str(text) else _DAY.search(str(text))
    return f"{found[1]}-{found[2] or '01'}-{found[3] or '01'}" if found else None


def figure(text: object) -> str:
    """A number's digits, without trailing zeros, an exponent or a word behind it."""
    plain = format(Decimal(str(text).split()[0].replace(",", "")), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def tier(begin: object, price: object, confidence: str | None = None) -> Entry:
    """A tier as the files hold it; its confidence is named where it differs from the entry's."""
    one = {"begin": figure(begin), "price": figure(price)}
    return one | {"confidence": confidence} if confidence else one


def tiers_of(entry: Mapping[str, Any]) -> tuple[str, list[Entry]]:
    """The allowance (a leading tier at no price), and the paid tiers counted from its end."""
    if "tiers" not in entry:
        return "0", [tier(0, entry["price"])]
    per = _counted_in(entry)
    found = [(Decimal(figure(t["begin"])) / per, t["price"]) for t in entry["tiers"]]
    free = found[1][0] if not Decimal(found[0][1]) else Decimal(0)
    return figure(free), [tier(begin - free, price) for begin, price in found if begin >= free]


def _counted_in(entry: Mapping[str, Any]) -> Decimal:
    """What one unit of a price holds where its bounds count single things: 100,000 for "100,000 objects-month"."""
    return Decimal(figure(entry["unit"])) if " " in str(entry["tiers"][1]["begin"]) else Decimal(1)


def record(entry: Mapping[str, Any], sources: Mapping[str, Any]) -> Entry:
    """One dated entry of a file."""
    source = str(entry["source"])
    first = sources.get(ids(source)[0], {})
    dates = [found for found in (day(entry["as_of"]), day(first.get("read"))) if found]
    effective = _EFFECTIVE.search(first.get("origin", ""))
    if "upfront_per_unit" in entry:
        head: Entry = {name: figure(entry[name]) for name in ("upfront_per_unit", "hourly_per_unit")}
    else:
        free, tiers = tiers_of(entry)
        head = {"free": free, "tiers": tiers}
    out = head | {
        "unit": entry["unit"],
        "effective": effective[1] if effective else None,
        "checked": max(dates, default=None),
        "confidence": entry["confidence"],
        "source": source,
        "sku": entry.get("sku"),
    }
    other = entry.get("other_source")
    return out | {"note": f"another table has {other['price']} ({other['as_of']})"} if other else out


def ids(source: str) -> list[str]:
    """The sources that one entry names."""
    return [one.strip() for one in source.split(",")]


# --- what may be derived ----------------------------------------------------------------------------------------------


def add_lambda_tiers(prices: Prices) -> None:
    """Tiers 2 and 3 where a Region lists only the first: parts of it, half up at 10 decimals."""
    for key, parts in LAMBDA_TIERS.items():
        entry = prices.get(key)
        if entry is not None and len(entry["tiers"]) == 1:
            first = Decimal(entry["tiers"][0]["price"])
            for begin, part in parts:
                price = (first * Decimal(part)).quantize(_TEN_DECIMALS, ROUND_HALF_UP)
                entry["tiers"].append(tier(begin, price, "derived"))
            entry["note"] = "tiers 2 and 3: 0.9 and 0.8 of the first"


def add_lambda_page(prices: Prices) -> None:
    """Figures of the pricing page that the collection's price list lacks."""
    known = {"effective": None, "checked": day("2026-06"), "confidence": "verified", "source": LAMBDA_PAGE, "sku": None}
    for key, (price, unit) in LAMBDA_PAGE_PRICES.items():
        if key not in prices:
            prices[key] = {"free": "0", "tiers": [tier(0, price)], "unit": unit, **known}


def add_express(prices: Prices, rule: Mapping[str, Any], region: str, home: Mapping[str, Any]) -> None:
    """Express prices by the collection's rule, but in the Regions that it leaves out."""
    first = prices.pop("express.duration.first_tier", None)
    if region in rule["not_in"]:
        return
    tiers = [tier(t["begin"], t["price"]) for t in rule["figures"]["express.duration"]["tiers"]]
    if first is not None:
        upper = [one | {"confidence": "derived"} for one in tiers[1:]]
        note = f"tiers 2 and 3 as read in {HOME}"
        prices["express.duration"] = first | {"tiers": first["tiers"] + upper, "note": note}
    checked = day(home["express.request"]["as_of"])
    known = {"effective": None, "checked": checked, "confidence": "derived", "source": "express", "sku": None}
    listed = {"express.request": [tier(0, rule["figures"]["express.request"])], "express.duration": tiers}
    for key, its in listed.items():
        if key not in prices:
            prices[key] = {"free": "0", "tiers": its, "unit": home[key]["unit"], **known}


def add_python_shell(prices: Prices) -> None:
    """Python shell jobs bear the usage type of Spark jobs."""
    if "etl.dpu_hour.standard" in prices and "python_shell.dpu_hour" not in prices:
        same = prices["etl.dpu_hour.standard"]
        prices["python_shell.dpu_hour"] = same | {"confidence": "derived", "source": "python_shell"}


# --- writing ----------------------------------------------------------------------------------------------------------


def main(collection: Path, out: Path) -> None:
    """Write every file."""
    data = yaml.load(collection.read_text(encoding="utf-8"), yaml.CSafeLoader)
    places = {region: found["location"] for region, found in data["regions"].items()}
    for region, place in places.items():
        for name, service in SERVICES.items():
            prices = prices_of(data, region, name)
            write(out / region / f"{service}.json", service_text(region, place, service, prices, partial(origin, data)))
    write_index(out, list(SERVICES.values()), places)
    write_allowances(out, list(SERVICES.values()), allowances(data))


def write_index(out: Path, services: Sequence[str], places: Mapping[str, str]) -> None:
    """The list of Regions and services: these, and those that are listed already; the newest check of all files."""
    path = out / "index.json"
    known = json.loads(path.read_bytes()) if path.exists() else {"services": [], "regions": {}}
    every = list(dict.fromkeys([*known["services"], *services]))
    files = [json.loads(file.read_bytes()) for file in out.glob("*/*.json")]
    days = [entry["checked"] for file in files for dated in file["prices"].values() for entry in dated]
    newest = max(filter(None, days))
    write(path, index_text(newest, every, {**known["regions"], **places}))


def write_allowances(out: Path, services: Sequence[str], own: Iterable[Entry]) -> None:
    """The allowances of some services; those of others stay."""
    path = out / "allowances.json"
    known = json.loads(path.read_bytes())["allowances"] if path.exists() else []
    others = [entry for entry in known if entry["keys"][0].partition(".")[0] not in services]
    rows = sorted([*others, *own], key=lambda entry: str(entry["keys"]))
    write(path, f'{{\n"allowances": [\n{_rows(rows)}\n]\n}}\n')


def prices_of(data: Mapping[str, Any], region: str, name: str) -> Prices:
    """All prices of a service (as the collection calls it) in a Region."""
    found = data["regions"][region].get(name, {})
    prices = {key: record(entry, data["sources"]) for key, entry in found.items()}
    if name == "lambda":
        add_lambda_tiers(prices)
        if region == HOME:
            add_lambda_page(prices)
    if name == "step_functions":
        add_express(prices, data["derived"][RULES["express"]], region, data["regions"][HOME][name])
    if name == "glue":
        add_python_shell(prices)
    return dict(sorted(prices.items()))


def allowances(data: Mapping[str, Any]) -> list[Entry]:
    """What is free for the account as a whole and stands in no SKU."""
    function, machine = data["global_facts"]["lambda"]["free_tier"], data["global_facts"]["step_functions"]["standard"]
    arches = ("x86_64", "arm64")

    def one(keys: list[str], quantity: object, source: str) -> Entry:
        named = data["sources"][source]
        checked = day(named.get("read")) or day(named["as_of"])
        return {"keys": keys, "quantity": str(quantity), "checked": checked, "source": named["origin"]}

    return [
        one([f"lambda.request.{a}" for a in arches], function["requests"], "ae_lambda"),
        one([f"lambda.duration.{a}" for a in arches], function["gb_seconds"], "ae_lambda"),
        one([f"lambda.response_streaming.{a}" for a in arches], STREAMED_FREE_GB, "ae_lambda"),
        one(["stepfunctions.standard.state_transition"], machine["free_state_transitions_per_month"], "sfn_doc"),
    ]


def service_text(region: str, location: str, service: str, prices: Prices, origin_of: Callable[[str], Entry]) -> str:
    """A file: a service's prices in a Region."""
    used = sorted({one for p in prices.values() for one in ids(p["source"])})
    dated = {key: [entry] for key, entry in prices.items()}
    return file_text(service, region, location, {name: origin_of(name) for name in used}, dated)


def origin(data: Mapping[str, Any], name: str) -> Entry:
    """Where a source's figures come from, and the public copy they were read in."""
    if name == LAMBDA_PAGE:
        return {"origin": LAMBDA_PAGE_ORIGIN, "copy": None}
    if name in RULES:
        return {"origin": f"derived: {data['derived'][RULES[name]]['why']}", "copy": None}
    source = data["sources"][name]
    place = [str(source[k]) for k in ("repo", "path", "commit") if source.get(k)]
    return {"origin": source["origin"].replace(", saved in samples/", ""), "copy": " ".join(place) or source.get("url")}


def _rows(values: Iterable[Entry]) -> str:
    return ",\n".join(f"  {json.dumps(value)}" for value in values)


def write(path: Path, text: str) -> None:
    """A file, its folder made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
