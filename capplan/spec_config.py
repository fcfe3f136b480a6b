"""Pydantic configuration of the language's models, and the docstrings of their fields."""

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

    Read from the source when needed: pydantic's own reading takes a third of the start-up time.
    """
    docs: dict[str, str] = {}
    for cls in reversed([c for c in model.__mro__ if issubclass(c, BaseModel) and c is not BaseModel]):
        body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
        field = ""
        for node in body.body if isinstance(body, ast.ClassDef) else ():
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                field = node.target.id
            elif field and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                docs[field] = _with_quotas(inspect.cleandoc(str(node.value.value)), cls.__module__)
                field = ""
            else:
                field = ""
    return docs


def _with_quotas(text: str, module: str) -> str:
    """A docstring with `{MEMORY_MAX}` replaced by the module's value of that name."""
    names = vars(sys.modules[module])
    return _NAME.sub(lambda match: str(names[match[1]]) if match[1] in names else match[0], text)


def _describe(schema: dict[str, Any], model: type[BaseModel]) -> None:
    """Puts the docstrings into a JSON Schema."""
    docs = field_docs(model)
    for name, field in model.model_fields.items():
        field_schema = schema.get("properties", {}).get(field.alias or name)
        if isinstance(field_schema, dict) and name in docs:
            field_schema.setdefault("description", docs[name])


DEFERRED = ConfigDict(defer_build=True)
"""For a TypeAdapter: built when first used."""
SPEC_CONFIG = ConfigDict(
    defer_build=True,
    frozen=True,
    strict=True,
    extra="forbid",
    populate_by_name=True,
    allow_inf_nan=False,
    json_schema_extra=_describe,
)
"""Unknown keys are errors, no value is coerced, and a model is built when first used."""
