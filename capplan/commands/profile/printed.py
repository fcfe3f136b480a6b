"""Prints the statements of a profile for those who run them themselves, each whole and reading only."""

from collections.abc import Sequence
from typing import NamedTuple

from capplan.commands.profile.events import Mapped, Source, events_sql
from capplan.commands.profile.statements import RESULTS, STEPS
from capplan.reading.sql_dialects import translated

HASHED = "hottest hashed"
"""The name of the hottest keys where they are hashes."""
_EXPORTS = {
    "athena": "Athena writes each answer to the workgroup's folder of S3 by itself, as QUERY_ID.csv: fetch all of them.",
    "trino": "With Trino's client: trino --output-format CSV_HEADER --file NAME.sql > NAME.csv",
    "spark": "In a session with spark.sql.session.timeZone=UTC: spark.sql(text).coalesce(1).write.csv(NAME, header=True)",
    "duckdb": "With DuckDB's client, after SET TimeZone = 'UTC': duckdb -csv -f NAME.sql > NAME.csv",
}


class Statement(NamedTuple):
    """The statement of one result."""

    name: str
    sql: str


def printed(dialect: str, sources: Sequence[Source], asked: Mapped, salt: str | None) -> tuple[Statement, ...]:
    """One statement for each result; its rows carry the result's name in the column `result`."""
    events = events_sql(sources, asked, salt)
    out = []
    for name, (sql, step, columns) in RESULTS.items():
        given = f"events AS ({events})" + (f", {step} AS ({STEPS[step]})" if step else "")
        called = HASHED if name == "hottest" and salt is not None else name
        text = f"WITH {given} SELECT '{called}' AS result, {', '.join(columns)} FROM ({sql}) AS answer"
        out.append(Statement(name, translated(text, dialect, pretty=True)))
    return tuple(out)


def as_text(statements: Sequence[Statement], dialect: str) -> str:
    """All of them as one text, with what to do with them."""
    head = (
        f"-- {len(statements)} statements of capplan profile for {dialect}; each reads only, in any order, over the same rows.",
        f"-- {_EXPORTS[dialect]}",
        "-- Then: capplan profile --from-results *.csv -o profile.json",
    )
    parts = [f"-- {place}: {name}\n{sql};\n" for place, (name, sql) in enumerate(statements, 1)]
    return "\n".join((*head, "", *parts))
