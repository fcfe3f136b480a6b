"""What AWS KMS says of itself: keys, the calls that use one."""

from capplan.service import Section, Service
from capplan.services.kms import quotas

SERVICE = Service(
    id="kms",
    label="KMS",
    sections=(
        Section(
            "keys",
            "key",
            "main: {rotations: 1}",
            "key:KEY",
            verbs=("decrypt", "encrypt", "generate-data-key", "sign", "verify"),
            slashes=True,
        ),
    ),
    quotas=quotas.ALL,
    limit_labels={
        "kms.requests": "KMS requests a second",
        "kms.asymmetric_requests": "KMS requests a second with asymmetric keys",
    },
)
