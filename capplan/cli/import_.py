"""`capplan import`: a scenario from templates, plans, descriptions and measurements."""

from pathlib import Path
from typing import Annotated

import typer

from capplan.cli.options import Ascii, Color, ColorChoice, Format, Quiet
from capplan.cli.output import emit_document, output, put
from capplan.cli.steps import GATE_FAILED, guarded
from capplan.errors import CapplanError, Diagnostic

Paths = Annotated[
    list[str], typer.Argument(metavar="PATH...", help="Files, and folders with all in them that can be told.")
]
Target = Annotated[str | None, typer.Option("--output", "-o", help="Write the scenario to this file.")]
As = Annotated[str | None, typer.Option("--as", metavar="FORMAT", help="The format, where it cannot be told.")]
Parameter = Annotated[
    list[str] | None,
    typer.Option("--parameter", metavar="NAME=VALUE", help="A template's parameter: Stage=prod. Repeatable."),
]

Check = Annotated[bool, typer.Option("--check", help="Write nothing; exit 3 where the files have moved since.")]


def import_(
    paths: Paths,
    target: Target = None,
    as_format: As = None,
    parameter: Parameter = None,
    check: Check = False,
    format: Format = None,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """A scenario from templates, plans, descriptions and measurements. Without -o it is printed.

    A scenario that is there is kept up to date: what came from the files follows them, your values and comments stay.

    Example: capplan import template.yaml -o scenario.yaml
    """
    where = output(format, None, ascii_only=ascii, color=color, quiet=quiet)
    parameters = _parameters(parameter)
    if check and target is None:
        raise typer.BadParameter("name the scenario with -o", param_hint="--check")

    def answer() -> int:
        from capplan.commands.import_files import imported  # noqa: PLC0415
        from capplan.reading.writing import write_atomic  # noqa: PLC0415
        from capplan.report.formats.json import to_json  # noqa: PLC0415
        from capplan.report.records.import_ import import_record  # noqa: PLC0415
        from capplan.report.views.import_ import import_document  # noqa: PLC0415

        if check and target is not None and not Path(target).exists():
            hint = "without --check an import writes it"
            raise CapplanError((Diagnostic(target, 0, 0, "there is no such scenario to check", hint),))
        done = imported(paths, target, as_format=as_format, parameters=parameters)
        written = None if check else target
        if written is not None:
            for name, content in done.beside.items():
                write_atomic(Path(written).parent / name, content)
            write_atomic(Path(written), done.text)
        if target is None and [name for name, _ in where.wanted] == ["table"]:
            put(done.text)
        else:
            emit_document(
                where,
                lambda: to_json(import_record(done, written)),
                lambda: import_document(done, written, checked=check),
            )
        return GATE_FAILED if check and done.drifted else 0

    return guarded(where, answer, "nothing imported", doing="reading")


def _parameters(given: list[str] | None) -> dict[str, str]:
    """Each `NAME=VALUE`. Raises typer.BadParameter."""
    out: dict[str, str] = {}
    for text in given or []:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise typer.BadParameter(
                f"expected NAME=VALUE, such as Stage=prod, found '{text}'", param_hint="--parameter"
            )
        out[name.strip()] = value
    return out
