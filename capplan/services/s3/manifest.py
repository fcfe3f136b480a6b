"""What Amazon S3 says of itself: its section, its quotas, and the SDK actions by which a Task reads and writes objects."""

from capplan.service import Emits, Integration, Section, Service
from capplan.services.s3.quotas import ALL

SERVICE = Service(
    id="s3",
    label="S3",
    sections=(
        Section(
            "buckets",
            "bucket",
            "uploads: {objects: 2M, object_size: 300 KB}",
            "bucket:BUCKET",
            verbs=("put-object", "get-object", "head-object", "list-objects", "copy-object", "delete-object"),
            flow_keys=("access",),
            request_keys={
                "payload": ("put-object", "get-object", "copy-object"),
                "parts": ("put-object", "copy-object"),
                "class": ("put-object", "get-object", "head-object", "copy-object"),
                "items": ("list-objects",),
            },
            receives="put-object",
            emits=Emits("bucket", "s3", kinds=("created", "removed")),
        ),
    ),
    quotas=ALL,
    integrations={
        ("s3", action): Integration("buckets", verb, "Bucket")
        for action, verb in (
            ("putobject", "put-object"),
            ("getobject", "get-object"),
            ("headobject", "head-object"),
            ("listobjects", "list-objects"),
            ("listobjectsv2", "list-objects"),
            ("copyobject", "copy-object"),
            ("deleteobject", "delete-object"),
        )
    },
    limit_labels={
        "s3.prefix.writes": "writes to its prefixes",
        "s3.prefix.reads": "reads of its prefixes",
        "s3.object_size": "object size",
        "s3.put_size": "size of a put without parts",
    },
)
