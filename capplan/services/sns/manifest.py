"""What SNS says of itself: its section, its quotas, how a Task publishes."""

from capplan.service import Emits, Integration, Section, Service
from capplan.services.sns.quotas import ALL

SERVICE = Service(
    id="sns",
    label="SNS",
    sections=(
        Section(
            "topics",
            "topic",
            "sales: {message: 2 KB}",
            "topic:TOPIC",
            verbs=("publish",),
            flow_keys=("access",),
            request_keys={"payload": ("publish",), "batch": ("publish",)},
            receives="publish",
            emits=Emits("topic", "sns", decided_by=("type", {"fifo": "sns-fifo"}), settings={"message": "payload"}),
        ),
    ),
    quotas=ALL,
    integrations={
        ("sns", "publish"): Integration("topics", "publish", "TopicArn"),
        ("sns", "publishbatch"): Integration("topics", "publish", "TopicArn", entries="PublishBatchRequestEntries"),
    },
    limit_labels={
        "sns.publish_rate": "messages published a second",
        "sns.fifo_publish_rate": "messages published to FIFO topics a second",
        "sns.fifo_topic_rate": "messages published to one FIFO topic a second",
        "sns.fifo_topic_bytes": "bytes published to one FIFO topic a second",
        "sns.message_size": "message size",
        "sns.fifo_subscriptions": "subscriptions of a FIFO topic",
    },
)
