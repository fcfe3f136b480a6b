"""Amazon S3's quotas, each with its source and the day it was read."""

from datetime import date

from capplan import units
from capplan.service import Quota

READ = date(2026, 11, 30)
_PERFORMANCE = "Amazon S3 User Guide, Best practices design patterns: optimizing Amazon S3 performance"
_MULTIPART = "Amazon S3 User Guide, Amazon S3 multipart upload limits"

PREFIX_WRITES = Quota("s3.prefix.writes", 3500, "requests/s", _PERFORMANCE, READ)
"""PUT, COPY, POST and DELETE of one partitioned prefix, at least."""
PREFIX_READS = Quota("s3.prefix.reads", 5500, "requests/s", _PERFORMANCE, READ)
"""GET, HEAD and LIST of one partitioned prefix, at least."""
OBJECT_MAX = Quota("s3.object_size", 50 * 2**40, "bytes", _MULTIPART, READ)
"""5 TB until December 2025."""
PUT_MAX = Quota("s3.put_size", 5 * units.BYTES_PER_GB, "bytes", _MULTIPART, READ)
"""A put without multipart upload; also the largest part."""
PARTS_MAX = Quota("s3.parts", 10_000, "parts", _MULTIPART, READ)

ALL: tuple[Quota, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Quota))

LIST_PAGE = 1000
"""Keys of one answer of ListObjectsV2. Source: Amazon S3 API Reference, ListObjectsV2 (read 2026-11-30)."""
MULTIPART_REQUESTS = 2
"""CreateMultipartUpload and CompleteMultipartUpload, beside one request for each part. Source: pricing page (read 2026-11-30)."""
