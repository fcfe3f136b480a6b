"""How a model of the language is configured, and the docstrings that describe its words. It knows no word itself."""

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict

_NAME = re.compile(r"\{([A-Z][A-Z0-9_]*)\}")


@lru_cache
def field_docs(model: type[BaseModel]) -> Mapping[str, str]:
    """The docstring below each field of a model and its bases, by the field's Python name.

    Read from the source when somebody asks: pydantic's own reading, at every start, costs a third of it.
    """
    out: dict[str, str] = {}
    for cls in reversed([c for c in model.__mro__ if issubclass(c, BaseModel) and c is not BaseModel]):
        body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
        field = ""
        for node in body.body if isinstance(body, ast.ClassDef) else ():
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                field = node.target.id
            elif field and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                out[field] = _with_figures(inspect.cleandoc(str(node.value.value)), cls.__module__)
                field = ""
            else:
                field = ""
    return out


def _with_figures(text: str, module: str) -> str:
    """A docstring with `{MEMORY_MAX}` replaced by what the module calls so: a limit is said once, where it is defined."""
    names = vars(sys.modules[module])
    return _NAME.sub(lambda match: str(names[match[1]]) if match[1] in names else match[0], text)


def _describe(schema: dict[str, Any], model: type[BaseModel]) -> None:
    """Puts the docstrings into a JSON Schema."""
    docs = field_docs(model)
    for name, field in model.model_fields.items():
        found = schema.get("properties", {}).get(field.alias or name)
        if isinstance(found, dict) and name in docs:
            found.setdefault("description", docs[name])


SPEC_CONFIG = ConfigDict(
    defer_build=True,
    frozen=True,
    strict=True,
    extra="forbid",
    populate_by_name=True,
    allow_inf_nan=False,
    json_schema_extra=_describe,
)
"""Nothing unknown, nothing coerced, built when first used."""
