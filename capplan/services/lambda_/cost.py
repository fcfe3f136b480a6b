"""The charges of a function: quantities by price key."""

from collections.abc import Iterable
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow
from capplan.model import Charge
from capplan.quantities.rounding import to_quantity
from capplan.quantities.text import figure
from capplan.services.lambda_ import billing
from capplan.services.lambda_.quotas import FREE_STORAGE_MB
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import ColdUse, Usage

_POLLERS = {
    "sqs": "lambda.event_source_mapping_provisioned.sqs_event_poller_unit_hour",
    "kafka": "lambda.event_source_mapping_provisioned.event_poller_unit_hour",
}


def charge(name: str, spec: Function, usage: Usage) -> tuple[Charge, ...]:
    """Requests, duration on demand and provisioned, cold starts, provisioned concurrency, storage, streams, pollers."""
    return tuple(
        charge
        for part in (_on_demand, _provisioned, _cold_starts, _snap_start, _storage_and_streams, _pollers)
        for charge in part(name, spec, usage)
        if charge.quantity
    )


def _on_demand(name: str, spec: Function, usage: Usage) -> Iterable[Charge]:
    arch = spec.architecture
    spilled = f", {_percent(usage.spilled)} of them on demand" if usage.spilled < 1 else ""
    text = f"invocations{spilled} x {to_quantity(usage.billed_ms)} ms billed x {spec.memory_mb} MB"
    requests = f"lambda.request.{arch}"
    yield Charge(f"{name}.requests", requests, "invocations", usage.requests, "requests", usage.billed_requests)
    yield _by_flow(f"{name}.duration", f"lambda.duration.{arch}", text, usage.gb_seconds, "GB-s")


def _provisioned(name: str, spec: Function, usage: Usage) -> Iterable[Charge]:
    provisioned = spec.provisioned_concurrency
    if provisioned is None:
        return
    arch = spec.architecture
    sizes = [f"{provisioned.environments} {'environment' if provisioned.environments == 1 else 'environments'}"]
    sizes += [f"{scheduled.environments} at {scheduled.at}" for scheduled in provisioned.scheduled]
    yield Charge(
        f"{name}.provisioned",
        f"lambda.provisioned_concurrency.{arch}",
        f"{', '.join(sizes)} provisioned x {spec.memory_mb} MB, in started 5 minutes",
        usage.provisioned_gb_seconds,
        "GB-s",
        frequency="recurring",
    )
    text = f"{_percent(1 - usage.spilled)} of invocations x {to_quantity(usage.billed_ms)} ms x {spec.memory_mb} MB"
    price = f"lambda.provisioned_duration.{arch}"
    yield _by_flow(f"{name}.provisioned-duration", price, text, usage.provisioned_duration, "GB-s")


def _cold_starts(name: str, spec: Function, usage: Usage) -> Iterable[Charge]:
    cold, arch = usage.cold, spec.architecture
    if cold is None:
        return
    text = f"{_percent(cold.share)} cold starts x {to_quantity(cold.extra_ms)} ms more than warm x {spec.memory_mb} MB"
    yield _by_flow(f"{name}.cold-starts", f"lambda.duration.{arch}", text, cold.extra_gb_seconds, "GB-s")
    if spec.tenants is not None:
        price = f"lambda.tenant_isolation.{arch}"
        yield _by_start(f"{name}.tenant-isolation", price, "environments created", spec, usage, cold)


def _by_start(id_: str, price: str, what: str, spec: Function, usage: Usage, cold: ColdUse) -> Charge:
    """A charge per GB of memory of every environment that is started."""
    flow = usage.invocations * (cold.share * billing.memory_gb(1, spec.memory_mb))
    return _by_flow(id_, price, f"{what} x {spec.memory_mb} MB", flow, "GB")


def _snap_start(name: str, spec: Function, usage: Usage) -> Iterable[Charge]:
    """SnapStart is free for Java (pricing page)."""
    if spec.snap_start is None or (spec.runtime or "").startswith("java"):
        return
    versions = spec.snap_start.versions
    cached = versions * billing.snap_start_gb_seconds(units.MONTH_SECONDS, spec.memory_mb)
    text = f"{versions} published {'version' if versions == 1 else 'versions'} cached x {spec.memory_mb} MB"
    yield Charge(f"{name}.snapshots", "lambda.snapstart.cached", text, cached, "GB-s", frequency="recurring")
    if usage.cold is not None:
        price = "lambda.snapstart.restored"
        yield _by_start(f"{name}.restores", price, "environments restored", spec, usage, usage.cold)


def _storage_and_streams(name: str, spec: Function, usage: Usage) -> Iterable[Charge]:
    arch = spec.architecture
    billed_mb = spec.ephemeral_storage_mb - FREE_STORAGE_MB
    text = f"invocations x duration x {billed_mb} MB above {FREE_STORAGE_MB} MB"
    price = f"lambda.ephemeral_storage.{arch}"
    yield _by_flow(f"{name}.ephemeral-storage", price, text, usage.ephemeral_gb_seconds, "GB-s")
    text, price = f"responses beyond {billing.STREAM_FREE_MB} MB each", f"lambda.response_streaming.{arch}"
    yield _by_flow(f"{name}.response-streaming", price, text, usage.streamed_gb, "GB")


def _pollers(name: str, spec: Function, usage: Usage) -> Iterable[Charge]:  # noqa: ARG001  as the others
    for source, hours in usage.poller_hours.items():
        text = "event poller units x 730 h, scaled with the load"
        yield Charge(f"{name}.{source}-pollers", _POLLERS[source], text, hours, "unit-hours", frequency="recurring")


def _by_flow(id_: str, price: str, text: str, flow: DemandFlow, unit: str) -> Charge:
    return Charge(id_, price, text, flow.monthly, unit, flow)


def _percent(share: Fraction) -> str:
    return f"{figure(share * 100)}%"
