"""What `verify` answers as JSON: `capplan.verify/1`."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from capplan import __version__
from capplan.commands.saved_plan import ScenarioRecord
from capplan.commands.verify import Verified
from capplan.report.record import taken


class MismatchRecord(NamedTuple):
    """A figure that is not what its parts give.

    Attributes:
        where: Where it stands.
        written: As the file has it.
        added_up: As its parts give it.
    """

    where: str
    written: str
    added_up: str


class CheckRecord(NamedTuple):
    """A rule, and the figures that break it.

    Attributes:
        checked: How many figures it was held against.
    """

    rule: str
    checked: int
    mismatches: tuple[MismatchRecord, ...]


class VerifiedRecord(NamedTuple):
    """A saved plan, added up again.

    Attributes:
        adds_up: Nothing differs.
    """

    scenario: ScenarioRecord
    adds_up: bool
    checks: tuple[CheckRecord, ...]


class VerifyRecord(NamedTuple):
    """What `capplan verify` answers with --format json."""

    schema: Literal["capplan.verify/1"]
    capplan_version: str
    file: str
    adds_up: bool
    plans: tuple[VerifiedRecord, ...]


def verify_record(plans: Sequence[Verified], file: str) -> VerifyRecord:
    """Plans that were added up again, as JSON has them."""
    adds_up = all(plan.adds_up for plan in plans)
    return VerifyRecord("capplan.verify/1", __version__, file, adds_up, tuple(map(_plan, plans)))


def _plan(plan: Verified) -> VerifiedRecord:
    checks = tuple(
        taken(CheckRecord, check, mismatches=tuple(taken(MismatchRecord, m) for m in check.mismatches))
        for check in plan.checks
    )
    return VerifiedRecord(taken(ScenarioRecord, plan), plan.adds_up, checks)
