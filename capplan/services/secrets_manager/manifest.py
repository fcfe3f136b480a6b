"""What Secrets Manager says of itself: its section, its quotas, and how a Task reads a secret."""

from capplan.service import Integration, Section, Service
from capplan.services.secrets_manager.quotas import ALL

SERVICE = Service(
    id="secrets_manager",
    label="Secrets Manager",
    sections=(
        Section(
            "secrets",
            "secret",
            "db: {count: 1}",
            "secret:SECRET",
            verbs=("get-secret", "put-secret"),
            flow_keys=("access",),
        ),
    ),
    quotas=ALL,
    integrations={
        ("secretsmanager", action): Integration("secrets", verb, "SecretId")
        for action, verb in (("getsecretvalue", "get-secret"), ("putsecretvalue", "put-secret"))
    },
    limit_labels={
        "secrets_manager.get_rate": "secrets read a second",
        "secrets_manager.put_rate": "secrets written a second",
        "secrets_manager.secrets": "secrets of the account",
    },
)
