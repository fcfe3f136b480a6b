"""What SQS meters of a queue in a month: sends, receives with and without messages, deletes."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import chunks, units
from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.model import Admitted, Demand, Polling, Reading, RequestStream
from capplan.quantities.distribution import Distribution, fixed, mean
from capplan.quantities.rounding import to_quantity
from capplan.record import Record, replace
from capplan.retries import attempts, given_up
from capplan.services.sqs import requests
from capplan.services.sqs.polling import empty_receives
from capplan.services.sqs.quotas import BATCH_MAX
from capplan.services.sqs.spec import Consumers, Queue


class Receives(Record, frozen=True):
    """What one reader asks of a queue.

    Attributes:
        reader: Its address, or "consumers".
        messages: Messages a second that it receives, those that come again included.
        calls: Receives a second that find some.
        requests: The requests that they are billed as.
        deletes: Deletes a second, up to ten messages each.
        empty: Receives a month that find nothing.
        in_flight: Messages that it has received and not yet deleted.
    """

    reader: str
    messages: DemandFlow
    calls: DemandFlow
    requests: DemandFlow
    deletes: DemandFlow
    empty: Fraction
    in_flight: DemandFlow


class Usage(Record, frozen=True):
    """A month of a queue.

    Attributes:
        messages: Messages a second that get into it.
        moved: Those that SQS moves there from another queue.
        calls: Calls a second that send.
        sends: The requests that they are billed as.
        fair: Those of messages with a message group.
        receives: What its readers ask.
        streams: The requests that send.
        admitted: What gets through of them; None where all does.
        readers: What reads it.
    """

    messages: DemandFlow
    moved: DemandFlow
    calls: DemandFlow
    sends: DemandFlow
    fair: DemandFlow
    streams: tuple[RequestStream, ...]
    admitted: Admitted | None = None
    receives: tuple[Receives, ...] = ()
    readers: tuple[Reading, ...] | None = None

    @property
    def requests(self) -> Fraction:
        """Billed requests a month."""
        asked = sum((r.requests.monthly + r.deletes.monthly + r.empty for r in self.receives), Fraction(0))
        return self.sends.monthly + asked

    @property
    def in_flight(self) -> DemandFlow:
        """Messages that are received and not yet deleted."""
        return DemandFlow.total(r.in_flight for r in self.receives)


def batch_of(stream: RequestStream) -> Fraction:
    """Messages of one call that sends."""
    return chunks.batch_of(stream, BATCH_MAX)


def size_of(spec: Queue, access: Access) -> Distribution:
    """The size of a message that a request sends."""
    return access.payload if access.payload is not None else spec.message


def meter(spec: Queue, demand: Demand) -> Usage:
    """What SQS meters of a month of demand, receives by other resources left out."""
    sent = [stream for stream in demand.requests if not stream.access.moved]
    messages = demand.flow
    usage = Usage(
        messages=messages,
        moved=DemandFlow.total(stream.flow for stream in demand.requests if stream.access.moved),
        calls=DemandFlow.total(stream.flow * (1 / batch_of(stream)) for stream in sent),
        sends=DemandFlow.total(stream.flow * _requests(spec, stream) for stream in sent),
        fair=DemandFlow.total(stream.flow * (_requests(spec, stream) * Fraction(spec.fair)) for stream in sent),
        streams=demand.requests,
        admitted=demand.admitted,
    )
    return replace(usage, receives=tuple(_of_consumers(spec, usage)))


def arriving(spec: Queue, streams: Iterable[RequestStream]) -> Distribution:
    """The size of what is received: that of what is sent, or the mean where senders differ."""
    sizes = [(size_of(spec, stream.access), stream.flow.monthly) for stream in streams]
    total = sum((volume for _, volume in sizes), Fraction(0))
    first = sizes[0][0] if sizes else spec.message
    if not total or all(size == first for size, _ in sizes):
        return first
    return fixed(to_quantity(sum((mean(size) * volume / total for size, volume in sizes), Fraction(0))))


def _requests(spec: Queue, stream: RequestStream) -> Fraction:
    return requests.per_message(size_of(spec, stream.access), batch_of(stream))


def _of_consumers(spec: Queue, usage: Usage) -> Iterable[Receives]:
    consumers = spec.consumers
    if consumers is None:
        return
    mine = usage.messages * Fraction(consumers.chance)
    wait_ms = spec.receive_wait_ms or consumers.every_ms
    polling = Polling(
        Fraction(consumers.count), Fraction(wait_ms) / units.MS_PER_SECOND, Fraction(consumers.takes_ms)
    )  # fmt: skip
    fails = Fraction(consumers.fails)
    tried = mine * attempts(fails, spec.receives - 1)
    done = mine * (1 - given_up(fails, spec.receives - 1))
    found = _receives("consumers", arriving(spec, usage.streams), tried, done, _taken(consumers, tried), polling)
    hidden_s = Fraction(spec.visibility_timeout_ms) / units.MS_PER_SECOND
    yield replace(found, in_flight=found.in_flight + tried * (fails * hidden_s))


def _taken(consumers: Consumers, messages: DemandFlow) -> Fraction:
    """Messages of one receive: those that arrive while all consumers are busy, up to a batch."""
    per_second = messages.monthly / units.MONTH_SECONDS
    waiting = per_second * Fraction(consumers.takes_ms) / units.MS_PER_SECOND / consumers.count
    return max(Fraction(1), min(Fraction(consumers.batch), waiting))


def with_readers(spec: Queue, usage: Usage, readers: tuple[Reading, ...]) -> Usage:
    """The usage with what other resources of the scenario receive."""
    if usage.readers == readers:
        return usage
    of_readers = [_of_reader(spec, usage, reading) for reading in readers]
    own = [r for r in usage.receives if r.reader == "consumers"]
    return replace(usage, receives=(*own, *of_readers), readers=readers)


def _of_reader(spec: Queue, usage: Usage, reading: Reading) -> Receives:
    """What a reader receives: what its filter does not let pass too, which it deletes at once."""
    stream = reading.stream
    tried = stream.flow * stream.records
    arrived = tried * (1 / stream.attempts)
    passes = reading.share / reading.chance if reading.chance else Fraction(1)
    filtered = arrived * ((1 - passes) / passes) if passes else usage.messages * reading.chance
    done = arrived * reading.polling.succeeds + filtered
    taken = max(Fraction(1), min(stream.records, Fraction(BATCH_MAX.value)))
    receives = _receives(reading.reader, arriving(spec, usage.streams), tried + filtered, done, taken, reading.polling)
    hidden = Fraction(spec.visibility_timeout_ms) / units.MS_PER_SECOND
    failed = tried * (1 - 1 / stream.attempts)
    return replace(receives, in_flight=_held(tried, reading.polling) + failed * hidden)


def _held(messages: DemandFlow, polling: Polling) -> DemandFlow:
    return messages.spread(polling.held_ms) * (polling.held_ms / units.MS_PER_SECOND)


def _receives(
    reader: str, size: Distribution, received: DemandFlow, deleted: DemandFlow, taken: Fraction, polling: Polling
) -> Receives:
    calls = received * (1 / taken)
    return Receives(
        reader=reader,
        messages=received,
        calls=calls,
        requests=received * requests.per_message(size, taken),
        deletes=deleted * (1 / taken),
        empty=empty_receives(calls, polling.pollers, polling.wait_s),
        in_flight=_held(received, polling),
    )


def summary(usage: Usage) -> Mapping[str, Decimal | int]:
    """The figures of JSON's `usage`."""
    empty = sum((r.empty for r in usage.receives), Fraction(0))
    out: dict[str, Decimal | int] = {
        "messages": to_quantity(usage.messages.monthly),
        "requests": to_quantity(usage.requests),
        "empty_receives": to_quantity(empty),
    }
    if usage.moved.terms:
        out["dead_letters"] = to_quantity(usage.moved.monthly)
    return out
