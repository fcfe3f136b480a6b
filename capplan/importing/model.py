"""What a reader of a format returns: blocks of a scenario with their provenance, open questions, what was not used."""

from collections.abc import Mapping
from typing import Literal

from capplan.record import Record


class Origin(Record, frozen=True):
    """Where something stands: file as named by the user, line and column from 1 (0: the whole file).

    `address` is what the source calls it, where that is worth showing: a logical id, a Terraform address.
    """

    file: str
    line: int = 0
    column: int = 0
    address: str = ""

    def __str__(self) -> str:
        """As a comment has it: `template.yaml:120`."""
        return f"{self.file}:{self.line}" if self.line else self.file


class Ref(Record, frozen=True):
    """The name of another block, as a value: it is known once all files are read.

    Attributes:
        alias: One of the other block's aliases.
        section: Its section; empty for any.
        otherwise: The value where no file has such a block; None drops the entry, or the item of a list, that holds it,
            and says so.
        is_optional: Whether only the key that holds it goes, where no file has such a block: a route without its function.
        before: What stands before the name, such as the beginning of an ARN.
    """

    alias: str
    section: str = ""
    otherwise: str | None = None
    before: str = ""
    is_optional: bool = False


class Fallback(Record, frozen=True):
    """A value that refers to another block, and the one that stands instead where no file has it."""

    value: object
    otherwise: object


class Lifted(Record, frozen=True):
    """A text to write into a file beside the scenario, such as a definition out of a template; the value is its name."""

    text: str
    ending: str = ".asl.json"


class Beside(Record, frozen=True):
    """A file that exists: the value is its path from the scenario's folder, or that of a copy where it is not inside."""

    path: str
    """As seen from the working folder."""
    text: str


class Question(Record, frozen=True):
    """A key that no file answers: a commented line `# rate: 10/s   how often?`.

    Attributes:
        key: The key of the block.
        example: A plausible value, as plain data. It is never counted.
        asks: The question, short.
        remarks: Where the example is a list: what each item is.
    """

    key: str
    example: object
    asks: str
    remarks: tuple[str, ...] = ()


Place = tuple[str | int, ...]
"""A path inside a block's values: ("memory",), ("calls", 0)."""
Joins = Literal["never", "where_it_fits", "only_where_it_fits", "quietly", "where_it_is_named"]


class Block(Record, frozen=True):
    """One entry of a section: a table, a function, a traffic.

    Attributes:
        section: The section's key. One that this version does not have becomes "seen and not used yet".
        name: As in the source; what is no name, or longer than 64 letters, is changed by `combine`.
        values: Its keys, as plain data of the language (str, Decimal, bool, int, list, dict), and Ref, Lifted, Beside
            anywhere inside. The order does not matter: keys are written in the language's order.
        origin: Where it is declared.
        aliases: All that other blocks and files may call it by: `template.yaml#OrdersTable`, `orders`, an ARN, an address.
            They are compared within a section.
        notes: A remark behind a value, by its place: {("memory",): "AWS's default"}.
        confirm: Places of what was concluded and not read: wiring with `times: 1`, marked as to confirm.
        questions: What no file says, the most important first.
        joins: Whether it adds to a block of another file that shares an alias: a template's never do; a description or a
            measurement does where it fits, and else stands alone; a usage file's only adds, and else is not used
            (`quietly`: without a word); its traffic stands where a block that is used names it.
    """

    section: str
    name: str
    values: Mapping[str, object]
    origin: Origin
    aliases: tuple[str, ...] = ()
    notes: Mapping[Place, str] = {}
    confirm: frozenset[Place] = frozenset()
    questions: tuple[Question, ...] = ()
    joins: Joins = "never"


class Unused(Record, frozen=True):
    """What was seen and not used: what it is (equal ones are listed together), why, where."""

    what: str
    why: str
    origin: Origin


class Found(Record, frozen=True):
    """All that one file says.

    Attributes:
        blocks: In the order of the file.
        unused: What of it is not in the blocks, and why.
        name: The workload's name, where the file has one.
        region: The Region, where the file has one.
        account: Keys for `account`, such as {"quotas": {"lambda.concurrency": Decimal(3000)}}.
        consumed: Other files it has taken in, by the name shown: a nested template, a definition.
        parameters: Names that `--parameter` may give a value of.
        notes: Remarks about the whole file, for the head of the scenario: "condition IsProd is not decided: …".
    """

    blocks: tuple[Block, ...] = ()
    unused: tuple[Unused, ...] = ()
    name: str = ""
    region: str = ""
    account: Mapping[str, object] = {}
    consumed: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Asked(Record, frozen=True):
    """What the user said beside the files.

    Attributes:
        parameters: `--parameter NAME=VALUE`.
        zone_minutes: The offset of the scenario's time zone from UTC, where there is one already.
    """

    parameters: Mapping[str, str] = {}
    zone_minutes: int = 0
