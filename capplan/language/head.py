"""The first lines of a scenario: known keys, a Region with prices, quotas that exist. It reads no resource."""

from collections.abc import Mapping

from capplan.language.reader import Reader
from capplan.reading.nearest import nearest
from capplan.reading.scalars import shown
from capplan.services import QUOTAS, SECTIONS

TOP_NOT_YET = {
    "caches": "DynamoDB Accelerator",
}
HEAD = ("capplan", "name", "region", "timezone", "account", "commitments")
BODY = ("traffic", *SECTIONS, "gates", "defaults", "prices")


def check_top_keys(reader: Reader) -> None:
    """Keys of the first level are the language's."""
    known = (*HEAD, *BODY)
    for key in reader.data:
        if key in TOP_NOT_YET:
            reader.add_error([key], f"'{key}' is not supported yet", TOP_NOT_YET[key], key=True)
        elif key not in known:
            close = nearest(key, (*known, *TOP_NOT_YET))
            hint = f"did you mean '{close}'?" if close else f"expected one of {', '.join(known)}"
            reader.add_error([key], f"unknown key {shown(key)}", hint, key=True)


def check_region(reader: Reader, region: str) -> None:
    """The Region is one that has prices."""
    from capplan.pricing.catalogue import regions  # noqa: PLC0415

    if region not in regions():
        close = nearest(region, regions())
        hint = (
            f"did you mean '{close}'?"
            if close
            else f"such as us-east-1; capplan prices list names all {len(regions())}"
        )
        reader.add_error(["region"], f"there are no prices for Region {shown(region)}", hint)


def check_limit_names(reader: Reader) -> None:
    """Quotas are named as the limits are."""
    account = reader.data.get("account")
    for section in ("quotas", "in_use"):
        given = account.get(section) if isinstance(account, Mapping) else None
        for key in given if isinstance(given, Mapping) else ():
            if key not in QUOTAS:
                close = nearest(key, QUOTAS)
                hint = f"did you mean '{close}'?" if close else f"expected one of {', '.join(QUOTAS)}"
                reader.add_error(["account", section, key], f"there is no quota {shown(key)}", hint, key=True)
