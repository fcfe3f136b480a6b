"""Writes this project's own copy of case files into tests/cases/data: `python -m tests.cases.carry FILE...`.

It keeps inputs, expected figures and sources, and drops prose; cases that read a definition file are left out, since those
files belong to others. Figures are not changed.
"""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from tests.cases.runner import read_cases

DATA = Path(__file__).parent / "data"
_TOP = ("tables", "aggregate_checks")
_KEPT = (
    "id", "kind", "group", "input", "inputs", "expect", "expected", "tolerance", "evidence", "confidence", "source",
    "page", "scored",
)  # fmt: skip
_PROSE = frozenset({"title", "note", "notes", "description", "context", "scenario", "unscored_because"})

_UNCARRIED = re.compile(
    r"(?:^|see |rules of )(?:dynamodb|glue|lambda|neighbours|stepfunctions)\.md(?: formulas| sections? \d(?: and \d)?)?"
)
_AWS_RULE = "a rule AWS publishes"
"""Replaces references to notes on AWS's rules, which are not carried with the cases."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry the files over; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.cases.carry", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a file named <name>-cases.yaml")
    for path in parser.parse_args(arguments).files:
        target = DATA / f"{path.stem.removesuffix('-cases')}.yaml"
        carried = carry(read_cases(path))
        target.parent.mkdir(exist_ok=True)
        target.write_text(written(carried), encoding="utf-8")
        sys.stdout.write(f"{target.name}: {len(carried['cases'])} cases\n")
    return 0


def carry(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document without prose and without cases that need a definition file."""
    top = {key: without_prose(document[key]) for key in _TOP if key in document}
    sources = document.get("sources") or {}
    return top | {"cases": [_carried(case, sources) for case in document["cases"] if not reads_definition(case)]}


def reads_definition(case: Mapping[str, Any]) -> bool:
    """Whether a case needs a definition file."""
    return "asl" in case or "asl" in (case.get("inputs") or {})


def _carried(case: Mapping[str, Any], sources: Mapping[str, str]) -> dict[str, Any]:
    kept = {key: case[key] for key in _KEPT if key in case}
    source = kept.get("source")
    if isinstance(source, str):
        carried = _UNCARRIED.sub(_AWS_RULE, sources.get(source, source))
        kept["source"] = carried.replace("prices of prices-adjacent.yaml", "AWS's list prices")
    elif isinstance(source, Mapping):
        kept["source"] = without_prose(source)
    return kept


def without_prose(value: Any) -> Any:  # noqa: ANN401  any YAML value
    """The same value without prose."""
    if isinstance(value, Mapping):
        return {key: without_prose(part) for key, part in value.items() if key not in _PROSE or key == "title"}
    return [without_prose(part) for part in value] if isinstance(value, list) else value


class _Dumper(yaml.CSafeDumper):
    """Writes decimals with all their digits, and no aliases."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  the base class's shape
        return True


def _decimal(dumper: yaml.CSafeDumper, value: Decimal) -> yaml.ScalarNode:
    text = format(value, "f")
    return dumper.represent_scalar("tag:yaml.org,2002:float", text if "." in text else f"{text}.0")


_Dumper.add_representer(Decimal, _decimal)


def written(document: Mapping[str, Any]) -> str:
    """The document as YAML, one line per part of a case."""
    head = "# Cases with the source of each figure. Written by `python -m tests.cases.carry`; change them there.\n"
    return head + yaml.dump(
        dict(document), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=160, default_flow_style=None
    )


if __name__ == "__main__":
    sys.exit(main())
