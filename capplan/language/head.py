"""Checks the head of a scenario: its top-level keys, its Region, its quotas."""

import re
from collections.abc import Mapping
from typing import Any

from capplan.language.models import Account
from capplan.language.reader import Reader
from capplan.language.wording import keys_of
from capplan.reading.nearest import did_you_mean
from capplan.reading.scalars import shown
from capplan.services import QUOTAS, SECTIONS, SERVICES

_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)")
_SHOWN = 40
"""Characters of a value in a hint."""
HEAD = ("capplan", "name", "region", "timezone", "unit", "account", "launches", "commitments")
BODY = ("traffic", *SECTIONS, "gates", "defaults", "prices")


def head_of(reader: Reader) -> dict[str, Any]:
    """The head's keys and values; a `version` that stands for `capplan` is reported once, by its own key."""
    head = {key: reader.data[key] for key in HEAD if key in reader.data}
    return {"capplan": 1, **head} if "version" in reader.data else head


def check_top_keys(reader: Reader) -> None:
    """Adds an error for each unknown top-level key."""
    known = (*HEAD, *BODY)
    for key in reader.data:
        if key in known:
            continue
        hint = _elsewhere(reader, key) or did_you_mean(key, known, f"expected one of {', '.join(known)}")
        reader.add_error([key], f"unknown key {shown(key)}", hint, key=True)


def _elsewhere(reader: Reader, key: str) -> str:
    """Where what a key is meant to say is written; empty where that is not known."""
    text = reader.doc.locate([key]).text[:_SHOWN]
    folded = key.casefold().replace("_", "").replace("-", "")
    if folded in ("budget", "budgets", "maxcost", "costlimit"):
        amount = _AMOUNT.search(text)
        return f"write gates: [cost.monthly <= {amount[1] if amount else 500} USD]"
    if folded in ("version", "capplanversion"):
        return "write capplan: 1, the version of the language"
    if key in keys_of(Account):
        return f"write account: {{{key}: {text or '...'}}}"
    for service in SERVICES:
        words = {service.id, service.label.casefold().replace(" ", ""), f"aws{service.id}", f"{service.id}s"}
        nouns = {f"{service.id}{s.noun}{plural}".replace(" ", "") for s in service.sections for plural in ("", "s")}
        if folded in words:
            return f"{service.label} is declared under {' or '.join(s.key for s in service.sections)}"
        if folded in nouns:
            section = next(s for s in service.sections if s.noun.replace(" ", "") in folded)
            return f"write {section.key}:"
    return ""


def check_region(reader: Reader, region: str) -> None:
    """Adds an error for a Region without prices."""
    from capplan.pricing.catalogue import regions  # noqa: PLC0415

    if region not in regions():
        otherwise = f"such as us-east-1; capplan prices list shows all {len(regions())}"
        hint = did_you_mean(region, regions(), otherwise)
        reader.add_error(["region"], f"there are no prices for Region {shown(region)}", hint)


def check_limit_names(reader: Reader) -> None:
    """Adds an error for each unknown quota."""
    account = reader.data.get("account")
    for section in ("quotas", "in_use"):
        given = account.get(section) if isinstance(account, Mapping) else None
        for key in given if isinstance(given, Mapping) else ():
            if key not in QUOTAS:
                hint = did_you_mean(key, QUOTAS, f"expected one of {', '.join(QUOTAS)}")
                reader.add_error(["account", section, key], f"there is no quota {shown(key)}", hint, key=True)
