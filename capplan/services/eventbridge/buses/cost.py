"""Under which SKUs a bus is billed, and how much of each. EventBridge pricing page (read 2026-11-30).

Rules, and deliveries to targets in the account, are free; to another bus each 64 KB costs.
"""

from collections.abc import Iterable
from fractions import Fraction

from capplan import units
from capplan.chunks import chunks
from capplan.flow import DemandFlow
from capplan.model import Charge
from capplan.services.eventbridge.buses.spec import Archive, Bus
from capplan.services.eventbridge.buses.usage import Usage
from capplan.services.eventbridge.quotas import CHUNK_BYTES

_MONTH_MS = units.MONTH_SECONDS * units.MS_PER_SECOND


def charge(name: str, spec: Bus, usage: Usage) -> tuple[Charge, ...]:
    """All charges of a bus."""
    return tuple(_charges(name, spec, usage))


def _of_flow(line: str, price: str, words: str, flow: DemandFlow, unit: str) -> Iterable[Charge]:
    if flow.terms:
        yield Charge(line, f"eventbridge.{price}", words, flow.monthly, unit, flow)


def _charges(name: str, spec: Bus, usage: Usage) -> Iterable[Charge]:
    custom, crossing = "custom_event_64kb", "cross_account_delivery_64kb"
    yield from _of_flow(f"{name}.events", custom, "events of up to 64 KB, each alone", usage.custom, "events")
    yield from _of_flow(
        f"{name}.from-other-buses", crossing, "events that another bus sends", usage.crossing, "events"
    )  # fmt: skip
    yield from _of_flow(
        f"{name}.to-other-buses", crossing, "events to buses of other accounts", usage.to_others, "events"
    )  # fmt: skip
    for api, flow in usage.api_calls.items():
        words = f"calls of {api}, retries included"
        yield from _of_flow(f"{name}.api.{api}", "api_destination.invocation", words, flow, "invocations")
    yield from _of_flow(
        f"{name}.discovery", "schema_discovery.event", "started 8 KB of events", usage.discovered, "chunks"
    )  # fmt: skip
    if spec.archive is not None:
        yield from _archive(name, spec, spec.archive, usage)


def _archive(name: str, spec: Bus, archive: Archive, usage: Usage) -> Iterable[Charge]:
    kept = usage.gb * Fraction(archive.filter)
    yield from _of_flow(f"{name}.archived", "archive.processing_gb", "events put into the archive", kept, "GB")
    stored = kept * (Fraction(archive.retention_ms) / _MONTH_MS)
    yield from _of_flow(f"{name}.archive", "archive.storage_gb_month", "what the archive holds", stored, "GB-month")
    if archive.replays:
        count = archive.replays * units.MONTH_SECONDS * chunks(spec.event, CHUNK_BYTES)
        yield Charge(
            f"{name}.replays", "eventbridge.custom_event_64kb", "replayed events", count, "events", frequency="recurring"
        )  # fmt: skip
