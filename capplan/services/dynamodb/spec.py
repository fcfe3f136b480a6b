"""What a scenario may write about a table.

Source of defaults and bounds: DynamoDB Developer Guide, "Provisioned capacity mode", "Auto scaling", "Constraints"
(read 2026-11-23).
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    InstanceOf,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from capplan.quantities.fields import Count, Milliseconds, Share, Size, WholeCount
from capplan.services.dynamodb.backups.spec import Backup, Export, Import, Restores, many
from capplan.services.dynamodb.capacity.scheduled_scaling import Scheduled
from capplan.services.dynamodb.items.sample import Sample
from capplan.services.dynamodb.keys.names import HINT, KeyNames, PatternError, listed, read_names
from capplan.services.dynamodb.keys.popularity import SCHEMA, UNIFORM, Popularity, popularity_of
from capplan.services.dynamodb.quotas import (
    INDEX_KEY_ATTRIBUTES_MAX,
    LEGACY_VERSION,
    LOCAL_INDEXES_MAX,
    PITR_PERIOD_MAX,
    STRONG_REGIONS,
    TABLE_WRITE,
    TARGET_UTILIZATION_MAX,
    TARGET_UTILIZATION_MIN,
)
from capplan.services.dynamodb.regions import Region
from capplan.spec_config import DEFERRED, SPEC_CONFIG
from capplan.units import MS_PER_SECOND, SECONDS_PER_DAY

ALSO_CALLED: Mapping[str, str] = {
    **dict.fromkeys(("billingmode", "mode", "capacitymode", "provisionedthroughput"), "capacity"),
    **dict.fromkeys(("payperrequest", "ondemandcapacity"), "on-demand"),
    **dict.fromkeys(("key", "pk", "hash", "hashkey", "primarykey", "keyschema"), "partition_key"),
    **dict.fromkeys(("sk", "range", "rangekey"), "sort_key"),
    **dict.fromkeys(("gsi", "gsis", "lsi", "globalsecondaryindexes", "localsecondaryindexes"), "indexes"),
    **dict.fromkeys(("size", "averageitemsize", "itemsizebytes"), "item_size"),
    **dict.fromkeys(("itemcount", "count", "rows"), "items"),
    **dict.fromkeys(("pitr", "pointintimerecoveryspecification"), "point_in_time_recovery"),
    **dict.fromkeys(("streamspecification", "streams", "streamviewtype"), "stream"),
    **dict.fromkeys(("tableclass",), "class"),
    **dict.fromkeys(("backup", "ondemandbackup", "ondemandbackups", "snapshots"), "backups"),
    **dict.fromkeys(("export", "exporttos3"), "exports"),
    **dict.fromkeys(("import", "importfroms3"), "imports"),
    **dict.fromkeys(("restore",), "restores"),
    **dict.fromkeys(("zeroetl", "integrations"), "zero_etl"),
    **dict.fromkeys(("replica", "globaltable", "globaltables", "regions", "replicaregions"), "replicas"),
    **dict.fromkeys(("mrec", "mrsc", "consistency", "consistencymode"), "multi_region_consistency"),
    **dict.fromkeys(("witnesses", "globaltablewitnesses"), "witness"),
    **dict.fromkeys(("timetolive", "timetolivespecification"), "ttl"),
    **dict.fromkeys(("reads", "writes", "rcu", "wcu", "requests"), "access"),
}

_NAMES_SCHEMA = {"type": ["string", "array"], "items": {"type": "string"}}
AUTO_SCALED_MIN = 5
"""The console's default for the minimum capacity of auto scaling."""
AUTO_SCALED_TARGET = Decimal("0.7")


def _error(shown: str, hint: str) -> PydanticCustomError:
    return PydanticCustomError("quantity", "{shown}", {"shown": shown, "hint": hint, "found": ""})


_OF_GLOBAL_TABLES = frozenset(
    ("replicas", "multi_region_consistency", "global_table_version", "witness", "reads_from", "writes_from")
)
"""Keys that only a global table has."""
MS_PER_DAY = MS_PER_SECOND * SECONDS_PER_DAY
_MAX_KEYS = 10**15
_MAX_SHARDS = 1000
_MAX_PARTITIONS = 1_000_000


def _names(raw: object) -> KeyNames:
    """A pattern, or a list of values."""
    if isinstance(raw, KeyNames):
        return raw
    try:
        if isinstance(raw, list) and raw and all(isinstance(word, str) for word in raw):
            return listed(tuple(raw))
        if isinstance(raw, str):
            return read_names(raw)
    except PatternError as error:
        raise _error(str(error), HINT) from error
    raise _error("not a pattern or a list of keys", HINT)


def _listed(raw: object) -> object:
    return tuple(raw) if isinstance(raw, list) else raw


Names = Annotated[str | tuple[str, ...], BeforeValidator(_listed)]
"""An attribute's name, or the names of the several that make one key."""


class PartitionKey(BaseModel):
    """The attribute that decides on which partition an item is, and how unevenly its values are used."""

    model_config = SPEC_CONFIG

    name: Names
    """The attribute's name; for a global index up to {INDEX_KEY_ATTRIBUTES_MAX}: [tenant, day]."""
    distinct: Annotated[WholeCount, Field(ge=1, le=_MAX_KEYS)] | None = None
    """How many values there are, such as 2M; without it the load is spread evenly."""
    popularity: Annotated[InstanceOf[Popularity], BeforeValidator(popularity_of), WithJsonSchema(SCHEMA)] = UNIFORM
    """How reads and writes fall on the values: uniform, zipf(0.9), {hot: {keys: 1, share: 98%}}, {shares: {new: 60%}},
    a file of keys with or without counts, keys.csv, or {profile: profile.json} of a trace; profile alone is that of the traffic.
    """
    keys: Annotated[InstanceOf[KeyNames], BeforeValidator(_names), WithJsonSchema(_NAMES_SCHEMA)] | None = None
    """The values themselves, the most used first: a pattern such as user#{1..100000} or {date}#{0..9}, or a list."""
    type: Literal["string", "number", "binary"] = "string"
    """The attribute's type: string, number or binary; it decides the bytes that are hashed."""
    shards: Annotated[WholeCount, Field(ge=1, le=_MAX_SHARDS)] = 1
    """Over how many values the application spreads each one (1): write sharding."""

    @model_validator(mode="after")
    def _keys_exist(self) -> Self:
        if self.keys is not None and self.distinct is not None and self.distinct != len(self.keys):
            raise _error(f"{self.distinct:,} distinct values, but {len(self.keys):,} keys", "remove `distinct`")
        if self.keys is not None and self.popularity.law in ("file", "profile"):
            raise _error("the file already names the keys", "remove `keys`")
        count = self.count
        if count is not None and self.popularity.hot_keys > count:
            raise _error(f"{self.popularity.hot_keys} hot keys of {count}", "expected at most `distinct` hot keys")
        listed = self.popularity.keys
        if listed is not None and count is not None and len(listed.names) > count:
            raise _error(f"{len(listed.names):,} shares of {count:,} keys", "expected at most `distinct` shares")
        if listed is not None and count is None and sum(listed.parts) < listed.total:
            raise _error("the shares do not add up to 100%", "write distinct: 1000; the other keys share the rest")
        return self

    @property
    def count(self) -> int | None:
        """How many values are in use at one moment, where known."""
        return len(self.keys) if self.keys is not None else self.distinct


def _wrap(key: str) -> BeforeValidator:
    """A plain word means a mapping with just that key."""

    def wrap(raw: object) -> object:
        return {key: raw} if isinstance(raw, str | list) else raw

    return BeforeValidator(wrap)


Key = Annotated[PartitionKey, _wrap("name")]


class Throughput(BaseModel):
    """Capacity units of one direction: static (min = max) or auto scaled."""

    model_config = SPEC_CONFIG

    min: Annotated[WholeCount, Field(ge=1)] | None = None
    """Minimum capacity units of auto scaling (5, the console's default)."""
    max: Annotated[WholeCount, Field(ge=1)] = int(TABLE_WRITE.value)
    """Maximum capacity units of auto scaling (a table's quota, {TABLE_WRITE})."""
    target: Annotated[
        Share, Field(ge=Decimal(TARGET_UTILIZATION_MIN.value) / 100, le=Decimal(TARGET_UTILIZATION_MAX.value) / 100)
    ] = AUTO_SCALED_TARGET
    """The share of capacity that auto scaling keeps in use, {TARGET_UTILIZATION_MIN} to {TARGET_UTILIZATION_MAX} (70%)."""

    @property
    def static(self) -> bool:
        """Whether it never changes: a plain number."""
        return self.min == self.max

    @property
    def floor(self) -> int:
        """The minimum capacity."""
        return min(AUTO_SCALED_MIN, self.max) if self.min is None else self.min

    @model_validator(mode="after")
    def _bounds_grow(self) -> Self:
        if self.floor > self.max:
            raise _error(f"min {self.floor} is above max {self.max}", "put the smaller number in min")
        return self


_WHOLE: TypeAdapter[int] = TypeAdapter(Annotated[WholeCount, Field(ge=1)], config=DEFERRED)


def _throughput(raw: object) -> object:
    if isinstance(raw, Throughput | Mapping):
        return raw
    try:
        units = _WHOLE.validate_python(raw)
    except ValidationError as error:
        raise _error(
            "not a capacity", "expected whole units of 1 or more, such as 200, or {min, max, target}"
        ) from error
    return {"min": units, "max": units}


Units = Annotated[Throughput, BeforeValidator(_throughput)]


Actions = Annotated[tuple[Scheduled, ...], BeforeValidator(_listed)]


class IndexCapacity(BaseModel):
    """Provisioned capacity of one global index."""

    model_config = SPEC_CONFIG

    write: Units = Throughput.model_construct()
    """Write capacity units: a number, or {min, max, target} for auto scaling."""
    read: Units = Throughput.model_construct()
    """Read capacity units: a number, or {min, max, target} for auto scaling."""
    scheduled: Actions = ()
    """Steps at set times: [{at: "day 12 09:30", for: 65 min, write: 2800}, {at: cron(…), write: {min: 300}}]."""


def _capacity(raw: object) -> object:
    return {"mode": raw} if isinstance(raw, str) else raw


class Capacity(BaseModel):
    """The capacity mode of a table and its indexes, with the table's own units."""

    model_config = SPEC_CONFIG

    mode: Literal["on-demand", "provisioned"] = "on-demand"
    """on-demand (pay per request) or provisioned (pay per unit and hour)."""
    write: Units = Throughput.model_construct()
    """Write capacity units: a number, or {min, max, target} for auto scaling."""
    read: Units = Throughput.model_construct()
    """Read capacity units: a number, or {min, max, target} for auto scaling."""
    scheduled: Actions = ()
    """Steps at set times: [{at: "day 12 09:30", for: 65 min, write: 2800}, {at: cron(…), write: {min: 300}}]."""

    @model_validator(mode="after")
    def _units_need_provisioned(self) -> Self:
        if self.mode == "on-demand" and self.model_fields_set & {"read", "write", "scheduled"}:
            raise _error(
                "on-demand capacity has no read or write units",
                "write mode: provisioned, or use throughput: {max_write: 200}",
            )
        return self


def names_in(key: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """The attributes of a key, in order; none where there is no key."""
    return () if key is None else (key,) if isinstance(key, str) else key


class WarmThroughput(BaseModel):
    """Throughput that a table or index is pre-warmed to serve at once."""

    model_config = SPEC_CONFIG

    write: Annotated[WholeCount, Field(ge=1)] | None = None
    """Write units a second served at once."""
    read: Annotated[WholeCount, Field(ge=1)] | None = None
    """Read units a second served at once."""
    seen: SkipJsonSchema[bool] = Field(default=False, exclude=True, repr=False)


def _warm(raw: object) -> object:
    """`seen` is a mapping of its own: a table that has served its peak before."""
    if isinstance(raw, WarmThroughput):
        return raw
    if raw == "seen":
        return WarmThroughput.model_construct(seen=True)
    if not isinstance(raw, Mapping) or "seen" in raw:
        raise _error("not a throughput", "expected {write: 20000, read: 40000}, or seen: it has served its peak before")
    return raw


Warm = Annotated[WarmThroughput, BeforeValidator(_warm)]


InsightsMode = Literal["accessed-and-throttled", "throttled"]


class Index(BaseModel):
    """A secondary index: other keys for the same items, with the attributes it copies."""

    model_config = SPEC_CONFIG

    partition_key: Key | None = None
    """The attribute it is partitioned by: its name, or {name, distinct, popularity, shards}."""
    sort_key: Names | None = None
    """The attribute it is sorted by; for a global index up to {INDEX_KEY_ATTRIBUTES_MAX}."""
    sort_order: Literal["random", "rising"] = "random"
    """Where new entries of one key are: anywhere (random), or always at the end (rising), as with a time."""
    project: Annotated[Literal["all", "keys-only"] | tuple[str, ...], BeforeValidator(_listed)] = "all"
    """The non-key attributes it holds: a list of names, all or keys-only."""
    entry_size: Size | None = None
    """Mean size of one entry: table key, index key and projected attributes; measured where there are example items,
    else the item's size."""
    items: Count | None = None
    """How many items have an entry; as measured where there are example items, else the table's."""
    local: bool = False
    """Whether it is a local index: the table's partition key, the table's capacity (false)."""
    partitions: Annotated[WholeCount, Field(ge=1, le=_MAX_PARTITIONS)] | None = None
    """Partitions it has at least, where known. They split and never merge."""
    contributor_insights: InsightsMode | None = None
    """CloudWatch Contributor Insights of a global index: accessed-and-throttled or throttled keys; off where not given."""
    capacity: IndexCapacity | None = None
    """Its own provisioned capacity; the table's where it is not given."""
    warm: Warm | None = None
    """Throughput it is pre-warmed to: {write: 20000, read: 40000}; or seen: it has served its peak before."""

    @model_validator(mode="after")
    def _keys_fit(self) -> Self:
        if self.local and self.sort_key is None:
            raise _error("a local index needs a sort_key", "write local: true with sort_key: attribute")
        if self.local and self.capacity is not None:
            raise _error("a local index has no capacity of its own", "it uses the table's; remove the key")
        if not self.local and self.partition_key is None:
            raise _error("a global index needs a partition_key", "write partition_key: attribute, or local: true")
        keys = (names_in(self.partition_key.name if self.partition_key else None), names_in(self.sort_key))
        if self.local and len(keys[1]) > 1:
            raise _error("a local index has one sort_key", "only a global index may have several attributes in a key")
        if any(len(names) > INDEX_KEY_ATTRIBUTES_MAX.value for names in keys):
            raise _error("too many attributes in a key", f"at most {INDEX_KEY_ATTRIBUTES_MAX} in each of its two keys")
        return self

    @property
    def index_key(self) -> tuple[str, ...]:
        """Its key attributes in order; without the partition key for a local index, which has the table's."""
        partition = names_in(self.partition_key.name if self.partition_key else None)
        return (*partition, *names_in(self.sort_key))

    @property
    def key_attributes(self) -> frozenset[str]:
        """The attributes whose change moves an entry."""
        return frozenset(self.index_key)


def not_written(raw: object) -> object:
    """Raise: a field that other resources fill in is not a key of the language."""
    raise _error("unknown key", f"remove it, with {str(raw)[:40]!r}")


class Replica(BaseModel):
    """The replica of a global table in one Region; what is not written is as in the table."""

    model_config = SPEC_CONFIG

    region: Region
    """AWS's code of its Region, such as eu-west-1."""
    point_in_time_recovery: bool = False
    """Whether continuous backups are on in this Region (false): AWS never copies this setting."""
    table_class: Annotated[Literal["standard", "standard-ia"] | None, Field(alias="class")] = None
    """Its table class (the table's)."""
    read: Units | None = None
    """Its provisioned read capacity, where the table's is provisioned (the table's): a number, or {min, max, target}."""
    new: bool = False
    """Whether it is added now: AWS bills the restore of the table once (false)."""


def _replicas(raw: object) -> object:
    """A plain Region means a replica with the table's settings."""
    if not isinstance(raw, list):
        return raw
    return tuple({"region": one} if isinstance(one, str) else one for one in raw)


class MaxThroughput(BaseModel):
    """The user's own maximum throughput of an on-demand table."""

    model_config = SPEC_CONFIG

    max_write: Annotated[WholeCount, Field(ge=1)] | None = None
    """Maximum write request units a second."""
    max_read: Annotated[WholeCount, Field(ge=1)] | None = None
    """Maximum read request units a second."""


class Table(BaseModel):
    """A DynamoDB table with its indexes."""

    model_config = SPEC_CONFIG

    partition_key: Key | None = None
    """The partition key: its name, or {name, distinct, popularity, shards}."""
    sort_key: str | None = None
    """The sort key's name."""
    sort_order: Literal["random", "rising"] = "random"
    """Where new items of one partition key are: anywhere (random), or always at the end (rising), as with a time."""
    item_size: Size | None = None
    """Mean size of an item, names included, such as 1.8 KB, or {profile: profile.json} of an export."""
    item: Mapping[str, Any] | None = None
    """An example item, plain or in DynamoDB JSON, measured by AWS's size rules in place of item_size."""
    items_file: str | None = None
    """A file of example items (JSON lines) beside the scenario, measured in place of item_size."""
    sample: SkipJsonSchema[InstanceOf[Sample] | None] = Field(default=None, exclude=True, repr=False)
    items: Count = Decimal(0)
    """How many items are stored, in the mean of the month, such as 40M (0)."""
    capacity: Annotated[Capacity, BeforeValidator(_capacity)] = Capacity.model_construct()
    """on-demand, or {mode: provisioned, write: 200 or {min, max, target}, read: …}."""
    indexes: Mapping[str, Index] = Field(default_factory=dict)
    """Secondary indexes by name."""
    point_in_time_recovery: bool = False
    """Whether continuous backups are on (false)."""
    contributor_insights: InsightsMode | None = None
    """CloudWatch Contributor Insights: accessed-and-throttled or throttled keys; off where it is not given."""
    recovery_period: Milliseconds | None = None
    """For how long continuous backups are kept, 1 day to {PITR_PERIOD_MAX} ({PITR_PERIOD_MAX}); their price is the same."""
    backups: Annotated[tuple[Backup, ...], BeforeValidator(many)] = ()
    """Full backups by a schedule: [{schedule: rate(1 day), keep: 35 days}]; with by: aws-backup also cold_after and copies."""
    restores: Restores = ()
    """Restores into new tables, each paid once: [{indexes: none, region: us-west-2}]."""
    exports: Annotated[tuple[Export, ...], BeforeValidator(many)] = ()
    """Exports to S3, which need point_in_time_recovery: [{type: incremental, schedule: rate(1 day), bucket: lake}]."""
    imports: Annotated[tuple[Import, ...], BeforeValidator(many)] = ()
    """Imports from S3 into a new table, each paid once: [{size: 500 GB}]."""
    zero_etl: Annotated[
        tuple[Literal["redshift", "sagemaker-lakehouse", "opensearch"], ...], BeforeValidator(_listed)
    ] = ()
    """Zero-ETL integrations: redshift, sagemaker-lakehouse or opensearch; they export the table, and need
    point_in_time_recovery."""
    replicas: Annotated[tuple[Replica, ...], BeforeValidator(_replicas)] = ()
    """The other Regions of a global table: [eu-west-1, {region: us-west-2, point_in_time_recovery: true}]."""
    multi_region_consistency: Literal["eventual", "strong"] = "eventual"
    """Of a global table: eventual (MREC) or strong (MRSC), which takes three Regions (eventual)."""
    global_table_version: Literal["2019.11.21", "2017.11.29"] = "2019.11.21"
    """Of a global table: 2019.11.21, or the legacy 2017.11.29, whose writes take twice the units (2019.11.21)."""
    witness: Region | None = None
    """The Region of the witness of a global table that is strongly consistent: it is not billed."""
    reads_from: Mapping[Region, Share] = Field(default_factory=dict)
    """Where reads are served, as shares: {us-west-2: 40%}; the others are served in the scenario's Region."""
    writes_from: Mapping[Region, Share] = Field(default_factory=dict)
    """Where writes are made, as shares: {us-west-2: 40%}; every Region bills all of them."""
    stream: Literal["new-and-old-images", "new-image", "old-image", "keys-only"] | None = None
    """What the table's stream has of each change; no stream where it is not given."""
    kinesis: str | None = None
    """The Kinesis stream that captures each change, by name; independent of `stream`."""
    stream_readers: WholeCount = 0
    """Readers of the stream besides Lambda, each of which polls every shard once a second, as the Kinesis adapter does (0)."""
    table_class: Annotated[Literal["standard", "standard-ia"], Field(alias="class")] = "standard"
    """standard, or standard-ia: cheaper storage, more expensive throughput."""
    ttl: str | None = None
    """The attribute with the time an item expires."""
    expires: Share = Decimal(1)
    """Where `ttl` is given: items that expire, as a share of those that are put (100%); each adds a record to the stream."""
    partitions: Annotated[WholeCount, Field(ge=1, le=_MAX_PARTITIONS)] | None = None
    """Partitions it has at least, where known: as many as its stream has shards. They split and never merge."""
    throughput: MaxThroughput | None = None
    """On-demand maximum throughput: {max_write, max_read}."""
    warm: Warm | None = None
    """Throughput it is pre-warmed to: {write: 20000, read: 40000}; or seen: it has served its peak before."""
    encryption: str = "aws-owned"
    """Whose key encrypts it: aws-owned (free), aws-managed (aws/dynamodb), or the name of a key under `keys`; both are asked."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags for the reports."""
    cached: SkipJsonSchema[Annotated[Any, BeforeValidator(not_written)]] = Field(default=None, exclude=True, repr=False)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        _check_table(self)
        if self.recovery_period is not None:
            _check_recovery(self, self.recovery_period)
        if not self.model_fields_set.isdisjoint(_OF_GLOBAL_TABLES):
            _check_replicas(self)
        if self.copies_itself:
            _check_copies(self)
        return self

    @property
    def on_demand(self) -> bool:
        """Whether it pays per request."""
        return self.capacity.mode == "on-demand"

    @property
    def copies_itself(self) -> bool:
        """Whether anything is written of backups, restores, exports or imports."""
        return bool(self.backups or self.restores or self.exports or self.imports or self.zero_etl)

    @property
    def key(self) -> tuple[str, ...]:
        """The attributes of its key, as far as they are written."""
        partition = names_in(self.partition_key.name if self.partition_key else None)
        return (*partition, *names_in(self.sort_key))

    def global_indexes(self) -> dict[str, Index]:
        """Its global indexes."""
        return {name: index for name, index in self.indexes.items() if not index.local}

    def local_indexes(self) -> dict[str, Index]:
        """Its local indexes."""
        return {name: index for name, index in self.indexes.items() if index.local}


def _check_table(table: Table) -> None:
    """Raise for settings that exclude each other."""
    sizes = [word for word in ("item_size", "item", "items_file") if getattr(table, word) is not None]
    if table.items and not sizes:
        raise _error("items are stored, but there is no item_size", "write item_size: 1.8 KB")
    if len(sizes) > 1 and table.sample is None:
        raise _error(f"{' and '.join(sizes)} both give the item size", "write only one of them")
    if table.partition_key is not None and not isinstance(table.partition_key.name, str):
        raise _error("a table's partition key is one attribute", "only a global index may have several")
    if table.on_demand and any(index.capacity is not None for index in table.indexes.values()):
        raise _error(
            "an index has capacity, but the table is on-demand",
            "write capacity: {mode: provisioned, write: 200, read: 400} at the table",
        )
    if not table.on_demand and table.throughput is not None:
        raise _error(
            "throughput is for on-demand tables", "a provisioned table is limited by its capacity; remove the key"
        )
    if table.stream_readers and table.stream is None:
        raise _error("the table has no stream that could be read", "write stream: new-image")
    if len(table.local_indexes()) > LOCAL_INDEXES_MAX.value:
        raise _error(f"{len(table.local_indexes())} local indexes", f"a table has at most {LOCAL_INDEXES_MAX} of them")
    if table.local_indexes() and table.partition_key is not None and table.sort_key is None:
        raise _error("local indexes need a table with a sort_key", "write sort_key: attribute")
    too_many = [name for name, index in table.indexes.items() if index.items is not None and index.items > table.items]
    if too_many:
        raise _error(f"index {too_many[0]} has more items than the table", "an item has at most one entry")


def _check_recovery(table: Table, period_ms: Decimal) -> None:
    """Raise for a period of continuous backups that AWS does not offer."""
    days = Fraction(period_ms) / MS_PER_DAY
    if not table.point_in_time_recovery:
        raise _error("recovery_period is of continuous backups", "write point_in_time_recovery: true")
    if days.denominator != 1 or not 1 <= days <= PITR_PERIOD_MAX.value // SECONDS_PER_DAY:
        raise _error("not a recovery period", f"expected whole days, from 1 day to {PITR_PERIOD_MAX}")


def _check_copies(table: Table) -> None:
    """Raise for exports without continuous backups, and for restores of what is not there."""
    if (table.exports or table.zero_etl) and not table.point_in_time_recovery:
        raise _error("exports are made from continuous backups", "write point_in_time_recovery: true")
    if "opensearch" in table.zero_etl and table.stream is None:
        raise _error("zero-ETL to OpenSearch reads the table's stream", "write stream: new-image")
    unknown = [name for restore in table.restores for name in restore.indexes if not isinstance(restore.indexes, str)]
    unknown = [name for name in unknown if name not in table.indexes]
    if unknown:
        raise _error(
            f"there is no index {unknown[0]!r} to restore", "expected all, none or names of the table's indexes"
        )


def _check_replicas(table: Table) -> None:
    """Raise for settings of a global table that exclude each other; what hangs on the scenario's Region comes later."""
    if not table.replicas:
        raise _error("there is no replica", "write replicas: [eu-west-1], the other Regions of a global table")
    regions = [replica.region for replica in table.replicas]
    twice = next((region for region in regions if regions.count(region) > 1), None)
    if twice is not None:
        raise _error(f"two replicas in {twice}", "a global table has one replica in each Region")
    if any(replica.read is not None for replica in table.replicas) and table.on_demand:
        raise _error("a replica has read capacity, but the table is on-demand", "write capacity: {mode: provisioned}")
    if set(regions) & table.indexes.keys():
        raise _error("an index has the name of a Region", "call the index something else")
    for word, shares in (("reads_from", table.reads_from), ("writes_from", table.writes_from)):
        if sum(shares.values()) > 1:
            raise _error(f"{word} adds up to more than 100%", "the rest falls on the scenario's Region")
    strong = table.multi_region_consistency == "strong"
    if table.witness is not None and (not strong or table.witness in regions):
        message = (
            "a witness is a Region without a replica" if strong else "only a strongly consistent table has a witness"
        )
        raise _error(
            message, "write multi_region_consistency: strong, two Regions with replicas and a third as the witness"
        )
    if strong and table.global_table_version == LEGACY_VERSION:
        raise _error("multi-Region strong consistency needs version 2019.11.21", "remove global_table_version")
    if strong:
        _check_strong(table, regions)


def _check_strong(table: Table, regions: list[str]) -> None:
    """Raise for what multi-Region strong consistency does not support."""
    if table.ttl is not None:
        raise _error("multi-Region strong consistency has no time to live", "remove ttl, or the consistency")
    if table.local_indexes():
        raise _error("multi-Region strong consistency has no local indexes", "write a global index")
    elsewhere = [r for r in (*regions, table.witness) if r is not None and r not in STRONG_REGIONS]
    if elsewhere:
        hint = f"it is offered in {', '.join(STRONG_REGIONS)}"
        raise _error(f"multi-Region strong consistency is not offered in {elsewhere[0]}", hint)
