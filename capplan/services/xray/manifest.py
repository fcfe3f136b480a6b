"""What AWS X-Ray says of itself: sampling rules."""

from capplan.service import Section, Service
from capplan.services.xray import quotas

SERVICE = Service(
    id="xray",
    label="X-Ray",
    sections=(
        Section("sampling_rules", "sampling rule", "Default: {reservoir: 1, rate: 5%}", "sampling_rule:SAMPLING_RULE"),
    ),
    quotas=quotas.ALL,
    limit_labels={"xray.segments": "segments a second"},
)
