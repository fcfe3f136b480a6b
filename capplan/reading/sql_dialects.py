"""Translates SQL from DuckDB's words into those of Spark, Trino or Athena, by sqlglot, with the same answer."""

from typing import Any

from capplan.errors import CapplanError, Diagnostic

DIALECTS = ("athena", "spark", "trino", "duckdb")
_INSTALL = "python -m pip install 'capplan[traces]' or 'capplan[spark]'"


def translated(sql: str, dialect: str, *, pretty: bool = False) -> str:
    """A statement in another dialect. Raises CapplanError where sqlglot is not installed."""
    if dialect == "duckdb" and not pretty:
        return sql
    try:
        import sqlglot  # noqa: PLC0415  an extra
    except ImportError:
        raise CapplanError((Diagnostic("profile", 0, 0, "translating SQL needs sqlglot", _INSTALL),)) from None
    tree = sqlglot.parse_one(sql, read="duckdb")
    if dialect != "duckdb":
        tree = tree.transform(_alike, dialect)
    return tree.sql(dialect=dialect, pretty=pretty)


def _alike(node: Any, dialect: str) -> Any:  # noqa: ANN401  sqlglot's nodes
    """A node whose translation would not mean the same."""
    from sqlglot import exp  # noqa: PLC0415  an extra

    if isinstance(node, exp.RegexpFullMatch):
        return exp.RegexpLike(this=node.this, expression=exp.Literal.string(f"^(?:{node.expression.name})\\z"))
    if isinstance(node, exp.JSONExtractScalar) and dialect in ("trino", "athena") and not node.meta.get("told"):
        # there, an object or an array is no scalar and gives null; here and in Spark it gives its text
        scalar, part = node.copy(), exp.JSONExtract(this=node.this.copy(), expression=node.expression.copy())
        scalar.meta["told"] = True
        text = exp.Nullif(
            this=exp.Anonymous(this="JSON_FORMAT", expressions=[part]), expression=exp.Literal.string("null")
        )
        return exp.Coalesce(this=scalar, expressions=[text])
    return node
