"""Data transfer as a service: what leaves, which other resources cause."""

from capplan.service import Section, Service

SERVICE = Service(
    id="data_transfer",
    label="Data transfer",
    sections=(
        Section(
            "data_transfer",
            "transfer",
            "internet: {data: 300 GB}",
            "transfer:TRANSFER",
            verbs=("transfer",),
            request_keys={"payload": ("transfer",)},
        ),
    ),
)
