"""The sections `gates` and `prices`. It judges no gate and rates nothing."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from capplan.quantities import read_money
from capplan.reading.nearest import nearest
from capplan.reading.scalars import shown
from capplan.scenario.gate_syntax import Gate, GateError, read_gate
from capplan.scenario.reader import Path, Reader
from capplan.scenario.wording import found_kind


def gates_of(reader: Reader) -> tuple[Gate, ...]:
    """The gates, each with its line and column."""
    raw = reader.data.get("gates")
    if raw is None:
        return ()
    out: list[Gate] = []
    for path, item in reader.listed(raw, ("gates",)):
        level: Literal["deny", "warn"] = "deny"
        where: Path = path
        text = item
        if isinstance(item, Mapping) and len(item) == 1 and next(iter(item)) in ("warn", "deny"):
            level = next(iter(item))
            where, text = (*path, level), item[level]
        if not isinstance(text, str):
            close = nearest(next(iter(item)), ("warn", "deny")) if isinstance(item, Mapping) and item else None
            hint = f"did you mean '{close}'? write" if close else "write"
            reader.say(
                where,
                "a gate is one line of text",
                f"{hint} cost.monthly <= 2500 USD, or {{warn: orders.headroom > 30%}}",
            )
            continue
        mark = reader.doc.mistake(where, "")
        try:
            out.append(read_gate(text, level, mark.line, mark.column, mark.excerpt))
        except GateError as error:
            reader.say(where, "this gate is not understood", str(error))
    return tuple(out)


def prices_of(reader: Reader) -> dict[str, Decimal]:
    """The user's own prices in USD, by price key."""
    from capplan.pricing.catalogue import known_keys  # noqa: PLC0415

    out: dict[str, Decimal] = {}
    raw = reader.data.get("prices")
    if raw is not None and not isinstance(raw, Mapping):
        reader.say(["prices"], "expected price keys under 'prices'", "such as dynamodb.backup.pitr_gb_month: 0.2 USD")
        return out
    for key, value in (raw or {}).items():
        known = known_keys(key.partition(".")[0])
        if key not in known:
            close = nearest(key, known)
            hint = f"did you mean '{close}'?" if close else "capplan prices list REGION shows all keys"
            reader.say(["prices", key], f"{shown(key)} is no price key", hint, key=True)
            continue
        try:
            out[key] = read_money(value)
        except Exception:  # noqa: BLE001  a pydantic error outside a model
            mark = reader.doc.locate(["prices", key])
            what = (
                f"{value} has no unit" if isinstance(value, Decimal) else f"{mark.text or found_kind(mark)} is no price"
            )
            reader.say(["prices", key], what, "expected an amount in USD, such as 0.2 USD")
    return out
