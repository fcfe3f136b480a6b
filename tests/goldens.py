"""Golden files: exact texts, kept beside what they are of. `python -m tests.goldens` writes them anew; read the diff.

A golden shows change, not truth: every figure in one is held by a test of its own room too.
"""

import contextlib
from collections.abc import Callable
from pathlib import Path

import capplan
from capplan.errors import CapplanError
from capplan.report.errors import errors_text

HERE = Path(__file__).parent
WRONG = HERE / "scenario" / "wrong"
Golden = Callable[[], str]


def said_of(path: Path) -> str:
    """What is said of a wrong scenario, in ASCII; an empty text where nothing is wrong with it."""
    with contextlib.chdir(path.parent):
        try:
            capplan.plan(capplan.load(path.name))
        except CapplanError as error:
            return (
                "\n\n".join(
                    part for part in (errors_text(error.mistakes, ascii_only=True), error.summary) if part
                ).rstrip("\n")
                + "\n"
            )
    return ""


def wrong_scenarios() -> dict[Path, Golden]:
    """Every wrong scenario's message."""
    return {path.with_suffix(".txt"): lambda path=path: said_of(path) for path in sorted(WRONG.glob("*.yaml"))}  # type: ignore[misc]


def goldens() -> dict[Path, Golden]:
    """Every golden file, and what it should hold."""
    return {**wrong_scenarios()}


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
