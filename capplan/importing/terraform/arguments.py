"""The arguments of a Terraform resource as the properties of a template: plain, a reference, or not known before apply."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from capplan.importing.cloudformation.values import Mixed, Token, Unknown
from capplan.importing.terraform.plan import Plan, Resource

_AT_APPLY = Unknown("known only after apply")
_MAX_JSON = 1024**2
_NAMES = ("name", "function_name", "bucket", "cluster_name")


class Arguments:
    """One resource's arguments; `scope` is the file, in which references are looked up."""

    def __init__(self, plan: Plan, resource: Resource, scope: str) -> None:
        self.plan, self.resource, self.scope = plan, resource, scope
        data = resource.values.data
        self.known: Mapping[str, Any] = data if isinstance(data, Mapping) else {}

    def plain(self, name: str) -> Any:  # noqa: ANN401  plain data
        """A value; Unknown where it is known only after apply, None where it is not given. `-1` is Terraform's "not set"."""
        value = self.known.get(name)
        if value in (None, "", []):
            return _AT_APPLY if value is None and self._is_computed(name) else None
        return value

    def number(self, name: str) -> Any:  # noqa: ANN401  plain data
        """A number, where it is above 0: 0 and -1 mean that it is not set."""
        value = self.plain(name)
        return None if isinstance(value, Decimal) and value <= 0 else value

    def blocks(self, name: str) -> list[dict[str, Any]]:
        """Blocks of a name, without what is not set."""
        value = self.known.get(name)
        some = value if isinstance(value, list) else [value]
        return [
            {key: inner for key, inner in block.items() if inner not in (None, "", [])}
            for block in some
            if isinstance(block, Mapping)
        ]

    def block(self, name: str) -> dict[str, Any]:
        """The first block of a name; empty where there is none."""
        return next(iter(self.blocks(name)), {})

    def link(self, name: str, *types: str, attribute: str = "") -> object:
        """Another resource that an argument refers to, else its text: an ARN, a name; None where it is not given.

        `name` may be an argument of a block, `target.arn`. A text that names a resource of the plan by its own name or
        ARN is a reference too.
        """
        found = self.plan.referred(self.resource, name, *types)
        if found:
            return self.token(found[0], attribute)
        outer, _, inner = name.partition(".")
        value = self.block(outer).get(inner) if inner else self.plain(name)
        if isinstance(value, str):
            return self.named(value, *types, attribute=attribute)
        if self.resource.refs.get(name):
            return _AT_APPLY
        return value

    def links(self, name: str, *types: str) -> list[Token]:
        """Every resource of some types that an argument refers to."""
        return [self.token(one) for one in self.plan.referred(self.resource, name, *types)]

    def token(self, resource: Resource, attribute: str = "") -> Token:
        """A reference to a resource."""
        return Token(self.scope, resource.address, attribute)

    def around(self, name: str, *types: str) -> object:
        """A text with a reference in it, such as `table/${aws_dynamodb_table.orders}`; the text alone where it has none."""
        text = self.plain(name)
        found = self.plan.referred(self.resource, name, *types)
        if not found and isinstance(text, str):
            words = text.replace(":", "/").split("/")
            found = [one for one in self.plan.of_type(*types) if own_name(one) in words]
            if len(found) > 1:  # nobody can tell which
                return None
        if not found:
            return text
        token = self.token(found[0])
        if not isinstance(text, str):
            return Mixed((token,))
        own = own_name(found[0])
        before, named, after = text.partition(own) if own else (text, "", "")
        return Mixed(tuple(part for part in (before, token, after) if part)) if named else Mixed((token, text))

    def named(self, text: str, *types: str, attribute: str = "") -> Token | str:
        """The only resource of some types that a text names, by its ARN or by its name at the end; else the text."""
        some = self.plan.of_type(*types)
        by_arn = [one for one in some if text in _arns(one)]
        last = text.rpartition(":")[2].rpartition("/")[2]
        by_name = by_arn or [one for one in some if last and last == own_name(one)]
        return self.token(by_name[0], attribute) if len(by_name) == 1 else text

    def _is_computed(self, name: str) -> bool:
        """Whether an argument is written, but its value is not known."""
        return name in self.resource.expressions and bool(self.resource.refs.get(name))


def own_name(resource: Resource) -> str:
    """The name that AWS knows it by; empty where that is not known before apply."""
    value = resource.values.get(*_NAMES).data
    return value if isinstance(value, str) else ""


def _arns(resource: Resource) -> list[object]:
    values = resource.values
    return [
        values.get(key).data
        for key in ("arn", "stream_arn", "invoke_arn", "qualified_arn", "id")
        if values.get(key).known
    ]


def parsed(text: object) -> object:
    """The data of a JSON text, such as a policy; None for anything else."""
    if not isinstance(text, str) or len(text) > _MAX_JSON:
        return None
    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError):
        return None
