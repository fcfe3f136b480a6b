"""A plan for a person: verdict, money, capacity, what to do, what it rests on, what is left out."""

from collections.abc import Sequence
from decimal import Decimal

from capplan.answer import Finding, Plan, PlannedLimit, PlannedResource
from capplan.pricing.rating import LineItem
from capplan.report import numbers
from capplan.report.document import Style, bar, finish, fit, paint, to_type, wrap
from capplan.report.plain import plain
from capplan.report.yaml_value import written

_SERVICES = {"dynamodb": "DynamoDB", "lambda": "Lambda", "stepfunctions": "Step Functions", "glue": "Glue"}
_UNDER = Decimal("0.20")


def plan_text(plan: Plan, style: Style, *, details: bool = False, top: int = 10) -> str:
    """The answer of `estimate`."""
    blocks = [
        _summary(plan, style),
        _cost(plan, style, details=details, top=top),
        _headroom(plan.limits, style, details=details),
        _findings(plan, style, details=details),
        _assumed(plan, style, details=details),
        _footer(plan, style),
    ]
    lines: list[str] = []
    for block in blocks:
        if block:
            lines += [*block, ""]
    return finish(lines, style)


def title(plan_name: str, region: str, rest: str, style: Style) -> str:
    """The first line."""
    return paint(f"{plain(plan_name)} · {plain(region)} · {rest}", "bold", style)


def _summary(plan: Plan, style: Style) -> list[str]:
    money = "contracted" if plan.discount else "list"
    per = next((e for e in plan.entrances if e.per_thousand), None)
    cost = f"  cost      {numbers.usd(plan.monthly_cost)} a month   {numbers.usd(plan.yearly_cost)} a year"
    out = [title(plan.name, plan.region, f"USD, {money} prices, month of 730 h", style), "", cost]
    if plan.discount:
        out.append(f"            {numbers.usd(plan.list_cost)} at list prices, {numbers.share(plan.discount)} off")
    if per is not None:
        text = f"            {_four(per.per_thousand)} per 1,000 {plain(per.entrance)}"
        out.append(f"{text}, standing cost of {numbers.usd(plan.standing_cost)} apart")
    out += [_gates_line(plan, style), _limits_line(plan, style), _savings_line(plan)]
    return out


def _four(amount: Decimal) -> str:
    return f"{amount.quantize(Decimal('0.0001')):,f}"


def _gates_line(plan: Plan, style: Style) -> str:
    if not plan.gates:
        return "  gates     none written"
    broken = [g for g in plan.gates if g.verdict == "fail" and g.level == "deny"]
    warned = [g for g in plan.gates if g.verdict == "fail" and g.level == "warn"]
    if not broken and not warned:
        margins = [g for g in plan.gates if g.margin is not None]
        near = min(margins, key=lambda g: g.margin or Decimal(0), default=None)
        tail = f"        nearest: {plain(near.gate)}" if near is not None else ""
        return f"  gates     {len(plan.gates)} of {len(plan.gates)} hold{tail}"
    text = f"{len(broken)} of {len(plan.gates)} BROKEN" if broken else f"{len(plan.gates)} judged"
    text += f", {numbers.count(len(warned), 'warning')}" if warned else ""
    first = (broken or warned)[0]
    return "  gates     " + paint(text, "red" if broken else "yellow", style) + f": {plain(first.gate)}"


def _limits_line(plan: Plan, style: Style) -> str:
    broken = [p for p in plan.limits if p.breached]
    if broken:
        first = broken[0]
        word = paint(f"{len(broken)} BROKEN", "red", style)
        return f"  limits    {word}: {plain(first.check.resource)}, {first.check.limit}, {numbers.share(first.headroom)} free"
    first_to_break = min(
        (p for p in plan.limits if p.breaks_at is not None), key=lambda p: p.breaks_at or 0, default=None
    )
    if not plan.limits:
        return "  limits    none checked"
    tail = (
        f"           first to break: {plain(first_to_break.check.resource)}, at {_multiple(first_to_break.breaks_at)} traffic"
        if first_to_break
        else ""
    )
    return f"  limits    all hold{tail}"


def _savings_line(plan: Plan) -> str:
    saved = [f for f in plan.findings if f.severity == "saving" and f.monthly_saving]
    risks = [f for f in plan.findings if f.severity == "risk"]
    best = (
        f"up to {numbers.usd(saved[0].monthly_saving or Decimal(0))} by one of {numbers.count(len(saved), 'finding')}"
        if saved
        else "none found"
    )
    return f"  savings   {best}" + (f", and {numbers.count(len(risks), 'risk')} to remove" if risks else "")


# --- cost -----------------------------------------------------------------------------------------------------------------


def _cost(plan: Plan, style: Style, *, details: bool, top: int) -> list[str]:
    wide = style.width >= 120  # noqa: PLR2004  room for the SKU and the price's day
    head = fit("COST", 29) + "quantity × list unit price".rjust(29) + "share".rjust(8) + "USD/month".rjust(13)
    out = [paint(head + ("   SKU, price checked" if wide else ""), "bold", style)]
    shown = Decimal(0)
    ranked = sorted(plan.resources, key=lambda r: (-r.monthly_cost, r.label))
    kept = ranked if details else ranked[:top]
    for service in sorted(plan.cost_by_service, key=lambda s: (-plan.cost_by_service[s], s)):
        total = plan.cost_by_service[service]
        if not any(r.service == service for r in plan.resources):
            continue
        out.append(_sum_row(_SERVICES[service], total, plan, style, 26))
        shown += total
        for resource in (r for r in kept if r.service == service):
            out += _resource_rows(plan, resource, style, details=details, wide=wide)
    folded = ranked[len(kept) :]
    if folded:
        rest = sum((r.monthly_cost for r in folded), Decimal(0))
        out.append(fit(f"  {len(folded)} more resources", 66) + numbers.usd(rest).rjust(13))
    out.append(paint(fit("total", 66) + numbers.usd(plan.monthly_cost).rjust(13), "bold", style))
    return out + _rounding(plan)


def _rounding(plan: Plan) -> list[str]:
    """Where the services' cents do not add up to the total's, by how much."""
    cents = Decimal("0.01")
    parts = sum((c.quantize(cents) for c in plan.cost_by_service.values()), Decimal(0))
    gap = plan.monthly_cost.quantize(cents) - parts
    return [fit("rounding of the services' cents", 66) + numbers.usd(gap, sign=True).rjust(13)] if gap else []


def _sum_row(label: str, total: Decimal, plan: Plan, style: Style, width: int) -> str:
    part = total / plan.monthly_cost if plan.monthly_cost else Decimal(0)
    drawn = bar(float(part), 29, style)
    share = f"{part * 100:.1f}%" if plan.monthly_cost else ""
    return fit(label, width) + "   " + drawn + share.rjust(8) + numbers.usd(total).rjust(13)


def _resource_rows(plan: Plan, resource: PlannedResource, style: Style, *, details: bool, wide: bool) -> list[str]:
    lines = sorted((x for x in plan.lines if _owner(x, resource)), key=lambda x: (-x.contracted_cost, x.id))
    if len(lines) == 1:
        return [_line_row(lines[0], "  ", wide=wide)]
    out = [_sum_row(f"  {resource.label}", resource.monthly_cost, plan, style, 26)]
    dear = lines if details else [x for x in lines if x.contracted_cost * 20 >= plan.monthly_cost]
    out += [_line_row(x, "    ", wide=wide) for x in dear]
    rest = [x for x in lines if x not in dear]
    if rest and dear:
        cost = sum((x.contracted_cost for x in rest), Decimal(0))
        out.append(fit(f"    {len(rest)} more", 66) + numbers.usd(cost).rjust(13))
    return out


def _owner(line: LineItem, resource: PlannedResource) -> bool:
    return line.service == resource.service and line.charge_id.startswith(f"{resource.label}.")


def _line_row(line: LineItem, indent: str, *, wide: bool) -> str:
    left = (
        f"{numbers.quantity(line.consumed_quantity)} {line.consumed_unit} × {numbers.unit_price(line.list_unit_price)}"
    )
    label = indent + plain(line.id)
    room = 66 - len(label) - 1
    row = f"{label} {left.rjust(max(room, len(left)))}" + numbers.usd(line.contracted_cost).rjust(13)
    if wide:
        checked = line.price_checked.isoformat() if line.price_checked else "undated"
        row += f"   {line.sku or 'no SKU'}, {checked}"
    return (
        row
        + ("  stale price" if line.stale else "")
        + ("" if line.price_confidence == "verified" else f"  {line.price_confidence}")
    )


# --- capacity -------------------------------------------------------------------------------------------------------------


def _headroom(limits: Sequence[PlannedLimit], style: Style, *, details: bool) -> list[str]:
    if not limits:
        return []
    head = fit("HEADROOM", 36) + "peak".rjust(8) + "limit".rjust(8) + "free".rjust(7) + "  breaks when"
    shown = [p for i, p in enumerate(limits) if details or i < 5 or p.headroom < _UNDER]  # noqa: PLR2004  five, and near ones
    out = [paint(head, "bold", style)]
    for p in shown:
        label = f"{plain(p.check.resource)} {p.check.limit.partition('.')[2]}"
        row = fit(label, 36) + numbers.rate(p.check.load).rjust(8) + numbers.rate(p.check.quota).rjust(8)
        row += numbers.share(p.headroom).rjust(7) + f"  {_multiple(p.breaks_at)}".ljust(9) + p.at
        out.append(paint(row, "red", style) if p.breached else row)
    if len(shown) < len(limits):
        out.append(f"{len(limits) - len(shown)} more, {numbers.share(limits[len(shown)].headroom)} free or more")
    return out


def _multiple(times: Decimal | None) -> str:
    """A multiple of today's traffic; past a thousand nobody asks how many."""
    if times is None:
        return ""
    return ">1000x" if times > 1000 else f"{times:f}x"  # noqa: PLR2004  see above


# --- what to do, what it rests on ----------------------------------------------------------------------------------------


def _findings(plan: Plan, style: Style, *, details: bool) -> list[str]:
    if not plan.findings:
        return [f"FINDINGS  none: {numbers.count(plan.rules_looked, 'rule')} looked."] if plan.rules_looked else []
    savings = [f for f in plan.findings if f.severity == "saving"]
    risks = [f for f in plan.findings if f.severity == "risk"]
    shown = (savings if details else savings[:5]) + risks
    out = [paint(fit("FINDINGS, each alone", 66) + "USD/month".rjust(13), "bold", style)]
    for finding in shown:
        out += _finding(finding, style)
    hidden = len(plan.findings) - len(shown)
    return [*out, f"{hidden} more"] if hidden else out


def _finding(finding: Finding, style: Style) -> list[str]:
    if finding.not_priced:
        worth = "not priced"
    elif finding.monthly_saving is None or finding.severity == "risk":
        worth = "risk"
    else:
        worth = numbers.usd(finding.monthly_saving)
    out = [fit(f"{finding.rule}  {finding.resource}", 66) + worth.rjust(13)]
    out += wrap(finding.message, 78, "  ")
    if finding.gives_up:
        out += wrap(f"! {finding.gives_up}", 78, "  ")
    if finding.not_priced:
        out += wrap(f"no price for {', '.join(finding.not_priced)}", 78, "  ")
    return out + [line for c in finding.change for line in to_type(c.path, written(c.new), "  ", style)]


def _assumed(plan: Plan, style: Style, *, details: bool) -> list[str]:
    if not plan.assumptions:
        return []
    shown = plan.assumptions if details else plan.assumptions[:6]
    out = [paint("ASSUMED", "bold", style)]
    for one in shown:
        a = one.assumption
        word = "workload" if a.kind == "workload" else "AWS"
        wrapped = wrap(f"{a.path}: {a.value} ({a.reason})", 78, " " * 10)
        out += [word.ljust(10) + wrapped[0][10:], *wrapped[1:]]
    hidden = len(plan.assumptions) - len(shown)
    return [*out, f"          {hidden} more: --details"] if hidden else out


def _footer(plan: Plan, style: Style) -> list[str]:
    out = wrap("NOT IN HERE  " + "; ".join(e.what for e in plan.excluded), 78, "")
    return out + prices_line(plan, style)


def prices_line(plan: Plan, style: Style) -> list[str]:
    """How old the prices are and who confirmed them; what the free tier would save."""
    prices = plan.prices
    days = (
        f"Prices checked {prices.oldest_checked} to {prices.newest_checked}"
        if prices.oldest_checked
        else "Prices undated"
    )
    out = [f"{days}: {', '.join(prices.confidences) or 'none used'}."]
    if prices.stale:
        out += [
            paint(line, "yellow", style)
            for line in wrap(f"Stale, nobody confirmed them in 24 months: {', '.join(prices.stale)}", 78, "")
        ]
    if plan.free_tier_saves:
        out.append(f"Free tier off: it would save {numbers.usd(plan.free_tier_saves)}.")
    if plan.one_time_cost:
        out.append(f"One-time cost apart: {numbers.usd(plan.one_time_cost)}.")
    return out
