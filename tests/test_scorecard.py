"""docs/accuracy.md says what the cases of this repository give today."""

from typing import Any

import pytest

from tests.cases.carry import DATA
from tests.cases.runner import Outcome
from tests.scorecard import PAGE, day_of, error_of, head, outcomes_of, scores, written

READ = Outcome("a-1", "item_size", "pass", {"bytes": 100, "bytes_se": 5}, {"bytes": 101})
MISS = Outcome("a-2", "item_size", "fail", {"bytes": 100}, {"bytes": 150}, None, ("bytes: expected 100, observed 150",))
LEFT = Outcome("b-1", "kms", "not covered", {"usd": 1}, None, None, ("no adapter",))


@pytest.mark.parametrize(
    ("expected", "observed", "error"),
    [
        ({"bytes": 100}, {"bytes": 101}, 0.01),
        ({"a": 10, "b": [1, 4]}, {"a": 10, "b": [1, 3]}, 0.25),
        ([{"metric": "cost", "value": "2"}], [{"cost": "2.5"}], 0.25),
        ({"fits": True, "word": "no"}, {"fits": True, "word": "no"}, None),
        ({"zero": 0}, {"zero": 0}, None),
    ],
)
def test_the_error_of_a_case_is_that_of_its_worst_figure(expected: Any, observed: Any, error: float | None) -> None:  # noqa: ANN401
    found = error_of(Outcome("a", "k", "pass", expected, observed))
    assert found == (None if error is None else pytest.approx(error))


def test_a_kind_counts_its_cases_and_names_its_misses() -> None:
    sizes, kms = scores([READ, MISS, LEFT])
    assert (sizes.cases, sizes.within, sizes.misses) == (2, 1, ("a-2: bytes: expected 100, observed 150",))
    assert (kms.cases, kms.within, kms.not_covered) == (1, 0, 1)
    assert head([sizes, kms], "2026-01-02").startswith("1 of 3 cases within their bounds, 1 not covered")
    page = written("<!-- begin scorecard -->\n<!-- end -->", "scorecard", "2026-01-02", [sizes, kms])
    assert "| item size | 2 | 1 |  | 25.50% |" in page  # the median of 1% and 50%
    assert "- `a-2`: bytes: expected 100, observed 150" in page
    assert day_of(page) == "2026-01-02"


@pytest.mark.golden
def test_the_page_is_that_of_today() -> None:
    text = PAGE.read_text(encoding="utf-8")
    every = scores(outcomes_of(sorted(DATA.glob("*.yaml"))))
    assert written(text, "scorecard", day_of(text), every) == text, "python -m tests.scorecard --today DAY"
