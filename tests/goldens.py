"""Golden files: exact texts, kept beside what they are of. `python -m tests.goldens` writes them anew; read the diff.

A golden shows change, not truth: every figure in one has a test of its own service too.
"""

import contextlib
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import capplan
from capplan.commands.diff import Difference, difference
from capplan.commands.explain import explain
from capplan.commands.reconcile.bill import Asked, read_bill
from capplan.commands.reconcile.compare import reconcile
from capplan.commands.reconcile.correct import corrected
from capplan.commands.reconcile.results import Reconciliation
from capplan.commands.size import measured_items
from capplan.errors import CapplanError
from capplan.language.load import load
from capplan.language.scenario import Scenario
from capplan.pipeline.results import Plan
from capplan.record import replace
from capplan.report.checked import Checked
from capplan.report.document import Document
from capplan.report.formats.document_markdown import document_markdown
from capplan.report.formats.terminal import terminal_text
from capplan.report.markup import md
from capplan.report.records.plan import plan_record
from capplan.report.style import Style
from capplan.report.views.check import check_document
from capplan.report.views.compare_modes import modes_document
from capplan.report.views.diff import diff_document
from capplan.report.views.errors import errors_text
from capplan.report.views.estimate import plan_document
from capplan.report.views.explain import explained_document
from capplan.report.views.reconcile import reconcile_document
from capplan.report.views.simulate import simulation_document
from capplan.report.views.size import size_document
from capplan.report.views.workflow import workflow_document
from tests.helpers import SCENARIOS
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


def _loaded(name: str, budget: Decimal | None = None, change: tuple[str, str] = ("", "")) -> Scenario:
    """A shipped scenario, with some of its text replaced."""
    path = SCENARIOS / name / "scenario.yaml"
    text = path.read_text(encoding="utf-8").replace(*change) if change[0] else None
    return load(str(path), text=text, budget=budget)


@lru_cache
def _planned(name: str, budget: Decimal | None = None, change: tuple[str, str] = ("", "")) -> Plan:
    return capplan.plan(_loaded(name, budget, change))


def _difference() -> Difference:
    """The web shop with a quarter more shoppers and a budget that they exceed."""
    base, head = plan_record(_planned("web-shop")), plan_record(_planned("web-shop", None, ("60/s", "75/s")))
    return difference(base, head, "base.json", "head.json")


def _reconciled() -> Reconciliation:
    loaded = _loaded("web-shop")
    bill = read_bill([str(SCENARIOS / "web-shop" / "bill-2026-11.csv")], Asked())
    answer = reconcile(loaded, bill)
    return replace(answer, corrected=corrected(loaded, bill, answer, ()))


def _items() -> Document:
    return size_document(measured_items("scenarios/measured-items/tickets.jsonl", None, "us-east-1"))


def _at_home(text: str) -> str:
    """A screen without the folder the scenarios lie in, escapes as they are typed."""
    folder = f"{SCENARIOS.as_posix()}/"
    return text.replace(folder, "scenarios/").replace(md(folder), "scenarios/").replace("\x1b", "^[")


def _at_home_document(document: Document) -> Document:
    return replace(document, subtitle=_at_home(document.subtitle))


def _documents() -> dict[str, Callable[[], Document]]:
    """Each command's answer on one scenario, and on plans made by hand: forty resources, one."""
    made: dict[str, Callable[[], Document]] = {
        "estimate-web-shop": lambda: plan_document(_planned("web-shop")),
        "estimate-forty": lambda: plan_document(forty_resources()),
        "estimate-one": lambda: plan_document(one_resource()),
        "check": lambda: check_document(Checked(_planned("web-shop"))),
        "check-broken": lambda: check_document(Checked(_planned("web-shop", Decimal(1500)))),
        "compare-modes": lambda: modes_document(capplan.compare_modes(_loaded("seoul-delivery"))),
        "diff": lambda: diff_document(_difference()),
        "explain": lambda: explained_document(explain(_loaded("web-shop"), "orders.writes")),
        "reconcile": lambda: reconcile_document(_reconciled()),
        "simulate": lambda: simulation_document(
            capplan.simulate(_loaded("live-chat"), "messages"), whole=True, all_events=False
        ),
        "size": _items,
        "workflow": lambda: workflow_document(capplan.workflow(_loaded("web-shop"), "fulfil")),
    }
    return {name: lru_cache(lambda make=make: _at_home_document(make())) for name, make in made.items()}


STYLES = {
    "pipe": Style(100),
    "80": Style(80, ascii=False),
    "100": Style(100, ascii=False),
    "140": Style(140, ascii=False),
    "colour": Style(100, ascii=False, colour=True),
}
"""ASCII; a terminal without color, narrow, in the middle and wide; one with color."""


def screens() -> dict[Path, Golden]:
    """Every command in every style and as Markdown, one with details, and each shipped scenario's estimate in a pipe."""
    documents = _documents()
    named: dict[str, Golden] = {}
    for name, make in documents.items():
        for style, drawn in STYLES.items():
            named[f"{name}.{style}.txt"] = lambda make=make, drawn=drawn: _screen(make(), drawn)  # type: ignore[misc]
        named[f"{name}.md"] = lambda make=make: document_markdown(make())  # type: ignore[misc]
    for style, drawn in STYLES.items():
        make = documents["estimate-web-shop"]
        named[f"estimate-details.{style}.txt"] = lambda make=make, drawn=drawn: _screen(make(), drawn, details=True)  # type: ignore[misc]
    for path in sorted(SCENARIOS.glob("*/scenario.yaml")):
        name = path.parent.name
        named[f"scenario-{name}.txt"] = lambda name=name: _screen(  # type: ignore[misc]
            _at_home_document(plan_document(_planned(name))), Style(100, ascii=False)
        )
    return {GOLDEN / name: golden for name, golden in named.items()}


def _screen(document: Document, style: Style, *, details: bool = False) -> str:
    return _at_home(terminal_text(document, style, details=details))


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
