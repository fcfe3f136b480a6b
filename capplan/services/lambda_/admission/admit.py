"""What gets through of what invokes a function, by the environments that it and its sources may have.

Lambda Developer Guide, "Understanding Lambda function scaling", "Configuring reserved concurrency" (read 2026-11-23): a
synchronous invocation without an environment is throttled back to its caller, anything else waits where it is kept.
"""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from capplan import units
from capplan.flow import POISSON_SIGMAS, DemandFlow, course
from capplan.model import Admitted, AdmittedStream, Context, Demand, SharedLimit
from capplan.quantities.rounding import sig6
from capplan.record import MutableRecord, Record, replace
from capplan.services.lambda_.admission import throttling
from capplan.services.lambda_.admission.dead_letters import dead_letters
from capplan.services.lambda_.admission.lanes import Lane, lanes_of, per_second_of
from capplan.services.lambda_.admission.waiting import (
    Competitor,
    Ramp,
    Waited,
    in_steps,
    later,
    oldest_at_random_s,
    shared_out,
    wait,
)
from capplan.services.lambda_.batch_failures import Blocked
from capplan.services.lambda_.concurrency.at_once import Served, serve
from capplan.services.lambda_.concurrency.rate_steps import scheduled
from capplan.services.lambda_.quotas import (
    CONCURRENCY,
    REQUEST_RATE,
    REQUESTS_PER_CONCURRENCY,
    SCALING_RATE,
    SQS_CONCURRENCY_START,
    SQS_CONCURRENCY_STEP,
)
from capplan.services.lambda_.spec import Function

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MINUTE_S = float(units.SECONDS_PER_MINUTE)
_TO_MONTH = float(units.PERIOD_TO_MONTH)
_OVERLAPPING = Fraction(3, 2)
"""Calls open at a time by Little's law, in those of one caller, from which its executions overlap: minutes are whole."""
_MANY, _STEP = 12, 10
"""Where more share a limit of the account, they find what they want in steps of so many minutes."""
_AT_LEAST_ONE = 0.5
"""A poison record is counted on where so many are expected in the period."""
_NEGLIGIBLE = 1e-6
"""A smaller share of a stream is not said to be short."""


class Room(Record, frozen=True):
    """Environments that a function may use.

    Attributes:
        environments: How many at a time, with the others that share them.
        others: What the others want over time.
        own: What it wants itself, where that is settled; None while it is not.
        per_second: Synchronous invocations a second at most.
        others_per_second: What the others want of those.
        members: How many share the environments.
        at_source: Limits of the account by which sources reject requests, where they are short.
        shared: Whether a limit of the account is short and what it wants of it is asked for.
    """

    environments: float
    others: DemandFlow
    own: DemandFlow | None
    per_second: float
    others_per_second: DemandFlow
    at_source: Mapping[str, SharedLimit]
    shared: bool
    members: int = 1


def admit(name: str, spec: Function, demand: Demand, ctx: Context) -> Admitted | None:
    """What gets through of its demand; None where everything does."""
    lanes = lanes_of(spec, demand.requests)
    room = _room(spec, demand, ctx)
    if not _may_be_short(spec, lanes, room):
        return None
    return _Minutes(name, spec, lanes, room).admitted()


def _room(spec: Function, demand: Demand, ctx: Context) -> Room:
    none = DemandFlow.zero()
    if spec.reserved_concurrency is not None:
        reserved = float(spec.reserved_concurrency)
        return Room(
            reserved, none, None, reserved * REQUESTS_PER_CONCURRENCY, none, demand.shared, shared=bool(demand.shared)
        )
    own = float(spec.provisioned_concurrency.largest) if spec.provisioned_concurrency is not None else 0.0
    concurrency, rate = demand.shared.get(CONCURRENCY.id), demand.shared.get(REQUEST_RATE.id)
    account = float(
        ctx.quotas.get(CONCURRENCY.id, CONCURRENCY.in_region(ctx.region))
        - ctx.in_use.get(CONCURRENCY.id, Decimal(0))
    )  # fmt: skip
    return Room(
        account if concurrency is None else own + float(concurrency.quota),
        none if concurrency is None else concurrency.others,
        None if concurrency is None else concurrency.own,
        math.inf if rate is None else float(rate.quota),
        none if rate is None else rate.others,
        demand.shared,
        shared=bool(demand.shared),
        members=1 if concurrency is None else concurrency.members,
    )


# --- whether anything is short ----------------------------------------------------------------------------------------


def _may_be_short(spec: Function, lanes: Sequence[Lane], room: Room) -> bool:
    """Whether its peak is above what bounds it; without a series of minutes where sums of peaks fit already."""
    if _is_bounded(lanes, room):
        return False
    return (
        room.shared
        or any(lane.blocked is not None for lane in lanes)
        or any(_source_may_be_short(lane) for lane in lanes)
        or _starts_may_be_short(lanes, room)
        or (spec.reserved_concurrency is not None and _environments_may_be_short(lanes, room))
    )


def _is_bounded(lanes: Sequence[Lane], room: Room) -> bool:
    """Whether its callers never have more calls open than it may run, such as those of a Map with MaxConcurrency."""
    open_at_most = 0.0
    for lane in lanes:
        bound = lane.stream.open_at_most
        if lane.kind != "call" or bound is None or _concurrency(lane).peak().per_second > bound * _OVERLAPPING:
            return False
        open_at_most += float(bound)
    fits = open_at_most <= min(room.environments, float(SCALING_RATE.value))
    return fits and not room.shared and sum(_highest(lane.stream.flow) for lane in lanes) <= room.per_second


def _source_may_be_short(lane: Lane) -> bool:
    above = _highest(lane.stream.flow) * lane.busy_s > lane.most
    return above and _concurrency(lane).peak().per_second > lane.most


def _starts_may_be_short(lanes: Sequence[Lane], room: Room) -> bool:
    """Whether more come at once than there are environments, or than AWS adds at once."""
    at_once = max((float(lane.stream.at_once) for lane in lanes if lane.kind != "stream"), default=0.0)
    started = sum(float(times / lane.stream.all_attempts) for lane in lanes for _, times in scheduled(lane.stream.flow))
    if max(at_once, started) > min(room.environments, float(SCALING_RATE.value)):
        return True
    rising = [lane for lane in lanes if not all(profile.flat for profile, _ in lane.stream.flow.terms)]
    return sum(_highest(lane.stream.flow) * lane.busy_s for lane in rising) > SCALING_RATE.value


def _environments_may_be_short(lanes: Sequence[Lane], room: Room) -> bool:
    calls = [lane for lane in lanes if lane.kind == "call"]
    if sum(_highest(lane.stream.flow) for lane in calls) > room.per_second:
        return True
    bursts = _peakedness(calls)
    if (
        _with_margin(sum(_highest(lane.stream.flow) * lane.busy_s for lane in lanes), calls, bursts)
        <= room.environments
    ):
        return False
    mean = DemandFlow.total(_concurrency(lane) for lane in lanes).peak().per_second
    return _with_margin(mean, calls, bursts) > room.environments


def _highest(flow: DemandFlow) -> float:
    """A rate that a flow never exceeds: the sum of its profiles' peaks."""
    return sum(float(times) * profile.peak.per_second for profile, times in flow.terms)


def _concurrency(lane: Lane) -> DemandFlow:
    busy = Fraction(lane.busy_s)
    return lane.stream.flow.spread(busy * units.MS_PER_SECOND) * busy


def _with_margin(mean: float, calls: Sequence[Lane], peakedness: float) -> float:
    """Environments in the busiest minute of a thousand; what waits for its turn needs no margin."""
    return mean + (POISSON_SIGMAS * math.sqrt(mean * peakedness) if calls else 0.0)


def _peakedness(calls: Sequence[Lane]) -> float:
    """Variance over mean of the busy environments of arrivals that come several at once: (n + 1) / 2; 1 for single ones."""
    random = [lane for lane in calls if len(scheduled(lane.stream.flow)) < len(lane.stream.flow.terms)]
    load = sum(float(lane.stream.flow.monthly) for lane in random)
    if not load:
        return 1.0
    return sum(float(lane.stream.flow.monthly) * (float(lane.stream.at_once) + 1) / 2 for lane in random) / load


# --- minute by minute -------------------------------------------------------------------------------------------------


class _Course(MutableRecord):
    """One lane over the period, in arrivals a minute: offered, and at the start of a minute by schedules."""

    lane: Lane
    offered: "NDArray[np.float64]"
    at_start: "NDArray[np.float64]"
    load: "NDArray[np.float64]"
    """Environments that its random arrivals need."""
    served: "NDArray[np.float64]"
    waited: Waited | None = None
    enters: "NDArray[np.float64] | float" = 1.0
    """The share that its source does not reject."""
    open: "NDArray[np.float64] | float" = math.inf
    """Environments that it may have."""
    max_age_s: float = 0.0
    counts_receives: bool = False


class _Minutes:
    """A function's lanes over the simulated period."""

    def __init__(self, name: str, spec: Function, lanes: Sequence[Lane], room: Room) -> None:
        import numpy as np  # noqa: PLC0415  only where something may be short

        self.name, self.spec, self.room = name, spec, room
        self.courses = [_course(lane) for lane in lanes]
        self.calls = [c for c in self.courses if c.lane.kind == "call"]
        self.waits = [c for c in self.courses if c.lane.kind != "call"]
        for c in self.calls:
            limit = room.at_source.get(c.lane.source_rate)
            if limit is not None:
                c.enters = _entering([d for d in self.calls if d.lane.source_rate == c.lane.source_rate], limit)
                c.load = c.load * c.enters
        self.others = room.others.rate_per_minute() if room.others.terms else np.zeros(units.PERIOD_MINUTES)

    def admitted(self) -> Admitted | None:
        import numpy as np  # noqa: PLC0415

        calls_want = sum((c.load for c in self.calls), np.zeros(units.PERIOD_MINUTES))
        if self.waits:
            self._let_wait(calls_want + self.others)
        wants = [self._wanted(c) for c in self.waits]
        if self.calls:
            self._throttle(sum(wants, np.zeros(units.PERIOD_MINUTES)))
        streams = tuple(self._stream(i, c) for i, c in enumerate(self.courses))
        is_short = any(
            part.dropped or part.peak_waiting or part.peak_open or part.flow is not c.lane.stream.flow
            for part, c in zip(streams, self.courses, strict=True)
        )
        return Admitted(streams, self._wanted_of_account(wants)) if is_short else None

    # --- what waits ---

    def _let_wait(self, beside: "NDArray[np.float64]") -> None:
        """Serves what waits by the environments that it finds free."""
        import numpy as np  # noqa: PLC0415

        room = self.room.environments
        for c in self.waits:
            c.max_age_s, c.counts_receives = self._max_age_s(c)
        for c, open_ in zip(self.waits, self._open(beside), strict=True):
            c.open = open_
            capacity = np.maximum(0.0, np.minimum(open_, room)) * (_MINUTE_S / c.lane.work_full_s)
            c.waited = wait(c.offered, capacity, math.ceil(c.max_age_s / _MINUTE_S), self._ramp(c))
            if c.lane.blocked is not None:
                c.waited = later(c.waited, c.offered, c.lane.blocked.late_s / _MINUTE_S)
            c.served = c.waited.served

    def _open(self, beside: "NDArray[np.float64]") -> "Sequence[NDArray[np.float64]]":
        """Environments that each may have in each minute."""
        import numpy as np  # noqa: PLC0415

        room = np.full(units.PERIOD_MINUTES, self.room.environments)
        if len(self.waits) == 1 and not beside.any():
            return [np.minimum(room, self.waits[0].lane.most)]
        if self.room.own is not None:  # settled: the parts of all that share it add up to what there is
            own = self.room.own.rate_per_minute()
            total = self.others + own
            room = np.where(total > room, room * own / np.maximum(total, _NEGLIGIBLE), room - self.others)
            beside = beside - self.others
        competitors = [self._competitor(c) for c in self.waits]
        if self.room.members <= _MANY or self.room.own is not None:
            return shared_out(competitors, room, beside)
        # what each of many wants is still being found: steps of minutes do
        coarse = [in_steps(c, _STEP) for c in competitors]
        means = (series.reshape(-1, _STEP).mean(axis=1) for series in (room, beside))
        return [np.repeat(part, _STEP) for part in shared_out(coarse, *means)]

    def _competitor(self, c: _Course) -> Competitor:
        again = min(1.0, _MINUTE_S / c.lane.retry_s)
        return Competitor(
            c.offered, c.lane.work_full_s / _MINUTE_S, c.lane.most, again, math.ceil(c.max_age_s / _MINUTE_S)
        )  # fmt: skip

    def _max_age_s(self, c: _Course) -> tuple[float, bool]:
        """The age at which it is given up, and whether by its count of receives.

        A queue's pollers receive messages that the function then throttles: they come again after the visibility timeout,
        and each receive counts, so that they reach the dead-letter queue without having failed. `maximum_concurrency`
        keeps pollers from that (Using Lambda with Amazon SQS, "Configuring maximum concurrency").
        """
        lane, trigger = c.lane, c.lane.trigger
        if lane.kind != "queue" or trigger is None or trigger.max_receive_count is None:
            return lane.max_age_s, False
        by_receives = trigger.max_receive_count * float(trigger.visibility_timeout_ms) / units.MS_PER_SECOND
        return (
            (by_receives, True)
            if lane.most > self.room.environments and by_receives < lane.max_age_s
            else (lane.max_age_s, False)
        )

    def _ramp(self, c: _Course) -> Ramp | None:
        """A standard queue's pollers start at a few and grow by so many a minute."""
        trigger = c.lane.trigger
        if (
            trigger is None
            or trigger.source != "sqs"
            or trigger.pollers is not None
            or c.lane.most < SQS_CONCURRENCY_STEP
        ):
            return None
        if float(c.load.max()) <= SQS_CONCURRENCY_START + SQS_CONCURRENCY_STEP and not c.at_start.any():
            return None
        per_environment = _MINUTE_S / c.lane.work_full_s
        return Ramp(SQS_CONCURRENCY_START * per_environment, SQS_CONCURRENCY_STEP * per_environment)

    def _wanted(self, c: _Course) -> "NDArray[np.float64]":
        """Environments that a lane asks for: for what arrives, and for the part of what waits that tries again."""
        import numpy as np  # noqa: PLC0415

        if c.waited is None:
            return c.load
        again = c.waited.backlog * min(1.0, _MINUTE_S / c.lane.retry_s)
        before = np.concatenate(([0.0], again[:-1]))
        return np.minimum((c.offered + before) * c.lane.work_full_s / _MINUTE_S, c.lane.most)

    # --- what is throttled ---

    def _throttle(self, waiting_want: "NDArray[np.float64]") -> None:
        """Serves calls by Erlang's formula; what comes at once by the environments that are free in that instant."""
        import numpy as np  # noqa: PLC0415

        room = self.room
        load = sum((c.load for c in self.calls), np.zeros(units.PERIOD_MINUTES))
        tries = max((c.lane.tries for c in self.calls), default=1)
        peakedness = _peakedness([c.lane for c in self.calls])
        passes = self._rate_share()
        blocked, once = throttling.with_retries(
            load * passes, self.others + waiting_want, room.environments, peakedness, tries
        )
        keep_alive = int(float(self.spec.keep_alive_ms) / units.MS_PER_SECOND / _MINUTE_S)
        late = throttling.beyond_scaling(load, keep_alive)
        for c in self.calls:
            lost = once if c.lane.tries > 1 else blocked
            c.served = (c.offered - c.at_start) * c.enters * (1 - lost) * (1 - late) * passes
        self._throttle_at_once(np.maximum(0.0, room.environments - (load + self.others) * (1 - blocked)))

    def _rate_share(self) -> "NDArray[np.float64]":
        """The share that the request-rate quota lets through: ten a second for each unit of concurrency."""
        import numpy as np  # noqa: PLC0415

        per_second = sum((c.offered * c.enters for c in self.calls), np.zeros(units.PERIOD_MINUTES)) / _MINUTE_S
        if self.room.others_per_second.terms:
            per_second = per_second + self.room.others_per_second.rate_per_minute()
        if float(per_second.max()) <= self.room.per_second:
            return np.ones(units.PERIOD_MINUTES)
        return np.minimum(1.0, self.room.per_second / np.maximum(per_second, _NEGLIGIBLE))

    def _throttle_at_once(self, free: "NDArray[np.float64]") -> None:
        import numpy as np  # noqa: PLC0415

        starting = [c for c in self.calls if c.at_start.any()]
        if not starting:
            return
        counts = sum(  # what callers try again comes later, and finds no more free than the first did
            (c.at_start * c.enters / float(c.lane.stream.callers_attempts) for c in starting),
            np.zeros(units.PERIOD_MINUTES),
        )
        minutes = np.nonzero(counts)[0]
        starts = [(int(minute), float(counts[minute])) for minute in minutes]
        busy_s = max(c.lane.busy_s for c in starting)
        keep_alive_s = float(self.spec.keep_alive_ms) / units.MS_PER_SECOND
        throttled = np.zeros(units.PERIOD_MINUTES)
        for minute, count in throttling.throttled_at_once(starts, free, busy_s, keep_alive_s):
            throttled[minute] = count
        share = np.divide(throttled, counts, out=np.zeros(units.PERIOD_MINUTES), where=counts > 0)
        for c in starting:
            c.served = c.served + c.at_start * c.enters * (1 - share)

    # --- results ---

    def _stream(self, place: int, c: _Course) -> AdmittedStream:
        """A lane's month: minutes weighted by how often they occur, in the proportions of its exact volume."""
        import numpy as np  # noqa: PLC0415

        stream, arrivals = c.lane.stream, c.lane.stream.arrivals.monthly
        weights = stream.flow.month_weights()
        offered = float((c.offered * weights).sum())
        if c.waited is None:
            dropped, waiting = float(((c.offered - c.served) * weights).sum()), 0.0
        else:
            _extend(weights, c.waited.backlog)
            dropped, waiting = float((c.waited.dropped * weights).sum()), float(c.waited.backlog[-1]) * _TO_MONTH
        served = float((c.served * weights).sum())
        total = served + dropped + waiting if c.waited is not None else offered
        lost = _part(arrivals, dropped / total if total else 0.0)
        left = _part(arrivals, waiting / total if total else 0.0)
        kept = arrivals - lost - left
        invocations, records = self._invocations(c)
        share = _constant_share(invocations, c.offered * float(stream.attempts / stream.records))
        if share is not None:
            flow = stream.flow if abs(share - 1) < _NEGLIGIBLE else stream.flow * sig6(share)
        else:
            volume = float((invocations * weights).sum()) * float(arrivals) / total if total else 0.0
            flow = course(stream.flow, np.maximum(0.0, invocations / _MINUTE_S), sig6(volume), f"{self.name}#{place}")
        part = AdmittedStream(flow, kept, lost, left, records, dead_letters=self._dead_letters(c, kept, lost, records))
        return part if c.waited is None else self._with_waiting(part, c, c.waited)

    def _invocations(self, c: _Course) -> "tuple[NDArray[np.float64], Fraction | None]":
        """Invocations a minute, retries included, and the mean records of one: batches grow as far as they must."""
        import numpy as np  # noqa: PLC0415

        lane, records = c.lane, float(c.lane.stream.records)
        if lane.full <= records or c.waited is None:
            return c.served * lane.attempts / records, None
        # what a batch causes, and its time, are taken as linear in its records
        more = (lane.attempts_full - lane.attempts) / (lane.full - records)
        per_record = (lane.busy_full_s * lane.attempts_full - lane.busy_s * lane.attempts) / (lane.full - records)
        fixed = max(0.0, lane.busy_s * lane.attempts - per_record * records)
        batch_seconds = np.maximum(_NEGLIGIBLE, np.asarray(c.open) * _MINUTE_S - c.served * per_record)
        size = np.clip(c.served * fixed / batch_seconds, records, lane.full)
        batches = c.served / size
        count = float(batches.sum())
        mean = float(c.served.sum()) / count if count else records
        invocations = batches * (lane.attempts - more * records) + c.served * more
        return invocations, sig6(mean) if abs(mean - records) > _NEGLIGIBLE * records else None

    def _with_waiting(self, part: AdmittedStream, c: _Course, waited: Waited) -> AdmittedStream:
        """The stream with what waits: the most, the oldest, how long until nothing does, how many are open meanwhile."""
        part = self._with_fluid(part, c, waited)
        if c.lane.blocked is not None:
            return _with_blocks(part, c.lane, c.lane.blocked)
        return _with_retries(part, c) if c.lane.kind == "event" else part

    def _with_fluid(self, part: AdmittedStream, c: _Course, waited: Waited) -> AdmittedStream:
        import numpy as np  # noqa: PLC0415

        lane = c.lane
        if not waited.backlog.any() and not c.at_start.any() and lane.stream.at_once <= 1:
            needed = c.offered * (lane.work_s / _MINUTE_S)
            tight = needed > np.asarray(c.open) * (1 + _NEGLIGIBLE)
            open_ = np.broadcast_to(np.asarray(c.open, dtype=np.float64), (units.PERIOD_MINUTES,))
            return replace(part, peak_open=float(open_[tight].max())) if tight.any() else part
        most = np.maximum(_NEGLIGIBLE, np.broadcast_to(np.asarray(c.open, dtype=np.float64), (units.PERIOD_MINUTES,)))
        before = np.concatenate(([0.0], waited.backlog[:-1]))
        burst = float(lane.stream.at_once) if lane.kind == "event" and lane.stream.at_once > 1 else 0.0
        at_start = c.at_start / float(lane.stream.callers_attempts)
        arriving = np.maximum(at_start, np.where(c.offered > 0, burst, 0.0))
        instant = np.minimum(most, float(SCALING_RATE.value)) * lane.full
        at_once = np.where(arriving > 0, np.maximum(0.0, before + arriving - instant), 0.0)
        peak = max(float(waited.backlog.max()), float(at_once.max()))
        needed = (c.offered + before) * (lane.work_s / _MINUTE_S)
        bounded = (waited.backlog > 0) | (at_once > 0) | (needed > most * (1 + _NEGLIGIBLE))
        there = before + np.maximum(c.offered, arriving) + _still_open(c.served, lane.busy_s)
        opened, waits_s = np.minimum(most, there), at_once * lane.work_full_s / most
        if lane.kind == "event":
            _serve_bursts(before + arriving, at_once > 0, most, lane.work_full_s, opened, waits_s)
        open_at_most = float(opened[bounded].max()) if bounded.any() else 0.0
        if peak <= 0:
            return replace(part, peak_open=open_at_most)
        wait_s = float(waits_s.max())
        oldest = min(max(float(waited.age_s.max()), wait_s), c.max_age_s)
        unbounded, drain_s = oldest, waited.drain_s
        if part.dropped:
            oldest = c.max_age_s
            capacity = most * (_MINUTE_S / lane.work_full_s)
            unbounded = max(oldest, float(wait(c.offered, capacity, None, self._ramp(c)).age_s.max()))
        return replace(
            part,
            peak_open=open_at_most,
            peak_waiting=peak,
            oldest_wait_s=oldest,
            unbounded_wait_s=unbounded,
            drain_s=None if drain_s is None else max(drain_s, wait_s),
        )

    def _dead_letters(self, c: _Course, served: Fraction, dropped: Fraction, records: Fraction | None) -> Fraction:
        """What failed at its last attempt, and what was given up where AWS hands it on instead of deleting it."""
        handed_on = c.lane.kind == "event" or c.counts_receives
        return dead_letters(self.spec, c.lane, served, records) + (dropped if handed_on else Fraction(0))

    def _wanted_of_account(self, wants: "list[NDArray[np.float64]]") -> dict[str, DemandFlow]:
        """What it would use of the account's concurrency, beyond its own provisioned environments."""
        import numpy as np  # noqa: PLC0415

        if self.spec.reserved_concurrency is not None:
            return {}
        own = self.spec.provisioned_concurrency.largest if self.spec.provisioned_concurrency is not None else 0
        want = sum((c.load for c in self.calls), np.zeros(units.PERIOD_MINUTES)) + sum(
            wants, np.zeros(units.PERIOD_MINUTES)
        )
        beyond = np.maximum(0.0, want - own)
        monthly = sig6(float(beyond.sum()) * _MINUTE_S * _TO_MONTH)
        offered = DemandFlow.total(c.lane.stream.flow for c in self.courses)
        return {CONCURRENCY.id: course(offered, beyond, monthly, f"{self.name}#wanted")}


def _with_retries(part: AdmittedStream, c: _Course) -> AdmittedStream:
    """Events as late as they try: what was throttled finds a free environment only when it is tried again.

    AWS doubles the time between tries, from 1 s to 5 minutes: an event that has waited so long is tried again after about as
    long again. (Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation")
    """
    oldest_s, late_s = part.oldest_wait_s, min(part.oldest_wait_s, c.lane.retry_s)
    if c.waited is not None and oldest_s < c.max_age_s:
        oldest_s = max(oldest_s, oldest_at_random_s(c.offered, c.waited.backlog))
    return replace(
        part,
        oldest_wait_s=min(oldest_s + late_s, c.max_age_s),
        unbounded_wait_s=max(oldest_s, part.unbounded_wait_s) + late_s,
        drain_s=None if part.drain_s is None else part.drain_s + late_s,
    )


def _with_blocks(part: AdmittedStream, lane: Lane, blocked: Blocked) -> AdmittedStream:
    """The stream with what waits in shards that poison blocks, if one is expected to be within the period."""
    per_second = per_second_of(lane.stream, lane.most)
    blocks_per_s = per_second / float(lane.stream.records) * blocked.share
    if blocks_per_s * lane.most * units.PERIOD_MINUTES * _MINUTE_S < _AT_LEAST_ONE:
        return part
    # so many shards are blocked at the same time in the busiest minute of a thousand
    mean = lane.most * min(1.0, blocks_per_s * blocked.mean_s)
    shards = min(lane.most, max(1.0, math.ceil(mean + POISSON_SIGMAS * math.sqrt(mean))))
    longest_s = min(blocked.seconds + lane.busy_s, lane.max_age_s)
    spare = 1 / lane.work_s - per_second
    drains = blocked.late_s < longest_s / 2 and spare > 0 and part.drain_s is not None
    return replace(
        part,
        peak_waiting=max(part.peak_waiting, shards * per_second * longest_s),
        oldest_wait_s=max(part.oldest_wait_s, longest_s),
        unbounded_wait_s=max(part.unbounded_wait_s, longest_s),
        drain_s=max(part.drain_s or 0.0, longest_s * per_second / spare) if drains else None,
    )


def _course(lane: Lane) -> _Course:
    import numpy as np  # noqa: PLC0415

    flow, busy = lane.stream.flow, Fraction(lane.busy_s)
    per_arrival = float(lane.stream.records / lane.stream.attempts)
    by_schedule = scheduled(flow)
    at_start = np.zeros(units.PERIOD_MINUTES)
    for profile, times in by_schedule:
        np.add.at(at_start, np.array(profile.starts, dtype=int), float(times) * per_arrival)
    offered = flow.rate_per_minute() * (_MINUTE_S * per_arrival)
    random = flow
    if by_schedule and lane.kind == "call":
        random = DemandFlow(tuple(term for term in flow.terms if not term[0].starts))
    if busy < units.SECONDS_PER_MINUTE and random is flow:
        load = offered * (lane.busy_s / (_MINUTE_S * per_arrival))
    else:
        load = random.spread(busy * units.MS_PER_SECOND).rate_per_minute() * lane.busy_s
    return _Course(lane, offered, at_start, load, offered)


def _still_open(served: "NDArray[np.float64]", busy_s: float) -> "NDArray[np.float64]":
    """What started in earlier minutes and may not have ended, at the start of each minute."""
    import numpy as np  # noqa: PLC0415

    started, minutes = np.concatenate(([0.0], np.cumsum(served))), np.arange(units.PERIOD_MINUTES)
    return started[:-1] - started[np.maximum(0, minutes - math.ceil(busy_s / _MINUTE_S))]


def _serve_bursts(
    asked: "NDArray[np.float64]",
    bursts: "NDArray[np.bool_]",
    most: "NDArray[np.float64]",
    work_s: float,
    opened: "NDArray[np.float64]",
    waits_s: "NDArray[np.float64]",
) -> None:
    """Corrects the minutes in which more comes at once than starts at once: AWS adds environments second by second."""
    known: dict[tuple[int, int], Served] = {}
    for minute in bursts.nonzero()[0].tolist():
        burst = round(float(asked[minute])), int(most[minute])
        if min(burst) < 1 or work_s <= 0:
            continue
        if burst not in known:
            known[burst] = serve(burst[0], work_s, burst[1])
        served = known[burst]
        opened[minute] = min(opened[minute], served.peak)
        waits_s[minute] = served.drain_s - work_s


def _entering(courses: Sequence[_Course], limit: SharedLimit) -> "NDArray[np.float64]":
    """The share of requests that a source lets through, in each minute; its burst bucket lasts for seconds only."""
    import numpy as np  # noqa: PLC0415

    asked = sum((c.offered for c in courses), np.zeros(units.PERIOD_MINUTES)) / _MINUTE_S
    asked = np.maximum(asked + limit.others.rate_per_minute(), _NEGLIGIBLE)
    return np.minimum(1.0, float(limit.quota) / asked)


def _extend(weights: "NDArray[np.float64]", backlog: "NDArray[np.float64]") -> None:
    """Minutes that lie in the month once: those of a spike, and those in which its backlog is still served."""
    once = (weights == 1.0).nonzero()[0]
    for minute in once[::-1].tolist():
        after = minute + 1
        while after < len(weights) and weights[after] != 1.0 and backlog[after - 1] > 0:
            weights[after] = 1.0
            after += 1


def _part(volume: Fraction, share: float) -> Fraction:
    """A share of an exact volume, with 6 digits; none where it is negligible."""
    return volume * sig6(share) if share > _NEGLIGIBLE else Fraction(0)


def _constant_share(part: "NDArray[np.float64]", whole: "NDArray[np.float64]") -> float | None:
    """The share that a series is of another in every minute; None where it varies."""
    import numpy as np  # noqa: PLC0415

    present = whole > 0
    if not present.any() or bool((part[~present] > _NEGLIGIBLE).any()):
        return None
    shares = part[present] / whole[present]
    low, high = float(np.min(shares)), float(np.max(shares))
    return (low + high) / 2 if high - low <= _NEGLIGIBLE * max(high, 1.0) else None
