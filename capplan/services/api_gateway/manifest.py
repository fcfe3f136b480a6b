"""Amazon API Gateway as a service: APIs, their quotas, and how a Task calls one."""

from capplan.service import Integration, Section, Service
from capplan.services.api_gateway.quotas import ALL

SERVICE = Service(
    id="api_gateway",
    label="API Gateway",
    sections=(
        Section(
            "apis",
            "API",
            'shop: {type: http, triggers: shoppers, routes: {"GET /products": {invoke: list-products}}}',
            "api:API",
            verbs=("request",),
            requests_in=("routes", "authorizer"),
        ),
    ),
    quotas=ALL,
    integrations={("apigateway", "invoke"): Integration("apis", "request", "ApiEndpoint", waits=True)},
    limit_labels={
        "api_gateway.cached_response": "size of a cached answer",
        "api_gateway.connection_duration": "how long a connection is open",
        "api_gateway.integration_timeout": "time before the API's timeout",
        "api_gateway.message": "size of a message",
        "api_gateway.new_connections": "connections opened a second",
        "api_gateway.payload": "size of a request or an answer",
        "api_gateway.request_rate": "requests to API Gateway a second",
        "api_gateway.routes": "routes",
        "api_gateway.throttle": "requests a second",
    },
)
