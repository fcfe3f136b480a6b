"""A function's triggers as the scenario writes them, for recommendations that change one."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from capplan import units
from capplan.model import Change
from capplan.quantities.distribution import Distribution, quantile
from capplan.services.lambda_.sources.trigger import Trigger
from capplan.services.lambda_.spec import Function


def with_keys(name: str, spec: Function, keys: Mapping[int, Mapping[str, Any]]) -> tuple[Change, ...]:
    """Some keys of some triggers, by their index, changed; None removes a key.

    What stands at the resource that a trigger reads, such as the visibility timeout of a queue, is changed there; the
    rest in the list of triggers, which is written anew.
    """
    own: dict[int, dict[str, Any]] = {}
    out: list[Change] = []
    for index, of_one in keys.items():
        trigger = spec.triggers[index]
        for key, value in of_one.items():
            place = place_of(name, trigger, index, key)
            if place == f"functions.{name}.triggers.{index}.{key}":
                own.setdefault(index, {})[key] = value
            else:
                out.append(Change(place, value))
    if own:
        triggers = [_written(trigger, own.get(index, {})) for index, trigger in enumerate(spec.triggers)]
        out.insert(0, Change(f"functions.{name}.triggers", triggers))
    return tuple(out)


def place_of(name: str, trigger: Trigger, index: int, key: str) -> str:
    """Where a key of a trigger is written: at the trigger, or at what it reads."""
    there = trigger.emitter.settings.get(key) if trigger.stream is not None else None
    if there is None:
        return f"functions.{name}.triggers.{index}.{key}"
    return f"{trigger.emitter.section}.{trigger.stream}.{there}"


def _written(trigger: Trigger, keys: Mapping[str, Any]) -> dict[str, Any]:
    """A trigger as the scenario writes it, its keys in the order of the reference."""
    fields = Trigger.model_fields
    key_of = {field: info.alias or field for field, info in fields.items()}
    values = {field: getattr(trigger, field) for field in trigger.model_fields_set if field != "emitter"}
    out = {key_of[field]: _value(field, value) for field, value in values.items() if value is not None} | dict(keys)
    ordered = {key: out[key] for key in key_of.values() if out.get(key) is not None}
    if trigger.stream is None:
        return ordered
    read = {trigger.emitter.word: trigger.emitter.written or trigger.stream}
    return read | {k: v for k, v in ordered.items() if k != "stream" and k not in trigger.emitter.settings}


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
