"""The resources of a Terraform plan or state, and which other resources each of their arguments refers to.

Values stand under `planned_values` (a plan) or `values` (a state), by module; what a value refers to under `configuration`,
by argument, also where the value itself is known only after apply. A reference goes through input variables and outputs of
modules; locals are not in the file, so one that passes through a local is lost.

Source: Terraform documentation, "JSON output format" (read 2026-11-30).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from capplan.importing.arn import Arn
from capplan.importing.value import Value
from capplan.record import Record

MAX_RESOURCES = 20_000
_MAX_HOPS = 16
"""Modules that a reference passes through."""
_INDEX = re.compile(r"\[(?:\"(?:[^\"\\]|\\.)*\"|[^\]]*)\]")
_STEP = re.compile(r'([^.\[]+)(\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\])?')
"""A step of an address and its index."""


class Resource(Record, frozen=True):
    """One resource, or one instance of it.

    Attributes:
        address: Such as `module.shop.aws_dynamodb_table.orders["eu"]`.
        base: The same without any index.
        module: The address of its module; empty for the root.
        type: Such as aws_dynamodb_table.
        name: Its name in the configuration.
        key: Its index in count or for_each; None where it has none.
        values: Its arguments and attributes as far as they are known.
        before: Its values as deployed, where the plan changes it.
        refs: What each argument refers to, by the argument's name: addresses, with an index where the argument has one.
            Those of arguments inside of blocks are by `target.arn` for all blocks and `target[0].arn` for each.
        expressions: The arguments as they are written.
        region: Where it is; empty for the plan's own Region.
    """

    address: str
    base: str
    module: str
    type: str
    name: str
    key: str | None
    values: Value
    before: Value
    refs: Mapping[str, tuple[str, ...]] = {}
    expressions: Mapping[str, Any] = {}
    region: str = ""


class Plan(Record, frozen=True):
    """A plan or a state; `by_base` has its resources and data sources by their address without index."""

    resources: tuple[Resource, ...]
    by_base: Mapping[str, tuple[Resource, ...]]
    by_type: Mapping[str, tuple[Resource, ...]]
    region: str
    is_state: bool

    def of_type(self, *types: str) -> list[Resource]:
        """Its resources of some types."""
        return [one for type_ in types for one in self.by_type.get(type_, ())]

    def meant(self, pattern: str) -> list[Resource]:
        """The resources that a reference means."""
        return [one for one in self.by_base.get(without_index(pattern), ()) if matches(one, pattern)]

    def referred(self, one: Resource, argument: str, *types: str) -> list[Resource]:
        """The resources of some types that an argument refers to; of several instances the one with the same index."""
        out: list[Resource] = []
        for pattern in one.refs.get(argument, ()):
            some = [other for other in self.meant(pattern) if other.type in types]
            near = [other for other in some if other.module == one.module] or some
            same = [other for other in near if other.key == one.key]
            out += (same if same and one.key is not None else near) if len(near) > 1 else near
        return list({other.address: other for other in out}.values())


def is_plan(data: object) -> bool:
    """Whether some data is what `terraform show -json` writes."""
    if not isinstance(data, Mapping) or "format_version" not in data:
        return False
    return isinstance(data.get("planned_values"), Mapping) or isinstance(data.get("values"), Mapping)


def plan_of(top: Value, region: str = "") -> Plan:
    """The resources of a plan or a state in one Region, by default the provider's. Raises CapplanError."""
    is_state = not top.get("planned_values").known
    root = top.get("values" if is_state else "planned_values").get("root_module")
    config = _Configuration(top.get("configuration"))
    before = {
        change.get("address").text(""): change.at("change", "before") for change in top.get("resource_changes").items()
    }
    found = [_resource(value, module, before, config) for value, module in _walk(root, "")]
    if len(found) > MAX_RESOURCES:
        root.fail(f"{len(found):,} resources; at most {MAX_RESOURCES:,} are read")
    prior = [_resource(v, m, {}, config) for v, m in _walk(top.at("prior_state", "values", "root_module"), "")]
    data = [one for one in (*found, *prior) if _is_data(one)]
    known = {one.base for one in data}
    data += [one for one in config.unread_data() if one.base not in known]
    managed = [one for one in found if not _is_data(one)]
    return Plan(
        tuple(managed),
        _grouped((*managed, *data), lambda one: one.base),
        _grouped(managed, lambda one: one.type),
        region or config.regions.get("aws", "") or _region_of_arns(managed),
        is_state,
    )


def _is_data(resource: Resource) -> bool:
    return resource.base.startswith("data.") or ".data." in resource.base


def _grouped(resources: Sequence[Resource], key_of: Callable[[Resource], str]) -> dict[str, tuple[Resource, ...]]:
    out: dict[str, list[Resource]] = {}
    for one in resources:
        out.setdefault(key_of(one), []).append(one)
    return {key: tuple(some) for key, some in out.items()}


def _region_of_arns(resources: Sequence[Resource]) -> str:
    """The Region of the first ARN that has one."""
    arns = (Arn.of(str(one.values.get("arn").data)) for one in resources)
    return next((arn.region for arn in arns if arn.region), "")


def _walk(module: Value, address: str) -> Iterator[tuple[Value, str]]:
    """The resources of a module and of those in it, each with its module's address."""
    stack = [(module, address)]
    while stack:
        here, name = stack.pop()
        for value in here.get("resources").items():
            yield value, name
        children = [(child, child.get("address").text()) for child in here.get("child_modules").items()]
        stack += children[::-1]


def _resource(value: Value, module: str, before: Mapping[str, Value], config: "_Configuration") -> Resource:
    address = value.get("address").text()
    base = without_index(address)
    index = value.get("index")
    expressions = config.expressions(base)
    own = value.get("values").get("region")
    return Resource(
        address=address,
        base=base,
        module=module,
        type=value.get("type").text(),
        name=value.get("name").text(),
        key=str(index.data) if index.known else None,
        values=value.get("values"),
        before=before.get(address, value.get("no such key")),
        refs={argument: config.resolved(inner, without_index(module)) for argument, inner in _arguments(expressions)},
        expressions=expressions,
        region=own.text() if isinstance(own.data, str) else config.region_of(base),
    )


def matches(resource: Resource, pattern: str) -> bool:
    """Whether a resource is one that a reference means: where the reference has an index it is that instance, else any."""
    if "[" not in pattern:
        return resource.base == pattern
    here, there = _STEP.findall(resource.address), _STEP.findall(pattern)
    return len(here) == len(there) and all(
        name == wanted and index in ("", own) for (name, own), (wanted, index) in zip(here, there, strict=True)
    )


def without_index(address: str) -> str:
    """An address without any index."""
    return _INDEX.sub("", address)


def _arguments(expressions: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Arguments by name, those inside of blocks by `block.argument` of all blocks and `block[0].argument` of each."""
    for argument, inner in expressions.items():
        yield argument, inner
        blocks = inner if isinstance(inner, list) else [inner]
        inside: dict[str, list[object]] = {}
        for n, block in enumerate(blocks):
            if isinstance(block, Mapping) and "references" not in block and "constant_value" not in block:
                for name, expression in block.items():
                    inside.setdefault(name, []).append(expression)
                    yield f"{argument}[{n}].{name}", expression
        for name, expressions_of_all in inside.items():
            yield f"{argument}.{name}", expressions_of_all


class _Configuration:
    """The part `configuration`: what is referred to, through modules."""

    def __init__(self, configuration: Value) -> None:
        self._configuration = configuration
        self.regions = self._regions()
        self.modules: dict[str, tuple[Value, Mapping[str, Any], str]] = {}
        self._read(configuration.get("root_module"), {}, "", "")

    def _read(self, module: Value, given: Mapping[str, Any], address: str, parent: str) -> None:
        """Remembers a module with what it is given; those inside of it too."""
        stack = [(module, given, address, parent)]
        while stack:
            here, inputs, name, above = stack.pop()
            self.modules[name] = here, inputs, above
            for call, value in here.get("module_calls").entries():
                child = f"{name}.module.{call}".removeprefix(".")
                passed = value.get("expressions").data
                stack.append((value.get("module"), passed if isinstance(passed, Mapping) else {}, child, name))
        self._by_address: dict[str, Mapping[str, Any]] = {}
        self._providers: dict[str, str] = {}
        for name, (here, _, _) in self.modules.items():
            for value in here.get("resources").items():
                inner = value.get("expressions").data
                address = f"{name}.{value.get('address').text('')}".removeprefix(".")
                self._by_address[address] = inner if isinstance(inner, Mapping) else {}
                self._providers[address] = value.get("provider_config_key").text("aws")

    def expressions(self, base: str) -> Mapping[str, Any]:
        """The arguments of a resource as they are written; empty in a state."""
        return self._by_address.get(base, {})

    def region_of(self, base: str) -> str:
        """The Region of a resource's provider; empty for that of the default provider."""
        return self.regions.get(self._providers.get(base, "aws"), "")

    def unread_data(self) -> list[Resource]:
        """Data sources that are read only at apply: what they are made of is known all the same."""
        out = []
        for name, (here, _, _) in self.modules.items():
            for value in here.get("resources").items():
                if value.get("mode").data != "data":
                    continue
                address = f"{name}.{value.get('address').text('')}".removeprefix(".")
                inner = self._by_address[address]
                refs = {argument: self.resolved(one, name) for argument, one in _arguments(inner)}
                nothing = value.get("no such key")
                out.append(
                    Resource(
                        address,
                        address,
                        name,
                        value.get("type").text(),
                        value.get("name").text(),
                        None,
                        nothing,
                        nothing,
                        refs,
                        inner,
                    )
                )
        return out

    def resolved(self, expression: object, module: str) -> tuple[str, ...]:
        """The addresses of resources that an expression of a module refers to."""
        return tuple(dict.fromkeys(self._resolved(_references(expression), module, _MAX_HOPS)))

    def _resolved(self, references: Sequence[str], module: str, hops: int) -> Iterator[str]:
        if not hops:
            return
        for reference in references:
            words = [f"{name}{index}" for name, index in _STEP.findall(reference)]
            here, inputs, above = self.modules.get(without_index(module), (None, {}, ""))
            if here is None or not words:
                continue
            if words[0] == "var" and len(words) > 1:
                yield from self._resolved(_references(inputs.get(without_index(words[1]))), above, hops - 1)
            elif words[0] == "module" and len(words) > 2:  # noqa: PLR2004  module, its name, an output
                child = f"{module}.module.{words[1]}".removeprefix(".")
                if without_index(child) in self.modules:
                    outputs = self.modules[without_index(child)][0].get("outputs")
                    output = outputs.get(without_index(words[2])).get("expression").data
                    yield from self._resolved(_references(output), child, hops - 1)
            elif words[0] == "data" and len(words) > 2:  # noqa: PLR2004  data, a type, a name
                yield f"{module}.{'.'.join(words[:3])}".removeprefix(".")
            elif len(words) > 1 and words[0] not in ("each", "count", "local", "path", "terraform", "self", "module"):
                yield f"{module}.{'.'.join(words[:2])}".removeprefix(".")

    def _regions(self) -> dict[str, str]:
        """The Region of each provider of AWS, where it is written or has a default, by its key: `aws`, `aws.replica`."""
        out: dict[str, str] = {}
        variables = self._configuration.at("root_module", "variables")
        for key, provider in self._configuration.get("provider_config").entries():
            if provider.get("name").text("") != "aws":
                continue
            written = provider.at("expressions", "region")
            if isinstance(written.get("constant_value").data, str):
                out[key] = written.get("constant_value").text()
            for reference in written.get("references").items():
                words = reference.text("").split(".")
                default = variables.get(words[-1]).get("default")
                if words[0] == "var" and isinstance(default.data, str):
                    out.setdefault(key, default.text())
        return out


def _references(expression: object) -> list[str]:
    """What an expression refers to, in whatever depth; of `a.b[0].arn` Terraform lists `a.b[0]` and `a.b` too."""
    out: list[str] = []
    stack = [expression]
    while stack:
        one = stack.pop()
        if isinstance(one, Mapping):
            given = one.get("references")
            if isinstance(given, list):
                for word in given:
                    if isinstance(word, str) and not any(known.startswith((f"{word}.", f"{word}[")) for known in out):
                        out.append(word)
            stack += [inner for key, inner in one.items() if key not in ("references", "constant_value")]
        elif isinstance(one, list):
            stack += one
    return out
