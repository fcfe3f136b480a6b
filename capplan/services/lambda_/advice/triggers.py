"""Other ways to write a function's triggers and callers: larger batches, longer timeouts, events instead of polling."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan import units
from capplan.model import Change, Context, Option
from capplan.quantities.distribution import Distribution, quantile, share_above
from capplan.services.lambda_.quotas import TIMEOUT_MAX, VISIBILITY_TIMEOUT_FACTOR
from capplan.services.lambda_.sources import limits as source_limits
from capplan.services.lambda_.sources.trigger import QUEUES, Trigger
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage, high

_POLLS_A_MONTH = 4380
"""A run every ten minutes."""
_WINDOW = "5 s"
_BATCH = 100
_OUTLASTING = Fraction(1, 1000)


def options(name: str, spec: Function, usage: Usage, ctx: Context) -> Iterable[Option]:
    """Larger batches, sources and callers that time out first, messages that are visible too soon, polling."""
    for stream in usage.streams:
        if stream.trigger is not None:
            trigger = spec.triggers[stream.trigger]
            yield from _batch(name, spec, trigger, stream.trigger, stream.records)
            yield from _source_timeout(name, spec, trigger)
            yield from _visibility(name, spec, trigger, stream.trigger)
    yield from _caller_timeout(name, spec, usage, ctx)
    yield from _polling(name, spec, usage)


def _batch(name: str, spec: Function, trigger: Trigger, index: int, records: Fraction) -> Iterable[Option]:
    if spec.per_record_ms is None or trigger.source not in {"dynamodb", "kinesis", "sqs"} or trigger.window_ms:
        return
    keys: dict[str, Any] = {"window": _WINDOW}
    if (trigger.batch or 0) < _BATCH:
        keys["batch"] = _BATCH
    message = f"An invocation of {name} takes {float(records):.3g} records; a batch window of {_WINDOW} collects more, up to {_BATCH}."
    change = _with_keys(name, spec, index, keys)
    yield Option("lambda.batch", message, (change,), f"a record waits for up to {_WINDOW}")


def _source_timeout(name: str, spec: Function, trigger: Trigger) -> Iterable[Option]:
    source_ms = source_limits.source_timeout_ms(trigger)
    if source_ms is None or spec.timeout_ms <= source_ms or high(spec.duration) <= source_ms:
        return
    late = share_above(spec.duration, source_ms)
    seconds = max(1, int(source_ms / units.MS_PER_SECOND) - 1)
    message = (
        f"{trigger.via} waits {_seconds(source_ms)} for {name}, which may run {_seconds(spec.timeout_ms)}: "
        f"{late * 100:.2g}% of the answers come too late, and are billed."
    )
    change = Change(f"functions.{name}.timeout", f"{seconds} s")
    yield Option("lambda.source-timeout", message, (change,), "longer invocations are stopped", "risk", urgency="now")


def _visibility(name: str, spec: Function, trigger: Trigger, index: int) -> Iterable[Option]:
    advised_ms = spec.timeout_ms * VISIBILITY_TIMEOUT_FACTOR + (trigger.window_ms or 0)
    if trigger.via in QUEUES and trigger.visibility_timeout_ms < advised_ms:
        message = (
            f"The queue's visibility timeout is {_seconds(trigger.visibility_timeout_ms)}; {name} may run "
            f"{_seconds(spec.timeout_ms)}, and AWS advises {VISIBILITY_TIMEOUT_FACTOR} times that."
        )
        change = _with_keys(name, spec, index, {"visibility_timeout": f"{advised_ms / 1000:f} s"})
        yield Option("lambda.visibility-timeout", message, (change,), "", "risk")


def _caller_timeout(name: str, spec: Function, usage: Usage, ctx: Context) -> Iterable[Option]:
    for caller in source_limits.callers_ending_first(spec, usage, ctx):
        if caller.outlasting < _OUTLASTING:
            continue
        wasted = usage.gb_seconds.monthly * caller.flow_share * caller.outlasting
        function = caller.address.partition(".")[2]
        message = (
            f"{function} times out after {_seconds(caller.timeout_ms)}; {float(caller.outlasting) * 100:.2g}% of its calls of "
            f"{name} run longer, and bill at least {float(wasted):,.0f} GB-seconds a month for answers that nobody receives."
        )
        timeout = f"{min(Decimal(TIMEOUT_MAX.value), spec.timeout_ms + 1000) / 1000:f} s"
        change = Change(f"functions.{function}.timeout", timeout)
        action = f"Lengthen the timeout of {function}, which calls {{name}}"
        yield Option("lambda.caller-gives-up", message, (change,), "", "risk", action=action, urgency="now")


def _seconds(ms: Fraction | Decimal) -> str:
    return f"{float(ms) / 1000:g} s"


def _polling(name: str, spec: Function, usage: Usage) -> Iterable[Option]:
    profiles = [profile for profile, _ in usage.invocations.terms]
    runs = usage.invocations.monthly
    if not profiles or any(not profile.starts for profile in profiles) or runs < _POLLS_A_MONTH:
        return
    interval_s = units.MONTH_SECONDS / float(runs)
    message = (
        f"{name} polls every {interval_s:,.3g} s, {float(runs):,.6g} times a month, whether there is work or not: an event "
        f"would invoke it only when there is"
    )
    gives_up = "the source must send the event"
    index = next((i for i, trigger in enumerate(spec.triggers) if trigger.finds is not None), None)
    if index is None:
        hint = "; write the share of runs that find something (`finds`) to see the saving."
        yield Option("lambda.poll-to-event", message + hint, (), gives_up, "risk")
        return
    chance = f"{(spec.triggers[index].finds or Decimal(1)) * 100:f}%"
    change = _with_keys(name, spec, index, {"finds": None, "chance": chance, "via": "eventbridge"})
    yield Option("lambda.poll-to-event", f"{message}.", (change,), gives_up)


# --- triggers as the scenario writes them -----------------------------------------------------------------------------


def _with_keys(name: str, spec: Function, index: int, keys: Mapping[str, Any]) -> Change:
    """The list of triggers with some keys of one changed; None removes a key."""
    triggers = [_written(trigger, keys if i == index else {}) for i, trigger in enumerate(spec.triggers)]
    return Change(f"functions.{name}.triggers", triggers)


def _written(trigger: Trigger, keys: Mapping[str, Any]) -> dict[str, Any]:
    """A trigger as the scenario writes it, its keys in the order of the reference."""
    fields = Trigger.model_fields
    key_of = {field: info.alias or field for field, info in fields.items()}
    values = {field: getattr(trigger, field) for field in trigger.model_fields_set}
    out = {key_of[field]: _value(field, value) for field, value in values.items() if value is not None} | dict(keys)
    return {key: out[key] for key in key_of.values() if out.get(key) is not None}


def _value(field: str, value: Any) -> Any:  # noqa: ANN401  any key's value
    if field.endswith("_ms"):
        return f"{value / units.MS_PER_SECOND:f} s"
    if field in {"chance", "filter", "finds"}:
        return f"{value * 100:f}%"
    if field == "pollers":
        per_unit = {"per-unit": value.per_unit} if value.per_unit > 1 else {}
        return {"min": value.min_pollers, "max": value.max_pollers} | per_unit
    if field == "payload":
        return _size(value) if value.fixed else {f"p{(s * 100).normalize():f}": f"{b:f} B" for s, b in value.points}
    if field == "retries":
        return "forever" if value < 0 else value
    return value


_SIZES = ((units.BYTES_PER_MB, "MB"), (units.BYTES_PER_KB, "KB"), (1, "B"))


def _size(payload: Distribution) -> str:
    size = Decimal(str(quantile(payload, 0.5)))
    factor, unit = next((f, unit) for f, unit in _SIZES if (size >= f and size % f == 0) or f == 1)
    return f"{(size / factor).normalize():f} {unit}"
