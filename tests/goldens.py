"""Golden files: exact texts, kept beside what they are of. `python -m tests.goldens` writes them anew; read the diff.

A golden shows change, not truth: every figure in one has a test of its own service too.
"""

import contextlib
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import capplan
from capplan.commands.explain import Explained, explain
from capplan.errors import CapplanError
from capplan.language.load import load
from capplan.pipeline.results import Modes, Plan
from capplan.report.checked import Checked
from capplan.report.formats.terminal import terminal_text
from capplan.report.style import Style
from capplan.report.views.check import check_document
from capplan.report.views.compare_modes import modes_document
from capplan.report.views.errors import errors_text
from capplan.report.views.estimate import plan_document
from capplan.report.views.explain import explained_document
from tests.helpers import SCENARIOS, WEB_SHOP
from tests.json_answers import json_goldens
from tests.report.build import forty_resources, one_resource

HERE = Path(__file__).parent
WRONG = HERE / "language" / "wrong"
GOLDEN = HERE / "golden"
Golden = Callable[[], str]


def said_of(path: Path) -> str:
    """What is said of a wrong scenario, in ASCII; an empty text where nothing is wrong with it."""
    with contextlib.chdir(path.parent):
        try:
            capplan.plan(capplan.load(path.name))
        except CapplanError as error:
            return (
                "\n\n".join(
                    part for part in (errors_text(error.diagnostics, ascii_only=True), error.summary) if part
                ).rstrip("\n")
                + "\n"
            )
    return ""


def wrong_scenarios() -> dict[Path, Golden]:
    """Every wrong scenario's message."""
    return {path.with_suffix(".txt"): lambda path=path: said_of(path) for path in sorted(WRONG.glob("*.yaml"))}  # type: ignore[misc]


@lru_cache
def _planned(name: str, budget: Decimal | None = None) -> Plan:
    return capplan.plan(load(str(SCENARIOS / name / "scenario.yaml"), budget=budget))


@lru_cache
def _compared(name: str) -> Modes:
    return capplan.compare_modes(load(str(SCENARIOS / name / "scenario.yaml")))


@lru_cache
def _explained(line: str) -> Explained:
    return explain(load(WEB_SHOP), line)


def _at_home(text: str) -> str:
    """A screen without the folder the scenarios lie in, escapes as they are typed."""
    return text.replace(f"{SCENARIOS.as_posix()}/", "scenarios/").replace("\x1b", "^[")


def _estimate(plan: Plan, style: Style, *, details: bool = False) -> str:
    return terminal_text(plan_document(plan), style, details=details)


def _check(plan: Plan, style: Style) -> str:
    return terminal_text(check_document(Checked(plan)), style)


def _screen(render: Callable[[Style], str], style: Style) -> Golden:
    return lambda: _at_home(render(style))


def _renderers() -> dict[str, Callable[[Style], str]]:
    """Each command's screen of one scenario, and of plans made by hand: forty resources, one."""
    return {
        "estimate-web-shop": lambda style: _estimate(_planned("web-shop"), style),
        "estimate-details": lambda style: _estimate(_planned("web-shop"), style, details=True),
        "estimate-forty": lambda style: _estimate(forty_resources(), style),
        "estimate-one": lambda style: _estimate(one_resource(), style),
        "check": lambda style: _check(_planned("web-shop"), style),
        "check-broken": lambda style: _check(_planned("web-shop", Decimal(1500)), style),
        "compare-modes": lambda style: terminal_text(modes_document(_compared("seoul-delivery")), style),
        "explain": lambda style: terminal_text(explained_document(_explained("orders.writes")), style),
    }


STYLES = {
    "pipe": Style(100),
    "80": Style(80, ascii=False),
    "140": Style(140, ascii=False),
    "colour": Style(100, ascii=False, colour=True),
}
"""A pipe and an ASCII terminal; a terminal without colour, narrow and wide; one with colour."""


def screens() -> dict[Path, Golden]:
    """Every command in every style, and every shipped scenario's estimate as a pipe gets it."""
    named = {
        f"{screen}.{style}": _screen(render, STYLES[style])
        for screen, render in _renderers().items()
        for style in STYLES
    }
    for path in sorted(SCENARIOS.glob("*/scenario.yaml")):
        name = path.parent.name
        wide = Style(100, ascii=False)
        named[f"scenario-{name}"] = _screen(lambda style, name=name: _estimate(_planned(name), style), wide)  # type: ignore[misc]
    return {GOLDEN / f"{name}.txt": golden for name, golden in named.items()}


def goldens() -> dict[Path, Golden]:
    """Every golden file, and what it should hold."""
    return {**wrong_scenarios(), **screens(), **json_goldens()}


def main() -> None:
    """Write what has changed, and name it."""
    for path, golden in goldens().items():
        text = golden()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(HERE.parent))  # noqa: T201


if __name__ == "__main__":
    main()
