"""Rates columns of quantities: allowances, then tiers, over the whole account, as `pricing.rating` rates one plan."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from capplan.commands.ranges.planned import Key
from capplan.pricing.catalogue import Catalogue, Price, allowances

if TYPE_CHECKING:
    from numpy.typing import NDArray

_Sku = tuple[str, str]
"""A Region, empty for the catalogue's, and a price key."""


def costs_of(
    quantities: "Mapping[Key, NDArray[np.float64]]", catalogue: Catalogue, *, free_tier: bool, discount: float
) -> "dict[Key, NDArray[np.float64]]":
    """USD a month of each charge; one whose price or tier nobody knows is no number.

    A tier and an allowance fall on the charges of a SKU in proportion to their quantities.
    """
    totals: dict[_Sku, NDArray[np.float64]] = {}
    for key, quantity in quantities.items():
        sku = key.region, key.key
        totals[sku] = totals[sku] + quantity if sku in totals else quantity
    prices = {(region, key): catalogue.of(region).price(key) for region, key in totals}
    free = _free(totals, prices) if free_tier else {}
    each: dict[_Sku, NDArray[np.float64]] = {}
    for sku, total in totals.items():
        paid = total - free[sku] if sku in free else total
        with np.errstate(divide="ignore", invalid="ignore"):
            each[sku] = np.where(total > 0, _cost(prices[sku], paid) / total, 0.0) * (1 - discount)
    return {key: quantity * each[key.region, key.key] for key, quantity in quantities.items()}


def _cost(price: Price | None, quantity: "NDArray[np.float64]") -> "NDArray[np.float64]":
    if price is None:
        return np.where(quantity > 0, np.nan, 0.0)
    begins = [float(tier.begin) for tier in price.tiers]
    ends = [*begins[1:], np.inf]
    out = np.zeros_like(quantity)
    for tier, begin, end in zip(price.tiers, begins, ends, strict=True):
        inside = np.clip(quantity, begin, end) - begin
        out += np.where(inside > 0, np.nan, 0.0) if tier.price is None else inside * float(tier.price)
    return out


def _free(
    totals: "Mapping[_Sku, NDArray[np.float64]]", prices: Mapping[_Sku, Price | None]
) -> "dict[_Sku, NDArray[np.float64]]":
    """The free quantity of each SKU: its own allowance, then the account's, the most expensive key first."""
    out: dict[_Sku, NDArray[np.float64]] = {}
    usd: dict[_Sku, float] = {}
    for sku, total in totals.items():
        price = prices[sku]
        if price is not None:
            usd[sku] = float(price.tiers[0].price or 0)
            out[sku] = np.minimum(total, float(price.free))
    for allowance in allowances():
        skus = [sku for sku in usd if sku[1] in allowance.keys]
        left: NDArray[np.float64] | float = float(allowance.quantity)
        for level in sorted({usd[sku] for sku in skus}, reverse=True):
            members = [sku for sku in skus if usd[sku] == level]
            rest = [totals[sku] - out[sku] for sku in members]
            wanted = np.sum(rest, axis=0)
            taken = np.minimum(left, wanted)
            with np.errstate(divide="ignore", invalid="ignore"):
                share = np.where(wanted > 0, taken / wanted, 0.0)
            for sku, quantity in zip(members, rest, strict=True):
                out[sku] = out[sku] + quantity * share
            left = left - taken
    return out
