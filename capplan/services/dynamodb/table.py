"""The DynamoDB room: tables with their indexes. It never sees another room."""

from fractions import Fraction

from capplan.model import Call, Context, Problem, ResourceType, Simulator
from capplan.reading.files import Files
from capplan.services.dynamodb.access_patterns import patterns
from capplan.services.dynamodb.advice.options import options
from capplan.services.dynamodb.advice.rules import RULES
from capplan.services.dynamodb.assumptions import assume
from capplan.services.dynamodb.cost import charge
from capplan.services.dynamodb.keys.table_keys import with_key_files
from capplan.services.dynamodb.limits import check, observe, pools
from capplan.services.dynamodb.resolve import complete
from capplan.services.dynamodb.spec import NOT_YET, Table
from capplan.services.dynamodb.usage import Usage, meter, records, shards, summary
from capplan.services.dynamodb.validate_request import validate_access


def _calls(name: str, spec: Table, ctx: Context) -> tuple[Call, ...]:  # noqa: ARG001  every room's signature
    """A table calls nothing; its stream's readers are triggers of theirs."""
    return ()


def _duration_ms(name: str, spec: Table, ctx: Context) -> Fraction:  # noqa: ARG001  every room's signature
    """A table's answer takes no time that is billed."""
    return Fraction(0)


def _complete(spec: Table, files: Files) -> tuple[Table, tuple[Problem, ...]]:
    """The table with its key files and its example items read."""
    keyed, of_keys = with_key_files(spec, files)
    whole, of_items = complete(keyed, files)
    return whole, (*of_keys, *of_items)


def _simulator() -> Simulator[Table, Usage]:
    """Loaded when somebody follows something over time."""
    from capplan.services.dynamodb.simulation.simulate import SIMULATOR  # noqa: PLC0415

    return SIMULATOR


KIND: ResourceType[Table, Usage] = ResourceType(
    name="dynamodb.table",
    section="tables",
    service="dynamodb",
    spec=Table,
    unsupported=NOT_YET,
    calls=_calls,
    duration_ms=_duration_ms,
    meter=meter,
    check=check,
    pools=pools,
    charge=charge,
    options=options,
    summary=summary,
    observe=observe,
    assume=assume,
    records=records,
    shards=shards,
    validate_request=validate_access,
    rules=RULES,
    complete=_complete,
    simulate=_simulator,
    patterns=patterns,
)
