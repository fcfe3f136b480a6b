"""Scores case files from the command line: `python -m tests.cases FILE...`."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.cases.compare import jsonable, show
from tests.cases.runner import Outcome, run_file

_VERDICTS = ("pass", "fail", "not covered")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the files and print the verdicts; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        outcomes = [outcome for path in options.files for outcome in run_file(path, options.asl)]
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(as_json(outcomes) if options.json else as_text(outcomes))
    return 1 if any(outcome.verdict == "fail" for outcome in outcomes) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.cases",
        description="Scores case files against capplan: pass, fail or not covered, case by case and by kind.",
        epilog="Exit code: 0 if no case fails (not covered is no failure), 1 if one does, 2 if a file is wrong.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a case file (YAML)")
    parser.add_argument("--asl", type=Path, metavar="DIR", help="folder of ASL definitions; else asl beside each file")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def by_kind(outcomes: Iterable[Outcome]) -> dict[str, Counter[str]]:
    """The number of each verdict, by kind, in order of first appearance."""
    kinds: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        kinds.setdefault(outcome.kind, Counter())[outcome.verdict] += 1
    return kinds


def as_json(outcomes: Sequence[Outcome]) -> str:
    """The verdicts as one JSON document."""
    counted = by_kind(outcomes)
    kinds = {kind: {v.replace(" ", "_"): counts[v] for v in _VERDICTS} for kind, counts in counted.items()}
    return json.dumps({"kinds": kinds, "cases": [_as_record(outcome) for outcome in outcomes]}, indent=1) + "\n"


def _as_record(outcome: Outcome) -> dict[str, object]:
    return {
        "id": outcome.id,
        "kind": outcome.kind,
        "verdict": outcome.verdict,
        "expected": jsonable(outcome.expected),
        "observed": jsonable(outcome.observed),
        "tolerance": jsonable(outcome.tolerance),
        "why": list(outcome.why),
    }


def as_text(outcomes: Sequence[Outcome]) -> str:
    """A block per case, then a table by kind."""
    return "\n".join([*(_block(outcome) for outcome in outcomes), "", *_table(outcomes), ""])


def _block(outcome: Outcome) -> str:
    lines = [f"{outcome.verdict:<12}{outcome.id}  ({outcome.kind})"]
    if outcome.verdict != "not covered":
        tolerance = "exact" if outcome.tolerance is None else show(outcome.tolerance)
        lines.append(f"    expected  {show(outcome.expected)}")
        lines.append(f"    observed  {show(outcome.observed)}")
        lines.append(f"    tolerance {tolerance}")
    return "\n".join([*lines, *(f"    - {reason}" for reason in outcome.why if reason)])


def _table(outcomes: Sequence[Outcome]) -> list[str]:
    kinds = by_kind(outcomes)
    width = max([len(kind) for kind in kinds] + [5]) + 2
    head = f"{'kind':<{width}}" + "".join(f"{verdict:>13}" for verdict in _VERDICTS)
    rows = [f"{kind:<{width}}" + "".join(f"{counts[v]:>13}" for v in _VERDICTS) for kind, counts in kinds.items()]
    total: Counter[str] = Counter(outcome.verdict for outcome in outcomes)
    return [head, *rows, f"{'total':<{width}}" + "".join(f"{total[v]:>13}" for v in _VERDICTS)]


if __name__ == "__main__":
    sys.exit(main())
