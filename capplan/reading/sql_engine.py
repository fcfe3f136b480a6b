"""Runs SQL over files with DuckDB, which the extra `traces` installs, within a memory limit and a folder to spill to."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from capplan.errors import CapplanError, Diagnostic

INSTALL = "python -m pip install 'capplan[traces]'"
_MESSAGES = (
    (re.compile(r"magic bytes|too small to be a Parquet|Parquet magic|metadata|footer", re.IGNORECASE),
     "not a whole Parquet file", "it ends without its footer: was it still being written?"),
    (re.compile(r"GZIP|decompress|inflate", re.IGNORECASE),
     "the gzip file is cut off or broken", "was it still being written? fetch it again"),
    (re.compile(r"Malformed JSON|unexpected end of data|not an? (?:array|object)", re.IGNORECASE),
     "not JSON to its end", "was it still being written? fetch it again"),
    (re.compile(r"Maximum line size|maximum_object_size", re.IGNORECASE), "a line is too long to be a row of a log", ""),
    (re.compile(r"Out of Memory|failed to (?:allocate|pin|offload)", re.IGNORECASE),
     "the memory limit is too low for these files", "raise it, such as --memory-limit 2GB, or name a --temp-folder"),
    (re.compile(r"No space left|max_temp_directory", re.IGNORECASE),
     "the folder for temporary files is full", "name another one: --temp-folder"),
)  # fmt: skip
"""What the engine says, and how we say it."""


class Engine(NamedTuple):
    """A connection, and a folder of its own for temporary files."""

    connection: Any
    folder: Path

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a statement answers. Raises CapplanError where the files are at fault."""
        import duckdb  # noqa: PLC0415  an extra

        try:
            out: list[tuple[Any, ...]] = self.connection.execute(sql).fetchall()
        except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException):
            raise  # our own text is wrong
        except duckdb.Error as error:
            raise _in_our_words(str(error)) from None
        return out

    def stream(self, sql: str, part: int) -> Iterator[tuple[Any, ...]]:
        """What a statement answers, some rows at a time. Raises CapplanError where the files are at fault."""
        import duckdb  # noqa: PLC0415  an extra

        try:
            answer = self.connection.execute(sql)
            while rows := answer.fetchmany(part):
                yield from rows
        except duckdb.Error as error:
            raise _in_our_words(str(error)) from None


@contextmanager
def sql_engine(memory_limit: str, temp_folder: str | None) -> Iterator[Engine]:
    """An engine that keeps to a memory limit, such as 512MB. Raises CapplanError where DuckDB is not installed."""
    try:
        import duckdb  # noqa: PLC0415  an extra
    except ImportError:
        raise CapplanError((Diagnostic("profile", 0, 0, "reading traces needs DuckDB", INSTALL),)) from None
    if temp_folder is not None and not Path(temp_folder).is_dir():
        raise CapplanError((Diagnostic(temp_folder, 0, 0, "there is no such folder", "name one for --temp-folder"),))
    with tempfile.TemporaryDirectory(prefix="capplan-", dir=temp_folder) as folder:
        settings: dict[str, Any] = {
            "memory_limit": memory_limit,
            "temp_directory": str(Path(folder) / "spilled"),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        connection = duckdb.connect(":memory:", config=settings)
        try:
            connection.execute("SET TimeZone = 'UTC'")
            yield Engine(connection, Path(folder))
        finally:
            connection.close()


def _in_our_words(said: str) -> CapplanError:
    """An error of the engine, with the file it names."""
    first = said.partition("\n")[0]
    named = re.search(r"'([^']+\.[^']+)'|\"([^\"]+\.[^\"]+)\"|(?:stream|file):? (\S+\.\w+)", said)
    file = next((group for group in named.groups() if group), "") if named is not None else ""
    file = file.strip("'\".")
    for pattern, message, hint in _MESSAGES:
        if pattern.search(said):
            return CapplanError((Diagnostic(file or "trace", 0, 0, message, hint),))
    return CapplanError((Diagnostic(file or "trace", 0, 0, f"cannot be read: {first[:200]}"),))


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def named(column: str) -> str:
    """A column's name as SQL writes it."""
    return '"' + column.replace('"', '""') + '"'
