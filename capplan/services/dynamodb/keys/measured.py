"""The popularity of keys that a profile of a trace measured: each of the hottest keys, the rest as they are left."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from capplan.reading.profiles import profile_of
from capplan.services.dynamodb.keys.popularity import KeyList
from capplan.services.dynamodb.keys.weights import MAX_SINGLE


class ProfileKeysError(ValueError):
    """A profile without keys."""


@lru_cache(maxsize=16)
def profile_keys(text: str, file: str, *, named: bool) -> tuple[KeyList, int]:
    """Keys by rank with their requests, and how many keys there are; with the names of the hottest where `named`.

    A bucket's requests fall evenly on its keys: they are within 5% of each other. Beyond so many keys as are counted one
    by one, the others share the rest evenly.

    Cached: a plan made again does not read again.

    Raises:
        CapplanError: The text is no profile.
        ProfileKeysError: The trace had no keys, or the file was edited.
    """
    keys = profile_of(text, file).get("keys")
    if not isinstance(keys, Mapping):
        raise ProfileKeysError("its trace has no keys: name their column with --column key=NAME")
    try:
        distinct, total = int(keys["distinct"]), int(keys["requests"])
        parts = _parts(keys["buckets"])
        names = [] if keys["hashed"] or not named else [str(key["key"]) for key in keys["hottest"]][: len(parts)]
    except (LookupError, TypeError, ValueError, ArithmeticError):
        raise ProfileKeysError("its keys cannot be read: it was edited") from None
    if not parts or len(parts) > distinct or sum(parts) > total + Decimal("0.001"):
        raise ProfileKeysError("its keys cannot be read: it was edited")
    return KeyList((*names, *[""] * (len(parts) - len(names))), tuple(parts), total), distinct


def _parts(buckets: Sequence[Mapping[str, Any]]) -> list[Decimal]:
    out: list[Decimal] = []
    for bucket in buckets:
        count = int(bucket["last"]) - int(bucket["first"]) + 1
        each = Decimal(int(bucket["requests"])) / count
        out += [each] * min(count, MAX_SINGLE - len(out))
    return out
