"""The keys of a topic in a scenario, and what SNS does not allow together."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from capplan.quantities.distribution import Distribution, fixed
from capplan.quantities.fields import FailedShare, Share, Size, WholeCount
from capplan.quantities.text import quantity_error
from capplan.services.sns.quotas import (
    FIFO_TOPIC_RATE,  # noqa: F401  named in a docstring
    HTTP_RETRIES_MAX,
    MESSAGE_MAX,  # noqa: F401  named in a docstring
    PHASES,
)
from capplan.services.sns.retries import retries
from capplan.spec_config import SPEC_CONFIG
from capplan.triggers import Triggers

ALSO_CALLED: Mapping[str, str] = {
    **dict.fromkeys(("payload", "size", "messagesize", "itemsize"), "message"),
    **dict.fromkeys(("subscription", "subscribers", "endpoints"), "subscriptions"),
    **dict.fromkeys(("fifotopic", "fifo"), "type"),
    **dict.fromkeys(("sse", "kms", "kmskey", "kmsmasterkeyid"), "encryption"),
}
_POLICY = {"http": "http", "https": "http", "firehose": "aws", "sqs": "aws", "lambda": "aws"}


class Subscription(BaseModel):
    """A subscription by what is not part of the scenario; functions and queues name the topic in a trigger."""

    model_config = SPEC_CONFIG

    protocol: Literal["http", "https", "email", "push", "firehose", "sqs", "lambda", "sms"]
    """http, https, email, push (mobile), firehose; sqs and lambda of other accounts cost nothing to deliver to."""
    count: Annotated[WholeCount, Field(ge=1)] = 1
    """Subscriptions of this kind (1)."""
    filter: Share = Decimal(1)
    """The share of messages that its filter policy lets pass (100%)."""
    fails: FailedShare = Decimal(0)
    """The share of delivery attempts that fail (0%); each is tried again, and billed."""
    retries: Annotated[WholeCount, Field(ge=0, le=HTTP_RETRIES_MAX.value)] | None = None
    """Retries of an HTTP delivery, 0 to {HTTP_RETRIES_MAX} (3); of other protocols AWS sets them."""
    dead_letters: str | None = None
    """The queue that gets what could not be delivered, by name."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.protocol == "sms":
            raise quantity_error(
                "the price of an SMS depends on country and carrier, and capplan has none",
                "leave the subscription out, and add what AWS bills by hand",
            )
        if self.retries is not None and self.protocol not in ("http", "https"):
            raise quantity_error("`retries` are of HTTP subscriptions", "remove it: AWS sets those of other protocols")
        return self

    @property
    def share(self) -> Fraction:
        """Deliveries of one message, first attempts only."""
        return Fraction(self.filter) * self.count

    @property
    def retried(self) -> int:
        """Retries of a delivery that fails."""
        return retries(PHASES[_POLICY.get(self.protocol, "people")]) if self.retries is None else self.retries


class Topic(BaseModel):
    """An SNS topic."""

    model_config = SPEC_CONFIG

    type: Literal["standard", "fifo"] = "standard"
    """standard, or fifo (in order; to queues only, {FIFO_TOPIC_RATE})."""
    message: Size = fixed(1024)
    """Size of a message, such as 2 KB (1 KB); {MESSAGE_MAX} at most. Each started 64 KB is billed."""
    subscriptions: Mapping[str, Subscription] = Field(default_factory=dict)
    """What else is subscribed, by name: {partner: {protocol: https, filter: 20%, fails: 1%}}."""
    filter_by: Literal["attributes", "payload"] = "attributes"
    """What filter policies look at: attributes (free), or the payload, of which each GB that is scanned is billed."""
    encryption: str = "none"
    """none, aws-kms (the key aws/sns), kms (a key of one's own) or a key's name under `keys`: all three call KMS."""
    triggers: Triggers = ()
    """What is delivered to it: {bus: shop, filter: 5%}, {bucket: uploads}, or a traffic by name."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags for the reports."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        outside = [name for name, s in self.subscriptions.items() if s.protocol not in ("sqs", "lambda")]
        if self.type == "fifo" and outside:
            raise quantity_error(
                "a FIFO topic delivers to queues only", f"remove {outside[0]}, or write type: standard"
            )
        return self

    @property
    def is_fifo(self) -> bool:
        """Whether it is a FIFO topic."""
        return self.type == "fifo"

    def size_of(self, payload: Distribution | None) -> Distribution:
        """The size of a message that a request gives, or does not."""
        return self.message if payload is None else payload
