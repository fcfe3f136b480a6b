"""Shows a profile: the rate and its peaks, what failed, keys, sizes and durations, and what became of each row."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import PurePath

from capplan.commands.profile.measured import Collections, KeyUse, Profile, Values
from capplan.importing import written
from capplan.language.replay import whole_weeks
from capplan.reading.yaml_text import flow
from capplan.report import numbers
from capplan.report.document import (
    Block,
    Code,
    Column,
    Document,
    Heading,
    Panel,
    Paragraph,
    Row,
    Table,
    facts,
    line,
    row,
    strong,
)
from capplan.report.views.parts import signed

_MANY = 8
"""Rows shown without details."""


def profile_document(answer: Profile, file: str | None) -> Document:
    """The answer of `profile`; `file` is where it was written."""
    blocks: list[Block] = [*_rate(answer), *_mix(answer)]
    if answer.keys is not None:
        blocks += [Heading("Keys"), _keys(answer.keys)]
    if answer.collections is not None:
        blocks += [Heading("Keys"), _collections(answer.collections)]
    values = [("bytes", "Size", answer.bytes), ("ms", "Duration", answer.duration_ms)]
    if any(measured for _, _, measured in values):
        blocks += [Heading("Sizes and durations"), _values(values)]
    blocks += [Heading("Rows"), _rows(answer)]
    blocks += [Paragraph(line(f"{remark}.")) for remark in answer.remarks]
    told = [*answer.told, *_replay(answer)]
    if told:
        blocks += [Heading("Traffic"), *(Paragraph(line(f"{sentence}.")) for sentence in told)]
    snippet = _to_write(answer, file)
    blocks += [Heading("In a scenario"), Code(snippet, "yaml")] if snippet else []
    times = f"{_moment(answer.first)} to {_moment(answer.last)} UTC · " if answer.first and answer.last else ""
    head = f"{times}{_files(answer)}"
    return Document("Profile of a trace", head, (*blocks, _panel(answer, file)))


def _replay(answer: Profile) -> list[str]:
    """What a traffic that names the profile has of its minutes."""
    if answer.minutes is None:
        return []
    weeks = whole_weeks(len(answer.minutes.counts), answer.minutes.period_seconds)
    if not weeks:
        return ["less than a week: a scenario has its shape, not its minutes"] if answer.traffic else []
    return [f"a scenario has the minutes of its last {weeks * 7} days, one by one; with replay: false the shape"]


def _files(answer: Profile) -> str:
    return ", ".join(numbers.count(n, f"file: {label}", f"files: {label}") for label, n in answer.files.items())


def _rate(answer: Profile) -> list[Block]:
    rows = [("Items", f"{answer.items:,}")] if answer.items is not None else []
    rows += [("Requests", _count(answer.requests))] if answer.requests else []
    if answer.rate is not None:
        rows.append(("Mean rate", f"{written.digits(answer.rate)}/s"))
    if answer.busiest_minute is not None:
        minute, n = answer.busiest_minute
        rate = float(n) / 60
        rows.append(("Busiest minute", f"{written.digits(rate)}/s, {_moment(minute)}{_times(rate, answer)}"))
    if answer.busiest_seconds:
        second, n = answer.busiest_seconds[0]
        rows.append(("Busiest second", f"{n:,}/s, {_moment(second)}{_times(n, answer)}"))
    if answer.has_status:
        rows += [
            ("Failed", f"{answer.failed:,} ({written.share(Decimal(answer.failed) / answer.used)})"),
            ("Throttled", f"{answer.throttled:,} ({written.share(Decimal(answer.throttled) / answer.used)})"),
        ]
    return [facts(*rows)] if rows else []


def _times(rate: float, answer: Profile) -> str:
    return f" ({written.factor(rate / answer.rate)} the mean)" if answer.rate else ""


def _count(n: Decimal | int) -> str:
    return f"{int(n):,}" if n == int(n) else f"{n:,.2f}"


def _mix(answer: Profile) -> list[Block]:
    if all(part.operation is None and part.target is None for part in answer.mix):
        return []
    rows: list[Row] = [
        row(
            part.operation or "-",
            part.target or "-",
            f"{part.requests:,}",
            written.share(Decimal(part.requests) / answer.used),
            f"{part.failed:,}" if answer.has_status else "-",
            shown="always" if i < _MANY else "details",
        )
        for i, part in enumerate(answer.mix)
    ]
    if len(rows) > _MANY + 1:
        rows.append(row(f"{len(rows) - _MANY} more: --details", "", "", "", "", role="dim", shown="short"))
    columns = (
        Column("Operation"),
        Column("Target", wraps=True),
        Column("Requests", "right"),
        Column("Share", "right"),
        Column("Failed", "right"),
    )
    return [Heading("Operations"), Table(columns, tuple(rows))]


def _keys(keys: KeyUse) -> Block:
    hottest = keys.hottest[0]
    tenth = max(1, keys.distinct // 10)
    of = "of the requests" if keys.is_exact else "of the units"
    rows = [
        ("Distinct keys", f"{keys.distinct:,}" if keys.is_exact else f"about {keys.distinct:,}"),
        ("Hottest", f"{hottest.key[:60]}: {written.share(Decimal(hottest.requests) / keys.requests)} {of}"),
    ]
    if hottest.busiest_second is not None:
        rows.append(("Its busiest second", f"{hottest.busiest_second:,}/s"))
    rows.append(("Hottest 10% of the keys", f"{written.share(Decimal(_upto(keys, tenth)) / keys.requests)} {of}"))
    return facts(*rows)


def _collections(found: Collections) -> Block:
    key, items = found.largest[0]
    return facts(
        ("Partition keys", f"{found.distinct:,}"),
        ("Items of one", f"{written.digits(found.items / found.distinct, 3)} in the mean"),
        ("Most", f"{items:,}: {key[:60]}"),
    )


def _upto(keys: KeyUse, rank: int) -> int:
    """Requests of the keys up to a rank."""
    total = 0
    for bucket in keys.buckets:
        inside = min(bucket.last, rank) - bucket.first + 1
        if inside > 0:
            total += bucket.requests * inside // (bucket.last - bucket.first + 1)
    return total


def _values(values: list[tuple[str, str, Values | None]]) -> Table:
    shares = ("0.5", "0.9", "0.95", "0.99", "0.999")
    rows = []
    for unit, label, measured in values:
        if measured is not None:
            at = dict(measured.quantiles)
            figures = [f"{written.digits(at[Decimal(share)], 3)}" for share in shares]
            rows.append(row(f"{label}, {unit}", written.digits(measured.mean), *figures, written.digits(measured.most)))
    names = ("Mean", *(f"p{(Decimal(share) * 100).normalize():f}" for share in shares), "Most")
    return Table((Column(""), *(Column(name, "right") for name in names)), tuple(rows))


def _rows(answer: Profile) -> Table:
    rows = [row("used", f"{answer.used:,}")]
    rows += [row(f"set aside: {reason}", f"{n:,}") for reason, n in answer.set_aside.items()]
    rows.append(row(strong("all"), f"{answer.rows:,}"))
    return Table((Column(""), Column("Rows", "right")), tuple(rows))


_VERBS = {
    "GetItem": "get",
    "PutItem": "put",
    "UpdateItem": "update",
    "DeleteItem": "delete",
    "Query": "query",
    "Scan": "scan",
}
"""Operations of DynamoDB that one request of a scenario stands for; a batch says how many items it has."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def _to_write(answer: Profile, file: str | None) -> str:
    """What of the profile a scenario takes, as it would stand there."""
    named = f"{{profile: {PurePath(file).name}}}" if file is not None else ""
    lines: list[str] = []
    if answer.traffic:
        lines += ["traffic:", f"  requests: {named or flow(dict(answer.traffic))}"]
    access = _access(answer) if answer.traffic else {}
    tables = list(access) or ([_table(answer) or "orders"] if answer.keys or answer.items is not None else [])
    if tables:
        lines.append("tables:")
    for table in tables:
        lines.append(f"  {table}:")
        if answer.items is not None:
            lines.append(f"    items: {answer.items}")
        if named and answer.bytes is not None:
            lines.append(f"    item_size: {named}")
        if named and answer.keys is not None:
            lines.append(f"    partition_key: {{name: pk, popularity: {named}}}")
        elif answer.collections is not None:
            lines.append(f"    partition_key: {{name: pk, distinct: {answer.collections.distinct}}}")
        lines += [f"    {line}" for line in access.get(table, ())]
    duration = named if named and answer.duration_ms is not None else _percentiles(answer.duration_ms)
    if duration:
        lines.append(
            f"# of a function: duration: {duration}" + (f", fails: {named}" if named and answer.failed else "")
        )
    return "\n".join(lines)


def _table(answer: Profile) -> str | None:
    targets = {part.target for part in answer.mix if part.target is not None and _NAME.fullmatch(part.target)}
    return next(iter(targets)) if len(targets) == 1 else None


def _access(answer: Profile) -> dict[str, list[str]]:
    """Requests of each table, as shares of the traffic."""
    out: dict[str, list[str]] = {}
    for part in answer.mix:
        verb, table = _VERBS.get(part.operation or ""), part.target or ""
        if verb is not None and _NAME.fullmatch(table):
            share = written.share(Decimal(part.requests) / answer.used)
            lines = out.setdefault(table, ["access:"])
            lines.append(f"  - {{{verb}: requests, chance: {share}}}")
    return out


def _percentiles(values: Values | None) -> str:
    """A duration as a scenario has it; empty where it has no spread."""
    if values is None:
        return ""
    at = dict(values.quantiles)
    points = {f"p{n}": at[Decimal(n) / 100] for n in (50, 95, 99)}
    if len(set(points.values())) < len(points) or min(points.values()) <= 0:
        return written.duration(Decimal(str(values.mean)))
    return "{" + ", ".join(f"{word}: {written.duration(value)}" for word, value in points.items()) + "}"


def _panel(answer: Profile, file: str | None) -> Panel:
    aside = answer.rows - answer.used
    rows = numbers.count(answer.used, "row")
    fact = (
        (strong(f"{written.digits(answer.rate)} requests/s"), line(f"of {rows}"))
        if answer.rate
        else (strong(rows), line(""))
    )
    if aside:
        share = written.share(Decimal(aside) / answer.rows)
        told = (signed("warn", f"{numbers.count(aside, 'row')} set aside"), line(f"{share} of all"))
    else:
        told = (signed("good", "every row is used"), line(f"written to {file}" if file else "-o FILE writes it"))
    return Panel("warn" if aside else "good", (fact, told))


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%d %H:%M:%S")
