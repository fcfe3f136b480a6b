"""What the replicas of a global table are billed, each at its Region's prices; a new one's data are restored once.

The writes of the table and its local indexes are replicated units in every Region, those of global indexes ordinary ones;
reads and storage are as of any table, with 48 bytes more an item. The data that replicate between the Regions are not billed.

Source: DynamoDB Developer Guide, "Understanding DynamoDB billing for global tables" (read 2026-11-30).
"""

from capplan.model import Charge
from capplan.record import replace
from capplan.services.dynamodb.cost import local_charges
from capplan.services.dynamodb.items.storage import gigabytes
from capplan.services.dynamodb.replicas.places import local_spec
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Usage


def global_charges(name: str, spec: Table, usage: Usage, home: str) -> tuple[Charge, ...]:
    """The charges of the scenario's Region, then those of every other: "orders.eu-west-1.writes"."""
    out = list(local_charges(name, local_spec(spec, home, home), usage))
    for region, used in usage.replicas.items():
        here = local_charges(f"{name}.{region}", local_spec(spec, region, home), used)
        out += [replace(one, region=region) for one in here]
        if any(replica.new and replica.region == region for replica in spec.replicas) and used.stored_bytes:
            words = "the table with its indexes, restored once for the new replica"
            out.append(
                Charge(
                    f"{name}.{region}.restore", "dynamodb.backup.restore_gb", words, gigabytes(used.stored_bytes), "GB",
                    frequency="one_time", region=region,
                )
            )  # fmt: skip
    return tuple(out)
