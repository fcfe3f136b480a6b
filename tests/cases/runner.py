"""Reads case files and judges every case with the adapter of its kind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import yaml

from tests.cases.adapters import all_adapters
from tests.cases.compare import format_of, mismatches, number, plain
from tests.cases.facts import Facts, NotCovered

Verdict = Literal["pass", "fail", "not covered"]
AGGREGATE = "aggregate_check"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict of a case. `why` says what did not match, or why it is not covered."""

    id: str
    kind: str
    verdict: Verdict
    expected: Any
    observed: Any
    tolerance: Any = None
    why: tuple[str, ...] = ()


class _Loader(yaml.CSafeLoader):
    """The C parser, with every float as a Decimal of its written digits."""


def _decimal(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> object:
    text = str(loader.construct_scalar(node)).replace("_", "")
    try:
        return Decimal(text)
    except ArithmeticError:  # .inf, .nan and base 60
        return loader.construct_yaml_float(node)


_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)


def read_cases(path: Path) -> dict[str, Any]:
    """A case file as plain values: floats as exact decimals, text as text."""
    with path.open("rb") as stream:
        loaded = yaml.load(stream, Loader=_Loader)  # noqa: S506  a CSafeLoader
    if not isinstance(loaded, dict) or not isinstance(loaded.get("cases"), list):
        raise ValueError(f"{path}: no list of cases")  # noqa: TRY004  the file is wrong, not a type
    return loaded


def facts_of(path: Path, document: Mapping[str, Any], asl: Path | None) -> Facts:
    """The context of a file's cases; definitions are in the given folder, else in `asl` beside the file."""
    beside = path.parent / "asl"
    return Facts(document.get("tables") or {}, asl or (beside if beside.is_dir() else None))


def run_file(path: Path, asl: Path | None = None) -> list[Outcome]:
    """Every scored case of a file, then its aggregate checks."""
    document = read_cases(path)
    facts = facts_of(path, document, asl)
    outcomes = [run_case(case, facts) for case in scored(document["cases"])]
    return outcomes + run_aggregates(document, outcomes)


def scored(cases: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cases that count."""
    return [case for case in cases if case.get("scored") is not False]


def run_case(case: dict[str, Any], facts: Facts) -> Outcome:
    """Runs a case with the adapter of its kind; an exception of the adapter is the observed value."""
    kind, id_ = str(case["kind"]), str(case["id"])
    expected = case["expect"] if format_of(case) in {"fields", "rows"} else case.get("expected")
    adapter = all_adapters().get(kind)

    def outcome(verdict: Verdict, observed: object, *why: str) -> Outcome:
        return Outcome(id_, kind, verdict, expected, observed, case.get("tolerance"), why)

    if adapter is None:
        return outcome("not covered", None, f"no adapter for {kind}")
    try:
        observed = adapter(case, facts)
        wrong = mismatches(case, observed)
    except NotCovered as reason:
        return outcome("not covered", None, str(reason))
    except Exception as error:  # noqa: BLE001  whatever it is, the case fails and says so
        text = f"{type(error).__name__}: {error}"
        return outcome("fail", text, text)
    return outcome("fail" if wrong else "pass", observed, *wrong)


# --- checks over many cases -------------------------------------------------------------------------------------------


def run_aggregates(document: Mapping[str, Any], outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The file's `aggregate_checks`: mean |observed / expected - 1| of a metric over a group's cases of one kind."""
    by_id = {outcome.id: outcome for outcome in outcomes}
    checks = document.get("aggregate_checks") or []
    return [_aggregate(check, _members(check, document["cases"], by_id)) for check in checks]


def _members(check: Mapping[str, Any], cases: Iterable[dict[str, Any]], by_id: Mapping[str, Outcome]) -> list[Outcome]:
    chosen = [c for c in cases if c.get("group") == check["group"] and c["kind"] == check["kind"]]
    measured = [str(c["id"]) for c in chosen if check["metric"] in (c.get("expected") or {})]
    return [by_id[id_] for id_ in measured if id_ in by_id]


def _aggregate(check: Mapping[str, Any], members: list[Outcome]) -> Outcome:
    id_, metric, bound = str(check["id"]), check["metric"], check["max"]
    expected = {"max": bound}

    def outcome(verdict: Verdict, observed: object, *why: str) -> Outcome:
        return Outcome(id_, AGGREGATE, verdict, expected, observed, None, why)

    if not members or any(m.verdict == "not covered" for m in members):
        return outcome("not covered", None, f"{len(members)} cases, not all of them covered")
    pairs = [_pairs(m.expected[metric], m.observed[metric]) if _has(m, metric) else None for m in members]
    if any(p is None for p in pairs):
        return outcome("fail", None, f"{metric} not observed in every case")
    errors = [abs(o / e - 1) for found in pairs for e, o in found or [] if e]
    if not errors:
        return outcome("not covered", None, "no expected value other than 0")
    mean = sum(errors, Fraction(0)) / len(errors)
    limit = number(bound)
    passed = limit is not None and mean <= limit
    observed = {"mean": round(float(mean), 6), "values": len(errors)}
    return outcome("pass" if passed else "fail", observed, *(() if passed else (f"mean error above {bound}",)))


def _has(member: Outcome, metric: str) -> bool:
    return isinstance(member.observed, Mapping) and metric in member.observed


def _pairs(expected: object, observed: object) -> list[tuple[Fraction, Fraction]] | None:
    """Expected and observed numbers, element by element; None where they do not fit together."""
    expected, observed = plain(expected), plain(observed)
    if isinstance(expected, Mapping):
        given = {str(k): v for k, v in observed.items()} if isinstance(observed, Mapping) else {}
        found = [_pairs(v, given.get(str(k))) for k, v in expected.items()]
    elif isinstance(expected, list):
        same = isinstance(observed, list | tuple) and len(observed) == len(expected)
        found = [_pairs(e, o) for e, o in zip(expected, observed, strict=True)] if same else [None]  # type: ignore[call-overload]
    else:
        left, right = number(expected), number(observed)
        return None if left is None or right is None else [(left, right)]
    return None if any(f is None for f in found) else [pair for f in found for pair in f or []]
