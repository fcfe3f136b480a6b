"""The formats that are read, and what each file is: told by content, never by its name alone.

To add a format, write one module here with `FORMATS`, a tuple of `Format`, and name the module in `MODULES`. A format says how
it is told (`matches`, cheap and exact: it is asked about every file) and reads a file into a `Found`; one that is known and
not read has a `refusal` instead: what to do. A reader

- takes a `Given` (text, data with positions, the folder it may look into) and `Asked` (what the user said beside the files);
- returns plain data of the language: quantities with their unit as text ("256 MB", "30 s"), counts as Decimal;
- names other resources by `Ref(alias)` only, and gives each block every alias it is known by: `FILE#ID`, its physical name,
  its ARN, its address;
- writes what the file says, AWS's or the tool's default where it differs from capplan's own, and nothing else: what nobody
  says is a `Question`, what is concluded is in `confirm`, what is not used is `Unused`;
- raises CapplanError with file, line and column for a file that is broken (`given.document.diagnostic(path, …)`).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from importlib import import_module
from typing import NamedTuple

from capplan.errors import CapplanError, Diagnostic
from capplan.importing.given import Given
from capplan.importing.model import Asked, Found
from capplan.reading.nearest import did_you_mean

MODULES = (
    "cloudformation",
    "serverless",
    "terraform",
    "nosql_workbench",
    "dynamodb_api",
    "lambda_api",
    "power_tuning",
    "glue_api",
    "stepfunctions_api",
    "service_quotas",
    "refused",  # a bill begins with a time and a number too
    "cloudwatch",
    "infracost",
    "definition",
)
"""The modules of formats, in the order of asking: the most particular first."""


class Format(NamedTuple):
    """A format of files.

    Attributes:
        id: Its name for `--as`.
        label: What it is: "a SAM template".
        matches: Whether a file is of it.
        read: What a file says; None for a format that is known and not read, or read together.
        together: What all files of it say, where they are measured as one: histories, runs.
        takes_text: Whether it is read as a text: it may be neither YAML nor JSON.
        refusal: For one that is not read: what to do instead.
    """

    id: str
    label: str
    matches: Callable[[Given], bool]
    read: Callable[[Given, Asked], Found] | None = None
    refusal: str = ""
    together: Callable[[Sequence[Given], Asked], Found] | None = None
    takes_text: bool = False

    @property
    def is_read(self) -> bool:
        """Whether such files are imported."""
        return self.read is not None or self.together is not None


@lru_cache
def formats() -> tuple[Format, ...]:
    """All formats, in the order of asking."""
    return tuple(format_ for name in MODULES for format_ in import_module(f"{__name__}.{name}").FORMATS)


def recognize(given: Given) -> Format | None:
    """The format of a file; None where it is none of them."""
    return next((format_ for format_ in formats() if format_.matches(given)), None)


def named(id_: str) -> Format:
    """The format that `--as` names. Raises CapplanError."""
    known = {format_.id: format_ for format_ in formats() if format_.is_read}
    if id_ not in known:
        hint = did_you_mean(id_, known, f"expected one of {', '.join(sorted(known))}")
        raise CapplanError((Diagnostic("--as", 0, 0, f"unknown format '{id_[:40]}'", hint),))
    return known[id_]


def ids() -> Iterable[str]:
    """The names of the formats that are read."""
    return [format_.id for format_ in formats() if format_.is_read]
