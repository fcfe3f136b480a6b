"""The list of commands, and how a command line becomes an exit code."""

import re
import sys
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
    "apply": "apply",
    "optimize": "optimize",
    "forecast": "forecast",
    "drivers": "drivers",
    "sweep": "sweep",
    "compare-regions": "compare_regions",
    "init": "init",
    "import": "import_",
    "profile": "profile",
    "reconcile": "reconcile",
    "validate": "validate",
    "schema": "schema",
    "prices": "prices",
    "verify": "verify",
    "completion": "completion",
    "workflow": "workflow",
    "mcp": "mcp",
}
"""Every command and its module, whose function (or group) has the module's name."""


def app_of(names: Iterable[str]) -> typer.Typer:
    """The command line with some commands: a run loads the one that is asked for."""
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode="rich" if sys.stdout.isatty() else None,  # in frames on a terminal; it costs 0.1 s
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        help="Plan cost and capacity of serverless AWS workloads before you deploy them.",
    )
    app.callback()(_every_command)
    for name in names:
        module = COMMANDS[name]
        command = getattr(import_module(f"capplan.cli.{module}"), module)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def _every_command() -> None:
    """Plan cost and capacity of serverless AWS workloads before you deploy them."""


def run(arguments: list[str]) -> int:
    """Run a command line and return its exit code. A bug keeps its traceback."""
    arguments = ["--color=never" if argument == "--no-color" else argument for argument in arguments]
    names = arguments[:1] if arguments[0] in COMMANDS else COMMANDS
    command = typer.main.get_command(app_of(names))
    try:
        code = command.main(arguments, prog_name="capplan", standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:
        show = getattr(error, "show", None)  # a usage error of Typer, whose base class is private
        if show is None:
            raise
        if _wants(arguments, "json", "compact"):
            from capplan.report.formats.compact import one_line  # noqa: PLC0415
            from capplan.report.formats.json import to_json  # noqa: PLC0415
            from capplan.report.record import value_of  # noqa: PLC0415
            from capplan.report.records.errors import errors_record  # noqa: PLC0415

            record = errors_record([Diagnostic("command line", 0, 0, _plain(error.format_message()))])  # type: ignore[attr-defined]
            put(to_json(record) if _wants(arguments, "json") else one_line(value_of(record)))
        else:
            error.message = _plain(error.message)  # type: ignore[attr-defined]
            show()
        return WRONG_INPUT
    return code if isinstance(code, int) else 0


_VALIDATORS = (
    (re.compile(r"Value error, "), ""),
    (re.compile(r"Input should be less than or equal to (\S+)"), r"expected at most \1"),
    (re.compile(r"Input should be greater than or equal to (\S+)"), r"expected at least \1"),
    (re.compile(r"Input should be a valid integer.*"), "expected a whole number"),
)
"""What the library says of an option's value, and how we say it."""


def _plain(message: str) -> str:
    """A usage error in our words."""
    for pattern, words in _VALIDATORS:
        message = pattern.sub(words, message)
    return message


def _wants(arguments: list[str], *formats: str) -> bool:
    """Whether a command line that could not be read asks for one of these formats."""
    return any(a in ("-f", "--format") and b.startswith(formats) for a, b in pairwise(arguments)) or any(
        a.startswith((f"--format={name}", f"-f{name}")) for a in arguments for name in formats
    )
