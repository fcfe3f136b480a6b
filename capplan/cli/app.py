"""Every command, named once, and how a command line becomes an exit code. No command's work is done here."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from itertools import pairwise

import typer

from capplan.cli import INTERRUPTED
from capplan.cli.output import put
from capplan.cli.steps import WRONG_INPUT
from capplan.errors import Diagnostic

COMMANDS: Mapping[str, str] = {
    "estimate": "estimate",
    "check": "check",
    "gates": "gates",
    "diff": "diff",
    "compare-modes": "compare_modes",
    "simulate": "simulate",
    "size": "size",
    "explain": "explain",
    "init": "init",
    "validate": "validate",
    "schema": "schema",
    "prices": "prices",
    "completion": "completion",
    "workflow": "workflow",
}
"""Every command and its module, whose function (or group) has the module's name."""


def app_of(names: Iterable[str]) -> typer.Typer:
    """The command line with some commands: a run loads the one it was asked for, and no other's options."""
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        help="Plan cost and capacity of serverless AWS workloads before you deploy them.",
    )
    app.callback()(_every_command)
    for name in names:
        module = COMMANDS[name]
        found = getattr(import_module(f"capplan.cli.{module}"), module)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def _every_command() -> None:
    """Plan cost and capacity of serverless AWS workloads before you deploy them."""


def run(arguments: list[str]) -> int:
    """The exit code of a command line. What nobody foresaw keeps its traceback."""
    asked = arguments[:1] if arguments[0] in COMMANDS else COMMANDS
    command = typer.main.get_command(app_of(asked))
    try:
        code = command.main(arguments, prog_name="capplan", standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:
        show = getattr(error, "show", None)  # a usage error of Typer's, which keeps its base class to itself
        if show is None:
            raise
        if _wants_json(arguments):
            from capplan.report.errors import errors_json  # noqa: PLC0415

            put(errors_json([Diagnostic("command line", 0, 0, error.format_message())]) + "\n")  # type: ignore[attr-defined]
        else:
            show()
        return WRONG_INPUT
    return code if isinstance(code, int) else 0


def _wants_json(arguments: list[str]) -> bool:
    """Whether JSON was asked for, in a command line that could not be read."""
    pairs = pairwise(arguments)
    return any(a in ("-f", "--format") and b.startswith("json") for a, b in pairs) or any(
        a.startswith(("--format=json", "-fjson")) for a in arguments
    )
