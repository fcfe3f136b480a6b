"""A Tab: what is offered, and that each shell on this machine asks for it and takes it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from capplan.cli.app import COMMANDS
from capplan.cli.complete import completions, formats_of
from tests.cli.test_cli import run
from tests.helpers import WEB_SHOP

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["est"], ["estimate"]),
        (["compare-"], ["compare-modes", "compare-regions"]),
        (["estimate", "--st"], ["--strict"]),
        (["estimate", "--format", "j"], ["json", "junit"]),
        (["estimate", "-f", "s"], ["sarif"]),
        (["estimate", "--format=j"], ["--format=json", "--format=junit"]),
        (["estimate", "--format", "=", "j"], ["json", "junit"]),
        (["size", "-f", "t"], ["table"]),
        (["estimate", "--color", "a"], ["auto", "always"]),
        (["check", "--fail-on", "w"], ["warn"]),
        (["prices", "s"], ["show"]),
        (["prices", "list", "ap-northeast-2"], ["ap-northeast-2"]),
        (["prices", "show", "lambda.duration."], ["lambda.duration.arm64", "lambda.duration.x86_64"]),
        (["completion", "z"], ["zsh"]),
        (["init", "--template", "web"], ["web-shop"]),
        (["simulate", WEB_SHOP, "or"], ["orders"]),
        (["simulate", "--seed", "3", WEB_SHOP, "or"], ["orders"]),
        (["compare-modes", WEB_SHOP, ""], ["products", "stock", "orders"]),
        (["workflow", WEB_SHOP, "--details", "f"], ["fulfil"]),
        (["estimate", WEB_SHOP, "--set", "tables.orders.item_"], ["tables.orders.item_size="]),
        (["explain", "lambda.arm"], ["lambda.arm64"]),
        (["estimate", ""], []),
        (["estimate", "-o", ""], []),
        (["simulate", "nowhere.yaml", ""], []),
        (["nothing", ""], []),
        (["prices", "nothing", ""], []),
    ],
)
def test_what_is_offered(words: list[str], found: list[str]) -> None:
    """An empty list leaves the word to the shell: a file name is expected."""
    assert completions(words) == found


PRICES = ["list", "show", "verify", "age", "diff", "refresh"]
"""A group: its commands are offered instead of options."""


def test_every_command_and_option_is_offered() -> None:
    assert completions([""]) == list(COMMANDS)
    for command in COMMANDS:
        assert "--help" in completions([command, "--"]) or completions([command, ""]) == PRICES, command


def test_the_offered_formats_are_those_that_the_command_has() -> None:
    asked = {"diff": ["a", "b"], "sweep": ["a", "--set", "region=a,b"]}
    commands = ("estimate", "check", "gates", "simulate", "workflow", "size", "compare-modes", "forecast", "drivers")
    for command in (*commands, *asked):
        said = run(command, *asked.get(command, ["a"]), "-f", "?").stderr
        expected = said.partition("expected ")[2].partition(", found")[0]
        assert " ".join(expected.split()).split(" or ") == list(formats_of(command)), command


def test_names_of_a_file_that_are_no_plain_words_are_never_offered(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text('tables: {orders: {}, "$(touch x)": {}, "a b": {}, "`id`": {}}\n')
    assert completions(["simulate", str(path), ""]) == ["orders"]
    path.write_text("tables: [")
    assert completions(["simulate", str(path), ""]) == []


ASK = {
    "bash": 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); complete -p capplan >/dev/null || exit 1; '
    '_capplan capplan 2>/dev/null; printf "%s\\n" "${COMPREPLY[@]}"',
    "zsh": 'compdef() { registered=$2 }; source "$1"; shift; compadd() { shift; print -l -- "$@" }; _files() { print FILES }; '
    'words=("$@"); CURRENT=$#; [[ $registered == capplan ]] && _capplan',
    "fish": 'source $argv[1]; complete --do-complete (string join -- " " $argv[2..-1])',
}
"""Runs the script that `capplan completion` prints, then the shell's completion of the words after it."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the program and the scripts of all shells."""
    folder = tmp_path_factory.mktemp("completion")
    program = folder / "capplan"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m capplan "$@"\n')
    program.chmod(0o755)
    for shell in ASK:
        (folder / f"capplan.{shell}").write_text(run("completion", shell).stdout)
    return folder


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["capplan", "est"], ["estimate"]),
        (["capplan", "estimate", "--st"], ["--strict"]),
        (["capplan", "estimate", "--format", "j"], ["json", "junit"]),
        (["capplan", "simulate", WEB_SHOP, "or"], ["orders"]),
        (["capplan", "prices", "show", "lambda.duration."], ["lambda.duration.arm64", "lambda.duration.x86_64"]),
        (["capplan", "compare-modes", WEB_SHOP, ""], ["orders", "products", "stock"]),
    ],
    ids=lambda words: " ".join(words[1:3]) if words[0] == "capplan" else "",
)
@pytest.mark.parametrize("shell", ASK)
def test_a_shell_completes(shell: str, words: list[str], found: list[str], home: Path) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    quiet = {"bash": ["--noprofile", "--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    arguments = ["-c", ASK[shell], *([shell] if shell != "fish" else []), str(home / f"capplan.{shell}"), *words]
    env = {**os.environ, "PATH": f"{home}:{os.environ['PATH']}", "HOME": str(home)}
    done = subprocess.run(
        [program, *quiet, *arguments], capture_output=True, text=True, check=False, env=env, timeout=60
    )
    assert sorted(done.stdout.split()) == found, done.stderr


@pytest.mark.parametrize("shell", [*ASK, "powershell"])
def test_the_script_names_the_program_and_asks_it(shell: str) -> None:
    done = run("completion", shell)
    assert done.returncode == 0
    assert "_CAPPLAN_COMPLETE" in done.stdout
    assert "VARIABLE" not in done.stdout
