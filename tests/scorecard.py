"""Runs every case and writes the score into docs/accuracy.md: `python -m tests.scorecard --today 2026-11-30`.

Without `--facts` these are the cases of this repository; with it also the cases in that folder that are not carried here,
such as those that read other people's state machines, in a table of their own.
"""

import argparse
import re
import statistics
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from tests.cases.carry import DATA
from tests.cases.compare import number, plain
from tests.cases.runner import Outcome, run_file

PAGE = Path(__file__).parent.parent / "docs" / "accuracy.md"
_MARK = re.compile(r"(<!-- begin (?P<what>scorecard|more)(?: (?P<day>\S+))? -->\n).*?(<!-- end -->)", re.DOTALL)
_WORDS = {"sfn": "Step Functions", "wcu": "WCU", "rcu": "RCU", "gsi": "GSI", "usd": "USD", "ttl": "TTL"}


class Score(NamedTuple):
    """The cases of one kind: how many are within their bounds, the error of each that has figures, and the misses."""

    kind: str
    cases: int
    within: int
    not_covered: int
    errors: tuple[float, ...]
    misses: tuple[str, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page; exit code 1 where a case misses its bounds."""
    parser = argparse.ArgumentParser(prog="python -m tests.scorecard", description=__doc__)
    parser.add_argument("--today", required=True, help="the day to write, YYYY-MM-DD")
    parser.add_argument("--facts", type=Path, metavar="FOLDER", help="more case files, with asl/ beside them")
    options = parser.parse_args(arguments)
    carried = outcomes_of(sorted(DATA.glob("*.yaml")))
    text = written(PAGE.read_text(encoding="utf-8"), "scorecard", options.today, scores(carried))
    more: list[Outcome] = []
    if options.facts is not None:
        known = {(outcome.kind, outcome.id) for outcome in carried}
        others = outcomes_of(sorted(options.facts.glob("*-cases.yaml")), options.facts / "asl")
        more = [outcome for outcome in others if (outcome.kind, outcome.id) not in known]
        text = written(text, "more", options.today, scores(more))
    PAGE.write_text(text, encoding="utf-8")
    for line in (head(scores(carried), options.today), *([head(scores(more), options.today)] if more else ())):
        sys.stdout.write(f"{line}\n")
    return 1 if any(outcome.verdict == "fail" for outcome in (*carried, *more)) else 0


def outcomes_of(paths: Iterable[Path], asl: Path | None = None) -> list[Outcome]:
    """Every case of some files, judged."""
    return [outcome for path in paths for outcome in run_file(path, asl)]


def scores(outcomes: Iterable[Outcome]) -> list[Score]:
    """The score of each kind, by name."""
    kinds: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        kinds.setdefault(outcome.kind, []).append(outcome)
    return [_score(kind, kinds[kind]) for kind in sorted(kinds)]


def _score(kind: str, of_kind: Sequence[Outcome]) -> Score:
    covered = [outcome for outcome in of_kind if outcome.verdict != "not covered"]
    errors = tuple(found for outcome in covered if (found := error_of(outcome)) is not None)
    misses = tuple(f"{o.id}: {'; '.join(o.why)}" for o in covered if o.verdict == "fail")
    return Score(kind, len(of_kind), len(covered) - len(misses), len(of_kind) - len(covered), errors, misses)


def error_of(outcome: Outcome) -> float | None:
    """The largest |observed / expected - 1| of a case's figures; None where it has none other than 0."""
    if isinstance(outcome.expected, list) and isinstance(outcome.observed, list):
        pairs = [
            (row.get("value"), seen.get(row.get("metric")))
            for row, seen in zip(outcome.expected, outcome.observed, strict=False)
            if isinstance(seen, Mapping)
        ]
    else:
        pairs = list(_pairs(outcome.expected, outcome.observed))
    figures = [(number(plain(a)), number(plain(b))) for a, b in pairs]
    errors = [abs(seen / meant - 1) for meant, seen in figures if meant and seen is not None]
    return float(max(errors, default=Fraction(0))) if errors else None


def _pairs(expected: Any, observed: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401  any value of a case
    """Expected and observed leaves that stand at the same place; the standard errors of measurements are no figures."""
    expected, observed = plain(expected), plain(observed)
    if isinstance(expected, Mapping):
        given = {str(key): value for key, value in observed.items()} if isinstance(observed, Mapping) else {}
        for key, value in expected.items():
            if str(key) in given and not str(key).endswith("_se"):
                yield from _pairs(value, given[str(key)])
    elif isinstance(expected, list | tuple):
        if isinstance(observed, list | tuple) and len(observed) == len(expected):
            for pair in zip(expected, observed, strict=True):
                yield from _pairs(*pair)
    else:
        yield expected, observed


def head(every: Sequence[Score], day: str) -> str:
    """The whole in a sentence."""
    cases, within = sum(one.cases for one in every), sum(one.within for one in every)
    left = sum(one.not_covered for one in every)
    errors = [error for one in every for error in one.errors]
    exact = sum(1 for error in errors if error < 1e-9)
    apart = f", {left} not covered" if left else ""
    return (
        f"{within} of {cases} cases within their bounds{apart}; of {len(errors)} with figures {exact} to the last digit, "
        f"the median error of the others {_percent([e for e in errors if e >= 1e-9])} ({day})"
    )


def written(text: str, what: str, day: str, every: Sequence[Score]) -> str:
    """The page with one of its tables anew."""
    table = page_of(every, day)
    return _MARK.sub(lambda m: f"<!-- begin {what} {day} -->\n\n{table}\n{m[4]}" if m["what"] == what else m[0], text)


def page_of(every: Sequence[Score], day: str) -> str:
    """The sentence, a row a kind, and every miss."""
    rows = [
        f"| {_named(one.kind)} | {one.cases} | {one.within} | {one.not_covered or ''} | {_percent(one.errors)} |"
        for one in every
    ]
    misses = [
        f"- `{miss.partition(':')[0]}`{miss.partition(':')[1]}{miss.partition(':')[2]}"
        for one in every
        for miss in one.misses
    ]
    table = "| kind | cases | within bounds | not covered | median error |\n| --- | ---: | ---: | ---: | ---: |"
    missed = "\n".join(["Misses:", "", *misses]) if misses else "No case misses its bounds."
    return f"{head(every, day)}.\n\n{table}\n" + "\n".join(rows) + f"\n\n{missed}\n"


def _percent(errors: Sequence[float]) -> str:
    """The median, with as many digits as say something; 0 where every figure is right to the last digit shown."""
    if not errors:
        return "no figures"
    median = statistics.median(errors)
    if median < 1e-9:
        return "0"
    return f"{median:.2%}" if median >= 1e-4 else f"{median:.3%}" if median >= 1e-5 else "<0.001%"


def _named(kind: str) -> str:
    """`sfn_standard_cost` as a reader says it."""
    return " ".join(_WORDS.get(word, word) for word in kind.split("_"))


def day_of(text: str) -> str:
    """The day of the page's score."""
    match = next(match for match in _MARK.finditer(text) if match["what"] == "scorecard")
    return match["day"]


if __name__ == "__main__":
    sys.exit(main())
