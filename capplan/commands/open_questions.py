"""Ranks the open questions of a scenario by how much of the bill hangs on each."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from capplan.errors import CapplanError
from capplan.language.load import build
from capplan.language.questions import TRAFFIC, Question, answered
from capplan.language.scenario import Scenario
from capplan.pipeline.meter import meter
from capplan.pipeline.price import Priced, catalogue_of, price
from capplan.pipeline.results import OpenQuestion
from capplan.pipeline.traffic_costs import traffic_costs
from capplan.quantities.text import read_rate
from capplan.reading.yaml_text import flow
from capplan.record import replace

_PART = 100
"""Rates of examples are planned at this part and what they cause is multiplied again: nothing is short at an example."""
_CENT = Decimal("0.01")


def ranked_questions(scenario: Scenario, today: date | None, seed: int) -> tuple[OpenQuestion, ...]:
    """The open questions, the one on which most of the bill hangs first.

    What hangs on a question follows from plans in which every question has its example for an answer: of a traffic, what it
    causes; of a resource's key, what that resource costs. Sums of several questions count the same dollar twice.
    """
    part = _planned(scenario, today, seed, Decimal(1) / _PART)
    none = _planned(scenario, today, seed, Decimal(0))
    stakes = None if part is None or none is None else _stakes(scenario.questions, part, none)
    rows = [
        replace(row, monthly_cost_at_stake=None if stakes is None else stakes[row.path]) for row in unranked(scenario)
    ]
    return tuple(sorted(rows, key=lambda row: (-(row.monthly_cost_at_stake or 0), not row.needed, row.line)))


def unranked(scenario: Scenario) -> tuple[OpenQuestion, ...]:
    """The open questions in the order of the file."""
    return tuple(OpenQuestion(q.path, q.line, q.asks, flow(q.example), q.needed, None) for q in scenario.questions)


def _planned(scenario: Scenario, today: date | None, seed: int, part: Decimal) -> Priced | None:
    """The plan with examples for answers, rates at a part of them; None where they do not go together."""
    questions = [_at_part(question, part) for question in scenario.questions]
    try:
        whole = build(scenario.doc, scenario.files, scenario.sha256, answered(scenario.data, questions))
        whole = replace(whole, prices_on=scenario.prices_on)
        priced = price(meter(whole, seed), catalogue_of(whole), today)
    except CapplanError:
        return None
    return None if priced.missing else priced


def _at_part(question: Question, part: Decimal) -> Question:
    """A question whose example is a part of the rate."""
    if question.section != TRAFFIC or question.key != "rate":
        return question
    per_second: Any = read_rate(question.example)
    return replace(question, example=f"{float(per_second) * float(part):.12f}/s")


def _stakes(questions: tuple[Question, ...], part: Priced, none: Priced) -> Mapping[str, Decimal]:
    """USD a month that hang on each question, by its path."""
    causes = {source.traffic_source: source.monthly_cost for source in traffic_costs(part)}
    fixed, some = none.cost_by_resource, part.cost_by_resource
    out = {}
    for question in questions:
        if question.section == TRAFFIC:
            times = _PART if question.key == "rate" else 1
            cost = causes.get(question.name, Decimal(0)) * times
        else:
            of_none = fixed.get(question.address, Decimal(0))
            cost = of_none + (some.get(question.address, Decimal(0)) - of_none) * _PART
        out[question.path] = cost.quantize(_CENT)
    return out
