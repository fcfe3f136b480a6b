"""What a call of several items answers when some of them were throttled.

Source: DynamoDB Developer Guide, "Diagnosing throttling issues" (read 2026-11-23).
"""


def partial_failure(api: str, *, all_items: bool = False) -> tuple[str | None, bool]:
    """What a call answers when some of its items were throttled: the error (None: none), and whether unprocessed
    items come back.
    """
    if api in {"TransactWriteItems", "TransactGetItems", "ExecuteTransaction"}:
        return "TransactionCanceledException", False
    if api in {"BatchWriteItem", "BatchGetItem"} and not all_items:
        return None, True
    return "ProvisionedThroughputExceededException", False
