"""AWS Step Functions as a service: state machines, their quotas, and how a Task starts an execution."""

from capplan.service import Integration, Section, Service
from capplan.services.stepfunctions.quotas import ALL

_START = Integration("state_machines", "start", "StateMachineArn")
_START_AND_WAIT = Integration("state_machines", "start", "StateMachineArn", waits=True)

SERVICE = Service(
    id="stepfunctions",
    label="Step Functions",
    sections=(
        Section(
            "state_machines",
            "state machine",
            "fulfil: {definition: fulfil.asl.json}",
            "state_machine:STATE_MACHINE",
            verbs=("start",),
            flow_keys=("calls",),
            request_keys={"async": ("start",), "payload": ("start",)},
            receives="start",
            definition="definition",
            definition_keys=("StartAt", "States"),
        ),
    ),
    quotas=ALL,
    integrations={
        ("states", "startexecution"): _START,
        ("sfn", "startexecution"): _START,
        ("states", "startsyncexecution"): _START_AND_WAIT,
        ("sfn", "startsyncexecution"): _START_AND_WAIT,
    },
    limit_labels={
        "stepfunctions.definition_size": "size of the definition",
        "stepfunctions.express.duration": "duration of an Express execution",
        "stepfunctions.standard.duration": "duration of an execution",
        "stepfunctions.express_start_rate": "Express executions started a second",
        "stepfunctions.history_events": "events in the history",
        "stepfunctions.integration_timeout": "mean duration before the API's timeout",
        "stepfunctions.open_executions": "open executions",
        "stepfunctions.start_rate": "executions started a second",
        "stepfunctions.transition_rate": "state transitions a second",
    },
)
