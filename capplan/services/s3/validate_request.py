"""Which requests a bucket does not accept, and why."""

from capplan.calls import Access
from capplan.reading.nearest import did_you_mean
from capplan.services.s3.classes import CLASSES
from capplan.services.s3.quotas import PARTS_MAX
from capplan.services.s3.spec import Bucket
from capplan.services.s3.usage import class_of

_SIZED = ("put-object", "copy-object", "get-object")


def validate(spec: Bucket, access: Access) -> str | None:
    """Why a bucket does not accept a request; None where it does."""
    name = access.storage_class
    if name is not None and name not in CLASSES:
        return f"there is no storage class {name!r}: {did_you_mean(name, CLASSES, 'expected one of ' + ', '.join(CLASSES))}"
    if access.op in _SIZED and access.payload is None and spec.object_size is None:
        return f"the object's size is unknown: give the bucket an object_size, or this {access.op} a payload"
    if access.parts > PARTS_MAX.value:
        return f"an upload has at most {PARTS_MAX}"
    if access.op == "get-object" and CLASSES[class_of(spec, access)].archived:
        return (
            f"objects of {class_of(spec, access)} must be restored before they are read, and restores are not modeled: "
            "write class: standard where the restored copy is read"
        )
    return None
