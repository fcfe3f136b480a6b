"""AWS's codes of Regions as a field of a spec."""

from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError


def _region(raw: object) -> str:
    from capplan.pricing.catalogue import regions  # noqa: PLC0415  only where a Region is named
    from capplan.reading.nearest import did_you_mean  # noqa: PLC0415  the same

    if not isinstance(raw, str) or raw not in regions():
        shown = f"there is no Region {raw!r}" if isinstance(raw, str) else "not a Region"
        hint = did_you_mean(raw if isinstance(raw, str) else "", regions(), "expected AWS's code, such as eu-west-1")
        raise PydanticCustomError("quantity", "{shown}", {"shown": shown, "hint": hint, "found": ""})
    return raw


Region = Annotated[str, BeforeValidator(_region)]
"""AWS's code of a Region, such as eu-west-1."""
