"""What AWS Lambda says of itself: its section, its quotas, the calls that invoke a function."""

from capplan.service import Integration, Section, Service
from capplan.services.lambda_ import quotas

SERVICE = Service(
    id="lambda",
    label="Lambda",
    sections=(
        Section(
            "functions",
            "function",
            "place-order: {duration: 45 ms}",
            "function:FUNCTION",
            verbs=("invoke",),
            flow_keys=("calls",),
        ),
    ),
    quotas=quotas.ALL,
    integrations={("lambda", "invoke"): Integration("functions", "invoke", "FunctionName", waits=True)},
)
