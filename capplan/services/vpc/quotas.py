"""The quotas of NAT gateways and endpoints, each with its source and the day it was read."""

from datetime import date

from capplan.service import Quota

READ = date(2026, 11, 30)
_NAT = "Amazon VPC User Guide, NAT gateway basics"

NAT_CONNECTIONS = Quota("vpc.nat_connections", 55_000, "connections", _NAT, READ)
"""Open at once, for each address of a NAT gateway and each destination (address, port and protocol)."""
NAT_ADDRESSES = Quota("vpc.nat_addresses", 8, "addresses", _NAT, READ, adjustable=True)
NAT_BANDWIDTH = Quota("vpc.nat_bandwidth", 12_500_000_000, "bytes/s", _NAT, READ)
"""100 Gbps, to which a gateway scales from 5 by itself."""
GATEWAY_ENDPOINTS = ("s3", "dynamodb")
"""Services that a gateway endpoint reaches, at no charge (Amazon VPC User Guide, Gateway endpoints, read 2026-11-30)."""

ALL = (NAT_CONNECTIONS, NAT_ADDRESSES, NAT_BANDWIDTH)
