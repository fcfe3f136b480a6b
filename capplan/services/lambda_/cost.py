"""Under which SKUs a function is billed. It holds no price."""

from collections.abc import Iterable
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow
from capplan.model import Charge, Context
from capplan.quantities.rounding import to_quantity
from capplan.services.lambda_ import billing
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import ColdUse, Usage

_POLLERS = {
    "sqs": "lambda.event_source_mapping_provisioned.sqs_event_poller_unit_hour",
    "kafka": "lambda.event_source_mapping_provisioned.event_poller_unit_hour",
}


def charge(name: str, spec: Function, usage: Usage, ctx: Context) -> tuple[Charge, ...]:  # noqa: ARG001  every room's signature
    """Requests, duration on demand and provisioned, cold starts, what is kept ready, storage, streams, pollers."""
    return tuple(
        one
        for part in (_always, _provisioned, _cold, _snap_start, _beside, _pollers)
        for one in part(name, spec, usage)
        if one.quantity
    )


def _always(name: str, spec: Function, usage: Usage) -> Iterable[Charge]:
    arch = spec.architecture
    spilled = f", {_percent(usage.spilled)} of them on demand" if usage.spilled < 1 else ""
    words = f"invocations{spilled} x {to_quantity(usage.billed_ms)} ms billed x {spec.memory_mb} MB"
    requests = f"lambda.request.{arch}"
    yield Charge(f"{name}.requests", requests, "invocations", usage.requests, "requests", usage.billed_requests)
    yield _driven(f"{name}.duration", f"lambda.duration.{arch}", words, usage.gb_seconds, "GB-s")


def _provisioned(name: str, spec: Function, usage: Usage) -> Iterable[Charge]:
    kept = spec.provisioned_concurrency
    if kept is None:
        return
    arch = spec.architecture
    sizes = [f"{kept.environments} environments", *(f"{w.environments} at {w.at}" for w in kept.scheduled)]
    yield Charge(
        f"{name}.provisioned",
        f"lambda.provisioned_concurrency.{arch}",
        f"{', '.join(sizes)} kept ready x {spec.memory_mb} MB, in started 5 minutes",
        usage.provisioned_gb_seconds,
        "GB-s",
        frequency="recurring",
    )
    words = f"{_percent(1 - usage.spilled)} of invocations x {to_quantity(usage.billed_ms)} ms x {spec.memory_mb} MB"
    yield _driven(
        f"{name}.provisioned-duration", f"lambda.provisioned_duration.{arch}", words, usage.provisioned_duration, "GB-s"
    )


def _cold(name: str, spec: Function, usage: Usage) -> Iterable[Charge]:
    found = usage.cold
    if found is None:
        return
    words = f"{_percent(found.share)} of invocations start cold x {to_quantity(found.extra_ms)} ms more x {spec.memory_mb} MB"
    yield _driven(f"{name}.cold-starts", f"lambda.duration.{spec.architecture}", words, found.init_gb_seconds, "GB-s")
    if spec.tenants is not None:
        key = f"lambda.tenant_isolation.{spec.architecture}"
        yield _of_starts(f"{name}.tenant-isolation", key, "environments created", spec, usage, found)


def _of_starts(id_: str, key: str, what: str, spec: Function, usage: Usage, found: ColdUse) -> Charge:
    flow = usage.invocations * (found.share * billing.memory_gb(1, spec.memory_mb))
    return _driven(id_, key, f"{what} x {spec.memory_mb} MB", flow, "GB")


def _snap_start(name: str, spec: Function, usage: Usage) -> Iterable[Charge]:
    """SnapStart costs nothing for Java (pricing page)."""
    if spec.snap_start is None or (spec.runtime or "").startswith("java"):
        return
    versions = spec.snap_start.versions
    cached = versions * billing.snapstart_cache_gb_seconds(units.MONTH_SECONDS, spec.memory_mb)
    words = f"{versions} published {'version' if versions == 1 else 'versions'} cached x {spec.memory_mb} MB"
    yield Charge(f"{name}.snapshots", "lambda.snapstart.cached", words, cached, "GB-s", frequency="recurring")
    if usage.cold is not None:
        yield _of_starts(
            f"{name}.restores", "lambda.snapstart.restored", "environments restored", spec, usage, usage.cold
        )


def _beside(name: str, spec: Function, usage: Usage) -> Iterable[Charge]:
    arch = spec.architecture
    above = f"invocations x time x {spec.ephemeral_storage_mb - billing.FREE_STORAGE_MB} MB above 512 MB"
    yield _driven(
        f"{name}.ephemeral-storage", f"lambda.ephemeral_storage.{arch}", above, usage.ephemeral_gb_seconds, "GB-s"
    )
    words = f"responses past {billing.STREAM_FREE_MB} MB each"
    yield _driven(f"{name}.response-streaming", f"lambda.response_streaming.{arch}", words, usage.streamed_gb, "GB")


def _pollers(name: str, spec: Function, usage: Usage) -> Iterable[Charge]:  # noqa: ARG001  as the others
    for source, hours in usage.poller_hours.items():
        words = "event poller units x 730 h, with the load between their bounds"
        yield Charge(f"{name}.{source}-pollers", _POLLERS[source], words, hours, "unit-hours", frequency="recurring")


def _driven(id_: str, key: str, words: str, flow: DemandFlow, unit: str) -> Charge:
    return Charge(id_, key, words, flow.monthly, unit, flow)


def _percent(share: Fraction) -> str:
    return f"{float(share) * 100:.3g}%"
