"""`capplan completion`: the script that completes commands and options in a shell."""

from enum import StrEnum
from typing import Annotated

import typer

from capplan.cli.output import put


class Shell(StrEnum):
    """Supported shells."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"
    powershell = "powershell"


def completion(
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell.")] = Shell.bash,
) -> int:
    """Print the script that makes a shell complete capplan's commands and options.

    Example: capplan completion bash >> ~/.bashrc
    """
    from typer._completion_shared import get_completion_script  # noqa: PLC0415

    put(get_completion_script(prog_name="capplan", complete_var="_CAPPLAN_COMPLETE", shell=shell.value) + "\n")
    return 0
