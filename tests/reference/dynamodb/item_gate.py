"""Whether a write passes the limit of an item's size, where the item before it is known.

Source: DynamoDB Developer Guide, "Constraints" (read 2026-11-23), and measurements on the live service.
"""

from capplan.services.dynamodb.quotas import ITEM_SIZE_MAX

_SET_CLAUSE_BYTES = 19
_REMOVE_CLAUSE_BYTES = 2
_GATED_KEY_BYTES = 3
_REGIONS_GATING_UPDATES = frozenset({"eu-west-2"})
"""Where an update is also refused for the size of its clauses (measured 2026-08; ten other Regions do not)."""


def accepted(
    resulting_item_bytes: int,
    api: str = "PutItem",
    region: str = "",
    key_attr_bytes: int = 0,
    set_actions: int = 0,
    remove_actions: int = 0,
) -> bool:
    """Whether a write passes the 400 KB gate.

    An UpdateItem outside a transaction is, in a few Regions, also held against its clauses: the finished item
    without its
    key attribute, plus a fixed charge for each SET and REMOVE.
    """
    size = resulting_item_bytes
    if api == "UpdateItem" and region in _REGIONS_GATING_UPDATES:
        clauses = _SET_CLAUSE_BYTES * set_actions + _REMOVE_CLAUSE_BYTES * remove_actions
        size = max(size, size - key_attr_bytes + _GATED_KEY_BYTES + clauses)
    return size <= ITEM_SIZE_MAX.value
