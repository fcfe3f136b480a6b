"""Verdicts in words, the same for every format: figures, where, why, and a way out. It judges nothing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from capplan.pipeline.results import Finding, FindingChange, Plan, PlannedLimit, PlannedResource, SuggestedFix, Verdict
from capplan.pricing.rating import LineItem
from capplan.quantities.rounding import to_quantity
from capplan.report import numbers

SPEC_CONFIG = ("BROKEN", "warning", "waived", "ok")
"""What a verdict is called, the worst first."""
_DEAREST = 3
_SMALL = Decimal("0.01")
_SCALES = {
    "ms": (("h", 3_600_000), ("min", 60_000), ("s", 1_000)),
    "bytes": (("TB", 2**40), ("GB", 2**30), ("MB", 2**20), ("KB", 2**10)),
}
_TIGHT = frozenset({"throttled", "headroom", "hottest", "broken"})
"""What an observable ends with that the tightest limit of its resource explains."""
_FOUR_DIGITS = Context(prec=4, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Way:
    """A way out of a broken gate: what it gives, what it gives up, what to write."""

    message: str
    gives_up: str
    change: tuple[FindingChange, ...]
    gives: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict with everything a format may show of it."""

    verdict: Verdict
    word: str
    name: str
    observed: str
    limit: str
    margin: str
    line: str
    where: str
    sentence: str
    why: str
    waiver: str
    ways: tuple[Way, ...]


def told(plan: Plan) -> tuple[Told, ...]:
    """Every gate of a plan, in file order."""
    return tuple(_told(plan, gate) for gate in plan.gates)


def ranked(gates: Sequence[Told]) -> list[Told]:
    """Broken, warning, waived, ok, and by margin within each."""
    return sorted(
        gates,
        key=lambda t: (
            SPEC_CONFIG.index(t.word),
            t.verdict.margin is None,
            t.verdict.margin or Decimal(0),
            t.verdict.line,
            t.verdict.column,
        ),
    )


def _told(plan: Plan, gate: Verdict) -> Told:
    name, owner = gate_name(gate), _owner(plan, gate)
    observed, limit = figure(gate.observed, gate), f"{gate.operator} {figure(gate.limit, gate)}"
    failed = gate.verdict != "pass"
    return Told(
        gate,
        verdict_word(gate),
        name,
        observed,
        limit,
        "" if gate.margin is None else numbers.share(gate.margin),
        str(gate.line) if gate.line else gate.source or "--budget",
        f"{plan.file}:{gate.line}:{gate.column}" if gate.line else gate.source or "--budget",
        f"{name} is {observed}, limit {limit}",
        gate.why or (_why(plan, gate, owner) if failed else ""),
        _waiver(gate),
        _ways_out(plan, gate, owner) if failed else (),
    )


def verdict_word(gate: Verdict) -> str:
    """`ok`, `waived`, `warning` or `BROKEN`."""
    if gate.verdict != "fail":
        return "ok" if gate.verdict == "pass" else "waived"
    return "BROKEN" if gate.level == "deny" else "warning"


def summary(gates: Sequence[Verdict]) -> str:
    """The verdicts in a few words."""
    words = [verdict_word(g) for g in gates]
    broken, warned, waived = (words.count(word) for word in SPEC_CONFIG[:3])
    if not words:
        return "no gates written"
    tail = "".join(f", {count}" for count in (
        numbers.count(warned, "warning") if warned else "", f"{waived} waived" if waived else ""
    ) if count)  # fmt: skip
    if broken:
        return f"{broken} of {numbers.count(len(words), 'gate')} BROKEN{tail}"
    if not warned and not waived:
        return "the gate holds" if len(words) == 1 else f"all {len(words)} gates hold"
    return f"no gate of {len(words)} broken{tail}"


def gate_name(gate: Verdict) -> str:
    """What the gate observes: the side of its deciding comparison that is held against the other."""
    return gate.subject or gate.gate.split()[0]


# --- figures ---------------------------------------------------------------------------------------------------------


def figure(value: Decimal, gate: Verdict) -> str:
    """A gate's figure; with every digit where rounding would make observed and limit look the same."""
    text = rounded(value, gate.unit)
    same = gate.observed != gate.limit and rounded(gate.observed, gate.unit) == rounded(gate.limit, gate.unit)
    if not same:
        return text
    exact = (value * 100 if gate.unit == "%" else value).normalize()
    return f"{exact:,f}" + ("%" if gate.unit == "%" else f" {gate.unit}" if gate.unit in _SCALES else "")


def rounded(value: Decimal, unit: str) -> str:
    """A figure in an observable's unit, as a person reads it."""
    if unit == "USD":
        return numbers.usd(value) if not value or abs(value) >= _SMALL else f"{_FOUR_DIGITS.plus(value).normalize():f}"
    if unit == "%":
        return numbers.value(value, unit)
    scales = _SCALES.get(unit)
    if scales is not None:
        word, size = next(((w, s) for w, s in scales if abs(value) >= s), (unit, 1))
        return f"{_FOUR_DIGITS.plus(value / size).normalize():f} {word}"
    return f"{to_quantity(value).normalize():,f}" + (unit if unit.startswith("/") else f" {unit}" if unit else "")


# --- why, and what to do ---------------------------------------------------------------------------------------------


def _waiver(gate: Verdict) -> str:
    one = gate.waiver
    if one is None:
        return ""
    until = f"{one.expires}, given by {one.owner}: {one.reason}"
    return {
        "waived": f"waived through {until}",
        "expired": f"its waiver ended with {until}",
        "not needed": f"its waiver is not needed (through {until})",
    }[one.state]


def _owner(plan: Plan, gate: Verdict) -> PlannedResource | None:
    """The resource a gate observes, None for the whole."""
    names = gate.names or (gate_name(gate),)
    return next(
        (r for name in names for r in plan.resources if name.startswith((f"{r.label}.", f"{r.address}."))), None
    )


def _why(plan: Plan, gate: Verdict, owner: PlannedResource | None) -> str:
    """The dearest lines for money; else the tightest limit of what is observed, where one explains it."""
    if gate.unit == "USD" or "cost" in gate_name(gate):
        return _dearest(plan, gate, owner)
    last = [name.rpartition(".")[2] for name in gate.names or (gate_name(gate),)]
    words = {word for name in gate.names for word in re.split(r"[._]", name)} - {"used", "load", "account", "peak"}
    own = [p for p in plan.limits if owner is None or f"{p.check.resource}.".startswith(f"{owner.label}.")]
    shared = [p for p in plan.limits if p.check.resource == "account"]
    found = [p for p in (*own, *shared) if words & set(re.split(r"[._]", p.check.limit))]
    if not found and _TIGHT & set(last):
        found = own
    tightest = min(found, key=lambda p: (p.headroom, p.check.limit), default=None)
    return _tightest(tightest) if tightest else ""


def _dearest(plan: Plan, gate: Verdict, owner: PlannedResource | None) -> str:
    if gate_name(gate).endswith("worst_run"):
        return ""
    lines = lines_by_label(plan)
    service = gate_name(gate).partition(".")[2]
    known = {x.service for own in lines.values() for x in own}
    every = (
        lines[owner.label]
        if owner
        else [x for own in lines.values() for x in own if service not in known or service == x.service]
    )
    dear = sorted(every, key=lambda x: (-x.contracted_cost, x.id))[:_DEAREST]
    return ("dearest: " if dear else "") + ", ".join(f"{x.id} {numbers.usd(x.contracted_cost)}" for x in dear)


def _tightest(limit: PlannedLimit) -> str:
    c = limit.check
    when = f"{limit.at}: " if limit.at else ""
    state = numbers.over(limit.headroom) if limit.breached else f"{numbers.share(limit.headroom)} free"
    return f"{when}{limit_name(limit)} gets {numbers.rate(c.load)} {c.unit} and takes {numbers.rate(c.quota)}, {state}"


def limit_name(limit: PlannedLimit) -> str:
    """The resource and the limit: `orders partition.write`, `account lambda.concurrency`."""
    service, _, own = limit.check.limit.partition(".")
    return f"{limit.check.resource} {f'{service}.{own}' if limit.check.resource == 'account' else own}"


def lines_by_label(plan: Plan) -> dict[str, list[LineItem]]:
    """Each resource's lines of the month, the dearest first."""
    out: dict[str, list[LineItem]] = {r.label: [] for r in plan.resources}
    for line in plan.lines:
        if line.charge_frequency != "one_time":
            out[_label_of(line, out)].append(line)
    for own in out.values():
        own.sort(key=lambda x: (-x.contracted_cost, x.id))
    return out


def _label_of(line: LineItem, labels: Mapping[str, object]) -> str:
    """The label a line's id begins with: a name, or a section and a name where two share one."""
    first, second, *_ = line.charge_id.split(".")
    return first if first in labels else f"{first}.{second}"


def _ways_out(plan: Plan, gate: Verdict, owner: PlannedResource | None) -> tuple[Way, ...]:
    """What would help, with what it gives; where nobody planned again, the best savings or the risks."""
    if gate.ways is not None:
        return tuple(_way(way.finding, _gives(way, gate)) for way in gate.ways)
    wanted = "saving" if gate.unit == "USD" or "cost" in gate_name(gate) else "risk"
    found = [
        f for f in plan.findings if f.severity == wanted and f.change and (owner is None or f.resource == owner.label)
    ]
    return tuple(_way(f, "") for f in found[:_DEAREST])


def _way(f: Finding, gives: str) -> Way:
    saves = f"saves {numbers.usd(f.monthly_saving)} a month: " if f.monthly_saving else ""
    return Way(saves + f.message, f.gives_up, f.change, gives)


def _gives(way: SuggestedFix, gate: Verdict) -> str:
    """What the gate is then: `gives 0%: it holds`."""
    if way.holds is None:
        return ""
    seen = "" if way.observed is None else f"gives {rounded(way.observed, gate.unit)}: "
    return f"{seen}{'it holds' if way.holds else 'not enough alone'}"
