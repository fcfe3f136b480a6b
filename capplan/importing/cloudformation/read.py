"""Reads a template into blocks: its resources, what invokes and calls them, its nested templates, what is not used."""

import posixpath
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from capplan.errors import CapplanError
from capplan.importing.cloudformation import others
from capplan.importing.cloudformation.calls import read_calls
from capplan.importing.cloudformation.functions import read_additions, read_function, with_globals
from capplan.importing.cloudformation.glue import read_crawler, read_job, read_triggers
from capplan.importing.cloudformation.graphql import read_graphql
from capplan.importing.cloudformation.machines import read_machine
from capplan.importing.cloudformation.sources import read_sources
from capplan.importing.cloudformation.stack import SECTION_OF, Stack, properties_of
from capplan.importing.cloudformation.surroundings import read_surroundings
from capplan.importing.cloudformation.tables import home_region, read_simple_table, read_table, scalable_targets
from capplan.importing.cloudformation.template import Resource, Template, export_name
from capplan.importing.cloudformation.values import references_in, text_of
from capplan.importing.given import Given, given_text
from capplan.importing.model import Asked, Block, Found, Origin, Unused
from capplan.importing.names import stack_of
from capplan.record import Record, replace

MAX_NESTED = 8
"""Templates inside templates."""
_FREE = (
    *(
        "AWS::IAM::",
        "AWS::Lambda::Permission",
        "AWS::Lambda::LayerVersion",
        "AWS::Lambda::Version",
        "AWS::Lambda::Alias",
    ),
    *("AWS::Serverless::LayerVersion", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy", "AWS::S3::BucketPolicy"),
    *("AWS::ApiGateway::", "AWS::ApiGatewayV2::", "AWS::CDK::Metadata", "AWS::CloudFormation::WaitCondition"),
    *("AWS::ApplicationAutoScaling::", "AWS::Glue::Database"),
    *("AWS::SSM::Parameter", "AWS::EC2::Subnet", "AWS::EC2::Route", "AWS::EC2::VPC", "AWS::EC2::InternetGateway"),
    *("AWS::EC2::EIP", "AWS::CloudFormation::Macro"),
    *("AWS::Events::EventBusPolicy", "AWS::KMS::Alias", "AWS::EC2::SecurityGroup", "AWS::Glue::Table"),
)
"""Types that are billed by nothing of their own, or with another resource."""
_PSEUDO = ("AWS::Region", "AWS::AccountId", "AWS::StackName", "AWS::Partition", "AWS::URLSuffix", "AWS::StackId")
NOT_YET = "seen and not used yet"
FREE = "nothing is billed for it alone"


def read_template(given: Given, asked: Asked) -> Found:
    """What a CloudFormation or SAM template says. Raises CapplanError."""
    return _read(given, given.data, dict(asked.parameters), 0)


class Nested(Record, frozen=True):
    """A template inside a template."""

    found: Found
    file: str


def _read(given: Given, data: Mapping[str, Any], parameters: Mapping[str, object], depth: int) -> Found:
    template = Template(given, data, parameters)
    stack = Stack(template)
    consumed: list[str] = []
    blocks = read_stack(stack, consumed)
    homes = (home_region(resource.properties) for resource in stack.resources.values())
    region = text_of(parameters.get("AWS::Region")) or next((home for home in homes if home), "")
    name = stack_of(given.path) if depth == 0 else ""
    return finished(stack, blocks, consumed, name=name, region=region, depth=depth)


def finished(
    stack: Stack, blocks: list[Block], consumed: list[str], *, name: str, region: str, depth: int = 0
) -> Found:
    """What a template says, with its nested templates, exports, and what is left."""
    nested = list(_nested(stack, depth))
    unused = [*stack.unused, *_left(stack)]
    for one in nested:
        blocks = [*blocks, *one.found.blocks]
        unused += one.found.unused
        consumed += [one.file, *one.found.consumed]
    return Found(
        blocks=tuple(_with_exports(stack, blocks)),
        unused=tuple(unused),
        name=name,
        region=region,
        consumed=tuple(consumed),
        parameters=(
            *stack.template.section("Parameters"),
            *_PSEUDO,
            *(p for one in nested for p in one.found.parameters),
        ),
        notes=(*_notes(stack), *(note for one in nested for note in one.found.notes)),
    )


def read_stack(stack: Stack, consumed: list[str]) -> list[Block]:
    """The blocks of a stack; `consumed` learns which files were taken in."""
    targets = scalable_targets(stack.resources.values())
    shared = stack.template.value(stack.template.section("Globals"))
    for resource in list(stack.resources.values()):
        if resource.type.startswith("AWS::Serverless::"):
            of_type = properties_of(shared).get(resource.type.rpartition("::")[2])
            if of_type is not None:
                resource = replace(resource, properties=with_globals(resource.properties, of_type))  # noqa: PLW2901  with Globals
                stack.resources[resource.id] = resource
        if resource.type in SECTION_OF and not _is_free_parameter(resource):
            stack.building(resource)
    for id_ in list(stack.built):
        _one(stack, stack.resources[id_], targets, consumed)
    read_additions(stack)
    read_triggers(stack)
    read_sources(stack)
    read_graphql(stack)
    read_surroundings(stack)
    read_calls(stack)
    return stack.blocks()


def _is_free_parameter(resource: Resource) -> bool:
    """Whether it is a parameter of the standard tier, which costs nothing."""
    return resource.type == "AWS::SSM::Parameter" and text_of(resource.properties.get("Tier")) != "Advanced"


def _one(stack: Stack, resource: Resource, targets: Any, consumed: list[str]) -> None:  # noqa: ANN401  Targets
    built, props = stack.built[resource.id], resource.properties
    if resource.type == "AWS::Serverless::SimpleTable":
        read_simple_table(built, props)
    elif built.section == "tables":
        read_table(built, props, targets, built.aliases)
    elif built.section == "functions":
        read_function(built, props)
    elif built.section == "state_machines":
        problem = read_machine(stack, built, props, consumed)
        if problem:
            stack.not_used(f"state machine {resource.id}", problem, built.origin)
            del stack.built[resource.id]
            stack.used.add(resource.id)
    elif built.section == "jobs":
        read_job(built, props)
    elif built.section == "crawlers":
        read_crawler(built, props)
    else:
        others.READERS[resource.type](built, props)


# --- nested templates, exports ---


def _nested(stack: Stack, depth: int) -> Iterator[Nested]:
    """Templates that this one includes, from files inside the folder that was given."""
    for resource in stack.resources.values():
        if resource.type not in ("AWS::CloudFormation::Stack", "AWS::Serverless::Application"):
            continue
        props = resource.properties
        place = resource.metadata.get("aws:asset:path") or props.get("TemplateURL") or props.get("Location")
        path = text_of(place)
        if path is None or "://" in path:
            stack.not_used(resource.type, "its template is not among the files: name it too", stack.origin(resource))
            stack.used.add(resource.id)
            continue
        if depth >= MAX_NESTED:
            stack.not_used(resource.type, f"more than {MAX_NESTED} templates inside each other", stack.origin(resource))
            continue
        given = stack.template.given
        inside = PurePosixPath(posixpath.normpath(posixpath.join(given.folder, path)))
        try:
            text = given.files.read_text(inside.as_posix())
        except CapplanError as error:
            outside = "outside" in error.diagnostics[0].message
            why = "outside of the given folder" if outside else "missing"
            stack.not_used(resource.type, f"its template {path} is {why}", stack.origin(resource))
            stack.used.add(resource.id)
            continue
        stack.used.add(resource.id)
        _, name = given.named(inside.as_posix())
        folder = inside.parent.as_posix()
        child = given_text(name, text, given.files, "" if folder == "." else folder, given.seen_from)
        if child.error is not None:
            raise child.error
        own = {**_pseudo(stack), **properties_of(props.get("Parameters"))}
        yield Nested(_read(child, child.data, own, depth + 1), name)


def _pseudo(stack: Stack) -> dict[str, object]:
    return {key: value for key, value in stack.template.given_parameters.items() if key.startswith("AWS::")}


def _with_exports(stack: Stack, blocks: list[Block]) -> Iterator[Block]:
    """The blocks with the names under which other stacks import them."""
    names: dict[str, list[str]] = {}
    for _, value, export in stack.template.outputs():
        name = export_name(export)
        for ref in references_in(value):
            if name is not None:
                names.setdefault(ref.alias, []).append(f"export:{name}")
    for resource in stack.resources.values():
        key = export_name(resource.properties.get("Name")) if resource.type == "AWS::SSM::Parameter" else None
        for ref in references_in(resource.properties.get("Value")) if key is not None else ():
            names.setdefault(ref.alias, []).append(f"export:ssm:{key}")
    for block in blocks:
        more = [name for alias in block.aliases for name in names.get(alias, ())]
        yield replace(block, aliases=(*block.aliases, *more)) if more else block


# --- what is left ---


def _left(stack: Stack) -> Iterator[Unused]:
    """Resources that no block has, and those that do not exist under their condition."""
    for resource in stack.resources.values():
        if resource.id in stack.built or resource.id in stack.used:
            continue
        origin = stack.origin(resource)
        machine = _machine_of_custom(stack, resource)
        if resource.type == "AWS::Logs::LogGroup":
            yield Unused(resource.type, "log groups follow from what writes to them", origin)
        elif machine:
            yield Unused(resource.type, f"starts {machine} when it is deployed: no demand of a month", origin)
        elif resource.type.startswith(_FREE):
            yield Unused(resource.type, FREE, origin)
        else:
            yield Unused(resource.type, NOT_YET, origin)
    for resource in stack.template.skipped:
        decided = ", ".join(f"{name}={value}" for name, value in stack.template.used.items())
        why = "its condition is false" + (f" with {decided}: --parameter decides" if decided else "")
        yield Unused(resource.type, why, Origin(stack.template.scope, resource.line, resource.column, resource.id))


def _machine_of_custom(stack: Stack, resource: Resource) -> str:
    """The state machine that a custom resource starts; empty for any other."""
    if not resource.type.startswith(("Custom::", "AWS::CloudFormation::CustomResource")):
        return ""
    named = [ref.alias for ref in references_in(resource.properties)]
    return next((b.name for b in stack.built.values() if b.section == "state_machines" and b.aliases[0] in named), "")


def _notes(stack: Stack) -> Iterator[str]:
    template = stack.template
    if template.used:
        decided = ", ".join(f"{name}={value}" for name, value in template.used.items())
        yield f"{template.scope}: conditions are decided by defaults, {decided}; --parameter NAME=VALUE for others."
    if template.undecided:
        names = ", ".join(template.undecided)
        yield f"{template.scope}: not decided are {names}: both ways are noted; --parameter NAME=VALUE decides."
