"""Runs the same SQL by Spark, which the extra `spark` installs: in a session of its own, or on a cluster by Spark Connect."""

import logging
import os
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.sql_dialects import translated
from capplan.reading.sql_engine import MAX_DOCUMENT_BYTES, in_our_words, quoted, temporary_folder
from capplan.reading.trace_files import TraceFile, told, trace_files

INSTALL = "python -m pip install 'capplan[spark]'"
_HEAD_LINES = 200
_BROKEN = "_capplan_broken"
_OUR_FAULT = ("PARSE_", "UNRESOLVED_", "DATATYPE_", "TABLE_OR_VIEW", "INVALID_")
_TYPES = (
    (re.compile(r"timestamp_ntz|date"), "zoneless"),
    (re.compile(r"timestamp"), "zoned"),
    (re.compile(r"tinyint|smallint|int|bigint"), "integer"),
    (re.compile(r"float|double|decimal\(.*\)"), "number"),
)


class Spark(NamedTuple):
    """A session, the folder for temporary files (None on a cluster), and what was computed once."""

    session: Any
    folder: Path | None
    kept: dict[str, Any]

    def files(self, given: Sequence[str]) -> tuple[tuple[TraceFile, ...], int]:
        """As `trace_files`; on a cluster each path is told by its first lines there, and is one shape of log."""
        if self.folder is not None and not any("://" in path for path in given):
            return trace_files(given)
        unique = tuple(dict.fromkeys(given))
        return tuple(self._told(path) for path in unique), len(given) - len(unique)

    def _told(self, path: str) -> TraceFile:
        head = self._guarded(lambda: self.session.read.text(path).limit(_HEAD_LINES).collect(), path)
        return told(path, "\n".join(str(row[0]) for row in head))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:  # noqa: D102
        return [tuple(row) for row in self._guarded(lambda: self._asked(sql).collect())]

    def _asked(self, sql: str) -> Any:  # noqa: ANN401  a DataFrame
        return self.session.sql(translated(sql, "spark"))

    def _guarded(self, work: Callable[[], Any], place: str = "") -> Any:  # noqa: ANN401  what the work answers
        from pyspark.errors import PySparkException  # noqa: PLC0415  an extra

        errors: tuple[type[Exception], ...] = (PySparkException,)
        with suppress(ImportError):  # not there where only Spark Connect is installed
            from py4j.protocol import Py4JError  # noqa: PLC0415

            errors = (*errors, Py4JError)
        try:
            return work()
        except errors as error:
            said = error.getCondition() if isinstance(error, PySparkException) else None
            if said is not None and said.startswith(_OUR_FAULT):
                raise
            raise in_our_words(str(error), place) from None

    def view(self, name: str, sql: str) -> None:  # noqa: D102
        self._guarded(lambda: self._asked(sql).createOrReplaceTempView(name))

    def keep(self, name: str, sql: str) -> None:  # noqa: D102
        frame = self._guarded(lambda: self._asked(sql)).persist()  # in memory, and beyond it on disk
        self.kept[name] = frame
        frame.createOrReplaceTempView(name)

    def forget(self, name: str) -> None:  # noqa: D102
        self.kept.pop(name).unpersist()

    def keep_rows(self, name: str, sql: str) -> None:  # noqa: D102
        if self.folder is None:
            self.keep(name, sql)
            return
        place = str(self.folder / name)
        self._guarded(lambda: self._asked(sql).write.parquet(place))
        self.session.read.parquet(place).createOrReplaceTempView(name)

    def _named(self, frame: Any) -> str:  # noqa: ANN401  a DataFrame
        name = f"source_{len(self.kept)}"
        self.kept[name] = frame
        frame.createOrReplaceTempView(name)
        return name

    def lines(self, paths: Sequence[str]) -> str:  # noqa: D102
        frame = self._guarded(lambda: self.session.read.text(list(paths)))
        return f"(SELECT value AS line FROM {self._named(frame)} WHERE value <> '')"

    def json_lines(self, paths: Sequence[str]) -> str:  # noqa: D102
        frame = self._guarded(lambda: self.session.read.text(list(paths)).where("value <> ''"))
        # Spark reads one value and forgets the rest of the line: in brackets, what follows is seen
        one = "try_parse_json(concat('[', value, ']'))"
        whole = (
            f"{one} IS NOT NULL AND try_variant_get({one}, '$[1]', 'string') IS NULL AND startswith(ltrim(value), '{{')"
        )
        return self._named(frame.selectExpr(f"CASE WHEN {whole} THEN value END AS j"))

    def json_documents(self, paths: Sequence[str], part: str | None) -> str:  # noqa: D102
        frame = self._guarded(lambda: self.session.read.text(list(paths), wholetext=True))
        whole = f"length(value) <= {MAX_DOCUMENT_BYTES} AND try_parse_json(value) IS NOT NULL"
        broken = self._guarded(lambda: frame.where(f"NOT ({whole})").selectExpr("input_file_name()").head())
        if broken is not None:
            raise in_our_words("Malformed JSON", Path(broken[0]).name)
        array = "value" if part is None else f"get_json_object(value, {quoted('$.' + part)})"
        items = frame.selectExpr(f"explode(from_json({array}, 'ARRAY<STRING>')) AS item")
        return self._named(items.selectExpr("CASE WHEN startswith(item, '{') THEN item END AS j"))

    def csv(self, paths: Sequence[str], columns: Sequence[str], delimiter: str) -> tuple[str, str]:  # noqa: D102
        from pyspark.sql.types import StringType, StructType  # noqa: PLC0415  an extra

        schema = StructType()
        for name in (*columns, _BROKEN):
            schema = schema.add(name, StringType())
        frame = self._guarded(
            lambda: self.session.read.csv(
                list(paths), schema=schema, header=True, sep=delimiter, quote='"', escape='"', multiLine=True,
                mode="PERMISSIVE", columnNameOfCorruptRecord=_BROKEN, maxCharsPerColumn=-1, maxColumns=10_000,
            )
        )  # fmt: skip
        return self._named(frame), f"{_BROKEN} IS NOT NULL"

    def parquet(self, paths: Sequence[str]) -> str:  # noqa: D102
        return self._named(self._guarded(lambda: self.session.read.option("mergeSchema", "true").parquet(*paths)))

    def kinds(self, relation: str) -> Mapping[str, str]:  # noqa: D102
        types = self.session.table(relation).dtypes
        return {name: next((kind for form, kind in _TYPES if form.fullmatch(of)), "text") for name, of in types}

    def rejected(self) -> int:  # noqa: D102  they are rows, set aside by the statements
        return 0


@contextmanager
def spark_engine(memory_limit: str, temp_folder: str | None, remote: str | None) -> Iterator[Spark]:
    """Spark, in this machine's memory or at an address such as sc://host:15002. Raises CapplanError where it cannot start."""
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415  an extra

        logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)  # what it logs comes as an error too
    except ImportError:
        raise CapplanError((Diagnostic("--engine", 0, 0, "this engine needs PySpark", INSTALL),)) from None
    with temporary_folder(temp_folder) as folder:
        active = None if remote else SparkSession.getActiveSession()
        session = active or _started(SparkSession, memory_limit, folder, remote)
        engine = Spark(session, None if remote else folder, {})
        try:
            yield engine
        finally:
            with suppress(Exception):  # the answer is there, or an error that says more
                for frame in engine.kept.values():
                    frame.unpersist()
                if active is None:
                    session.stop()


def _started(session: Any, memory_limit: str, folder: Path, remote: str | None) -> Any:  # noqa: ANN401  pyspark's
    answers_alike = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.csv.parser.columnPruning.enabled": "false",  # else a row with too few columns passes
        "spark.sql.legacy.parquet.nanosAsLong": "true",
    }
    builder = session.builder.appName("capplan profile")
    for key, value in answers_alike.items():
        builder = builder.config(key, value)
    try:
        if remote:
            with warnings.catch_warnings():  # of the client's libraries, which nobody here can heed
                warnings.simplefilter("ignore")
                return builder.remote(remote).getOrCreate()
        own = {
            "spark.driver.memory": memory_limit.removesuffix("B").lower(),
            "spark.local.dir": str(folder),
            "spark.sql.warehouse.dir": str(folder / "warehouse"),
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.shuffle.partitions": str(4 * (os.cpu_count() or 1)),
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.log.level": "OFF",
        }
        for key, value in own.items():
            builder = builder.config(key, value)
        with _without_errors_of_java():
            return builder.master("local[*]").getOrCreate()
    except Exception as error:  # noqa: BLE001  of pyspark, py4j and grpc, each with its own base
        raise CapplanError((_not_started(str(error), remote),)) from None


def _not_started(said: str, remote: str | None) -> Diagnostic:
    first = said.strip().partition("\n")[0][:200]
    if remote:
        hint = "is the server up? the client needs: python -m pip install 'pyspark[connect]'"
        return Diagnostic("--spark-remote", 0, 0, f"no session at {remote}: {first}", hint)
    if "JAVA" in said or "java" in said:
        return Diagnostic("--engine", 0, 0, "Spark cannot start Java", "install Java 17 or 21; --memory at least 512MB")
    return Diagnostic("--engine", 0, 0, f"Spark cannot start: {first}")


@contextmanager
def _without_errors_of_java() -> Iterator[None]:
    """The virtual machine that starts in here writes its log nowhere; what goes wrong comes as an error."""
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        kept = os.dup(2)
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
