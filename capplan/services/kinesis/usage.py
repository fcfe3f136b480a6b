"""What Kinesis Data Streams meters of a stream in a month: shards, records, bytes in, and what it throttles."""

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from capplan import units
from capplan.flow import DemandFlow
from capplan.model import Admitted, Demand, Reading, RequestStream
from capplan.quantities.distribution import Distribution, mean
from capplan.quantities.rounding import sig6, to_quantity
from capplan.record import Record, replace
from capplan.services.kinesis import admission
from capplan.services.kinesis.quotas import (
    NEW_ON_DEMAND_SHARDS,
    PEAK_FACTOR,
    SHARD_WRITE_BYTES,
    SHARD_WRITE_RECORDS,
)
from capplan.services.kinesis.records import largest_bytes, per_request, put_units, size_of, stepped_bytes
from capplan.services.kinesis.spec import Stream

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ROUNDING = 1e-9


class Usage(Record, frozen=True):
    """A month of a stream; flows are per second. What was throttled is in `offered_records` and `offered_bytes` only.

    Attributes:
        shards: Open shards: as written, or of an on-demand stream at its busiest.
        records, bytes_in: What was written.
        counted: What is billed of it: PUT payload units of a provisioned stream, bytes in whole KB of the others.
        offered_records, offered_bytes: What producers sent.
        shared, fan_out: Consumers by GetRecords, and with enhanced fan-out.
        throttled: Share of what was sent. Range 0 to 1.
        largest_record, largest_request: Bytes of a large record (99.9th percentile), and of a request with only such.
        most_records: Records of the largest request.
        requests: What is put.
    """

    shards: int
    records: DemandFlow
    bytes_in: DemandFlow
    counted: DemandFlow
    offered_records: DemandFlow
    offered_bytes: DemandFlow
    shared: int
    fan_out: int
    throttled: Fraction
    largest_record: Decimal
    largest_request: Decimal
    most_records: int
    requests: tuple[RequestStream, ...]

    @property
    def consumers(self) -> int:
        """All that read it."""
        return self.shared + self.fan_out


def meter(spec: Stream, demand: Demand) -> Usage:
    """What AWS meters of a month of demand."""
    requests = demand.requests
    sizes = [(largest_bytes(size_of(spec, s.access)), s.access.batch or 1) for s in requests]
    return Usage(
        shards=open_shards(spec, requests),
        records=_sum(spec, requests, _one),
        bytes_in=_sum(spec, requests, mean),
        counted=_sum(spec, requests, put_units if spec.provisioned else stepped_bytes),
        offered_records=_sum(spec, requests, _one, offered=True),
        offered_bytes=_sum(spec, requests, mean, offered=True),
        shared=spec.consumers.shared,
        fan_out=spec.consumers.fan_out,
        throttled=_throttled(demand.admitted),
        largest_record=max((size for size, _ in sizes), default=Decimal(0)),
        largest_request=max((size * count for size, count in sizes), default=Decimal(0)),
        most_records=max((count for _, count in sizes), default=0),
        requests=requests,
    )


def with_readers(spec: Stream, usage: Usage, readers: tuple[Reading, ...]) -> Usage:
    """The usage with the consumers of the scenario beside those that the stream declares."""
    pushed = sum(reading.polling.pushed for reading in readers)
    shared, fan_out = spec.consumers.shared + len(readers) - pushed, spec.consumers.fan_out + pushed
    if (usage.shared, usage.fan_out) == (shared, fan_out):
        return usage
    return replace(usage, shared=shared, fan_out=fan_out)


def admit(name: str, spec: Stream, demand: Demand) -> Admitted | None:
    """What the shards take in; None where that is everything."""
    requests, hot = demand.requests, float(spec.hottest_key)
    load = _load(spec, requests)
    at_once = float(open_shards(spec, requests) if spec.provisioned else shards_at_once(spec, load))
    if all(_fits(flow.peak().per_second, at_once, hot) for flow in load if flow.terms):
        return None
    series = _larger([flow.rate_per_minute() for flow in load if flow.terms])
    capacity = at_once if spec.provisioned else admission.on_demand_shards(series, at_once)
    return admission.admitted(name, requests, admission.served_share(series, capacity, hot))


def open_shards(spec: Stream, requests: Sequence[RequestStream]) -> int:
    """Shards as written; an on-demand stream has room for twice its peak, and four at least."""
    if spec.shards is not None:
        return spec.shards
    load = _load(spec, requests)
    peak = max((flow.peak().per_second for flow in load if flow.terms), default=0.0)
    return max(math.ceil(float(sig6(PEAK_FACTOR * peak))), math.ceil(_least(spec)))


def shards_at_once(spec: Stream, load: Sequence[DemandFlow]) -> float:
    """Shards of an on-demand stream before any growth: twice the peak that it has taken before, or as it is warmed."""
    seen = max((admission.recurring_peak(flow) for flow in load if flow.terms), default=0.0)
    return max(PEAK_FACTOR * seen, _least(spec))


def capacity_at_peak(spec: Stream, usage: Usage, load: DemandFlow) -> float:
    """Shards that an on-demand stream has in the busiest minute of a load: more than it began with where it had time to grow."""
    flows = [flow for flow in _in_shards(usage.offered_records, usage.offered_bytes) if flow.terms]
    at_once = shards_at_once(spec, flows)
    if all(flow.peak().per_second <= at_once for flow in flows):
        return at_once
    series = _larger([flow.rate_per_minute() for flow in flows])
    return float(admission.on_demand_shards(series, at_once)[load.peak().minute])


def _least(spec: Stream) -> float:
    warm = 0.0 if spec.warm is None else float(spec.warm) / float(SHARD_WRITE_BYTES.value)
    return max(float(NEW_ON_DEMAND_SHARDS), warm)


def _load(spec: Stream, requests: Sequence[RequestStream]) -> tuple[DemandFlow, DemandFlow]:
    """What is sent, in what one shard takes: by records, and by bytes."""
    return _in_shards(_sum(spec, requests, _one, offered=True), _sum(spec, requests, mean, offered=True))


def _in_shards(records: DemandFlow, size: DemandFlow) -> tuple[DemandFlow, DemandFlow]:
    return records * Fraction(1, int(SHARD_WRITE_RECORDS.value)), size * Fraction(1, int(SHARD_WRITE_BYTES.value))


def _fits(load: float, shards: float, hot: float) -> bool:
    on_hot = hot + (1 - hot) / shards
    return load * on_hot <= 1 and load * (1 - on_hot) <= shards - 1 + _ROUNDING


def _larger(series: "Sequence[NDArray[np.float64]]") -> "NDArray[np.float64]":
    import numpy as np  # noqa: PLC0415  only where something may be short

    larger: NDArray[np.float64] = np.stack(series).max(axis=0)
    return larger


def _one(size: Distribution) -> Fraction:
    del size
    return Fraction(1)


def _sum(
    spec: Stream,
    requests: Sequence[RequestStream],
    each: Callable[[Distribution], Fraction],
    *,
    offered: bool = False,
) -> DemandFlow:
    """A figure of every record, per second."""
    return DemandFlow.total(
        (s.offered if offered and s.offered is not None else s.flow)
        * (per_request(s.access) * each(size_of(spec, s.access)))
        for s in requests
    )


def _throttled(admitted: Admitted | None) -> Fraction:
    if admitted is None:
        return Fraction(0)
    dropped = sum((s.dropped for s in admitted.streams), Fraction(0))
    return dropped / (dropped + sum((s.served for s in admitted.streams), Fraction(0)))


def summary(usage: Usage) -> Mapping[str, Decimal | int]:
    """Usage keys of the plan."""
    return {
        "records": to_quantity(usage.records.monthly),
        "gb_in": to_quantity(usage.bytes_in.monthly / units.BYTES_PER_GB),
        "shards": usage.shards,
        "throttled_share": to_quantity(usage.throttled),
    }
