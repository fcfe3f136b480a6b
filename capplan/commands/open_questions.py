"""Ranks the open questions of a scenario by how much of the bill hangs on each."""

from datetime import date
from decimal import Decimal

from capplan.errors import CapplanError
from capplan.language.load import build
from capplan.language.questions import TRAFFIC, Question, answered
from capplan.language.scenario import Scenario
from capplan.pipeline.meter import meter
from capplan.pipeline.price import Priced, catalogue_of, price
from capplan.pipeline.results import OpenQuestion
from capplan.pipeline.traffic_costs import traffic_costs
from capplan.reading.yaml_text import flow


def ranked_questions(scenario: Scenario, today: date | None, seed: int) -> tuple[OpenQuestion, ...]:
    """The open questions, the one on which most of the bill hangs first.

    What hangs on a question is found by one plan in which every question has its example for an answer: for a traffic, what it
    causes; for a key of a resource, what that resource costs. Sums of several questions count the same dollar twice.
    """
    priced = _with_examples(scenario, today, seed)
    rows = [
        OpenQuestion(
            q.path, q.line, q.asks, flow(q.example), q.needed, None if priced is None else _at_stake(q, priced)
        )
        for q in scenario.questions
    ]
    return tuple(sorted(rows, key=lambda row: (-(row.monthly_cost_at_stake or 0), not row.needed, row.line)))


def _with_examples(scenario: Scenario, today: date | None, seed: int) -> Priced | None:
    """The plan with examples for answers; None where they do not go together."""
    try:
        whole = build(scenario.doc, scenario.files, scenario.sha256, answered(scenario.data, scenario.questions))
        priced = price(meter(whole, seed), catalogue_of(whole), today)
    except CapplanError:
        return None
    return None if priced.missing else priced


def _at_stake(question: Question, priced: Priced) -> Decimal:
    """USD a month that hang on a question."""
    if question.section != TRAFFIC:
        return priced.cost_by_resource.get(question.address, Decimal(0))
    causes = {source.traffic_source: source.monthly_cost for source in traffic_costs(priced)}
    return causes.get(question.name, Decimal(0))
