"""The first lines of a scenario: known keys, a Region with prices, quotas that exist. It reads no resource."""

from capplan.reading.nearest import nearest
from capplan.scenario.models import Account
from capplan.scenario.reader import Reader
from capplan.services import QUOTAS, SECTIONS

TOP_NOT_YET = {
    "caches": "DynamoDB Accelerator",
    "crawlers": "Glue crawlers",
    "catalog": "the Glue Data Catalog",
    "commitments": "reserved capacity and savings plans",
}
HEAD = ("capplan", "name", "region", "timezone", "account")
BODY = ("traffic", *SECTIONS, "gates", "defaults", "prices")


def check_top_keys(reader: Reader) -> None:
    """Keys of the first level are the language's."""
    known = (*HEAD, *BODY)
    for key in reader.data:
        if key in TOP_NOT_YET:
            reader.say([key], f"'{key}' is not supported yet", TOP_NOT_YET[key], key=True)
        elif key not in known:
            close = nearest(key, (*known, *TOP_NOT_YET))
            hint = f"did you mean '{close}'?" if close else f"expected one of {', '.join(known)}"
            reader.say([key], f"unknown key '{key}'", hint, key=True)


def check_region(reader: Reader, region: str) -> None:
    """The Region is one that has prices."""
    from capplan.pricing.catalogue import regions  # noqa: PLC0415

    if region not in regions():
        close = nearest(region, regions())
        hint = f"did you mean '{close}'?" if close else f"capplan has prices of {', '.join(regions())}"
        reader.say(["region"], f"there are no prices for Region '{region}'", hint)


def check_limit_names(reader: Reader, account: Account) -> None:
    """Quotas are named as the limits are."""
    for section, given in (("quotas", account.quotas), ("in_use", account.in_use)):
        for key in given:
            if key not in QUOTAS:
                close = nearest(key, QUOTAS)
                hint = f"did you mean '{close}'?" if close else f"expected one of {', '.join(QUOTAS)}"
                reader.say(["account", section, key], f"there is no quota '{key}'", hint, key=True)
