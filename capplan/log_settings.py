"""The keys of a log group that any resource which writes logs may set under `logs`.

Amazon CloudWatch Logs API, PutRetentionPolicy (the days of a retention) and User Guide, "Log classes" (read 2026-11-30).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema

from capplan import units
from capplan.quantities import json_schema
from capplan.quantities.fields import Bytes, Share
from capplan.quantities.text import quantity_error, read_ms
from capplan.spec_config import SPEC_CONFIG

NEVER = "never"
RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""What AWS accepts."""
_DAY_MS = units.SECONDS_PER_DAY * units.MS_PER_SECOND


def _read_retention(raw: object) -> object:
    """Days, or None for logs that never expire."""
    if raw is None or raw == NEVER or isinstance(raw, int):
        return None if raw == NEVER else raw
    days = read_ms(raw) / _DAY_MS
    if days not in RETENTION_DAYS:
        nearest = min(RETENTION_DAYS, key=lambda known: abs(known - days))
        raise quantity_error(
            f"CloudWatch Logs keeps logs for set numbers of days, not for {raw}", f"such as {nearest} d"
        )
    return int(days)


Retention = Annotated[
    int | None,
    BeforeValidator(_read_retention),
    WithJsonSchema({"anyOf": [json_schema.MILLISECONDS, {"const": NEVER}]}),
]


class GroupSettings(BaseModel):
    """How a log group keeps logs."""

    model_config = SPEC_CONFIG

    log_class: Annotated[Literal["standard", "infrequent-access"], Field(alias="class")] = "standard"
    """standard, or infrequent-access at half the price: no metric filters, subscriptions or Live Tail; set when it is made."""
    retention_days: Annotated[Retention, Field(alias="retention")] = None
    """How long logs are kept, such as 30 d; never (AWS's default) lets storage grow every month."""
    compression: Annotated[Share, Field(gt=0)] = Decimal("0.15")
    """What is billed of the stored logs, which AWS compresses (15%, as AWS's calculator takes)."""
    scans_bytes: Annotated[Bytes, Field(alias="scans")] = Decimal(0)
    """How much Logs Insights queries scan in a month, such as 200 GB (0 B)."""


class LogSettings(GroupSettings):
    """Where a resource writes logs, and how they are kept."""

    group: str | None = None
    """The name of the log group, where it is not AWS's own for it; several resources may share one."""

    def of_group(self) -> Mapping[str, Any]:
        """The settings of the log group, without what is as AWS has it by default."""
        names = self.model_fields_set & GroupSettings.model_fields.keys()
        return {name: getattr(self, name) for name in sorted(names)}


class RequestLogs(LogSettings):
    """What a resource logs of each request."""

    size_bytes: Annotated[Bytes, Field(alias="size")]
    """What one request writes in all, such as 600 B of an access log, or more with execution logs."""


def read_logs(raw: object) -> object:
    """`true` is as nothing is written, `false` logs nothing."""
    return {} if raw is True else None if raw is False else raw


def or_false(schema: dict[str, Any]) -> None:
    """A JSON Schema that takes the keys of `logs`, or whether there are any; a reader's short forms go."""
    schema["anyOf"] = [schema["anyOf"][0], {"type": "boolean"}]
