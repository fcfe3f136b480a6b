"""The keys of a bucket in a scenario."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from capplan.quantities.fields import Count, Factor, Milliseconds, Share, Size, WholeCount
from capplan.services.s3.quotas import PREFIX_READS, PREFIX_WRITES
from capplan.spec_config import SPEC_CONFIG

__all__ = ["PREFIX_READS", "PREFIX_WRITES", "Bucket", "ClassName", "Tiers", "Transition"]

ClassName = Literal[
    "standard",
    "intelligent-tiering",
    "standard-ia",
    "one-zone-ia",
    "glacier-instant",
    "glacier-flexible",
    "glacier-deep-archive",
]
UNSUPPORTED: Mapping[str, str] = {
    "replication": "copies to another Region: add a copy-object to `calls` of what writes",
    "inventory": "S3 Inventory, Storage Lens and analytics are not modeled",
}
ALSO_CALLED: Mapping[str, str] = {
    "storageclass": "class",
    "itemsize": "object_size",
    "size": "object_size",
    "items": "objects",
    "expiration": "expire",
    "ttl": "expire",
    "transitions": "lifecycle",
    "versioning": "versions",
}


def _error(message: str, hint: str) -> PydanticCustomError:
    return PydanticCustomError("quantity", "{shown}", {"shown": message, "hint": hint, "found": ""})


class Transition(BaseModel):
    """A step of a lifecycle rule."""

    model_config = SPEC_CONFIG

    after_ms: Annotated[Milliseconds, Field(alias="after", gt=0)]
    """The age at which an object moves, such as 30 d."""
    to: ClassName
    """The storage class that it moves to."""


class Tiers(BaseModel):
    """Of intelligent-tiering: what lies in its lower tiers."""

    model_config = SPEC_CONFIG

    infrequent: Share = Decimal(0)
    """The share of the bytes that nobody read for 30 days (0%)."""
    archive_instant: Share = Field(default=Decimal(0), alias="archive-instant")
    """The share of the bytes that nobody read for 90 days (0%)."""


class Bucket(BaseModel):
    """A bucket of Amazon S3."""

    model_config = SPEC_CONFIG

    objects: Count | None = None
    """How many objects are stored, in the mean of the month, such as 2M; default: what is put until it expires."""
    object_size: Size | None = None
    """Size of an object, such as 300 KB; also of requests without a `payload`."""
    storage_class: Annotated[ClassName, Field(alias="class")] = "standard"
    """The storage class that objects are put in (standard)."""
    lifecycle: Annotated[
        tuple[Transition, ...], BeforeValidator(lambda raw: tuple(raw) if isinstance(raw, list) else raw)
    ] = ()
    """How objects move as they age: [{after: 30 d, to: standard-ia}]; each move is a request."""
    expire_ms: Milliseconds | None = Field(default=None, alias="expire")
    """The age at which objects are deleted, such as 365 d; never without it."""
    versions: Factor = Decimal(1)
    """Bytes of all versions that are kept, as a multiple of the current ones (1x): versioning keeps what is overwritten or deleted."""
    tiers: Tiers = Tiers.model_construct()
    """Of intelligent-tiering: {infrequent: 50%, archive-instant: 20%} of the bytes (none: all in the frequent tier)."""
    prefixes: Annotated[WholeCount, Field(ge=1)] = 1
    """Prefixes over which the requests are spread (1); each takes {PREFIX_WRITES} to write and {PREFIX_READS} to read."""
    encryption: str = "s3"
    """s3 (free; the default), aws-managed (the key aws/s3), or the name of a key under `keys`: each object put or read asks for it."""
    bucket_key: bool = False
    """Whether an S3 Bucket Key answers for KMS, so that one request in a hundred asks for it (false: the API's default)."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags for the reports."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        ages = [step.after_ms for step in self.lifecycle]
        if any(late <= early for early, late in pairwise(ages)):
            raise _error("lifecycle steps are not in the order of their age", "write the youngest first")
        if self.expire_ms is not None and ages and ages[-1] >= self.expire_ms:
            raise _error("an object expires before it moves", "write a later `expire`, or remove the last step")
        if self.versions < 1:
            raise _error("`versions` counts the current one too", "write 1x or more")
        if self.bucket_key and self.encryption == "s3":
            raise _error(
                "a Bucket Key is for objects that a KMS key encrypts", "write encryption: aws-managed, or a key's name"
            )
        if self.objects and self.object_size is None:
            raise _error("objects are stored, but there is no object_size", "write object_size: 300 KB")
        if self.tiers != Tiers() and "intelligent-tiering" not in self.classes:
            raise _error("`tiers` are of class: intelligent-tiering", "remove `tiers`")
        if self.tiers.infrequent + self.tiers.archive_instant > 1:
            raise _error("the tiers have more than 100% of the bytes", "write shares that add up to 100% at most")
        return self

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that an object passes through, youngest first."""
        return (self.storage_class, *(step.to for step in self.lifecycle))
