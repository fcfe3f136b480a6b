"""`capplan mcp`: offers capplan to agents by the Model Context Protocol, over standard input and output."""

import gc
import os
import sys
import traceback
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from capplan import __version__
from capplan.cli.output import report
from capplan.cli.steps import WRONG_INPUT

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server
    from mcp_types import CallToolRequestParams, PaginatedRequestParams

Served = Annotated[str, typer.Argument(metavar="FOLDER", help="The folder whose scenarios are read, and no other.")]
WriteTo = Annotated[
    str | None, typer.Option("--write-to", metavar="FOLDER", help="Let apply write YAML files inside of this folder.")
]
REMEMBERED_CALLS = 16
"""So many calls share what capplan remembers, such as prices that were read."""
INSTRUCTIONS = (
    "capplan plans cost and capacity of serverless AWS workloads from YAML scenarios. Begin with estimate; answers are "
    "short, and left_out counts what is not shown. For more give fields, dotted paths of the whole answer, and top. "
    "Money is USD a month unless a key says otherwise; figures are strings with all their digits."
)


def mcp(folder: Served = ".", write_to: WriteTo = None) -> int:
    """Serve agents over stdio: validate, estimate, check, compare-modes, explain, apply, prices. Read-only by default.

    Example: capplan mcp scenarios
    """
    try:
        import mcp.server.lowlevel  # noqa: F401, PLC0415  an extra
    except ModuleNotFoundError:
        report("capplan mcp needs the MCP SDK: python -m pip install 'capplan[mcp]'")
        return WRONG_INPUT
    for path, hint in ((folder, "FOLDER"), (write_to, "--write-to")):
        if path is not None and not Path(path).is_dir():
            raise typer.BadParameter(f"expected a folder, found '{path}'", param_hint=hint)
    target = None if write_to is None else Path(write_to).resolve()
    if sys.stdin.isatty():
        report("waiting for messages of an MCP client on standard input; docs/agents.md shows how one starts this")
    os.chdir(folder)
    _serve(target)
    return 0


def _serve(write_to: Path | None) -> None:
    """Answer until standard input ends. While it serves, the SDK turns what is printed to standard error."""
    import anyio  # noqa: PLC0415  comes with the extra
    from mcp.server.stdio import stdio_server  # noqa: PLC0415

    server = server_of(write_to)

    async def serve() -> None:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    anyio.run(serve)


def server_of(write_to: Path | None) -> "Server[Any]":
    """The server of the working folder; `write_to` is the folder that `apply` may write into."""
    import anyio  # noqa: PLC0415
    from anyio.to_thread import run_sync  # noqa: PLC0415
    from mcp.server.lowlevel import Server  # noqa: PLC0415
    from mcp_types import CallToolResult, ListToolsResult, TextContent, ToolAnnotations  # noqa: PLC0415
    from mcp_types import Tool as Offered  # noqa: PLC0415

    from capplan.cli.tools import TOOLS  # noqa: PLC0415

    one_at_a_time = anyio.CapacityLimiter(1)
    calls = count(1)

    async def list_tools(_: Any, __: "PaginatedRequestParams | None") -> ListToolsResult:  # noqa: ANN401  the SDK's context
        return ListToolsResult(
            tools=[
                Offered(
                    name=tool.name,
                    title=tool.title,
                    description=tool.description,
                    input_schema=tool.schema(),
                    annotations=ToolAnnotations(
                        read_only_hint=not (tool.writes and write_to),
                        destructive_hint=bool(tool.writes and write_to),
                        idempotent_hint=True,
                        open_world_hint=False,
                    ),
                )
                for tool in TOOLS
            ]
        )

    async def call_tool(_: Any, params: "CallToolRequestParams") -> CallToolResult:  # noqa: ANN401  the SDK's context
        if next(calls) % REMEMBERED_CALLS == 0:
            await run_sync(forget, limiter=one_at_a_time)
        text, is_error = await run_sync(_answered, params.name, params.arguments or {}, write_to, limiter=one_at_a_time)
        return CallToolResult(content=[TextContent(type="text", text=text)], is_error=is_error)

    return Server(
        "capplan", version=__version__, instructions=INSTRUCTIONS, on_list_tools=list_tools, on_call_tool=call_tool
    )


def forget() -> None:
    """Empty what capplan remembers of earlier calls: caches are sized for one run of a command, and a server stays."""
    for name, module in list(sys.modules.items()):
        if name.startswith("capplan."):
            for value in list(vars(module).values()):
                clear = getattr(value, "cache_clear", None)
                if clear is not None and not isinstance(value, type):
                    clear()
    gc.collect()


def _answered(name: str, arguments: dict[str, Any], write_to: Path | None) -> tuple[str, bool]:
    """The text of an answer, and whether it is an error. A bug is one too; its traceback goes to standard error."""
    from capplan.cli.tools import call  # noqa: PLC0415
    from capplan.errors import Diagnostic  # noqa: PLC0415
    from capplan.report.formats.compact import one_line  # noqa: PLC0415
    from capplan.report.record import value_of  # noqa: PLC0415
    from capplan.report.records.errors import errors_record  # noqa: PLC0415

    try:
        answer, is_error = call(name, arguments, write_to)
    except Exception as error:  # noqa: BLE001  the server goes on
        traceback.print_exc(file=sys.stderr)
        message, hint = f"capplan failed: {type(error).__name__}", "this is a bug: report it with the scenario"
        answer, is_error = value_of(errors_record([Diagnostic("capplan", 0, 0, message, hint)])), True
    gc.collect()  # `main` has it wait for a run's end, and this is one
    return one_line(answer).rstrip("\n"), is_error
