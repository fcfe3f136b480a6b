"""What a scenario may write about a DAX cluster.

Source: DynamoDB Developer Guide, "DAX: How it works", "Sizing your DAX cluster" (read 2026-11-30).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field
from pydantic.json_schema import SkipJsonSchema

from capplan.quantities.fields import Milliseconds, Share, WholeCount
from capplan.record import Record
from capplan.services.dynamodb.quotas import CACHE_NODES_MAX, CACHE_TABLES_MAX
from capplan.services.dynamodb.spec import not_written
from capplan.spec_config import SPEC_CONFIG
from capplan.units import MS_PER_SECOND, SECONDS_PER_MINUTE

NodeType = Literal[
    "dax.t3.small", "dax.r5.large", "dax.r5.xlarge", "dax.r5.2xlarge", "dax.r5.4xlarge", "dax.r5.8xlarge",
    "dax.r5.12xlarge", "dax.r5.16xlarge", "dax.r5.24xlarge",
]  # fmt: skip
DEFAULT_TTL_MS = Decimal(5 * SECONDS_PER_MINUTE * MS_PER_SECOND)


class Cache(BaseModel):
    """A DAX cluster: nodes that cache the eventually consistent reads of tables."""

    model_config = SPEC_CONFIG

    tables: Annotated[
        tuple[str, ...],
        BeforeValidator(lambda raw: tuple(raw) if isinstance(raw, list) else (raw,) if isinstance(raw, str) else raw),
        Field(min_length=1, max_length=int(CACHE_TABLES_MAX.value)),
    ]
    """The tables whose requests go through it: [orders]; at most {CACHE_TABLES_MAX}."""
    node: NodeType
    """The node type, such as dax.r5.large."""
    nodes: Annotated[WholeCount, Field(ge=1, le=int(CACHE_NODES_MAX.value))]
    """How many nodes: one is the primary, the others are read replicas; at most {CACHE_NODES_MAX}."""
    hit_rate: Share | None = None
    """Gets that the item cache answers, as a share of those that it may; without it the tables' popularity decides."""
    query_hit_rate: Share | None = None
    """Queries and scans that the query cache answers, as a share of those that it may (hit_rate)."""
    item_ttl: Milliseconds = DEFAULT_TTL_MS
    """How long an item is kept (5 min); 0 s keeps it until it is evicted."""
    writes: Literal["through", "around"] = "through"
    """Whether writes go through the cluster, which then has the new item, or around it (through)."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags for the reports."""
    behind: SkipJsonSchema[Annotated[Any, BeforeValidator(not_written)]] = Field(default=None, exclude=True, repr=False)

    @property
    def price_key(self) -> str:
        """The key of a node's price."""
        return f"dynamodb.dax.node_hour.{self.node.removeprefix('dax.')}"


class Cached(Record, frozen=True):
    """The cluster in front of a table.

    Attributes:
        name: The cluster's.
        cache: Its settings.
        sharing: How many tables share its memory.
    """

    name: str
    cache: Cache
    sharing: int
