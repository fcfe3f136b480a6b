"""AWS X-Ray: sampling, and traces recorded and read."""
