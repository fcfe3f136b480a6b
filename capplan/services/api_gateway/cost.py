"""What is billed of an API: metered requests or messages, connection minutes, and the hours of its cache."""

from collections.abc import Iterable

from capplan.model import Charge
from capplan.services.api_gateway.spec import Api
from capplan.services.api_gateway.usage import Usage


def charge(name: str, spec: Api, usage: Usage) -> Iterable[Charge]:
    """The charges, before any price."""
    if spec.type == "websocket":
        billed, minutes = usage.billed, usage.connection_minutes
        yield Charge(
            f"{name}.messages", "api_gateway.websocket.message", "messages sent and received in steps of 32 KB",
            billed.monthly, "messages", billed,
        )  # fmt: skip
        yield Charge(
            f"{name}.connection_minutes", "api_gateway.websocket.connection_minute", "minutes of connections",
            minutes.monthly, "minutes", minutes,
        )  # fmt: skip
        return
    steps = "requests in steps of 512 KB" if spec.type == "http" else "requests"
    if spec.streamed:
        steps = "requests, each streamed in steps of 10 MB"
    price = f"api_gateway.{spec.type}.request"
    yield Charge(f"{name}.requests", price, steps, usage.billed.monthly, "requests", usage.billed)
    if spec.cache is not None:
        yield Charge(
            f"{name}.cache", f"api_gateway.rest.cache_hour.{spec.cache.gb}gb", f"hours of a cache of {spec.cache.gb} GB",
            usage.cache_hours, "hours", frequency="recurring",
        )  # fmt: skip
