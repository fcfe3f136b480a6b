"""Under which SKUs a bucket is billed, and how much of each.

Amazon S3 pricing page (read 2026-11-30).
"""

from collections.abc import Iterable
from fractions import Fraction

from capplan import units
from capplan.model import Charge
from capplan.quantities.distribution import share_above
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.s3.classes import (
    MONITORED_BYTES,
    billed_bytes,
    early_gb_months,
    price_of,
)
from capplan.services.s3.spec import Bucket
from capplan.services.s3.stored import Band
from capplan.services.s3.usage import Usage

_GB = Fraction(1, units.BYTES_PER_GB)


def charge(name: str, spec: Bucket, usage: Usage) -> tuple[Charge, ...]:
    """All charges of a bucket."""
    return (*_requests(name, usage), *(c for band in usage.bands for c in _stored(name, spec, usage, band)))


def _requests(name: str, usage: Usage) -> Iterable[Charge]:
    for price, flow in sorted(usage.requests.items()):
        if flow.terms:
            class_, tier = _class_in(price), price.rpartition(".")[2]
            words = "PUT, COPY, POST and LIST" if tier == "tier1" else "GET and all others"
            id_ = f"{name}.{class_}{'puts' if tier == 'tier1' else 'gets'}"
            yield Charge(id_, price, words, flow.monthly, "requests", flow)
    for price, flow in sorted(usage.retrieved.items()):
        gb = flow * _GB
        if gb.terms:
            yield Charge(f"{name}.{_class_in(price)}retrieval", price, "bytes of gets", gb.monthly, "GB", gb)


def _class_in(price: str) -> str:
    """The class that a price key names, as a part of an id: "standard-ia."; empty for S3 Standard's."""
    _, first, *rest = price.split(".")
    return f"{first.replace('_', '-')}." if rest and first not in ("request", "standard") else ""


def _stored(name: str, spec: Bucket, usage: Usage, band: Band) -> Iterable[Charge]:
    """Storage of one class, what AWS keeps beside the objects, moves into it, and days that are missing of its minimum."""
    class_, versions = band.class_, Fraction(spec.versions)
    prefix = f"{name}." if band.class_name == "standard" else f"{name}.{band.class_name}."
    each = billed_bytes(class_, usage.size)
    words = f"{to_quantity(band.objects):,} objects × {to_quantity(each):,} bytes"
    words += f" × {spec.versions:f} versions" if versions != 1 else ""
    total = band.objects * each * versions * _GB
    if total and band.class_name == "intelligent-tiering":
        yield from _tiers(prefix, spec, total, words)
    elif total:
        price = price_of(class_, "storage_gb_month")
        yield Charge(f"{prefix}storage", price, words, total, "GB-month", frequency="recurring")
    if class_.name_bytes and band.objects:
        beside = band.objects * versions * class_.name_bytes * _GB
        text = f"8 KB beside each of {to_quantity(band.objects):,} objects, in S3 Standard"
        yield Charge(f"{prefix}names", "s3.standard.storage_gb_month", text, beside, "GB-month", frequency="recurring")
    if band.class_name == "intelligent-tiering" and band.objects:
        large = band.objects * versions * sig6(share_above(usage.size, MONITORED_BYTES - 1))
        text = "objects of 128 KB and more"
        if large:
            price = price_of(class_, "monitored_object")
            yield Charge(f"{prefix}monitoring", price, text, large, "objects", frequency="recurring")
    created = usage.created
    if band.moves_in:
        flow = created
        yield Charge(
            f"{prefix}moves", price_of(class_, "transition"), "objects moved by age", flow.monthly, "requests", flow
        )
    if band.leaves and band.kept_days is not None and band.kept_days < class_.minimum_days:
        days = early_gb_months(each * _GB, band.kept_days, class_.minimum_days)
        flow = created * days
        text = f"gone after {to_quantity(band.kept_days)} days, billed for {class_.minimum_days}"
        price = price_of(class_, "storage_gb_month")
        if flow.terms:
            yield Charge(f"{prefix}early-delete", price, text, flow.monthly, "GB-month", flow)


def _tiers(prefix: str, spec: Bucket, total: Fraction, words: str) -> Iterable[Charge]:
    """The tiers of Intelligent-Tiering."""
    lower = {"infrequent": Fraction(spec.tiers.infrequent), "archive_instant": Fraction(spec.tiers.archive_instant)}
    for tier, share in {"frequent": 1 - sum(lower.values()), **lower}.items():
        if share:
            price = f"s3.intelligent_tiering.{tier}_gb_month"
            text = words if share == 1 else f"{to_quantity(share * 100)}% of {words}"
            id_ = f"{prefix}{tier.replace('_', '-')}"
            yield Charge(id_, price, text, total * share, "GB-month", frequency="recurring")
