"""Checks the head of a scenario: its top-level keys, its Region, its quotas."""

from collections.abc import Mapping

from capplan.language.reader import Reader
from capplan.reading.nearest import did_you_mean
from capplan.reading.scalars import shown
from capplan.services import QUOTAS, SECTIONS

_UNSUPPORTED = {"caches": "DynamoDB Accelerator"}
HEAD = ("capplan", "name", "region", "timezone", "account", "commitments")
BODY = ("traffic", *SECTIONS, "gates", "defaults", "prices")


def check_top_keys(reader: Reader) -> None:
    """Adds an error for each unknown top-level key."""
    known = (*HEAD, *BODY)
    for key in reader.data:
        if key in _UNSUPPORTED:
            reader.add_error([key], f"'{key}' is not supported yet", _UNSUPPORTED[key], key=True)
        elif key not in known:
            hint = did_you_mean(key, (*known, *_UNSUPPORTED), f"expected one of {', '.join(known)}")
            reader.add_error([key], f"unknown key {shown(key)}", hint, key=True)


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
