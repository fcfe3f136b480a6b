"""Policy documents of Terraform: literal ones, and those of `aws_iam_policy_document`, whose resources may not be known yet."""

import re
from collections.abc import Mapping
from typing import Any

from capplan.importing.cloudformation.values import Token
from capplan.importing.terraform.arguments import Arguments, own_name, parsed
from capplan.importing.terraform.plan import Resource

_DOCUMENT = "aws_iam_policy_document"


def document(a: Arguments, argument: str) -> dict[str, Any]:
    """The statements of a policy: actions with what they are allowed on, references where there are some."""
    sources = a.plan.referred(a.resource, argument, _DOCUMENT)
    if sources:
        return {"Statement": [statement for one in sources for statement in _statements(a, one)]}
    literal = parsed(a.plain(argument))
    touched = [one for pattern in a.resource.refs.get(argument, ()) for one in a.plan.meant(pattern)]
    if not isinstance(literal, Mapping):
        return {}
    if not touched:
        return dict(literal)
    statements = literal.get("Statement")
    listed = statements if isinstance(statements, list) else [statements]
    return {"Statement": [_linked(a, one, touched) for one in listed if isinstance(one, Mapping)]}


def _linked(a: Arguments, statement: Mapping[str, Any], touched: list[Resource]) -> dict[str, Any]:
    """A statement of which the ARNs that name resources of the plan are references."""
    given = statement.get("Resource")
    resources = given if isinstance(given, list) else [given]
    return {**statement, "Resource": [_reference(a, one, touched) for one in resources]}


def _reference(a: Arguments, text: object, touched: list[Resource]) -> object:
    """A reference where an ARN has a resource's name as one of its parts, else the ARN."""
    words = re.split("[:/]", text) if isinstance(text, str) else []
    return next((a.token(one) for one in touched if own_name(one) in words), text)


def _statements(a: Arguments, source: Resource) -> list[dict[str, Any]]:
    """The statements of a document: as read, or as written where it is read only at apply."""
    read = source.values.get("statement")
    written = source.expressions.get("statement")
    blocks = written if isinstance(written, list) else []
    out = []
    for n, block in enumerate(blocks):
        actions = _constant(block.get("actions")) if isinstance(block, Mapping) else None
        known = read.items()[n].get("actions").data if read.known and n < len(read.items()) else None
        refs = _refs(a, source, f"statement[{n}].resources")
        resources: list[object] = [*refs] or _texts(block.get("resources") if isinstance(block, Mapping) else None)
        out.append({"Effect": "Allow", "Action": actions or known or [], "Resource": resources})
    if out:
        return out
    return [
        {
            "Effect": value.get("effect").text("Allow"),
            "Action": value.get("actions").data or [],
            "Resource": value.get("resources").data or [],
        }
        for value in read.items()
    ]


def _refs(a: Arguments, source: Resource, place: str) -> list[Token]:
    """The resources that a statement's `resources` refer to."""
    return [a.token(one) for pattern in source.refs.get(place, ()) for one in a.plan.meant(pattern)]


def _constant(expression: object) -> list[str]:
    value = expression.get("constant_value") if isinstance(expression, Mapping) else None
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def _texts(expression: object) -> list[object]:
    return list(_constant(expression)) or ["*"]
