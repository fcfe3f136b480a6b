"""How units fall on the values of a partition key, as the user may write it.

`uniform`, `zipf(0.9)`, `{hot: {keys: 10, share: 30%}}`, `{shares: {paid: 60%, new: 30%}}`, `{profile: profile.json}`, or a
file of keys.
"""

import itertools
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, ValidationInfo
from pydantic_core import PydanticCustomError

from capplan.quantities.fields import Share, WholeCount
from capplan.quantities.of_profile import WORD, profile_file
from capplan.record import Record
from capplan.services.dynamodb.keys.names import KeyNames
from capplan.spec_config import DEFERRED


class KeyList(Record, frozen=True, eq=False):
    """Keys one by one, the most used first. `parts` of `total` are theirs; the rest falls evenly on other keys.

    The same list is the same object, so that what is computed of it is cached.
    """

    names: tuple[str, ...]
    parts: tuple[int | Decimal, ...]
    total: int | Decimal


class Popularity(Record, frozen=True):
    """Which share of the units each key gets.

    Attributes:
        law: uniform, zipf, hot, shares, file (of keys) or profile.
        exponent: Of the Zipf law: the r-th key weighs r^-exponent.
        hot_keys: How many keys are hot.
        hot_share: Their part of all units, evenly; the other keys share the rest.
        keys: Of shares, and of a file or a profile once it is read.
        file: The file's name, relative to the scenario.
    """

    law: str = "uniform"
    exponent: float = 0.0
    hot_keys: int = 0
    hot_share: Decimal = Decimal(0)
    keys: KeyList | None = None
    file: str = ""


UNIFORM = Popularity()


class Keys(Record, frozen=True):
    """The values of a partition key that are in use at one moment, and how.

    Attributes:
        popularity: How units fall on them.
        distinct: How many there are; None: very many, evenly used.
        shards: Into how many values of equal weight the application cuts each one.
        names: Their names by rank, where they are known.
        kind: DynamoDB's type of the key: S, N or B.
    """

    popularity: Popularity = UNIFORM
    distinct: int | None = None
    shards: int = 1
    names: KeyNames | None = None
    kind: str = "S"

    def name(self, rank: int, minute: int = 0) -> str | None:
        """The name of a key by rank, hottest first; None where it is not known."""
        listed = self.popularity.keys
        if listed is not None and rank < len(listed.names) and listed.names[rank]:
            return listed.names[rank]
        return self.names.at(rank, minute) if self.names is not None else None


def first_names(keys: Keys, count: int, minute: int = 0) -> list[str]:
    """Names of the hottest keys, up to the first that is not known."""
    listed = keys.popularity.keys
    if listed is not None and listed.names[:1] != ("",):
        known = list(itertools.takewhile(bool, listed.names[:count]))
        if len(known) < len(listed.names) or keys.names is None:
            return known
        return known + keys.names.first(count, minute)[len(known) :]
    return [] if keys.names is None else keys.names.first(count, minute)


class _Hot(BaseModel):
    model_config = ConfigDict(defer_build=True, frozen=True, strict=True, extra="forbid")

    keys: Annotated[WholeCount, Field(ge=1)] = 1
    share: Share


_HOT = TypeAdapter(_Hot)
_SHARE: TypeAdapter[Decimal] = TypeAdapter(Share, config=DEFERRED)
_ZIPF = re.compile(r"zipf\(\s*(\d{1,2}(?:\.\d{1,6})?)\s*\)")
_FILE = re.compile(r"[^{}()]+\.(csv|tsv|txt)")
_ZIPF_MAX = 10.0
_MAX_SHARES = 10_000
_HINT = "expected uniform, zipf(0.9), {hot: {keys: 1, share: 98%}}, {shares: {new: 60%}} or a file of keys, keys.csv"
SCHEMA = {
    "anyOf": [
        {"type": "string", "pattern": r"^(uniform|profile|zipf\(.+\)|.+\.(csv|tsv|txt))$"},
        {
            "type": "object",
            "properties": {
                "hot": {"type": "object"},
                "shares": {"type": ["object", "array"]},
                "profile": {"type": "string"},
            },
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
        },
    ]
}


def popularity_error(shown: str, hint: str = _HINT) -> PydanticCustomError:
    """An error at what is written."""
    return PydanticCustomError("quantity", "{shown}", {"shown": shown, "hint": hint, "found": ""})


def read_popularity(raw: object) -> Popularity:
    """A popularity from what is written. Raises PydanticCustomError."""
    if isinstance(raw, Popularity):
        return raw
    if isinstance(raw, Mapping):
        return _mapping(raw)
    if raw == "uniform":
        return UNIFORM
    text = raw.strip() if isinstance(raw, str) else ""
    zipf = _ZIPF.fullmatch(text)
    if zipf is not None and float(zipf[1]) <= _ZIPF_MAX:
        return Popularity("zipf", exponent=float(zipf[1]))
    if _FILE.fullmatch(text):
        return Popularity("file", file=text)
    raise popularity_error("not a popularity")


def popularity_of(raw: object, info: ValidationInfo) -> Popularity:
    """A popularity from what is written, or from `profile`: that of the profile which the traffic names. Raises PydanticCustomError."""
    return Popularity("profile", file=profile_file(raw, info.context)) if raw == WORD else read_popularity(raw)


def _mapping(raw: Mapping[str, object]) -> Popularity:
    if raw.keys() == {"hot"}:
        try:
            hot = _HOT.validate_python(raw["hot"])
        except ValidationError as error:
            raise popularity_error("not a popularity") from error
        return Popularity("hot", hot_keys=hot.keys, hot_share=hot.share)
    if raw.keys() == {"shares"}:
        return Popularity("shares", keys=_shares(raw["shares"]))
    if raw.keys() == {"profile"} and isinstance(raw["profile"], str):
        return Popularity("profile", file=raw["profile"])
    raise popularity_error("not a popularity")


def _shares(raw: object) -> KeyList:
    """{new: 60%, paid: 30%}, or [60%, 30%] where names do not matter."""
    pairs = list(raw.items()) if isinstance(raw, Mapping) else [("", x) for x in raw] if isinstance(raw, list) else []
    try:
        read = [(str(name), _SHARE.validate_python(value)) for name, value in pairs]
    except ValidationError as error:
        raise popularity_error("shares are percentages", "such as {shares: {new: 60%, paid: 30%}}") from error
    if not read or len(read) > _MAX_SHARES:
        raise popularity_error(
            "no share is given" if not read else f"{len(read):,} shares", "list some, or name a file of keys"
        )
    total = sum((share for _, share in read), Decimal(0))
    if total > 1:
        raise popularity_error(f"the shares add up to {(total * 100).normalize():f}%", "at most 100%")
    ranked = sorted((pair for pair in read if pair[1]), key=lambda pair: (-pair[1], pair[0]))
    return _key_list(tuple(ranked))


@lru_cache(maxsize=256)
def _key_list(ranked: tuple[tuple[str, Decimal], ...]) -> KeyList:
    return KeyList(tuple(name for name, _ in ranked), tuple(share for _, share in ranked), Decimal(1))
