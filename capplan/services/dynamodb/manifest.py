"""What capplan knows of DynamoDB as a service: its section, its quotas, the Task integrations that reach a table."""

from capplan.service import Emits, Integration, Section, Service
from capplan.services.dynamodb.quotas import ALL

SERVICE = Service(
    id="dynamodb",
    label="DynamoDB",
    sections=(
        Section(
            key="tables",
            noun="table",
            example="orders: {item_size: 1 KB, items: 1M}",
            resource_type="table:TABLE",
            verbs=(
                *("get", "query", "scan", "put", "update", "delete"),
                *("batch-get", "batch-write", "transact-get", "transact-write", "check"),
            ),
            flow_keys=("access",),
            batches={
                "batch-get": ("get",),
                "batch-write": ("put", "delete"),
                "transact-get": ("get",),
                "transact-write": ("put", "update", "delete", "check"),
            },
            only_in_batches=("check",),
            request_keys={
                "replaces": ("put", "batch-write", "transact-write"),
                "changes": ("update",),
                "set": ("update",),
                "remove": ("update",),
                "consistency": ("get", "query", "scan", "batch-get", "transact-get"),
                "condition_fails": ("put", "update", "delete", "transact-write"),
                "missing": ("get", "delete", "batch-get", "transact-get"),
                "fetches": ("query", "scan"),
                "replays": ("transact-write",),
                "items": ("query", "scan", "batch-get", "batch-write", "transact-get", "transact-write"),
            },
            emits=Emits("stream", "dynamodb", kinds=("insert", "modify", "remove")),
        ),
        Section(
            key="caches",
            noun="cache",
            example="hot-orders: {tables: [orders], node: dax.r5.large, nodes: 3, hit_rate: 90%}",
            resource_type="caches.cluster:CACHE",
        ),
    ),
    quotas=ALL,
    integrations={
        ("dynamodb", action): Integration("tables", verb, "TableName")
        for action, verb in (
            ("getitem", "get"),
            ("putitem", "put"),
            ("updateitem", "update"),
            ("deleteitem", "delete"),
            ("query", "query"),
            ("scan", "scan"),
        )
    },
    limit_labels={
        "dynamodb.dax.node_loss": "requests if a node fails",
        "dynamodb.dax.requests": "requests of a cluster",
        "dynamodb.dax.writes": "writes through a cluster",
        "dynamodb.account.provisioned_read": "provisioned read capacity",
        "dynamodb.account.provisioned_write": "provisioned write capacity",
        "dynamodb.item_size": "item size",
        "dynamodb.strong_global_tables": "global tables of strong consistency",
        "dynamodb.partition.read": "reads of one partition",
        "dynamodb.partition.write": "writes to one partition",
        "dynamodb.provisioned.read": "provisioned reads",
        "dynamodb.provisioned.write": "provisioned writes",
        "dynamodb.table.read": "reads of one table",
        "dynamodb.table.write": "writes to one table",
        "dynamodb.on_demand_maximum.read": "on-demand maximum of reads",
        "dynamodb.on_demand_maximum.write": "on-demand maximum of writes",
        "dynamodb.warm.read": "reads a warm table takes at once",
        "dynamodb.warm.write": "writes a warm table takes at once",
        "dynamodb.capacity_held.read": "read capacity of one table",
        "dynamodb.capacity_held.write": "write capacity of one table",
    },
)
