"""Finds which values of a scenario the bill corrects: rates of traffic first, then durations and counts of a resource.

A value is changed only where the plan's quantities follow it in proportion, which is tried by planning again.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from capplan.commands.reconcile.bill import Bill
from capplan.commands.reconcile.compare import reconcile
from capplan.commands.reconcile.planned import Place, used
from capplan.commands.reconcile.results import Corrected, Correction, Reconciliation
from capplan.errors import CapplanError
from capplan.language.load import build
from capplan.language.scenario import Scenario
from capplan.model import Change
from capplan.pipeline.what_if import apply, written
from capplan.services import SECTIONS

_STEP = Fraction(3, 2)
_SAME = Fraction(1, 100)
"""Quantities that differ by less are the same: the rest of a bill is never exact."""
_MOST = 100
"""A value that would have to be so many times another is not what differs."""
_MOST_TRIED = 200
_SHOWN = Decimal("0.001")
"""Accuracy is shown to a tenth of a percent."""
_RATE = re.compile(r"\s*\d[\d,_]*(?:\.\d+)?\s*[kMBT]?\s*/\s*[a-z]+\s*")
_NUMBER = re.compile(r"(\s*)(\d[\d,_]*(?:\.\d+)?)(.*)", re.DOTALL)
_COUNTED = (
    "duration",
    "items",
    "objects",
    "stored",
    "retention",
    "count",
    "write",
    "read",
    "min",
    "workers",
    "shards",
    "nodes",
)
"""Keys of a resource that a bill may correct, the likeliest first. Memory and sizes are known; what is done with them is not."""
_FOUR = Context(prec=4, rounding=ROUND_HALF_UP)


class _Knob(NamedTuple):
    """A value of the scenario, or several of one key that are changed together."""

    path: str
    leaves: tuple[str, ...]


def corrected(
    scenario: Scenario,
    bill: Bill,
    answer: Reconciliation,
    maps: Sequence[str],
    *,
    today: date | None = None,
    seed: int = 0,
) -> Corrected | None:
    """The scenario with what the bill corrects; None where its quantities are the plan's, or accuracy would not rise."""
    targets = {
        (line.region, line.price_key, line.resource): Fraction(line.billed_quantity or 0)
        for line in answer.lines
        if line.price_key and line.resource and line.planned_quantity and line.billed_quantity
        and not {"unexplained", "not_modeled"} & set(line.causes)
    }  # fmt: skip
    worth = {(line.region, line.price_key, line.resource): abs(line.planned) for line in answer.lines}
    trial = _Trial(scenario, bill, seed)
    differing = {place for place, target in targets.items() if _differs(target, trial.planned.get(place, Fraction(0)))}
    if not differing:
        return None
    found = [*_rates(trial, targets, worth), *_of_resources(trial, targets)]
    if not found:
        return None
    after = reconcile(trial.scenario, bill, maps, today=today, seed=seed)
    if not _rises(answer, after):
        return None
    return Corrected(
        tuple(found), tuple(trial.changes), tuple(_left(trial, targets, worth)), after.accuracy, after.planned,
        after.accuracy_by_sku,
    )  # fmt: skip


def _rises(before: Reconciliation, after: Reconciliation) -> bool:
    """Whether accuracy is more than it was, or is as much and that SKU by SKU is more; by what is shown of them."""
    then, now = (
        [Decimal(0) if share is None else share.quantize(_SHOWN, ROUND_HALF_UP) for share in shares]
        for shares in ((before.accuracy, before.accuracy_by_sku), (after.accuracy, after.accuracy_by_sku))
    )
    return now > then


def _words(key: str) -> str:
    return key.partition(".")[2].replace("_", " ").replace(".", ", ")


def _left(trial: "_Trial", targets: Mapping[Place, Fraction], worth: Mapping[Place, Decimal]) -> Iterator[str]:
    """What still differs, and costs a cent or more."""
    if trial.tried > _MOST_TRIED:
        yield f"the scenario has more than {_MOST_TRIED} values: the others were not tried"
    for place, target in sorted(targets.items()):
        now = trial.planned.get(place)
        if now and _differs(target, now) and worth[place] >= Decimal("0.01"):
            yield f"{place[2]}, {_words(place[1])}: {float(target / now):.3g} times what is planned then"


def _differs(target: Fraction, now: Fraction) -> bool:
    return abs(target - now) > _SAME * max(target, now)


class _Trial:
    """The scenario with the changes so far, and what it then needs."""

    def __init__(self, scenario: Scenario, bill: Bill, seed: int) -> None:
        self.base, self.scenario, self.bill, self.seed = scenario, scenario, bill, seed
        self.changes: list[Change] = []
        self.priced, self.planned = used(scenario, bill, seed)
        self.tried = 0

    def with_(self, changes: Iterable[Change]) -> Scenario | None:
        """The scenario with more changes; None where it is wrong with them."""
        data = apply(self.base.data, [*self.changes, *changes])
        try:
            known = self.priced.metered.as_declared
            return build(self.base.doc, self.base.files, self.base.sha256, data, known)
        except CapplanError:
            return None

    def slopes(self, knob: _Knob) -> dict[Place, Fraction]:
        """By how much each quantity grows where a value is doubled; empty where that cannot be planned."""
        self.tried += 1
        changed = None if self.tried > _MOST_TRIED else self.with_(_scaled(self.scenario.data, knob, _STEP))
        if changed is None:
            return {}
        try:
            _, then = used(changed, self.bill, self.seed, self.priced)
        except CapplanError:
            return {}
        return {
            place: (then.get(place, Fraction(0)) - before) / (_STEP - 1)
            for place, before in self.planned.items()
            if then.get(place, Fraction(0)) != before
        }

    def scale(self, knob: _Knob, ratio: Fraction, because: str) -> Correction | None:
        """Changes a value for good; None where the scenario would be wrong."""
        changes = _scaled(self.scenario.data, knob, ratio)
        changed = self.with_(changes)
        if changed is None or not changes:
            return None
        old = written(self.scenario.data, knob.path)
        self.changes += changes
        self.scenario = changed
        self.priced, self.planned = used(changed, self.bill, self.seed, self.priced)
        return Correction(knob.path, old, written(changed.data, knob.path), Decimal(f"{float(ratio):.6g}"), because)


def _rates(trial: _Trial, targets: Mapping[Place, Fraction], worth: Mapping[Place, Decimal]) -> Iterator[Correction]:
    """Rates, each by the quantities that follow it alone: the ratio at which half of their cost is above and half below."""
    knobs = {knob: slopes for knob in _rate_knobs(trial.scenario.data) if (slopes := trial.slopes(knob))}
    timed = {p for knob in _knobs_of_resources(trial.scenario.data, only="duration") for p in trial.slopes(knob)}
    before = {place: now for place, now in trial.planned.items() if place in targets and place not in timed and now}
    solved: dict[_Knob, Fraction] = {}
    for alone in (True, False):
        for knob in knobs:
            if knob not in solved:
                middle = _middle(list(_ratios(knob, knobs, solved, before, targets, worth, alone=alone)))
                if middle is not None and Fraction(1, _MOST) <= middle <= _MOST:
                    solved[knob] = middle
    rest = [knob for knob in knobs if knob not in solved]
    if rest and (common := _common(rest, knobs, targets, before, worth)) is not None:
        solved |= dict.fromkeys(rest, common)
    for knob, ratio in solved.items():
        if abs(ratio - 1) > _SAME:
            shared = " (the bill cannot tell it from others: all by the same)" if knob in rest else ""
            done = trial.scale(
                knob, ratio, f"{float(ratio):.3g} times as much on the bill of all that follows it{shared}"
            )
            if done is not None:
                yield done


def _ratios(
    knob: _Knob,
    knobs: Mapping[_Knob, Mapping[Place, Fraction]],
    solved: Mapping[_Knob, Fraction],
    before: Mapping[Place, Fraction],
    targets: Mapping[Place, Fraction],
    worth: Mapping[Place, Decimal],
    *,
    alone: bool,
) -> Iterator[tuple[Fraction, Fraction]]:
    """By what a rate would be multiplied for each quantity that follows it and no unsolved one, and the cost of that."""
    for place, slope in knobs[knob].items():
        others = [other for other, of in knobs.items() if other is not knob and place in of]
        if place not in before or slope <= 0 or (alone and others) or any(other not in solved for other in others):
            continue
        moved = sum((knobs[other][place] * (solved[other] - 1) for other in others), Fraction(0))
        share = Fraction(worth.get(place, Decimal(0))) * slope / before[place]
        yield 1 + (targets[place] - before[place] - moved) / slope, share


def _common(
    rest: Sequence[_Knob],
    knobs: Mapping[_Knob, Mapping[Place, Fraction]],
    targets: Mapping[Place, Fraction],
    before: Mapping[Place, Fraction],
    worth: Mapping[Place, Decimal],
) -> Fraction | None:
    """One ratio for rates that the bill does not tell apart."""
    ratios = []
    for place in {place for knob in rest for place in knobs[knob]}:
        slope = sum((knobs[knob].get(place, Fraction(0)) for knob in rest), Fraction(0))
        if place in before and slope > 0:
            share = Fraction(worth.get(place, Decimal(0))) * slope / before[place]
            ratios.append((1 + (targets[place] - before[place]) / slope, share))
    middle = _middle(ratios)
    return middle if middle is not None and Fraction(1, _MOST) <= middle <= _MOST else None


def _middle(ratios: Sequence[tuple[Fraction, Fraction]]) -> Fraction | None:
    """The ratio in the middle, by cost."""
    total = sum((share for _, share in ratios), Fraction(0))
    so_far = Fraction(0)
    for ratio, share in sorted(ratios):
        so_far += share
        if total and so_far * 2 >= total:
            return ratio
    return None


def _of_resources(trial: _Trial, targets: Mapping[Place, Fraction]) -> Iterator[Correction]:
    """Durations and counts of a resource, each by the one quantity that is in proportion to it and differs."""
    for knob in _knobs_of_resources(trial.scenario.data):
        resource = trial.scenario.resources.get(".".join(knob.path.split(".")[:2]))
        if resource is None:
            continue
        mine = {
            p
            for p, t in targets.items()
            if p[2] == resource.label and p in trial.planned and _differs(t, trial.planned[p])
        }
        if not mine:
            continue
        slopes = trial.slopes(knob)
        follows = [
            p
            for p, slope in slopes.items()
            if p in targets and abs(slope - trial.planned[p]) <= _SAME * trial.planned[p]
        ]
        ratios = sorted(targets[p] / trial.planned[p] for p in follows if trial.planned[p])
        moved = [p for p in slopes if p in targets and p not in follows]
        if (
            not ratios
            or not mine & set(follows)
            or any(not _differs(targets[p], trial.planned[p]) and slopes[p] * 5 > trial.planned[p] for p in moved)
        ):
            continue
        if knob.path.endswith(".duration") and mine - set(follows):  # it ran more often than planned: not for longer
            continue
        if _differs(ratios[0], ratios[-1]) or not Fraction(1, _MOST) <= ratios[0] <= _MOST:
            continue
        keys = " and ".join(sorted({_words(key) for _, key, _ in follows}))
        done = trial.scale(knob, ratios[0], f"{float(ratios[0]):.3g} times as much on the bill: {keys}")
        if done is not None:
            yield done


def _rate_knobs(data: Mapping[str, Any]) -> Iterator[_Knob]:
    """Every rate that is written: of a traffic, or right in a request."""
    for section in ("traffic", *SECTIONS):
        for path, value in _leaves(data.get(section), section):
            if isinstance(value, str) and _RATE.fullmatch(value):
                yield _Knob(path, (path,))


def _knobs_of_resources(data: Mapping[str, Any], only: str = "") -> list[_Knob]:
    """Durations and counts of resources, the likeliest first."""
    out: dict[str, list[_Knob]] = {}
    for section in SECTIONS:
        entries = data.get(section)
        for name, entry in entries.items() if isinstance(entries, Mapping) else ():
            for path, value in _values(entry, f"{section}.{name}"):
                key = path.rpartition(".")[2]
                if key in _COUNTED and (not only or key == only):
                    leaves = tuple(p for p, leaf in _leaves(value, path) if _is_number(leaf))
                    if leaves:
                        out.setdefault(key, []).append(_Knob(path, leaves))
    return [knob for key in _COUNTED for knob in out.get(key, ())]


def _values(value: object, path: str) -> Iterator[tuple[str, object]]:
    """Every value of a mapping, and of those in it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if "." not in str(key):
                yield f"{path}.{key}", inner
                yield from _values(inner, f"{path}.{key}")


def _leaves(value: object, path: str) -> Iterator[tuple[str, object]]:
    """Every plain value, with its path."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if "." not in str(key):
                yield from _leaves(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _leaves(inner, f"{path}.{i}")
    else:
        yield path, value


def _is_number(value: object) -> bool:
    return isinstance(value, Decimal) or (
        isinstance(value, str) and bool(_NUMBER.fullmatch(value)) and "(" not in value
    )


def _scaled(data: Mapping[str, Any], knob: _Knob, ratio: Fraction) -> list[Change]:
    """The values of a knob, multiplied: to 4 digits, in the unit in which they are written."""
    changes = []
    for path in knob.leaves:
        value = written(data, path)
        if isinstance(value, Decimal):
            scaled = _figure(value, ratio)
            whole = value == value.to_integral_value()
            changes.append(Change(path, max(Decimal(1), scaled.to_integral_value(ROUND_HALF_UP)) if whole else scaled))
        elif isinstance(value, str) and (match := _NUMBER.fullmatch(value)):
            number = _figure(Decimal(match[2].replace(",", "").replace("_", "")), ratio)
            changes.append(Change(path, f"{match[1]}{number:f}{match[3]}"))
    return changes


def _figure(value: Decimal, ratio: Fraction) -> Decimal:
    exact = Fraction(value) * ratio
    short = _FOUR.divide(Decimal(exact.numerator), Decimal(exact.denominator)).normalize()
    return Decimal(int(short)) if short == short.to_integral_value() else short
