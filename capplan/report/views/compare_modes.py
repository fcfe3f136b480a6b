"""Shows compared capacity modes: a table for each DynamoDB table, what it depends on, and what to do."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from capplan.pipeline.results import ComparedAccount, ComparedTable, FindingChange, ModeOption, Modes
from capplan.record import replace
from capplan.report import numbers
from capplan.report.document import (
    Block,
    Column,
    Document,
    Facts,
    Heading,
    Line,
    Panel,
    Role,
    Row,
    Shown,
    Span,
    Table,
    facts,
    line,
    row,
    strong,
)
from capplan.report.views.parts import prices_line, subtitle, what_to_write

_MODES = {"on-demand": "On-demand", "provisioned-peak": "Provisioned at the peak", "as-written": "Provisioned"}
_COMMITMENTS = {"reserved-1y": "reserved, 1 year", "reserved-3y": "reserved, 3 years", "savings-plan": "Savings Plan"}
_SCALED, _USUAL = "auto-scaled-", "auto-scaled-70"
"""AWS recommends a target of 70%: it stands for auto scaling, though a higher one is cheaper."""
_FEW = 7
_MAX_MULTIPLES = 3
_UNPLANNED = "a scheduled rise comes at another time"


def modes_document(modes: Modes) -> Document:
    """The answer of `compare-modes`."""
    head = subtitle(modes.region, "list prices in USD, storage included", modes.file)
    if not modes.tables:
        nothing = Panel("warn", lines=(line("No table in this scenario: there is no capacity mode to choose."),))
        return Document(modes.name, head, (nothing,))
    blocks: list[Block] = []
    alone = sum(table.index is None for table in modes.tables) == 1
    for table in modes.tables:
        blocks += _table(table, modes.multiples, alone=alone)
    blocks.append(_foot(modes))
    return Document(modes.name, head, (*blocks, _panel(modes)))


def _table(table: ComparedTable, multiples: Sequence[Decimal], *, alone: bool) -> list[Block]:
    """A table or index: its modes, what decides between them, and with one table alone what to write."""
    shown: Shown = "always" if table.index is None else "details"
    name = table.name + (f".{table.index}" if table.index else "")
    out: list[Block] = [
        Heading(f"{name}: capacity modes", "✖ would fail a gate" if _failing(table) else "", shown),
        replace(_options(table, multiples), shown=shown),
    ]
    utilization, alternatives = _utilization(table), _alternatives(table)
    out += [replace(utilization, shown=shown)] if utilization is not None else []
    out += [replace(alternatives, shown=_or_details(alone=alone))] if alternatives is not None else []
    chosen = _chosen(table)
    changes = _to_write(chosen) if chosen is not None and chosen.id != table.as_written else []
    if changes:
        code = what_to_write(changes)
        out.append(Heading("What to write", "in the scenario", _or_details(alone=alone)))
        out += [replace(code, shown=_or_details(alone=alone))]
    return out


def _or_details(*, alone: bool) -> Shown:
    return "always" if alone else "details"


# --- the modes of a table --------------------------------------------------------------------------------------------


def mode_words(option_id: str) -> str:
    """An option's mode and class in words: `Auto scaling 70%`, `On-demand, Standard-IA`."""
    mode, *rest = option_id.split("/")
    words = _MODES.get(mode) or (
        "Auto scaling 70%, scheduled" if mode == "scheduled" else f"Auto scaling {mode.removeprefix(_SCALED)}%"
    )
    return words + (", Standard-IA" if "standard-ia" in rest else "")


def _phrase(option_id: str) -> str:
    """The same in a sentence: `provisioned capacity, auto scaled at 70%`."""
    mode, *rest = option_id.split("/")
    scaled = "provisioned capacity, auto scaled at "
    words = {
        "on-demand": "on-demand",
        "as-written": "provisioned capacity as written",
        "provisioned-peak": "provisioned capacity for the peak",
        "scheduled": f"{scaled}70%, with a scheduled step before each rise",
    }.get(mode) or f"{scaled}{mode.removeprefix(_SCALED)}%"
    return words + (", table class Standard-IA" if "standard-ia" in rest else "")


def _options(table: ComparedTable, multiples: Sequence[Decimal]) -> Table:
    """The modes by cost; below each what a commitment makes of it."""
    columns = _columns(multiples)
    priced = [o for o in table.options if o.monthly_cost is not None]
    priced.sort(key=lambda o: (o.monthly_cost or Decimal(0), o.id))
    kept = _unfolded(table, priced)
    rows: list[Row] = []
    hidden = 0
    for option in (o for o in priced if o.commitment is None):
        with_commitment = [o for o in priced if o.commitment is not None and _base(o) == option.id]
        for each in (option, *with_commitment):
            shown: Shown = "always" if each.id in kept else "details"
            hidden += shown == "details"
            rows.append(_option(table, each, columns, shown))
    empty = [""] * (len(columns) + 4)
    if hidden == 1:
        rows = [replace(made, shown="always") for made in rows]
    elif hidden:
        rows.append(row(f"  {hidden} more: --details", *empty, role="dim", shown="short"))
    return Table(
        (
            Column("  Mode"),
            *(Column(_multiple(m), "right", optional=_dropped(m)) for m in columns),
            Column("Throttled", "right"),
            Column(f"at {_times(columns[-1])}" if columns[-1] != 1 else "", "right"),
            Column("Commitment", optional=5),
            Column("Id", optional=4),
        ),
        tuple(rows),
    )


def _base(option: ModeOption) -> str:
    return option.id.rpartition("/")[0]


def _columns(multiples: Sequence[Decimal]) -> list[Decimal]:
    """Today's traffic and the multiples nearest to it."""
    near = sorted({Decimal(1), *multiples}, key=lambda m: (m != 1, abs(m - 1)))[:_MAX_MULTIPLES]
    return sorted(near)


def _multiple(multiple: Decimal) -> str:
    return "Today" if multiple == 1 else f"{_times(multiple)} traffic"


def _times(multiple: Decimal) -> str:
    return "½" if multiple == Decimal("0.5") else f"{multiple:f}×"


def _dropped(multiple: Decimal) -> int:
    """Less traffic goes first where the columns do not fit, then more; today stays."""
    return 0 if multiple == 1 else 3 if multiple < 1 else 1


def _unfolded(table: ComparedTable, priced: Sequence[ModeOption]) -> set[str]:
    """The recommendation with its commitments, the scenario as written, the cheapest of each kind, the Pareto front."""
    free = [o for o in priced if o.commitment is None]
    kept = {table.recommended, table.as_written}
    ids, kinds = {o.id for o in free}, dict[str, str]()
    for option in free:
        kinds.setdefault(option.id.partition("/")[0].rstrip("0123456789"), option.id)
    kept |= {_USUAL if kind == _SCALED and _USUAL in ids else cheapest for kind, cheapest in kinds.items()}
    for option in (o for o in free if o.pareto):
        kept |= {option.id} if len(kept) < _FEW else set()
    chosen = _chosen(table)
    kept |= {o.id for o in priced if o.commitment is not None and _base(o) == table.recommended and _saves(o, chosen)}
    return {key for key in kept if key is not None}


def _saves(option: ModeOption, chosen: ModeOption | None) -> bool:
    return chosen is not None and (option.monthly_cost or 0) < (chosen.monthly_cost or 0)


def _option(table: ComparedTable, option: ModeOption, columns: Sequence[Decimal], shown: Shown) -> Row:
    chosen = option.id == table.recommended
    costs = {Decimal(1): option.monthly_cost, **{at.multiple: at.monthly_cost for at in option.at}}
    share = {Decimal(1): option.throttled_share, **{at.multiple: at.throttled_share for at in option.at}}
    voice: Role = "good" if chosen else ""
    return row(
        _label(table, option),
        *(_usd(costs.get(m)) for m in columns),
        _throttled(option.throttled_share, table),
        _throttled(share.get(columns[-1]), table) if columns[-1] != 1 else "",
        option.commitment or "none",
        Span(option.id, voice or "dim"),
        shown=shown,
        role="strong" if chosen else "",
    )


def _label(table: ComparedTable, option: ModeOption) -> Line:
    if option.commitment is not None:
        return line(f"    + {_COMMITMENTS[option.id.rpartition('/')[2]]}")
    words = mode_words(option.id) + (" (today)" if option.id == table.as_written else "")
    return (Span(f"▶ {words}", "good"),) if option.id == table.recommended else line(f"  {words}")


def _usd(cost: Decimal | None) -> str:
    return "" if cost is None else numbers.usd(cost)


def _throttled(share: Decimal | None, table: ComparedTable) -> Span:
    if share is None:
        return Span("")
    if table.tolerated and share >= table.tolerated:
        return Span(f"✖ {numbers.share(share)}", "bad")
    return Span(numbers.share(share), "warn" if share > 0 else "")


def _failing(table: ComparedTable) -> bool:
    return bool(table.tolerated) and any((o.throttled_share or 0) >= table.tolerated for o in table.options)


# --- what decides between them ---------------------------------------------------------------------------------------


def _utilization(table: ComparedTable) -> Facts | None:
    """How much of the provisioned capacity is used, beside the share from which it is cheaper than on-demand."""
    rows = []
    for word, even, used, scaled in (
        ("writes", table.break_even_write, table.used_write, table.scaled_write),
        ("reads", table.break_even_read, table.used_read, table.scaled_read),
    ):
        if even is None or used is None:
            continue
        shares: list[Span | str] = [Span(f"held at peak {numbers.share(used)}", _side(used, even)), "  ·  "]
        shares.append(f"break-even {numbers.share(even)}")
        if scaled is not None:
            shares += ["  ·  ", Span(f"auto scaled {numbers.share(scaled)}", _side(scaled, even))]
        rows.append((f"Utilization of {word}", line(*shares)))
    return facts(*rows) if rows else None


def _side(used: Decimal, even: Decimal) -> Role:
    return "good" if used > even else "warn"


def _alternatives(table: ComparedTable) -> Table | None:
    """When another mode is better than the recommended one."""
    if not table.unless:
        return None
    rows = []
    for sentence in table.unless:
        condition, _, outcome = sentence.partition(": ")
        rows.append(row(condition, _in_words(outcome, table)))
    return Table((Column("If", wraps=True), Column("Then", wraps=True)), tuple(rows))


def _in_words(outcome: str, table: ComparedTable) -> str:
    """A sentence in which modes have the names that the table above shows."""
    ids = sorted((option.id for option in table.options), key=len, reverse=True)
    pattern = r"(?<![\w/-])(" + "|".join(map(re.escape, ids)) + r")(?![\w/-])"
    return re.sub(pattern, lambda found: mode_words(found[1]), outcome) if ids else outcome


def to_write(table: ComparedTable) -> list[FindingChange]:
    """What changes for the recommended mode of a table; nothing for an index."""
    chosen = _chosen(table)
    return [] if chosen is None or table.index is not None else _to_write(chosen)


def _to_write(chosen: ModeOption) -> list[FindingChange]:
    """What changes; a table class that is not written is standard already."""
    return [c for c in chosen.change if c.old != c.new and (c.old is not None or c.new != "standard")]


def _chosen(table: ComparedTable) -> ModeOption | None:
    return _by_id(table).get(table.recommended or "")


def _by_id(table: ComparedTable) -> Mapping[str, ModeOption]:
    return {option.id: option for option in table.options}


# --- the verdict -----------------------------------------------------------------------------------------------------


def _foot(modes: Modes) -> Facts:
    rows: list[tuple[str, Line]] = []
    for reason, ids in _unpriced(modes.tables).items():
        kinds = ", ".join(sorted({_COMMITMENTS.get(i.rpartition("/")[2], mode_words(i)) for i in ids}))
        rows.append(("Not priced", line(f"{numbers.count(len(ids), 'option')} ({kinds}): {reason}")))
    if modes.not_simulated:
        rows.append(("Not included", line("; ".join(modes.not_simulated))))
    rows.append(("Prices", prices_line(modes.prices)))
    return facts(*rows)


def _unpriced(tables: Sequence[ComparedTable]) -> dict[str, list[str]]:
    """The options without a price, by the reason."""
    out: dict[str, list[str]] = {}
    for table in tables:
        if table.index is None:
            for option in table.options:
                if option.monthly_cost is None:
                    out.setdefault(option.reason, []).append(option.id)
    return out


def _panel(modes: Modes) -> Panel:
    """What to do and what it saves, when not to, what a commitment adds."""
    tables = [table for table in modes.tables if table.index is None]
    role: Role = "warn" if any(_throttles(table) for table in tables) else "good"
    lines: list[Line] = []
    rows: list[tuple[Span, Line]] = []
    if len(tables) == 1:
        lines += _advice(tables[0])
        if to_write(tables[0]):
            lines.append(line(Span(f"capplan compare-modes SCENARIO {tables[0].name} --apply", "accent")))
    else:
        rows = [(strong(table.name), _in_short(table)) for table in tables]
        rows += _account(modes.account)
        lines += _when_not(tables)
        words = "What to write: capplan compare-modes SCENARIO TABLE"
        lines += [line(Span(words, "dim"))]
    return Panel(role, tuple(rows), tuple(lines))


def _throttles(table: ComparedTable) -> bool:
    chosen = _chosen(table)
    return chosen is None or (chosen.throttled_share or Decimal(0)) > table.tolerated


def _advice(table: ComparedTable) -> list[Line]:
    """Three sentences on one table."""
    chosen = _chosen(table)
    if chosen is None:
        return [line("No mode of ", strong(table.name), " has a price: nothing can be recommended.")]
    if chosen.id == table.as_written:
        first = line(strong(f"Keep {table.name} as it is"), f", {_phrase(chosen.id)}: {_best(chosen, table)}.")
    else:
        switch = strong(f"Switch {table.name} to {_phrase(chosen.id)}")
        first = line(switch, f": {_difference(_by_id(table).get(table.as_written), chosen)}.")
    return [first, *_when_not([table]), *_commitments(table, chosen)]


def _best(chosen: ModeOption, table: ComparedTable) -> str:
    if _throttles(table):
        return f"every mode throttles this load ({numbers.share(chosen.throttled_share or Decimal(0))})"
    return "no mode is cheaper that throttles as little"


def _in_short(table: ComparedTable) -> Line:
    """The same in a few words."""
    chosen = _chosen(table)
    if chosen is None:
        return line("no mode has a price")
    words = mode_words(chosen.id)
    if chosen.id == table.as_written:
        return line(f"{words}, as it is")
    return line(f"{words}: {_difference(_by_id(table).get(table.as_written), chosen)}")


def _difference(before: ModeOption | None, chosen: ModeOption) -> str:
    """`saves 272.92 a month (51%)`, and what it throttles less."""
    if before is None or before.monthly_cost is None or chosen.monthly_cost is None:
        return "recommended"
    gap = before.monthly_cost - chosen.monthly_cost
    share = f" ({numbers.share(abs(gap) / before.monthly_cost)})" if before.monthly_cost else ""
    words = f"saves {numbers.usd(gap)} a month{share}" if gap >= 0 else f"costs {numbers.usd(-gap)} a month more{share}"
    less = (before.throttled_share or Decimal(0)) - (chosen.throttled_share or Decimal(0))
    return words + (f" and throttles {numbers.share(less)} less" if less > 0 else "")


def _when_not(tables: Sequence[ComparedTable]) -> list[Line]:
    """The trade-offs of the recommended modes: what happens when the traffic is not as planned."""
    by_words: dict[tuple[str, str], list[str]] = {}
    for table in tables:
        chosen = _chosen(table)
        if chosen is None or not chosen.reason or chosen.id == table.as_written:
            continue
        missed = next((s.partition(": ")[2] for s in table.unless if s.startswith(_UNPLANNED)), "")
        stay = "Stay on-demand" if "on-demand" in table.as_written else "Not"
        start = f"{stay} if a scheduled rise may come at another time" if missed else "Consider"
        by_words.setdefault((start, missed or chosen.reason), []).append(table.name)
    out: dict[str, list[str]] = {}
    for (start, outcome), names in by_words.items():
        out.setdefault(start, []).append(outcome + (f" ({', '.join(names)})" if len(tables) > 1 else ""))
    return [line(f"{start}: {'; '.join(outcomes)}.") for start, outcomes in out.items()]


def _commitments(table: ComparedTable, chosen: ModeOption) -> list[Line]:
    """What a commitment saves on top, the shortest first."""
    out = []
    for option in table.options:
        if (
            option.commitment
            and _base(option) == chosen.id
            and option.monthly_cost is not None
            and _saves(option, chosen)
        ):
            more = (chosen.monthly_cost or Decimal(0)) - option.monthly_cost
            out.append(f"{option.commitment} saves {numbers.usd(more)} more")
    return [line(f"If the load stays: {'; '.join(out)}.")] if out else []


def _account(account: ComparedAccount | None) -> list[tuple[Span, Line]]:
    """The cost of all tables."""
    if account is None:
        return []
    if account.as_written is None or account.recommended is None:
        return [(strong("All tables"), line("not priced: an option of a table has no price"))]
    gap = account.as_written - account.recommended
    text = f"{numbers.usd(account.as_written)} today, {numbers.usd(account.recommended)} as recommended"
    saves = f": saves {numbers.usd(gap)} a month ({numbers.share(gap / account.as_written)})" if gap > 0 else ""
    out = [(strong("All tables"), line(text, Span(saves, "good")))]
    for _, words, cost in account.pooled:
        out.append((strong(""), line(f"{numbers.usd(cost)} with {words}")))
    return out
