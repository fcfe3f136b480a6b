"""When an answer has color."""

import pytest

from capplan.cli.options import ColorChoice
from capplan.cli.output import wants_color
from tests.cli.test_cli import SMALL, run


@pytest.mark.parametrize(
    ("option", "environ", "terminal", "pipe"),
    [
        ("auto", {}, True, False),
        ("auto", {"TERM": "xterm-256color"}, True, False),
        ("auto", {"TERM": "dumb"}, False, False),
        ("auto", {"NO_COLOR": "1"}, False, False),
        ("auto", {"NO_COLOR": ""}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, True, True),
        ("auto", {"FORCE_COLOR": "0"}, True, False),
        ("auto", {"FORCE_COLOR": "3", "TERM": "dumb"}, True, True),
        ("auto", {"CLICOLOR_FORCE": "1"}, True, True),
        ("auto", {"CLICOLOR_FORCE": "0"}, True, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ("always", {}, True, True),
        ("always", {"NO_COLOR": "1", "TERM": "dumb"}, True, True),
        ("never", {}, False, False),
        ("never", {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"}, False, False),
    ],
)
def test_the_option_decides_then_the_environment_then_the_terminal(
    option: str, environ: dict[str, str], *, terminal: bool, pipe: bool
) -> None:
    choice = ColorChoice(option)
    assert wants_color(choice, environ, is_terminal=True) is terminal
    assert wants_color(choice, environ, is_terminal=False) is pipe


@pytest.mark.parametrize(
    ("options", "environ", "colored"),
    [
        ((), {}, False),
        (("--color", "always"), {}, True),
        (("--color=never",), {"FORCE_COLOR": "1"}, False),
        (("--no-color",), {"FORCE_COLOR": "1"}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_a_pipe_gets_color_where_it_is_asked_for(
    options: tuple[str, ...], environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, *, colored: bool
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in run("estimate", "-", *options, text=SMALL).stdout) is colored
