"""What DynamoDB says of itself."""

from capplan.service import Emits, Integration, Section, Service

SERVICE = Service(
    "dynamodb",
    "DynamoDB",
    (
        Section(
            "tables",
            "table",
            "orders: {item_size: 1 KB, items: 1M}",
            "table:TABLE",
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
            emits=Emits("stream", "dynamodb"),
        ),
    ),
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
)
