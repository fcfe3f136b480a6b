"""Data transfer as a service of its own on the bill: other resources cause it."""

from capplan.service import Service

SERVICE = Service(id="data_transfer", label="Data transfer", sections=())
