"""AWS AppSync as a service: GraphQL APIs, Event APIs and their quotas."""

from capplan.service import Section, Service
from capplan.services.appsync.quotas import ALL

SERVICE = Service(
    id="appsync",
    label="AppSync",
    sections=(
        Section(
            "graphql_apis",
            "GraphQL API",
            "shop: {triggers: shoppers, operations: {listProducts: {query: products, items: 20}}}",
            "graphql_api:GRAPHQL_API",
            verbs=("request",),
            requests_in=("operations",),
        ),
        Section(
            "event_apis",
            "Event API",
            "chat: {triggers: messages, subscribers: 20}",
            "event_api:EVENT_API",
            verbs=("publish-event",),
            requests_in=("on_publish", "on_subscribe"),
        ),
    ),
    quotas=ALL,
    limit_labels={
        "appsync.event_request_tokens": "request tokens of Event APIs a second",
        "appsync.inbound_messages": "messages published a second",
        "appsync.message": "size of a message",
        "appsync.new_connections": "connections opened a second",
        "appsync.outbound_messages": "messages delivered a second",
        "appsync.publish": "size of a publish request",
        "appsync.request_tokens": "request tokens of GraphQL APIs a second",
        "appsync.response": "size of an answer",
    },
)
