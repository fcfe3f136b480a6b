"""What SQS says of itself: its section, its quotas, how a Task and AWS's services send to a queue."""

from capplan.service import Emits, Integration, Section, Service
from capplan.services.sqs.quotas import ALL

SERVICE = Service(
    id="sqs",
    label="SQS",
    sections=(
        Section(
            "queues",
            "queue",
            "orders: {message: 2 KB, visibility_timeout: 1 min}",
            "queue:QUEUE",
            verbs=("send",),
            flow_keys=("access",),
            request_keys={"payload": ("send",), "batch": ("send",)},
            receives="send",
            emits=Emits(
                "queue",
                "sqs",
                decided_by=("type", {"fifo": "sqs-fifo"}),
                each_once=True,
                settings={
                    "visibility_timeout": "visibility_timeout",
                    "max_receive_count": "max_receive_count",
                    "retention": "retention",
                    "dead_letters": "dead_letters",
                    "message": "payload",
                    "message_groups": "message_groups",
                },
            ),
        ),
    ),
    quotas=ALL,
    integrations={
        ("sqs", "sendmessage"): Integration("queues", "send", "QueueUrl"),
        ("sqs", "sendmessagebatch"): Integration("queues", "send", "QueueUrl", entries="Entries"),
    },
    limit_labels={
        "sqs.in_flight": "messages in flight",
        "sqs.message_size": "message size",
        "sqs.batch_size": "size of a batch",
        "sqs.fifo_calls": "calls of one action of a FIFO queue",
        "sqs.fifo_high_throughput_calls": "calls of one action in high-throughput mode",
    },
)
