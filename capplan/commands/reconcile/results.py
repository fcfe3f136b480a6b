"""What `reconcile` answers."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from capplan.commands.reconcile.bill import Bill
from capplan.model import Change
from capplan.record import Record

Cause = Literal["volume", "price", "mix", "allowance", "commitment", "discount", "not_modeled", "unexplained"]
CAUSES: tuple[Cause, ...] = (
    "volume", "price", "mix", "allowance", "commitment", "discount", "not_modeled", "unexplained",
)  # fmt: skip


class ReconciledLine(Record, frozen=True):
    """A SKU of a resource in the plan and on the bill.

    Attributes:
        service: Its id; of a service that capplan does not know what the bill calls it.
        resource: The label; empty where no resource of the scenario is meant.
        price_key: Empty where capplan has no price of it.
        usage_types: What the bill calls it.
        planned_quantity, billed_quantity: In the unit; None where it has none.
        planned, billed: USD.
        causes: What the difference is made of; they add up to it.
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
    causes: Mapping[Cause, Decimal]
    note: str = ""

    @property
    def difference(self) -> Decimal:
        """USD more on the bill than in the plan."""
        return self.billed - self.planned


class Matched(Record, frozen=True):
    """How resources on the bill were told: rows by the way, and ids that no resource of the scenario has."""

    rows: Mapping[str, int]
    unknown: tuple[tuple[str, Decimal], ...] = ()


class Correction(Record, frozen=True):
    """A value of the scenario that the bill corrects.

    Attributes:
        path: Such as traffic.shoppers.rate.
        old, new: As the scenario writes them.
        ratio: By what it is multiplied.
        because: What the bill has and the plan had.
    """

    path: str
    old: object
    new: object
    ratio: Decimal
    because: str


class Corrected(Record, frozen=True):
    """The scenario with what the bill corrects.

    Attributes:
        corrections: What is changed.
        changes: The same, as they are written.
        left: What the bill says and no single value of the scenario can follow.
        accuracy: What the accuracy would be.
        planned: USD that would be planned for the days of the bill.
        accuracy_by_sku: What the accuracy SKU by SKU would be.
    """

    corrections: tuple[Correction, ...]
    changes: tuple[Change, ...]
    left: tuple[str, ...]
    accuracy: Decimal | None
    planned: Decimal
    accuracy_by_sku: Decimal | None


class Reconciliation(Record, frozen=True):
    """A plan and a bill.

    Attributes:
        monthly_cost: USD of the plan's month of 730 hours.
        planned: USD of the plan for the days of the bill.
        billed: USD of what is compared.
        causes: What the difference is made of; they add up to it.
        lines: The largest difference first.
        accuracy: 1 - |billed - planned| / billed, of what the scenario models; None without a bill of it.
        accuracy_by_sku: 1 - the sum of |billed - planned| of each SKU / billed, of the same: what is too much in one place
            does not make up for what is too little in another.
        unexplained_share: The sum of |not explained| of each line / billed.
        spread: What was invoiced for rows that are compared, less what is compared: fees of commitments that are spread.
        corrected: None where nothing was asked to be corrected, or nothing can be.
    """

    name: str
    file: str
    sha256: str
    region: str
    version: str
    bill: Bill
    monthly_cost: Decimal
    planned: Decimal
    billed: Decimal
    causes: Mapping[Cause, Decimal]
    lines: tuple[ReconciledLine, ...]
    accuracy: Decimal | None
    accuracy_by_sku: Decimal | None
    unexplained_share: Decimal | None
    not_modeled_share: Decimal | None
    spread: Decimal
    matched: Matched
    corrected: Corrected | None = None

    @property
    def difference(self) -> Decimal:
        """USD more on the bill than in the plan."""
        return self.billed - self.planned
