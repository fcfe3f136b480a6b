"""The rules of recommendations for queues."""

from capplan.model import Rule
from capplan.services.sqs.quotas import BATCH_MAX, FIFO_CALLS, LONG_POLL_MAX

_READ = "(read 2026-11-30)"

RULES: tuple[Rule, ...] = (
    Rule(
        "sqs.batch-sends",
        "Send messages in batches",
        "A line of `calls` that sends several messages a run, or one for each record of a batch, one by one.",
        f"`batch: {int(BATCH_MAX.value)}`: one request for up to ten messages of 64 KB in all.",
        "the answer of a batch says which messages failed: the code has to send those again",
        f"Amazon SQS Developer Guide, Amazon SQS batch actions {_READ}",
        action="Send the messages to {name} in batches",
        effort="medium",
    ),
    Rule(
        "sqs.long-polling",
        "Let receives wait for messages",
        "A queue with `consumers` and without `receive_wait`.",
        f"`receive_wait: {LONG_POLL_MAX}`: a receive waits for a message, and fewer of them find nothing.",
        "a consumer that asks several queues in turn waits at each",
        f"Amazon SQS Developer Guide, Amazon SQS short and long polling {_READ}",
        action="Set the receive wait of {name} to 20 s",
    ),
    Rule(
        "sqs.high-throughput",
        "High throughput for a FIFO queue",
        f"A FIFO queue of which one action has more than {FIFO_CALLS} in its busiest minute.",
        "`high_throughput: true`: as many calls as the Region allows, spread over message groups.",
        "deduplication is by message group, not by queue",
        f"Amazon SQS Developer Guide, High throughput for FIFO queues {_READ}",
        action="Turn on high throughput for {name}",
    ),
)
