"""What gets through of an API's requests: its own throttle, then the account's; what is above them is answered 429.

API Gateway Developer Guide, Throttle requests to your REST APIs (read 2026-11-30): throttles are token buckets, and a
request takes one of the stage's before it takes one of the account's. Rejected requests are not billed.
"""

from fractions import Fraction

from capplan import token_bucket
from capplan.model import Admitted, Demand
from capplan.services.api_gateway.quotas import BUCKET_S, NEW_CONNECTIONS, REQUEST_RATE
from capplan.services.api_gateway.spec import Api
from capplan.token_bucket import Bucket


def admit(name: str, spec: Api, demand: Demand) -> Admitted | None:
    """What gets through; None where everything does. A connection is taken with the messages that it brings."""
    buckets = []
    if spec.throttle is not None:
        buckets.append(Bucket(Fraction(spec.throttle.rate), Fraction(spec.throttle.burst)))
    opened = demand.shared.get(NEW_CONNECTIONS.id)
    if opened is not None:
        buckets.append(Bucket(opened.quota, others=opened.others))
    account = demand.shared.get(REQUEST_RATE.id)
    if account is not None:
        each = Fraction(1)
        if spec.connections is not None:
            each += Fraction(spec.connections.sends) + Fraction(spec.connections.receives)
        buckets.append(Bucket(account.quota, account.quota * BUCKET_S, account.others, each, REQUEST_RATE.id))
    return token_bucket.admit(name, demand, buckets)
