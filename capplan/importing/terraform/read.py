"""Reads a plan or a state into blocks: its resources in CloudFormation's words, read as a template's are."""

from collections import Counter
from collections.abc import Iterator

from capplan.importing.answers import whole
from capplan.importing.cloudformation.building import Building
from capplan.importing.cloudformation.read import FREE, NOT_YET, read_stack
from capplan.importing.cloudformation.stack import Stack
from capplan.importing.cloudformation.template import Resource as Translated
from capplan.importing.cloudformation.template import Template
from capplan.importing.given import Given
from capplan.importing.model import Asked, Block, Found, Origin, Unused
from capplan.importing.terraform.arguments import Arguments, own_name
from capplan.importing.terraform.plan import Plan, Resource, plan_of, without_index
from capplan.importing.terraform.translate import PARTS, WORDS, without_none
from capplan.record import replace

_FREE_BEGINNINGS = (
    *(
        "aws_iam_",
        "aws_api_gateway_",
        "aws_apigatewayv2_",
        "aws_appautoscaling_",
        "aws_s3_bucket_",
        "aws_glue_catalog_",
    ),
    *("aws_security_group", "aws_route_table", "aws_cloudwatch_event_", "random_", "time_", "tls_"),
)
_FREE_TYPES = frozenset(
    (
        *("aws_lambda_permission", "aws_lambda_alias", "aws_lambda_layer_version", "aws_sqs_queue_policy"),
        *("aws_sns_topic_policy", "aws_vpc", "aws_subnet", "aws_route", "aws_internet_gateway", "aws_kms_alias"),
        *("null_resource", "archive_file", "local_file", "terraform_data"),
    )
)
"""Types that are billed by nothing of their own, or with another resource; the first by how they begin."""
_REGION = "AWS::Region"
"""The parameter that chooses one of the Regions of a plan."""
_TARGET = "aws_appautoscaling_target"
_SCALING = (_TARGET, "aws_appautoscaling_policy")
_NO_TARGET = "what it scales is not in the plan, or several resources have its name"


def read_plan(given: Given, asked: Asked) -> Found:
    """What a plan or a state says. Raises CapplanError."""
    plan = plan_of(whole(given), asked.parameters.get(_REGION, ""))
    template = _Translation(given, plan)
    stack = _PlanStack(template, plan)
    blocks = [_known_by_address(stack, block) for block in read_stack(stack, [])]
    kind = "state" if plan.is_state else "plan"
    notes = () if blocks else (f"{given.name}: this {kind} has no resource that capplan knows.",)
    return Found(
        tuple(blocks), (*stack.unused, *_left(stack, plan)), region=plan.region, parameters=(_REGION,), notes=notes
    )


def is_free(type_: str) -> bool:
    """Whether resources of a type are billed by nothing of their own."""
    return type_ in _FREE_TYPES or type_.startswith(_FREE_BEGINNINGS)


class _Translation(Template):
    """A plan as a template whose functions are all evaluated."""

    def __init__(self, given: Given, plan: Plan) -> None:
        super().__init__(given, {}, {})
        self.plan = plan

    def resources(self) -> Iterator[Translated]:
        """The resources that CloudFormation has words for."""
        for one in self.plan.resources:
            if one.type not in WORDS or is_elsewhere(one, self.plan):
                continue
            words = WORDS[one.type]
            properties = without_none(words.properties(Arguments(self.plan, one, self.scope)))
            mark = one.values.document.locate(one.values.path[:-1])
            yield Translated(one.address, words.type, properties, mark.line, mark.column)

    def value(self, data: object) -> object:
        """Nothing is left to evaluate."""
        return data


def is_elsewhere(resource: Resource, plan: Plan) -> bool:
    """Whether a resource is in another Region than the plan's: a scenario has one."""
    return resource.region not in ("", plan.region)


class _PlanStack(Stack):
    """The blocks of a plan, named as the resources are: by their own name where only one has it, else by their address."""

    def __init__(self, template: Template, plan: Plan) -> None:
        super().__init__(template)
        self.planned = {one.address: one for one in plan.resources}
        self._count = Counter((one.type, own_name(one)) for one in plan.resources)

    def building(self, resource: Translated) -> Building:
        """A new block of a resource."""
        built = super().building(resource)
        planned = self.planned[resource.id]
        name = own_name(planned)
        built.name = name if name and self._count[planned.type, name] == 1 else _local_name(planned)
        return built


def _local_name(resource: Resource) -> str:
    """Its name in the configuration, with its modules and its index."""
    modules = [part for part in without_index(resource.module).split(".") if part not in ("", "module")]
    return "-".join((*modules, resource.name, *((resource.key,) if resource.key is not None else ())))


def _known_by_address(stack: _PlanStack, block: Block) -> Block:
    """The block with every alias that other files may have for it: addresses, ARNs."""
    planned = stack.planned.get(block.origin.address)
    if block.section == "traffic" or planned is None or planned.address not in stack.built:
        block = replace(block, name=_short(stack, block.name))
        if planned is None or block.section == "traffic":
            return block
    values = planned.values
    arns = [values.get(key).data for key in ("arn", "stream_arn", "qualified_arn")]
    own = (planned.address, f"{planned.base}[*]", own_name(planned), *(arn for arn in arns if isinstance(arn, str)))
    scaled = [
        f"{one.address}#{_side(one)}"
        for one in stack.planned.values()
        if one.type == _TARGET and _scales(stack, one, planned)
    ]
    return replace(block, aliases=tuple(dict.fromkeys(alias for alias in (*block.aliases, *own, *scaled) if alias)))


def _short(stack: _PlanStack, name: str) -> str:
    """A name made of an address, with the resource's name in its place."""
    inside = max((address for address in stack.planned if address in name), key=len, default="")
    return name.replace(inside, _local_name(stack.planned[inside])) if inside else name


def _side(target: Resource) -> str:
    dimension = target.values.get("scalable_dimension").data
    return "read" if isinstance(dimension, str) and "Read" in dimension else "write"


def _scales(stack: _PlanStack, target: Resource, table: Resource) -> bool:
    """Whether a scalable target is of a table itself."""
    translated = stack.resources[target.address]
    where = stack.target(translated.properties.get("ResourceId"))
    dimension = target.values.get("scalable_dimension").data
    return where is not None and where.id == table.address and isinstance(dimension, str) and ":table:" in dimension


def _no_step(action: Resource) -> str:
    """Why a scheduled action is no step of every month; empty where it is one."""
    at, zone = action.values.get("schedule").data, action.values.get("timezone").data
    if isinstance(at, str) and at.startswith("at("):
        return "it happens once"
    return f"its times are in {zone}, a scenario's in UTC" if zone not in (None, "UTC", "Etc/UTC") else ""


def _scaled(stack: _PlanStack, address: str) -> Translated | None:
    """What a scalable target is of; of a policy what its target is of."""
    properties = stack.resources[address].properties
    target = stack.target(properties.get("ScalingTargetId"))
    return stack.target((target.properties if target is not None else properties).get("ResourceId"))


def _left(stack: _PlanStack, plan: Plan) -> Iterator[Unused]:
    """Resources that no block has."""
    for one in plan.resources:
        mark = one.values.document.locate(one.values.path[:-1])
        origin = Origin(stack.template.scope, mark.line, mark.column, one.address)
        if one.type == "aws_appautoscaling_scheduled_action" and _no_step(one):
            yield Unused(one.type, _no_step(one), origin)
        if one.address in stack.built or one.address in stack.used or one.type in PARTS:
            continue
        if is_elsewhere(one, plan):
            if one.type in WORDS:
                why = f"it is in {one.region}, and a scenario has one Region: --parameter {_REGION}={one.region} imports that one"
                yield Unused(one.type, why, origin)
            continue
        scaling = one.type in _SCALING
        scaled = _scaled(stack, one.address) if scaling else None
        if scaled is not None and scaled.id in stack.built:
            continue
        why = _NO_TARGET if scaling else FREE if is_free(one.type) else NOT_YET
        yield Unused(one.type, why, origin)
