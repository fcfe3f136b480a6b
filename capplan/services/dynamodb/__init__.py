"""The DynamoDB room: tables with their indexes. It never sees another room."""

from fractions import Fraction

from capplan.model import Call, Context, Kind, Problem, Simulator
from capplan.reading.files import Files
from capplan.services.dynamodb.accesses import validate_access
from capplan.services.dynamodb.assumptions import assume
from capplan.services.dynamodb.complete import complete
from capplan.services.dynamodb.cost import charge
from capplan.services.dynamodb.keys import with_key_files
from capplan.services.dynamodb.limits import check, observe, pools
from capplan.services.dynamodb.options import options
from capplan.services.dynamodb.patterns import patterns
from capplan.services.dynamodb.rules import RULES
from capplan.services.dynamodb.spec import NOT_YET, Table
from capplan.services.dynamodb.usage import Usage, meter, records, shards, summary


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
    from capplan.services.dynamodb.simulate import SIMULATOR  # noqa: PLC0415

    return SIMULATOR


KIND: Kind[Table, Usage] = Kind(
    name="dynamodb.table",
    section="tables",
    service="dynamodb",
    spec=Table,
    not_yet=NOT_YET,
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
    refuses=validate_access,
    rules=RULES,
    complete=_complete,
    simulate=_simulator,
    patterns=patterns,
)
