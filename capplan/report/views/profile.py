"""Shows a profile: the rate and its peaks, what failed, keys, sizes and durations, and what became of each row."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import PurePath

from capplan.commands.profile.measured import KeyUse, Profile, Values
from capplan.importing import written
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
    blocks: list[Block] = [_rate(answer), *_mix(answer)]
    if answer.keys is not None:
        blocks += [Heading("Keys"), _keys(answer.keys)]
    values = [("bytes", "Size", answer.bytes), ("ms", "Duration", answer.duration_ms)]
    if any(measured for _, _, measured in values):
        blocks += [Heading("Sizes and durations"), _values(values)]
    blocks += [Heading("Rows"), _rows(answer)]
    blocks += [Paragraph(line(f"{remark}.")) for remark in answer.remarks]
    if answer.traffic:
        blocks += [Heading("Traffic"), *(Paragraph(line(f"{told}.")) for told in answer.told)]
        blocks.append(Code(_to_write(answer, file), "yaml"))
    times = f"{_moment(answer.first)} to {_moment(answer.last)} UTC · " if answer.first and answer.last else ""
    head = f"{times}{_files(answer)}"
    return Document("Profile of a trace", head, (*blocks, _panel(answer, file)))


def _files(answer: Profile) -> str:
    return ", ".join(numbers.count(n, f"file: {label}", f"files: {label}") for label, n in answer.files.items())


def _rate(answer: Profile) -> Block:
    rows = [("Requests", _count(answer.requests))]
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
    return facts(*rows)


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
    rows = [
        ("Distinct keys", f"{keys.distinct:,}"),
        ("Hottest", f"{hottest.key[:60]}: {written.share(Decimal(hottest.requests) / keys.requests)} of the requests"),
        ("Its busiest second", f"{hottest.busiest_second:,}/s"),
        ("Hottest 10% of the keys", f"{written.share(Decimal(_upto(keys, tenth)) / keys.requests)} of the requests"),
    ]
    return facts(*rows)


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


def _to_write(answer: Profile, file: str | None) -> str:
    lines = ["traffic:"]
    if file is not None:
        lines.append(f"  requests: {{profile: {PurePath(file).name}}}")
    else:
        lines.append(f"  requests: {flow(dict(answer.traffic))}")
    duration = _percentiles(answer.duration_ms)
    if duration:
        lines.append(f"# of a function: duration: {duration}")
    return "\n".join(lines)


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
