"""Two plans side by side for programs and for a comment: JSON, CSV, Markdown, annotations. It compares nothing."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan.commands.diff import Difference, InputChange, LimitChange, MoneyChange
from capplan.commands.saved_plan import SnapLimit, Snapshot
from capplan.quantities.rounding import to_quantity
from capplan.report import numbers
from capplan.report.checked import change_words
from capplan.report.delimited import cell, csv_text
from capplan.report.diff_text import limit_word, limit_words, word_of
from capplan.report.markdown import MOST_CHARACTERS, marker, table
from capplan.report.markup import annotation_property, annotation_text, code, md
from capplan.report.plan_json import number

SCHEMA = "capplan.diff/1"
CSV_HEAD = ("what", "name", "base", "head", "change")


def diff_record(found: Difference) -> dict[str, Any]:
    """The record `capplan.diff/1`."""
    return {
        "schema": SCHEMA,
        "base": _side(found.base, found.base_source),
        "head": _side(found.head, found.head_source),
        "currency": "USD",
        "monthly_cost": _amounts(found.base.monthly_cost, found.head.monthly_cost),
        "one_time_cost": _amounts(found.base.one_time_cost, found.head.one_time_cost),
        "inputs": [{"path": x.path, "base": x.base, "head": x.head} for x in found.inputs],
        "inputs_known": bool(found.base.inputs and found.head.inputs),
        "cost_by_service": [_money("service", x) for x in found.services],
        "resources": [_money("resource", x) for x in found.resources],
        "line_items": [_money("id", x) for x in found.lines],
        "limits": [_limit(x) for x in found.limits],
        "gates": [{"gate": x.gate, "base": word_of(x.base), "head": word_of(x.head)} for x in found.gates],
    }


def _side(one: Snapshot, source: str) -> dict[str, Any]:
    return {
        "source": source,
        "name": one.name,
        "region": one.region,
        "sha256": one.sha256,
        "prices_sha256": one.prices_sha256,
    }


def _amounts(base: Decimal, head: Decimal) -> dict[str, str | None]:
    share = to_quantity(Fraction(head - base) / Fraction(abs(base))) if base else None
    return {"base": number(base), "head": number(head), "change": number(head - base), "change_share": number(share)}


def _money(word: str, one: MoneyChange) -> dict[str, Any]:
    return {word: one.label, "base": number(one.base), "head": number(one.head), "change": number(one.change)}


def _limit(one: LimitChange) -> dict[str, Any]:
    return {
        "resource": one.resource,
        "limit": one.limit,
        "base": _state(one.base),
        "head": _state(one.head),
        "change": number(one.change),
    }


def _state(one: SnapLimit | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "headroom": number(one.headroom),
        "breached": one.breached,
        "load": number(one.load),
        "quota": number(one.quota),
    }


def diff_csv(found: Difference) -> str:
    """A row for everything that changed, and one for the total; amounts in USD, headroom as a share."""
    return csv_text(CSV_HEAD, _rows(found))


def _rows(found: Difference) -> Iterable[Sequence[str]]:
    yield "total", "monthly_cost", *_figures(found.base.monthly_cost, found.head.monthly_cost, found.change)
    for one in found.inputs:
        yield "input", cell(one.path), cell(one.base or ""), cell(one.head or ""), ""
    for what, rows in (("service", found.services), ("resource", found.resources), ("line", found.lines)):
        for money in rows:
            if money.change:
                yield what, cell(money.label), *_figures(money.base, money.head, money.change)
    for limit in found.limits:
        if limit.change:
            rooms = (limit.base.headroom if limit.base else None, limit.head.headroom if limit.head else None)
            yield "headroom", cell(limit_words(limit.resource, limit.limit)), *_figures(*rooms, limit.change)
    for gate in found.gates:
        if word_of(gate.base) != word_of(gate.head):
            yield "gate", cell(gate.gate), word_of(gate.base), word_of(gate.head), ""


def _figures(base: Decimal | None, head: Decimal | None, change: Decimal) -> tuple[str, str, str]:
    return number(base) or "", number(head) or "", number(change) or ""


def diff_markdown(found: Difference) -> str:
    """For a comment: the bill in one line, then what was written, what it moves; cut to what a comment holds."""
    for most in (40, 10, 0):
        text = _markdown(found, most)
        if len(text) <= MOST_CHARACTERS:
            return text
    return text[:MOST_CHARACTERS]


def _markdown(found: Difference, most: int) -> str:
    base, head = found.base, found.head
    change = change_words(base.monthly_cost, found.change)
    amounts = f"{numbers.usd(base.monthly_cost)} to {numbers.usd(head.monthly_cost)}"
    moved = [x for x in found.resources if x.change]
    limits = [x for x in found.limits if x.breaks or x.mended]
    gates = [x for x in found.gates if word_of(x.base) != word_of(x.head)]
    blocks = [
        f"{marker(head.name)}\n**{md(head.name)}: {change} USD a month**, {amounts}",
        _section("written", ("", "base", "head"), "lrr", [_input(x) for x in found.inputs], most),
        _section("resource", ("", "base", "head", "USD/month"), "lrrr", [*(_row(x) for x in moved)], most),
        _section("headroom", ("", "base", "head", ""), "lrrl", [_limit_row(x) for x in limits], most),
        _section(
            "gate", ("", "base", "head"), "lll", [[code(x.gate), word_of(x.base), word_of(x.head)] for x in gates], most
        ),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _section(word: str, head: Sequence[str], right: str, rows: Sequence[Sequence[str]], most: int) -> str:
    return table((word, *head[1:]), right, rows[:most], len(rows) - most) if rows and most else ""


def _input(one: InputChange) -> list[str]:
    return [code(one.path), *("(none)" if x is None else code(x[:200]) for x in (one.base, one.head))]


def _row(one: MoneyChange) -> list[str]:
    base = "new" if one.base is None else numbers.usd(one.base)
    head = "gone" if one.head is None else numbers.usd(one.head)
    return [code(one.label), base, head, numbers.usd(one.change, sign=True)]


def _limit_row(one: LimitChange) -> list[str]:
    rooms = [numbers.share(x.headroom) if x else "" for x in (one.base, one.head)]
    return [code(limit_words(one.resource, one.limit)), *rooms, limit_word(one)[0]]


def diff_annotations(found: Difference) -> str:
    """What the change does, as one notice; what it breaks, as a warning each."""
    change = change_words(found.base.monthly_cost, found.change)
    amounts = f"{numbers.usd(found.base.monthly_cost)} to {numbers.usd(found.head.monthly_cost)} USD a month, {change}"
    out = [("notice", found.head.name, amounts)]
    out += [
        ("warning", limit_words(x.resource, x.limit), f"{limit_words(x.resource, x.limit)} breaks")
        for x in found.limits
        if x.breaks
    ]
    out += [
        ("warning", x.gate, f"{x.gate}: was {word_of(x.base)}, is {word_of(x.head)}")
        for x in found.gates
        if word_of(x.head) in ("BROKEN", "warning") and word_of(x.base) != word_of(x.head)
    ]
    return "".join(f"::{w} title={annotation_property(f'capplan: {t}')}::{annotation_text(m)}\n" for w, t, m in out)
