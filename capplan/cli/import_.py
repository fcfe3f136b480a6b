"""`capplan import`: a scenario from templates, plans, descriptions and measurements."""

from pathlib import Path
from typing import Annotated

import typer

from capplan.cli.options import Ascii, Color, ColorChoice, Format, Quiet
from capplan.cli.output import output, put, report
from capplan.cli.steps import guarded
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


def import_(
    paths: Paths,
    target: Target = None,
    as_format: As = None,
    parameter: Parameter = None,
    format: Format = None,
    ascii: Ascii = False,
    color: Color = ColorChoice.auto,
    quiet: Quiet = False,
) -> int:
    """A scenario from templates, plans, descriptions and measurements. Without -o it is printed.

    Example: capplan import template.yaml -o scenario.yaml
    """
    where = output(format, None, ascii_only=ascii, color=color, quiet=quiet)
    parameters = _parameters(parameter)

    def answer() -> int:
        from capplan.commands.import_files import draft_of  # noqa: PLC0415
        from capplan.importing.render import rendered  # noqa: PLC0415
        from capplan.reading.writing import write_atomic  # noqa: PLC0415

        folder = Path(target).parent if target is not None else Path()
        draft = draft_of(paths, as_format=as_format, parameters=parameters, folder=folder)
        text = rendered(draft, " ".join(("capplan import", *paths)))
        if target is None:
            put(text)
            return 0
        if Path(target).exists():
            hint = "name another file"
            raise CapplanError((Diagnostic(target, 0, 0, "this file already exists", hint),))
        write_atomic(Path(target), text)
        for name, content in draft.beside.items():
            write_atomic(folder / name, content)
        report(f"wrote {target}")
        put(f"next: capplan estimate {target}\n")
        return 0

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
