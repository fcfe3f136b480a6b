"""The rules of a bucket's recommendations, in words."""

from capplan.model import Rule

_READ = ", read 2026-11-30"

RULES: tuple[Rule, ...] = (
    Rule(
        "s3.storage-class",
        "Another storage class",
        "A bucket whose objects and reads cost less in another class that answers at once, planned in each.",
        "Write class: standard-ia or glacier-instant where objects are read seldom, standard where they are small, short-lived "
        "or read often.",
        "Reads cost per GB, objects below 128 KB count as 128 KB, and each is billed for 30 or 90 days at least.",
        "Understanding and managing Amazon S3 storage classes (Amazon S3 User Guide" + _READ + ")",
        action="Change the storage class of {name}",
        undo="a lifecycle rule or a copy moves objects back, each a request",
    ),
    Rule(
        "s3.bucket-key",
        "A Bucket Key",
        "A bucket whose objects a KMS key encrypts, one request for each put and get.",
        "Switch the S3 Bucket Key on: S3 then asks KMS up to 99% less, and the account's KMS rate is left to others.",
        "CloudTrail's KMS events name the bucket, not the object; only new objects use it, and not with DSSE-KMS.",
        "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys (Amazon S3 User Guide" + _READ + ")",
        action="Switch on the Bucket Key of {name}",
    ),
    Rule(
        "s3.lifecycle",
        "Moves by age that cost more than they save",
        "A bucket with a lifecycle rule that moves objects to another class, planned without it.",
        "Remove the rule, or move only large objects: each move is a request, whatever the object's size.",
        "Objects that are kept for years may be cheaper in the colder class in the end.",
        "Managing the lifecycle of objects (Amazon S3 User Guide" + _READ + ")",
        action="Do not move the objects of {name} by age",
    ),
    Rule(
        "s3.intelligent-tiering",
        "Let S3 watch what is read",
        "A bucket in S3 Standard that stores objects of 128 KB and more of which nobody says how often they are read.",
        "Write class: intelligent-tiering, with the shares that nobody reads for 30 and 90 days under `tiers`: it moves them "
        "itself, and back at no charge.",
        "It costs a fee for each object of 128 KB and more.",
        "S3 Intelligent-Tiering (Amazon S3 User Guide" + _READ + ")",
        action="Put {name} into S3 Intelligent-Tiering",
    ),
    Rule(
        "s3.prefixes",
        "More prefixes",
        "A bucket whose busiest minute is more than its prefixes take.",
        "Spread keys over more prefixes (a part of an id first, a date last), and let the load rise over some minutes: S3 splits "
        "a prefix gradually.",
        "A list of all keys takes a request for each prefix.",
        "Best practices design patterns: optimizing Amazon S3 performance (Amazon S3 User Guide" + _READ + ")",
        action="Spread the keys of {name} over more prefixes",
        effort="medium",
    ),
)
