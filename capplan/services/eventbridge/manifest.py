"""What EventBridge says of itself: buses, pipes and schedules, their quotas, how a Task puts events."""

from capplan.service import Emits, Integration, Section, Service
from capplan.services.eventbridge.quotas import ALL

_PUT = Integration("buses", "put-events", "Entries.EventBusName", entries="Entries", default="default")

SERVICE = Service(
    id="eventbridge",
    label="EventBridge",
    sections=(
        Section(
            "buses",
            "bus",
            "shop: {event: 2 KB}",
            "buses.bus:BUS",
            verbs=("put-events",),
            flow_keys=("access",),
            request_keys={"payload": ("put-events",), "batch": ("put-events",)},
            receives="put-events",
            emits=Emits("bus", "eventbridge", settings={"event": "payload"}),
        ),
        Section(
            "pipes",
            "pipe",
            "orders-to-shipping: {source: {queue: orders}, target: shipping}",
            "pipes.pipe:PIPE",
            reads_at="source",
        ),
        Section(
            "schedules",
            "schedule",
            "nightly: {schedule: cron(0 3 * * ? *), target: settle}",
            "schedules:SCHEDULE",
            verbs=("create-schedule",),
        ),
    ),
    quotas=ALL,
    integrations={("events", "putevents"): _PUT, ("eventbridge", "putevents"): _PUT},
    limit_labels={
        "eventbridge.put_events": "PutEvents calls a second",
        "eventbridge.invocations": "invocations of targets a second",
        "eventbridge.put_events_size": "size of a PutEvents call",
        "eventbridge.rules": "rules of a bus",
        "eventbridge.api_destination_rate": "invocations of an API destination",
        "eventbridge.pipe_concurrency": "concurrent executions of pipes",
        "eventbridge.pipe_source_concurrency": "concurrent executions by its source",
        "eventbridge.pipe_time": "time of an execution",
        "eventbridge.pipe_batch": "records that the target takes",
        "eventbridge.scheduled_invocations": "scheduled invocations a second",
        "eventbridge.create_schedule": "schedules created a second",
        "eventbridge.schedules": "schedules",
    },
)
