"""What Parameter Store says of itself: its section, its quotas, and how a Task reads a parameter."""

from capplan.service import Integration, Section, Service
from capplan.services.parameter_store.quotas import ALL

SERVICE = Service(
    id="parameter_store",
    label="Parameter Store",
    sections=(
        Section(
            "parameters",
            "parameter",
            "config: {tier: standard}",
            "parameter:PARAMETER",
            verbs=("get-parameter", "get-parameters", "get-parameters-by-path"),
            flow_keys=("access",),
            request_keys={"items": ("get-parameters", "get-parameters-by-path")},
        ),
    ),
    quotas=ALL,
    integrations={
        ("ssm", action): Integration("parameters", verb, argument)
        for action, verb, argument in (
            ("getparameter", "get-parameter", "Name"),
            ("getparameters", "get-parameters", "Names"),
            ("getparametersbypath", "get-parameters-by-path", "Path"),
        )
    },
    limit_labels={
        "parameter_store.rate": "parameter reads a second",
        "parameter_store.get_parameter_rate": "GetParameter calls a second",
        "parameter_store.get_parameters_rate": "GetParameters calls a second",
        "parameter_store.get_parameters_by_path_rate": "GetParametersByPath calls a second",
    },
)
