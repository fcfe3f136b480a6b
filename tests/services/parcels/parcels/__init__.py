"""A made-up service: parcel queues. A test copies it into a copy of the package."""
