"""A request that one resource makes of another, in the words of the AWS API."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, Field

from capplan.quantities.fields import Count, Share, Size
from capplan.spec_config import SPEC_CONFIG

Op = str
"""A verb of `calls`, such as get, invoke or run; declared in the manifest of the service that accepts it."""
READS = frozenset({"get", "query", "scan", "batch-get", "transact-get"})
RUNS = ("jobs", "crawlers", "catalog_tasks", "data_quality", "sessions", "databrew")


class Access(BaseModel):
    """One request, with everything that its charge depends on."""

    model_config = SPEC_CONFIG

    op: Op = Field(exclude=True)
    """The word of the request: get, put, invoke, start, run …"""
    target: str = Field(default="", exclude=True)
    """What is called: the name of a table, function, state machine or job."""
    times: Count = Decimal(1)
    """How many such requests one unit of the caller's work makes (1)."""
    chance: Share = Decimal(1)
    """The share of the caller's work that makes this request (100%)."""
    index: str | None = None
    """The index that is read, by its name under `indexes`."""
    item_size: Size | None = None
    """The item's size, such as 1.8 KB; the table's `item_size` where it is not given."""
    items: Count | None = None
    """Items a request touches: query, scan, batch and transaction."""
    consistency: Literal["eventual", "strong"] = "eventual"
    """eventual (half the price) or strong."""
    changes: tuple[str, ...] | None = None
    """The attributes an update changes; every projected one where it is not given."""
    sets: Mapping[str, Any] | None = Field(default=None, alias="set")
    """Attributes an update writes, with their new values: {status: shipped}; measured on the table's example items."""
    removes: tuple[str, ...] | None = Field(default=None, alias="remove")
    """Attributes an update takes away: [note]; measured on the table's example items."""
    replaces: Share = Decimal(0)
    """The share of puts that overwrite an item of equal size (0%)."""
    condition_fails: Share = Decimal(0)
    """The share of writes whose condition fails: they take the table's units, write nothing and reach no index (0%)."""
    missing: Share = Decimal(0)
    """The share of gets and deletes that find no item, which takes one smallest block (0%)."""
    fetches: Share = Decimal(0)
    """The share of a local index's entries whose whole item is fetched too, for attributes the index lacks (0%)."""
    replays: Share = Decimal(0)
    """The share of write transactions sent again with their client token within 10 minutes: read, not written (0%)."""
    is_async: bool = Field(default=False, alias="async")
    """Whether the function is invoked asynchronously (false)."""
    payload: Size | None = None
    """Size of the event; it matters for asynchronous invocations past 256 KB."""
    transactional: bool = Field(default=False, exclude=True, repr=False)
    """Set for the members of a transaction; never written."""
