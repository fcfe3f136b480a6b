"""Log groups: what is written to one, by whom, what of it is kept, and what queries scan.

Amazon CloudWatch pricing page, "Logs" (read 2026-11-30): ingestion by class; what AWS services write ("vended logs", among
them Lambda's since 2025-05-01) in tiers over the account; storage of compressed data by GB-month; queries by GB scanned.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from capplan import units
from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.log_settings import GroupSettings
from capplan.model import Assumption, Charge, Demand, Observable, PoolLoad, RequestStream
from capplan.quantities.distribution import mean
from capplan.quantities.fields import Bytes
from capplan.quantities.rounding import to_quantity
from capplan.record import Record
from capplan.resource_type import DeclaredResource, MeteredResource, ResourceType
from capplan.services.cloudwatch_logs.quotas import PUT_LOG_EVENTS
from capplan.written_logs import DELIVER, PUT

_PRICES = {"standard": ("standard_gb", "storage.gb_month"), "infrequent-access": ("ia_gb", "storage.ia_gb_month")}
"""By class: the last word of the prices of ingestion, and the price of storage."""


class LogGroup(GroupSettings):
    """A log group of CloudWatch Logs."""

    written_bytes: Annotated[Bytes, Field(alias="written")] = Decimal(0)
    """How much other sources write to it in a month, such as 40 GB (0 B)."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags of the log group: {team: checkout}."""


class Usage(Record, frozen=True):
    """A month of a log group.

    Attributes:
        own_gb: GB per second that callers write themselves.
        vended_gb: GB per second that AWS services write.
        other_gb: GB a month that others write.
        batches: PutLogEvents requests per second.
        kept_months: Months of logs that are stored once the first ones expire.
        kept_share: What is billed of a stored byte.
    """

    own_gb: DemandFlow
    vended_gb: DemandFlow
    other_gb: Fraction
    batches: DemandFlow
    kept_months: Fraction
    kept_share: Fraction

    @property
    def written_gb(self) -> Fraction:
        """GB a month."""
        return self.own_gb.monthly + self.vended_gb.monthly + self.other_gb

    @property
    def stored_gb(self) -> Fraction:
        """GB that are billed all the time, once the first logs expire."""
        return self.written_gb * self.kept_months * self.kept_share


_Metered = MeteredResource[LogGroup, Usage]


def _gb(streams: tuple[RequestStream, ...], op: str) -> DemandFlow:
    """GB per second of one kind of writing; each request writes its `payload`, and `batch` of them are sent at once."""
    return DemandFlow.total(
        stream.flow * (mean(stream.access.payload) / units.BYTES_PER_GB)
        for stream in streams
        if stream.access.op == op and stream.access.payload is not None
    )


class _LogGroupType(ResourceType[LogGroup, Usage]):
    id = "cloudwatch_logs.log_group"
    spec = LogGroup

    def validate_request(self, spec: LogGroup, access: Access) -> str | None:
        del spec
        return "how much each request writes is missing: write payload: 2 KB" if access.payload is None else None

    def warn_if_idle(self, spec: LogGroup) -> bool:
        return not spec.written_bytes

    def meter(self, resource: DeclaredResource[LogGroup], demand: Demand) -> Usage:
        spec, streams = resource.spec, demand.requests
        days = spec.retention_days
        return Usage(
            own_gb=_gb(streams, PUT),
            vended_gb=_gb(streams, DELIVER),
            other_gb=Fraction(spec.written_bytes) / units.BYTES_PER_GB,
            batches=DemandFlow.total(s.flow * (1 / Fraction(s.access.batch or 1)) for s in streams),
            kept_months=Fraction(1) if days is None else Fraction(days * units.SECONDS_PER_DAY, units.MONTH_SECONDS),
            kept_share=Fraction(spec.compression),
        )

    def charge(self, resource: _Metered) -> tuple[Charge, ...]:
        name, spec, usage = resource.name, resource.spec, resource.usage
        ingest, storage = _PRICES[spec.log_class]
        factor = usage.kept_months * usage.kept_share
        days = "the month's" if spec.retention_days is None else f"{spec.retention_days} days of"
        kept = f"{days} logs kept, compressed to {to_quantity(usage.kept_share * 100)}%"
        flow, other = DemandFlow.total((usage.own_gb, usage.vended_gb)), usage.other_gb
        vended, own = f"cloudwatch_logs.ingest.vended_{ingest}", f"cloudwatch_logs.ingest.{ingest}"
        stored = f"cloudwatch_logs.{storage}"
        charges = (
            Charge(f"{name}.ingest", vended, "logs that AWS services write", usage.vended_gb.monthly, "GB", usage.vended_gb),
            Charge(f"{name}.own-ingest", own, "logs written", usage.own_gb.monthly, "GB", usage.own_gb),
            Charge(f"{name}.other-ingest", own, "logs of other sources", other, "GB", frequency="recurring"),
            Charge(f"{name}.storage", stored, kept, flow.monthly * factor, "GB-month", flow * factor),
            Charge(f"{name}.other-storage", stored, kept, other * factor, "GB-month", frequency="recurring"),
            Charge(
                f"{name}.scans", "cloudwatch_logs.insights.scanned_gb", "scanned by queries",
                Fraction(spec.scans_bytes) / units.BYTES_PER_GB, "GB", frequency="recurring",
            ),
        )  # fmt: skip
        return tuple(charge for charge in charges if charge.quantity)

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return {"gb_written": to_quantity(usage.written_gb), "gb_stored": to_quantity(usage.stored_gb)}

    def pools(self, resource: _Metered) -> tuple[PoolLoad, ...]:
        batches = resource.usage.batches
        return (PoolLoad(PUT_LOG_EVENTS.id, batches),) if batches.terms else ()

    def observe(self, resource: _Metered) -> Mapping[str, Observable]:
        usage = resource.usage
        return {
            "written_gb": Observable(to_quantity(usage.written_gb)),
            "stored_gb": Observable(to_quantity(usage.stored_gb)),
        }

    def assume(self, resource: _Metered) -> tuple[Assumption, ...]:
        if resource.spec.retention_days is not None or not resource.usage.written_gb:
            return ()
        reason = "AWS's default; storage grows by as much every month: one month of logs is in this answer"
        return (Assumption("logs.retention", "never expires", reason, "aws_default"),)


LOG_GROUP = _LogGroupType()
