"""Takes an ARN apart.

Source: IAM User Guide, "Amazon Resource Names" (read 2026-11-30).
"""

from capplan.record import Record


class Arn(Record, frozen=True):
    """The parts of an ARN; empty ones where a text is none.

    `name` is the resource's: of a function without its version, of a table without its index or stream.
    """

    text: str = ""
    service: str = ""
    region: str = ""
    kind: str = ""
    name: str = ""
    rest: str = ""

    @classmethod
    def of(cls, text: str) -> "Arn":
        """The parts of a text."""
        parts = text.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn":  # noqa: PLR2004  arn, partition, service, Region, account, resource
            return cls()
        _, _, service, region, _, resource = parts
        slash = resource.find("/")
        colon = resource.find(":")
        at = min((place for place in (slash, colon) if place >= 0), default=-1)
        kind, name = (resource[:at], resource[at + 1 :]) if at >= 0 else ("", resource)
        end = min((place for place in (name.find("/"), name.find(":")) if place >= 0), default=len(name))
        if service == "logs":
            end = name.find(":") if ":" in name else len(name)
        return cls(text, service, region, kind, name[:end], name[end + 1 :])
