"""Shows a plan: a summary, cost, traffic sources, limits, recommendations, assumptions, and what is not included."""

from collections.abc import Sequence
from decimal import Decimal

from capplan.pipeline.results import Finding, Plan, WeighedAssumption
from capplan.quantities.rounding import to_quantity
from capplan.report import numbers
from capplan.report.document import Style, columns, finish, labelled, left, paint, right, row, safe, title, wrap
from capplan.report.views.access_patterns import patterns_block
from capplan.report.views.cost import cost_block, one_time_block
from capplan.report.views.limits import limits_block
from capplan.report.views.parts import prices_lines, what_to_write
from capplan.report.views.run_costs import runs_block
from capplan.report.views.summary import per_thousand, summary_block

_FEW = 5
_QUANTITY, _PRICE, _AMOUNT = 41, 66, 80
_TEXT = 18
_BEFORE_AMOUNT = 66
"""Where text ends that has an amount beside it."""
_AMOUNT_WIDTH = 14


def plan_text(plan: Plan, style: Style, *, details: bool = False, top: int = 10) -> str:
    """The answer of `estimate`."""
    prices = f"USD, {'contracted' if plan.discount else 'list'} prices, 730-hour month"
    few = None if details else _FEW
    return finish(
        [
            [title(plan.name, plan.region, prices, style)],
            summary_block(plan, style),
            cost_block(plan, style, details=details, top=top),
            one_time_block(plan, style),
            _traffic_sources(plan, style, few),
            patterns_block(plan.patterns, style, few),
            _tags(plan, style) if details else [],
            limits_block(plan.limits, style, details=details),
            runs_block(plan.runs, style, details=details),
            _recommendations(plan, style, details=details),
            _assumptions(plan.assumptions, style, details=details),
            _footer(plan, style, details=details),
        ]
    )


def _traffic_sources(plan: Plan, style: Style, max_rows: int | None) -> list[str]:
    """The cost of 1,000 units of each traffic source, where there are several; the fixed cost apart."""
    if len(plan.traffic_sources) < 2:  # noqa: PLR2004  the only one stands in the summary
        return []
    sources = sorted(plan.traffic_sources, key=lambda t: (-t.monthly_cost, t.traffic_source))
    heads = (right(_QUANTITY, "a month"), right(_PRICE, "per 1,000"), right(_AMOUNT, "USD/month"))
    out = row(style, left(0, "Traffic sources"), *heads, colour="bold")
    for source in sources[:max_rows]:
        out += row(
            style,
            left(0, source.traffic_source),
            right(_QUANTITY, numbers.quantity(to_quantity(source.monthly))),
            right(_PRICE, per_thousand(source)),
            right(_AMOUNT, numbers.usd(source.monthly_cost)),
        )
    hidden = sources[max_rows:] if max_rows is not None else []
    out += _folded([source.monthly_cost for source in hidden], style)
    if plan.fixed_cost:
        amount = right(_AMOUNT, numbers.usd(plan.fixed_cost))
        out += row(style, left(0, "Fixed cost (independent of traffic)"), amount, colour="dim")
    return out


def _folded(amounts: Sequence[Decimal], style: Style) -> list[str]:
    """A row for what is not shown, with its sum, USD."""
    total = numbers.usd(sum(amounts, Decimal(0)))
    return row(style, left(0, f"{len(amounts)} more"), right(_AMOUNT, total), colour="dim") if amounts else []


def _tags(plan: Plan, style: Style) -> list[str]:
    if not plan.cost_by_tag:
        return []
    out = row(style, left(0, "Cost by tag"), right(_AMOUNT, "USD/month"), colour="bold")
    for tag, cost in sorted(plan.cost_by_tag.items(), key=lambda pair: (-pair[1], pair[0])):
        out += row(style, left(0, tag), right(_AMOUNT, numbers.usd(cost)))
    return out


def _recommendations(plan: Plan, style: Style, *, details: bool) -> list[str]:
    """Savings, then risks: five of the first, all of the second."""
    if not plan.findings:
        return [f"Recommendations  none: {numbers.count(plan.rules_looked, 'rule')} checked."]
    savings = [f for f in plan.findings if f.severity == "saving"]
    savings.sort(key=lambda f: (f.monthly_saving is None, -(f.monthly_saving or Decimal(0)), f.resource, f.rule))
    hidden = [] if details else savings[_FEW:]
    heads = (left(_TEXT, "savings if applied individually"), right(_AMOUNT, "USD/month"))
    out = row(style, left(0, "Recommendations"), *heads, colour="bold")
    for finding in (*(savings if details else savings[:_FEW]), *(f for f in plan.findings if f.severity == "risk")):
        out += _recommendation(finding, style)
    return out + _folded([f.monthly_saving or Decimal(0) for f in hidden], style)


def _recommendation(finding: Finding, style: Style) -> list[str]:
    """What to do and why, what it saves, the trade-off (!), and what to write (>)."""
    rule = finding.rule.partition(".")[2] or finding.rule
    at = max(_TEXT, len(rule) + 1)
    worth = _worth(finding)
    fits = at + columns(safe(finding.resource, style)) + len(worth) < _AMOUNT
    beside = (left(at, finding.resource),) if fits else ()
    out = row(style, left(0, rule, "bold"), *beside, right(_AMOUNT, worth))
    out += [] if fits else row(style, left(min(at, _TEXT // 2), finding.resource))
    out += wrap(finding.message, _TEXT, style)
    if finding.gives_up:
        out += labelled(" " * (_TEXT - 2) + "!", finding.gives_up, _TEXT, style, colour="yellow")
    if finding.severity == "risk" and finding.monthly_saving and finding.change:
        cost = -finding.monthly_saving
        out += wrap(f"the change costs {numbers.usd(abs(cost))} {'more' if cost > 0 else 'less'} a month", _TEXT, style)
    if finding.not_priced:
        out += wrap(f"no price for {', '.join(finding.not_priced)}", _TEXT, style)
    return out + what_to_write(finding.change, _TEXT - 2, style)


def _worth(finding: Finding) -> str:
    if finding.severity == "risk":
        return "risk"
    return "not priced" if finding.monthly_saving is None else numbers.usd(finding.monthly_saving)


def _assumptions(assumptions: Sequence[WeighedAssumption], style: Style, *, details: bool) -> list[str]:
    """Assumptions on the workload, which are the user's to confirm, then AWS's defaults."""
    if not assumptions:
        return []
    ranked = sorted(assumptions, key=lambda weighed: weighed.assumption.kind != "workload")
    shown = ranked if details else ranked[: _FEW + 1]
    weighed = any(a.cost_if_not is not None for a in shown)
    yours = sum(a.assumption.kind == "workload" for a in ranked)
    counts = f"Assumptions: {yours} yours to confirm, {numbers.count(len(ranked) - yours, 'AWS default')}"
    out = row(style, left(0, counts), right(_AMOUNT, "USD/month if not" if weighed else ""), colour="bold")
    for assumption in shown:
        out += _assumption(assumption, style, to=_BEFORE_AMOUNT if weighed else _AMOUNT - 1)
    hidden = len(ranked) - len(shown)
    return [*out, *(row(style, left(10, f"{hidden} more"), colour="dim") if hidden else [])]


def _assumption(weighed: WeighedAssumption, style: Style, *, to: int) -> list[str]:
    assumption = weighed.assumption
    colour, word = ("yellow", "yours") if assumption.kind == "workload" else ("", "AWS")
    text = f"{assumption.path}: {assumption.value} ({assumption.reason})"
    first, *more = labelled(word, text, 10, style, to=to, colour=colour)
    if weighed.cost_if_not is not None:
        invisible = len(paint(word, colour, style)) - len(word)
        amount = numbers.usd(weighed.cost_if_not, sign=True)
        first = first.ljust(_AMOUNT - _AMOUNT_WIDTH + invisible) + amount.rjust(_AMOUNT_WIDTH)
    return [first, *more]


def _footer(plan: Plan, style: Style, *, details: bool) -> list[str]:
    """What is not included, how old the prices are, and how to see more."""
    names = ", ".join(e.what for e in plan.excluded) or "nothing known"
    out = wrap(f"Not included in this estimate: {names}", 0, style)
    if details:
        for excluded in plan.excluded:
            out += wrap(f"{excluded.what}: {excluded.why}", 2, style)
    out += prices_lines(plan.prices, style)
    if plan.free_tier_saves:
        out.append(f"Free Tier not applied (would save {numbers.usd(plan.free_tier_saves)})")
    largest = max(plan.lines, key=lambda x: (x.contracted_cost, x.id), default=None)
    explain = f" One line item: capplan explain SCENARIO {largest.id}" if largest else ""
    return out if details else [*out, *wrap(f"All rows: --details.{explain}", 0, style)]
