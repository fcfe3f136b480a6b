"""What the made-up service says of itself."""

from datetime import date

from capplan.service import Emits, Quota, Section, Service

MESSAGES = Quota(
    "parcels.messages",
    300,
    "messages/s",
    "a page that does not exist",
    date(2026, 11, 30),
    adjustable=True,
    shared=True,
)
SERVICE = Service(
    "parcels",
    "Parcels",
    (
        Section(
            "parcel_queues",
            "parcel queue",
            "outbox: {retention: 4 d}",
            "queue:PARCEL_QUEUE",
            verbs=("send",),
            emits=Emits("parcel_queue", "sqs"),
        ),
    ),
    quotas=(MESSAGES,),
)
