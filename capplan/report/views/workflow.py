"""Shows a workflow: what one execution costs by state, how executions vary, and the other workflow type."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from capplan.commands.workflow.results import Measure, PathBound, StateRow, TypeChoice, Workflow
from capplan.quantities.rounding import to_quantity
from capplan.report import numbers
from capplan.report.layout import Style, finish, labelled, left, paint, right, row, title, wrap
from capplan.report.verdicts import limit_name
from capplan.report.views.line_parts import service_label

_NAME, _CALLS, _VISITS, _RETRIES, _TIME, _FAILS, _USD = 2, 29, 51, 59, 67, 73, 80
_START_AND_END = "start and end"
_TEXT = 18
_FEW = 5
_DIGITS = 4
_MS = 1000
_THOUSAND = 1000


def workflow_text(answer: Workflow, style: Style, *, details: bool = False) -> str:
    """The answer of `capplan workflow`."""
    head = title(answer.name, answer.region, f"{answer.label} · {answer.type} · USD, list prices", style)
    return finish(
        [
            [head],
            _summary(answer, style),
            _states(answer, style),
            _varies(answer, style),
            _bounds(answer, style),
            _types(answer, style),
            _history(answer, style),
            _limits(answer, style, details=details),
            _basis(answer, style, details=details),
        ]
    )


def _summary(answer: Workflow, style: Style) -> list[str]:
    monthly = answer.cost * answer.executions
    parts = ", ".join(
        f"{service_label(service)} {per_thousand(amount)}" for service, amount in _largest(answer.cost_by_service)
    )
    out = [f"  costs     {per_thousand(answer.cost)} per 1,000 executions"]
    out += wrap(parts, 12, style) if parts else []
    if answer.executions:
        count = numbers.rate(to_quantity(answer.executions))
        out.append(f"  a month   {numbers.usd(to_quantity(monthly))} for {count} executions")
    else:
        out.append("  a month   nothing starts it in this scenario: figures are for one execution")
    return [*out, *_ends(answer, style), *_takes(answer)]


def _largest(amounts: Mapping[str, Fraction]) -> list[tuple[str, Fraction]]:
    return sorted(amounts.items(), key=lambda entry: (-entry[1], entry[0]))


def _ends(answer: Workflow, style: Style) -> list[str]:
    success = numbers.share(to_quantity(answer.p_success))
    errors = ", ".join(f"{error or 'unnamed error'} {_share(p)}" for error, p in _largest(answer.errors)[:_FEW])
    if success == "100%" and errors:
        success = ">99.9%"
    return labelled("  succeeds", success + (f"; errors: {errors}" if errors else ""), 12, style)


def _takes(answer: Workflow) -> list[str]:
    duration = next(measure for measure in answer.measures if measure.name == "duration")
    text, spread = f"  duration  mean {lasting(duration.mean)}", duration.spread
    if spread is not None and spread.least != spread.most:
        text += f"; p50 {lasting(spread.p50)}, p99 {lasting(spread.p99)}"
    return [text]


# --- by state ---------------------------------------------------------------------------------------------------------


def _states(answer: Workflow, style: Style) -> list[str]:
    head = row(
        style,
        left(0, "States"),
        left(_CALLS, "calls"),
        right(_VISITS, "visits"),
        right(_RETRIES, "retries"),
        right(_TIME, "time"),
        right(_FAILS, "fails"),
        right(_USD, "USD"),
        colour="bold",
    )
    unit = row(style, left(_NAME, "per execution"), right(_USD, "per 1,000"))
    body = [line for state in answer.rows for line in _state(state, style)]
    total = row(style, left(_NAME, "total"), right(_USD, per_thousand(answer.cost)), colour="bold")
    shown = sum((_shown(state.cost) for state in answer.rows), Decimal(0))
    rest = _shown(answer.cost) - shown
    rounding = row(style, left(_NAME, "rounding"), right(_USD, f"{rest:+f}")) if rest else []
    out = [*head, *unit, *body, *rounding, *total]
    if answer.fixed_resources:
        out += wrap(f"the fixed cost of {', '.join(answer.fixed_resources)} is not included", 2, style)
    return out


def _state(state: StateRow, style: Style) -> list[str]:
    if not state.type:
        return row(style, left(_NAME, _START_AND_END), right(_USD, per_thousand(state.cost)))
    name = "  " * state.depth + state.name
    return row(
        style,
        left(_NAME, name),
        left(_CALLS, ", ".join(state.calls) or state.type.lower()),
        right(_VISITS, amount(state.visits)),
        right(_RETRIES, amount(state.retries) if state.retries else ""),
        right(_TIME, lasting(state.ms) if state.ms else ""),
        right(_FAILS, _share(state.failed) if state.failed and state.type != "Fail" else ""),
        right(_USD, per_thousand(state.cost)),
    )


# --- how executions vary ----------------------------------------------------------------------------------------------


def _varies(answer: Workflow, style: Style) -> list[str]:
    if not answer.draws:
        return labelled("Distribution", f"not simulated: {answer.not_drawn}", _TEXT, style)
    at = (31, 41, 50, 59, 68, 79)
    labels = ("mean", "min", "p50", "p90", "p99", "max")
    cells = [right(column, label) for column, label in zip(at, labels, strict=True)]
    out = row(style, left(0, "Distribution"), *cells, colour="bold")
    for measure in answer.measures:
        out += _measure(measure, at, style)
    drawn = f"{answer.draws:,} simulated executions, seed {answer.seed}; the mean is exact"
    if not all(measure.exact for measure in answer.measures):
        drawn += ", except for the duration, where the slowest branch or item counts"
    return [*out, *wrap(drawn, 2, style)]


def _measure(measure: Measure, at: Sequence[int], style: Style) -> list[str]:
    spread = measure.spread
    if spread is None:
        return []
    values = (measure.mean, spread.least, spread.p50, spread.p90, spread.p99, spread.most)
    show = {"ms": lasting, "USD": per_thousand}.get(measure.unit, amount)
    name = f"{measure.name}, USD/1,000" if measure.unit == "USD" else measure.name
    return row(style, left(2, name), *(right(column, show(value)) for column, value in zip(at, values, strict=True)))


# --- what else it could be --------------------------------------------------------------------------------------------


def _bounds(answer: Workflow, style: Style) -> list[str]:
    if not answer.open_choices:
        return []
    names = ", ".join(f"'{name}'" for name in answer.open_choices[:_FEW])
    more = len(answer.open_choices) - _FEW
    names += f" and {more} more" if more > 0 else ""
    out = labelled("No probabilities", f"{names}: every branch is taken equally often", _TEXT, style)
    if answer.cheapest is None or answer.dearest is None:
        return out + labelled("  bounds", "not computed: too many choices have no probabilities", _TEXT, style)
    out += _bound("lowest cost", answer.cheapest, style)
    return out + _bound("highest cost", answer.dearest, style)


def _bound(word: str, bound: PathBound, style: Style) -> list[str]:
    choices = ", ".join(f"{choice} -> {to}" for choice, to in bound.goes.items())
    if bound.cost is None:
        return labelled(
            f"  {word}", f"no bound: the loop through '{bound.loop}' may never end ({choices})", _TEXT, style
        )
    return labelled(f"  {word}", f"{per_thousand(bound.cost)} per 1,000: {choices}", _TEXT, style)


def _types(answer: Workflow, style: Style) -> list[str]:
    head = row(
        style,
        left(0, "Standard or Express"),
        left(30, "eligible"),
        right(66, "USD per 1,000"),
        right(80, "USD/month"),
        colour="bold",
    )
    out = head
    for choice in answer.types:
        out += _type(choice, answer, style)
    if answer.break_even_ms:
        limit = lasting(Fraction(answer.break_even_ms))
        transitions = next((m.mean for m in answer.measures if m.name == "transitions"), None)
        than = f"than {amount(transitions)} transitions" if transitions is not None else "than its transitions"
        text = f"Express costs no more {than} up to a billed duration of {limit}, at {answer.express_memory_mb} MB"
        out += wrap(text, 2, style)
    return out


def _type(choice: TypeChoice, answer: Workflow, style: Style) -> list[str]:
    name = choice.type + (", as written" if choice.as_written else "")
    word = "yes" if choice.verdict.eligible else "no"
    monthly = numbers.usd(choice.monthly_cost) if answer.executions else ""
    colour = "green" if choice.verdict.eligible else "red"
    out = row(
        style,
        left(2, name),
        left(30, word, colour),
        right(66, per_thousand(choice.each)),
        right(80, monthly),
    )
    for obstacle in choice.verdict.obstacles:
        out += labelled("    -", obstacle, 6, style)
    if choice.verdict.eligible and not choice.as_written:
        for warning in choice.verdict.warnings:
            out += labelled("    !", warning, 6, style)
    return out


# --- limits -----------------------------------------------------------------------------------------------------------


def _history(answer: Workflow, style: Style) -> list[str]:
    out: list[str] = []
    for state in answer.rooms:
        text = (
            f"{amount(state.events_fixed)} + {amount(state.events_each)} x {state.unit}: at most {state.most:,} {state.unit}"
            f" of '{state.state}' fit into 25,000 events; {amount(state.present)} now"
        )
        out += labelled("Event history" if not out else "", text, _TEXT, style)
    return out


def _limits(answer: Workflow, style: Style, *, details: bool) -> list[str]:
    shown = answer.limits if details else answer.limits[:_FEW]
    if not shown:
        return []
    out = row(
        style,
        left(0, "Limits"),
        right(44, "peak"),
        right(54, "limit"),
        left(55, "unit"),
        right(80, "headroom"),
        colour="bold",
    )
    for limit in shown:
        check = limit.check
        out += row(
            style,
            left(2, limit_name(check.resource, check.limit)),
            right(44, numbers.rate(check.load)),
            right(54, numbers.rate(check.quota)),
            left(55, check.unit),
            right(80, "exceeded" if limit.breached else numbers.share(limit.headroom), "red" if limit.breached else ""),
        )
    rest = len(answer.limits) - len(shown)
    return [*out, f"  {rest} more: --details"] if rest else out


def _basis(answer: Workflow, style: Style, *, details: bool) -> list[str]:
    out: list[str] = []
    shown = [a for a in answer.assumptions if details or a.kind == "workload"]
    for i, assumption in enumerate(shown):
        text = f"{assumption.path}: {assumption.value} ({assumption.reason})"
        out += labelled("" if i else "Assumptions", text, _TEXT, style)
    for i, excluded in enumerate(answer.excluded):
        out += labelled("" if i else "Not included", f"{excluded.what}: {excluded.why}", _TEXT, style)
    checked = answer.prices.oldest_checked
    if checked is not None:
        out.append(paint(f"Prices checked {checked} to {answer.prices.newest_checked}.", "dim", style))
    return out


# --- figures ----------------------------------------------------------------------------------------------------------


def per_thousand(usd: Fraction) -> str:
    """USD of 1,000 executions: cents from a dollar on, four decimals below."""
    value = to_quantity(usd * _THOUSAND)
    if 0 < value < Decimal("0.00005"):
        return "<0.0001"
    return numbers.usd(value) if abs(value) >= _THOUSAND else f"{_shown(usd):f}"


def _shown(usd: Fraction) -> Decimal:
    """What `per_thousand` shows, as a number."""
    value = to_quantity(usd * _THOUSAND)
    return value.quantize(Decimal("0.0001") if abs(value) < _THOUSAND else Decimal("0.01"), "ROUND_HALF_UP")


def amount(value: Fraction) -> str:
    """A count or a mean: whole where it is, else up to four significant digits."""
    if value.denominator == 1 or value >= _THOUSAND:
        return f"{round(value):,}"
    text = f"{float(value):.{_DIGITS}g}"
    return text if "e" not in text else ("<0.0001" if value else "0")


def lasting(ms: Fraction) -> str:
    """A duration in the largest unit that it fills."""
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000)):
        if ms >= size:
            return f"{float(ms / size):.3g} {unit}" if ms / size < _THOUSAND else f"{round(ms / size):,} {unit}"
    return f"{float(ms):.3g} ms" if ms else "0 ms"


def _share(part: Fraction) -> str:
    return numbers.share(to_quantity(part)) if to_quantity(part) else "<0.1%"
