"""Reads the section `prices`: the user's own prices, which replace those of the price list.

Those of another Region than the scenario's are under its code: `eu-west-1: {dynamodb.backup.pitr_gb_month: 0.2 USD}`.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic_core import PydanticCustomError

from capplan.language.reader import Path, Reader
from capplan.language.wording import describe
from capplan.quantities.text import read_money
from capplan.reading.nearest import did_you_mean
from capplan.reading.scalars import shown

PRICES = "prices"
"""The section."""


def prices_of(reader: Reader) -> dict[str, Decimal]:
    """The user's own prices in USD, by price key; of another Region by REGION/KEY."""
    from capplan.pricing.catalogue import regions  # noqa: PLC0415

    out: dict[str, Decimal] = {}
    raw = reader.data.get("prices")
    if raw is not None and not isinstance(raw, Mapping):
        reader.add_error(
            ["prices"], "expected price keys under 'prices'", "such as dynamodb.backup.pitr_gb_month: 0.2 USD"
        )
        return out
    for key, value in (raw or {}).items():
        if isinstance(value, Mapping) and key in regions():
            out |= {f"{key}/{inner}": usd for inner, usd in _read(reader, value, ("prices", key)).items()}
        else:
            out |= _read(reader, {key: value}, ("prices",))
    return out


def _read(reader: Reader, raw: Mapping[str, Any], path: Path) -> dict[str, Decimal]:
    """The prices of one Region."""
    from capplan.pricing.catalogue import known_keys  # noqa: PLC0415

    out: dict[str, Decimal] = {}
    for key, value in raw.items():
        known = known_keys(key.partition(".")[0])
        if key not in known:
            hint = did_you_mean(key, known, "capplan prices list REGION shows all keys")
            reader.add_error([*path, key], f"unknown price key {shown(key)}", hint, key=True)
            continue
        try:
            out[key] = read_money(value)
        except PydanticCustomError as error:
            mark, told = reader.doc.locate([*path, key]), error.context or {}
            if "bound" in told:
                reader.add_error([*path, key], told["shown"], told["hint"])
                continue
            is_number = isinstance(value, Decimal)
            message = f"{value} has no unit" if is_number else f"{mark.text or describe(mark)} is not a price"
            reader.add_error([*path, key], message, "expected an amount in USD, such as 0.2 USD")
    return out
