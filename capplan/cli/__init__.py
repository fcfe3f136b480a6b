"""The command line: the only package that prints, reads the terminal and exits."""

import gc
import os
import sys
from contextlib import suppress
from types import ModuleType
from typing import NoReturn

from capplan import __version__
from capplan.cli.streams import open_closed_streams, write_out

HELP = """Usage: capplan COMMAND SCENARIO [OPTIONS]
Plan cost and capacity of serverless AWS workloads before you deploy them.

  estimate       What will it cost, are limits exceeded, what should I change?
  check          Do the gates pass? Exit 3 if not. gates: what can one observe?
  explain        Where does a figure come from? What does a rule look at?
  apply          Write recommendations into the scenario, comments kept
  optimize       What is the cheapest plan that keeps every gate and limit?
  forecast       Month by month: what does it cost, what breaks first, and when?
  drivers        What moves bill and limits? sweep: a setting at other values
  compare-modes  Which capacity mode for each table? compare-regions: where?
  simulate       What happens minute by minute?
  workflow       What does one execution of a state machine do and cost?
  diff           What does this change cost? Scenarios, JSON, git revisions
Begin: import (templates, plans, metrics), profile (traces), init, size
After: reconcile (a bill). For agents: mcp
Also: validate, verify, schema, prices, completion

Formats, -f: table json compact markdown html junit sarif github csv focus,
several as -f table -f json=plan.json. SCENARIO - reads standard input.
Options and an example: capplan COMMAND --help
Start: capplan init, then capplan estimate scenario.yaml
Exit: 0 done, 1 capplan failed, 2 wrong input, 3 gate failed, 4 --strict
"""
INTERRUPTED = 130


def main() -> NoReturn:
    """Run a command and exit. `--version` and `--help` answer before anything heavy is imported."""
    open_closed_streams()
    try:
        code = answered(sys.argv[1:])
    except KeyboardInterrupt:
        code = INTERRUPTED
    with suppress(OSError):  # where output cannot be written, Python says so as it exits
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)  # to free what a plan made, object by object, takes a fifth of a run
    sys.exit(code)


def answered(arguments: list[str]) -> int:
    """The exit code of a command line, once its answer is written."""
    if os.environ.get("_CAPPLAN_COMPLETE"):
        from capplan.cli.complete import completions  # noqa: PLC0415  a Tab

        typed = [*arguments, ""] if os.environ["_CAPPLAN_COMPLETE"] == "next" else arguments
        return _print("".join(f"{word}\n" for word in completions(typed)), 0)
    if arguments in (["--version"], ["-V"]):
        return _print(f"capplan {__version__}\n", 0)
    if not arguments or arguments in (["--help"], ["-h"], ["help"]):
        return _print(HELP, 0 if arguments else 2)
    gc.set_threshold(2_000_000, 20, 20)  # a plan keeps all it makes: collecting garbage costs a fifth
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # half of numpy's start-up is its thread pool
    if os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__") == "__all__":
        _without_plugins()
    from capplan.cli.app import run  # noqa: PLC0415  heavy

    return run(arguments)


def _without_plugins() -> None:
    """Puts pydantic's own answer for "no plugins" in place of the module that would look for them, and for that read mail."""
    none = ModuleType("pydantic.plugin._loader")
    none.get_plugins = tuple  # type: ignore[attr-defined]
    sys.modules[none.__name__] = none


def _print(text: str, code: int) -> int:
    """ASCII text on standard output."""
    write_out(text.encode("utf-8"))
    return code
