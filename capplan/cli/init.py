"""`capplan init`: a scenario to begin with."""

from pathlib import Path
from typing import Annotated

import typer

from capplan.cli.output import output, put, report
from capplan.cli.steps import guarded

Folder = Annotated[str, typer.Argument(metavar="FOLDER", help="Where to write it; created if it does not exist.")]
From = Annotated[
    list[str] | None,
    typer.Option(
        "--from", metavar="PATH", help="Import it: a template, a plan, a folder. Repeatable; as capplan import."
    ),
]
Template = Annotated[
    str | None, typer.Option("--template", "-t", help="A shipped scenario, such as web-shop; list lists all.")
]


def init(
    folder: Folder = ".",
    template: Template = None,
    source: From = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite existing files.")] = False,
) -> int:
    """Write a commented scenario that is ready to estimate.

    Example: capplan init shop --template web-shop
    """
    where = output(None, None, ascii_only=False, quiet=False)

    def answer() -> int:
        from capplan.reading.templates import template_files, template_names  # noqa: PLC0415

        _check_folder(folder)
        if source:
            from capplan.commands.import_files import imported  # noqa: PLC0415

            done = imported(source, (Path(folder) / "scenario.yaml").as_posix(), anew=True)
            _write(Path(folder), {**done.beside, "scenario.yaml": done.text}, force=force)
            return 0
        if template == "list":
            put("".join(f"{name}\n" for name in template_names()))
            return 0
        _write(Path(folder), template_files(template), force=force)
        return 0

    return guarded(where, answer, "nothing written")


def _check_folder(folder: str) -> None:
    """A file in place of the folder is most likely meant as what to begin from. Raises CapplanError."""
    from capplan.errors import CapplanError, Diagnostic  # noqa: PLC0415

    if Path(folder).is_file():
        hint = f"to begin from it: capplan init --from {folder}"
        raise CapplanError((Diagnostic(folder, 0, 0, "this is a file: expected the folder to write to", hint),))


def _write(folder: Path, files: dict[str, str], *, force: bool) -> None:
    """Write all files or, where one exists, none."""
    from capplan.errors import CapplanError, Diagnostic  # noqa: PLC0415
    from capplan.reading.writing import write_atomic  # noqa: PLC0415

    existing = [folder / name for name in files if (folder / name).exists()]
    if existing and not force:
        hint = "name another folder: capplan init FOLDER; or overwrite it with --force"
        raise CapplanError(
            tuple(Diagnostic(path.as_posix(), 0, 0, "this file already exists", hint) for path in existing)
        )
    for name, text in files.items():
        try:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = (error.strerror or "").lower()
            raise CapplanError((Diagnostic(folder.as_posix(), 0, 0, "cannot create this folder", why),)) from None
        write_atomic(folder / name, text)
    for name in files:
        report(f"wrote {(folder / name).as_posix()}")
    put(f"next: capplan estimate {(folder / 'scenario.yaml').as_posix()}\n")
