"""A function's triggers as the scenario writes them, for recommendations that change one."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from capplan import units
from capplan.model import Change
from capplan.quantities.distribution import Distribution, quantile
from capplan.services.lambda_.sources.trigger import Trigger
from capplan.services.lambda_.spec import Function


def with_keys(name: str, spec: Function, keys: Mapping[int, Mapping[str, Any]]) -> Change:
    """The list of triggers with some keys of some, by their index, changed; None removes a key."""
    triggers = [_written(trigger, keys.get(index, {})) for index, trigger in enumerate(spec.triggers)]
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
