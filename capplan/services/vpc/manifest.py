"""Amazon VPC as a service: networks and their quotas."""

from capplan.service import Section, Service
from capplan.services.vpc.quotas import ALL

SERVICE = Service(
    id="vpc",
    label="VPC",
    sections=(
        Section(
            "networks",
            "network",
            "main: {nat_gateways: 2, nat_data: 500 GB}",
            "network:NETWORK",
            verbs=("connect",),
            request_keys={"payload": ("connect",), "service": ("connect",)},
        ),
    ),
    quotas=ALL,
    limit_labels={
        "vpc.nat_bandwidth": "bytes through NAT gateways a second",
        "vpc.nat_connections": "open connections to one destination",
    },
)
