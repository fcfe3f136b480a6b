"""What of a plan hangs on questions that nobody has answered yet."""

from collections.abc import Mapping

from capplan.errors import CapplanError, Diagnostic
from capplan.language.questions import TRAFFIC, Question
from capplan.language.scenario import Scenario
from capplan.model import Demand
from capplan.reading.document import diagnostic_between


def open_addresses(scenario: Scenario) -> frozenset[str]:
    """Resources that a needed answer is missing of."""
    return frozenset(q.address for q in scenario.questions if q.needed and q.section != TRAFFIC)


def check_answers(scenario: Scenario, offered: Mapping[str, Demand]) -> None:
    """Raises CapplanError where an answer would be more than nothing: an open traffic, an open resource that is asked."""
    wrong = [q for q in scenario.questions if q.needed and (q.section == TRAFFIC or _is_asked(offered, q.address))]
    if wrong:
        raise CapplanError(tuple(diagnostic_of(scenario, question) for question in wrong))


def reached(scenario: Scenario, offered: Mapping[str, Demand]) -> frozenset[str]:
    """Open resources that requests reach: what they cost is not known."""
    return frozenset(address for address in open_addresses(scenario) if _is_asked(offered, address))


def _is_asked(offered: Mapping[str, Demand], address: str) -> bool:
    return address in offered and offered[address].offered.monthly != 0


def diagnostic_of(scenario: Scenario, question: Question) -> Diagnostic:
    """The error of an open question, at its line."""
    lines = scenario.doc.lines
    line = lines[question.line - 1] if question.line <= len(lines) else ""
    start = len(line) - len(line.lstrip()) + 1
    message = f"'{question.key}' of {question.address} is not answered yet: {question.asks}"
    hint = "write your figure and remove the #; capplan estimate says which answers matter most"
    at, end = (question.line, start), (question.line, start + len(f"# {question.key}"))
    return diagnostic_between(scenario.file, lines, at, end, message, hint)
