"""Runs SQL over files within a memory limit and a folder to spill to: what an engine is, and DuckDB (the extra `traces`)."""

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.trace_files import TraceFile, trace_files

_MB_OF_TWO_THREADS = 150
MAX_LINE_BYTES, MAX_DOCUMENT_BYTES = 10_000_000, 64 * 2**20
INSTALL = "python -m pip install 'capplan[traces]'"
_MESSAGES = (
    (re.compile(r"Out of ?Memory|Java heap|failed to (?:allocate|pin|offload)", re.IGNORECASE), "--memory",
     "the memory limit is too low for these files", "raise it, such as --memory 2GB, or name a --temp-folder"),
    (re.compile(r"No space left|max_temp_directory", re.IGNORECASE), "--temp-folder",
     "the folder for temporary files is full", "name another one: --temp-folder"),
    (re.compile(r"magic bytes|magic number|too small to be a Parquet|Parquet magic|metadata|footer", re.IGNORECASE), "",
     "not a whole Parquet file", "it ends without its footer: was it still being written?"),
    (re.compile(r"GZIP|decompress|inflate|end of input stream|header check|ZLIB", re.IGNORECASE), "",
     "the gzip file is cut off or broken", "was it still being written? fetch it again"),
    (re.compile(r"Malformed JSON|unexpected end of data|not an? (?:array|object)", re.IGNORECASE), "",
     "not JSON to its end", "was it still being written? fetch it again"),
    (re.compile(r"Maximum line size|maximum_object_size", re.IGNORECASE), "",
     "a line is too long to be a row of a log", ""),
)  # fmt: skip
"""What the engine says, where that is if not in the file it names, and how we say it."""


class Engine(Protocol):
    """What runs SQL. Statements are written once, in DuckDB's words; another engine translates them.

    The readers answer what may stand after FROM. `j` is the text of one JSON object, null where a row is none.
    """

    def files(self, given: Sequence[str]) -> tuple[tuple[TraceFile, ...], int]:
        """The files of paths, folders and patterns as `trace_files` tells them."""
        ...

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a statement answers. Raises CapplanError where the files are at fault."""
        ...

    def view(self, name: str, sql: str) -> None:
        """A name for what a statement answers."""
        ...

    def keep(self, name: str, sql: str) -> None:
        """The same, computed once."""
        ...

    def forget(self, name: str) -> None:
        """What was kept is no longer needed."""
        ...

    def keep_rows(self, name: str, sql: str) -> None:
        """The same for as many rows as the files have, of which each statement reads some columns."""
        ...

    def lines(self, paths: Sequence[str]) -> str:
        """Rows of texts, as `line`; no sign parts, quotes or escapes, and an empty line is no row."""
        ...

    def json_lines(self, paths: Sequence[str]) -> str:
        """Rows of files with a JSON object a line, as `j`."""
        ...

    def json_documents(self, paths: Sequence[str], part: str | None) -> str:
        """The objects of files that are one JSON array each, or one object with the array in `part`, as `j`."""
        ...

    def csv(self, paths: Sequence[str], columns: Sequence[str], delimiter: str) -> tuple[str, str]:
        """Rows of CSV files as texts; and SQL that is true for a row of it that is broken, empty where it has none."""
        ...

    def parquet(self, paths: Sequence[str]) -> str:
        """Rows of Parquet files, columns by name."""
        ...

    def kinds(self, relation: str) -> Mapping[str, str]:
        """The columns: `integer`, `number`, `zoned` or `zoneless` for times, else `text`."""
        ...

    def rejected(self) -> int:
        """Rows of CSV files that were left out because they are broken."""
        ...


class DuckDB:
    """A connection, made when something is first asked of it, and a folder of its own for temporary files."""

    def __init__(self, connect: Callable[[], Any], folder: Path) -> None:
        self.connect, self.folder = connect, folder

    @cached_property
    def connection(self) -> Any:  # noqa: ANN401  DuckDB's
        """The connection. Raises CapplanError where DuckDB is not installed."""
        return self.connect()

    def close(self) -> None:
        """Close the connection, if there is one."""
        if "connection" in vars(self):
            self.connection.close()

    def files(self, given: Sequence[str]) -> tuple[tuple[TraceFile, ...], int]:  # noqa: D102
        return trace_files(given)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:  # noqa: D102
        connection = self.connection
        import duckdb  # noqa: PLC0415  an extra

        try:
            out: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
        except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException):
            raise  # our own text is wrong
        except duckdb.Error as error:
            raise in_our_words(str(error)) from None
        return out

    def stream(self, sql: str, part: int) -> Iterator[tuple[Any, ...]]:
        """What a statement answers, some rows at a time. Raises CapplanError where the files are at fault."""
        connection = self.connection
        import duckdb  # noqa: PLC0415  an extra

        try:
            answer = connection.execute(sql)
            while rows := answer.fetchmany(part):
                yield from rows
        except duckdb.Error as error:
            raise in_our_words(str(error)) from None

    def view(self, name: str, sql: str) -> None:  # noqa: D102
        self.rows(f"CREATE TEMPORARY VIEW {name} AS {sql}")

    def keep(self, name: str, sql: str) -> None:  # noqa: D102
        _part_for_groups(self.connection, 4)  # many groups of texts are spilled; with more they need more than there is
        self.keep_rows(name, sql)  # a table would take memory
        _part_for_groups(self.connection, 2)

    def forget(self, name: str) -> None:  # noqa: D102
        self.rows(f"DROP VIEW {name}")
        (self.folder / f"{name}.parquet").unlink()

    def keep_rows(self, name: str, sql: str) -> None:  # noqa: D102
        place = quoted(str(self.folder / f"{name}.parquet"))
        self.rows(f"COPY ({sql}) TO {place} (FORMAT parquet)")
        self.view(name, f"SELECT * FROM read_parquet({place})")

    def lines(self, paths: Sequence[str]) -> str:  # noqa: D102
        read = (
            f"read_csv({_listed(paths)}, columns = {{'line': 'VARCHAR'}}, auto_detect = false, header = false, "
            f"delim = '\x01', quote = '', escape = '', strict_mode = false, max_line_size = {MAX_LINE_BYTES})"
        )
        return f"(SELECT line FROM {read} WHERE nullif(line, '') IS NOT NULL)"

    def json_lines(self, paths: Sequence[str]) -> str:  # noqa: D102
        return f"(SELECT {_OBJECT} AS j FROM (SELECT try_cast(line AS JSON) AS j FROM {self.lines(paths)}))"

    def json_documents(self, paths: Sequence[str], part: str | None) -> str:  # noqa: D102
        place = quoted("$" if part is None else f"$.{part}")
        read = (
            f"read_json_objects({_listed(paths)}, format = 'unstructured', maximum_object_size = {MAX_DOCUMENT_BYTES})"
        )
        objects = f"SELECT unnest(CAST(json_extract(json, {place}) AS JSON[])) AS j FROM {read}"
        return f"(SELECT {_OBJECT} AS j FROM ({objects}))"

    def csv(self, paths: Sequence[str], columns: Sequence[str], delimiter: str) -> tuple[str, str]:  # noqa: D102
        types = "{" + ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in columns) + "}"
        return (
            f"read_csv({_listed(paths)}, columns = {types}, header = true, auto_detect = false, store_rejects = true, "
            f"rejects_limit = 0, delim = {quoted(delimiter)}, quote = '\"', escape = '\"', "
            f"max_line_size = {MAX_LINE_BYTES})"
        ), ""

    def parquet(self, paths: Sequence[str]) -> str:  # noqa: D102
        return f"read_parquet({_listed(paths)}, union_by_name = true)"

    def kinds(self, relation: str) -> Mapping[str, str]:  # noqa: D102
        described = self.rows(f"DESCRIBE SELECT * FROM {relation}")
        return {name: _kind(str(kind)) for name, kind, *_ in described}

    def rejected(self) -> int:  # noqa: D102
        if not self.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'reject_errors'"):
            return 0
        return int(self.rows("SELECT count(*) FROM (SELECT DISTINCT scan_id, file_id, line FROM reject_errors)")[0][0])


def _part_for_groups(connection: Any, divisor: int) -> None:  # noqa: ANN401  DuckDB's
    """Leave groups and sorts a part of the memory: they take all they may have, and without the rest nothing is read."""
    if connection.execute(
        "SELECT 1 FROM duckdb_settings() WHERE name = 'operator_memory_limit'"
    ).fetchall():  # from 2.0 on
        number, unit = str(connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0]).split()
        connection.execute(f"SET operator_memory_limit = '{float(number) / divisor}{unit}'")


_OBJECT = "CASE WHEN json_type(j) = 'OBJECT' THEN j END"


def _kind(name: str) -> str:
    if name.startswith("TIMESTAMP") or name == "DATE":
        return "zoned" if "TIME ZONE" in name else "zoneless"
    if name.startswith(("DOUBLE", "FLOAT", "DECIMAL")):
        return "number"
    return "integer" if name.endswith(("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT")) else "text"


def _listed(paths: Sequence[str]) -> str:
    return "[" + ", ".join(map(quoted, paths)) + "]"


@contextmanager
def sql_engine(
    memory_limit: str = "512MB", temp_folder: str | None = None, *, what: str = "traces", place: str = "profile"
) -> Iterator[DuckDB]:
    """DuckDB, which keeps to a memory limit, such as 512MB, under 150MB with one thread; `what` is read with it at `place`.

    It raises CapplanError where DuckDB is not installed, when it is first asked: telling files needs none.
    """
    with temporary_folder(temp_folder) as folder:

        def connect() -> Any:  # noqa: ANN401  DuckDB's
            try:
                import duckdb  # noqa: PLC0415  an extra
            except ImportError:
                raise CapplanError((Diagnostic(place, 0, 0, f"reading {what} needs DuckDB", INSTALL),)) from None
            settings: dict[str, Any] = {
                "memory_limit": memory_limit,
                "temp_directory": str(folder / "spilled"),
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
            connection = duckdb.connect(":memory:", config=settings)
            connection.execute("SET TimeZone = 'UTC'")
            if is_little(memory_limit):
                connection.execute("SET threads = 1")
            _part_for_groups(connection, 2)
            return connection

        engine = DuckDB(connect, folder)
        try:
            yield engine
        finally:
            engine.close()


def is_little(memory_limit: str) -> bool:
    """Whether the memory is too little for the buffers of two threads."""
    return memory_limit.endswith("MB") and int(memory_limit.removesuffix("MB")) < _MB_OF_TWO_THREADS


@contextmanager
def temporary_folder(within: str | None) -> Iterator[Path]:
    """A folder for temporary files, gone at the end. Raises CapplanError where there is no folder to make it in."""
    if within is not None and not Path(within).is_dir():
        raise CapplanError((Diagnostic(within, 0, 0, "there is no such folder", "name one for --temp-folder"),))
    with tempfile.TemporaryDirectory(prefix="capplan-", dir=within) as folder:
        yield Path(folder)


def in_our_words(said: str, place: str = "") -> CapplanError:
    """An error of the engine, with the file it names."""
    first = said.strip().partition("\n")[0]
    named = re.search(r"'([^']+\.[^']+)'|\"([^\"]+\.[^\"]+)\"|(?:stream|file):? ?(/*\S+\.\w+)", said)
    file = next((group for group in named.groups() if group), "") if named is not None else ""
    place = place or file.strip("'\".") or "trace"
    for pattern, option, message, hint in _MESSAGES:
        if pattern.search(said):
            return CapplanError((Diagnostic(option or place, 0, 0, message, hint),))
    return CapplanError((Diagnostic(place, 0, 0, f"cannot be read: {first[:200]}"),))


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def named(column: str) -> str:
    """A column's name as SQL writes it."""
    return '"' + column.replace('"', '""') + '"'
