"""Amazon VPC: NAT gateways, endpoints, public addresses and the data that passes them."""
