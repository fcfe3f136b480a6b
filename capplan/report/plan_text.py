"""A plan for a person: verdict, money, capacity, what to do, what it rests on, what is left out. It plans nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from capplan.pipeline.results import (
    Finding,
    Plan,
    PlannedLimit,
    PlannedResource,
    Prices,
    TrafficSourceCost,
    Verdict,
    WeighedAssumption,
)
from capplan.pricing.rating import LineItem
from capplan.quantities.rounding import to_quantity
from capplan.report import numbers
from capplan.report.document import Cell, Style, bar, columns, finish, labelled, left, paint, right, row, safe, wrap
from capplan.report.patterns_text import patterns_block
from capplan.report.runs_text import runs_block
from capplan.report.verdicts import figure, gate_name, limit_name, lines_by_label
from capplan.report.yaml_value import written

SERVICES = {"dynamodb": "DynamoDB", "lambda": "Lambda", "stepfunctions": "Step Functions", "glue": "Glue"}
_NEAR = Decimal("0.20")
"""A limit with less of it free is always shown."""
_SMALL_SHARE = Decimal("0.01")
"""A row that is less of the total folds."""
_FEW = 5
_FAR = 1000
_SHORT_UNIT = 6
_SHORT_BAR = 3
"""A bar of no more cells says nothing."""

_BAR, _BAR_CELLS, _QUANTITY, _UNIT, _TIMES, _PRICE, _STALE, _AMOUNT = 28, 30, 41, 42, 53, 66, 67, 80
_OF_SERVICE, _SKU, _DAY, _WIDE_AMOUNT = 76, 79, 97, 120
_TEXT = 18


def plan_text(plan: Plan, style: Style, *, details: bool = False, top: int = 10) -> str:
    """The answer of `estimate`."""
    return finish(
        [
            [
                title(
                    plan.name,
                    plan.region,
                    f"USD, {'contracted' if plan.discount else 'list'} prices, month of 730 h",
                    style,
                )
            ],
            _summary(plan, style),
            _cost(plan, style, details=details, top=top),
            _once(plan, style),
            _entrances(plan, style, top=None if details else _FEW),
            patterns_block(plan.patterns, style, top=None if details else _FEW),
            _tags(plan, style) if details else [],
            _headroom(plan.limits, style, details=details),
            runs_block(plan.runs, style, details=details),
            _findings(plan, style, details=details),
            _assumed(plan.assumptions, style, details=details),
            _footer(plan, style, details=details),
        ]
    )


def title(name: str, region: str, rest: str, style: Style) -> str:
    """The first line; a long name takes as many as it needs."""
    lines = wrap(f"{name} · {region} · {rest}", 0, style, to=_AMOUNT)
    return "\n".join(paint(line, "bold", style) for line in lines)


# --- the answer in a few lines ---------------------------------------------------------------------------------------


def _summary(plan: Plan, style: Style) -> list[str]:
    money = f"{numbers.usd(plan.monthly_cost)} a month   {numbers.usd(plan.yearly_cost)} a year"
    busiest = max(plan.traffic_sources, key=lambda e: e.monthly_cost, default=None)
    per = (
        f"{_per_thousand(busiest)} per 1,000 {safe(busiest.traffic_source, style)}"
        if busiest and busiest.per_thousand
        else ""
    )
    out = [f"  cost      {money}   {per}" if len(money) + len(per) < 65 else f"  cost      {money}"]  # noqa: PLR2004  what 80 columns leave
    if per and per not in out[0]:
        out += wrap(per, 12, style)
    if plan.discount:
        out.append(f"            {numbers.usd(plan.list_cost)} at list prices, {numbers.share(plan.discount)} off")
    if plan.one_time_cost:
        out.append(f"  once      {numbers.usd(plan.one_time_cost)}, not in the month")
    return [*out, *_gates_lines(plan, style), *_limits_line(plan.limits, style), _savings_line(plan.findings)]


def _per_thousand(traffic_source: TrafficSourceCost) -> str:
    if traffic_source.per_thousand >= 1 or not traffic_source.per_thousand:
        return numbers.usd(traffic_source.per_thousand)
    shown = traffic_source.per_thousand.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return f"{shown:f}" if shown else "<0.0001"


def _gates_lines(plan: Plan, style: Style) -> list[str]:
    later = [f"            not judged: {g.gate}: {g.needs}" for g in plan.unjudged]
    if not plan.gates and later:
        return ["  gates     none judged", *(line for text in later for line in wrap(text.strip(), 12, style))]
    return [*_gates_line(plan.gates, style), *(line for text in later for line in wrap(text.strip(), 12, style))]


def _gates_line(gates: Sequence[Verdict], style: Style) -> list[str]:
    if not gates:
        return ["  gates     none written; capplan gates lists what one can ask"]
    bad = sorted((g for g in gates if g.verdict == "fail"), key=lambda g: g.level)
    waived = sum(1 for g in gates if g.verdict == "waived")
    if bad:
        broken = sum(1 for g in bad if g.level == "deny")
        words = [f"{broken} of {numbers.count(len(gates), 'gate')} BROKEN"] if broken else []
        words += [numbers.count(len(bad) - broken, "warning")] if len(bad) > broken else []
        first = bad[0]
        seen, limit = figure(first.observed, first), figure(first.limit, first)
        rest = f"{gate_name(first)} is {seen}, limit {first.operator} {limit}"
        return _summary_row("gates", ", ".join(words), rest, style, "red" if broken else "yellow")
    near = min(
        (g for g in gates if g.margin is not None and g.verdict == "pass"), key=lambda g: g.margin or 0, default=None
    )
    tail = f"nearest: {gate_name(near)}, {numbers.share(near.margin or Decimal(0))} left" if near else ""
    state = f"{len(gates) - waived} of {len(gates)} hold" + (f", {waived} waived" if waived else "")
    return _summary_row("gates", state, tail, style, "yellow" if waived else "green")


def _summary_row(label: str, state: str, tail: str, style: Style, colour: str = "green") -> list[str]:
    """How it stands, and what to look at: beside it, or under it where it is long."""
    at = max(31, 12 + len(state) + 2)
    if at + columns(safe(tail, style)) <= _AMOUNT:
        return row(style, left(2, label), left(12, state, colour), left(at, tail))
    return [*row(style, left(2, label), left(12, state, colour)), *wrap(tail, 12, style)]


def _limits_line(limits: Sequence[PlannedLimit], style: Style) -> list[str]:
    if not limits:
        return ["  limits    none checked"]
    broken = [p for p in limits if p.breached]
    if broken:
        tail = f"{limit_name(broken[0])}, {numbers.over(broken[0].headroom)}"
        return _summary_row("limits", f"{len(broken)} BROKEN", tail, style, "red")
    first = min((p for p in limits if p.breaks_at is not None), key=lambda p: p.breaks_at or 0, default=None)
    tail = f"first to break: {first.check.resource}, at {_times(first.breaks_at)} traffic" if first else ""
    return _summary_row("limits", "all hold", tail, style)


def _times(multiple: Decimal | None) -> str:
    """`2.0x`; whole from 10x on, and no more than that it is far beyond 1,000x."""
    if multiple is None:
        return ""
    if multiple > _FAR:
        return f">{_FAR}x"
    return f"{multiple:.1f}x" if multiple < 10 else f"{multiple:,.0f}x"  # noqa: PLR2004  two digits say enough


def _savings_line(findings: Sequence[Finding]) -> str:
    saved = [f for f in findings if f.severity == "saving" and f.monthly_saving]
    risks = sum(1 for f in findings if f.severity == "risk")
    tail = f"{numbers.count(risks, 'risk')} to remove" if risks else ""
    if not saved:
        return f"  savings   none found{', ' + tail if tail else ''}"
    best = max(f.monthly_saving or Decimal(0) for f in saved)
    one = "by the only finding" if len(saved) == 1 else f"by the best of {len(saved)} findings"
    return f"  savings   {numbers.usd(best)} {one}{', and ' + tail if tail else ''}"


# --- cost ------------------------------------------------------------------------------------------------------------


def _cost(plan: Plan, style: Style, *, details: bool, top: int) -> list[str]:
    """Services, resources and lines as a tree, by cost; what is small folds into a row with its sum."""
    out = _cost_head(style)
    lines = lines_by_label(plan)
    dear = _dear(plan, lines, details=details, top=top)
    services = [s for s in plan.cost_by_service if any(r.service == s for r in plan.resources)]
    services.sort(key=lambda s: (-plan.cost_by_service[s], s))
    for service in services:
        cost = plan.cost_by_service[service]
        out += _sum_row(SERVICES.get(service, service), 0, cost, plan, style, colour="bold")
        own = sorted((r for r in plan.resources if r.service == service), key=lambda r: (-r.monthly_cost, r.label))
        shown = [r for r in own if details or r.label in dear.resources]
        for resource in shown:
            out += _resource(resource, lines[resource.label], dear.lines, plan, style, details=details)
        if shown:
            out += _rest(cost, [r.monthly_cost for r in shown], len(own) - len(shown), 2, style)
    return out + _total(plan, services, style)


def _cost_head(style: Style) -> list[str]:
    more = (right(_OF_SERVICE, "of service"), left(_SKU, "SKU"), left(_DAY, "price of")) if style.wide else ()
    return row(
        style,
        left(0, "COST"),
        left(32, "quantity × list unit price"),
        right(_PRICE, "share"),
        *more,
        right(_amount_at(style), "USD/month"),
        colour="bold",
    )


def _amount_at(style: Style) -> int:
    return _WIDE_AMOUNT if style.wide else _AMOUNT


@dataclass(frozen=True, slots=True)
class _Dear:
    """Which resources (by label) and lines (by id) are dear enough to be shown."""

    resources: frozenset[str]
    lines: frozenset[str]


def _dear(plan: Plan, lines: Mapping[str, Sequence[LineItem]], *, details: bool, top: int) -> _Dear:
    """The dearest, as many as asked for, and each at least a hundredth of the total; all with details."""
    floor = Decimal(0) if details else plan.monthly_cost * _SMALL_SHARE
    resources = sorted(plan.resources, key=lambda r: (-r.monthly_cost, r.label))
    every = sorted((x for own in lines.values() for x in own), key=lambda x: (-x.contracted_cost, x.id))
    many = len(every) + len(resources) if details else top
    one = len(resources) == 1
    return _Dear(
        frozenset(r.label for r in resources[:many] if r.monthly_cost >= floor or one),
        frozenset(x.id for x in every[:many] if x.contracted_cost >= floor),
    )


def _resource(
    resource: PlannedResource,
    lines: Sequence[LineItem],
    dear: frozenset[str],
    plan: Plan,
    style: Style,
    *,
    details: bool,
) -> list[str]:
    shown = [x for x in lines if x.id in dear]
    if len(lines) == len(shown) == 1:
        return _line_row(lines[0], 2, plan, style, details=details)
    out = _sum_row(resource.label, 2, resource.monthly_cost, plan, style)
    if not shown:
        return out
    for line in shown:
        out += _line_row(line, 4, plan, style, details=details)
    costs = [x.contracted_cost for x in shown]
    return out + _rest(resource.monthly_cost, costs, len(lines) - len(shown), 4, style)


def _rest(whole: Decimal, shown: Sequence[Decimal], hidden: int, indent: int, style: Style) -> list[str]:
    """What a group does not show, as one row with its sum, and by how much the shown cents miss the group's."""
    rest = whole - sum(shown, Decimal(0))
    at = _amount_at(style)
    out = row(style, left(indent, f"{hidden} more"), right(at, numbers.usd(rest)), colour="dim") if hidden else []
    gap = _cents(whole) - sum((_cents(c) for c in shown), _cents(rest) if hidden else Decimal(0))
    if gap and (shown or hidden):
        out += row(style, left(indent, "rounding"), right(at, numbers.usd(gap, sign=True)), colour="dim")
    return out


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _total(plan: Plan, services: Sequence[str], style: Style) -> list[str]:
    out = _rest(plan.monthly_cost, [plan.cost_by_service[s] for s in services], 0, 0, style)
    if not plan.resources:
        return ["COST  nothing: no resource in this scenario."]
    return out + row(style, left(0, "total"), right(_amount_at(style), numbers.usd(plan.monthly_cost)), colour="bold")


def _sum_row(label: str, indent: int, cost: Decimal, plan: Plan, style: Style, colour: str = "") -> list[str]:
    part = cost / plan.monthly_cost if plan.monthly_cost else Decimal(0)
    return row(
        style,
        left(indent, label, colour),
        left(_BAR, bar(float(part), _BAR_CELLS, style)),
        right(_PRICE, _share(part)),
        right(_amount_at(style), numbers.usd(cost), colour),
    )


def _share(part: Decimal) -> str:
    """One decimal, so that the column lines up."""
    if 0 < part < Decimal("0.001"):
        return "<0.1%"
    return f"{(part * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


def _line_row(line: LineItem, indent: int, plan: Plan, style: Style, *, details: bool) -> list[str]:
    more: tuple[Cell, ...] = ()
    if style.wide:
        service = plan.cost_by_service.get(line.service)
        of = _share(line.contracted_cost / service) if service else ""
        day = line.price_effective or line.price_checked
        known = "" if line.price_confidence == "verified" else f" {line.price_confidence}"
        more = (
            right(_OF_SERVICE, of),
            left(_SKU, line.sku or "no SKU"),
            left(_DAY, (day.isoformat() if day else "no day") + known),
        )
    out = row(
        style,
        left(indent, line.id),
        right(_QUANTITY, numbers.quantity(line.consumed_quantity)),
        left(_UNIT, line.consumed_unit),
        left(_TIMES, "×"),
        right(_PRICE, numbers.unit_price(line.list_unit_price)),
        left(_STALE, "stale" if line.stale else "", "yellow"),
        *more,
        right(_amount_at(style), numbers.usd(line.contracted_cost)),
    )
    sure = "" if line.price_confidence == "verified" else f"; the price is {line.price_confidence}"
    return out + (wrap(line.description + sure, indent + 2, style) if details else [])


def _once(plan: Plan, style: Style) -> list[str]:
    lines = [x for x in plan.lines if x.charge_frequency == "one_time"]
    if not lines:
        return []
    out = row(style, left(0, "ONCE"), right(_amount_at(style), "USD"), colour="bold")
    for line in sorted(lines, key=lambda x: (-x.contracted_cost, x.id)):
        out += _line_row(line, 2, plan, style, details=False)
    return out


def _entrances(plan: Plan, style: Style, top: int | None) -> list[str]:
    """What 1,000 units of each entrance cause, where there is more than one; standing cost apart."""
    if len(plan.traffic_sources) < 2:  # noqa: PLR2004  the only one stands in the summary
        return []
    ranked = sorted(plan.traffic_sources, key=lambda e: (-e.monthly_cost, e.traffic_source))
    shown = ranked[:top]
    out = row(
        style,
        left(0, "ENTRANCES"),
        right(_QUANTITY, "a month"),
        right(_PRICE, "per 1,000"),
        right(_AMOUNT, "USD/month"),
        colour="bold",
    )
    for one in shown:
        out += row(
            style,
            left(0, one.traffic_source),
            right(_QUANTITY, _volume(one.monthly)),
            right(_PRICE, _per_thousand(one)),
            right(_AMOUNT, numbers.usd(one.monthly_cost)),
        )
    hidden = ranked[len(shown) :]
    if hidden:
        rest = sum((e.monthly_cost for e in hidden), Decimal(0))
        out += row(style, left(0, f"{len(hidden)} more"), right(_AMOUNT, numbers.usd(rest)), colour="dim")
    if plan.fixed_cost:
        out += row(
            style,
            left(0, "standing: whatever the traffic"),
            right(_AMOUNT, numbers.usd(plan.fixed_cost)),
            colour="dim",
        )
    return out


def _volume(monthly: Fraction) -> str:
    return numbers.quantity(to_quantity(monthly))


def _tags(plan: Plan, style: Style) -> list[str]:
    if not plan.cost_by_tag:
        return []
    out = row(style, left(0, "TAGS"), right(_AMOUNT, "USD/month"), colour="bold")
    for tag, cost in sorted(plan.cost_by_tag.items(), key=lambda pair: (-pair[1], pair[0])):
        out += row(style, left(0, tag), right(_AMOUNT, numbers.usd(cost)))
    return out


# --- capacity --------------------------------------------------------------------------------------------------------


def _headroom(limits: Sequence[PlannedLimit], style: Style, *, details: bool) -> list[str]:
    """Limits, the least free first: five, and all that are near; a bar where the names leave room for one."""
    if not limits:
        return []
    ranked = sorted(limits, key=lambda p: (p.headroom, p.check.resource, p.check.limit))
    shown = [p for i, p in enumerate(ranked) if details or i < _FEW or p.headroom < _NEAR]
    name = min(max(columns(safe(limit_name(p), style)) for p in shown), 32) + 1
    unit = max(len(_unit(p)) for p in shown)
    peak, limit = name + 7, name + 14
    shift = 14 if style.wide else 0
    free, breaks, when = 60 + shift, 67 + shift, 68 + shift
    cells = min(free - 6 - (limit + 1 + unit + 1), 10)
    cells = cells if cells > _SHORT_BAR else 0
    out = row(
        style,
        left(0, "HEADROOM"),
        right(peak, "peak"),
        right(limit, "limit"),
        left(limit + unit + 2, "used" if cells else ""),
        right(free, "free"),
        right(breaks, "breaks"),
        left(when, "when"),
        colour="bold",
    )
    for p in shown:
        drawn = bar(float(1 - p.headroom), cells, style)
        colour = "red" if p.breached else "yellow" if p.headroom < _NEAR else ""
        out += row(
            style,
            left(0, limit_name(p)),
            right(peak, numbers.rate(p.check.load)),
            right(limit, numbers.rate(p.check.quota)),
            left(limit + 1, _unit(p)),
            left(limit + unit + 2, drawn),
            right(free, numbers.free(p.headroom), colour),
            right(breaks, "BROKEN" if p.breached else _times(p.breaks_at), colour),
            left(when, p.at),
        )
    hidden = ranked[len(shown) :]
    if hidden:
        out += row(
            style,
            left(0, f"{len(hidden)} more"),
            right(free + 1, f"{numbers.share(hidden[0].headroom)}+"),
            colour="dim",
        )
    return out


def _unit(limit: PlannedLimit) -> str:
    """The load's unit where it is short; a long one only says again what the limit's name says."""
    return limit.check.unit if len(limit.check.unit) <= _SHORT_UNIT else ""


# --- what to do, what it rests on ------------------------------------------------------------------------------------


def _findings(plan: Plan, style: Style, *, details: bool) -> list[str]:
    """Savings, then risks: five of the first, all of the second."""
    if not plan.findings:
        return [f"FINDINGS  none: {numbers.count(plan.rules_looked, 'rule')} looked."]
    savings = [f for f in plan.findings if f.severity == "saving"]
    savings.sort(key=lambda f: (f.monthly_saving is None, -(f.monthly_saving or Decimal(0)), f.resource, f.rule))
    shown = [*(savings if details else savings[:_FEW]), *(f for f in plan.findings if f.severity == "risk")]
    out = row(style, left(0, "FINDINGS"), left(_TEXT, "each alone"), right(_AMOUNT, "USD/month"), colour="bold")
    for finding in shown:
        out += _finding(finding, style)
    hidden = [] if details else savings[_FEW:]
    rest = sum((f.monthly_saving or Decimal(0) for f in hidden), Decimal(0))
    return out + (
        row(style, left(0, f"{len(hidden)} more"), right(_AMOUNT, numbers.usd(rest)), colour="dim") if hidden else []
    )


def _finding(finding: Finding, style: Style) -> list[str]:
    """What is so, what it is worth, what it gives up (!), and what to write (>)."""
    short = finding.rule.partition(".")[2] or finding.rule
    at = max(_TEXT, len(short) + 1)
    fits = at + columns(safe(finding.resource, style)) + len(_worth(finding)) < _AMOUNT
    beside = (left(at, finding.resource),) if fits else ()
    out = row(style, left(0, short, "bold"), *beside, right(_AMOUNT, _worth(finding)))
    out += [] if fits else row(style, left(min(at, _TEXT // 2), finding.resource))
    out += wrap(finding.message, _TEXT, style)
    if finding.gives_up:
        out += labelled(" " * (_TEXT - 2) + "!", finding.gives_up, _TEXT, style, colour="yellow")
    if finding.severity == "risk" and finding.monthly_saving and finding.change:
        cost = -finding.monthly_saving
        out += wrap(
            f"so written it costs {numbers.usd(abs(cost))} {'more' if cost > 0 else 'less'} a month", _TEXT, style
        )
    if finding.not_priced:
        out += wrap(f"no price for {', '.join(finding.not_priced)}", _TEXT, style)
    return out + what_to_write(((c.path, c.new) for c in finding.change), _TEXT - 2, style)


def _worth(finding: Finding) -> str:
    if finding.severity == "risk":
        return "risk"
    return "not priced" if finding.monthly_saving is None else numbers.usd(finding.monthly_saving)


def what_to_write(changes: Iterable[tuple[str, object]], indent: int, style: Style) -> list[str]:
    """Paths and values to be typed: never cut, and broken only where YAML may break a line."""
    out: list[str] = []
    for path, value in changes:
        first, *more = wrap(f"> {path}: {written(value)}", indent, style, to=75)
        out += [first, *(f"    {line}" for line in more)]
    return [" " * (len(line) - len(line.lstrip())) + paint(line.lstrip(), "cyan", style) for line in out]


def _assumed(assumptions: Sequence[WeighedAssumption], style: Style, *, details: bool) -> list[str]:
    """Defaults and guesses, those on the workload first."""
    if not assumptions:
        return []
    ranked = sorted(assumptions, key=lambda a: a.assumption.kind != "workload")
    shown = ranked if details else ranked[: _FEW + 1]
    known = any(a.cost_if_not is not None for a in shown)
    out = row(style, left(0, "ASSUMED"), right(_AMOUNT, "if not" if known else ""), colour="bold")
    for one in shown:
        a = one.assumption
        colour, word = ("yellow", "workload") if a.kind == "workload" else ("", "AWS")
        lines = labelled(word, f"{a.path}: {a.value} ({a.reason})", 10, style, to=66 if known else 79, colour=colour)
        if one.cost_if_not is not None:
            hidden = len(lines[0]) - columns(word) - len(lines[0].removeprefix(paint(word, colour, style)))
            lines[0] = lines[0].ljust(_AMOUNT + hidden - 14) + numbers.usd(one.cost_if_not, sign=True).rjust(14)
        out += lines
    hidden = len(ranked) - len(shown)
    return [*out, *(row(style, left(10, f"{hidden} more"), colour="dim") if hidden else [])]


def _footer(plan: Plan, style: Style, *, details: bool) -> list[str]:
    """What the bill will hold beside, how old the prices are, and where to read on."""
    out = labelled("NOT IN HERE", ", ".join(e.what for e in plan.excluded) or "nothing known", 13, style)
    if details:
        for e in plan.excluded:
            out += wrap(f"{e.what}: {e.why}", 13, style)
    out += prices_lines(plan.prices, style)
    if plan.free_tier_saves:
        out.append(f"Free tier off: {numbers.usd(-plan.free_tier_saves, sign=True)}")
    dearest = max(plan.lines, key=lambda x: (x.contracted_cost, x.id), default=None)
    one = f" One row: capplan explain SCENARIO {dearest.id}" if dearest else ""
    return out if details else [*out, *wrap(f"Every row: --details.{one}", 0, style)]


def prices_lines(prices: Prices, style: Style) -> list[str]:
    """How old the prices are, and who confirmed them."""
    if not prices.oldest_checked:
        days = "Prices without a day"
    elif prices.oldest_checked == prices.newest_checked:
        days = f"Prices checked {prices.oldest_checked}"
    else:
        days = f"Prices checked {prices.oldest_checked} to {prices.newest_checked}"
    sure = "all verified" if prices.confidences == ("verified",) else ", ".join(prices.confidences) or "none used"
    out = [f"{days}, {sure}."]
    if prices.stale:
        text = f"Stale, confirmed by nobody in 24 months: {', '.join(prices.stale)}"
        out += [paint(line, "yellow", style) for line in wrap(text, 0, style)]
    return out
