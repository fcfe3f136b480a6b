"""Every command, named once, and how a command line becomes an exit code. No command's work is done here."""

from itertools import pairwise

import typer

from capplan.cli import INTERRUPTED
from capplan.cli.check import check
from capplan.cli.compare_modes import compare_modes
from capplan.cli.completion import completion
from capplan.cli.diff import diff
from capplan.cli.estimate import estimate
from capplan.cli.explain import explain
from capplan.cli.gates import gates
from capplan.cli.init import init
from capplan.cli.output import put
from capplan.cli.prices import prices
from capplan.cli.schema import schema
from capplan.cli.simulate import simulate
from capplan.cli.size import size
from capplan.cli.steps import WRONG_INPUT
from capplan.cli.validate import validate
from capplan.cli.workflow import workflow
from capplan.errors import Mistake

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Plan cost and capacity of serverless AWS workloads before you deploy them.",
)
app.command()(estimate)
app.command()(check)
app.command()(gates)
app.command()(diff)
app.command("compare-modes")(compare_modes)
app.command()(simulate)
app.command()(size)
app.command()(explain)
app.command()(init)
app.command()(validate)
app.command()(schema)
app.add_typer(prices, name="prices")
app.command()(completion)
app.command()(workflow)


def run(arguments: list[str]) -> int:
    """The exit code of a command line. What nobody foresaw keeps its traceback."""
    command = typer.main.get_command(app)
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

            put(errors_json([Mistake("command line", 0, 0, error.format_message())]) + "\n")  # type: ignore[attr-defined]
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
