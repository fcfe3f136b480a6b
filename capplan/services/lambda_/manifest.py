"""What Lambda says of itself."""

from capplan.service import Section, Service

SERVICE = Service(
    "lambda",
    "Lambda",
    (Section("functions", "function", "place-order: {duration: 45 ms}", "function:FUNCTION", verbs=("invoke",)),),
)
