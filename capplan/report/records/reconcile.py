"""What `reconcile` answers as JSON: `capplan.reconcile/1`."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

from capplan.commands.reconcile.bill import Bill
from capplan.commands.reconcile.results import Cause, Corrected, Reconciliation
from capplan.commands.saved_plan import ScenarioRecord
from capplan.report.record import taken
from capplan.report.records.forecast import SetValue


class AsideRecord(NamedTuple):
    """Rows that are not compared.

    Attributes:
        why: The reason.
        rows: How many.
        billed: USD.
    """

    why: str
    rows: int
    billed: Decimal


class BillRecord(NamedTuple):
    """The bill.

    Attributes:
        files: As they were given.
        formats: What they are.
        month: Such as 2026-11.
        first_day, last_day: The days that it covers.
        hours: For how many hours the plan is made; 730 for a plan that was exported.
        rows, rows_compared: All rows, and those that are compared; the others are set aside.
        aside: By reason.
        accounts: Of what is compared.
    """

    files: tuple[str, ...]
    formats: tuple[str, ...]
    month: str
    first_day: str
    last_day: str
    hours: Decimal
    rows: int
    rows_compared: int
    aside: tuple[AsideRecord, ...]
    accounts: tuple[str, ...]


class ReconciledLineRecord(NamedTuple):
    """A SKU of a resource in the plan and on the bill.

    Attributes:
        service: Its id; of a service that capplan does not know what the bill calls it.
        resource: Empty where none of the scenario is meant.
        price_key: Empty where capplan has no price of it.
        region: Of the price.
        usage_types: What the bill calls it.
        unit: Of the quantities.
        planned_quantity, billed_quantity: Null where there is none.
        planned, billed, difference: USD.
        causes: What the difference is made of, USD; they add up to it.
        note: Why it is not modeled, or not explained.
    """

    service: str
    resource: str
    price_key: str
    region: str
    usage_types: tuple[str, ...]
    unit: str
    planned_quantity: Decimal | None
    billed_quantity: Decimal | None
    planned: Decimal
    billed: Decimal
    difference: Decimal
    causes: Mapping[str, Decimal]
    note: str


class UnknownResource(NamedTuple):
    """A resource on the bill that the scenario does not have.

    Attributes:
        id: As the bill has it.
        billed: USD.
    """

    id: str
    billed: Decimal


class CorrectionRecord(NamedTuple):
    """A value of the scenario that the bill corrects.

    Attributes:
        path: Where it stands.
        from_, to: Its value now, and by the bill.
        ratio: By what it is multiplied.
        because: What the bill has and the plan had.
    """

    path: str
    from_: object
    to: object
    ratio: Decimal
    because: str


class CorrectedRecord(NamedTuple):
    """The scenario with what the bill corrects.

    Attributes:
        corrections: The values.
        changes: What is written for them.
        left: What no single value of the scenario can follow.
        accuracy: What it is then; null without a bill of what the scenario models.
        planned: USD for the days of the bill then.
        accuracy_by_sku: As accuracy, SKU by SKU.
    """

    corrections: tuple[CorrectionRecord, ...]
    changes: tuple[SetValue, ...]
    left: tuple[str, ...]
    accuracy: Decimal | None
    planned: Decimal
    accuracy_by_sku: Decimal | None


class ReconcileRecord(NamedTuple):
    """What `capplan reconcile` answers with --format json.

    Attributes:
        monthly_cost: USD of the plan's month of 730 hours.
        planned: USD of the plan for the days of the bill.
        billed: USD of what is compared.
        difference: USD more on the bill.
        causes: What the difference is made of, USD; they add up to it.
        accuracy: 1 - |billed - planned| / billed, without what is not modeled. Range 0 to 1.
        accuracy_by_sku: 1 - the sum of |billed - planned| of each SKU / billed, of the same.
        unexplained_share: The sum of |not explained| of each line / billed.
        not_modeled_share: |Not modeled| / billed.
        commitments_spread: USD invoiced for what is compared, less what is compared: fees of commitments that are spread.
        matched_rows: How the rows' resources were told.
        unknown_resources: The largest on the bill that the scenario does not have.
        corrected: Null where the bill corrects nothing.
    """

    schema: Literal["capplan.reconcile/1"]
    capplan_version: str
    scenario: ScenarioRecord
    bill: BillRecord
    monthly_cost: Decimal
    planned: Decimal
    billed: Decimal
    difference: Decimal
    causes: Mapping[str, Decimal]
    accuracy: Decimal | None
    accuracy_by_sku: Decimal | None
    unexplained_share: Decimal | None
    not_modeled_share: Decimal | None
    commitments_spread: Decimal
    lines: tuple[ReconciledLineRecord, ...]
    matched_rows: Mapping[str, int]
    unknown_resources: tuple[UnknownResource, ...]
    corrected: CorrectedRecord | None


def reconcile_record(answer: Reconciliation) -> ReconcileRecord:
    """A reconciliation as JSON has it."""
    return taken(
        ReconcileRecord,
        answer,
        schema="capplan.reconcile/1",
        capplan_version=answer.version,
        scenario=taken(ScenarioRecord, answer),
        bill=_bill(answer.bill),
        causes=_causes(answer.causes),
        commitments_spread=answer.spread,
        lines=tuple(taken(ReconciledLineRecord, line, causes=_causes(line.causes)) for line in answer.lines),
        matched_rows=dict(answer.matched.rows),
        unknown_resources=tuple(UnknownResource(*one) for one in answer.matched.unknown),
        corrected=None if answer.corrected is None else _corrected(answer.corrected),
    )


def _causes(causes: Mapping[Cause, Decimal]) -> dict[str, Decimal]:
    return {str(cause): amount for cause, amount in causes.items()}


def _bill(bill: Bill) -> BillRecord:
    aside = tuple(AsideRecord(*one) for one in bill.aside)
    compared = bill.rows - sum(one.rows for one in aside)
    return taken(
        BillRecord, bill, formats=bill.shapes, first_day=bill.first, last_day=bill.last, aside=aside, rows_compared=compared
    )  # fmt: skip


def _corrected(done: Corrected) -> CorrectedRecord:
    corrections = tuple(CorrectionRecord(c.path, c.old, c.new, c.ratio, c.because) for c in done.corrections)
    return taken(
        CorrectedRecord,
        done,
        corrections=corrections,
        changes=tuple(SetValue(change.path, change.to) for change in done.changes),
    )
