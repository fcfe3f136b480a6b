"""Reads what stands around the workload: networks with their gateways and endpoints, alarms, dashboards, pipes.

Source: AWS CloudFormation User Guide, "AWS::EC2::NatGateway", "AWS::EC2::VPCEndpoint", "AWS::CloudWatch::Alarm",
"AWS::Pipes::Pipe" (read 2026-11-30).
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from capplan.importing.cloudformation.stack import SECTION_OF, Stack, properties_of
from capplan.importing.cloudformation.template import Resource
from capplan.importing.cloudformation.values import references_in, shown_text, text_of
from capplan.importing.model import Block, Place, Question, Ref
from capplan.importing.names import stack_of
from capplan.services import SECTIONS

_COUNTED = {"AWS::CloudWatch::Alarm": "alarms", "AWS::CloudWatch::Dashboard": "dashboards"}
"""Types of which a template's resources make one entry with their number."""
_GATEWAYS = ("s3", "dynamodb")
"""Services that have a gateway endpoint."""
_WORDS = {"queues": "queue", "streams": "stream", "tables": "stream"}
_RECEIVE = ("functions", "state_machines", "queues", "topics", "buses", "streams")


def read_surroundings(stack: Stack) -> None:
    """Adds the blocks of a stack's surroundings."""
    for type_, section in _COUNTED.items():
        _counted(stack, type_, section)
    _networks(stack)
    for resource in list(stack.resources.values()):
        if resource.type == "AWS::Pipes::Pipe":
            _pipe(stack, resource)


def _counted(stack: Stack, type_: str, section: str) -> None:
    found = [r for r in stack.resources.values() if r.type == type_]
    if not found or section not in SECTIONS:
        return
    stack.used.update(resource.id for resource in found)
    name = stack_of(stack.template.given.path)
    origin = stack.origin(found[0])
    stack.others.append(Block(section, name, {"count": Decimal(len(found))}, origin))


# --- networks ---


def _networks(stack: Stack) -> None:
    """A network for each VPC that has something that is billed by the hour."""
    if "networks" not in SECTIONS:
        return
    gateways = _by_vpc(stack, "AWS::EC2::NatGateway", _vpc_of_gateway)
    endpoints = _by_vpc(stack, "AWS::EC2::VPCEndpoint", lambda stack, r: _id(stack, r.properties.get("VpcId")))
    for vpc in dict.fromkeys((*gateways, *endpoints)):
        every = [*gateways.get(vpc, ()), *endpoints.get(vpc, ())]
        values: dict[str, object] = {}
        if vpc in gateways:
            values["nat_gateways"] = Decimal(len(gateways[vpc]))
        interface: dict[str, object] = {}
        gateway: list[str] = []
        for endpoint in endpoints.get(vpc, ()):
            props = endpoint.properties
            service = shown_text(props.get("ServiceName")).rpartition(".")[2]
            if text_of(props.get("VpcEndpointType")) == "Interface":
                subnets = props.get("SubnetIds")
                zones = {"zones": Decimal(len(subnets))} if isinstance(subnets, list) and subnets else {}
                interface[service] = zones
            elif service in _GATEWAYS:
                gateway.append(service)
        if interface:
            values["interface_endpoints"] = interface
        if gateway:
            values["gateway_endpoints"] = gateway
        stack.used.update(resource.id for resource in every)
        asks = Question("nat_data", "100 GB", "how much passes the NAT gateways in a month, either way?")
        questions = (asks,) if vpc in gateways else ()
        place = stack.resources.get(vpc, every[0])
        alias = f"{stack.template.scope}#{vpc}"
        stack.others.append(Block("networks", vpc, values, stack.origin(place), (alias,), questions=questions))


def _by_vpc(stack: Stack, type_: str, vpc_of: Callable[[Stack, Resource], str]) -> dict[str, list[Resource]]:
    out: dict[str, list[Resource]] = {}
    for resource in stack.resources.values():
        if resource.type == type_:
            out.setdefault(vpc_of(stack, resource), []).append(resource)
    return out


def _vpc_of_gateway(stack: Stack, gateway: Resource) -> str:
    subnet = stack.target(gateway.properties.get("SubnetId"))
    return "Vpc" if subnet is None else _id(stack, subnet.properties.get("VpcId"))


def _id(stack: Stack, value: object) -> str:
    """The VPC that a value leads to, also by way of a security group in it."""
    target = stack.target(value)
    if target is not None and target.type == "AWS::EC2::SecurityGroup":
        return _id(stack, target.properties.get("VpcId"))
    refs = references_in(value)
    return getattr(refs[0], "id", "") or "Vpc" if refs else text_of(value) or "Vpc"


# --- pipes ---


def _pipe(stack: Stack, pipe: Resource) -> None:
    props = pipe.properties
    source, target = stack.target(props.get("Source")), stack.target(props.get("Target"))
    section = SECTION_OF.get(source.type, "") if source is not None else ""
    to = SECTION_OF.get(target.type, "") if target is not None else ""
    if "pipes" not in SECTIONS or section not in _WORDS or to not in _RECEIVE or source is None or target is None:
        return
    stack.used.add(pipe.id)
    values: dict[str, object] = {
        "source": {_WORDS[section]: Ref(f"{stack.template.scope}#{source.id}", section)},
        "target": Ref(f"{stack.template.scope}#{target.id}", to),
    }
    parameters: Mapping[str, Any] = properties_of(props.get("SourceParameters"))
    notes: dict[Place, str] = {("source",): "it filters: filter: 20%?"} if parameters.get("FilterCriteria") else {}
    stack.others.append(Block("pipes", pipe.id, values, stack.origin(pipe), notes=notes))
