"""Plans the cost and the capacity of serverless AWS workloads, before anything is deployed."""

__version__ = "0.1.0"
