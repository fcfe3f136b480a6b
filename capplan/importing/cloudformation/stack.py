"""The blocks of one template while they are read, and who may be asked what a reference leads to."""

from collections.abc import Iterator, Mapping
from typing import Any

from capplan.importing.cloudformation.building import Building
from capplan.importing.cloudformation.template import Resource, Template
from capplan.importing.cloudformation.values import Token, references_in, shown_text, text_of
from capplan.importing.model import Block, Joins, Origin, Question, Ref, Unused
from capplan.schedule import ScheduleError, read_schedule

SECTION_OF: Mapping[str, str] = {
    "AWS::DynamoDB::Table": "tables",
    "AWS::DynamoDB::GlobalTable": "tables",
    "AWS::Serverless::SimpleTable": "tables",
    "AWS::Lambda::Function": "functions",
    "AWS::Serverless::Function": "functions",
    "AWS::StepFunctions::StateMachine": "state_machines",
    "AWS::Serverless::StateMachine": "state_machines",
    "AWS::Glue::Job": "jobs",
    "AWS::Glue::Crawler": "crawlers",
    "AWS::SQS::Queue": "queues",
    "AWS::SNS::Topic": "topics",
    "AWS::Events::EventBus": "buses",
    "AWS::Kinesis::Stream": "streams",
    "AWS::S3::Bucket": "buckets",
    "AWS::SecretsManager::Secret": "secrets",
    "AWS::SSM::Parameter": "parameters",
    "AWS::KMS::Key": "keys",
}
"""The section that declares resources of a type."""
_PHYSICAL = (
    *("TableName", "FunctionName", "StateMachineName", "QueueName", "TopicName", "BucketName", "Name"),
    *("StreamName", "EventBusName"),
)
"""Properties with a resource's own name."""


class Stack:
    """One template's blocks."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.resources = {resource.id: resource for resource in template.resources()}
        self.names: dict[str, str] = {}
        """Names of resources whose logical id is not what the source calls them."""
        self.physical: dict[str, str] = {}
        """Own names of resources that their properties do not have."""
        self.built: dict[str, Building] = {}
        self.others: list[Block] = []
        self.unused: list[Unused] = []
        self.used: set[str] = set()
        """Resources that went into another block: a scalable target, an event source mapping."""
        self._traffic: dict[str, Building] = {}

    def origin(self, resource: Resource) -> Origin:
        """Where a resource is declared."""
        name = self.names.get(resource.id, resource.id)
        address = f"{name}, if {resource.condition}" if resource.condition else name
        return Origin(self.template.scope, resource.line, resource.column, address)

    def building(self, resource: Resource) -> Building:
        """A new block of a resource."""
        aliases = [f"{self.template.scope}#{resource.id}", resource.id]
        if resource.id in self.physical:
            aliases.append(self.physical[resource.id])
        for key in _PHYSICAL:
            name = resource.properties.get(key)
            if name is not None and (text_of(name) or not references_in(name)):
                aliases.append(shown_text(name))
        built = Building(
            SECTION_OF[resource.type], self.names.get(resource.id, resource.id), self.origin(resource), tuple(aliases)
        )
        self.built[resource.id] = built
        return built

    def target(self, value: object) -> Resource | None:
        """The resource of this template that a value refers to."""
        for ref in references_in(value):
            if isinstance(ref, Token) and ref.scope == self.template.scope and ref.id in self.resources:
                return self.resources[ref.id]
        return None

    def blocks_named(self, value: object, *sections: str) -> Iterator[Building]:
        """The blocks of this template that a value refers to or names."""
        for ref in references_in(value):
            if isinstance(ref, Token) and ref.scope == self.template.scope and ref.id in self.built:
                built = self.built[ref.id]
                if built.section in sections:
                    yield built
        name = text_of(value)
        if name is not None:
            bare = name.rpartition(":function:")[2].rpartition("/")[2]
            yield from (b for b in self.built.values() if b.section in sections and bare in b.aliases)

    # --- traffic ---

    def traffic(
        self, name: str, origin: Origin, asks: str, expression: object = None, *, joins: Joins = "never"
    ) -> Ref:
        """A traffic of a name, made once: with a schedule where one is known, else asked for."""
        alias = f"{self.template.scope}#traffic/{name}"
        if name not in self._traffic:
            built = Building("traffic", name, origin, (alias, name), joins)
            schedule = text_of(expression)
            if schedule is not None and is_schedule(schedule):
                built.values["schedule"] = schedule
            elif expression is not None:
                built.questions.append(Question("schedule", "rate(1 hour)", "the template computes it"))
            else:
                built.questions.append(Question("rate", "10/s", asks))
            self._traffic[name] = built
        return Ref(alias, "traffic")

    def blocks(self) -> list[Block]:
        """All blocks, whole: traffic first."""
        return [*(built.block() for built in (*self._traffic.values(), *self.built.values())), *self.others]

    def not_used(self, what: str, why: str, origin: Origin) -> None:
        """Notes what was seen and left out."""
        self.unused.append(Unused(what, why, origin))


def is_schedule(expression: str) -> bool:
    """Whether it is an expression of EventBridge that capplan reads."""
    try:
        read_schedule(expression)
    except ScheduleError:
        return False
    return True


def properties_of(value: object) -> Mapping[str, Any]:
    """A mapping, or an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}
