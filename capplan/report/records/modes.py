"""The record of compared capacity modes: `capplan.modes/1`."""

from decimal import Decimal
from typing import Literal, NamedTuple

from capplan.commands.saved_plan import ScenarioRecord
from capplan.pipeline.results import ComparedAccount, ComparedTable, ModeOption, Modes, Prices
from capplan.report.record import taken


class Utilization(NamedTuple):
    """A utilization of read and of write capacity, 0 to 1; null where there is none."""

    read: Decimal | None
    write: Decimal | None


class TableRecord(NamedTuple):
    """A table, or one of its indexes, under every capacity mode.

    Attributes:
        index: The index; null for the table itself.
        break_even_utilisation: Above it provisioned capacity is cheaper than on-demand.
        recommended: The recommended option's id; null for an index, since a mode belongs to the table.
        as_written: The id of the option that the scenario has now.
        utilisation_at_peak: Mean utilization of a capacity provisioned for the peak.
        utilisation_auto_scaled: Mean utilization of auto scaled capacity at the default target.
        tolerated_share: The share that may be throttled: a gate's limit, else 0.
        unless: When another option would be the better one.
    """

    name: str
    index_: str | None
    break_even_utilisation: Utilization
    recommended: str | None
    options: tuple[ModeOption, ...]
    as_written: str = ""
    utilisation_at_peak: Utilization = Utilization(None, None)
    utilisation_auto_scaled: Utilization = Utilization(None, None)
    tolerated_share: Decimal = Decimal(0)
    unless: tuple[str, ...] = ()


class SharedReservation(NamedTuple):
    """Reserved capacity that the recommended provisioned tables share, and USD a month of all tables with it."""

    years: int
    commitment: str
    monthly_cost: Decimal


class AccountRecord(NamedTuple):
    """All tables of the account, USD a month; null where one is not priced."""

    monthly_cost_as_written: Decimal | None
    monthly_cost_recommended: Decimal | None
    reserved_together: tuple[SharedReservation, ...]


class ModesRecord(NamedTuple):
    """What `capplan compare-modes` answers with --format json.

    Attributes:
        not_simulated: What the comparison leaves out.
        multiples: The multiples of the traffic at which options are compared.
    """

    schema: Literal["capplan.modes/1"]
    scenario: ScenarioRecord
    prices: Prices
    tables: tuple[TableRecord, ...]
    not_simulated: tuple[str, ...] = ()
    multiples: tuple[Decimal, ...] = ()
    account: AccountRecord | None = None


def modes_record(modes: Modes) -> ModesRecord:
    """Compared modes as JSON has them."""
    return taken(
        ModesRecord,
        modes,
        schema="capplan.modes/1",
        scenario=taken(ScenarioRecord, modes),
        tables=tuple(_table(table) for table in modes.tables),
        account=None if modes.account is None else _account(modes.account),
    )


def _table(table: ComparedTable) -> TableRecord:
    return taken(
        TableRecord,
        table,
        index_=table.index,
        break_even_utilisation=Utilization(table.break_even_read, table.break_even_write),
        utilisation_at_peak=Utilization(table.used_read, table.used_write),
        utilisation_auto_scaled=Utilization(table.scaled_read, table.scaled_write),
        tolerated_share=table.tolerated,
    )


def _account(account: ComparedAccount) -> AccountRecord:
    shared = tuple(SharedReservation(*reservation) for reservation in account.pooled)
    return AccountRecord(account.as_written, account.recommended, shared)
