"""What Step Functions says of itself."""

from capplan.service import Section, Service

SERVICE = Service(
    "stepfunctions",
    "Step Functions",
    (
        Section(
            "state_machines",
            "state machine",
            "fulfil: {definition: fulfil.asl.json}",
            "state_machine:STATE_MACHINE",
            verbs=("start",),
        ),
    ),
)
