"""The page on capacity names every parameter with its values."""

from pathlib import Path

from capplan.services.dynamodb.advice.capacity_rules import CAPACITY_RULES
from capplan.services.dynamodb.capacity.uncertain import PARAMETERS

PAGE = Path(__file__).parents[3] / "docs" / "dynamodb-capacity.md"


def test_the_page_has_every_parameter() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for one in PARAMETERS:
        assert f"| {one.name} | {one.low:g} | {one.central:g} | {one.high:g} | {one.meaning} |" in text


def test_every_rule_says_what_it_looks_at() -> None:
    assert len({rule.id for rule in CAPACITY_RULES}) == len(CAPACITY_RULES)
    assert all(rule.looks_at and rule.advises and "read 20" in rule.source for rule in CAPACITY_RULES)
