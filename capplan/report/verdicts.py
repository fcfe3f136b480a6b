"""Words the verdict on each gate, the same for every format: figures, place, cause, and suggested fixes."""

import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING

from capplan.pipeline.results import Finding, FindingChange, Plan, PlannedLimit, PlannedResource, SuggestedFix, Verdict
from capplan.pricing.rating import LineItem
from capplan.quantities.rounding import to_quantity
from capplan.quantities.text import with_unit
from capplan.record import Record, replace
from capplan.report import numbers
from capplan.services import SERVICES

if TYPE_CHECKING:
    from capplan.commands.saved_plan import GateRecord

VERDICT_WORDS = ("failed", "warning", "waived", "passed")
"""What a verdict is called, the worst first."""
_SHOWN_CAUSES = 3
_CENT = Decimal("0.01")
_SCALES = {
    "ms": (("h", 3_600_000), ("min", 60_000), ("s", 1_000)),
    "bytes": (("TB", 2**40), ("GB", 2**30), ("MB", 2**20), ("KB", 2**10)),
}
_OF_LIMITS = frozenset({"throttled", "headroom", "hottest", "broken"})
"""Last words of observables that the limit with the least headroom explains."""
_LIMIT_LABELS = {limit: label for service in SERVICES for limit, label in service.limit_labels.items()}
_FOUR_DIGITS = Context(prec=4, rounding=ROUND_HALF_UP)


class Fix(Record, frozen=True):
    """A change that would help a failed gate.

    Attributes:
        message: What it saves and why, as a sentence.
        gives_up: The trade-off.
        outcome: What the gate observes then.
        action: What to do, in a few words.
        saving: USD a month.
        holds: Whether the gate passes then; None where that was not planned.
        observed: The figure of the gate then; empty where that is unknown.
        command: What writes it.
    """

    message: str
    gives_up: str
    change: tuple[FindingChange, ...]
    outcome: str = ""
    action: str = ""
    saving: Decimal | None = None
    holds: bool | None = None
    observed: str = ""
    command: str = ""


class VerdictText(Record, frozen=True):
    """A verdict, and everything a format shows of it.

    Attributes:
        word: One of VERDICT_WORDS.
        name: What is compared with the limit.
        line: The line of the scenario, or the option of the command line.
        where: The same, with the file.
    """

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
    fixes: tuple[Fix, ...]


def verdict_texts(plan: Plan) -> tuple[VerdictText, ...]:
    """Every gate of a plan, in file order."""
    return tuple(_verdict_text(plan, gate) for gate in plan.gates)


def ranked(gates: Sequence[VerdictText]) -> list[VerdictText]:
    """Failed, warning, waived, passed, and by margin within each."""
    return sorted(
        gates,
        key=lambda t: (
            VERDICT_WORDS.index(t.word),
            t.verdict.margin is None,
            t.verdict.margin or Decimal(0),
            t.verdict.line,
            t.verdict.column,
        ),
    )


def _verdict_text(plan: Plan, gate: Verdict) -> VerdictText:
    name, owner = gate_name(gate), _owner(plan, gate)
    observed, limit = figure(gate.observed, gate), f"{gate.operator} {figure(gate.limit, gate)}"
    failed = gate.verdict != "pass"
    return VerdictText(
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
        _fixes(plan, gate, owner) if failed else (),
    )


def verdict_word(gate: "Verdict | GateRecord | None") -> str:
    """`passed`, `waived`, `warning`, `failed`, or that there is no such gate."""
    if gate is None:
        return "not written"
    if gate.verdict != "fail":
        return "passed" if gate.verdict == "pass" else "waived"
    return "failed" if gate.level == "deny" else "warning"


def summary(gates: Sequence[Verdict]) -> str:
    """The verdicts in a few words."""
    words = [verdict_word(g) for g in gates]
    failed, warned, waived = (words.count(word) for word in VERDICT_WORDS[:3])
    if not words:
        return "no gates"
    tail = "".join(f", {count}" for count in (
        numbers.count(warned, "warning") if warned else "", f"{waived} waived" if waived else ""
    ) if count)  # fmt: skip
    if failed:
        return f"{failed} of {numbers.count(len(words), 'gate')} failed{tail}"
    if not warned and not waived:
        return "the gate passes" if len(words) == 1 else f"all {len(words)} gates pass"
    return f"no gate of {len(words)} failed{tail}"


def gate_name(gate: Verdict) -> str:
    """What the gate compares with its limit."""
    return gate.subject or gate.gate.split()[0]


# --- figures ---------------------------------------------------------------------------------------------------------


def figure(value: Decimal, gate: Verdict) -> str:
    """A gate's figure; with every digit where rounding would make observed and limit look the same."""
    text = rounded(value, gate.unit)
    same = gate.observed != gate.limit and rounded(gate.observed, gate.unit) == rounded(gate.limit, gate.unit)
    if not same:
        return text
    exact = (value * 100 if gate.unit == "%" else value).normalize()
    return numbers.below_zero(f"{exact:,f}") + (
        "%" if gate.unit == "%" else f" {gate.unit}" if gate.unit in _SCALES else ""
    )


def rounded(value: Decimal, unit: str) -> str:
    """A figure in an observable's unit, as a person reads it."""
    if unit == "USD":
        small = value and abs(value) < _CENT
        return numbers.below_zero(f"{_FOUR_DIGITS.plus(value).normalize():f}") if small else numbers.usd(value)
    if unit == "%":
        return numbers.value(value, unit)
    scales = _SCALES.get(unit)
    if scales is not None:
        word, size = next(((w, s) for w, s in scales if abs(value) >= s), (unit, 1))
        return numbers.below_zero(f"{_FOUR_DIGITS.plus(value / size).normalize():f} {word}")
    return numbers.below_zero(f"{to_quantity(value).normalize():,f}") + (
        unit if unit.startswith("/") else f" {unit}" if unit else ""
    )


# --- why, and what to do ---------------------------------------------------------------------------------------------


def _waiver(gate: Verdict) -> str:
    waiver = gate.waiver
    if waiver is None:
        return ""
    until = f"{waiver.expires}, by {waiver.owner}: {waiver.reason}"
    return {
        "waived": f"waived through {until}",
        "expired": f"the waiver expired after {until}",
        "not_needed": f"the waiver is not needed (through {until})",
    }[waiver.state]


def _owner(plan: Plan, gate: Verdict) -> PlannedResource | None:
    """The resource that a gate observes; None for the whole account."""
    names = gate.names or (gate_name(gate),)
    return next(
        (r for name in names for r in plan.resources if name.startswith((f"{r.label}.", f"{r.address}."))), None
    )


def _why(plan: Plan, gate: Verdict, owner: PlannedResource | None) -> str:
    """The largest costs of a cost gate; else the limit with the least headroom, where one explains what is observed."""
    if gate.unit == "USD" or "cost" in gate_name(gate):
        return _largest_costs(plan, gate, owner)
    names = gate.names or (gate_name(gate),)
    words = {word for name in gate.names for word in re.split(r"[._]", name)} - {"used", "load", "account", "peak"}
    of_owner = [p for p in plan.limits if owner is None or f"{p.check.resource}.".startswith(f"{owner.label}.")]
    shared = [p for p in plan.limits if p.check.resource == "account"]
    limits = [p for p in (*of_owner, *shared) if words & set(re.split(r"[._]", p.check.limit))]
    if not limits and _OF_LIMITS & {name.rpartition(".")[2] for name in names}:
        limits = of_owner
    tightest = min(limits, key=lambda p: (p.headroom, p.check.limit), default=None)
    return _limit_sentence(tightest) if tightest else ""


def _largest_costs(plan: Plan, gate: Verdict, owner: PlannedResource | None) -> str:
    if gate_name(gate).endswith("worst_run"):
        return ""
    lines = lines_by_label(plan)
    every = [x for of_resource in lines.values() for x in of_resource]
    service = gate_name(gate).partition(".")[2]
    if owner is not None:
        every = lines[owner.label]
    elif any(x.service == service for x in every):
        every = [x for x in every if x.service == service]
    largest = sorted(every, key=lambda x: (-x.contracted_cost, x.id))[:_SHOWN_CAUSES]
    return ("largest costs: " if largest else "") + ", ".join(
        f"{x.id} {numbers.usd(x.contracted_cost)}" for x in largest
    )


def _limit_sentence(limit: PlannedLimit) -> str:
    check = limit.check
    when = f"{limit.at}: " if limit.at else ""
    state = numbers.over(limit.headroom) if limit.breached else f"{numbers.share(limit.headroom)} headroom"
    load, quota = numbers.rate(check.load), numbers.rate(check.quota)
    return f"{when}{limit_name(check.resource, check.limit)} has {with_unit(load, check.unit)}, limit {quota}, {state}"


def limit_name(resource: str, limit: str) -> str:
    """The resource and the limit: `orders partition.write`, `account lambda.concurrency`."""
    return f"{resource} {limit if resource == 'account' else limit.partition('.')[2]}"


def limit_label(resource: str, limit: str) -> str:
    """The same in words: `orders: writes to one partition`; the account's own need no name before them."""
    _, _, rest = limit.partition(".")
    words = _LIMIT_LABELS.get(limit) or rest.replace("_", " ").replace(".", " ")
    if resource != "account":
        return f"{resource}: {words}"
    return f"account: {words}"


def lines_by_label(plan: Plan) -> dict[str, list[LineItem]]:
    """Each resource's lines of the month, the largest cost first."""
    out: dict[str, list[LineItem]] = {r.label: [] for r in plan.resources}
    for line in plan.lines:
        if line.charge_frequency != "one_time":
            out[_label_of(line, out)].append(line)
    for lines in out.values():
        lines.sort(key=lambda x: (-x.contracted_cost, x.id))
    return out


def _label_of(line: LineItem, labels: Mapping[str, object]) -> str:
    """The label that a line's id begins with: a name, or a section and a name where two resources share a name."""
    first, second, *_ = line.charge_id.split(".")
    return first if first in labels else f"{first}.{second}"


def _fixes(plan: Plan, gate: Verdict, owner: PlannedResource | None) -> tuple[Fix, ...]:
    """The fixes that were planned; where none were, the best savings for a cost gate, else the risks."""
    if gate.fixes is not None:
        return tuple(_planned_fix(fix, gate) for fix in gate.fixes)
    wanted = "saving" if gate.unit == "USD" or "cost" in gate_name(gate) else "risk"
    findings = [
        f for f in plan.findings if f.severity == wanted and f.change and (owner is None or f.resource == owner.label)
    ]
    return tuple(_fix(f, "") for f in findings[:_SHOWN_CAUSES])


def _planned_fix(fix: SuggestedFix, gate: Verdict) -> Fix:
    observed = "" if fix.observed is None else rounded(fix.observed, gate.unit)
    made = replace(_fix(fix.finding, _outcome(fix, gate)), holds=fix.holds, observed=observed, command=fix.command)
    if len(fix.numbers) > 1:
        chosen = ", ".join(map(str, fix.numbers[:-1]))
        return replace(made, action=f"Recommendations {chosen} and {fix.numbers[-1]} together")
    return made


def _fix(finding: Finding, outcome: str) -> Fix:
    saves = f"saves {numbers.usd(finding.monthly_saving)} a month: " if finding.monthly_saving else ""
    action = finding.action or finding.message
    return Fix(saves + finding.message, finding.gives_up, finding.change, outcome, action, finding.monthly_saving)


def _outcome(fix: SuggestedFix, gate: Verdict) -> str:
    """What the gate observes then: `then 0%: it passes`."""
    if fix.holds is None:
        return ""
    observed = "" if fix.observed is None else f"then {rounded(fix.observed, gate.unit)}: "
    return f"{observed}{'it passes' if fix.holds else 'not enough on its own'}"
