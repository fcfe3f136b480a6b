"""What could be written otherwise at a function's triggers: batches, waits, polling. It prices nothing."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan import units
from capplan.model import Change, Context, Option
from capplan.quantities.distribution import quantile, share_above
from capplan.services.lambda_.sources import limits as source_limits
from capplan.services.lambda_.sources.trigger import QUEUES, Trigger
from capplan.services.lambda_.spec import MAX_TIMEOUT_MS, Function
from capplan.services.lambda_.usage import Usage, high

_POLLS_A_MONTH = 4380
"""A run every ten minutes."""
_WINDOW = "5 s"
_BATCH = 100
_OUTLASTS = Fraction(1, 1000)


def options(name: str, spec: Function, usage: Usage, ctx: Context) -> Iterable[Option]:
    """Larger batches, sources and callers that give up first, messages that show too soon, polling."""
    for work in usage.works:
        trigger = None if work.trigger is None else spec.triggers[work.trigger]
        if trigger is not None and work.trigger is not None:
            yield from _batch(name, spec, trigger, work.trigger, work.records)
            yield from _source(name, spec, trigger)
            yield from _visibility(name, spec, trigger, work.trigger)
    yield from _caller(name, spec, usage, ctx)
    yield from _polling(name, spec, usage)


def _batch(name: str, spec: Function, trigger: Trigger, place: int, records: Fraction) -> Iterable[Option]:
    if spec.per_record_ms is None or trigger.source not in {"dynamodb", "kinesis", "sqs"} or trigger.window_ms:
        return
    said: dict[str, Any] = {"window": _WINDOW}
    if (trigger.batch or 0) < _BATCH:
        said["batch"] = _BATCH
    message = f"{name} takes {float(records):.3g} of its records at a time; a window of {_WINDOW} gathers more, up to {_BATCH}."
    yield Option("lambda.batch", message, (_triggers(name, spec, place, said),), f"a record waits for up to {_WINDOW}")


def _source(name: str, spec: Function, trigger: Trigger) -> Iterable[Option]:
    waits = source_limits.waits_ms(trigger)
    if waits is None or spec.timeout_ms <= waits or high(spec.duration) <= waits:
        return
    share = share_above(spec.duration, waits)
    seconds = max(1, int(waits / units.MS_PER_SECOND) - 1)
    message = (
        f"{trigger.via} waits {float(waits) / 1000:g} s for {name}, which may run {spec.timeout_ms / 1000:f} s: "
        f"{share * 100:.2g}% of the answers come too late, and are billed."
    )
    change = Change(f"functions.{name}.timeout", f"{seconds} s")
    yield Option("lambda.source-timeout", message, (change,), "what runs longer is ended", "risk")


def _visibility(name: str, spec: Function, trigger: Trigger, place: int) -> Iterable[Option]:
    advised = spec.timeout_ms * source_limits.VISIBLE_TIMES + (trigger.window_ms or 0)
    if trigger.via in QUEUES and trigger.visibility_timeout_ms < advised:
        message = (
            f"The queue hides a message for {trigger.visibility_timeout_ms / 1000:f} s; {name} may run {spec.timeout_ms / 1000:f} s, "
            f"and AWS advises six times that."
        )
        change = _triggers(name, spec, place, {"visibility_timeout": f"{advised / 1000:f} s"})
        yield Option("lambda.visibility-timeout", message, (change,), "", "risk")


def _caller(name: str, spec: Function, usage: Usage, ctx: Context) -> Iterable[Option]:
    for caller in source_limits.impatient(spec, usage, ctx):
        if caller.outlasting < _OUTLASTS:
            continue
        wasted = usage.gb_seconds.monthly * caller.flow_share * caller.outlasting
        who = caller.address.partition(".")[2]
        message = (
            f"{who} ends after {float(caller.waits_ms) / 1000:g} s; {float(caller.outlasting) * 100:.2g}% of its calls of {name} "
            f"run on, and bill {float(wasted):,.0f} GB-seconds a month or more for nobody."
        )
        change = Change(
            f"functions.{who}.timeout", f"{min(Decimal(MAX_TIMEOUT_MS), spec.timeout_ms + 1000) / 1000:f} s"
        )
        yield Option("lambda.caller-gives-up", message, (change,), "", "risk")


def _polling(name: str, spec: Function, usage: Usage) -> Iterable[Option]:
    flows_by_name = [shape for shape, _ in usage.invocations.terms]
    runs = usage.invocations.monthly
    if not flows_by_name or any(not shape.starts for shape in flows_by_name) or runs < _POLLS_A_MONTH:
        return
    every = units.MONTH_SECONDS / float(runs)
    found = next(((i, t) for i, t in enumerate(spec.triggers) if t.finds is not None), None)
    message = f"{name} polls every {every:,.3g} s, {float(runs):,.6g} times a month, whether there is work or not: an event would run it only then."
    if found is None:
        hint = "; say what share of runs `finds` something to see the saving."
        yield Option("lambda.poll-to-event", message[:-1] + hint, (), "the source has to send the event", "risk")
        return
    place, trigger = found
    change = _triggers(name, spec, place, {"finds": None, "chance": f"{(trigger.finds or Decimal(1)) * 100:f}%", "via": "eventbridge"})  # fmt: skip
    yield Option("lambda.poll-to-event", message, (change,), "the source has to send the event")


def _triggers(name: str, spec: Function, place: int, said: Mapping[str, Any]) -> Change:
    """The whole list of triggers with some words of one changed; None takes a word away."""
    listed = [_written(one, said if i == place else {}) for i, one in enumerate(spec.triggers)]
    return Change(f"functions.{name}.triggers", listed)


_SIZES = ((units.BYTES_PER_MB, "MB"), (units.BYTES_PER_KB, "KB"), (1, "B"))


def _written(trigger: Trigger, said: Mapping[str, Any]) -> dict[str, Any]:
    """A trigger as the scenario writes it."""
    out: dict[str, Any] = {}
    for field in trigger.model_fields_set:
        value = getattr(trigger, field)
        if value is not None:
            out[Trigger.model_fields[field].alias or field] = _word(field, value)
    for word, value in said.items():
        out.pop(word, None)
        if value is not None:
            out[word] = value
    return dict(sorted(out.items(), key=lambda item: list(Trigger.model_fields).index(_field(item[0]))))


def _field(word: str) -> str:
    return next((name for name, field in Trigger.model_fields.items() if field.alias == word), word)


def _word(field: str, value: Any) -> Any:  # noqa: ANN401  any word's value
    if field.endswith("_ms"):
        return f"{value / units.MS_PER_SECOND:f} s"
    if field in {"chance", "filter", "finds"}:
        return f"{value * 100:f}%"
    if field == "pollers":
        return {"min": value.least, "max": value.most} | ({"per-unit": value.per_unit} if value.per_unit > 1 else {})
    if field == "payload":
        return _size(value) if value.fixed else {f"p{(s * 100).normalize():f}": f"{b:f} B" for s, b in value.points}
    if field == "retries":
        return "forever" if value < 0 else value
    return value


def _size(payload: Any) -> str:  # noqa: ANN401  a distribution
    size = Decimal(str(quantile(payload, 0.5)))
    unit, word = next((u, w) for u, w in _SIZES if (size >= u and size % u == 0) or u == 1)
    return f"{(size / unit).normalize():f} {word}"
