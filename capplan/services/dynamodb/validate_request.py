"""Which requests a table cannot serve, and why, in words for their author.

Source: DynamoDB Developer Guide, "Constraints", "Global secondary indexes", "Transactions" (read 2026-11-23).
"""

from capplan.calls import Access
from capplan.services.dynamodb.items.examples import ItemError, updated
from capplan.services.dynamodb.items.size import item_bytes
from capplan.services.dynamodb.quotas import ITEM_SIZE_MAX
from capplan.services.dynamodb.requests import ENTRIES, ITEMS_MAX, READS, entries_touched, is_transactional
from capplan.services.dynamodb.spec import Table


def validate_access(spec: Table, access: Access) -> str | None:  # noqa: PLR0911  one line a rule
    """Why a table cannot serve a request; None where it can."""
    size = access.item_size or spec.item_size
    if spec.multi_region_consistency == "strong" and is_transactional(access):
        return "multi-Region strong consistency takes no transactions: write the requests one by one"
    if access.index is not None:
        problem = _index_problem(spec, access, access.index)
        if problem is not None:
            return problem
        size = access.item_size or spec.indexes[access.index].entry_size or spec.item_size
    if size is None and not (access.op in ENTRIES and entries_touched(spec, access) == 0):
        return f"the item size is unknown: give the table or this {access.op} an item_size"
    if size is not None and size.fixed and size.points[0][1] > ITEM_SIZE_MAX.value:
        return f"an item is larger than {ITEM_SIZE_MAX}, DynamoDB's limit"
    if access.items is not None and access.op in ITEMS_MAX and access.items > ITEMS_MAX[access.op].value:
        return f"{access.op} takes at most {ITEMS_MAX[access.op]} a request"
    if access.items is not None and access.op in {"get", "put", "update", "delete"} and access.items != 1:
        many = "batch-get" if access.op == "get" else "batch-write"
        return f"{access.op} is for one item: use {many}, or times"
    if access.op == "query" and access.items is not None and spec.items and access.items > spec.items:
        return f"the query reads {access.items} items, but the table holds {spec.items}"
    if access.changes is not None and access.op != "update":
        return f"only an update has changes, not a {access.op}"
    return _key_problem(spec, access) or _images_problem(spec, access) or _fetch_problem(spec, access)


def _key_problem(spec: Table, access: Access) -> str | None:
    """An update leaves the table's own key as it is."""
    changed = (*(access.changes or ()), *(access.sets or ()), *(access.removes or ()))
    in_key = [name for name in changed if name in spec.key]
    return f"an update cannot change {in_key[0]!r}, the table's key: write a delete and a put" if in_key else None


def _images_problem(spec: Table, access: Access) -> str | None:
    """New values are measured on example items, and are such as DynamoDB stores."""
    if access.sets is None and access.removes is None:
        return None
    if access.changes is not None:
        return "changes and set exclude each other: write only one of them"
    if spec.sample is None or access.item_size is not None:
        return "set and remove are measured on example items: give the table an item, or name the attributes in changes"
    try:
        sizes = [item_bytes(updated(item, access.sets or {}, access.removes or ())) for item in spec.sample.items]
    except ItemError as error:
        return f"invalid new value: {error}"
    return (
        f"the updated item is larger than {ITEM_SIZE_MAX}, DynamoDB's limit"
        if max(sizes) > ITEM_SIZE_MAX.value
        else None
    )


def _fetch_problem(spec: Table, access: Access) -> str | None:
    """Only a local index fetches whole items."""
    if access.fetches and (access.index is None or not spec.indexes[access.index].local):
        return "only a query on a local index fetches whole items: name an index with local: true"
    return None


def _index_problem(spec: Table, access: Access, index: str) -> str | None:
    if index not in spec.indexes:
        return f"there is no index {index!r} on this table"
    if access.op not in ENTRIES:
        return f"a {access.op} cannot name an index: " + (
            "only query and scan read one" if access.op in READS else "DynamoDB updates indexes with each write"
        )
    if access.consistency == "strong" and not spec.indexes[index].local:
        return "a global index is read eventually consistent only: remove consistency: strong"
    return None
